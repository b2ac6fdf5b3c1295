"""Facts as JSON and back: the same fact gives the same text, and every fact comes back as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from clarkson.record.record import Dose, Event, Record, Result, Skipped, Source
from clarkson.record.repeats import settle

Fact = Result | Dose | Event | Skipped
_KINDS: dict[str, type[Any]] = {"result": Result, "dose": Dose, "event": Event, "skipped": Skipped}
_TIMES = frozenset({"time", "start", "end", "origin"})
_TRAITS = ("sex", "age_years", "height_cm", "weight_kg", "citation", "origin")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """A fact as the store keeps it."""

    kind: str
    what: str
    time_us: int | None
    value: float | None
    body: str
    digest: str


def rows_of(record: Record) -> Iterator[Row]:
    """Every fact of a record, in its order. Facts that are equal in all are told apart by their number.

    >>> [row.kind for row in rows_of(Record("me", sex="female"))]
    ['traits']
    """
    traits = {name: getattr(record, name) for name in _TRAITS} | {"diagnoses": record.diagnoses}
    seen: dict[str, int] = {}
    yield _row("traits", "", None, None, traits, seen)
    for result in record.results:
        yield _row("result", result.analyte, result.time, result.value, asdict(result), seen)
    for dose in record.doses:
        yield _row("dose", dose.what, dose.start, dose.amount, _body(dose), seen)
    for event in record.events:
        yield _row("event", event.text, event.time, None, _body(event), seen)
    for skipped in record.skipped:
        yield _row("skipped", skipped.reason, None, None, asdict(skipped), seen)


def _body(fact: Dose | Event) -> dict[str, Any]:
    """The fields of a fact, without those that say no more than usual: so the digest of an older one is the same."""
    usual = {"lasting": False, "every_h": None, "exact_time": True}
    return {name: value for name, value in asdict(fact).items() if name not in usual or value != usual[name]}


def _row(
    kind: str, what: str, time: datetime | None, value: float | None, body: dict[str, Any], seen: dict[str, int]
) -> Row:
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
    number = seen[text] = seen.get(text, -1) + 1
    digest = hashlib.sha256(f"{kind}\n{number}\n{text}".encode()).hexdigest()
    time_us = None if time is None else round((time - _EPOCH).total_seconds() * 1e6)
    return Row(kind, what, time_us, value, text, digest)


def fact_of(kind: str, body: str) -> Fact:
    """A result, dose, event or skipped piece from its JSON."""
    fields = _with_times(orjson.loads(body))
    fields["source"] = Source(**fields["source"])
    found: Fact = _KINDS[kind](**fields)
    return found


def record_of(subject: str, rows: list[tuple[str, str]]) -> Record:
    """The record of the kinds and bodies of facts, the oldest first. Of traits the newest that was said stands.

    What came twice from different places is read once, and the repeat is listed.
    """
    record = Record(subject)
    facts: list[Fact] = []
    diagnoses: dict[str, None] = {}
    for kind, body in rows:
        if kind == "traits":
            traits = _with_times(orjson.loads(body))
            diagnoses |= dict.fromkeys(traits.pop("diagnoses"))
            record = replace(record, **{name: value for name, value in traits.items() if value not in (None, "")})
        else:
            facts.append(fact_of(kind, body))
    diagnoses |= dict.fromkeys(each.text for each in facts if isinstance(each, Event) and each.kind == "diagnosis")
    results, repeats = settle(each for each in facts if isinstance(each, Result))
    return replace(
        record,
        results=results,
        doses=tuple(sorted((each for each in facts if isinstance(each, Dose)), key=lambda each: each.start)),
        events=tuple(each for each in facts if isinstance(each, Event)),
        diagnoses=tuple(diagnoses),
        skipped=(*(each for each in facts if isinstance(each, Skipped)), *repeats),
    )


def _with_times(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: datetime.fromisoformat(value) if name in _TIMES and isinstance(value, str) else value
        for name, value in fields.items()
    }
