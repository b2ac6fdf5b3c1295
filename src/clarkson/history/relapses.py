"""Was this relapse a leak? A diary of relapses of another illness, and the results that speak for or against a leak.

Fatigue syndromes with dizziness and swelling share their complaints with a leak. A relapse is set beside the draws of
its days: the watch's likelihood ratio, V and D of each. Where nothing was measured, that is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from clarkson.balance.balance import Estimate
from clarkson.balance.sample import PROTEINS, RED_CELLS
from clarkson.record.record import Event, Record
from clarkson.watch.assess import assess
from clarkson.watch.assessment import Assessment
from clarkson.watch.numbers import ratio

Says = Literal["for a leak", "against a leak", "little", "nothing was measured"]

BEFORE_DAYS = 1.0
AFTER_DAYS = 4.0
"""A draw belongs to a relapse from a day before its first entry (the prodrome) to 4 days after (leak: 1 to 4)."""
STRONG = 10.0
"""A likelihood ratio from which a result is said to speak for (or, inverted, against): a convention (assumption)."""
_RELAPSE = re.compile(r"\b(relapse[ds]?|crash(?:ed|es)?|flare(?:-?up)?s?|post-exertional malaise|pem)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one draw of a relapse says. ``hours`` from the first entry; losses in percent of the person's own level."""

    time: datetime
    hours: float
    measured: tuple[str, ...]
    likelihood_ratio: float | None
    V: Estimate | None
    D: Estimate | None
    plasma_volume_change_percent: Estimate | None
    albumin_mass_change_percent: Estimate | None
    says: Says


@dataclass(frozen=True, slots=True)
class Relapse:
    """One relapse of the diary, the draws of its days, and what they say together, in words."""

    time: datetime
    text: str
    readings: tuple[Reading, ...]
    says: Says
    words: str


def diary_of(record: Record) -> tuple[Event, ...]:
    """The events of a record that call themselves a relapse, a crash or a flare; entries of one relapse are one.

    >>> diary_of(Record("nobody"))
    ()
    """
    named = [each for each in record.events if each.time is not None and _RELAPSE.search(each.text)]
    return _first_entries(named)


def _first_entries(events: Sequence[Event]) -> tuple[Event, ...]:
    """The first entry of each relapse."""
    found: list[Event] = []
    last: datetime | None = None
    for time, event in _in_time(events):
        if last is None or time - last > timedelta(days=AFTER_DAYS):
            found.append(event)
        last = time
    return tuple(found)


def _in_time(events: Sequence[Event]) -> list[tuple[datetime, Event]]:
    dated = [(each.time, each) for each in events if each.time is not None]
    return sorted(dated, key=lambda each: each[0])


def relapses(record: Record, diary: Sequence[Event] | None = None) -> tuple[Relapse, ...]:
    """Each relapse of a diary (by default the record's own), and whether its results speak for or against a leak.

    Every draw is assessed with what came before it only. Draws of one relapse are not multiplied: they are no
    independent witnesses. The strongest for a leak counts; against it counts only where red cells and protein were both
    measured and no draw speaks otherwise.

    >>> relapses(Record("nobody"))
    ()
    """
    entries = diary_of(record) if diary is None else _first_entries(diary)
    if not entries:
        return ()
    assessed = tuple(assess(record))
    return tuple(_relapse(time, entry.text, assessed) for time, entry in _in_time(entries))


def _relapse(start: datetime, text: str, assessed: Sequence[Assessment]) -> Relapse:
    first, last = start - timedelta(days=BEFORE_DAYS), start + timedelta(days=AFTER_DAYS)
    readings = tuple(_reading(each, start) for each in assessed if first <= each.time <= last)
    says = _together([each for each in readings if each.likelihood_ratio is not None])
    return Relapse(start, text, readings, says, _words(says, readings))


def _reading(each: Assessment, start: datetime) -> Reading:
    seen = {result.analyte for result in each.inputs}
    blood = tuple(name for name in (*RED_CELLS, *PROTEINS) if name in seen)
    weighed = each.likelihood_ratio if blood else None
    return Reading(
        each.time,
        (each.time - start) / timedelta(hours=1),
        blood,
        weighed,
        each.V,
        each.D,
        each.plasma_volume_change_percent,
        each.albumin_mass_change_percent,
        _of_one(weighed, blood),
    )


def _of_one(weighed: float | None, measured: Sequence[str]) -> Says:
    if weighed is None:
        return "nothing was measured"
    if weighed >= STRONG:
        return "for a leak"
    return "against a leak" if weighed <= 1.0 / STRONG and _pair(measured) else "little"


def _pair(measured: Sequence[str]) -> bool:
    return any(name in RED_CELLS for name in measured) and any(name in PROTEINS for name in measured)


def _together(readings: Sequence[Reading]) -> Says:
    if not readings:
        return "nothing was measured"
    said = {each.says for each in readings}
    if "for a leak" in said:
        return "for a leak"
    quiet = all((each.likelihood_ratio or 0.0) <= 1.0 for each in readings)
    return "against a leak" if "against a leak" in said and quiet else "little"


def _words(says: Says, readings: Sequence[Reading]) -> str:
    if says == "nothing was measured":
        return "No blood count or protein was measured in these days: whether plasma leaked cannot be said."
    weighed = [each for each in readings if each.likelihood_ratio is not None]
    strongest = max(weighed, key=lambda each: each.likelihood_ratio or 0.0)
    weakest = min(weighed, key=lambda each: each.likelihood_ratio or 0.0)
    if says == "for a leak":
        return f"{_draw(strongest)} speaks for a leak: likelihood ratio {ratio(strongest.likelihood_ratio or 0.0)}."
    if says == "against a leak":
        return (
            f"{_draw(weakest)} speaks against a leak at that hour: likelihood ratio "
            f"{ratio(weakest.likelihood_ratio or 0.0)}. A leak that begins later, or a small one, is not excluded."
        )
    missing = (
        "" if any(_pair(each.measured) for each in weighed) else " Red cells and a protein were not measured together."
    )
    return f"What was measured tells little: likelihood ratio {ratio(strongest.likelihood_ratio or 0.0)}.{missing}"


def _draw(each: Reading) -> str:
    when = f"{abs(each.hours):.0f} h {'after' if each.hours >= 0 else 'before'} the first entry"
    return f"The draw {when} ({', '.join(name.replace('_', ' ') for name in each.measured)})"
