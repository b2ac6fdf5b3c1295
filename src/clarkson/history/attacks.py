"""Attacks of a record: entered by somebody, or found by the watch in its results.

``docs/attack.md`` says what an attack is. On results it is a run of draws at which the watch finds a leak probable, at
least one of them with red cells and protein, with a tenth of the plasma or of the albumin missing at the worst.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from clarkson.balance.balance import Estimate
from clarkson.body.attack import PLASMA_BACK, PLASMA_LOST
from clarkson.history.draws import Draw
from clarkson.history.grade import AFTER, BEFORE, grade
from clarkson.record.record import Dose, Event, Source
from clarkson.watch.verdict import POSSIBLE_AT

Found = Literal["entered", "results", "both"]

QUIET = timedelta(days=14)
"""Draws that leak belong to one attack until none has leaked for so long, or one shows recovery. Refill lasts up to 15
days (UCLouvain)."""
ENTRIES_APART = timedelta(days=4)
"""Entries no farther apart than this, one from the next, tell of one attack. A leak lasts 1 to 4 days (PMC3089932)."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack of a record.

    ``onset`` and ``last`` are the first and the last sign of it that the record holds. ``grade`` is 1 to 4 where the
    record says enough, else None. What is lost is in percent of the person's own level at the worst draw around the
    attack (negative where there was more than usual), None where no draw tells it. ``words`` are those of the entries.
    """

    onset: datetime
    last: datetime
    found: Found
    grade: int | None = None
    plasma_lost_percent: Estimate | None = None
    albumin_lost_percent: Estimate | None = None
    words: str = ""
    sources: tuple[Source, ...] = ()


def attacks(events: Iterable[Event], doses: Iterable[Dose], drawn: Sequence[Draw]) -> tuple[Attack, ...]:
    """The attacks in what happened (``events``) and in results (``drawn``), each once, in time order.

    >>> day = datetime.fromisoformat("2024-03-01T08:00:00+00:00")
    >>> twice = [Event("attack", "swollen arms", day + timedelta(days=each), Source("diary")) for each in (0, 1)]
    >>> [(each.found, each.words) for each in attacks(twice, [], [])]
    [('entered', 'swollen arms')]
    """
    happened, given = tuple(events), tuple(doses)
    found = sorted([*_entered(happened), *_in_results(drawn)], key=lambda each: (each.onset, each.last, each.found))
    together: list[Attack] = []
    for each in found:
        if together and _same(together[-1], each):
            together[-1] = _joined(together[-1], each)
        else:
            together.append(each)
    return tuple(_described(each, happened, given, drawn) for each in together)


def _same(earlier: Attack, later: Attack) -> bool:
    """Whether two belong together: entries of one attack and draws of one attack are joined already."""
    return later.found != earlier.found and later.onset - earlier.last <= ENTRIES_APART


def _joined(one: Attack, other: Attack) -> Attack:
    return Attack(
        min(one.onset, other.onset),
        max(one.last, other.last),
        "both",
        words="; ".join(dict.fromkeys(each.words for each in (one, other) if each.words)),
        sources=tuple(dict.fromkeys((*one.sources, *other.sources))),
    )


def _entered(events: Iterable[Event]) -> list[Attack]:
    entries = [
        (each.time, each.text, each.source) for each in events if each.kind == "attack" and each.time is not None
    ]
    runs: list[list[tuple[datetime, str, Source]]] = []
    for entry in sorted(entries, key=lambda each: (each[0], each[1], str(each[2]))):
        if runs and entry[0] - runs[-1][-1][0] <= ENTRIES_APART:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    return [
        Attack(
            run[0][0],
            run[-1][0],
            "entered",
            words="; ".join(dict.fromkeys(text for _, text, _ in run)),
            sources=tuple(dict.fromkeys(source for _, _, source in run)),
        )
        for run in runs
    ]


def _in_results(drawn: Sequence[Draw]) -> list[Attack]:
    runs: list[list[Draw]] = []
    recovered = False
    for each in drawn:
        if not each.leaks:
            recovered = recovered or _recovered(each)
            continue
        if runs and not recovered and each.time - runs[-1][-1].time <= QUIET:
            runs[-1].append(each)
        else:
            runs.append([each])
        recovered = False
    return [
        Attack(run[0].time, run[-1].time, "results", sources=_sources(run))
        for run in runs
        if any(each.whole for each in run) and any(_large(each) for each in run)
    ]


def _recovered(draw: Draw) -> bool:
    """Whether a draw shows that an attack is over: no leak, plasma within 5 % and albumin within 10 % of the usual."""
    plasma, albumin = draw.balance.plasma_volume_change_percent, draw.balance.albumin_mass_change_percent
    if draw.spoilt or draw.leak >= POSSIBLE_AT or plasma is None or albumin is None:
        return False
    return plasma.median > -100.0 * PLASMA_BACK and albumin.median > -100.0 * PLASMA_LOST


def _large(draw: Draw) -> bool:
    lost = 100.0 * PLASMA_LOST
    changes = (draw.balance.plasma_volume_change_percent, draw.balance.albumin_mass_change_percent)
    return any(each is not None and each.median <= -lost for each in changes)


def _sources(run: Iterable[Draw]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys(each.sample.results[key].source for each in run for key in each.sample.red_cells[:1]))


def _described(attack: Attack, events: Iterable[Event], doses: Iterable[Dose], drawn: Sequence[Draw]) -> Attack:
    """The attack with its grade, and with what was missing at the worst draw around it."""
    start, stop = attack.onset - BEFORE, attack.last + AFTER
    around = [each.balance for each in drawn if not each.spoilt and start <= each.time <= stop]
    return replace(
        attack,
        grade=grade(attack.onset, attack.last, events, doses),
        plasma_lost_percent=_worst(each.plasma_volume_change_percent for each in around),
        albumin_lost_percent=_worst(each.albumin_mass_change_percent for each in around),
    )


def _worst(changes: Iterable[Estimate | None]) -> Estimate | None:
    known = [each for each in changes if each is not None]
    if not known:
        return None
    worst = min(known, key=lambda each: each.median)
    return Estimate(-worst.median, -worst.high, -worst.low)
