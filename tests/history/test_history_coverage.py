"""90 % intervals hold the truth in 90 of 100 people."""

from __future__ import annotations

import numpy as np
import pytest

from clarkson.evaluate.history_coverage import (
    Coverage,
    duration_rows,
    graded_coverage,
    graded_power_rows,
    rate_coverage,
    ratio_coverage,
    regression_coverage,
    regression_rows,
    trial_coverage,
)

PEOPLE = 1500
# Four standard deviations of a share of 0.9 in so many people.
MARGIN = 4.0 * (0.09 / PEOPLE) ** 0.5


@pytest.fixture(scope="module")
def ratios() -> tuple[Coverage, ...]:
    return ratio_coverage(PEOPLE, np.random.default_rng(5))


def test_bayesian_ratios_hold_90_percent_of_people_from_their_prior(ratios: tuple[Coverage, ...]) -> None:
    found = [
        each for each in ratios if each.holds and each.interval.split()[-1] in {"published", "unpublished", "flat"}
    ]
    assert len(found) == 3
    for each in found:
        assert each.held == pytest.approx(0.90, abs=MARGIN)


def test_exact_ratios_hold_at_least_90_percent_whoever_the_people_are(ratios: tuple[Coverage, ...]) -> None:
    exact = {each.people_from: each for each in ratios if each.holds and each.interval == "ratio, exact"}
    mid = {each.people_from: each for each in ratios if each.holds and each.interval == "ratio, mid-p"}
    assert len(exact) == 6
    for words, each in exact.items():
        assert each.held > 0.90 - MARGIN
        assert 0.88 < mid[words].held <= each.held


def test_clustered_attacks_break_the_intervals(ratios: tuple[Coverage, ...]) -> None:
    clustered = [
        each for each in ratios if "ratio 1, clustered" in each.people_from and each.interval != "ratio, published"
    ]
    assert len(clustered) == 3
    assert max(each.held for each in clustered) < 0.90


def test_rates_and_what_chance_alone_would_give() -> None:
    random = np.random.default_rng(6)
    for each in (*rate_coverage(PEOPLE, random), *regression_coverage(2 * PEOPLE, random)):
        if each.holds:
            # Counts: at least 90 %, but for mid-p.
            assert (0.87 if "mid-p" in each.interval else 0.90 - MARGIN) < each.held < 0.98
        else:
            assert each.held < 0.90


def test_graded_and_trial_intervals() -> None:
    random = np.random.default_rng(7)
    for each in (*graded_coverage(300, random), trial_coverage(300, random)):
        assert each.held == pytest.approx(0.90, abs=0.07 if each.holds else 0.10)


def test_the_tables_have_the_worked_numbers() -> None:
    assert [row[1::2] for row in duration_rows()][1] == (43, 76, 213, 681)
    assert [row[-1] for row in regression_rows()] == [0.52, 0.62, 0.47]
    rows = {row[:2]: row[2:] for row in graded_power_rows(100)}
    assert rows[0.5, 0.5][2] > rows[0.5, 0.5][0]
