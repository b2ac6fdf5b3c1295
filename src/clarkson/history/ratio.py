"""The posterior of a rate ratio on a grid: one dimension, so quadrature is exact enough and nothing is drawn.

The grid is even in the log ratio and reaches 6 standard deviations beyond every prior in use. Its step is a tenth of
the narrowest prior, where the trapezoid rule on a normal density has no error that a double can hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clarkson.history.published import RatioPrior

Array = NDArray[np.float64]
STEP = 0.01
LOG_RATIOS: Array = np.arange(-1400.0, 801.0) * STEP  # ratios from one in a million to 3,000
TINY = 1e-300
LARGEST_LOG = 700.0  # the exponential of more is no double
HALVED = 0.5  # "at least halves": the smallest effect that the sentences speak of


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Density of the log ratio on ``LOG_RATIOS`` (it sums to 1), and the probability that the treatment does
    nothing."""

    mass: Array
    no_effect: float

    def below(self, ratio: float) -> float:
        """Probability that the ratio is below a value."""
        edge = np.cumsum(self.mass) - 0.5 * self.mass
        return float(np.interp(math.log(ratio), LOG_RATIOS, edge))

    def quantiles(self, probabilities: Array) -> Array:
        """The ratios below which it lies with these probabilities."""
        edge = np.cumsum(self.mass) - 0.5 * self.mass
        return np.exp(np.interp(probabilities, edge, LOG_RATIOS))


def _normal(mean: float, sd: float) -> Array:
    density = np.exp(-0.5 * ((LOG_RATIOS - mean) / sd) ** 2)
    return np.asarray(density / density.sum())


def posterior(prior: RatioPrior, log_likelihood: Array) -> Posterior:
    """The posterior from the log likelihood on ``LOG_RATIOS``."""
    likelihood = np.exp(log_likelihood - log_likelihood.max())
    nothing = prior.no_effect * _normal(0.0, prior.drift_sd) * likelihood
    something = (1.0 - prior.no_effect) * _normal(prior.log_median, prior.log_sd) * likelihood
    total = float(nothing.sum() + something.sum())
    return Posterior((nothing + something) / total, float(nothing.sum()) / total)


def times_likelier(prior: RatioPrior, log_likelihood: Array) -> float:
    """How many times likelier the data are if the treatment at least halves attacks than if the ratio is exactly 1.

    Above, the likelihood is averaged over the "does something" part of the prior at and below one half.
    """
    weight = np.where(math.log(HALVED) + STEP / 2.0 > LOG_RATIOS, _normal(prior.log_median, prior.log_sd), 0.0)
    highest = float(log_likelihood.max())
    mean = float((weight * np.exp(log_likelihood - highest)).sum() / weight.sum())
    return math.exp(min(math.log(max(mean, TINY)) + highest - float(log_likelihood[_ONE]), LARGEST_LOG))


def best_against_one(log_likelihood: Array) -> float:
    """The largest likelihood of a ratio of at most 1, against that of 1."""
    return math.exp(min(float(log_likelihood[: _ONE + 1].max() - log_likelihood[_ONE]), LARGEST_LOG))


_ONE = int(np.argmin(np.abs(LOG_RATIOS)))
