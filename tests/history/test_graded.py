"""The graded outcome: size and frequency of excursions together."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy import stats

from clarkson.errors import SettingError
from clarkson.history.effect import effect
from clarkson.history.graded import Depth, graded, graded_power
from clarkson.history.published import FLAT

OFF = [Depth(0.2), Depth(0.4), Depth(0.3), Depth(0.25)]
ON = [Depth(0.1), Depth(0.15)]


def test_the_randomisation_test_looks_at_every_way() -> None:
    found = graded(OFF, 2.0, ON, 1.0)
    sizes = [each.size for each in (*OFF, *ON)]
    seen, lower = 0.25, 0.0
    for way in itertools.product((False, True), repeat=6):
        chance = math.prod(1 / 3 if on else 2 / 3 for on in way)
        total = sum(size for size, on in zip(sizes, way, strict=True) if on)
        lower += chance * (0.5 if abs(total - seen) < 1e-9 else float(total < seen))
    assert found.exact
    assert found.lower_mid == pytest.approx(lower)


def test_many_excursions_are_shuffled_and_agree_with_the_normal_law() -> None:
    random = np.random.default_rng(1)
    off, on = ([Depth(float(each)) for each in random.gamma(4.0, 0.05, count)] for count in (60, 40))
    found = graded(off, 1.0, on, 1.0)
    sizes = np.array([each.size for each in (*off, *on)])
    z = (sum(each.size for each in on) - 0.5 * sizes.sum()) / (0.5 * math.sqrt(float((sizes**2).sum())))
    assert not found.exact
    assert found.lower_mid == pytest.approx(stats.norm.cdf(z), abs=0.01)
    assert found == graded(off, 1.0, on, 1.0)


def test_frequency_is_that_of_counted_attacks() -> None:
    found, counted = graded(OFF, 2.0, ON, 1.0), effect(4, 2.0, 2, 1.0, FLAT)
    assert found.frequency.median == pytest.approx(counted.ratio.median, rel=0.01)
    assert found.frequency.low == pytest.approx(counted.ratio.low, rel=0.03)


def test_with_many_excursions_the_size_ratio_is_that_of_a_t_test_of_logs() -> None:
    random = np.random.default_rng(2)
    off, on = np.exp(random.normal(-1.0, 0.5, 150)), np.exp(random.normal(-1.5, 0.5, 120))
    found = graded([Depth(float(each)) for each in off], 3.0, [Depth(float(each)) for each in on], 3.0)
    interval = stats.ttest_ind(np.log(on), np.log(off)).confidence_interval(0.90)
    assert found.size.low == pytest.approx(math.exp(interval.low), rel=0.02)
    assert found.size.high == pytest.approx(math.exp(interval.high), rel=0.02)
    assert found.weighted.median == pytest.approx(found.size.median * found.frequency.median, rel=0.02)
    assert found.probability_lower > 0.99
    assert found.off_per_year == pytest.approx(off.sum() / 3.0)


def test_an_excursion_within_its_error_is_left_out_and_counted() -> None:
    found = graded([*OFF, Depth(0.1, 0.1)], 2.0, ON, 1.0)
    assert found.within_error == 1
    assert found.off_count == 4


def test_an_excursion_with_a_large_error_weighs_less() -> None:
    large = Depth(3.0, 1.7)
    plain = graded([*OFF, Depth(3.0)], 2.0, ON, 1.0)
    unsure = graded([*OFF, large], 2.0, ON, 1.0)
    assert plain.size.median < unsure.size.median < 1.0


def test_no_excursion_on_treatment_says_nothing_about_their_size() -> None:
    found = graded(OFF, 2.0, [], 1.0)
    assert found.size.median == pytest.approx(1.0)
    assert found.frequency.median < 0.5
    nobody = graded([], 0.0, [], 0.0)
    assert nobody.lower_mid == 1.0
    assert nobody.on_per_year is None


def test_weighing_tells_what_counting_attacks_does_not() -> None:
    rarer_and_smaller = graded_power(12.0, 0.2, 2.0, 0.5, 0.5, people=300)
    assert rarer_and_smaller.weighted > rarer_and_smaller.excursions > 0.3
    assert rarer_and_smaller.weighted > rarer_and_smaller.attacks + 0.2
    smaller = graded_power(12.0, 0.2, 2.0, 1.0, 0.5, people=300)
    assert smaller.excursions < 0.12  # counting all excursions cannot see that they are smaller
    nothing = graded_power(12.0, 0.2, 2.0, 1.0, 1.0, people=300)
    assert max(nothing.attacks, nothing.excursions, nothing.weighted) < 0.10  # 5 % and its error


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingError, match="cannot be"):
        graded([Depth(-0.1)], 1.0, [], 1.0)
    with pytest.raises(SettingError):
        graded([Depth(0.1)], 0.0, [], 1.0)
    with pytest.raises(SettingError):
        graded_power(12.0, 1.0, 2.0, 0.5, 0.5)
