"""The service, asked over HTTP without a network: routes, refusals, headers, and what it keeps quiet about."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from clarkson.errors import FitError, SettingError, UnknownFormatError
from clarkson.serve.app import app
from clarkson.serve.guard import LARGEST_BYTES
from clarkson.serve.listen import listen
from clarkson.serve.options import Options, options
from tests.browser.attack import assessed

PAGE = assessed()
CSV = "time,test,value,unit\n2026-03-04T08:10Z,Hematocrit,59,%\n"


class Asked:
    """Stands in for reading and assessing: keeps what it was asked, and fails where the data say so."""

    def __init__(self) -> None:
        self.calls: list[tuple[bytes, str, Options]] = []

    def __call__(self, data: bytes, name: str, said: Options) -> dict[str, object]:
        self.calls.append((data, name, said))
        if b"unknown" in data:
            raise UnknownFormatError("this is neither CSV nor <FHIR>")
        if b"broken" in data:
            raise ValueError("hematocrit 0.4711")
        return {**PAGE, "input": {"name": name, "sha256": ""}}


def fitted(data: bytes, name: str, said: Options) -> str:
    """Stands in for the twin."""
    if b"Hematocrit" not in data and b"hematocrit" not in data:
        raise FitError("the record has no <hematocrit>")
    return f"twin of {name}, {said.sex}"


class Client:
    """Asks the application as a program on this machine would."""

    def __init__(self, application: FastAPI) -> None:
        self.application = application

    def get(self, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask("GET", path, **more))

    def post(self, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, **more))

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.application, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await client.request(method, path, **more)


async def in_pieces(whole: bytes) -> AsyncIterator[bytes]:
    for place in range(0, len(whole), 1_000_000):
        yield whole[place : place + 1_000_000]


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def client(asked: Asked) -> Client:
    return Client(app(asked, fitted))


def test_first_page_is_the_form_with_the_published_cases(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert 'action="/assess"' in answer.text
    assert 'href="/examples/lee2007-1"' in answer.text
    assert "Research software, not a medical device." in answer.text


def test_first_page_is_the_document_it_was_started_with(asked: Asked) -> None:
    client = Client(app(asked, fitted, start=PAGE))
    assert PAGE["assessments"][-1]["headline"] in client.get("/").text
    assert 'action="/assess"' in client.get("/new").text
    assert asked.calls == []


def test_an_example_is_read_from_the_bundle(client: Client, asked: Asked) -> None:
    assert client.get("/examples/lee2007-1").status_code == 200
    ((data, name, said),) = asked.calls
    assert data.startswith(b"{")
    assert (name, said) == ("lee2007-1.json", Options())


@pytest.mark.parametrize("path", ["/examples/nobody", "/examples/..%2Fanalytes.toml", "/nothing", "/static/../page.py"])
def test_what_does_not_exist_is_a_page_that_says_so(client: Client, asked: Asked, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert 'role="alert"' in answer.text
    assert asked.calls == []


def test_pasted_text_is_assessed_with_what_was_said(client: Client, asked: Asked) -> None:
    fields = {"text": CSV, "sex": "female", "age": "44", "timezone": "Europe/Rome", "prior": "0.001"}
    answer = client.post("/assess", data=fields)
    assert answer.status_code == 200
    assert PAGE["assessments"][-1]["headline"] in answer.text
    ((data, name, said),) = asked.calls
    assert data.decode().split() == CSV.split()
    assert (name, said) == ("pasted text", Options("female", 44.0, "Europe/Rome", 0.001))


def test_an_uploaded_file_goes_before_the_text_byte_by_byte(client: Client, asked: Asked) -> None:
    raw = b"\xef\xbb\xbftime\r\n\xff\x00"
    client.post("/assess", data={"text": "other"}, files={"file": ("../labs <b>.csv", raw, "text/csv")})
    assert asked.calls == [(raw, "labs <b>.csv", Options())]


def test_an_empty_file_field_leaves_the_text(client: Client, asked: Asked) -> None:
    client.post("/assess", data={"text": CSV}, files={"file": ("", b"", "application/octet-stream")})
    assert asked.calls[0][1] == "pasted text"


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({"text": ""}, 400, "nothing was sent"),
        ({"text": "unknown"}, 400, "this is neither CSV nor &lt;FHIR&gt;"),
        ({"text": CSV, "age": "old"}, 422, "&#39;old&#39; is no age"),
        ({"text": CSV, "sex": "x"}, 422, "is neither"),
        ({"text": CSV, "timezone": "Mars/Olympus"}, 422, "is no time zone"),
        ({"text": CSV, "timezone": "../../etc/passwd"}, 422, "is no time zone"),
        ({"text": CSV, "prior": "1"}, 422, "is no probability"),
        ({"text": CSV, "prior": "nan"}, 422, "is no probability"),
    ],
)
def test_refusals_come_as_the_form_with_their_sentence(
    client: Client, fields: dict[str, str], status: int, sentence: str
) -> None:
    answer = client.post("/assess", data=fields)
    assert answer.status_code == status
    assert sentence in answer.text
    assert 'role="alert"' in answer.text
    assert fields["text"].strip() in answer.text  # so that nothing has to be typed again


def test_rest_gives_the_document(client: Client, asked: Asked) -> None:
    answer = client.post("/api/v1/assess?sex=male&age=60", content=CSV)
    assert answer.json() == {**PAGE, "input": {"name": "request body", "sha256": ""}}
    assert asked.calls == [(CSV.encode(), "request body", Options("male", 60.0))]


@pytest.mark.parametrize(
    ("query", "body", "status"), [("", "unknown", 400), ("?age=-1", CSV, 422), ("", "broken", 500)]
)
def test_rest_refuses_with_a_problem(client: Client, query: str, body: str, status: int) -> None:
    answer = client.post(f"/api/v1/assess{query}", content=body)
    assert answer.status_code == answer.json()["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(("FHIR>", "44", "record's."))


def test_a_fault_is_logged_without_its_values(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/assess", data={"text": "broken"})
    assert answer.status_code == 500
    assert "0.4711" not in answer.text
    assert "ValueError in test_serve.py" in caplog.text
    assert "0.4711" not in caplog.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/static/page.js", "/nothing"])
def test_every_answer_forbids_foreign_content(client: Client, path: str) -> None:
    headers = client.get(path).headers
    assert "default-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_pages_that_load_from_elsewhere_are_off(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8765", "[::1]:8765"])
def test_this_machine_may_ask(client: Client, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).json()["status"] == "ok"


@pytest.mark.parametrize("host", ["example.org", "127.0.0.1.example.org", "localhost.example.org:8765", ""])
def test_another_name_for_this_machine_is_refused(client: Client, host: str) -> None:
    assert client.get("/", headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://example.org"},
        {"origin": "null"},
        {"origin": "http://testserver:81"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://testserver"},
    ],
)
@pytest.mark.parametrize("path", ["/assess", "/api/v1/assess"])
def test_posts_of_other_sites_are_refused(client: Client, asked: Asked, path: str, headers: dict[str, str]) -> None:
    assert client.post(path, data={"text": CSV}, headers=headers).status_code == 403
    assert asked.calls == []


@pytest.mark.parametrize(
    "headers", [{"origin": "http://testserver"}, {"sec-fetch-site": "same-origin", "origin": "null"}]
)
def test_own_posts_pass(client: Client, headers: dict[str, str]) -> None:
    assert client.post("/assess", data={"text": CSV}, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/assess", "/api/v1/assess"])
@pytest.mark.parametrize("announced", [True, False])
def test_more_than_20_mb_is_refused(client: Client, asked: Asked, path: str, announced: bool) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    large = b"text=" + b"1" * LARGEST_BYTES
    body = large if announced else in_pieces(large)
    answer = client.post(path, content=body, headers=kind)
    assert answer.status_code == 413
    assert "more than 20 MB" in answer.text
    assert asked.calls == []


def test_a_pasted_text_of_several_mb_is_read(client: Client, asked: Asked) -> None:
    rows = "2026-03-04T08:10Z,Hematocrit,59,%\n" * 100_000
    assert client.post("/assess", data={"text": rows}, files={"file": ("", b"")}).status_code == 200
    assert len(asked.calls[0][0]) >= len(rows)


def test_spaces_say_nothing() -> None:
    assert options({"sex": " ", "age": "", "prior": "  "}) == Options()


def test_a_port_in_use_is_said(asked: Asked) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingError, match="cannot be used"):
            listen(app(asked, fitted), port=taken.getsockname()[1], ready=print)


def test_the_twin_of_what_was_sent_or_why_there_is_none() -> None:
    client = Client(app(Asked(), fitted))
    answer = client.post("/twin", data={"text": CSV, "sex": "female"})
    assert (answer.status_code, answer.text) == (200, "twin of pasted text, female")
    refused = client.post("/twin", data={"text": "time,test,value,unit\n"})
    assert refused.status_code == 422
    assert "the record has no &lt;hematocrit&gt;" in refused.text
    assert client.post("/twin", data={"text": CSV}, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_the_twin_of_a_bundled_case() -> None:
    client = Client(app(Asked(), fitted))
    assert client.get("/examples/smith2016-1/twin").text == "twin of smith2016-1.json, None"
    assert client.get("/examples/nobody/twin").status_code == 404
