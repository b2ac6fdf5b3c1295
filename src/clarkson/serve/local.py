"""What every application of this machine has: its own hosts alone, the guard, the files of its pages, refusals."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException as AnyHTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from clarkson.serve.guard import HOSTS, Guard

Refuse = Callable[[Request, int, str], Response]
"""Answers a request with a status and the sentence that says why."""


def local_application(title: str, refuse: Refuse, **settings: Any) -> FastAPI:
    """An application without routes; what it does not answer is answered by ``refuse``. No page comes from elsewhere.

    >>> local_application("Clarkson", lambda request, status, sentence: Response(sentence, status)).title
    'Clarkson'
    """
    made = FastAPI(title=title, version=version("clarkson"), docs_url=None, redoc_url=None, **settings)
    made.add_middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS), www_redirect=False)
    made.add_middleware(Guard)
    made.mount("/static", StaticFiles(packages=[("clarkson.report", "static")]), name="static")

    async def refused(request: Request, error: Exception) -> Response:
        if not isinstance(error, AnyHTTPException):
            raise error
        sentence = "There is no such page here." if error.detail == "Not Found" else str(error.detail)
        return refuse(request, error.status_code, sentence)

    made.add_exception_handler(AnyHTTPException, refused)
    return made
