"""Roots of many small systems of equations at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray


def newton(
    residual: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    start: NDArray[np.float64],
    *,
    iterations: int = 30,
    tolerance: float = 1e-14,
) -> NDArray[np.float64]:
    """x with residual(x) = 0, by Newton's method with differences for slopes.

    start and the residual have the shape (k, ...): k equations in k unknowns, solved side by side for every entry of
    the other axes. A step at most halves or doubles an unknown, so unknowns keep their sign. Returns the last
    iterate; whoever calls checks the residual.

    >>> newton(lambda x: np.stack([x[0] * x[0] - 2.0]), np.ones((1, 1))).round(6)
    array([[1.414214]])
    """
    x = start.astype(float)
    size = len(x)
    for _ in range(iterations):
        f = residual(x)
        slopes = np.empty((size, *f.shape))
        for unknown in range(size):
            shifted = x.copy()
            step = 1e-7 * np.abs(x[unknown])
            shifted[unknown] += step
            slopes[unknown] = (residual(shifted) - f) / step
        matrix = np.moveaxis(slopes, (1, 0), (-2, -1))
        change = np.linalg.solve(matrix, np.moveaxis(f, 0, -1)[..., None])[..., 0]
        following = x - np.moveaxis(change, -1, 0)
        following = np.clip(following, np.minimum(0.5 * x, 2.0 * x), np.maximum(0.5 * x, 2.0 * x))
        settled = np.all(np.abs(following - x) <= tolerance * np.abs(following))
        x = following
        if settled:
            break
    return x
