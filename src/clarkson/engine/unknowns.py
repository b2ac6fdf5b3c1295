"""What is asked of data: unknowns that are standard Gaussian before, and residuals with heavy tails.

Every unknown is scaled so that its prior is N(0, 1), and every residual so that its error is a Student t of scale 1:
whoever states a problem does the scaling, and everything that solves it works in the same space.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clarkson.engine.gaussian import Array

PERTURBED = 1e-2
"""Step by which an unknown is moved for a slope, in standard deviations of its prior."""


@dataclass(frozen=True, eq=False)
class Problem:
    """``residuals`` maps points (n, d) to residuals (n, m), NaN where a point is impossible.

    Points in one group of ``lanes`` (points 0 to lanes − 1, and so on) must be computed by the same steps, so that
    their differences are slopes of one smooth function. ``freedom``: degrees of freedom of the errors.
    """

    size: int
    residuals: Callable[[Array], Array]
    freedom: float
    lanes: int

    def log_likelihood(self, points: Array) -> Array:
        """Log likelihood (n,) of points (n, d), −∞ where one is impossible.

        >>> line = Problem(1, lambda z: z - 1.0, 1e9, 8)
        >>> line.log_likelihood(np.array([[1.0]])).round(3)
        array([-0.919])
        """
        return log_student(self.residuals(points), self.freedom)

    def log_density(self, points: Array) -> Array:
        """Log of likelihood times prior (n,)."""
        return self.log_likelihood(points) + log_prior(points)


def log_prior(points: Array) -> Array:
    """Log of the standard Gaussian density (n,) of points (n, d).

    >>> log_prior(np.zeros((1, 2))).round(3)
    array([-1.838])
    """
    squares = np.square(points).sum(axis=1)
    height: Array = -0.5 * (squares + points.shape[1] * math.log(2.0 * math.pi))
    return height


def log_student(residuals: Array, freedom: float) -> Array:
    """Log density (n,) of residuals (n, m) as independent Student t of scale 1; −∞ where one is not a number."""
    nu = freedom
    constant = math.lgamma((nu + 1.0) / 2.0) - math.lgamma(nu / 2.0) - 0.5 * math.log(nu * math.pi)
    total = (-0.5 * (nu + 1.0) * np.log1p(np.square(residuals) / nu)).sum(axis=1) + residuals.shape[1] * constant
    return np.where(np.isnan(total), -np.inf, total)


def slopes(problem: Problem, points: Array) -> tuple[Array, Array]:
    """Residuals (k, m) at points (k, d), and their slopes (k, m, d) by differences within groups of lanes.

    >>> square = Problem(1, lambda z: z * z, 4.0, 8)
    >>> [part.round(2).tolist() for part in slopes(square, np.array([[1.0]]))]
    [[[1.0]], [[[2.01]]]]
    """
    count, size = points.shape
    moved = problem.lanes - 1
    groups = -(-size // moved)
    lanes = np.repeat(points, groups * problem.lanes, axis=0).reshape(count, groups, problem.lanes, size)
    for unknown in range(size):
        lanes[:, unknown // moved, 1 + unknown % moved, unknown] += PERTURBED
    found = problem.residuals(lanes.reshape(-1, size)).reshape(count, groups, problem.lanes, -1)
    differences = (found[:, :, 1:] - found[:, :, :1]) / PERTURBED
    by_unknown = differences.reshape(count, groups * moved, -1)[:, :size]
    return found[:, 0, 0], np.swapaxes(by_unknown, 1, 2)
