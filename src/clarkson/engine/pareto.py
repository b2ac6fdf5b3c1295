"""Pareto-smoothed importance weights, and k̂: how heavy their tail is.

Source: Vehtari, Simpson, Gelman, Yao and Gabry, J Mach Learn Res 2024; the fit of the tail after Zhang and Stephens,
Technometrics 2009.
"""

from __future__ import annotations

import math

import numpy as np

from clarkson.engine.gaussian import Array

GOOD = 0.7
"""k̂ above which importance weights are not to be trusted."""

SHORTEST_TAIL = 5


def smoothed(log_weights: Array) -> tuple[Array, float]:
    """Log weights (n,) with their largest replaced by what a Pareto tail would have there, summing to one; and k̂.

    k̂ is infinite where the tail is too short to be judged.

    >>> weights, k = smoothed(np.log(np.arange(1.0, 201.0)))
    >>> bool(abs(np.exp(weights).sum() - 1.0) < 1e-9), k < 0.0
    (True, True)
    """
    count = len(log_weights)
    tail = min(count // 5, int(3.0 * math.sqrt(count)))
    ordered = np.argsort(log_weights, kind="stable")
    found = log_weights - log_weights[ordered[-1]]
    shape = math.inf
    if tail >= SHORTEST_TAIL:
        largest, edge = ordered[-tail:], math.exp(found[ordered[-tail - 1]])
        excess = np.exp(found[largest]) - edge
        if excess[-1] > 0.0:
            shape, scale = _tail(np.maximum(excess, 1e-300))
            ranks = (np.arange(tail) + 0.5) / tail
            beyond = scale * (-np.log1p(-ranks) if abs(shape) < 1e-9 else np.expm1(-shape * np.log1p(-ranks)) / shape)
            found[largest] = np.minimum(np.log(np.maximum(edge + beyond, 1e-300)), 0.0)
    return found - np.logaddexp.reduce(found), shape


def _tail(excess: Array) -> tuple[float, float]:
    """Shape k and scale of a generalised Pareto distribution of ascending values (n,), k drawn a little towards 0.5."""
    count = len(excess)
    grid = 30 + int(math.sqrt(count))
    quarter = excess[int(count / 4 + 0.5) - 1]
    theta = 1.0 / excess[-1] + (1.0 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / (3.0 * quarter)
    shapes = np.log1p(-theta[:, None] * excess).mean(axis=1)
    height = count * (np.log(-theta / shapes) - shapes - 1.0)
    weight = np.exp(height - np.logaddexp.reduce(height))
    best = float((theta * weight).sum())
    shape = float(np.log1p(-best * excess).mean())
    scale = -shape / best
    # A weak prior, worth ten values: Vehtari et al., appendix.
    return (shape * count + 0.5 * 10.0) / (count + 10.0), scale
