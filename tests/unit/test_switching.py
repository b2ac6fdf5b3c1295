"""The switching filter against dense Gaussian algebra, quadrature and closed forms."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import lognorm, norm
from scipy.stats import t as student

from clarkson.engine.gaussian import Array, condition
from clarkson.engine.smoothing import smooth
from clarkson.engine.switching import Beginning, Filtered, Occasions, Regimes, advance, follow
from clarkson.engine.switching_kernel import TAIL_SHARE, TAIL_VARIANCE

EXACT = 1e-10  # so small an error that no tail counts: the filter is then an exact Kalman filter


def one_regime(width: int = 2) -> Regimes:
    rate = np.array([[0.1, 5.0]])[:, :width]
    return Regimes(
        np.array([[0.5, 0.0]])[:, :width],
        rate,
        np.diag([0.3, 0.2])[None, :width, :width],
        np.zeros(1, dtype=np.int64),
        np.ones(1),
        np.array([10.0]),
        np.zeros(1),
        np.zeros((1, 1)),
    )


def beginning(regimes: Regimes, mean: float = 0.0, variance: float = 1.0) -> Beginning:
    count, width = regimes.attractor.shape
    return Beginning(
        np.full((1, count, width), mean),
        np.tile(variance * np.eye(width), (1, count, 1, 1)),
        np.zeros((1, width)),
        np.eye(width)[None] * 1e6,
    )


def occasions(hours: list[float], observed: list[float], design: list[float], families: int, error: float) -> Occasions:
    n, width = len(hours), len(design)
    rows = len(observed)
    return Occasions(
        np.array([0, n]),
        np.array(hours),
        np.ones(n),
        np.full((n, families), 1.0 / families),
        np.zeros((n, families)),
        np.zeros((n, width)),
        np.zeros((n, width)),
        np.array([min(each, rows) for each in range(n + 1)]),
        np.tile(np.array(design), (rows, 1)),
        np.array(observed),
        np.full(rows, error),
    )


def run(regimes: Regimes, seen: Occasions, start: Beginning, *, foreign: float = 0.0, change: float = 50.0) -> Filtered:
    people = np.zeros(len(seen.people) - 1, dtype=np.int64)
    return follow(regimes, seen, start, people, foreign_prior=foreign, change_hours=change, keep=True)


def exact(rows: int) -> Array:
    noise: Array = np.diag([EXACT] * rows)
    return noise


def dense(regimes: Regimes, hours: list[float]) -> tuple[Array, Array]:
    """Joint mean and covariance of the state at all times of one Ornstein-Uhlenbeck regime, begun at N(0, 1)."""
    n, width = len(hours), regimes.attractor.shape[1]
    mean, covariance = np.zeros(n * width), np.zeros((n * width, n * width))
    attractor, rate, spread = regimes.attractor[0], regimes.rate[0], np.diag(regimes.spread[0])
    left = np.exp(-np.outer(hours, rate))
    middle = attractor * (1.0 - left)
    variance = left**2 + spread * (1.0 - left**2)
    for i in range(n):
        mean[i * width : (i + 1) * width] = middle[i]
        for j in range(i + 1):
            both = np.diag(np.exp(-rate * (hours[i] - hours[j])) * variance[j])
            covariance[i * width : (i + 1) * width, j * width : (j + 1) * width] = both
            covariance[j * width : (j + 1) * width, i * width : (i + 1) * width] = both
    return mean, covariance


def test_one_regime_without_error_is_the_exact_gaussian_answer() -> None:
    regimes, hours, observed = one_regime(), [0.0, 3.0, 4.0, 20.0], [0.4, -0.2, 0.1, 1.0]
    found = run(regimes, occasions(hours, observed, [1.0, 1.0], 1, EXACT), beginning(regimes))
    mean, covariance = dense(regimes, hours)
    design = np.zeros((4, 8))
    for k in range(4):
        design[k, 2 * k : 2 * k + 2] = 1.0
    for k in range(4):
        seen = slice(0, k + 1)
        after, spread = condition(mean, covariance, design[seen], np.array(observed)[seen], exact(k + 1))
        now = slice(2 * k, 2 * k + 2)
        assert found.mean[k, 0] == pytest.approx(after[now], abs=1e-6)
        assert found.covariance[k, 0] == pytest.approx(spread[now, now], abs=1e-6)
    total = design @ covariance @ design.T + EXACT * np.eye(4)
    away = np.array(observed) - design @ mean
    log_density = -0.5 * (away @ np.linalg.solve(total, away) + np.linalg.slogdet(total)[1] + 4 * math.log(2 * math.pi))
    assert found.evidence.sum() == pytest.approx(log_density, abs=1e-6)


def test_smoothing_is_the_exact_gaussian_answer_to_everything() -> None:
    regimes, hours, observed = one_regime(), [0.0, 3.0, 4.0, 20.0], [0.4, -0.2, 0.1, 1.0]
    seen = occasions(hours, observed, [1.0, 1.0], 1, EXACT)
    found = smooth(regimes, seen, run(regimes, seen, beginning(regimes)))
    mean, covariance = dense(regimes, hours)
    design: Array = np.kron(np.eye(4), np.ones((1, 2))).astype(np.float64)
    after, spread = condition(mean, covariance, design, np.array(observed), exact(4))
    assert found.mean[:, 0].ravel() == pytest.approx(after, abs=1e-5)
    for k in range(4):
        now = slice(2 * k, 2 * k + 2)
        assert found.covariance[k, 0] == pytest.approx(spread[now, now], abs=1e-5)


def test_the_tail_is_a_student_t_of_four_degrees_of_freedom() -> None:
    """Variance one, and in the middle and far out the density of Student's t."""
    share, variance = np.array(TAIL_SHARE), np.array(TAIL_VARIANCE)
    assert share.sum() == pytest.approx(1.0)
    assert share @ variance == pytest.approx(1.0, abs=0.01)
    for away in (0.0, 1.0, 2.0, 4.0, 6.0):
        mixed = float(share @ norm.pdf(away, scale=np.sqrt(variance)))
        assert mixed == pytest.approx(student.pdf(away, 4, scale=math.sqrt(0.5)), rel=0.35)


