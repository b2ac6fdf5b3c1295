"""The page and the REST service. Nothing that is sent here is stored, and no value is logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from clarkson.errors import ClarksonError, RecordError
from clarkson.examples import example, examples
from clarkson.report.page import environment, render
from clarkson.serve.failures import outcome, status
from clarkson.serve.guard import LARGEST_BYTES, refuse_foreign, refuse_large
from clarkson.serve.local import local_application
from clarkson.serve.options import Options, options
from clarkson.watch.assessment import DEFAULT_PRIOR

Assess = Callable[[bytes, str, Options], dict[str, object]]
"""Reads bytes under a file name with some options, and gives the assessment document; raises ClarksonError."""

Fit = Callable[[bytes, str, Options], str]
"""Likewise, and gives a page: that of the twin, or of attacks over years."""

PASTED = "pasted text"
SENT = "request body"
API = "/api/"


def app(assess: Assess, fit: Fit, *, over_years: Fit | None = None, start: dict[str, object] | None = None) -> FastAPI:
    """The web application; ``start`` is the document that its first page shows, else the form.

    Without ``over_years`` there is no page of attacks.

    >>> app(lambda data, name, options: {}, lambda data, name, options: "").title
    'Clarkson'
    """
    made = local_application("Clarkson", _refused)

    @made.get("/healthz")
    def health() -> dict[str, str]:
        """Whether the service runs, and which version."""
        return {"status": "ok", "version": made.version}

    @made.get("/", response_class=HTMLResponse)
    def first() -> str:
        """The document that the service was started with, or the form."""
        return _form() if start is None else outcome(lambda: render(start, inline=False))

    @made.get("/new", response_class=HTMLResponse)
    def new() -> str:
        """The form, and the bundled cases."""
        return _form()

    def assessment(data: bytes, name: str, said: Options) -> str:
        return render(assess(data, name, said), inline=False)

    @made.get("/examples/{example_id}", response_class=HTMLResponse)
    def shown(example_id: str) -> str:
        """The page of a bundled case."""
        return outcome(lambda: assessment(*_bundled(example_id), Options()))

    @made.get("/examples/{example_id}/twin", response_class=HTMLResponse)
    def fitted(example_id: str) -> Response:
        """The twin of a bundled case, or why there is none."""
        try:
            return HTMLResponse(outcome(lambda: fit(*_bundled(example_id), Options())))
        except ClarksonError as error:
            return HTMLResponse(_form(str(error)), status(error))

    @made.post("/assess", response_class=HTMLResponse)
    async def page(request: Request) -> Response:
        """The page of what was pasted or uploaded; a refusal comes as the form with its sentence."""
        return await _answered(request, assessment)

    @made.post("/twin", response_class=HTMLResponse)
    async def twin(request: Request) -> Response:
        """The twin of what was pasted or uploaded; a refusal comes likewise."""
        return await _answered(request, fit)

    if over_years is not None:

        @made.post("/attacks", response_class=HTMLResponse)
        async def attacks(request: Request) -> Response:
            """The attacks over years of what was pasted or uploaded; a refusal comes likewise."""
            return await _answered(request, over_years)

    @made.post("/api/v1/assess")
    async def document(request: Request) -> Response:
        """The assessment document of the CSV or JSON in the body; sex, age, timezone and prior are parameters."""
        refuse_foreign(request.headers)
        refuse_large(request.headers)
        data = await request.body()
        try:
            said = options(request.query_params)
            return JSONResponse(await run_in_threadpool(outcome, lambda: assess(data, SENT, said)))
        except ClarksonError as error:
            return _problem(status(error), str(error))

    return made


async def _answered(request: Request, page: Callable[[bytes, str, Options], str]) -> Response:
    """The page of the record in a form, or the form again with the sentence that refuses it."""
    refuse_foreign(request.headers)
    refuse_large(request.headers)
    async with request.form(max_files=1, max_fields=10, max_part_size=LARGEST_BYTES) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        upload = form.get("file")
        file = (await upload.read(), upload.filename) if isinstance(upload, UploadFile) else (b"", "")
    try:
        data, name = _given(fields.get("text", ""), *file)
        said = options(fields)
        html = await run_in_threadpool(outcome, lambda: page(data, name, said))
    except ClarksonError as error:
        return HTMLResponse(_form(str(error), fields), status(error))
    return HTMLResponse(html)


def _bundled(example_id: str) -> tuple[bytes, str]:
    """The bytes and the name of a bundled case."""
    if example_id not in {entry.id for entry in examples()}:
        raise HTTPException(404, f"There is no bundled case '{example_id}'; the list below names them all.")
    return example(example_id), f"{example_id}.json"


def _given(text: str, upload: bytes, filename: str | None) -> tuple[bytes, str]:
    """The bytes to read and their name: the uploaded file, else the pasted text."""
    if filename:
        return upload, PurePath(filename).name or PASTED
    if text.strip():
        return text.encode(), PASTED
    raise RecordError("nothing was sent; paste the results into the field, or choose a file")


def _form(error: str = "", fields: Mapping[str, str] | None = None) -> str:
    template = environment().get_template("start.html")
    return template.render(
        error=error,
        fields={"text": "", "sex": "", "age": "", "timezone": "", "prior": "", **(fields or {})},
        examples=examples(),
        default_prior=DEFAULT_PRIOR,
        inlined=None,
    )


def _refused(request: Request, status: int, sentence: str) -> Response:
    """A refusal as a page, or as problem+json where a program asked."""
    return _problem(status, sentence) if request.url.path.startswith(API) else HTMLResponse(_form(sentence), status)


def _problem(status: int, sentence: str) -> Response:
    content: dict[str, Any] = {"type": "about:blank", "status": status, "detail": sentence}
    return JSONResponse(content, status, media_type="application/problem+json")
