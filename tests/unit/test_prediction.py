"""Prediction of the next value: the scores against other code and integrals, the peers against other algebra."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import multivariate_normal, norm

from clarkson.engine import scores
from clarkson.engine.gaussian import Array
from clarkson.errors import SettingError
from clarkson.evaluate import peers
from clarkson.evaluate.learn import split
from clarkson.evaluate.prediction import Mixtures, compare, prediction_table
from clarkson.evaluate.series import Series, series
from clarkson.evaluate.tails import fit_tails
from clarkson.record.record import Record, Result, Source

START = datetime(2000, 1, 1, tzinfo=UTC)
HERE = Source("made", "up")


def mixtures(n: int = 40, k: int = 3) -> tuple[Mixtures, Array]:
    random = np.random.default_rng(7)
    weights = random.dirichlet(np.ones(k), n)
    return (weights, random.normal(0.0, 2.0, (n, k)), random.uniform(0.2, 2.0, (n, k))), random.normal(0.0, 3.0, n)


def result(analyte: str, value: float, hours: float, **more: bool) -> Result:
    return Result(analyte, value, START + timedelta(hours=hours), HERE, **more)  # type: ignore[arg-type]


def walkers(count: int, *, noise: float = 0.1, step: float = 0.05, seed: int = 3) -> list[Record]:
    """People whose log albumin walks at random from a level of their own, drawn every 6 to 24 h."""
    random = np.random.default_rng(seed)
    people = []
    for person in range(count):
        hours = np.cumsum(random.uniform(6.0, 24.0, 8))
        steps = random.normal(0.0, step, 8) * np.sqrt(np.diff(hours, prepend=0.0) / 24.0)
        levels = math.log(35.0) + random.normal(0.0, 0.2) + np.cumsum(steps)
        values = np.exp(levels + random.normal(0.0, noise, 8))
        drawn = tuple(result("albumin", float(value), hour) for value, hour in zip(values, hours, strict=True))
        people.append(Record(f"person {person}", drawn))
    return people


def albumin(people: Sequence[Record]) -> list[Series]:
    return [series(each, "albumin") for each in people]


def test_crps_is_that_of_scoringrules() -> None:
    scoringrules = pytest.importorskip("scoringrules")
    found, observed = mixtures()
    weights, means, sds = found
    assert scores.crps(*found, observed) == pytest.approx(scoringrules.crps_mixnorm(observed, means, sds, weights))
    one = np.ones((len(observed), 1)), means[:, :1], sds[:, :1]
    assert scores.crps(*one, observed) == pytest.approx(scoringrules.crps_normal(observed, means[:, 0], sds[:, 0]))


def test_crps_is_the_integral_over_its_threshold() -> None:
    found, observed = mixtures(n=4)
    for row, score in enumerate(scores.crps(*found, observed)):
        weights, means, sds = (part[row] for part in found)

        def below(x: float, weights: Array = weights, means: Array = means, sds: Array = sds) -> float:
            return float(weights @ norm.cdf(x, means, sds))

        left = quad(lambda x: below(x) ** 2, -30.0, observed[row], limit=200)[0]
        right = quad(lambda x: (1.0 - below(x)) ** 2, observed[row], 30.0, limit=200)[0]
        assert score == pytest.approx(left + right, rel=1e-6)


def test_log_score_and_probability_are_those_of_scipy() -> None:
    found, observed = mixtures()
    weights, means, sds = found
    density = (weights * norm.pdf(observed[:, None], means, sds)).sum(axis=1)
    assert scores.log_score(*found, observed) == pytest.approx(-np.log(density))
    below = (weights * norm.cdf(observed[:, None], means, sds)).sum(axis=1)
    assert scores.probability_below(*found, observed) == pytest.approx(below)


def test_a_component_without_weight_says_nothing() -> None:
    (weights, means, sds), observed = mixtures(k=1)
    more = np.hstack([weights, 0.0 * weights]), np.hstack([means, means + 50.0]), np.hstack([sds, sds / 100.0])
    assert scores.log_score(*more, observed) == pytest.approx(scores.log_score(weights, means, sds, observed))
    assert scores.crps(*more, observed) == pytest.approx(scores.crps(weights, means, sds, observed))


def test_quantiles_undo_probabilities() -> None:
    found, _ = mixtures()
    for probability in (0.05, 0.5, 0.95):
        value = scores.quantiles(*found, probability)
        assert scores.probability_below(*found, value) == pytest.approx(probability, abs=1e-9)
    one = np.ones((1, 1)), np.zeros((1, 1)), np.full((1, 1), 2.0)
    assert scores.width(*one, 0.50)[0] == pytest.approx(4.0 * norm.ppf(0.75))


def test_what_is_drawn_from_the_prediction_is_covered_as_promised() -> None:
    found, _ = mixtures(n=20_000)
    weights, means, sds = found
    random = np.random.default_rng(5)
    component = (random.uniform(size=(len(weights), 1)) > np.cumsum(weights, axis=1)).sum(axis=1)
    rows = np.arange(len(weights))
    below = scores.probability_below(*found, random.normal(means[rows, component], sds[rows, component]))
    assert scores.inside(below, 0.50).mean() == pytest.approx(0.50, abs=0.015)
    assert scores.inside(below, 0.90).mean() == pytest.approx(0.90, abs=0.01)


def test_a_series_is_the_draws_with_the_analyte() -> None:
    record = Record(
        "somebody",
        (
            result("hematocrit", 0.40, -500.0, steady=True),
            result("hematocrit", 0.50, 0.0),
            result("sodium", 140.0, 5.0),
            result("hematocrit", 0.20, 12.0),
        ),
    )
    found = series(record, "hematocrit")
    assert found.hours.tolist() == [0.0, 12.0]
    assert found.values == pytest.approx([0.0, -math.log(4.0)])
    assert not len(series(record, "albumin").values)


@pytest.mark.parametrize("peer", sorted(peers.PEERS))
def test_peers_do_not_see_the_value_they_predict(peer: str) -> None:
    people = albumin(walkers(40))
    fitted = peers.PEERS[peer](people)
    whole = people[0]
    means, sds = fitted.predict(whole)
    assert np.isnan(means[0])
    assert np.isnan(sds[0])
    for place in range(1, len(whole.values)):
        changed = whole.values.copy()
        changed[place:] += 1.0
        seen = fitted.predict(Series(whole.person, whole.hours, changed))
        assert seen[0][place] == pytest.approx(means[place])
        assert seen[1][place] == pytest.approx(sds[place])


def test_the_random_walk_is_the_kalman_filter_of_a_local_level() -> None:
    model = peers.RandomWalk(mean=3.5, start=0.04, rate=0.001, noise=0.01)
    person = albumin(walkers(1))[0]
    level, variance = model.mean, model.start
    expected = []
    for value, gap in zip(person.values, np.diff(person.hours, prepend=0.0), strict=True):
        variance += model.rate * gap
        expected.append((level, math.sqrt(variance + model.noise)))
        gain = variance / (variance + model.noise)
        level, variance = level + gain * (value - level), (1.0 - gain) * variance
    means, sds = model.predict(person)
    assert means[1:] == pytest.approx(np.array(expected)[1:, 0])
    assert sds[1:] == pytest.approx(np.array(expected)[1:, 1], rel=1e-6)


@pytest.mark.parametrize("kernel", ["Ornstein-Uhlenbeck", "Matern 3/2"])
def test_the_gaussian_process_factors_the_joint_density(kernel: str) -> None:
    model = peers.GaussianProcess(3.5, -0.001, 0.1, 12.0, 0.03, 0.02, 30.0, 0.005, kernel)  # type: ignore[arg-type]
    person = albumin(walkers(1))[0]
    mean, covariance = (each[0] for each in model.moments(person.hours[None]))
    joint = multivariate_normal(mean, covariance).logpdf(person.values)
    first = norm(mean[0], math.sqrt(covariance[0, 0])).logpdf(person.values[0])
    means, sds = model.predict(person)
    assert norm.logpdf(person.values[1:], means[1:], sds[1:]).sum() == pytest.approx(joint - first)


def test_the_random_walk_finds_what_the_people_were_made_with() -> None:
    fitted = peers.fit_random_walk(albumin(walkers(400)))
    assert fitted.mean == pytest.approx(math.log(35.0), abs=0.05)
    assert math.sqrt(fitted.noise) == pytest.approx(0.1, rel=0.1)
    assert math.sqrt(fitted.rate * 24.0) == pytest.approx(0.05, rel=0.2)


def test_the_last_value_has_the_spread_of_the_steps() -> None:
    fitted = peers.fit_last_value(albumin(walkers(400)))
    expected = math.sqrt(2.0 * 0.1**2 + 0.05**2 * 12.0 / 24.0)
    assert float(np.sqrt(fitted.variance(np.array([12.0])))[0]) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize("kernel", ["Ornstein-Uhlenbeck", "Matern 3/2"])
def test_the_gaussian_process_finds_the_kernel_that_people_were_made_with(kernel: str) -> None:
    made = peers.GaussianProcess(3.5, 0.0, -0.15, 20.0, 0.03, 0.02, 12.0, 0.0002, kernel)  # type: ignore[arg-type]
    hours = np.arange(0.0, 36.0, 1.5)
    mean, covariance = (each[0] for each in made.moments(hours[None]))
    drawn = np.random.default_rng(2).multivariate_normal(mean, covariance, 100)
    fitted = peers.fit_gaussian_process([Series(str(each), hours, values) for each, values in enumerate(drawn)])
    assert fitted.kernel == kernel
    assert fitted.within / fitted.hours == pytest.approx(made.within / made.hours, rel=0.5)
    at_end = fitted.moments(hours[None])[0][0, -1] - fitted.moments(hours[None])[0][0, 0]
    assert at_end == pytest.approx(mean[-1] - mean[0], abs=0.05)


def test_tails_are_heavy_where_the_errors_are() -> None:
    random = np.random.default_rng(11)
    hours = np.arange(0.0, 96.0, 12.0)
    people = [Series(str(each), hours, random.standard_t(3.0, 8)) for each in range(200)]
    level = peers.RandomWalk(mean=0.0, start=1e-6, rate=1e-9, noise=3.0)
    found = fit_tails(level, people)
    assert found.narrow < 0.9
    assert found.wide > 1.3
    weights, means, sds = found.around(np.zeros(2), np.ones(2))
    assert weights.sum(axis=1) == pytest.approx(1.0)
    assert means.shape == sds.shape == (2, 2)


def truth(record: Record, analyte: str) -> Mixtures:
    values = series(record, analyte).values
    return np.ones((len(values), 1)), values[:, None], np.full((len(values), 1), 0.01)


def test_all_methods_are_scored_at_the_same_values_of_test_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(peers.PEERS, "Gaussian process")
    people = walkers(60)
    lonely = Record("one value", (result("albumin", 40.0, 0.0),))
    rows = compare([*people, lonely], "albumin", {"the truth": truth})
    test = [each for each in people if split(each.subject) == "test"]
    assert {row.people for row in rows} == {len(test)}
    assert {row.values for row in rows} == {7 * len(test)}
    by_name = {row.method: row for row in rows}
    assert [row.method for row in rows if row.against_best is None] == [
        min(rows[:-1], key=lambda row: row.crps.value).method
    ]
    known = by_name["the truth"]
    assert known.crps.value == pytest.approx(0.01 * 0.23369, rel=1e-3)
    assert known.inside_90.value == 1.0
    assert known.against_best is not None
    assert known.against_best.high < -90.0
    for row in rows[:-1]:
        assert row.crps.low < row.crps.value < row.crps.high
    assert prediction_table(rows).count("\n") == 1 + len(rows)


def test_peers_keep_their_promise_on_people_like_those_they_saw() -> None:
    rows = compare(walkers(200), "albumin", {})
    for row in rows:
        assert row.inside_90.value == pytest.approx(0.90, abs=0.03)
        assert row.inside_50.value == pytest.approx(0.50, abs=0.05)
    by_name = {row.method: row.crps.value for row in rows}
    assert by_name["random walk"] < by_name["last value"]  # noise is averaged out


def test_a_value_without_prediction_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(peers.PEERS, "Gaussian process")

    def silent(record: Record, analyte: str) -> Mixtures:
        weights, means, sds = truth(record, analyte)
        means[2] = np.nan
        return weights, means, sds

    with pytest.raises(SettingError, match="'silent' must predict every value of 'person"):
        compare(walkers(20), "albumin", {"silent": silent})
