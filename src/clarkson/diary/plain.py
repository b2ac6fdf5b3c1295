"""Facts of the diary apart from where they were read: what makes two entries the same."""

from __future__ import annotations

from dataclasses import replace

from clarkson.record.record import Dose, Event, Result, Source

DIARY = Source("diary")
"""Where a fact was read that a person wrote down."""

Fact = Result | Dose | Event
"""What an entry is made of."""


def plain(fact: Fact) -> Fact:
    """The fact as if it had been written down: two that differ only in their place are then equal.

    >>> from datetime import UTC, datetime
    >>> plain(Event("attack", "attack", datetime(2026, 3, 4, tzinfo=UTC), Source("a.csv", "line 2"))).source
    Source(file='diary', place='')
    """
    return replace(fact, source=DIARY)
