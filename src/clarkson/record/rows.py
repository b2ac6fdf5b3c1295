"""From the rows of one person to a record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar, get_args

from clarkson.record.canonical_columns import instant, refusal_of_time, result_of
from clarkson.record.doses import volume_ml
from clarkson.record.record import Dose, DoseKind, Event, EventKind, Record, Result, Skipped, Source
from clarkson.record.repeats import settle
from clarkson.record.times import ORIGIN

_DAYS_PER_YEAR = 365.25
OLDEST_YEARS = 130.0
_Fact = TypeVar("_Fact", Result, Dose, Event)


@dataclass(frozen=True, slots=True)
class Rows:
    """What the tables of a data set hold of one person."""

    people: list[dict[str, Any]]
    results: list[dict[str, Any]]
    doses: list[dict[str, Any]]
    events: list[dict[str, Any]]
    unread: list[dict[str, Any]]


def record_of_rows(subject: str, rows: Rows, citation: str) -> Record:
    """The record in the rows of one person. What could not be used is in ``Record.skipped``."""
    skipped = [
        Skipped(
            Source(row["file"] or "", f"{row['rows']} rows"),
            f"Clarkson does not use {row['words'] or row['code'] or 'what has no name'}",
            row["code"] or "",
            count=row["rows"],
        )
        for row in sorted(rows.unread, key=lambda row: (row["file"] or "", row["code"] or ""))
    ]
    results = _made(rows.results, result_of, skipped)
    doses = _made(rows.doses, _dose, skipped)
    events = _made(rows.events, _event, skipped)
    settled, repeats = settle(results)
    diagnosed = [each.text for each in events if each.kind == "diagnosis"]
    person = rows.people[0] if rows.people else {}
    skipped += [
        Skipped(Source(row["file"], row["place"]), "this person stands in the table more than once", subject)
        for row in rows.people[1:]
    ]
    return Record(
        subject,
        settled,
        tuple(doses),
        tuple(events),
        sex=person.get("sex"),
        age_years=_age_years(person, settled),
        height_cm=person.get("height_cm"),
        weight_kg=person["weight_kg"]
        if "weight_kg" in person
        else next((each.value for each in settled if each.analyte == "weight"), None),
        diagnoses=tuple(dict.fromkeys((*(person.get("diagnoses") or ()), *diagnosed))),
        citation=person.get("citation") or citation,
        origin=ORIGIN if person.get("relative_time") else None,
        skipped=(*skipped, *repeats),
    )


def _made(
    rows: list[dict[str, Any]], make: Callable[[dict[str, Any]], _Fact | Skipped], skipped: list[Skipped]
) -> list[_Fact]:
    """What rows give, in order; what they do not is added to ``skipped``."""
    found: list[_Fact] = []
    for row in _ordered(rows):
        each = make(row)
        if isinstance(each, Skipped):
            skipped.append(each)
        else:
            found.append(each)
    return found


def _ordered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By time and place; what stands at one place, in an order that does not hang on how it was read."""
    places = [_place(row) for row in rows]
    if len(set(places)) == len(rows):
        return [rows[each] for each in sorted(range(len(rows)), key=places.__getitem__)]
    return sorted(rows, key=lambda row: (*_place(row), str(row)))


def _place(row: dict[str, Any]) -> tuple[int, int, str]:
    return row["time_us"] or 0, len(row["place"]), row["place"]


def _dose(row: dict[str, Any]) -> Dose | Skipped:
    source = Source(row["file"], row["place"])
    what, amount, unit = row["words"] or row["drug"] or "", row["amount"], row["unit"] or ""
    start, end = row["time_us"], row["end_us"]
    reason = row["refusal"] or refusal_of_time(start)
    kind = row.get("said_kind") or row["kind"]
    if reason is None and not what:
        reason = "it does not name what was given"
    if reason is None and kind not in get_args(DoseKind):
        reason = f"'{kind}' is no kind of dose; known are {', '.join(get_args(DoseKind))}"
    if reason is None and amount is not None and amount < 0:
        reason = f"its amount is negative: {amount:g} {unit}".rstrip()
    if reason is None and end is not None and end < start:
        reason = "it ends before it starts"
    if reason is not None:
        return Skipped(source, reason, what)
    return Dose(
        kind,
        what,
        instant(start),
        source,
        None if end is None or refusal_of_time(end) else instant(end),
        amount,
        unit,
        volume_ml(amount, unit),
        bool(row.get("lasting")),
        row.get("every_h"),
        row.get("exact") is not False,
    )


def _event(row: dict[str, Any]) -> Event | Skipped:
    source = Source(row["file"], row["place"])
    if row["refusal"] is not None or not row["words"]:
        return Skipped(source, row["refusal"] or "it does not say what happened", row["words"] or "")
    if row["kind"] not in get_args(EventKind):
        reason = f"'{row['kind']}' is no kind of event; known are {', '.join(get_args(EventKind))}"
        return Skipped(source, reason, row["words"])
    time = None if refusal_of_time(row["time_us"]) else instant(row["time_us"])
    return Event(row["kind"], row["words"], time, source, row.get("exact") is not False)


def _age_years(person: dict[str, Any], results: tuple[Result, ...]) -> float | None:
    """Age in years as the table says it, else at the newest result."""
    if person.get("age_years") is not None:
        return float(person["age_years"])
    born: date | None = person.get("born")
    age = None if born is None or not results else age_at(born, results[-1].time.date())
    return None if age is None else round(age, 1)


def age_at(born: date, day: date) -> float | None:
    """Age in years on a day, or None where nobody can be that old, or is not born.

    >>> age_at(date(1960, 3, 4), date(1964, 3, 4))
    4.0
    """
    age = (day - born).days / _DAYS_PER_YEAR
    return age if 0.0 <= age <= OLDEST_YEARS else None
