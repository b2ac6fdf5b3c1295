"""How well a score finds what it is to find: areas, operating points, rates, and two methods side by side.

A row is one draw with a score, a label (true where there is a leak) and a person. A score that could not be computed
is NaN and counts as the lowest of all: a rule that says nothing raises no alarm. To compare two methods where both
speak, pass only those rows. No figure depends on the order of the rows. A figure that needs leaks and other draws is
NaN where one of the two is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.gaussian import Array
from clarkson.engine.poisson import rate_interval
from clarkson.errors import SettingError

Labels = NDArray[np.bool_]
# A figure as a function of how often each row counts (n,): once each for the figure itself, as drawn for a resample.
Figure = Callable[[Array], float]
RESAMPLES = 2000
LEVEL = 0.90
SEED = 20240301


@dataclass(frozen=True, slots=True)
class Tally:
    """Weights of leaks and of other draws (m,) at each of m different scores, lowest first."""

    scores: Array
    leaks: Array
    others: Array


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """An alarm at ``threshold`` and above; ``false_alarms`` is the share of draws without a leak that alarm."""

    threshold: float
    sensitivity: float
    false_alarms: float

    @property
    def specificity(self) -> float:
        """Share of draws without a leak that do not alarm."""
        return 1.0 - self.false_alarms


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two methods on the same resamples of people.

    ``difference`` is the one minus the other, ``above`` the share of resamples in which it is above 0, ties half.
    """

    one: Estimate
    other: Estimate
    difference: Estimate
    above: float


def _tallied(scores: Array, labels: Labels) -> Callable[[Array], Tally]:
    """Sorts once; what it gives back tallies any weights (n,)."""
    levels, place = np.unique(np.where(np.isnan(scores), -np.inf, scores), return_inverse=True)

    def tally(weights: Array) -> Tally:
        leaks = np.bincount(place, weights * labels, len(levels)).astype(np.float64)
        others = np.bincount(place, weights * ~labels, len(levels)).astype(np.float64)
        return Tally(levels, leaks, others)

    return tally


def _area(tally: Tally) -> float:
    leaks, others = tally.leaks.sum(), tally.others.sum()
    if leaks == 0.0 or others == 0.0:
        return float("nan")
    below = np.cumsum(tally.others) - 0.5 * tally.others
    return float(tally.leaks @ below / (leaks * others))


def _curve(tally: Tally) -> tuple[Array, Array] | None:
    """Sensitivity and share of false alarms (m,) with the alarm at each score and above."""
    leaks, others = tally.leaks.sum(), tally.others.sum()
    if leaks == 0.0 or others == 0.0:
        return None
    return np.cumsum(tally.leaks[::-1])[::-1] / leaks, np.cumsum(tally.others[::-1])[::-1] / others


def _share(value: float, name: str) -> float:
    if not 0.0 < value <= 1.0:
        raise SettingError(f"a {name} of {value} is impossible; give a share above 0, at most 1")
    return value


_ROUNDING = 1e-12
_NOWHERE = OperatingPoint(float("nan"), float("nan"), float("nan"))


def _at_specificity(tally: Tally, specificity: float) -> OperatingPoint:
    curve = _curve(tally)
    if curve is None:
        return _NOWHERE
    sensitivity, false_alarms = curve
    allowed = np.flatnonzero(false_alarms <= 1.0 - specificity + _ROUNDING)
    if not len(allowed):
        return OperatingPoint(float("inf"), 0.0, 0.0)
    place = allowed[0]
    return OperatingPoint(float(tally.scores[place]), float(sensitivity[place]), float(false_alarms[place]))


def _at_sensitivity(tally: Tally, sensitivity: float) -> OperatingPoint:
    curve = _curve(tally)
    if curve is None:
        return _NOWHERE
    found, false_alarms = curve
    place = np.flatnonzero(found >= sensitivity - _ROUNDING)[-1]
    return OperatingPoint(float(tally.scores[place]), float(found[place]), float(false_alarms[place]))


def at_specificity(scores: Array, labels: Labels, specificity: float) -> OperatingPoint:
    """The lowest threshold whose specificity is at least the given one.

    ``scores`` (n,), ``labels`` (n,). The threshold is infinite, and nothing found, where even the highest score alarms
    too often.

    Raises
    ------
    SettingError
        The specificity is not a share.

    >>> at_specificity(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, False, True, True]), 0.95).sensitivity
    1.0
    """
    return _at_specificity(_tallied(scores, labels)(np.ones(len(scores))), _share(specificity, "specificity"))


