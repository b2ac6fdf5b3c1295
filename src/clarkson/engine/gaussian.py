"""Gaussian algebra: conditioning on linear observations, and densities of many means at once."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def condition(mean: Array, covariance: Array, design: Array, observed: Array, noise: Array) -> tuple[Array, Array]:
    """Mean (k,) and covariance (k, k) of x after seeing ``observed = design @ x + noise``.

    ``mean`` (k,) and ``covariance`` (k, k) describe x before; ``design`` is (m, k), ``observed`` (m,),
    ``noise`` (m, m) the covariance of the error. With m = 0 nothing changes.

    >>> after, spread = condition(np.zeros(1), np.eye(1), np.eye(1), np.array([2.0]), np.eye(1))
    >>> float(after[0]), float(spread[0, 0])
    (1.0, 0.5)
    """
    predicted = design @ covariance
    total = predicted @ design.T + noise
    gain = np.linalg.solve(total, predicted).T
    after = covariance - gain @ predicted
    return mean + gain @ (observed - design @ mean), (after + after.T) / 2.0


def log_densities(observed: Array, predicted: Array, covariance: Array) -> Array:
    """Log density (n,) of ``observed`` (m,) under n Gaussians of means ``predicted`` (n, m), one covariance.

    >>> round(float(log_densities(np.zeros(1), np.zeros((1, 1)), np.eye(1))[0]), 4)
    -0.9189
    """
    factor = np.linalg.cholesky(covariance)
    whitened = np.linalg.solve(factor, (observed - predicted).T)
    log_determinant = 2.0 * float(np.log(np.diag(factor)).sum())
    distance: Array = np.einsum("mn,mn->n", whitened, whitened)
    return -0.5 * (distance + log_determinant + len(observed) * math.log(2.0 * math.pi))


def log_mean_exp(values: Array) -> float:
    """Log of the mean of ``exp(values)`` (n,), without overflow.

    >>> round(log_mean_exp(np.array([-1000.0, -1000.0])), 6)
    -1000.0
    """
    largest = float(values.max())
    return largest + float(np.log(np.mean(np.exp(values - largest))))
