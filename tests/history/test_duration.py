"""How long until we could know: every cell of the table of issue 7, and single people."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from clarkson.errors import SettingError
from clarkson.history.duration import (
    months_per_arm,
    months_per_arm_closed_form,
    months_still_needed,
    months_without_attack,
    no_duration_suffices,
    power_of_equal_arms,
)

RATIOS = (0.1, 0.25, 0.5, 0.7)
TABLE = {
    1.0: (112, 196, 554, 1770),
    2.6: (43, 76, 213, 681),
    6.0: (19, 33, 92, 295),
    12.0: (9, 16, 46, 147),
    24.0: (5, 8, 23, 74),
}


@pytest.mark.parametrize("per_year", TABLE)
def test_every_cell_of_the_table(per_year: float) -> None:
    found = [months_per_arm(per_year, ratio) for ratio in RATIOS]
    assert found == pytest.approx(TABLE[per_year], abs=1.0)


def test_the_closed_form() -> None:
    found = [months_per_arm_closed_form(2.6, ratio) for ratio in RATIOS]
    assert found == pytest.approx((37, 71, 210, 678), abs=0.5)


def test_the_power_is_that_of_simulated_years() -> None:
    random = np.random.default_rng(1)
    off, on = random.poisson(9.0, 4000), random.poisson(2.25, 4000)
    law = stats.binom(off + on, 0.5)
    mid = 0.5 * law.pmf(on)
    p = 2.0 * np.minimum(law.cdf(on) - mid, law.sf(on - 1) - mid)
    assert power_of_equal_arms(9.0, 0.25) == pytest.approx(np.mean(p <= 0.05), abs=0.02)
    assert power_of_equal_arms(0.0, 0.25) == 0.0


@pytest.mark.parametrize(("per_year", "months"), [(1.0, 36), (2.6, 14), (12.0, 3)])
def test_the_rule_of_no_attack(per_year: float, months: float) -> None:
    found = months_without_attack(per_year)
    assert found == pytest.approx(months, abs=0.5)
    assert math.exp(-per_year * found / 12.0) == pytest.approx(0.05)


def test_clusters_can_make_every_duration_too_short() -> None:
    # (1.96 + 0.8416)^2 x 2 x 0.5 / 6 = 1.31: above ln(0.5)^2 = 0.48, below ln(0.25)^2 = 1.92.
    assert no_duration_suffices(0.5, 0.5, 6)
    assert not no_duration_suffices(0.25, 0.5, 6)
    assert not no_duration_suffices(0.5, 0.0, 6)


def test_months_still_needed_are_those_at_which_simulated_people_know() -> None:
    found = months_still_needed(7, 2.7, 0, 0.5, 0.1)
    assert found.months is not None

    def known(months: float) -> float:
        random = np.random.default_rng(2)
        on = random.poisson(0.1 * 7 / 2.7 * months / 12.0, 20_000)
        years = 0.5 + months / 12.0
        law = stats.binom(7 + on, years / (2.7 + years))
        return float(np.mean(2.0 * (law.cdf(on) - 0.5 * law.pmf(on)) <= 0.05))

    assert known(found.months) >= 0.79
    assert known(found.months - 2.0) < 0.81
    assert f"{found.months:g} months" in found.words


def test_too_few_attacks_before_cannot_be_made_up_for() -> None:
    found = months_still_needed(2, 1.0, 0, 0.5, 0.5)
    assert found.months is None
    assert "No duration suffices" in found.words
    # A hundred years on treatment with half of the rate: the test still does not tell.
    law = stats.binom(2 + 100, 100 / 101)
    assert 2.0 * (law.cdf(100) - 0.5 * law.pmf(100)) > 0.05
    assert months_still_needed(0, 1.0, 0, 1.0, 0.5).months is None


def test_what_is_known_already_needs_no_months() -> None:
    found = months_still_needed(12, 3.0, 1, 3.0, 0.25)
    assert found.months == 0.0
    assert "fewer" in found.words
    assert "more attacks" in months_still_needed(1, 3.0, 12, 3.0, 0.25).words


@pytest.mark.parametrize("ratio", [0.0, 1.0, 1.5, math.nan])
def test_a_ratio_that_lowers_nothing_is_refused(ratio: float) -> None:
    with pytest.raises(SettingError, match="between 0 and 1"):
        months_still_needed(5, 1.0, 0, 1.0, ratio)
    with pytest.raises(SettingError):
        months_per_arm(0.0, 0.5)
