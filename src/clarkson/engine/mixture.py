"""Mixtures of Gaussians on a line: probability below a value, and quantiles."""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np

from clarkson.engine.gaussian import Array

_STEPS = 60
_compiled: Any = numba.njit(cache=True)


@_compiled
def _below(value, weights, means, sds):  # type: ignore[no-untyped-def]
    total = 0.0
    for k in range(len(weights)):
        total += weights[k] * 0.5 * math.erfc((means[k] - value) / (sds[k] * math.sqrt(2.0)))
    return total


@_compiled
def _quantile(probability, weights, means, sds):  # type: ignore[no-untyped-def]
    low, high = np.min(means - 9.0 * sds), np.max(means + 9.0 * sds)
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if _below(middle, weights, means, sds) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0


def below(value: float, weights: Array, means: Array, sds: Array) -> float:
    """Probability that a mixture of k Gaussians, each (k,), lies below ``value``.

    >>> below(0.0, np.ones(1), np.zeros(1), np.ones(1))
    0.5
    """
    return float(_below(value, weights, means, sds))


def quantile(probability: float, weights: Array, means: Array, sds: Array) -> float:
    """The value below which a mixture lies with ``probability``; ``weights`` (k,) sum to one.

    >>> round(quantile(0.95, np.ones(1), np.zeros(1), np.ones(1)), 3)
    1.645
    """
    return float(_quantile(probability, weights, means, sds))
