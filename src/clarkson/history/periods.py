"""Periods: watched time cut wherever a treatment starts, stops or has washed out; and time off and on one treatment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

from clarkson.errors import SettingError
from clarkson.history.attacks import Attack
from clarkson.history.drug_names import drug_name
from clarkson.history.exposures import Exposure
from clarkson.history.history import History, Span

CARRY_OVER: Mapping[str, timedelta] = MappingProxyType({"immunoglobulin": timedelta(days=84)})
"""How long a drug may act after its stop. IgG halves in 3 to 4 weeks: 2 to 3 months of wash-out (detection, 6.2), three
to four half-lives."""
CARRY_OVER_OTHERS = timedelta(days=7)
"""The same for every other drug: theophylline and terbutaline are gone within days. Assumption."""
QUALIFYING = timedelta(days=90)
"""An attack no longer before the start of a treatment is one because of which it was begun. Assumption."""
OPENING = timedelta(days=7)
"""An attack so soon after a silence is why somebody began to write again: it tells no rate. Assumption."""

Place: TypeAlias = Literal["off", "on", "washing out", "immortal", "before"]
PLACES: tuple[Place, ...] = get_args(Place)


@dataclass(frozen=True, slots=True)
class Period:
    """Watched time in which no treatment changed: what was given, what was washing out, the attacks in it."""

    span: Span
    treatments: frozenset[str]
    washing_out: frozenset[str]
    attacks: tuple[Attack, ...]
    years: float


@dataclass(frozen=True, slots=True)
class Compared:
    """Attacks and years off and on one treatment.

    Not compared, with the attacks in them (``others``): ``before_years`` before the first attack, when the disease may
    not have begun; ``carry_over_years`` in which the treatment washed out; ``immortal_years`` from an attack because
    of which it was begun to its start, in which a further attack would only have taken that place. ``qualifying`` are
    the attacks that are dropped. All years together are the watched ones, and every attack stands in one place.
    """

    off_attacks: int
    off_years: float
    on_attacks: int
    on_years: float
    qualifying: tuple[Attack, ...] = ()
    carry_over_years: float = 0.0
    immortal_years: float = 0.0
    remarks: tuple[str, ...] = ()
    before_years: float = 0.0
    others: tuple[Attack, ...] = ()


def carry_over(treatment: str) -> timedelta:
    """How long a treatment may act after its stop.

    >>> carry_over("immunoglobulin").days, carry_over("theophylline").days
    (84, 7)
    """
    return CARRY_OVER.get(treatment, CARRY_OVER_OTHERS)


def periods(history: History) -> tuple[Period, ...]:
    """Watched time, cut at every start, stop and end of a wash-out; in time order.

    >>> periods(History("nobody"))
    ()
    """
    ends = [
        (each, each.stops(_end(history)), each.stops(_end(history)) + carry_over(each.name))
        for each in history.exposures
    ]
    cuts = [each for exposure, stop, gone in ends for each in (exposure.start, stop, gone)]
    found = []
    for span in _cut(history.watched, cuts):
        given = frozenset(each.name for each, stop, _ in ends if each.start <= span.start < stop)
        washing = frozenset(each.name for each, stop, gone in ends if stop <= span.start < gone) - given
        attacks = tuple(each for each in history.attacks if each.onset in span)
        found.append(Period(span, given, washing, attacks, span.years))
    return tuple(found)


def _end(history: History) -> datetime:
    return history.until or datetime.max.replace(tzinfo=UTC)


def _cut(spans: Sequence[Span], at: Iterable[datetime]) -> list[Span]:
    """Spans cut at times, none of them empty."""
    times = sorted({each.astimezone(UTC) for each in at})
    cut = []
    for span in spans:
        edges = [span.start, *(each for each in times if span.start < each < span.stop), span.stop]
        cut += [Span(start, stop) for start, stop in pairwise(edges)]
    return cut


def compared(history: History, treatment: str, *, drop_qualifying: bool = True) -> Compared:
    """Attacks and years off and on a treatment, by its name or by any words that name it.

    With ``drop_qualifying`` time counts from the first attack on, without that attack; attacks within 90 days before a
    start are dropped too, with the time from them to the start. The wait before a dropped attack stays: where watching
    stops at the n-th attack, n - 1 of them in that time give the unbiased rate. Without, everything watched counts.

    Raises
    ------
    SettingError
        The history holds no such treatment.
    """
    name = drug_name(treatment)
    pieces = placed(history, treatment, drop_qualifying=drop_qualifying)
    dropped = _dropped(history, name) if drop_qualifying else ()
    years = {at: math.fsum(each.years for place, each in pieces if place == at) for at in PLACES}
    attacks = {
        at: [one for place, each in pieces if place == at for one in each.attacks if one not in dropped]
        for at in PLACES
    }
    others = [each for place in ("washing out", "immortal", "before") for each in attacks[place]]
    found = Compared(
        len(attacks["off"]),
        years["off"],
        len(attacks["on"]),
        years["on"],
        dropped,
        years["washing out"],
        years["immortal"],
        (),
        years["before"],
        tuple(sorted(others, key=lambda each: each.onset)),
    )
    return replace(found, remarks=(*_remarks(name, found), *_beside(name, found, pieces)))


def placed(history: History, treatment: str, *, drop_qualifying: bool = True) -> tuple[tuple[Place, Period], ...]:
    """Watched time in pieces, each with its place in the comparison of ``compared``; the same error is raised."""
    name = drug_name(treatment)
    given = _exposures(history, name)
    if not given:
        known = ", ".join(dict.fromkeys(each.name for each in history.exposures)) or "none"
        raise SettingError(f"the history holds no treatment '{treatment}'; it holds: {known}")
    first = min((each.onset for each in history.attacks), default=None) if drop_qualifying else None
    immortal = [(each.onset, start) for each, start in _qualifying(history, given)] if drop_qualifying else []
    cuts = [*(each for pair in immortal for each in pair), *([first] if first else [])]
    found = []
    for period in periods(history):
        for span in _cut([period.span], cuts):
            attacks = tuple(each for each in period.attacks if each.onset in span)
            piece = replace(period, span=span, attacks=attacks, years=span.years)
            found.append((_place(name, piece, first, immortal), piece))
    return tuple(found)


def _exposures(history: History, name: str) -> tuple[Exposure, ...]:
    return tuple(each for each in history.exposures if each.name == name)


def _dropped(history: History, name: str) -> tuple[Attack, ...]:
    """The attacks that are not counted, in time order."""
    qualifying = [each for each, _ in _qualifying(history, _exposures(history, name))]
    chosen = [*qualifying, *_opening(history)]
    return tuple(each for each in history.attacks if each in chosen)


def _place(name: str, piece: Period, first: datetime | None, immortal: Sequence[tuple[datetime, datetime]]) -> Place:
    start = piece.span.start
    if first is not None and start < first:
        return "before"
    if any(onset <= start < begun for onset, begun in immortal):
        return "immortal"
    if name in piece.treatments:
        return "on"
    return "washing out" if name in piece.washing_out else "off"


def _qualifying(history: History, given: Sequence[Exposure]) -> tuple[tuple[Attack, datetime], ...]:
    """Attacks because of which a treatment was begun, each with the start of it."""
    found = []
    for attack in history.attacks:
        starts = [each.start for each in given if timedelta(0) <= each.start - attack.onset <= QUALIFYING]
        taken = any(each.start <= attack.onset < each.stops(_end(history)) for each in given)
        if starts and not taken:
            found.append((attack, min(starts)))
    return tuple(found)


def _opening(history: History) -> tuple[Attack, ...]:
    """The first attack, and that with which writing began again after a silence."""
    again = (
        next((each for each in history.attacks if span.start <= each.onset <= span.start + OPENING), None)
        for span in history.watched
    )
    return tuple(dict.fromkeys([*history.attacks[:1], *(each for each in again if each is not None)]))


def _remarks(name: str, found: Compared) -> list[str]:
    said = []
    if found.before_years > 0.0:
        said.append(
            f"{found.before_years:.1f} years before the first attack are not compared: the disease may not have begun."
        )
    if found.qualifying:
        number = len(found.qualifying)
        said.append(
            f"{number} attack{' is' if number == 1 else 's are'} dropped: the first, from which time counts, any that "
            f"ends a silence, and any in the {QUALIFYING.days} days before a start of {name}. A treatment that is "
            "begun after an attack looks good by that alone."
        )
    if found.immortal_years > 0.0:
        said.append(
            f"{found.immortal_years:.2f} years from such an attack to the start of {name} are not compared: a further "
            "attack would only have taken its place."
        )
    if found.carry_over_years > 0.0:
        said.append(
            f"{found.carry_over_years:.2f} years after a stop of {name} are not compared: it may act for "
            f"{carry_over(name).days} days more."
        )
    if found.others:
        number = len(found.others)
        said.append(f"{number} attack{'' if number == 1 else 's'} in time that is not compared: not counted.")
    return said


def _beside(name: str, found: Compared, pieces: Sequence[tuple[Place, Period]]) -> list[str]:
    """Other treatments in the years that are compared."""
    said = []
    for other in sorted({each for _, piece in pieces for each in piece.treatments | piece.washing_out} - {name}):
        acting = [(place, each.years) for place, each in pieces if other in each.treatments | each.washing_out]
        off, on = (math.fsum(years for at, years in acting if at == place) for place in ("off", "on"))
        if off > 0.0 or on > 0.0:
            said.append(
                f"{other[:1].upper()}{other[1:]} acted too in {off:.1f} of the {found.off_years:.1f} years off and in "
                f"{on:.1f} of the {found.on_years:.1f} years on {name}."
            )
    return said
