"""Calibration: what share of the draws that were given a probability were leaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.gaussian import Array

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Draws of neighbouring probabilities: how many, their mean probability, the share that were leaks."""

    count: int
    probability: float
    share: float


def calibration(probabilities: Array, labels: NDArray[np.bool_], bins: int = BINS) -> tuple[Bin, ...]:
    """At most ``bins`` bins of about the same number of draws, lowest probability first.

    ``probabilities`` (n,), ``labels`` (n,). Equal probabilities share a bin, so the order of the rows does not matter.

    >>> calibration(np.array([0.1, 0.2, 0.8, 0.9]), np.array([False, False, True, True]), 2)[1].share
    1.0
    """
    _, place, counts = np.unique(probabilities, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - 0.5 * counts
    of_level = np.floor(bins * middle / len(probabilities)).astype(np.int64)
    of_row = of_level[place]
    return tuple(
        Bin(int(inside.sum()), float(np.sort(probabilities[inside]).mean()), float(labels[inside].mean()))
        for inside in (of_row == each for each in np.unique(of_level))
    )


def expected_calibration_error(probabilities: Array, labels: NDArray[np.bool_], bins: int = BINS) -> float:
    """Mean distance of probability and share over the bins, each counting by its draws; NaN without draws.

    >>> round(expected_calibration_error(np.array([0.2, 0.8]), np.array([False, True]), 2), 3)
    0.2
    """
    if not len(probabilities):
        return float("nan")
    found = calibration(probabilities, labels, bins)
    return sum(each.count * abs(each.probability - each.share) for each in found) / len(probabilities)
