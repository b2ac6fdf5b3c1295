"""Areas, operating points, resamples and calibration, against scipy, closed forms and brute force."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from clarkson.engine.gaussian import Array
from clarkson.errors import SettingError
from clarkson.evaluate.calibration import calibration, expected_calibration_error
from clarkson.evaluate.detection import (
    Figure,
    Labels,
    area,
    at_sensitivity,
    at_specificity,
    brier,
    compare,
    estimate,
    false_alarms,
    per_exposure,
    sensitivity,
)

# Few different scores, so that ties are common.
ROWS = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: len({label for _, label in rows}) == 2
)
FIGURES: dict[str, Callable[[Array, Labels], Figure]] = {
    "area": area,
    "sensitivity": lambda scores, labels: sensitivity(scores, labels, 0.9),
    "false alarms": lambda scores, labels: false_alarms(scores, labels, 0.8),
    "brier": brier,
}


def columns(rows: list[tuple[int, bool]]) -> tuple[Array, Labels]:
    return np.array([each[0] / 6.0 for each in rows]), np.array([each[1] for each in rows])


def plain(figure: Figure, count: int) -> float:
    return figure(np.ones(count))


@given(ROWS)
def test_the_area_is_the_mann_whitney_statistic(rows: list[tuple[int, bool]]) -> None:
    scores, labels = columns(rows)
    pairs = labels.sum() * (~labels).sum()
    expected = mannwhitneyu(scores[labels], scores[~labels]).statistic / pairs
    assert plain(area(scores, labels), len(rows)) == pytest.approx(expected)


def test_the_area_of_two_normals_is_the_closed_form() -> None:
    random = np.random.default_rng(1)
    labels = np.arange(40000) % 2 == 0
    scores = random.normal(size=40000) + 1.5 * labels
    assert plain(area(scores, labels), 40000) == pytest.approx(0.5 * math.erfc(-1.5 / 2.0), abs=0.005)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows: list[tuple[int, bool]], random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    (scores, labels), (other_scores, other_labels) = columns(rows), columns(mixed)
    for figure in FIGURES.values():
        assert plain(figure(scores, labels), len(rows)) == pytest.approx(
            plain(figure(other_scores, other_labels), len(rows))
        )
    assert calibration(scores, labels, 4) == calibration(other_scores, other_labels, 4)


@given(ROWS, st.data())
def test_a_weight_is_a_row_said_more_than_once(rows: list[tuple[int, bool]], data: st.DataObject) -> None:
    scores, labels = columns(rows)
    counts = np.array(data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows))))
    often, said = np.repeat(scores, counts), np.repeat(labels, counts)
    if len(set(said.tolist())) == 2:
        for figure in FIGURES.values():
            weighted = figure(scores, labels)(counts.astype(np.float64))
            assert weighted == pytest.approx(plain(figure(often, said), len(often)))


@given(ROWS, st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_operating_points_are_the_best_of_all_thresholds(rows: list[tuple[int, bool]], wanted: float) -> None:
    scores, labels = columns(rows)
    every = [
        (np.mean(scores[labels] >= threshold), np.mean(scores[~labels] >= threshold))
        for threshold in (*scores, math.inf)
    ]
    best_found = max(found for found, false in every if 1.0 - false >= wanted - 1e-9)
    fewest_false = min(false for found, false in every if found >= wanted - 1e-9)
    assert at_specificity(scores, labels, wanted).sensitivity == pytest.approx(best_found)
    assert at_sensitivity(scores, labels, wanted).false_alarms == pytest.approx(fewest_false)


def test_the_threshold_does_what_it_says() -> None:
    random = np.random.default_rng(2)
    scores, labels = random.normal(size=500), random.random(500) < 0.3
    point = at_specificity(scores, labels, 0.95)
    alarm = scores >= point.threshold
    assert point.sensitivity == pytest.approx(alarm[labels].mean())
    assert point.specificity == pytest.approx(1.0 - alarm[~labels].mean())
    assert point.specificity >= 0.95


def test_a_score_that_is_missing_raises_no_alarm() -> None:
    scores = np.array([np.nan, 1.0, 2.0, np.nan])
    labels = np.array([True, False, True, False])
    assert at_specificity(scores, labels, 0.5).sensitivity == 0.5
    # Of the four pairs one is won by the leak at 2 twice, one is tied, one is lost.
    assert plain(area(scores, labels), 4) == pytest.approx((2.0 + 0.5) / 4.0)


def test_without_leaks_there_is_no_area() -> None:
    assert math.isnan(plain(area(np.array([1.0, 2.0]), np.array([False, False])), 2))
    assert math.isnan(at_specificity(np.array([1.0]), np.array([True]), 0.9).sensitivity)


@pytest.mark.parametrize("wanted", [-0.1, 0.0, 95.0])
def test_a_percentage_is_no_share(wanted: float) -> None:
    scores, labels = np.array([1.0, 2.0]), np.array([False, True])
    with pytest.raises(SettingError, match="share"):
        at_specificity(scores, labels, wanted)
    with pytest.raises(SettingError, match="share"):
        false_alarms(scores, labels, wanted)


def test_the_interval_of_a_mean_is_that_of_the_normal_law() -> None:
    random = np.random.default_rng(3)
    probabilities, labels = random.random(400), random.random(400) < 0.5
    squares = (probabilities - labels) ** 2
    found = estimate(brier(probabilities, labels), list(range(400)))
    half = 1.6449 * squares.std() / math.sqrt(400)
    assert found.value == pytest.approx(squares.mean())
    assert found.high - found.low == pytest.approx(2.0 * half, rel=0.1)


def test_people_not_rows_are_drawn() -> None:
    random = np.random.default_rng(4)
    scores, labels = random.random(60), random.random(60) < 0.4
    once = estimate(area(scores, labels), list(range(60)), resamples=300)
    ten_times = estimate(
        area(np.repeat(scores, 10), np.repeat(labels, 10)), np.repeat(np.arange(60), 10).tolist(), resamples=300
    )
    assert (ten_times.low, ten_times.high) == pytest.approx((once.low, once.high))


@settings(deadline=None, max_examples=10)
@given(ROWS, st.randoms(use_true_random=False))
def test_a_comparison_does_not_depend_on_the_order_of_the_rows(rows: list[tuple[int, bool]], random: object) -> None:
    people = [index // 3 for index in range(len(rows))]
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    scores, labels = columns(rows)
    straight = compare(area(scores, labels), brier(scores, labels), people, resamples=20)
    mixed = compare(
        area(scores[order], labels[order]),
        brier(scores[order], labels[order]),
        [people[each] for each in order],
        resamples=20,
    )
    for name in ("one", "other", "difference"):
        one, other = getattr(straight, name), getattr(mixed, name)
        assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), nan_ok=True)


def test_two_methods_are_compared_on_the_same_people() -> None:
    random = np.random.default_rng(5)
    labels = random.random(200) < 0.5
    good = labels + random.normal(size=200)
    bad = good + 2.0 * random.normal(size=200)
    people = list(range(200))
    found = compare(area(good, labels), area(bad, labels), people, resamples=300)
    back = compare(area(bad, labels), area(good, labels), people, resamples=300)
    assert found.difference.value == pytest.approx(found.one.value - found.other.value)
    assert found.above > 0.95
    assert back.above == pytest.approx(1.0 - found.above)
    assert back.difference.low == pytest.approx(-found.difference.high)
    # Paired: the same method has no difference, in no resample.
    same = compare(area(good, labels), area(good, labels), people, resamples=50)
    assert (same.difference.low, same.difference.high, same.above) == (0.0, 0.0, 0.5)


def test_no_event_leaves_a_rate_of_three_events_open() -> None:
    found = per_exposure(0, 100.0)
    assert (found.value, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(-math.log(0.05) / 100.0)


def test_nobody_watched_gives_no_rate() -> None:
    with pytest.raises(SettingError, match="watched"):
        per_exposure(0, 0.0)


def test_no_draws_have_no_calibration() -> None:
    none = np.zeros(0)
    assert calibration(none, none > 0.0) == ()
    assert math.isnan(expected_calibration_error(none, none > 0.0))


def test_bins_have_equal_mass_and_say_the_shares() -> None:
    probabilities = np.array([0.1, 0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9])
    labels = np.array([False, False, False, True, False, True, True, True])
    low, high = calibration(probabilities, labels, 2)
    assert (low.count, low.share) == (4, 0.25)
    assert (high.count, high.share) == (4, 0.75)
    assert [low.probability, high.probability] == pytest.approx([0.175, 0.75])
    assert expected_calibration_error(probabilities, labels, 2) == pytest.approx((0.075 + 0.0) / 2.0)


def test_equal_probabilities_share_the_bin_of_their_middle() -> None:
    found = calibration(np.array([0.5, 0.1, 0.5, 0.5]), np.array([True, False, True, False]), 2)
    assert [each.count for each in found] == [1, 3]


def test_bins_are_those_of_scikit_learn_where_nothing_is_tied() -> None:
    curve = pytest.importorskip("sklearn.calibration").calibration_curve
    random = np.random.default_rng(6)
    probabilities = random.random(1000)
    labels = random.random(1000) < probabilities**2
    shares, means = curve(labels, probabilities, n_bins=10, strategy="quantile")
    found = calibration(probabilities, labels, 10)
    assert [each.share for each in found] == pytest.approx(shares.tolist())
    assert [each.probability for each in found] == pytest.approx(means.tolist())


def test_true_probabilities_are_calibrated() -> None:
    random = np.random.default_rng(7)
    probabilities = random.random(20000)
    labels = random.random(20000) < probabilities
    assert expected_calibration_error(probabilities, labels) < 0.02
    # The mean of p (1 - p) over equally likely p is 1/6.
    assert plain(brier(probabilities, labels), 20000) == pytest.approx(1.0 / 6.0, abs=0.005)
    assert expected_calibration_error(np.sqrt(probabilities), labels) > 0.1
