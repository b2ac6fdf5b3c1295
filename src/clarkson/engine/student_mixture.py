"""A mixture of multivariate Student t: what importance sampling draws from."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from clarkson.engine.gaussian import Array

EM_ROUNDS = 10
NARROWER = 0.6
"""Scale of a part at its start, over that of all points."""

LEAST_HELD = 1e-3
"""Share of the points below which a part keeps its shape, and the least weight of a part."""

SMALLEST = 1e-6
"""Variance that keeps a covariance positive definite."""


@dataclass(frozen=True, eq=False)
class StudentMixture:
    """Weights (k,), means (k, d) and lower Cholesky factors (k, d, d) of the scales; one ``freedom`` for all."""

    weights: Array
    means: Array
    factors: Array
    freedom: float

    def draw(self, count: int, random: np.random.Generator) -> Array:
        """Points (count, d), from each part as many as its weight says.

        >>> one = StudentMixture(np.ones(1), np.zeros((1, 2)), np.eye(2)[None], 5.0)
        >>> one.draw(3, np.random.default_rng(1)).shape
        (3, 2)
        """
        edges = np.cumsum(self.weights) / self.weights.sum()
        part = np.searchsorted(edges, (np.arange(count) + random.random()) / count).clip(0, len(edges) - 1)
        gaussian = random.standard_normal((count, self.means.shape[1]))
        spread = np.sqrt(self.freedom / random.chisquare(self.freedom, count))
        points: Array = self.means[part] + np.einsum("nab,nb->na", self.factors[part], gaussian) * spread[:, None]
        return points

    def log_parts(self, points: Array) -> Array:
        """Log of weight times density of every part (k, n) at points (n, d)."""
        size, nu = self.means.shape[1], self.freedom
        constant = math.lgamma((nu + size) / 2.0) - math.lgamma(nu / 2.0) - 0.5 * size * math.log(nu * math.pi)
        whitened = np.linalg.solve(self.factors, np.swapaxes(points[None] - self.means[:, None], 1, 2))
        distance = np.square(whitened).sum(axis=1)
        determinant = np.log(np.diagonal(self.factors, axis1=1, axis2=2)).sum(axis=1)
        heights = np.log(self.weights / self.weights.sum()) - determinant + constant
        parts: Array = heights[:, None] - 0.5 * (nu + size) * np.log1p(distance / nu)
        return parts

    def log_density(self, points: Array) -> Array:
        """Log density (n,) at points (n, d)."""
        total: Array = np.logaddexp.reduce(self.log_parts(points), axis=0)
        return total


def fitted(points: Array, weights: Array, parts: int, freedom: float, random: np.random.Generator) -> StudentMixture:
    """A mixture of ``parts`` for weighted points (n, d), weights (n,) summing to one, by expectation and maximisation.

    >>> one = fitted(np.array([[1.0], [3.0]] * 20), np.full(40, 1 / 40), 1, 30.0, np.random.default_rng(1))
    >>> float(one.means[0, 0].round(2))
    2.0
    """
    mean, covariance = moments(points, weights)
    base = np.asarray(np.linalg.cholesky(covariance), dtype=float)
    if parts == 1:
        return StudentMixture(np.ones(1), mean[None], base[None], freedom)
    first = _far_apart(np.linalg.solve(base, points.T).T, weights, parts, random)
    found = StudentMixture(np.ones(parts), points[first], np.repeat(NARROWER * base[None], parts, axis=0), freedom)
    for _ in range(EM_ROUNDS):
        logs = found.log_parts(points)
        share = np.exp(logs - np.logaddexp.reduce(logs, axis=0)) * weights
        held = share.sum(axis=1)
        means, factors = found.means.copy(), found.factors.copy()
        for part in np.flatnonzero(held > LEAST_HELD):
            means[part], own = moments(points, share[part] / held[part])
            factors[part] = np.linalg.cholesky(own)
        found = StudentMixture(np.maximum(held, LEAST_HELD), means, factors, freedom)
    return found


def _far_apart(points: Array, weights: Array, count: int, random: np.random.Generator) -> list[int]:
    """Numbers of points (n, d) to start parts from, each drawn by weight and squared distance to those before."""
    chosen = [int(random.choice(len(points), p=weights))]
    while len(chosen) < count:
        distance = np.square(points[:, None] - points[chosen][None]).sum(axis=2).min(axis=1)
        chance = weights * distance
        chosen.append(int(random.choice(len(points), p=chance / chance.sum())))
    return chosen


def moments(points: Array, weights: Array) -> tuple[Array, Array]:
    """Mean (d,) and covariance (d, d) of weighted points (n, d): correlations shrink where few points carry them."""
    mean = weights @ points
    apart = points - mean
    covariance = (apart * weights[:, None]).T @ apart
    effective = 1.0 / float(np.square(weights).sum())
    trust = effective / (effective + points.shape[1])
    covariance = trust * covariance + (1.0 - trust) * np.diag(np.diag(covariance))
    return mean, covariance + SMALLEST * np.eye(points.shape[1])
