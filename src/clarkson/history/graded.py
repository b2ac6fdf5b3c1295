"""A graded outcome: how many excursions and how large, instead of attacks alone.

An excursion is a time at which plasma or albumin was missing: ``size`` is the log change (of D, or D minus V), ``sd``
its measurement error. Many small excursions tell more than few attacks, *if* what makes small ones makes attacks too;
that is an assumption until it was shown. Time is time in which an excursion would have been seen: months with a draw,
not calendar time, or more draws on treatment look like a worse treatment.

Frequency is gamma-Poisson (``effect.py``). Sizes are log-normal with one spread: log size = level + shift if on
treatment + error, shift normal beforehand with the spread over ``SHIFT_WORTH`` excursions, spread scaled inverse
chi-squared; so the shift is Student t. The severity-weighted rate (compound Poisson: sum of sizes per year) has the
product as its ratio. Beside it a randomisation test without a model: if treatment does nothing, each excursion falls
on treatment with the share of time on it, whatever its size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from clarkson.balance.balance import Estimate
from clarkson.errors import SettingError
from clarkson.history.conditional import check_counts, mid_p_two_sided
from clarkson.history.effect import ratio_quantiles
from clarkson.history.published import FLAT, Prior

Array = NDArray[np.float64]
BEYOND_ERROR = 1.645  # an excursion is larger than its error would make one in 20 (assumption)
SIZE_SPREAD = 0.6  # SD of log sizes beforehand (assumption)
SPREAD_WORTH = 3.0  # excursions that the belief about the spread is worth (assumption)
SHIFT_WORTH = 1.0  # excursions that the belief in no shift is worth (assumption)
_QUANTILES: Array = (np.arange(200) + 0.5) / 200
_ENUMERATED = 14  # up to so many excursions every way in which they can fall is looked at
_SHUFFLES = 20_000
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Depth:
    """How deep one excursion was: ``size`` (log change, positive) and the standard deviation of its error."""

    size: float
    sd: float = 0.0


@dataclass(frozen=True, slots=True)
class Graded:
    """Excursions off and on treatment, compared.

    ``off_per_year`` and ``on_per_year`` are sums of sizes per year, None without time. ``frequency``, ``size`` and
    ``weighted`` are ratios on to off with 90 % intervals, ``probability_lower`` that the weighted ratio is below 1.
    ``lower_mid`` and ``two_sided_mid`` are the randomisation test; ``exact`` whether every way was looked at.
    ``within_error`` counts excursions that were left out because they are no larger than their error.
    """

    off_count: int
    on_count: int
    off_per_year: float | None
    on_per_year: float | None
    frequency: Estimate
    size: Estimate
    weighted: Estimate
    probability_lower: float
    lower_mid: float
    two_sided_mid: float
    exact: bool
    within_error: int


def graded(
    off: Sequence[Depth],
    off_years: float,
    on: Sequence[Depth],
    on_years: float,
    prior: Prior = FLAT,
    *,
    seed: int = 1,
) -> Graded:
    """The effect on excursions. ``prior`` is that of their frequency: published attack rates are not about excursions.

    Raises
    ------
    SettingError
        A size or an error is negative or no number, or there are excursions in no time.

    >>> found = graded([Depth(0.2), Depth(0.4), Depth(0.3), Depth(0.2)], 1.0, [Depth(0.1)], 1.0)
    >>> round(found.weighted.median, 2), found.exact
    (0.18, True)
    """
    kept_off, kept_on = _beyond_error(off), _beyond_error(on)
    check_counts(len(kept_off), off_years, len(kept_on), on_years)
    frequency, size, weighted, lower_than_1 = ratios(kept_off, off_years, kept_on, on_years, prior)
    sizes = np.array([each.size for each in (*kept_off, *kept_on)])
    lower, two_sided, exact = _randomised(sizes, len(kept_on), off_years, on_years, seed)
    return Graded(
        len(kept_off),
        len(kept_on),
        float(sizes[: len(kept_off)].sum()) / off_years if off_years else None,
        float(sizes[len(kept_off) :].sum()) / on_years if on_years else None,
        frequency,
        size,
        weighted,
        lower_than_1,
        lower,
        two_sided,
        exact,
        len(off) + len(on) - sizes.size,
    )


def ratios(
    off: Sequence[Depth], off_years: float, on: Sequence[Depth], on_years: float, prior: Prior = FLAT
) -> tuple[Estimate, Estimate, Estimate, float]:
    """Ratios of frequency, size and severity-weighted rate, on to off, and P(the last < 1), of excursions beyond error.

    >>> frequency, size, weighted, lower = ratios([Depth(0.2), Depth(0.4)], 1.0, [], 1.0)
    >>> frequency.median < 0.2, size.median
    (True, 1.0)
    """
    frequency = np.log(ratio_quantiles(len(off), off_years, len(on), on_years, prior, _QUANTILES))
    size = _shift_quantiles(off, on)
    both = np.add.outer(frequency, size).ravel()
    return _estimate(frequency), _estimate(size), _estimate(both), float(np.mean(both < 0.0))


def _beyond_error(depths: Sequence[Depth]) -> list[Depth]:
    for each in depths:
        if not (math.isfinite(each.size) and math.isfinite(each.sd)) or each.size < 0.0 or each.sd < 0.0:
            raise SettingError(
                f"an excursion of {each.size} with an error of {each.sd} cannot be; give 0 or more of each"
            )
    return [each for each in depths if each.size > BEYOND_ERROR * each.sd and each.size > 0.0]


def _shift_quantiles(off: Sequence[Depth], on: Sequence[Depth]) -> Array:
    """Quantiles of the shift of log sizes on treatment."""
    (off_weight, off_mean, off_square), (on_weight, on_mean, on_square) = _sums(off), _sums(on)
    both = off_weight * on_weight / (off_weight + on_weight) if off_weight and on_weight else 0.0
    seen = on_mean - off_mean if both else 0.0
    worth = SHIFT_WORTH + both
    freedom = SPREAD_WORTH + max(0, len(off) + len(on) - 1)
    square = SPREAD_WORTH * SIZE_SPREAD**2 + off_square + on_square + SHIFT_WORTH * both / worth * seen**2
    scale = math.sqrt(square / freedom / worth)
    return np.asarray(both / worth * seen + scale * stdtrit(freedom, _QUANTILES))


def _sums(depths: Sequence[Depth]) -> tuple[float, float, float]:
    """Weight, weighted mean and weighted sum of squares of log sizes; an excursion with a large error weighs less."""
    if not depths:
        return 0.0, 0.0, 0.0
    logs = np.log([each.size for each in depths])
    weights = 1.0 / (1.0 + np.array([(each.sd / each.size / SIZE_SPREAD) ** 2 for each in depths]))
    mean = float(weights @ logs / weights.sum())
    return float(weights.sum()), mean, float(weights @ (logs - mean) ** 2)


def _estimate(log_draws: Array) -> Estimate:
    low, median, high = np.exp(np.quantile(log_draws, [0.05, 0.5, 0.95]))
    return Estimate(float(median), float(low), float(high))


def _randomised(sizes: Array, on_count: int, off_years: float, on_years: float, seed: int) -> tuple[float, float, bool]:
    """One- and two-sided mid-p of the sum of sizes on treatment, and whether every way was looked at."""
    if not sizes.size or not off_years or not on_years:
        return 1.0, 1.0, True
    share = on_years / (off_years + on_years)
    seen = float(sizes[sizes.size - on_count :].sum())
    if exact := sizes.size <= _ENUMERATED:
        ways = ((np.arange(2**sizes.size)[:, None] >> np.arange(sizes.size)) & 1).astype(bool)
        chance = share ** ways.sum(1) * (1.0 - share) ** (sizes.size - ways.sum(1))
    else:
        ways = np.random.default_rng(seed).random((_SHUFFLES, sizes.size)) < share
        chance = np.full(_SHUFFLES, 1.0 / _SHUFFLES)
    lower, upper = _tails(np.asarray(ways @ sizes), chance, seen)
    return lower, min(1.0, 2.0 * min(lower, upper)), exact


def _tails(sums: Array, chance: Array, seen: float) -> tuple[float, float]:
    close = _CLOSE * (1.0 + abs(seen))
    fewer, more = float(chance[sums < seen - close].sum()), float(chance[sums > seen + close].sum())
    same = max(0.0, float(chance.sum()) - fewer - more)
    return fewer + 0.5 * same, more + 0.5 * same


@dataclass(frozen=True, slots=True)
class Power:
    """Chance that a two-sided test at 5 % tells a treatment from none, by what is looked at.

    ``attacks`` counts the large excursions alone, ``excursions`` counts all, ``weighted`` weighs them by size.
    """

    attacks: float
    excursions: float
    weighted: float


def graded_power(
    excursions_per_year: float,
    attack_share: float,
    years: float,
    frequency_ratio: float,
    size_ratio: float,
    *,
    people: int = 400,
    shuffles: int = 400,
    seed: int = 1,
) -> Power:
    """Power by simulation, in times of one length off and on treatment.

    Off treatment a share of excursions is large enough to be an attack. The treatment makes excursions rarer,
    smaller, or both.

    Raises
    ------
    SettingError
        A number is not positive, or the share is not below 1.

    >>> power = graded_power(8.0, 0.15, 1.0, 0.3, 1.0, people=100)
    >>> power.attacks < power.weighted
    True
    """
    if min(excursions_per_year, years, frequency_ratio, size_ratio, attack_share) <= 0.0 or attack_share >= 1.0:
        raise SettingError("rates, years and ratios are above 0, and a share lies between 0 and 1")
    random = np.random.default_rng(seed)
    threshold = SIZE_SPREAD * float(ndtri(1.0 - attack_share))
    told = np.zeros((people, 3), dtype=bool)
    for person in range(people):
        off, on = (int(random.poisson(excursions_per_year * years * each)) for each in (1.0, frequency_ratio))
        logs = SIZE_SPREAD * random.standard_normal(off + on)
        logs[off:] += math.log(size_ratio)
        large = logs > threshold
        counted = np.array([large[off:].sum(), on]), np.array([large.sum(), off + on])
        told[person, :2] = mid_p_two_sided(*counted, 0.5) <= 0.05
        sizes = np.exp(logs)
        ways = random.random((shuffles, off + on)) < 0.5
        lower, upper = _tails(np.asarray(ways @ sizes), np.full(shuffles, 1.0 / shuffles), float(sizes[off:].sum()))
        told[person, 2] = 2.0 * min(lower, upper) <= 0.05 and off + on > 0
    attacks, excursions, weighted = told.mean(0)
    return Power(float(attacks), float(excursions), float(weighted))
