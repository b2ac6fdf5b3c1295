"""What a useless treatment shows after a bad time."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from clarkson.errors import SettingError
from clarkson.history.published import FLAT, PUBLISHED
from clarkson.history.regression_to_mean import no_effect, selected


@pytest.mark.parametrize(
    ("dispersion", "at_least", "years", "ratio"), [(0.5, 3, 1.0, 0.52), (1.0, 3, 1.0, 0.62), (1.0, 2, 0.5, 0.47)]
)
def test_the_worked_examples(dispersion: float, at_least: int, years: float, ratio: float) -> None:
    assert selected(1.0, dispersion, at_least, years).ratio == pytest.approx(ratio, abs=0.0051)


def test_three_or_more_a_year_are_followed_by_1_9() -> None:
    found = selected(1.0, 0.5, 3, 1.0)
    assert found.seen_per_year == pytest.approx(3.7, abs=0.05)
    assert found.expected_per_year == pytest.approx(1.9, abs=0.05)
    random = np.random.default_rng(1)
    rates = random.gamma(2.0, 0.5, 400_000)
    before, after = random.poisson(rates), random.poisson(rates)
    assert found.share_of_people == pytest.approx(np.mean(before >= 3), rel=0.02)
    assert found.expected_per_year == pytest.approx(after[before >= 3].mean(), rel=0.02)


@pytest.mark.parametrize("counts", [(5, 1.0, 1, 1.0), (7, 2.7, 0, 2.7), (2, 0.5, 3, 4.0)])
def test_coming_attacks_are_negative_binomial(counts: tuple[int, float, int, float]) -> None:
    off, off_years, on, on_years = counts
    rate = PUBLISHED.rate + off_years
    law = stats.nbinom(PUBLISHED.shape + off, rate / (rate + on_years))
    found = no_effect(*counts)
    assert found.as_low_or_lower == pytest.approx(law.cdf(on))
    assert found.as_low_or_lower_mid == pytest.approx(law.cdf(on) - 0.5 * law.pmf(on))
    unit = off_years / off / on_years
    assert found.low == pytest.approx(law.ppf(0.05) * unit)
    assert found.high == pytest.approx(law.ppf(0.95) * unit)
    assert found.ratio == pytest.approx(law.mean() * unit)


def test_clustering_agrees_with_simulation_and_makes_a_fall_likelier() -> None:
    random = np.random.default_rng(2)
    rates = random.gamma(PUBLISHED.shape, 1.0 / PUBLISHED.rate, 600_000)
    # A year is two half-years: the mean of two gammas of dispersion 0.5.
    before, after = (random.poisson(rates * random.gamma(4.0, 0.25, rates.size)) for _ in range(2))
    same = after[before == 5]
    found = no_effect(5, 1.0, 1, 1.0, clustering=0.5)
    assert found.expected_per_year == pytest.approx(same.mean(), rel=0.03)
    assert found.as_low_or_lower == pytest.approx(np.mean(same <= 1), abs=0.01)
    assert found.as_low_or_lower > no_effect(5, 1.0, 1, 1.0).as_low_or_lower
    almost = no_effect(5, 1.0, 1, 1.0, clustering=1e-6)
    assert almost.as_low_or_lower == pytest.approx(no_effect(5, 1.0, 1, 1.0).as_low_or_lower, abs=1e-4)


def test_a_qualifying_attack_tells_of_the_rate_and_is_not_compared() -> None:
    dropped, plain = no_effect(4, 1.0, 1, 1.0, qualifying=1), no_effect(5, 1.0, 1, 1.0)
    assert dropped.expected_per_year == plain.expected_per_year
    assert dropped.ratio == pytest.approx(5 / 4 * (plain.ratio or 0.0))


def test_where_rates_differ_less_the_fall_is_larger() -> None:
    wide, narrow = no_effect(6, 1.0, 1, 1.0), no_effect(6, 1.0, 1, 1.0, prior=FLAT)
    assert (narrow.ratio or 0.0) < (wide.ratio or 0.0) < 1.0


def test_without_attacks_before_there_is_no_ratio() -> None:
    found = no_effect(0, 2.0, 0, 1.0)
    assert found.ratio is found.low is found.high is None
    assert 0.0 < found.as_low_or_lower < 1.0


def test_numbers_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingError, match="qualifying"):
        no_effect(1, 1.0, 0, 1.0, qualifying=-1)
    with pytest.raises(SettingError, match="above 0"):
        selected(1.0, 0.0, 3, 1.0)
