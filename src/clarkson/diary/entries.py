"""Entries of a diary: one is a fact of the store, or the two pressures that a cuff measured together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from clarkson.diary.plain import Fact
from clarkson.diary.shown import shown_facts, shown_time
from clarkson.diary.words import words_of
from clarkson.errors import NobodyError
from clarkson.record.record import Dose, Event, Result
from clarkson.store.store import Kept, Store

_PRESSURES = ("systolic_pressure", "diastolic_pressure")
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was written down at once: ``facts`` with their ``numbers`` in the store, when (``at``) and by whom.

    ``withdrawn`` says when, by whom and why it fell; it is empty where the entry stands.
    """

    numbers: tuple[int, ...]
    facts: tuple[Fact, ...]
    at: str
    who: str
    withdrawn: str = ""

    @property
    def number(self) -> int:
        """The number by which the entry is named."""
        return self.numbers[0]

    @property
    def time(self) -> datetime | None:
        """When it happened, or began."""
        first = self.facts[0]
        return first.start if isinstance(first, Dose) else first.time

    @property
    def exact(self) -> bool:
        """Whether its hour is known."""
        return all(each.exact_time for each in self.facts)

    @property
    def when(self) -> str:
        """Its time as it is listed."""
        return shown_time(self.time, self.facts)

    @property
    def shown(self) -> str:
        """The entry as a person reads it."""
        return shown_facts(self.facts)

    @property
    def words(self) -> str:
        """The words that are read as this entry."""
        return words_of(self.facts)

    @property
    def goes_on(self) -> bool:
        """Whether it is a treatment that was started and not stopped."""
        first = self.facts[0]
        return isinstance(first, Dose) and first.lasting and first.end is None and not self.withdrawn


def entries(store: Store, subject: str, *, purpose: str | None = "read history") -> tuple[Entry, ...]:
    """Every entry of a person, the newest first, those that were taken back among them; none of nobody.

    The audit log says ``purpose``; None is for what is looked at to decide, and shown to nobody.

    Raises
    ------
    StoreError
        The store cannot be read.
    """
    try:
        kept = store.history(subject, purpose=purpose)
    except NobodyError:
        return ()
    return tuple(sorted(_paired(kept), key=lambda each: (each.time or _NEVER, each.number), reverse=True))


def _paired(kept: Iterable[Kept]) -> list[Entry]:
    """One entry a fact; a diastolic pressure joins the systolic one of the same moment and arrival."""
    found: list[Entry] = []
    waiting: dict[tuple[object, ...], int] = {}
    for each in kept:
        entry = Entry((each.number,), (each.fact,), each.at, each.who, each.withdrawn)
        if isinstance(each.fact, Result) and each.fact.analyte in _PRESSURES:
            fact = each.fact
            of = (fact.time, fact.method, fact.laboratory, fact.comparator, fact.raw_unit, fact.steady)
            key = (*of, fact.exact_time, fact.status, each.at, each.who, each.withdrawn)
            other = waiting.pop((*key, _other(fact)), None)
            if other is not None:
                first, second = sorted((found[other], entry), key=_is_lower)
                numbers, facts = first.numbers + second.numbers, first.facts + second.facts
                found[other] = Entry(numbers, facts, each.at, each.who, each.withdrawn)
                continue
            waiting[*key, fact.analyte] = len(found)
        found.append(entry)
    return found


def _other(fact: Result) -> str:
    return _PRESSURES[1] if fact.analyte == _PRESSURES[0] else _PRESSURES[0]


def _is_lower(entry: Entry) -> bool:
    first: Result | Dose | Event = entry.facts[0]
    return isinstance(first, Result) and first.analyte == _PRESSURES[1]
