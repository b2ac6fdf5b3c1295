"""Exact interval of a Poisson rate."""

from __future__ import annotations

import math
from collections.abc import Callable


def _tail(count: int, mean: float) -> float:
    """Probability of ``count`` events or fewer at a mean."""
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))


def rate_interval(count: int, exposure: float, level: float = 0.90) -> tuple[float, float]:
    """Exact (Garwood) interval of a rate: ``count`` events in ``exposure``.

    >>> low, high = rate_interval(0, 100.0, 0.95)
    >>> low, round(high, 4)
    (0.0, 0.0369)
    """
    tail = (1.0 - level) / 2.0
    low = 0.0 if count == 0 else _solve(lambda mean: 1.0 - _tail(count - 1, mean) - tail, count)
    return low / exposure, _solve(lambda mean: tail - _tail(count, mean), count) / exposure


def _solve(rising: Callable[[float], float], count: int) -> float:
    """Root of a rising function, by bisection between 0 and far above the count."""
    below, above = 1e-9, 10.0 * count + 20.0
    for _ in range(200):
        middle = (below + above) / 2.0
        below, above = (middle, above) if rising(middle) < 0.0 else (below, middle)
    return (below + above) / 2.0
