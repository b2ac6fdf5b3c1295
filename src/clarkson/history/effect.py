"""The effect of a treatment in one person: the ratio of the rate of attacks on treatment to that off it.

Counts are Poisson, rates Gamma beforehand, so the person's own rate leaves by a closed form (gamma-Poisson):

- with a prior of the ratio, the counts weigh a ratio r by r^on_attacks / (rate + off_years + r on_years)^(shape +
  attacks), and one quadrature over log r gives the rest (``ratio.py``);
- with the flat prior, r (on_years + rate) / (off_years + rate + r (on_years + rate)) is Beta(shape + on_attacks,
  shape + off_attacks): the F distribution.

Attacks that come in clusters, or a rate that changes by itself, make every interval here too short
(``history_coverage``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv, betaln, xlog1py, xlogy

from clarkson.balance.balance import Estimate
from clarkson.history.conditional import ConditionalTest, check_counts, conditional_test
from clarkson.history.published import PUBLISHED, Prior, RatioPrior
from clarkson.history.ratio import HALVED, LOG_RATIOS, best_against_one, posterior, times_likelier

Array = NDArray[np.float64]
_SMALLEST = 1e-300


@dataclass(frozen=True, slots=True)
class Effect:
    """What the counts say about a treatment under a prior; the exact test beside it needs none.

    ``ratio`` is the rate ratio with its 90 % interval, ``ratio_50`` with its 50 % interval.

    ``probability_lower`` is P(ratio < 1), ``probability_halved`` P(ratio < 0.5); ``before_lower`` and
    ``before_halved`` are the same before the counts. ``probability_no_effect`` is that it does nothing,
    ``before_no_effect`` the same before; None under a prior that has no such part.

    ``times_likelier``: P(counts | ratio at most 0.5, spread as in the prior) / P(counts | ratio exactly 1), the
    person's rate averaged over the prior in both. Below 1 the counts speak against. ``at_most_times_likelier`` is the
    largest such number that any belief about how much the treatment lowers attacks could give: the best ratio below 1
    against 1.
    """

    off_attacks: int
    off_years: float
    on_attacks: int
    on_years: float
    prior: Prior
    ratio: Estimate
    ratio_50: Estimate
    probability_lower: float
    probability_halved: float
    probability_no_effect: float | None
    before_lower: float
    before_halved: float
    before_no_effect: float | None
    times_likelier: float
    at_most_times_likelier: float
    test: ConditionalTest
    remarks: tuple[str, ...]


def effect(off_attacks: int, off_years: float, on_attacks: int, on_years: float, prior: Prior = PUBLISHED) -> Effect:
    """The effect from attacks and years off and on a treatment.

    Time of one kind may be absent: then the prior answers, and a remark says so.

    Raises
    ------
    SettingError
        A count or a time is negative, or there are attacks in no time.

    >>> found = effect(8, 3.0, 1, 2.0)
    >>> round(found.ratio.median, 2), round(found.probability_no_effect, 2)
    (0.16, 0.23)
    """
    check_counts(off_attacks, off_years, on_attacks, on_years)
    counts = (off_attacks, off_years, on_attacks, on_years)
    found, before = _posterior(counts, prior), _posterior((0, 0.0, 0, 0.0), prior)
    return Effect(
        *counts,
        prior,
        _estimate(found, 0.90),
        _estimate(found, 0.50),
        found.below(1.0),
        found.below(HALVED),
        found.no_effect,
        before.below(1.0),
        before.below(HALVED),
        before.no_effect,
        found.times_likelier,
        found.at_most_times_likelier,
        conditional_test(*counts),
        _remarks(off_years, on_years),
    )


def log_likelihood(
    off_attacks: int, off_years: float, on_attacks: int, on_years: float, prior: Prior, log_ratio: Array = LOG_RATIOS
) -> Array:
    """Log likelihood of a log ratio, up to a constant, the person's rate averaged over the prior.

    >>> log_likelihood(1, 1.0, 0, 1.0, PUBLISHED, np.log(np.array([0.5, 1.0]))).round(2)
    array([-0.85, -1.26])
    """
    attacks = prior.shape + off_attacks + on_attacks
    exposure = prior.rate + off_years + np.exp(log_ratio) * on_years
    return np.asarray(on_attacks * log_ratio - attacks * np.log(exposure))


def ratio_quantiles(
    off_attacks: int, off_years: float, on_attacks: int, on_years: float, prior: Prior, probabilities: Array
) -> Array:
    """Quantiles of the rate ratio.

    >>> ratio_quantiles(5, 2.0, 0, 1.0, PUBLISHED, np.array([0.5])).round(2)
    array([0.05])
    """
    check_counts(off_attacks, off_years, on_attacks, on_years)
    return _posterior((off_attacks, off_years, on_attacks, on_years), prior).quantiles(probabilities)


class _Flat:
    """The posterior of the ratio of two independent gamma rates, in closed form."""

    no_effect = None

    def __init__(self, counts: tuple[int, float, int, float], prior: Prior) -> None:
        off_attacks, off_years, on_attacks, on_years = counts
        self._on, self._off = prior.shape + on_attacks, prior.shape + off_attacks
        self._years = (on_years + prior.rate) / (off_years + prior.rate)
        self._prior_shape = prior.shape
        # Given the ratio r, the rate off treatment is beforehand Gamma(2 shape, rate (1 + r)).
        apart = np.log1p(np.exp(LOG_RATIOS))
        exposure = np.exp(apart) * prior.rate + off_years + np.exp(LOG_RATIOS) * on_years
        self.at_most_times_likelier = best_against_one(
            on_attacks * LOG_RATIOS + 2.0 * prior.shape * apart - (self._on + self._off) * np.log(exposure)
        )

    def _share(self, ratio: float) -> float:
        return ratio * self._years / (1.0 + ratio * self._years)

    def below(self, ratio: float) -> float:
        return float(betainc(self._on, self._off, self._share(ratio)))

    def quantiles(self, probabilities: Array) -> Array:
        share = betaincinv(self._on, self._off, probabilities)
        # Near a share of 1 the complement keeps the digits that 1 - share would lose.
        rest = betaincinv(self._off, self._on, 1.0 - probabilities)
        return np.asarray(share / np.maximum(rest, _SMALLEST) / self._years)

    @property
    def times_likelier(self) -> float:
        """P(ratio < 1/2) after and before, against the density at 1 after and before (Savage and Dickey)."""
        shape = self._prior_shape
        share = self._share(1.0)
        after = xlogy(self._on, share) + xlog1py(self._off, -share) - betaln(self._on, self._off)
        before = -2.0 * shape * math.log(2.0) - betaln(shape, shape)
        halved = self.below(HALVED) / float(betainc(shape, shape, HALVED / (1.0 + HALVED)))
        return halved * math.exp(float(before - after))


class _Quadrature:
    """The posterior under a prior of the ratio."""

    def __init__(self, ratio: RatioPrior, likelihood: Array) -> None:
        found = posterior(ratio, likelihood)
        self.no_effect = found.no_effect
        self.below = found.below
        self.quantiles = found.quantiles
        self.times_likelier = times_likelier(ratio, likelihood)
        self.at_most_times_likelier = best_against_one(likelihood)


def _posterior(counts: tuple[int, float, int, float], prior: Prior) -> _Flat | _Quadrature:
    if prior.ratio is None:
        return _Flat(counts, prior)
    return _Quadrature(prior.ratio, log_likelihood(*counts, prior))


def _estimate(found: _Flat | _Quadrature, level: float) -> Estimate:
    tail = (1.0 - level) / 2.0
    low, median, high = found.quantiles(np.array([tail, 0.5, 1.0 - tail]))
    return Estimate(float(median), float(low), float(high))


def _remarks(off_years: float, on_years: float) -> tuple[str, ...]:
    said = []
    if not off_years:
        said.append("No time off the treatment was watched: what is said of the ratio comes from the prior alone.")
    if not on_years:
        said.append("No time on the treatment was watched: what is said of the ratio comes from the prior alone.")
    return tuple(said)
