"""From the results of one person to draws of what may have happened: modes, importance sampling, tempering."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from clarkson.body.person import Floats
from clarkson.engine.descent import Modes, descend
from clarkson.engine.importance import sample
from clarkson.engine.pareto import GOOD
from clarkson.engine.student_mixture import StudentMixture
from clarkson.engine.tempering import refreshed, temper
from clarkson.engine.unknowns import Problem

Method = Literal["importance sampling", "tempered sequential Monte Carlo"]

FIRST_LOOK = 512
"""Draws from the prior among which the starts are chosen."""

STARTS = 8
FROM_PRIOR = 0.3
"""Share of the first draws that comes from the prior."""

ROUND = 1024
ROUNDS = 20
"""Rounds for every ``LEAST`` draws that are asked for, after which importance sampling is given up."""

LEAST = 400
ENOUGH = 0.5
"""Importance sampling stops at as many effective draws as are asked for, or at least at ``LEAST``; after all rounds a
half of them are enough."""

PROPOSAL_FREEDOM = 15.0
NEAR = 1.5
"""Modes closer than this, in standard deviations of the nearer one in every direction, are one."""

NEGLIGIBLE = 7.0
"""Modes whose mass is less than e⁻⁷ of the largest are dropped."""

PARTICLES, MOVES = 1024, 6
REFRESHING = 4
"""Moves of the weighted draws after importance sampling, by which repeats part."""


@dataclass(frozen=True, eq=False)
class Draws:
    """Draws of one number of leaks: points (n, d) of equal weight.

    ess and khat: of the importance weights, and also where they were given up (then ``method`` says so);
    log_evidence: how well this number of leaks explains the results; modes: how many were found.
    """

    points: Floats
    log_evidence: float
    ess: float
    khat: float
    method: Method
    modes: int
    simulations: int


def draws(problem: Problem, count: int, random: np.random.Generator, like: Floats | None = None) -> Draws:
    """``count`` draws of equal weight from the posterior of a problem.

    ``like``: points (k, d') of a simpler problem whose unknowns are the first d' of this one; modes are sought near
    them too.

    >>> from clarkson.engine.unknowns import Problem
    >>> found = draws(Problem(1, lambda z: z - 1.0, 1e9, 8), 400, np.random.default_rng(1))
    >>> found.method, bool(abs(found.points.mean() - 0.5) < 0.1)
    ('importance sampling', True)
    """
    used = [0]

    def counted(points: Floats) -> Floats:
        used[0] += len(points)
        return problem.residuals(points)

    counting = Problem(problem.size, counted, problem.freedom, problem.lanes)
    modes = _modes(counting, random, like)
    start = _with_prior(_mixture(modes))
    wanted = max(count, LEAST)
    rounds = ROUNDS * wanted // LEAST
    found, last = sample(counting, start, random, count=ROUND, wanted=float(wanted), rounds=rounds)
    parts = len(start.weights) - 1
    if found.ess >= ENOUGH * wanted and found.khat <= GOOD:
        points = refreshed(counting, found.equal(count, random), random, moves=REFRESHING)
        return Draws(points, found.log_evidence, found.ess, found.khat, "importance sampling", parts, used[0])
    wide = _with_prior(last)
    carried = temper(counting, wide.draw(PARTICLES, random), wide.log_density, random, moves=MOVES)
    chosen = random.integers(PARTICLES, size=count) if count > PARTICLES else random.permutation(PARTICLES)[:count]
    return Draws(
        carried.points[chosen],
        carried.log_evidence,
        found.ess,
        found.khat,
        "tempered sequential Monte Carlo",
        parts,
        used[0],
    )


def _with_prior(mixture: StudentMixture) -> StudentMixture:
    """A mixture, and the prior for what it misses."""
    size = mixture.means.shape[1]
    return StudentMixture(
        np.concatenate([(1.0 - FROM_PRIOR) * mixture.weights / mixture.weights.sum(), [FROM_PRIOR]]),
        np.concatenate([mixture.means, np.zeros((1, size))]),
        np.concatenate([mixture.factors, np.eye(size)[None]]),
        mixture.freedom,
    )


def _modes(problem: Problem, random: np.random.Generator, like: Floats | None) -> Modes:
    """Modes reached from the middle of the prior and from the best of its draws, far apart from each other."""
    looked = random.standard_normal((FIRST_LOOK, problem.size))
    looked[0] = 0.0
    if like is not None:
        looked[1::2, : like.shape[1]] = like[random.integers(len(like), size=len(looked[1::2]))]
    height = problem.log_likelihood(looked)
    # A tempered height lets draws that are poor, but elsewhere, be starts as well.
    order = np.argsort(-height, kind="stable")
    starts = [order[0]]
    for candidate in order[1:]:
        if len(starts) == STARTS or not np.isfinite(height[candidate]):
            break
        apart = np.square(looked[starts] - looked[candidate]).mean(axis=1)
        if apart.min() > 1.0:
            starts.append(candidate)
    return descend(problem, looked[starts])


def _mixture(modes: Modes) -> StudentMixture:
    """One part for every mode that is not another, weighted by its mass (Laplace)."""
    order = np.argsort(-modes.log_density, kind="stable")
    kept: list[int] = []
    for index in order:
        if not np.isfinite(modes.log_density[index]):
            continue
        apart = [modes.points[index] - modes.points[other] for other in kept]
        distances = [
            math.sqrt(float(each @ modes.curvature[other] @ each) / len(each))
            for each, other in zip(apart, kept, strict=True)
        ]
        if not distances or min(distances) > NEAR:
            kept.append(int(index))
    if not kept:
        size = modes.points.shape[1]
        return StudentMixture(np.ones(1), np.zeros((1, size)), np.eye(size)[None], PROPOSAL_FREEDOM)
    factors: Floats = np.linalg.cholesky(np.linalg.inv(modes.curvature[kept]))
    mass = modes.log_density[kept] + np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)
    near = mass > mass.max() - NEGLIGIBLE
    weights = np.exp(mass[near] - mass.max())
    return StudentMixture(weights, modes.points[kept][near], factors[near], PROPOSAL_FREEDOM)
