"""Spacing and severity: how long from one attack to the next, whether they cluster, and whether they grow worse.

Time runs on the clock of watched time: a silence that nobody watched takes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from clarkson.balance.balance import Estimate
from clarkson.history.history import YEAR, History

Array = NDArray[np.float64]
Measure = Literal["plasma lost", "grade"]
DAYS_PER_YEAR = 365.25
FEWEST_INTERVALS = 3
"""Fewer intervals tell nothing of clusters. Assumption."""
FEWEST_ATTACKS = 4
"""Fewer attacks tell nothing of a trend: the smallest two-sided p of four is 1 in 12, of three 1 in 3."""
ENUMERATED = 7  # up to so many attacks every order is looked at
RESAMPLES = 9999
BATCH = 500  # orders that are held in memory at once
SEED = 1


@dataclass(frozen=True, slots=True)
class Spacing:
    """Days from one attack to the next, the last wait (``since_last``, not over) among them (Kaplan-Meier).

    ``median`` and the quartiles are None where the waits do not reach so far. ``variation`` is the standard deviation
    of the intervals over their mean: 1 where attacks come by chance, more where they cluster, less where they keep a
    rhythm; ``clustered`` is the probability of as much or more by chance alone, None with too few intervals.
    """

    days: tuple[float, ...]
    since_last: float | None
    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None
    variation: float | None
    clustered: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """Whether attacks grow worse: Kendall's tau with its two-sided p over orders (``exact``: all of them were looked
    at), and the change per year (Theil and Sen) with a 90 % interval, in percent of the plasma or in grades."""

    measure: Measure
    attacks: int
    tau: float
    p: float
    exact: bool
    per_year: Estimate


def spacing(history: History) -> Spacing:
    """How long from one attack to the next.

    >>> spacing(History("nobody")).days
    ()
    """
    onsets = [_clock(history, each.onset) for each in history.attacks]
    if not onsets:
        return Spacing((), None, None, None, None, None, None)
    days = [(after - before) * DAYS_PER_YEAR for before, after in pairwise(onsets)]
    since = (history.years - onsets[-1]) * DAYS_PER_YEAR
    waits = stats.CensoredData(uncensored=days, right=[since])
    lower, middle, upper = (_quantile(waits, share) for share in (0.25, 0.5, 0.75))
    variation = clustered = None
    if len(days) >= FEWEST_INTERVALS:
        variation = float(_variation(np.array([days]))[0])
        clustered = _as_clustered(len(onsets), variation)
    return Spacing(tuple(days), since, lower, middle, upper, variation, clustered)


def _clock(history: History, time: datetime) -> float:
    """Watched years up to a time."""
    return sum((min(time, span.stop) - span.start) / YEAR for span in history.watched if span.start < time)


def _quantile(waits: stats.CensoredData, share: float) -> float | None:
    """The first time by which so large a share is over."""
    over = stats.ecdf(waits).cdf
    reached = np.flatnonzero(over.probabilities >= share - 1e-12)
    return float(over.quantiles[reached[0]]) if len(reached) else None


def _variation(intervals: Array) -> Array:
    """Standard deviation over mean of each row."""
    return np.asarray(intervals.std(axis=1) / intervals.mean(axis=1))


def _as_clustered(attacks: int, variation: float) -> float:
    """The share of people with so many attacks at one rate whose intervals vary as much or more.

    Given their number and the first and the last, the attacks between are spread evenly.
    """
    between = np.random.default_rng(SEED).uniform(size=(RESAMPLES, attacks - 2))
    edges = np.sort(np.pad(between, ((0, 0), (1, 1)), constant_values=((0.0, 0.0), (0.0, 1.0))), axis=1)
    chance = _variation(np.diff(edges, axis=1))
    return float((1 + np.count_nonzero(chance >= variation * (1.0 - 1e-12))) / (RESAMPLES + 1))


def severity_trend(history: History) -> Trend | None:
    """Whether attacks grow worse or milder, by the plasma lost or else by the grade; None where too few have either."""
    lost = [
        (_years(history, each.onset), each.plasma_lost_percent.median)
        for each in history.attacks
        if each.plasma_lost_percent
    ]
    graded = [(_years(history, each.onset), float(each.grade)) for each in history.attacks if each.grade]
    if len(lost) >= FEWEST_ATTACKS:
        return _trend("plasma lost", lost)
    return _trend("grade", graded) if len(graded) >= FEWEST_ATTACKS else None


def _years(history: History, time: datetime) -> float:
    return (time - history.attacks[0].onset) / YEAR


def _trend(measure: Measure, points: Sequence[tuple[float, float]]) -> Trend | None:
    when, how = np.array(points).T
    if np.ptp(how) == 0.0 or np.ptp(when) == 0.0:
        return None
    exact = len(when) <= ENUMERATED
    first, second = np.triu_indices(len(when), 1)
    later = np.sign(when[second] - when[first])

    def agreement(each: Array, axis: int) -> Array:
        """Pairs in order less pairs out of order: Kendall's tau but for a constant of all pairings."""
        each = np.moveaxis(each, axis, -1)
        return np.asarray(np.sign(each[..., second] - each[..., first]) @ later)

    tested = stats.permutation_test(
        (how,),
        agreement,
        permutation_type="pairings",
        vectorized=True,
        batch=BATCH,
        n_resamples=np.inf if exact else RESAMPLES,
        rng=np.random.default_rng(SEED),
    )
    slope = stats.theilslopes(how, when, alpha=0.90)
    return Trend(
        measure,
        len(when),
        float(stats.kendalltau(when, how).statistic),
        float(tested.pvalue),
        exact,
        Estimate(float(slope.slope), float(slope.low_slope), float(slope.high_slope)),
    )
