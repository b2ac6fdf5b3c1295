"""The account of a data set: what stood in it, and what became of every piece."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from clarkson.record.record import Record, Source


@dataclass(frozen=True, slots=True)
class Account:
    """How many pieces (rows, resources) went in, and what became of them.

    ``pieces`` by table or file. ``used`` pieces gave a result, a dose, an event or a trait, or helped to read one that
    did; ``listed`` ones gave nothing and are listed with the reason. ``results``, ``doses`` and ``events`` are what the
    records hold; ``skipped`` what they list, by reason.
    """

    pieces: Mapping[str, int]
    used: int
    listed: int
    people: int
    results: Mapping[str, int]
    doses: Mapping[str, int]
    events: Mapping[str, int]
    skipped: Mapping[str, int]

    @property
    def lost(self) -> int:
        """How many pieces are neither used nor listed: 0 unless Clarkson is broken."""
        return sum(self.pieces.values()) - self.used - self.listed


def sources(record: Record) -> Iterator[Source]:
    """Where each result, dose and event of a record was read."""
    yield from (each.source for each in record.results)
    yield from (each.source for each in record.doses)
    yield from (each.source for each in record.events)


@dataclass(slots=True)
class Tally:
    """What records hold, counted while they pass."""

    people: int = 0
    results: Counter[str] = field(default_factory=Counter)
    doses: Counter[str] = field(default_factory=Counter)
    events: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Count one more record."""
        self.people += 1
        self.results.update(each.analyte for each in record.results)
        self.doses.update(each.kind for each in record.doses)
        self.events.update(each.kind for each in record.events)
        for each in record.skipped:
            self.skipped[each.reason] += each.count

    def account(self, pieces: Mapping[str, int], used: int, listed: int) -> Account:
        """The account of so many pieces.

        >>> Tally().account({"measurement": 0}, 0, 0).lost
        0
        """
        held = (dict(each) for each in (self.results, self.doses, self.events, self.skipped))
        return Account(dict(pieces), used, listed, self.people, *held)
