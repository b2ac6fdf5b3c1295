"""What stands in a record near an episode that makes it secondary, or explains it otherwise (``causes.toml``).

A reader prints an event or a dose as words where its data set has them, else as a code; both are matched here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

from clarkson.record.record import Record
from clarkson.screen.recorded import Said, said, spoken

Meaning = Literal["leak", "blood", "other"]
UNDATED = " (undated)"


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: what it means, how it is recognised, and when it counts.

    ``meaning``: "leak" vessels are known to leak in it, "blood" it moves results without a leak, "other" it explains
    low albumin or swelling otherwise. ``before`` is counted from the first draw of an episode, None is any time
    before; ``after`` from its last draw, or from its first where ``until_start``. ``codes`` name their vocabulary
    ("OMOP 132797"); those that nobody read in a vocabulary are in ``assumed`` too.
    """

    label: str
    meaning: Meaning
    before: timedelta | None
    after: timedelta
    until_start: bool
    words: tuple[str, ...]
    not_words: tuple[str, ...]
    codes: tuple[str, ...]
    assumed: tuple[str, ...]
    dose_kinds: frozenset[str]
    event_kinds: frozenset[str]
    source: str


@cache
def catalogue() -> tuple[Cause, ...]:
    """Every cause that is looked for.

    >>> next(each.meaning for each in catalogue() if each.label == "transfusion")
    'blood'
    """
    table = _table()
    return tuple(_cause(entry, table["windows"][entry["window"]]) for entry in table["cause"])


def causes(record: Record, start: datetime, end: datetime) -> tuple[str, ...]:
    """The causes recorded near an episode from ``start`` to ``end``, sorted; () where none is.

    A diagnosis or event without a date counts for every episode of its person; its label then ends in " (undated)".

    >>> from datetime import UTC
    >>> day = datetime(2026, 3, 4, tzinfo=UTC)
    >>> causes(Record("a", diagnoses=("Septic shock",)), day, day)
    ('sepsis (undated)',)
    """
    near, undated = set[str](), set[str]()
    for each in facts(record):
        if each.start is None:
            undated |= labels(each)
        else:
            near |= {cause.label for cause in _matched(each) if _counts(cause, each, start, end)}
    return tuple(sorted(near | {label + UNDATED for label in undated - near}))


def named(record: Record) -> bool:
    """Whether capillary leak syndrome itself stands among the diagnoses, at any date.

    A leak that is called secondary there is not meant, and ICD-10 I78.8 alone does not say it.

    >>> named(Record("a", diagnoses=("Systemic capillary leak syndrome",)))
    True
    """
    return any(_names_the_disease(each.text) for each in facts(record) if each.kind == "diagnosis")


def facts(record: Record) -> Iterator[Said]:
    """Everything in a record that may name a cause, each once."""
    dated = set[str]()
    for event in record.events:
        if event.kind not in ("symptom", "attack"):
            dated.add(event.text)
            yield Said(event.kind, event.text, event.time, event.time)
    for dose in record.doses:
        end = dose.end or (None if dose.lasting else dose.start)
        yield Said("dose", dose.what, dose.start, end, dose.kind)
    for text in record.diagnoses:
        if text not in dated:
            yield Said("diagnosis", text, None, None)


def labels(fact: Said) -> frozenset[str]:
    """The causes that a fact names, whenever it was.

    >>> sorted(labels(Said("diagnosis", "ICD10CM A41.9", None, None)))
    ['sepsis']
    """
    return frozenset(each.label for each in _matched(fact))


def _matched(fact: Said) -> tuple[Cause, ...]:
    of_kind = (each for each in catalogue() if fact.dose_kind in each.dose_kinds or fact.kind in each.event_kinds)
    return tuple(dict.fromkeys((*of_kind, *_named_in(fact.text))))


@lru_cache(maxsize=65536)
def _named_in(text: str) -> tuple[Cause, ...]:
    not_said = _not_said()
    return tuple(
        each for each in catalogue() if spoken(text, each.words, each.not_words, not_said) or said(text, each.codes)
    )


@lru_cache(maxsize=65536)
def _names_the_disease(text: str) -> bool:
    entry = _table()["named"]
    codes = (*entry["codes"], *entry["assumed"])
    return spoken(text, tuple(entry["words"]), tuple(entry["not_words"]), _not_said()) or said(text, codes)


def _counts(cause: Cause, fact: Said, start: datetime, end: datetime) -> bool:
    if fact.start is None or fact.start > (start if cause.until_start else end) + cause.after:
        return False
    return cause.before is None or fact.end is None or fact.end >= start - cause.before


def _cause(entry: dict[str, Any], window: dict[str, Any]) -> Cause:
    assumed = tuple(entry.get("assumed", ()))
    before_days = window.get("before_days")
    return Cause(
        entry["label"],
        entry["meaning"],
        None if before_days is None else timedelta(days=before_days),
        timedelta(days=window["after_days"]),
        window.get("until") == "start",
        tuple(entry["words"]),
        tuple(entry.get("not_words", ())),
        (*entry.get("codes", ()), *assumed),
        assumed,
        frozenset(entry.get("dose_kinds", ())),
        frozenset(entry.get("event_kinds", ())),
        entry["source"],
    )


def _not_said() -> tuple[tuple[str, ...], tuple[str, ...]]:
    entry = _table()["not_said"]
    return tuple(entry["clauses"]), tuple(entry["rest"])


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("clarkson.screen").joinpath("causes.toml").read_text(encoding="utf-8"))
