"""Peers: the plain ways to predict the next value of an analyte from the person's earlier values of it.

Each is fitted on training people to the likelihood of what is scored, every value after the first given those before.
Predictions are Gaussians: means (n,) and standard deviations (n,) for the n values of a series, NaN for the first.
scipy is needed (the ``evaluate`` extra).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.errors import SettingError
from clarkson.evaluate.series import Series

DAY = 24.0
_TINY = 1e-9  # variance that keeps a covariance positive definite
# How far few training people may pull the Gaussian process from its start, as standard deviations (assumptions):
# level, change of the mean in 30 days, early shift of the mean, log of its hours, log of the hours of the kernel.
_PULL = np.array([0.2, 0.3, 0.1, 1.0, np.inf, np.inf, 1.5, np.inf])
_MONTH = 30.0 * DAY
_HOURS = (math.log(0.5), math.log(1e5))  # between half an hour and eleven years: bounds of a time that is fitted

Gaussians = tuple[Array, Array]


class Peer(Protocol):
    """Something fitted that predicts."""

    def predict(self, series: Series) -> Gaussians:
        """Means (n,) and standard deviations (n,), NaN for the first value."""


@dataclass(frozen=True, slots=True)
class LastValue:
    """The last value carried forward; its error variance grows with the gap from ``white`` to ``white + drift``."""

    white: float
    drift: float
    hours: float

    def predict(self, series: Series) -> Gaussians:
        """Means (n,) and standard deviations (n,), NaN for the first value."""
        sds = np.sqrt(self.variance(np.diff(series.hours)))
        return _after_first(series.values[:-1]), _after_first(sds)

    def variance(self, gap: Array) -> Array:
        """Variance (n,) of the error after gaps (n,) in hours."""
        grown: Array = self.white + self.drift * -np.expm1(-gap / self.hours) + _TINY
        return grown


@dataclass(frozen=True, slots=True)
class RandomWalk:
    """A level that walks at random, seen with noise: the Kalman filter of the local level.

    The level starts with mean ``mean`` and variance ``start`` and gains ``rate`` an hour; ``noise`` is the variance of
    a measurement. The Cholesky factor of the covariance of all values gives the same innovations as the filter.
    """

    mean: float
    start: float
    rate: float
    noise: float

    def predict(self, series: Series) -> Gaussians:
        """Means (n,) and standard deviations (n,), NaN for the first value."""
        return _one(self, series)

    def moments(self, hours: Array) -> Gaussians:
        """Mean (g, n) and covariance (g, n, n) of the values at ``hours`` (g, n)."""
        since = hours - hours[:, :1]
        walked = np.minimum(since[:, :, None], since[:, None, :])
        covariance = self.start + self.rate * walked + (self.noise + _TINY) * np.eye(hours.shape[1])
        return np.full(hours.shape, self.mean), covariance


@dataclass(frozen=True, slots=True)
class GaussianProcess:
    """A Gaussian process around a population mean that moves with the time since the first value.

    Mean: ``mean + slope t + shift (1 − exp(−t / settling))``, t in hours. Covariance: ``between`` people, ``within``
    a person with correlation ``kernel`` over ``hours``, and ``noise``.
    """

    mean: float
    slope: float
    shift: float
    settling: float
    between: float
    within: float
    hours: float
    noise: float
    kernel: Literal["Ornstein-Uhlenbeck", "Matern 3/2"]

    def predict(self, series: Series) -> Gaussians:
        """Means (n,) and standard deviations (n,), NaN for the first value."""
        return _one(self, series)

    def moments(self, hours: Array) -> Gaussians:
        """Mean (g, n) and covariance (g, n, n) of the values at ``hours`` (g, n)."""
        since = hours - hours[:, :1]
        mean = self.mean + self.slope * since - self.shift * np.expm1(-since / self.settling)
        apart = np.abs(since[:, :, None] - since[:, None, :]) / self.hours
        if self.kernel == "Matern 3/2":
            apart = math.sqrt(3.0) * apart
            correlation = (1.0 + apart) * np.exp(-apart)
        else:
            correlation = np.exp(-apart)
        covariance = self.between + self.within * correlation + (self.noise + _TINY) * np.eye(hours.shape[1])
        return mean, covariance


def _after_first(values: Array) -> Array:
    return np.concatenate([[np.nan], values])


def _innovations(model: RandomWalk | GaussianProcess, hours: Array, values: Array) -> Gaussians:
    """Error (g, n) of each prediction from the values before it, and its standard deviation (g, n)."""
    mean, covariance = model.moments(hours)
    factor = np.linalg.cholesky(covariance)
    sds = np.diagonal(factor, axis1=1, axis2=2)
    return sds * np.linalg.solve(factor, (values - mean)[:, :, None])[:, :, 0], sds


def _one(model: RandomWalk | GaussianProcess, series: Series) -> Gaussians:
    errors, sds = _innovations(model, series.hours[None], series.values[None])
    return _after_first((series.values - errors[0])[1:]), _after_first(sds[0, 1:])


def _by_length(train: Sequence[Series]) -> list[Gaussians]:
    """Hours (g, n) and values (g, n) of the people with n values, for every n above one."""
    lengths: dict[int, list[Series]] = defaultdict(list)
    for each in train:
        if len(each.values) > 1:
            lengths[len(each.values)].append(each)
    if not lengths:
        raise SettingError("no training person has two values of the analyte: nothing can be fitted")
    return [
        (np.stack([each.hours for each in people]), np.stack([each.values for each in people]))
        for _, people in sorted(lengths.items())
    ]


def _surprise(errors: Array, sds: Array) -> float:
    return float((0.5 * np.square(errors / sds) + np.log(sds)).sum())


def least(surprise: Callable[[Array], float], start: Array, bounds: Sequence[tuple[float, float]]) -> Array:
    """The place (p,) of the smallest surprise within bounds, searched downhill from a start (p,).

    >>> least(lambda place: float((place[0] - 2.0) ** 2), np.zeros(1), [(-5.0, 5.0)]).round(3)
    array([2.])
    """
    from scipy.optimize import minimize

    best: Array = minimize(surprise, start, method="L-BFGS-B", bounds=bounds).x
    return best


def _around(log_variance: float, count: int) -> list[tuple[float, float]]:
    """Bounds of ``count`` log variances."""
    return [(log_variance - 12.0, log_variance + 6.0)] * count


def fit_last_value(train: Sequence[Series]) -> LastValue:
    """The last value carried forward, its spread fitted over the gaps of the training people.

    Raises
    ------
    SettingError
        No training person has two values.

    >>> people = [Series("a", np.arange(4.0), np.array([0.0, 0.1, 0.0, 0.1]))]
    >>> fit_last_value(people).predict(people[0])[0]
    array([nan, 0. , 0.1, 0. ])
    """
    groups = _by_length(train)
    gaps = np.concatenate([np.diff(hours, axis=1).ravel() for hours, _ in groups])
    steps = np.concatenate([np.diff(values, axis=1).ravel() for _, values in groups])
    spread = math.log(steps.var() + _TINY)

    def model(place: Array) -> LastValue:
        return LastValue(*np.exp(place).tolist())

    def surprise(place: Array) -> float:
        return _surprise(steps, np.sqrt(model(place).variance(gaps))) / len(steps)

    start = np.array([spread, spread - 1.0, math.log(4.0 * DAY)])
    return model(least(surprise, start, [*_around(spread, 2), _HOURS]))


def fit_random_walk(train: Sequence[Series]) -> RandomWalk:
    """The local level with the largest likelihood.

    Raises
    ------
    SettingError
        No training person has two values.

    >>> people = [Series("a", np.arange(4.0), np.array([0.0, 0.1, 0.0, 0.1]))]
    >>> fit_random_walk(people).predict(people[0])[0].shape
    (4,)
    """
    groups = _by_length(train)
    mean, spread, count = _level(groups)

    def model(place: Array) -> RandomWalk:
        start, rate, noise = np.exp(place[1:]).tolist()
        return RandomWalk(float(place[0]), start, rate / DAY, noise)

    def surprise(place: Array) -> float:
        return _total(model(place), groups) / count

    start = np.array([mean, spread, spread - 2.0, spread - 3.0])
    return model(least(surprise, start, [(mean - 3.0, mean + 3.0), *_around(spread, 3)]))


def fit_gaussian_process(train: Sequence[Series]) -> GaussianProcess:
    """The Gaussian process with the largest likelihood, of both kernels; weak priors hold it where people are few.

    Raises
    ------
    SettingError
        No training person has two values.

    >>> people = [Series("a", np.arange(4.0), np.array([0.0, 0.1, 0.0, 0.1]))]
    >>> fit_gaussian_process(people).predict(people[0])[1].shape
    (4,)
    """
    groups = _by_length(train)
    mean, spread, count = _level(groups)

    def model(place: Array) -> GaussianProcess:
        level, slope, shift = place[:3].tolist()
        settling, between, within, hours, noise = np.exp(place[3:]).tolist()
        return GaussianProcess(
            level, slope / _MONTH, shift, settling, between, within, hours, noise, "Ornstein-Uhlenbeck"
        )

    def best(kernel: Literal["Ornstein-Uhlenbeck", "Matern 3/2"]) -> tuple[float, GaussianProcess]:
        def surprise(place: Array) -> float:
            pulled = 0.5 * float(np.square((place - centre) / _PULL).sum())
            return (_total(replace(model(place), kernel=kernel), groups) + pulled) / count

        centre = np.array([mean, 0.0, 0.0, math.log(DAY / 2.0), spread, spread, math.log(4.0 * DAY), spread])
        start = centre - np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 3.0])
        bounds = [(mean - 3.0, mean + 3.0), (-3.0, 3.0), (-3.0, 3.0), (math.log(2.0), math.log(500.0))]
        bounds += [*_around(spread, 2), _HOURS, *_around(spread, 1)]
        found = replace(model(least(surprise, start, bounds)), kernel=kernel)
        return _total(found, groups), found

    return min((best("Ornstein-Uhlenbeck"), best("Matern 3/2")), key=lambda each: each[0])[1]


def _level(groups: list[Gaussians]) -> tuple[float, float, int]:
    """Mean of the training values, log of their variance, and how many values are predicted."""
    values = np.concatenate([each.ravel() for _, each in groups])
    return float(values.mean()), math.log(values.var() + _TINY), sum(each[:, 1:].size for _, each in groups)


def _total(model: RandomWalk | GaussianProcess, groups: list[Gaussians]) -> float:
    """Surprise at every value after the first, constants left out."""
    total = 0.0
    for hours, values in groups:
        errors, sds = _innovations(model, hours, values)
        total += _surprise(errors[:, 1:], sds[:, 1:])
    return total


PEERS: dict[str, Callable[[Sequence[Series]], Peer]] = {
    "last value": fit_last_value,
    "random walk": fit_random_walk,
    "Gaussian process": fit_gaussian_process,
}
