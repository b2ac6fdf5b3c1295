"""Modes of a posterior: Gauss-Newton steps from many starts side by side, damped as by Levenberg and Marquardt.

Student t errors are weighted least squares: a residual r counts with (ν + 1)/(ν + r²).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.engine.unknowns import Problem, log_prior, log_student, slopes

FIRST_DAMPING = 0.1
LARGEST_STEP = 2.0  # in standard deviations of the prior
SETTLED = 0.02  # change of the log density below which a start has arrived


@dataclass(frozen=True, eq=False)
class Modes:
    """Points (k, d), their log density (k,) and curvature (k, d, d): the inverse of a covariance."""

    points: Array
    log_density: Array
    curvature: Array


def descend(problem: Problem, starts: Array, *, held: Sequence[int] = (), rounds: int = 12) -> Modes:
    """The modes that are reached from starts (k, d), in the order of the starts; ``held`` axes stay as they start.

    Starts at which the problem is impossible stay where they are, with a log density of −∞.

    >>> line = Problem(1, lambda z: 2.0 * (z - 1.0), 1e9, 8)
    >>> descend(line, np.zeros((1, 1))).points.round(3)
    array([[0.8]])
    """
    size = problem.size
    best, damping = np.full(len(starts), -np.inf), np.full(len(starts), FIRST_DAMPING)
    at, curvature = starts.copy(), np.tile(np.eye(size), (len(starts), 1, 1))
    pull = np.zeros((len(starts), size))
    trial, moving = starts.copy(), np.arange(len(starts))
    free = np.setdiff1d(np.arange(size), held)
    for _ in range(rounds):
        residuals, slope = slopes(problem, trial[moving])
        value = log_student(residuals, problem.freedom) + log_prior(trial[moving])
        value[~np.isfinite(slope).all(axis=(1, 2))] = -np.inf
        better = value > best[moving]
        settled = better & (value < best[moving] + SETTLED)
        rows = moving[better]
        weight = (problem.freedom + 1.0) / (problem.freedom + np.square(residuals[better]))
        weighted = slope[better] * weight[:, :, None]
        at[rows], best[rows] = trial[rows], value[better]
        curvature[rows] = np.swapaxes(weighted, 1, 2) @ slope[better] + np.eye(size)
        pull[rows] = -np.einsum("kmd,km->kd", weighted, residuals[better]) - trial[rows]
        damping[moving] = np.where(better, 0.3, 5.0) * damping[moving]
        given_up = damping[moving] > 1e4
        moving = moving[~settled & ~given_up & np.isfinite(best[moving])]
        if not len(moving):
            break
        damped = curvature[moving] + damping[moving][:, None, None] * np.eye(size)
        step = np.zeros((len(moving), size))
        within = damped[:, free[:, None], free]
        step[:, free] = np.linalg.solve(within, pull[moving][:, free, None])[:, :, 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        trial[moving] = at[moving] + step * np.minimum(1.0, LARGEST_STEP / np.maximum(longest, 1e-12))
    return Modes(at, best, curvature)