def test_a_wild_result_moves_the_state_as_quadrature_says() -> None:
    regimes = one_regime(1)
    error, wild = 0.04, 3.0
    found = run(regimes, occasions([0.0], [wild], [1.0], 1, error), beginning(regimes, variance=0.09))

    def joint(x: float) -> float:
        tail = sum(
            share * norm.pdf(wild - x, scale=math.sqrt(factor * error))
            for share, factor in zip(TAIL_SHARE, TAIL_VARIANCE, strict=True)
        )
        return float(norm.pdf(x, scale=0.3) * tail)

    total = quad(joint, -3, 4)[0]
    mean = quad(lambda x: x * joint(x), -3, 4)[0] / total
    variance = quad(lambda x: (x - mean) ** 2 * joint(x), -3, 4)[0] / total
    assert found.evidence[0] == pytest.approx(math.log(total), abs=1e-6)
    assert found.mean[0, 0, 0] == pytest.approx(mean, abs=1e-6)
    assert found.covariance[0, 0, 0, 0] == pytest.approx(variance, abs=1e-6)


def two_families(log_sd: float) -> Regimes:
    """A family that lasts about 48 h and leads to one that stays."""
    return Regimes(
        np.zeros((2, 1)),
        np.full((2, 1), 0.1),
        np.ones((2, 1, 1)),
        np.arange(2),
        np.ones(2),
        np.array([48.0, 1e9]),
        np.array([log_sd, 0.0]),
        np.array([[0.0, 1.0], [0.0, 0.0]]),
    )


