from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from clarkson.engine.gaussian import condition, log_densities, log_mean_exp


def test_log_densities_agree_with_scipy() -> None:
    chance = np.random.default_rng(1)
    factor = chance.normal(size=(3, 3))
    covariance = factor @ factor.T + np.eye(3)
    observed, means = chance.normal(size=3), chance.normal(size=(5, 3))
    expected = [stats.multivariate_normal(mean, covariance).logpdf(observed) for mean in means]
    assert log_densities(observed, means, covariance) == pytest.approx(expected)


def test_conditioning_agrees_with_the_joint_gaussian() -> None:
    """x and y = H x + e are jointly Gaussian: the block formula, written out."""
    chance = np.random.default_rng(2)
    factor = chance.normal(size=(4, 4))
    prior, design, noise = factor @ factor.T + np.eye(4), chance.normal(size=(2, 4)), np.diag([0.3, 0.7])
    mean, seen = chance.normal(size=4), chance.normal(size=2)
    cross = prior @ design.T
    total = np.linalg.inv(design @ cross + noise)
    after_mean, after = condition(mean, prior, design, seen, noise)
    assert after_mean == pytest.approx(mean + cross @ total @ (seen - design @ mean))
    assert after == pytest.approx(prior - cross @ total @ cross.T)


def test_conditioning_on_nothing_changes_nothing() -> None:
    mean, spread = condition(np.ones(2), np.eye(2), np.zeros((0, 2)), np.zeros(0), np.zeros((0, 0)))
    assert mean == pytest.approx([1.0, 1.0])
    assert spread == pytest.approx(np.eye(2))


def test_log_mean_exp_survives_tiny_densities() -> None:
    assert log_mean_exp(np.array([-5000.0, -5000.0 + np.log(3.0)])) == pytest.approx(-5000.0 + np.log(2.0))
