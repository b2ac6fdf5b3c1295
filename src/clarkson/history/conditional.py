"""The exact conditional test of two Poisson counts, without a prior.

Given both counts together, the count on treatment is binomial: each attack falls on treatment with probability
ratio x on_years / (off_years + ratio x on_years) (Przyborowski and Wilenski 1940). The exact form is conservative:
counts are whole numbers, so a test at 5 % errs less often than in 5 %. The mid-p form counts half of the probability
of what was seen; its errors are near 5 % on average, now and then a little above.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr, bdtrc, gammainc, gammaincc, gammaln, xlogy

from clarkson.errors import SettingError

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class ConditionalTest:
    """Probabilities, if the treatment does nothing, of counts as far off as these; and what ratios they leave.

    ``lower_exact`` and ``lower_mid`` are one-sided (so few attacks on treatment or fewer), ``two_sided_exact`` and
    ``two_sided_mid`` twice the smaller tail. ``ratio`` is the one of the counts, None where it has no value.
    ``exact`` and ``mid`` are 90 % intervals of it; their upper end can be infinite.
    """

    lower_exact: float
    lower_mid: float
    two_sided_exact: float
    two_sided_mid: float
    ratio: float | None
    exact: tuple[float, float]
    mid: tuple[float, float]


def check_counts(off_attacks: int, off_years: float, on_attacks: int, on_years: float) -> None:
    """Counts and years that cannot be are refused.

    Raises
    ------
    SettingError
        A count or a time is negative or no number, or there are attacks in no time.
    """
    for attacks, years, where in ((off_attacks, off_years, "off"), (on_attacks, on_years, "on")):
        if attacks < 0 or not math.isfinite(years) or years < 0.0:
            raise SettingError(
                f"{attacks} attacks in {years} years {where} treatment cannot be; give 0 or more of each"
            )
        if attacks and not years:
            raise SettingError(f"{attacks} attacks in no time {where} treatment cannot be; give the years of watching")


def conditional_test(
    off_attacks: int, off_years: float, on_attacks: int, on_years: float, level: float = 0.90
) -> ConditionalTest:
    """The exact test and its mid-p form.

    Raises
    ------
    SettingError
        The counts and years cannot be.

    >>> test = conditional_test(5, 2.0, 0, 1.0)
    >>> round(test.lower_exact, 2), test.ratio
    (0.13, 0.0)
    """
    check_counts(off_attacks, off_years, on_attacks, on_years)
    total, years = off_attacks + on_attacks, off_years + on_years
    if not total or not off_years or not on_years:
        return ConditionalTest(1.0, 1.0, 1.0, 1.0, None, (0.0, math.inf), (0.0, math.inf))
    share = on_years / years
    lower, upper = _at_most(on_attacks, total, share), _at_least(on_attacks, total, share)
    half = 0.5 * (lower + upper - 1.0)
    return ConditionalTest(
        lower,
        lower - half,
        min(1.0, 2.0 * min(lower, upper)),
        min(1.0, 2.0 * min(lower - half, upper - half)),
        (on_attacks / on_years) / (off_attacks / off_years) if off_attacks else None,
        ratio_interval(off_attacks, off_years, on_attacks, on_years, level),
        ratio_interval(off_attacks, off_years, on_attacks, on_years, level, mid_p=True),
    )


def ratio_interval(
    off_attacks: int, off_years: float, on_attacks: int, on_years: float, level: float = 0.90, *, mid_p: bool = False
) -> tuple[float, float]:
    """Interval of the rate ratio: exact (Clopper-Pearson of the share on treatment), or its shorter mid-p form.

    >>> low, high = ratio_interval(8, 3.0, 1, 2.0, 0.95)
    >>> round(low, 4), round(high, 2)
    (0.0042, 1.4)
    """
    total, tail = off_attacks + on_attacks, (1.0 - level) / 2.0
    weight = 0.5 if mid_p else 0.0

    def too_many(share: float) -> float:
        return _at_least(on_attacks, total, share) - weight * float(_exactly(on_attacks, total, share))

    def too_few(share: float) -> float:
        return _at_most(on_attacks, total, share) - weight * float(_exactly(on_attacks, total, share))

    low = 0.0 if not on_attacks else _where(lambda share: too_many(share) - tail)
    high = 1.0 if not off_attacks else _where(lambda share: tail - too_few(share))
    years = off_years / on_years if on_years else math.inf
    return (
        low / (1.0 - low) * years if low else 0.0,
        high / (1.0 - high) * years if high < 1.0 else math.inf,
    )


def mid_p_rate_interval(attacks: int, years: float, level: float = 0.90) -> tuple[float, float]:
    """The mid-p interval of a rate: shorter than the exact (Garwood) one, right on average and not at every rate.

    >>> low, high = mid_p_rate_interval(10, 1.0)
    >>> round(low, 2), round(high, 2)
    (5.74, 16.4)
    """
    check_counts(0, 0.0, attacks, years)
    if not years:
        return 0.0, math.inf
    tail = (1.0 - level) / 2.0

    def exactly(mean: float) -> float:
        return math.exp(float(xlogy(attacks, mean)) - mean - math.lgamma(attacks + 1.0))

    def mean_of(share: float) -> float:  # from 0 to infinity
        return (attacks + 1.0) * share / (1.0 - share)

    def too_many(share: float) -> float:
        return float(gammainc(attacks, mean_of(share))) - 0.5 * exactly(mean_of(share))

    def too_few(share: float) -> float:
        return float(gammaincc(attacks + 1.0, mean_of(share))) - 0.5 * exactly(mean_of(share))

    low = mean_of(_where(lambda share: too_many(share) - tail)) if attacks else 0.0
    return low / years, mean_of(_where(lambda share: tail - too_few(share))) / years


def mid_p_two_sided(on_attacks: Counts, total: Counts, share: float) -> Array:
    """Two-sided mid-p values of many counts at once, arrays of one shape.

    >>> mid_p_two_sided(np.array([0]), np.array([5]), 0.5).round(4)
    array([0.0312])
    """
    exactly = _exactly(on_attacks, total, share)
    fewer = np.asarray(bdtr(on_attacks, total, share)) - 0.5 * exactly
    more = np.asarray(np.where(on_attacks > 0, bdtrc(np.maximum(on_attacks - 1, 0), total, share), 1.0)) - 0.5 * exactly
    return np.asarray(np.minimum(1.0, 2.0 * np.minimum(fewer, more)))


def _at_most(count: int, total: int, share: float) -> float:
    return float(bdtr(count, total, share))


def _at_least(count: int, total: int, share: float) -> float:
    return float(bdtrc(count - 1, total, share)) if count else 1.0


def _exactly(count: Any, total: Any, share: float) -> Any:
    log = gammaln(total + 1.0) - gammaln(count + 1.0) - gammaln(total - count + 1.0)
    return np.exp(log + xlogy(count, share) + xlogy(total - count, 1.0 - share))


def _where(rising: Callable[[float], float]) -> float:
    """Root of a rising function between 0 and 1, by bisection."""
    below, above = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (below + above)
        below, above = (middle, above) if rising(middle) < 0.0 else (below, middle)
    return 0.5 * (below + above)
