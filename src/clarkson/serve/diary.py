"""The routes of a diary: one person's, on the store of this machine. Every request opens the store and lets it go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import PurePath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from clarkson.diary.diary import about, checked_subject, correct, record_kept, withdraw, write
from clarkson.diary.entries import entries
from clarkson.diary.exchange import give_out, take_in
from clarkson.diary.fields import Fields, lines_in
from clarkson.errors import ClarksonError, NobodyError, RecordError, SettingError, StoreError
from clarkson.record.csv_writing import csv_of
from clarkson.report.diary_page import render_diary
from clarkson.report.page import render
from clarkson.serve.failures import outcome, status
from clarkson.serve.guard import LARGEST_BYTES, refuse_foreign, refuse_large
from clarkson.serve.options import Options, options
from clarkson.store.store import Store

Assess = Callable[[bytes, str, Options], dict[str, Any]]
Fit = Callable[[bytes, str, Options], str]
_Sent = tuple[Fields, bytes, str]
_MOST_FIELDS = 60
_NOTHING = "nothing is written in the diary yet"
_FIRST_SKIPPED = 5


def add_diary(
    application: FastAPI,
    subject: str,
    opened: Callable[[], Store],
    *,
    assess: Assess,
    pages: Mapping[str, tuple[str, Fit]] = MappingProxyType({}),
) -> None:
    """Add the diary of one person to a web application; ``opened`` gives its store.

    ``pages`` are further ones that are made of the diary, each by its address below /diary/ with the words of its link.
    No address and no field names the person: who looks at this diary can reach no other.

    Raises
    ------
    SettingError
        No diary can be kept under that name.
    """
    person = checked_subject(subject)

    @contextmanager
    def store() -> Iterator[Store]:
        with closing(opened()) as kept:
            yield kept

    def page(error: str = "", fields: Fields | None = None, **more: Any) -> str:
        try:
            with store() as kept:
                found, record = entries(kept, person), record_kept(kept, person, purpose=None)
        except StoreError as failed:
            raise HTTPException(503, f"The diary cannot be read: {failed}.") from None
        links = {path: words for path, (words, _) in pages.items()}
        known = ("", None) if record is None else (record.sex or "", record.age_years)
        return render_diary(person, found, known=known, links=links, error=error, fields=fields, **more)

    async def done(request: Request, work: Callable[[Store, _Sent], str]) -> Response:
        """Back to the page with what ``work`` says to show, or the page with the sentence that refuses it."""
        refuse_foreign(request.headers)
        refuse_large(request.headers)
        sent = await _sent(request)

        def worked() -> str:
            with store() as kept:
                return work(kept, sent)

        try:
            shown = await run_in_threadpool(outcome, worked)
        except ClarksonError as error:
            html = await run_in_threadpool(page, str(error), sent[0])
            return HTMLResponse(html, status(error))
        return RedirectResponse(f"/diary?{shown}", 303)

    @application.get("/diary", response_class=HTMLResponse)
    def listed(all: bool = False, kept: str = "", said: str = "") -> str:
        """The forms and the entries."""
        numbers = [int(each) for each in kept.split(",")[:_MOST_FIELDS] if each.isdecimal() and len(each) < 18]
        return outcome(lambda: page(everything=all, kept=numbers, said=_SAID.get(said, "")))

    @application.post("/diary/add")
    async def add(request: Request) -> Response:
        """Keep what a form says."""

        def work(kept: Store, sent: _Sent) -> str:
            fields = sent[0]
            written = write(kept, person, lines_in(fields), at=_one(fields, "at"), token=_one(fields, "token"))
            return _kept(each.number for each in written)

        return await done(request, work)

    @application.post("/diary/correct")
    async def corrected(request: Request) -> Response:
        """Replace an entry, or take it back."""

        def work(kept: Store, sent: _Sent) -> str:
            fields = sent[0]
            number, why = _number(fields), _one(fields, "why")
            if not why:
                raise RecordError(f"entry {number} was left as it is: a correction needs a reason")
            if _one(fields, "do") == "withdraw":
                withdraw(kept, person, number, why=why)
                return "said=withdrawn"
            return _kept([correct(kept, person, number, _one(fields, "words"), why=why, at=_one(fields, "at")).number])

        return await done(request, work)

    @application.post("/diary/about")
    async def described(request: Request) -> Response:
        """Keep sex and age."""

        def work(kept: Store, sent: _Sent) -> str:
            said = options({name: _one(sent[0], name) for name in ("sex", "age")})
            if said == Options():
                raise SettingError("neither sex nor age was filled in")
            about(kept, person, sex=said.sex, age_years=said.age_years)
            return "said=about"

        return await done(request, work)

    @application.post("/diary/import")
    async def taken(request: Request) -> Response:
        """Take in a CSV file."""

        def work(kept: Store, sent: _Sent) -> str:
            fields, data, name = sent
            if not name:
                raise RecordError("no file was chosen")
            found = take_in(kept, person, data, name, patient=_one(fields, "patient") or None)
            if found.skipped:
                some = "; ".join(f"{each.source}: {each.reason}" for each in found.skipped[:_FIRST_SKIPPED])
                rest = len(found.skipped) - _FIRST_SKIPPED
                more = f"; and {rest} more" if rest > 0 else ""
                raise RecordError(
                    f"{found.new} entries were taken in, {found.known} were known, and "
                    f"{len(found.skipped)} could not be used: {some}{more}"
                )
            return "said=imported"

        return await done(request, work)

    @application.get("/diary.csv")
    def csv() -> Response:
        """What stands in the diary, as CSV."""
        attachment = {"Content-Disposition": 'attachment; filename="diary.csv"'}
        return read(give_out, lambda text: Response(text, media_type="text/csv", headers=attachment))

    @application.get("/diary/assessment", response_class=HTMLResponse)
    def assessment() -> Response:
        """The diary assessed."""
        return read(kept_as_csv, lambda text: HTMLResponse(render(assess(*as_file(text), Options()), inline=False)))

    def made_by(make: Fit) -> Callable[[], Response]:
        return lambda: read(kept_as_csv, lambda text: HTMLResponse(make(*as_file(text), Options())))

    for path, (_, make) in pages.items():
        application.get(f"/diary/{path}", response_class=HTMLResponse)(made_by(make))

    def kept_as_csv(kept: Store, subject: str) -> str:
        return csv_of(kept.record(subject, purpose="read to show"))

    def as_file(text: str) -> tuple[bytes, str]:
        return text.encode(), "diary.csv"

    def read(given: Callable[[Store, str], str], shown: Callable[[str], Response]) -> Response:
        """What is made of the diary as CSV, or the page with the sentence that refuses it."""

        def work() -> Response:
            with store() as kept:
                text = given(kept, person)
            return shown(text)

        try:
            return outcome(work)
        except ClarksonError as error:
            return HTMLResponse(page(_said(error)), status(error))


_SAID = {
    "withdrawn": "The entry was taken back. It stays in the history.",
    "about": "Sex and age were kept.",
    "imported": "The file was taken in. What the diary had already was not kept twice.",
}


def _said(error: ClarksonError) -> str:
    """A refusal in which no other person is named."""
    return _NOTHING if isinstance(error, NobodyError) else str(error)


async def _sent(request: Request) -> _Sent:
    """The fields of a form, and the bytes and name of the file in it."""
    async with request.form(max_files=1, max_fields=_MOST_FIELDS, max_part_size=LARGEST_BYTES) as form:
        fields: dict[str, list[str]] = {}
        data, name = b"", ""
        for key, value in form.multi_items():
            if isinstance(value, UploadFile):
                data, name = await value.read(), PurePath(value.filename or "").name
            else:
                fields.setdefault(key, []).append(value)
    return fields, data, name


def _one(fields: Fields, name: str) -> str:
    values: Sequence[str] = fields.get(name, ())
    return " ".join(values[0].split()) if values else ""


def _number(fields: Fields) -> int:
    said = _one(fields, "number")
    if not said.isdecimal():
        raise RecordError("the form names no entry")
    return int(said)


def _kept(numbers: Any) -> str:
    return urlencode({"kept": ",".join(str(each) for each in numbers)})
