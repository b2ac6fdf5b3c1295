"""Inputs that are constant between breaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Schedule:
    """Piecewise-constant inputs of one or many patients.

    breaks: (n or 1, K) hours, ascending, padded with infinity. values: (n or 1, K + 1, I); value k holds from
    breaks[k - 1] to breaks[k], the first one from the start.

    >>> Schedule(np.array([[1.0, 2.0]]), np.zeros((1, 3, 4))).breaks.shape
    (1, 2)
    """

    breaks: NDArray[np.float64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.breaks.ndim != 2 or self.values.ndim != 3 or self.values.shape[1] != self.breaks.shape[1] + 1:
            raise ValueError(
                f"breaks (n, K) and values (n, K + 1, I) do not fit: {self.breaks.shape} and {self.values.shape}"
            )
        if np.isnan(self.breaks).any() or (self.breaks[:, 1:] < self.breaks[:, :-1]).any():
            raise ValueError("breaks are not in ascending order")


def constant(values: NDArray[np.float64]) -> Schedule:
    """Inputs (I,) that never change."""
    return Schedule(np.empty((1, 0)), np.asarray(values, dtype=float)[None, None, :])
