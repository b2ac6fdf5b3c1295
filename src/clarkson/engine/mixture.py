"""Mixtures of Gaussians on a line: probability below a value, and quantiles."""

from __future__ import annotations

import math

from clarkson.engine.gaussian import Array

_STEPS = 60


def below(value: float, weights: Array, means: Array, sds: Array) -> float:
    """Probability that a mixture of k Gaussians, each (k,), lies below ``value``.

    >>> below(0.0, np.ones(1), np.zeros(1), np.ones(1))
    0.5
    """
    distance = (value - means) / (sds * math.sqrt(2.0))
    return float(sum(weight * 0.5 * math.erfc(-each) for weight, each in zip(weights, distance, strict=True)))


def quantile(probability: float, weights: Array, means: Array, sds: Array) -> float:
    """The value below which a mixture lies with ``probability``; ``weights`` (k,) sum to one.

    >>> round(quantile(0.95, np.ones(1), np.zeros(1), np.ones(1)), 3)
    1.645
    """
    used = weights > 1e-9
    weights, means, sds = weights[used] / weights[used].sum(), means[used], sds[used]
    low, high = float((means - 9.0 * sds).min()), float((means + 9.0 * sds).max())
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        if below(middle, weights, means, sds) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
