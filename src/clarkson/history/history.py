"""The history of one person: watched time, attacks, treatments and what else happened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from clarkson.history.attacks import Attack, attacks
from clarkson.history.draws import draws
from clarkson.history.exposures import Exposure, exposures, runs_on
from clarkson.record.record import Event, EventKind, Record

YEAR = timedelta(days=365.25)
DAY = timedelta(days=1)
LONGEST_SILENCE_DAYS = 730.0
"""Time is watched while no two facts are farther apart. The registry sees people every half year (Gousseff 2011), and
some have attacks years apart; the length is an assumption."""
AGE_IS_ROUNDED = YEAR
"""Ages are printed in whole years: a birth may lie a year earlier than they say."""
_DISEASE = re.compile(r"capillary leak|clarkson|\bscls\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """Time from ``start`` up to, not with, ``stop``."""

    start: datetime
    stop: datetime

    @property
    def years(self) -> float:
        """Its length in years of 365.25 days."""
        return (self.stop - self.start) / YEAR

    def __contains__(self, time: datetime) -> bool:
        """Whether a time lies in it."""
        return self.start <= time < self.stop


@dataclass(frozen=True, slots=True)
class History:
    """One person's years.

    ``watched`` are the spans (UTC) in which an attack would have come to the record's attention, ``attacks`` all that
    happened in them. ``diagnosed`` is the first diagnosis of the disease that has a date. ``remarks`` say what was odd
    and how it was handled, as sentences.
    """

    subject: str
    born: datetime | None = None
    watched: tuple[Span, ...] = ()
    attacks: tuple[Attack, ...] = ()
    exposures: tuple[Exposure, ...] = ()
    infections: tuple[Event, ...] = ()
    symptoms: tuple[Event, ...] = ()
    triggers: tuple[Event, ...] = ()
    remarks: tuple[str, ...] = ()
    diagnosed: datetime | None = None

    @property
    def years(self) -> float:
        """Watched years."""
        return sum(each.years for each in self.watched)

    @property
    def until(self) -> datetime | None:
        """The end of watched time, None where none was."""
        return self.watched[-1].stop if self.watched else None


def history(
    record: Record, *, until: datetime | None = None, longest_silence_days: float = LONGEST_SILENCE_DAYS
) -> History:
    """The history of a record up to ``until``, or to the end of the day of its last fact.

    ``until`` says that somebody watched up to then; what lies behind it is not counted. Time without any fact for
    longer than ``longest_silence_days`` is not watched.

    >>> history(Record("nobody")).attacks
    ()
    """
    born = _born(record, until)
    earliest = None if born is None else born - AGE_IS_ROUNDED
    facts = sorted(_utc(each) for each in _facts(record, until) if earliest is None or each >= earliest)
    if not facts:
        end = _utc(until) if until is not None else datetime.max.replace(tzinfo=UTC)
        return History(record.subject, born, remarks=tuple(_not_counted(record, earliest, end)))
    end = facts[-1] + DAY if until is None else _utc(until)
    watched = _watched(facts, end, timedelta(days=longest_silence_days), vouched=until is not None)
    events = [each for each in record.events if each.time is not None and _counts(each.time, earliest, end)]
    results = tuple(each for each in record.results if _counts(each.time, earliest, end))
    drawn = draws(replace(record, results=results))
    found = attacks(events, record.doses, drawn)
    inside = tuple(each for each in found if any(each.onset in span for span in watched))
    treated, said = exposures(record.doses, end)
    remarks = [*_not_counted(record, earliest, end), *_silences(record, watched, longest_silence_days), *said]
    remarks += _no_attack(record, [each.time for each in drawn if each.leaks], found)
    if len(found) > len(inside):
        remarks.append(f"{_count(len(found) - len(inside), 'attack')} in time that nobody watched: not counted.")
    remarks += [
        f"{each.name[:1].upper()}{each.name[1:]} began before time is watched: it counts from the first watched day."
        for each in treated
        if watched and each.start < watched[0].start
    ]
    diagnosed = [each.time for each in events if each.kind == "diagnosis" and each.time and _DISEASE.search(each.text)]
    return History(
        record.subject,
        born,
        watched,
        inside,
        treated,
        _of_kind(events, "infection"),
        _of_kind(events, "symptom"),
        _of_kind(events, "trigger"),
        tuple(dict.fromkeys(remarks)),
        min(diagnosed, default=None),
    )


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC)


def _counts(time: datetime, earliest: datetime | None, end: datetime) -> bool:
    return (earliest is None or time >= earliest) and time < end


def _of_kind(events: Iterable[Event], kind: EventKind) -> tuple[Event, ...]:
    chosen = [(each.time, each.text, str(each.source), each) for each in events if each.kind == kind and each.time]
    return tuple(each[-1] for each in sorted(chosen, key=lambda each: each[:-1]))


def _moments(record: Record) -> list[datetime]:
    """When anything was measured, happened or was given, and from then on when anything that goes on was begun.

    Where a treatment of long ago is all that is told of a time, nobody wrote down what happened in it.
    """
    happened = [each.time for each in record.events if each.time is not None]
    given = [each.start for each in record.doses if not runs_on(each)]
    told = [*(each.time for each in record.results), *happened, *given]
    first = min(told, default=None)
    return [
        *told,
        *(each.start for each in record.doses if runs_on(each) and first is not None and each.start >= first),
    ]


def _facts(record: Record, until: datetime | None) -> list[datetime]:
    """The times at which somebody wrote something down. An end that lies behind all of them was only planned."""
    moments = [each for each in _moments(record) if until is None or each < until]
    if not moments:
        return []
    ends = [each.end for each in record.doses if each.end is not None]
    return [*moments, *(each for each in ends if min(moments) <= each <= max(moments))]


def _born(record: Record, until: datetime | None) -> datetime | None:
    """The latest day on which the person can be born: the age is taken to be that at the newest result."""
    results = [each.time for each in record.results] or _moments(record)
    known = [each for each in results if until is None or each < until]
    if record.age_years is None or not known:
        return None
    return max(known) - record.age_years * YEAR


def _watched(facts: Sequence[datetime], end: datetime, silence: timedelta, *, vouched: bool) -> tuple[Span, ...]:
    """Runs of facts without a long silence; each lasts through the day of its last fact. ``facts`` are sorted."""
    runs: list[list[datetime]] = []
    for fact in [*facts, *([end] if vouched else [])]:
        if runs and fact - runs[-1][1] <= silence:
            runs[-1][1] = fact
        else:
            runs.append([fact, fact])
    spans = (Span(first, min(last + DAY, end)) for first, last in runs)
    return tuple(each for each in spans if each.start < each.stop)


def _shown(record: Record, time: datetime) -> str:
    if record.origin is None:
        return f"{time:%Y-%m-%d}"
    return f"{(time - record.origin) / timedelta(hours=1):+.0f} h"


def _count(number: int, what: str) -> str:
    return f"{number} {what} lies" if number == 1 else f"{number} {what}s lie"


def _not_counted(record: Record, earliest: datetime | None, end: datetime) -> list[str]:
    """Attacks before birth, in the future, or without a date."""
    remarks = []
    entered = [each.time for each in record.events if each.kind == "attack"]
    dated = [each for each in entered if each is not None]
    if len(entered) > len(dated):
        many = len(entered) - len(dated)
        remarks.append(f"{many} attack{'' if many == 1 else 's'} without a date: not counted.")
    early = [each for each in dated if earliest is not None and each < earliest]
    if early:
        when = ", ".join(_shown(record, each) for each in sorted(early))
        remarks.append(f"{_count(len(early), 'attack')} before the person was born ({when}): not counted.")
    late = [each for each in dated if each >= end]
    if late:
        when = ", ".join(_shown(record, each) for each in sorted(late))
        remarks.append(f"{_count(len(late), 'attack')} after the end of the history ({when}): not counted.")
    return remarks


def _no_attack(record: Record, leaking: Sequence[datetime], found: Sequence[Attack]) -> list[str]:
    """Draws at which a leak is probable, but which make no attack."""
    alone = [each for each in leaking if not any(one.onset <= each <= one.last for one in found)]
    when = ", ".join(dict.fromkeys(_shown(record, each) for each in alone))
    why = "no protein was measured beside the red cells, or too little is missing"
    return [f"A leak is probable in results that count as no attack ({when}): {why}."] if alone else []


def _silences(record: Record, watched: Sequence[Span], longest_days: float) -> list[str]:
    said = []
    for before, after in pairwise(watched):
        years = (after.start - before.stop) / YEAR
        said.append(
            f"From {_shown(record, before.stop)} to {_shown(record, after.start)} ({years:.1f} years) nothing was "
            f"written down, for longer than {longest_days:g} days: nobody can say whether an attack would have been "
            "noticed, and the time is not counted."
        )
    return said
