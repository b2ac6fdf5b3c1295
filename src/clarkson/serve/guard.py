"""What stands before every request: who may ask, how much may be sent, and the headers of every answer."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("localhost", "127.0.0.1", "[::1]", "testserver")
"""The names under which this machine calls itself: another name means that a foreign page rebinds its own."""

LARGEST_BYTES = 20_000_000

_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Guard:
    """An ASGI layer: it refuses foreign posts and bodies that are too large, and sets the headers."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before ``app``."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its body counted and its answer's headers set."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > LARGEST_BYTES:
                raise too_large()
            return message

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self.app(scope, counted, headed)


def too_large() -> HTTPException:
    """The refusal of a body that is larger than ``LARGEST_BYTES``."""
    return HTTPException(413, f"That is more than {LARGEST_BYTES // 1_000_000} MB; send the results of one person.")


def refuse_foreign(headers: Headers) -> None:
    """Refuse a post that another site's page sent.

    A browser always says where a post comes from; a program that says nothing is no browser.

    Raises
    ------
    HTTPException
        403, the post comes from another site.

    >>> refuse_foreign(Headers({"host": "127.0.0.1:8765", "origin": "http://127.0.0.1:8765"}))
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None:
        own = site in ("same-origin", "none")
    else:
        own = origin is None or urlsplit(origin).netloc == headers.get("host")
    if not own:
        raise HTTPException(403, "This came from another site's page; open Clarkson's own page and send it there.")


def refuse_large(headers: Headers) -> None:
    """Refuse a body by the length that it announces, before it is read.

    Raises
    ------
    HTTPException
        413, the body is larger than ``LARGEST_BYTES``.

    >>> refuse_large(Headers({"content-length": "100"}))
    """
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > LARGEST_BYTES:
        raise too_large()