@pytest.mark.parametrize("gap", [5.0, 24.0])
def test_a_duration_follows_its_lognormal_law(gap: float) -> None:
    """Entered within the first gap, it is still there with the probability of the lognormal survival."""
    regimes = two_families(0.5)
    n = 6
    seen = occasions([gap * k for k in range(n)], [], [1.0], 2, 1.0)
    prior = np.zeros((n, 2))
    prior[0], prior[1:] = (0.0, 1.0), (1.0, 0.0)
    regimes = replace(regimes, lasts=np.array([48.0, 1e-3]), lasts_log_sd=np.array([0.5, 0.0]), leads=np.zeros((2, 2)))
    found = run(regimes, replace(seen, prior=prior), beginning(regimes))
    assert found.after[1] == pytest.approx([1.0, 0.0], abs=1e-9)
    age = min(gap / 2.0, 24.0)
    assert found.age[1, 0, -1] == age
    left = 1.0
    for k in range(2, n):
        before, now = age + gap * (k - 2), age + gap * (k - 1)
        left *= lognorm.sf(now, 0.5, scale=48.0) / lognorm.sf(before, 0.5, scale=48.0)
        stayed = found.flow[k, 0, 0] / found.flow[k].sum()
        assert found.after[k].sum() == pytest.approx(1.0)
        assert stayed <= 1.0 + 1e-12
    oldest = found.age_share[n - 1, 0][np.isclose(found.age[n - 1, 0], age + gap * (n - 2))].sum()
    assert oldest == pytest.approx(left, rel=1e-6)


def test_advance_is_an_occasion_at_which_nothing_is_seen() -> None:
    regimes = two_families(0.5)
    seen = occasions([0.0, 7.0], [0.3], [1.0], 2, 0.1)
    whole = run(regimes, seen, beginning(regimes))
    alone = replace(seen, people=np.array([0, 1]))
    part = run(regimes, alone, beginning(regimes))
    ahead = advance(regimes, alone, part, 0, 7.0, 50.0, np.zeros(1))
    assert ahead.before[0] == pytest.approx(whole.before[1], rel=1e-12)
    assert ahead.mean_before[0] == pytest.approx(whole.mean_before[1], rel=1e-12)
    assert ahead.covariance_before[0] == pytest.approx(whole.covariance_before[1], rel=1e-12)


@given(
    st.lists(st.floats(0.1, 300.0), min_size=1, max_size=6),
    st.lists(st.floats(-50.0, 50.0), min_size=7, max_size=7),
    st.floats(1e-6, 1.0),
)
@settings(max_examples=60, deadline=None)
def test_weights_stay_a_distribution_and_covariances_positive(
    gaps: list[float], observed: list[float], error: float
) -> None:
    regimes = two_families(0.5)
    hours = np.concatenate([[0.0], np.cumsum(gaps)]).tolist()
    seen = occasions(hours, observed[: len(hours)], [1.0], 2, error)
    found = run(regimes, seen, beginning(regimes), foreign=0.01)
    assert found.after.sum(axis=1) == pytest.approx(1.0)
    assert (found.after >= 0.0).all()
    assert (found.covariance[:, :, 0, 0] > 0.0).all()
    assert np.isfinite(found.evidence).all()
    assert ((found.foreign >= 0.0) & (found.foreign <= 1.0)).all()


def test_many_people_at_once_are_the_same_people() -> None:
    regimes = two_families(0.5)
    every = [occasions([0.0, 5.0 * k], [0.1 * k, -0.3], [1.0], 2, 0.1) for k in (1, 2, 3)]
    alone = [run(regimes, each, beginning(regimes)) for each in every]

    def joined(name: str) -> Array:
        found: Array = np.concatenate([getattr(each, name) for each in every])
        return found

    together = replace(
        every[0],
        people=np.array([0, 2, 4, 6]),
        hours=joined("hours"),
        haste=joined("haste"),
        prior=joined("prior"),
        signs=joined("signs"),
        shift=np.zeros((6, 1)),
        shift_variance=np.zeros((6, 1)),
        rows=np.arange(7),
        design=joined("design"),
        observed=joined("observed"),
        error=joined("error"),
    )
    found = run(regimes, together, beginning(regimes))
    assert np.array_equal(found.after, np.concatenate([each.after for each in alone]))
    assert np.array_equal(found.mean, np.concatenate([each.mean for each in alone]))
