"""The routes of a review: the queue, one person, the ranked list, where it stands. On loopback, behind a key.

The folder of a screening holds many people, so an answer needs the key that stands in the address which the command
prints: another account of the same machine does not know it. What was found about a person is shown to a reviewer only
once they have answered, or have opened the ranked list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from secrets import compare_digest
from typing import TypeVar
from urllib.parse import quote, unquote

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from clarkson.errors import ClarksonError
from clarkson.report.review_page import render_list, render_overview, render_person, render_refusal
from clarkson.screen.found import Screening, results_of
from clarkson.screen.reviews import (
    ANSWERS,
    LONGEST_NAME,
    LONGEST_REASON,
    REVIEWS,
    Answer,
    Given,
    Judgement,
    Reviews,
    checked_reviewer,
    first_blind,
    judge,
    newest,
    open_list,
    read_reviews,
)
from clarkson.screen.standing import standing
from clarkson.serve.failures import outcome, status
from clarkson.serve.guard import refuse_foreign, refuse_large
from clarkson.serve.local import local_application

REVIEWER = "clarkson_reviewer"
LISTED = 100
_Made = TypeVar("_Made")
_LARGEST_FIELD = 100_000
_NO_KEY = "This page needs its key: open the address that 'clarkson review' printed."


def review_app(screening: Screening, *, key: str, reviewer: str | None = None) -> FastAPI:
    """The web application of a review; with ``reviewer`` every answer is theirs, else whoever names themselves.

    Raises
    ------
    SettingError
        That is no name of a reviewer.
    StoreError
        The judgements cannot be read.
    """
    path = screening.folder / REVIEWS
    fixed = None if reviewer is None else checked_reviewer(reviewer, read_reviews(path).reviewers)
    numbers = {subject: number for number, subject in enumerate(screening.queue, 1)}
    key_cookie = f"clarkson_review_{hashlib.sha256(key.encode()).hexdigest()[:8]}"

    def has_key(request: Request) -> None:
        if not compare_digest(request.cookies.get(key_cookie, "").encode(), key.encode()):
            raise HTTPException(403, _NO_KEY)

    made = local_application("Clarkson review", _refused, openapi_url=None)
    locked = [Depends(has_key)]

    def who(request: Request) -> str:
        return fixed or unquote(request.cookies.get(REVIEWER, ""))

    def next_of(name: str, reviews: Reviews, after: int = 0) -> int | None:
        """The number of the next person whom the reviewer has not judged; after the last the first one."""
        answered = {each.subject for each in reviews.judgements if each.reviewer == name}
        open_ = [number for subject, number in numbers.items() if subject not in answered]
        return next((number for number in open_ if number > after), open_[0] if open_ else None)

    def overview(name: str, error: str = "") -> str:
        reviews = read_reviews(path)
        given, blind = newest(reviews.judgements), first_blind(reviews.judgements)
        known = [each for each in reviews.judgements if each.subject in numbers]
        both = [("The newest answer of each reviewer", standing(screening, given))]
        if blind != given:
            both.append(("First answers alone, given blind", standing(screening, blind)))
        return render_overview(
            reviewer=name,
            fixed=fixed is not None,
            reviewers=reviews.reviewers,
            progress=_progress(reviews, given, numbers),
            people=len(numbers),
            next=next_of(name, reviews),
            opened=name in reviews.opened,
            both=both,
            strangers=len(reviews.judgements) - len(known),
            damaged=reviews.damaged,
            flagged=len(screening.people),
            random=len(screening.negatives),
            screened=screening.screened,
            longest=LONGEST_NAME,
            folder=screening.folder.name,
            error=error,
        )

    def person(name: str, number: int, *, kept: bool = False, error: str = "", reason: str = "") -> str:
        subject, reviews = _subject(screening, number), read_reviews(path)
        everything = newest(reviews.judgements)
        given = everything.get(subject, {})
        own = given.get(name)
        shown = own is not None or name in reviews.opened
        return render_person(
            results_of(screening, subject),
            screening.episodes.get(subject, ()) if shown else (),
            reviewer=name,
            number=number,
            subject=subject,
            traits=screening.traits(subject),
            row=screening.people.get(subject) if shown else None,
            found=shown,
            own=own,
            given=[each for each in given.values() if own is not None],
            judged=sum(each in numbers for each in _own(everything, name)),
            people=len(numbers),
            next=next_of(name, reviews, number),
            opened=name in reviews.opened,
            longest=LONGEST_REASON,
            kept=kept,
            error=error,
            reason=reason,
        )

    async def sent(request: Request) -> Mapping[str, str]:
        refuse_foreign(request.headers)
        refuse_large(request.headers)
        async with request.form(max_files=0, max_fields=10, max_part_size=_LARGEST_FIELD) as form:
            return {name: value for name, value in form.items() if isinstance(value, str)}

    async def done(work: Callable[[], Response], otherwise: Callable[[str], str]) -> Response:
        """What ``work`` answers, or the page with the sentence that refuses it."""
        try:
            return await run_in_threadpool(outcome, work)
        except ClarksonError as error:
            return HTMLResponse(await run_in_threadpool(otherwise, str(error)), status(error))

    @made.get("/", response_class=HTMLResponse)
    def first(request: Request) -> Response:
        """Where the review stands; an address with the key gives way to one without."""
        said = request.query_params.get("key")
        if said is not None and compare_digest(said.encode(), key.encode()):
            answer = RedirectResponse("/", 303)
            answer.set_cookie(key_cookie, key, httponly=True, samesite="lax")
            return answer
        has_key(request)
        return HTMLResponse(_shown(lambda: overview(who(request))))

    @made.post("/reviewer", dependencies=locked)
    async def named(request: Request) -> Response:
        """Keep who reviews, in a cookie of this browser."""
        fields = await sent(request)

        def work() -> Response:
            name = checked_reviewer(fields.get("name", ""), read_reviews(path).reviewers)
            answer = RedirectResponse("/", 303)
            answer.set_cookie(REVIEWER, quote(name), httponly=True, samesite="lax")
            return answer

        return await done(work, lambda error: overview(who(request), error))

    @made.get("/next", dependencies=locked)
    def following(request: Request) -> Response:
        """The next person of the queue, or the first page once there is none."""
        number = next_of(who(request), outcome(lambda: read_reviews(path))) if who(request) else None
        return RedirectResponse("/" if number is None else f"/person/{number}", 303)

    @made.get("/person/{number:int}", response_class=HTMLResponse, dependencies=locked)
    def one(request: Request, number: int, kept: bool = False) -> Response:
        """One person."""
        if not who(request):
            return RedirectResponse("/", 303)
        return HTMLResponse(_shown(lambda: person(who(request), number, kept=kept)))

    @made.post("/person/{number:int}", dependencies=locked)
    async def answered(request: Request, number: int) -> Response:
        """Keep an answer, then show what was found."""
        fields, name = await sent(request), who(request)
        if not name:
            return RedirectResponse("/", 303)

        def work() -> Response:
            subject = _subject(screening, number)
            judge(path, name, subject, fields.get("answer", ""), fields.get("reason", ""))
            return RedirectResponse(f"/person/{number}?kept=true", 303)

        return await done(
            work, lambda error: person(name, number, error=error, reason=fields.get("reason", "")[:LONGEST_REASON])
        )

    def listed(name: str, start: int) -> str:
        reviews = read_reviews(path)
        own = _own(newest(reviews.judgements), name)
        rows = list(screening.people.values())[start : start + LISTED] if name in reviews.opened else []
        return render_list(
            reviewer=name,
            opened=name in reviews.opened,
            rows=[(row, numbers[row["subject"]], own.get(row["subject"])) for row in rows],
            start=start,
            listed=LISTED,
            flagged=len(screening.people),
        )

    @made.get("/ranked", response_class=HTMLResponse, dependencies=locked)
    def ranked(request: Request, start: int = 0) -> Response:
        """The candidates by rank."""
        if not who(request):
            return RedirectResponse("/", 303)
        return HTMLResponse(_shown(lambda: listed(who(request), max(start, 0))))

    @made.post("/ranked", dependencies=locked)
    async def opened(request: Request) -> Response:
        """Open the ranked list for a reviewer, which ends their blinding."""
        await sent(request)
        if not who(request):
            return RedirectResponse("/", 303)

        def work() -> Response:
            open_list(path, who(request))
            return RedirectResponse("/ranked", 303)

        return await done(work, render_refusal)

    return made


def _subject(screening: Screening, number: int) -> str:
    if not 1 <= number <= len(screening.queue):
        raise HTTPException(404, "There is no such person in this review.")
    return screening.queue[number - 1]


def _own(given: Given, name: str) -> dict[str, Judgement]:
    """What one reviewer answered, by subject."""
    return {subject: by_reviewer[name] for subject, by_reviewer in given.items() if name in by_reviewer}


def _progress(
    reviews: Reviews, given: Given, numbers: Mapping[str, int]
) -> list[tuple[str, dict[Answer, int], int, bool]]:
    """For each reviewer: name, how many of each answer, how many of their first ones were blind, list opened."""
    found = []
    for name in reviews.reviewers:
        own = [each for subject, each in _own(given, name).items() if subject in numbers]
        counts = {answer: sum(each.answer == answer for each in own) for answer in ANSWERS}
        blind = sum(each.blind and each.reviewer == name and each.subject in numbers for each in reviews.judgements)
        found.append((name, counts, blind, name in reviews.opened))
    return found


def _shown(work: Callable[[], _Made]) -> _Made:
    """The outcome of ``work``; a folder that cannot be read any more is said as such."""
    try:
        return outcome(work)
    except ClarksonError as error:
        raise HTTPException(503, f"The folder cannot be read: {error}.") from None


def _refused(_request: Request, status: int, sentence: str) -> Response:
    """A refusal as a page."""
    return HTMLResponse(render_refusal(sentence), status)