def at_sensitivity(scores: Array, labels: Labels, sensitivity: float) -> OperatingPoint:
    """The highest threshold whose sensitivity is at least the given one: how many alarms it costs to find so many.

    ``scores`` (n,), ``labels`` (n,). A threshold of minus infinity means an alarm at every draw.

    Raises
    ------
    SettingError
        The sensitivity is not a share.

    >>> at_sensitivity(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True]), 1.0).false_alarms
    0.5
    """
    return _at_sensitivity(_tallied(scores, labels)(np.ones(len(scores))), _share(sensitivity, "sensitivity"))


def area(scores: Array, labels: Labels) -> Figure:
    """Area under the curve: chance that a leak scores higher than another draw, ties counting half.

    >>> area(np.array([1.0, 2.0, 2.0]), np.array([False, False, True]))(np.ones(3))
    0.75
    """
    tally = _tallied(scores, labels)
    return lambda weights: _area(tally(weights))


def sensitivity(scores: Array, labels: Labels, specificity: float) -> Figure:
    """Share of leaks found at a threshold of at least that specificity, the threshold set anew in each resample.

    Raises
    ------
    SettingError
        The specificity is not a share.

    >>> sensitivity(np.array([1.0, 2.0, 3.0]), np.array([False, True, True]), 0.9)(np.ones(3))
    1.0
    """
    tally, wanted = _tallied(scores, labels), _share(specificity, "specificity")
    return lambda weights: _at_specificity(tally(weights), wanted).sensitivity


def false_alarms(scores: Array, labels: Labels, sensitivity: float) -> Figure:
    """Share of draws without a leak that alarm at a threshold of at least that sensitivity.

    Raises
    ------
    SettingError
        The sensitivity is not a share.

    >>> false_alarms(np.array([1.0, 2.0, 3.0]), np.array([False, True, True]), 1.0)(np.ones(3))
    0.0
    """
    tally, wanted = _tallied(scores, labels), _share(sensitivity, "sensitivity")
    return lambda weights: _at_sensitivity(tally(weights), wanted).false_alarms


def brier(probabilities: Array, labels: Labels) -> Figure:
    """Mean square of probability (n,) minus label (n,): 0 is perfect.

    >>> brier(np.array([0.5, 1.0]), np.array([False, True]))(np.ones(2))
    0.125
    """
    squares = np.square(probabilities - labels)
    return lambda weights: float(weights @ squares / weights.sum())


def estimate(figure: Figure, people: Sequence[object], *, seed: int = SEED, resamples: int = RESAMPLES) -> Estimate:
    """A figure with its 90 % interval over resamples of ``people`` (n,), the person of each row.

    >>> estimate(lambda weights: float(weights.sum()), ["a", "b"])
    Estimate(value=2.0, low=2.0, high=2.0)
    """
    return compare(figure, figure, people, seed=seed, resamples=resamples).one


def compare(
    one: Figure, other: Figure, people: Sequence[object], *, seed: int = SEED, resamples: int = RESAMPLES
) -> Comparison:
    """Two figures on the same rows, both taken on the same resamples of people.

    ``people`` (n,) names the person of each row: all rows of a person are drawn together. Intervals are 90 %
    percentile intervals; resamples without leaks or without other draws are left out.

    >>> labels, people = np.array([False, False, True, True]), ["a", "b", "c", "d"]
    >>> good, bad = np.array([1.0, 2.0, 3.0, 4.0]), np.array([4.0, 3.0, 2.0, 1.0])
    >>> compare(area(good, labels), area(bad, labels), people).above
    1.0
    """
    names, person = np.unique(np.array([str(each) for each in people]), return_inverse=True)
    everyone = np.ones(len(person))
    generator = np.random.default_rng(seed)
    drawn = np.empty((resamples, 2))
    for each in range(resamples):
        counts = generator.multinomial(len(names), np.full(len(names), 1.0 / len(names))).astype(np.float64)
        drawn[each] = one(counts[person]), other(counts[person])
    differences = drawn[:, 0] - drawn[:, 1]
    value, second = one(everyone), other(everyone)
    known = differences[~np.isnan(differences)]
    above = float(np.mean((known > 0.0) + 0.5 * (known == 0.0))) if len(known) else float("nan")
    return Comparison(
        _interval(value, drawn[:, 0]),
        _interval(second, drawn[:, 1]),
        _interval(value - second, differences),
        above,
    )


def _interval(value: float, drawn: Array) -> Estimate:
    known = drawn[~np.isnan(drawn)]
    if not len(known):
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.quantile(known, ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0))
    return Estimate(value, float(low), float(high))


def per_exposure(events: int, exposure: float) -> Estimate:
    """Events per unit of exposure (person-years, patient-days) with the exact 90 % interval.

    Raises
    ------
    SettingError
        The exposure is not above 0.

    >>> per_exposure(0, 50.0).low
    0.0
    """
    if not exposure > 0.0:
        raise SettingError(f"an exposure of {exposure} gives no rate; give the time that people were watched")
    return Estimate(events / exposure, *rate_interval(events, exposure, LEVEL))
