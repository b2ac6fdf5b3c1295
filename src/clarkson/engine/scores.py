"""Proper scores of predictions that are mixtures of Gaussians: one number a prediction, lower is better.

Every function takes ``weights`` (n, k) whose rows sum to one, ``means`` (n, k) and ``sds`` (n, k) of n predictions of k
Gaussians each. A single Gaussian is k = 1. scipy is needed (the ``evaluate`` extra).
"""

from __future__ import annotations

import math

import numpy as np

from clarkson.engine.gaussian import Array

_HALVINGS = 50
_FAR = 9.0  # standard deviations beyond which a Gaussian holds nothing


def crps(weights: Array, means: Array, sds: Array, observed: Array) -> Array:
    """Continuous ranked probability score (n,) of ``observed`` (n,), in the unit of the observation.

    The closed form of Grimit and others (2006): E|X − y| − E|X − X'| / 2 of independent draws X, X' of the mixture.

    >>> float(crps(np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)), np.zeros(1)).round(4)[0])
    0.2337
    """
    to_observed = (weights * _mean_distance(observed[:, None] - means, sds)).sum(axis=1)
    within = np.zeros(len(observed))
    for one in range(weights.shape[1]):  # one Gaussian against all: k × k at once would not fit into memory
        apart = _mean_distance(means[:, [one]] - means, np.hypot(sds[:, [one]], sds))
        within += weights[:, one] * (weights * apart).sum(axis=1)
    score: Array = to_observed - within / 2.0
    return score


def _mean_distance(shift: Array, sd: Array) -> Array:
    """E|X| of Gaussians with mean ``shift`` and standard deviation ``sd``."""
    from scipy.special import ndtr

    away = shift / sd
    density = np.exp(-0.5 * np.square(away)) / math.sqrt(2.0 * math.pi)
    distance: Array = shift * (2.0 * ndtr(away) - 1.0) + 2.0 * sd * density
    return distance


def log_score(weights: Array, means: Array, sds: Array, observed: Array) -> Array:
    """Minus the log density (n,) at ``observed`` (n,), in nats.

    >>> float(log_score(np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)), np.zeros(1)).round(4)[0])
    0.9189
    """
    from scipy.special import logsumexp

    away = (observed[:, None] - means) / sds
    densities = -0.5 * np.square(away) - np.log(sds) - 0.5 * math.log(2.0 * math.pi)
    score: Array = -logsumexp(densities, axis=1, b=weights)
    return score


def probability_below(weights: Array, means: Array, sds: Array, observed: Array) -> Array:
    """Predicted probability (n,) of a value below ``observed`` (n,): even between 0 and 1 where predictions are honest.

    >>> float(probability_below(np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)), np.zeros(1))[0])
    0.5
    """
    from scipy.special import ndtr

    below: Array = (weights * ndtr((observed[:, None] - means) / sds)).sum(axis=1)
    return below


def quantiles(weights: Array, means: Array, sds: Array, probability: float) -> Array:
    """The values (n,) below which the predictions lie with ``probability``.

    >>> float(quantiles(np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)), 0.95).round(3)[0])
    1.645
    """
    low, high = (means - _FAR * sds).min(axis=1), (means + _FAR * sds).max(axis=1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        short = probability_below(weights, means, sds, middle) < probability
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    value: Array = (low + high) / 2.0
    return value


def inside(below: Array, level: float) -> Array:
    """1.0 where the observation fell into the central interval of ``level``, from its probability below (n,).

    >>> inside(np.array([0.04, 0.5]), 0.90).tolist()
    [0.0, 1.0]
    """
    covered: Array = (np.abs(below - 0.5) <= level / 2.0).astype(np.float64)
    return covered


def width(weights: Array, means: Array, sds: Array, level: float) -> Array:
    """Width (n,) of the central interval of ``level``.

    >>> float(width(np.ones((1, 1)), np.zeros((1, 1)), np.ones((1, 1)), 0.90).round(2)[0])
    3.29
    """
    tail = (1.0 - level) / 2.0
    wide: Array = quantiles(weights, means, sds, 1.0 - tail) - quantiles(weights, means, sds, tail)
    return wide
