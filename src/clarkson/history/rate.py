"""Rates: attacks per year with exact intervals, overall, by season, after infections and by phase of life.

An interval holds where attacks come by chance at one rate. Whether they do, ``spacing.py`` asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from scipy.stats import chi2

from clarkson.errors import SettingError
from clarkson.history.history import YEAR, History, Span

LEVEL = 0.90
INFECTION_DAYS = 14.0
"""An attack no longer after the first sign of an infection follows it. Assumption; a prodrome of a cold lasts days."""
SEASONS = ("December to February", "March to May", "June to August", "September to November")
"""Named by their months: winter lies elsewhere in the south."""
_FIRST_MONTHS = (12, 3, 6, 9)
DECADE = 10


@dataclass(frozen=True, slots=True)
class Rate:
    """Attacks, watched years and attacks per year with the exact (Garwood) 90 % interval.

    Without years the last three are None.
    """

    attacks: int
    years: float
    per_year: float | None
    low: float | None
    high: float | None


def rate(attacks: int, years: float) -> Rate:
    """The rate of so many attacks in so many years.

    Raises
    ------
    SettingError
        Either is negative.

    >>> found = rate(10, 1.0)
    >>> round(found.low, 2), round(found.high, 2)
    (5.43, 16.96)
    """
    if attacks < 0 or years < 0.0:
        raise SettingError(f"attacks and years are 0 or more, not {attacks} and {years:g}")
    if years == 0.0:
        return Rate(attacks, years, None, None, None)
    tail = (1.0 - LEVEL) / 2.0
    low = float(chi2.ppf(tail, 2 * attacks)) / 2.0 if attacks else 0.0
    high = float(chi2.isf(tail, 2 * attacks + 2)) / 2.0
    return Rate(attacks, years, attacks / years, low / years, high / years)


def overall(history: History) -> Rate:
    """The rate over all watched years.

    >>> overall(History("nobody")).per_year is None
    True
    """
    return _within(history, history.watched)


def by_season(history: History) -> Mapping[str, Rate]:
    """The rate in each quarter of the year, over the watched time that lies in it."""
    return _by(history, _quarters(history), lambda time: SEASONS[time.month % 12 // 3])


def by_phase_of_life(history: History) -> Mapping[str, Rate]:
    """The rate by decade of age, and before and after the diagnosis; empty where neither is known."""
    found: dict[str, Rate] = {}
    born = history.born
    if born is not None:
        ages = [born + DECADE * decade * YEAR for decade in range(14)]
        found |= _by(history, ages, lambda time: _decade((time - born) / YEAR))
    if history.diagnosed is not None:
        known = history.diagnosed
        found |= _by(history, [known], lambda time: "since the diagnosis" if time >= known else "before the diagnosis")
    return found


def after_infection(history: History, *, days: float = INFECTION_DAYS) -> tuple[Rate, Rate]:
    """The rate within so many days of the first sign of an infection, and at all other times."""
    window = timedelta(days=days)
    begun = sorted(each.time.astimezone(UTC) for each in history.infections if each.time is not None)
    joined: list[Span] = []
    for start in begun:
        if joined and start <= joined[-1].stop:
            joined[-1] = Span(joined[-1].start, start + window)
        else:
            joined.append(Span(start, start + window))
    edges = [each for span in joined for each in (span.start, span.stop)]
    found = _by(history, edges, lambda time: "after" if any(time in span for span in joined) else "otherwise")
    return found.get("after", rate(0, 0.0)), found.get("otherwise", rate(0, 0.0))


def _within(history: History, spans: Sequence[Span]) -> Rate:
    attacks = sum(any(each.onset in span for span in spans) for each in history.attacks)
    return rate(attacks, sum(each.years for each in spans))


def _by(history: History, edges: Iterable[datetime], name: Callable[[datetime], str]) -> dict[str, Rate]:
    """Watched time cut at edges, each piece under the name of its start."""
    cuts = sorted(set(edges))
    groups: dict[str, list[Span]] = {}
    for span in history.watched:
        times = [span.start, *(each.astimezone(UTC) for each in cuts if span.start < each < span.stop), span.stop]
        for start, stop in pairwise(times):
            groups.setdefault(name(start), []).append(Span(start, stop))
    return {each: _within(history, spans) for each, spans in groups.items()}


def _quarters(history: History) -> list[datetime]:
    if not history.watched:
        return []
    years = range(history.watched[0].start.year, history.watched[-1].stop.year + 1)
    return [datetime(year, month, 1, tzinfo=UTC) for year in years for month in _FIRST_MONTHS]


def _decade(age_years: float) -> str:
    decade = DECADE * int(max(age_years, 0.0) // DECADE)
    return f"{decade} to {decade + DECADE - 1} years"
