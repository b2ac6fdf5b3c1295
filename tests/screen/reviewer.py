"""A browser of one reviewer, asked over HTTP without a network."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx

from clarkson.screen.found import open_screening
from clarkson.serve.review import review_app

KEY = "the key"


class Reviewer:
    """A browser of one reviewer on a folder."""

    def __init__(self, folder: Path, name: str = "", key: str = KEY, reviewer: str | None = None) -> None:
        self.application = review_app(open_screening(folder), key=KEY, reviewer=reviewer)
        self.cookies: dict[str, str] = {}
        self.get("/", params={"key": key})
        if name:
            self.post("/reviewer", data={"name": name})

    def get(self, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, **more))

    def post(self, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, **more))

    def answer(self, number: int, answer: str, reason: str = "") -> httpx.Response:
        return self.post(f"/person/{number}", data={"answer": answer, "reason": reason})

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.application, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", follow_redirects=True, cookies=self.cookies
        ) as client:
            answered = await client.request(method, path, **more)
            self.cookies = dict(client.cookies)
            return answered


def main_of(html: str) -> str:
    """What stands between the header and the footer, with the data of the chart."""
    return html[html.index("<main") : html.index("<footer")] + html[html.index('id="charts"') :]


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def number_of(folder: Path, subject: str) -> int:
    return open_screening(folder).queue.index(subject) + 1
