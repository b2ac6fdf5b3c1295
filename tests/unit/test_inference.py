"""Modes, importance sampling and tempering against posteriors that have a closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarkson.engine.descent import descend
from clarkson.engine.importance import sample, weighted
from clarkson.engine.pareto import smoothed
from clarkson.engine.student_mixture import StudentMixture, fitted
from clarkson.engine.tempering import temper
from clarkson.engine.unknowns import Problem, log_prior, log_student, slopes
from clarkson.twin.posterior import draws

GAUSSIAN = 1e7
"""Degrees of freedom at which a Student t is a Gaussian."""

DESIGN = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, -1.0], [2.0, 0.0, 1.0], [0.3, 0.3, 0.3]]) * 2.0
OBSERVED = np.array([1.0, -2.0, 3.0, 0.5])


def line() -> Problem:
    """A linear problem of three unknowns: its posterior is a Gaussian."""
    return Problem(3, lambda z: OBSERVED - z @ DESIGN.T, GAUSSIAN, 8)


def truth() -> tuple[np.ndarray, np.ndarray, float]:
    """Mean, covariance and log evidence of the linear problem."""
    precision = DESIGN.T @ DESIGN + np.eye(3)
    covariance = np.linalg.inv(precision)
    total = DESIGN @ DESIGN.T + np.eye(4)
    evidence = -0.5 * (OBSERVED @ np.linalg.solve(total, OBSERVED) + np.linalg.slogdet(2.0 * math.pi * total)[1])
    return covariance @ DESIGN.T @ OBSERVED, covariance, float(evidence)


def two_hills() -> Problem:
    """|z₀| = 2 seen with an error of 0.2: two modes of equal mass."""
    return Problem(2, lambda z: (np.abs(z[:, :1]) - 2.0) / 0.2, GAUSSIAN, 8)


def start() -> StudentMixture:
    return StudentMixture(np.ones(1), np.zeros((1, 3)), np.eye(3)[None], 15.0)


def test_slopes_are_those_of_the_design() -> None:
    residuals, slope = slopes(line(), np.ones((2, 3)))
    np.testing.assert_allclose(residuals, np.tile(OBSERVED - DESIGN.sum(axis=1), (2, 1)))
    np.testing.assert_allclose(slope, np.tile(-DESIGN, (2, 1, 1)), atol=1e-10)


def test_the_mode_of_a_linear_problem_is_its_mean() -> None:
    mean, covariance, _ = truth()
    found = descend(line(), np.array([[3.0, -3.0, 0.0], [0.0, 0.0, 0.0]]))
    np.testing.assert_allclose(found.points, np.tile(mean, (2, 1)), atol=0.02)
    np.testing.assert_allclose(np.linalg.inv(found.curvature[0]), covariance, rtol=1e-5)


def test_held_axes_stay() -> None:
    found = descend(line(), np.array([[1.5, 0.0, 0.0]]), held=[0])
    assert found.points[0, 0] == 1.5
    assert found.points[0, 1] != 0.0


def test_an_outlier_hardly_moves_a_mode_under_heavy_tails() -> None:
    seen = np.array([1.0, 1.1, 0.9, 1.0, 30.0])
    heavy = descend(Problem(1, lambda z: (seen - z) / 0.1, 4.0, 8), np.zeros((1, 1))).points[0, 0]
    assert heavy == pytest.approx(1.0, abs=0.05)


def test_importance_sampling_finds_mean_covariance_and_evidence() -> None:
    mean, covariance, evidence = truth()
    found, _ = sample(line(), start(), np.random.default_rng(1), count=4000, wanted=6000.0, rounds=4)
    weights = np.exp(found.log_weights)
    middle = weights @ found.points
    np.testing.assert_allclose(middle, mean, atol=0.02)
    apart = found.points - middle
    np.testing.assert_allclose((apart * weights[:, None]).T @ apart, covariance, atol=0.02)
    assert found.log_evidence == pytest.approx(evidence, abs=0.03)
    assert found.khat < 0.5


def test_tempering_finds_the_same_from_the_prior() -> None:
    mean, covariance, evidence = truth()
    random = np.random.default_rng(2)
    found = temper(line(), random.standard_normal((4000, 3)), log_prior, random, moves=8)
    np.testing.assert_allclose(found.points.mean(axis=0), mean, atol=0.05)
    np.testing.assert_allclose(np.cov(found.points.T), covariance, atol=0.04)
    assert found.log_evidence == pytest.approx(evidence, abs=0.15)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_hills_are_found(seed: int) -> None:
    found = draws(two_hills(), 400, np.random.default_rng(seed))
    assert 0.4 < (found.points[:, 0] > 0.0).mean() < 0.6
    assert np.abs(np.abs(found.points[:, 0]) - 1.92).mean() < 0.3


def test_tempering_keeps_both_hills() -> None:
    random = np.random.default_rng(3)
    found = temper(two_hills(), random.standard_normal((2000, 2)), log_prior, random, moves=6)
    assert 0.4 < (found.points[:, 0] > 0.0).mean() < 0.6


def test_impossible_points_have_no_weight() -> None:
    half = Problem(1, lambda z: np.where(z < 0.0, np.nan, z), GAUSSIAN, 8)
    found = draws(half, 200, np.random.default_rng(1))
    assert (found.points >= 0.0).all()


@pytest.mark.parametrize("rate", [0.3, 0.5, 0.8])
def test_khat_is_the_index_of_the_tail(rate: float) -> None:
    """Draws of Exp(1) weighted to Exp(rate): the weights have a Pareto tail of index 1 − rate."""
    drawn = np.random.default_rng(1).exponential(size=100_000)
    _, khat = smoothed((1.0 - rate) * drawn)
    assert khat == pytest.approx(1.0 - rate, abs=0.12)


def test_smoothing_tames_the_largest_weight_and_keeps_the_order() -> None:
    logs = np.concatenate([np.zeros(999), [20.0]])
    weights, khat = smoothed(logs + 1e-3 * np.arange(1000))
    assert np.exp(weights).sum() == pytest.approx(1.0)
    assert khat > 0.7
    assert (np.diff(weights) >= -1e-9).all()


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_a_mixture_integrates_to_one(size: int, seed: int) -> None:
    """By importance sampling from a mixture that is twice as wide."""
    random = np.random.default_rng(seed)
    means, factors = random.normal(size=(2, size)), np.stack([np.eye(size) * 0.7, np.eye(size) * 1.2])
    narrow = StudentMixture(np.array([0.3, 0.7]), means, factors, 8.0)
    wide = StudentMixture(np.array([0.3, 0.7]), means, 1.3 * factors, 8.0)
    points = wide.draw(4000, random)
    assert np.exp(narrow.log_density(points) - wide.log_density(points)).mean() == pytest.approx(1.0, abs=0.15)


def test_a_fitted_mixture_finds_two_clouds() -> None:
    random = np.random.default_rng(5)
    points = np.concatenate([random.normal(-3.0, 0.5, (500, 2)), random.normal(3.0, 0.5, (1500, 2))])
    found = fitted(points, np.full(2000, 1.0 / 2000), 2, 30.0, random)
    order = np.argsort(found.means[:, 0])
    np.testing.assert_allclose(found.means[order], [[-3.0, -3.0], [3.0, 3.0]], atol=0.15)
    np.testing.assert_allclose((found.weights / found.weights.sum())[order], [0.25, 0.75], atol=0.03)


def test_weights_without_a_single_possible_point_say_so() -> None:
    found = weighted(np.zeros((50, 1)), np.full(50, -np.inf))
    assert found.ess == 0.0
    assert found.khat == math.inf


def test_the_student_density_is_that_of_the_tables() -> None:
    """t with 5 degrees of freedom at 2: 0.0651 (any table)."""
    assert math.exp(log_student(np.array([[2.0]]), 5.0)[0]) == pytest.approx(0.06509, abs=1e-5)
