"""Adaptive importance sampling: draws from a Student mixture, weighted, and the mixture refitted until they serve."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.engine.pareto import GOOD, smoothed
from clarkson.engine.student_mixture import StudentMixture, fitted
from clarkson.engine.unknowns import Problem

CARRIED = 600.0
"""Effective draws that carry the fit of a proposal."""

PARTS = 2
NEARLY_THERE = 0.7
"""Power of the weights above which a proposal gets several parts."""

FREEDOM = 30.0
"""Degrees of freedom of fitted proposals: in many dimensions heavier tails would waste most draws."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """Points (n, d) with log weights (n,) that sum to one.

    ess: effective number of draws; khat: tail of the weights; log_evidence: log of the integral of the density.
    """

    points: Array
    log_weights: Array
    ess: float
    khat: float
    log_evidence: float

    def equal(self, count: int, random: np.random.Generator) -> Array:
        """Points (count, d) of equal weight, drawn in strata."""
        edges = np.cumsum(np.exp(self.log_weights))
        chosen = np.searchsorted(edges / edges[-1], (np.arange(count) + random.random(count)) / count)
        points: Array = self.points[chosen.clip(0, len(self.points) - 1)]
        return points


def sample(
    problem: Problem, start: StudentMixture, random: np.random.Generator, *, count: int, wanted: float, rounds: int
) -> tuple[Weighted, StudentMixture]:
    """Draws from the posterior, ``count`` a round, until ``wanted`` effective ones with a good k̂ or after ``rounds``;
    and the last proposal.

    Weights of all rounds together are against the mean of what they were drawn from (the deterministic mixture). The
    next proposal is fitted to weights raised to a power, so low that enough points carry it.

    >>> line = Problem(1, lambda z: z - 1.0, 1e9, 8)
    >>> start = StudentMixture(np.ones(1), np.zeros((1, 1)), np.ones((1, 1, 1)), 5.0)
    >>> found, _ = sample(line, start, np.random.default_rng(1), count=2000, wanted=400, rounds=3)
    >>> bool(abs(np.exp(found.log_weights) @ found.points[:, 0] - 0.5) < 0.05)
    True
    """
    points, heights, proposals = np.empty((0, problem.size)), np.empty(0), np.empty(0)
    drawn_from: list[StudentMixture] = []
    mixture = start
    for turn in range(rounds):
        new = mixture.draw(count, random)
        drawn_from.append(mixture)
        new_proposals = np.logaddexp.reduce([each.log_density(new) for each in drawn_from], axis=0)
        proposals = np.concatenate([np.logaddexp(proposals, mixture.log_density(points)), new_proposals])
        points, heights = np.concatenate([points, new]), np.concatenate([heights, problem.log_density(new)])
        ratios = heights - (proposals - math.log(len(drawn_from)))
        found = weighted(points, ratios)
        if (found.ess >= wanted and found.khat <= GOOD) or turn == rounds - 1:
            break
        power, weights = _tempered(ratios, min(CARRIED, 0.5 * len(points)))
        mixture = fitted(points, weights, PARTS if power > NEARLY_THERE else 1, FREEDOM, random)
    return found, mixture


def _tempered(ratios: Array, effective: float) -> tuple[float, Array]:
    """The highest power at which so many points carry the weights, and those weights (n,)."""
    finite = np.where(np.isfinite(ratios), ratios, -np.inf)
    finite = finite - finite.max()

    def weights(power: float) -> Array:
        raised = np.exp(power * finite)
        normalised: Array = raised / raised.sum()
        return normalised

    low, high = 0.0, 1.0
    if 1.0 / float(np.square(weights(1.0)).sum()) >= effective:
        return 1.0, weights(1.0)
    for _ in range(30):
        middle = 0.5 * (low + high)
        enough = 1.0 / float(np.square(weights(middle)).sum()) >= effective
        low, high = (middle, high) if enough else (low, middle)
    return low, weights(max(low, 1e-9))


def weighted(points: Array, log_ratios: Array) -> Weighted:
    """Points (n, d) with the ratios of target to proposal (n,), −∞ allowed, as smoothed weights.

    >>> weighted(np.zeros((100, 1)), np.zeros(100)).ess
    100.0
    """
    possible = np.isfinite(log_ratios)
    if possible.sum() < 2:
        return Weighted(points, np.full(len(points), -math.log(len(points))), 0.0, math.inf, -math.inf)
    log_weights = np.full(len(points), -np.inf)
    log_weights[possible], khat = smoothed(log_ratios[possible])
    ess = 1.0 / float(np.exp(2.0 * log_weights[possible]).sum())
    evidence = float(np.logaddexp.reduce(log_ratios[possible])) - math.log(len(points))
    return Weighted(points, log_weights, round(ess, 9), khat, evidence)
