"""Tempered sequential Monte Carlo: particles carried from a proposal to a posterior in small steps.

One half of the particles moves by what the other half knows, so that scales and correlations need no tuning: along
differences of two of its members (differential evolution, ter Braak, Stat Comput 2006), or by steps that leave its
Gaussian as it is (preconditioned Crank-Nicolson steps around its mean; Rudolf and Sprungk, Found Comput Math 2018).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.engine.student_mixture import moments
from clarkson.engine.unknowns import Problem

KEPT = 0.6
"""Share of the particles that stays effective at each step of the temperature."""

JUMPS = 0.1
"""Share of the moves that go a whole difference, from mode to mode."""

DIFFERENCES = 0.3
"""Share of the moves that go along differences."""

STEPS = (1.0, 1.0, 0.5)
"""Lengths of the other moves: 1 is a fresh draw from the Gaussian of the other half."""


@dataclass(frozen=True, eq=False)
class Tempered:
    """Particles (n, d) of equal weight, the log of the evidence, the temperatures passed and the share of moves that
    was accepted at the last one."""

    points: Array
    log_evidence: float
    steps: int
    accepted: float


def temper(
    problem: Problem,
    start: Array,
    log_start: Callable[[Array], Array],
    random: np.random.Generator,
    *,
    moves: int,
) -> Tempered:
    """Particles from ``start`` (n, d), which are draws of the normalised density ``log_start``, to the posterior.

    >>> from clarkson.engine.unknowns import log_prior
    >>> line, random = Problem(1, lambda z: 3.0 * (z - 1.0), 1e9, 8), np.random.default_rng(1)
    >>> found = temper(line, random.standard_normal((1000, 1)), log_prior, random, moves=10)
    >>> bool(abs(found.points.mean() - 0.9) < 0.05)
    True
    """
    points = start.copy()
    reference, target = log_start(points), problem.log_density(points)
    beta, evidence, steps, accepted = 0.0, 0.0, 0, 0.0
    while beta < 1.0:
        rise = _rise(target - reference, 1.0 - beta)
        increment = np.where(np.isfinite(target), rise * (target - reference), -np.inf)
        evidence += float(np.logaddexp.reduce(increment)) - math.log(len(points))
        beta, steps = min(beta + rise, 1.0), steps + 1
        weights = np.exp(increment - increment.max())
        chosen = _resampled(weights / weights.sum(), random)
        points, reference, target = points[chosen], reference[chosen], target[chosen]
        for _ in range(moves):
            accepted = _move(problem, log_start, points, reference, target, beta, random)
    return Tempered(points, evidence, steps, accepted)


def refreshed(problem: Problem, points: Array, random: np.random.Generator, *, moves: int) -> Array:
    """Draws (n, d) from a posterior, each moved on within it: repeats part, and tails that were thin fill.

    >>> line, random = Problem(1, lambda z: 3.0 * (z - 1.0), 1e9, 8), np.random.default_rng(1)
    >>> moved = refreshed(line, np.full((400, 1), 0.9), random, moves=1)
    >>> len(np.unique(moved)) > 1
    True
    """
    found = points.copy()
    reference, target = np.zeros(len(found)), problem.log_density(found)
    for _ in range(moves):
        _move(problem, _flat, found, reference, target, 1.0, random)
    return found


def _flat(points: Array) -> Array:
    """No reference: it has no part at the last temperature."""
    return np.zeros(len(points))


def _rise(log_ratio: Array, most: float) -> float:
    """The largest rise of the temperature that keeps enough particles effective."""
    finite = np.where(np.isfinite(log_ratio), log_ratio, -np.inf)
    finite = finite - finite.max()

    def kept(rise: float) -> float:
        weights = np.exp(rise * finite)
        return float(weights.sum() ** 2 / np.square(weights).sum()) / len(finite)

    if kept(most) >= KEPT:
        return most
    low, high = 0.0, most
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if kept(middle) >= KEPT else (low, middle)
    return max(low, 1e-6)


def _resampled(weights: Array, random: np.random.Generator) -> Array:
    """Indices (n,) in strata, in a mixed order."""
    edges = np.cumsum(weights)
    chosen = np.searchsorted(edges / edges[-1], (np.arange(len(weights)) + random.random()) / len(weights))
    return random.permutation(chosen.clip(0, len(weights) - 1))


def _move(
    problem: Problem,
    log_start: Callable[[Array], Array],
    points: Array,
    reference: Array,
    target: Array,
    beta: float,
    random: np.random.Generator,
) -> float:
    """Move both halves once, in place, each by what the other half knows; the share that was accepted."""
    count = len(points)
    half, accepted = count // 2, 0
    for own, other in ((slice(0, half), slice(half, count)), (slice(half, count), slice(0, half))):
        mine = points[own]
        propose = _along_differences if random.random() < DIFFERENCES else _around_the_middle
        tried, correction = propose(mine, points[other], random)
        tried_reference, tried_target = log_start(tried), problem.log_density(tried)
        with np.errstate(invalid="ignore"):
            gain = beta * (tried_target - target[own]) + (1.0 - beta) * (tried_reference - reference[own]) + correction
        yes = np.log(random.random(len(mine))) < gain
        points[own][yes] = tried[yes]
        reference[own][yes], target[own][yes] = tried_reference[yes], tried_target[yes]
        accepted += int(yes.sum())
    return accepted / count


def _along_differences(mine: Array, theirs: Array, random: np.random.Generator) -> tuple[Array, Array]:
    """Differential evolution: symmetric, so nothing is to be corrected."""
    first, second = random.integers(len(theirs), size=(2, len(mine)))
    # Jumps from mode to mode go a whole difference; the usual length is the best for a Gaussian.
    whole = random.random(len(mine)) < JUMPS
    usual = 2.38 / math.sqrt(2.0 * mine.shape[1]) * np.exp(0.5 * random.standard_normal(len(mine)))
    length = np.where(whole, 1.0, usual)
    tried = mine + length[:, None] * (theirs[first] - theirs[second])
    return tried + 1e-3 * random.standard_normal(tried.shape), np.zeros(len(mine))


def _around_the_middle(mine: Array, theirs: Array, random: np.random.Generator) -> tuple[Array, Array]:
    """A step that leaves the Gaussian of the other half as it is: m + √(1 − β²)(z − m) + β ξ, β up to a fresh draw."""
    mean, covariance = moments(theirs, np.full(len(theirs), 1.0 / len(theirs)))
    factor = np.linalg.cholesky(covariance)
    step = random.choice(STEPS)
    fresh = random.standard_normal(mine.shape) @ factor.T
    tried = mean + math.sqrt(1.0 - step * step) * (mine - mean) + step * fresh

    def distance(points: Array) -> Array:
        squares: Array = np.square(np.linalg.solve(factor, (points - mean).T)).sum(axis=0)
        return squares

    return tried, 0.5 * (distance(tried) - distance(mine))
