"""Self-controlled case series, against closed forms and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from clarkson.errors import SettingError
from clarkson.history.cohort_rows import Rows
from clarkson.history.self_controlled import conditional_poisson, self_controlled


def rows_of_counts(counts: list[tuple[int, int, int]], years: tuple[float, float, float]) -> Rows:
    """People with so many attacks in good time, in the window before the start, and on treatment."""
    lines = []
    for person, each in enumerate(counts):
        begin = 0.0
        for part, (count, length) in enumerate(zip(each, years, strict=True)):
            edges = begin + length * np.append(np.arange(count + 1) / (count + 1), 1.0)
            lines += [
                (person, edges[place], edges[place + 1], place < count, part == 2, part == 1)
                for place in range(count + 1)
            ]
            begin += length
    table = np.array(lines, dtype=float)
    start, stop = table[:, 1], table[:, 2]
    event, treated, before = (table[:, column] > 0.0 for column in (3, 4, 5))
    return Rows(table[:, 0].astype(int), start, stop, event, treated, before)


SERIES = rows_of_counts([(2, 3, 1), (0, 2, 1), (4, 2, 0), (1, 2, 2), (3, 4, 0)], (3.0, 0.5, 2.0))


def test_with_equal_times_the_ratio_is_that_of_the_sums() -> None:
    """Everybody watched alike: 4 attacks in 10 years on treatment, 10 in 15 of good time, 13 in the window."""
    assert self_controlled(SERIES).ratio == pytest.approx((4 / 10) / (10 / 15), rel=1e-8)
    assert self_controlled(SERIES, window=False).ratio == pytest.approx((4 / 10) / (23 / 17.5), rel=1e-8)


def test_the_robust_variance_has_a_closed_form_where_times_are_equal() -> None:
    """Each person's share of attacks on treatment against the pooled share, squared and summed."""
    on, total = np.array([1.0, 1.0, 0.0, 2.0, 0.0]), np.array([6.0, 3.0, 6.0, 5.0, 7.0])
    cells = np.ravel(np.column_stack([total - on, on]))
    people = np.repeat(np.arange(5), 2)
    found = conditional_poisson(cells, np.tile([3.5, 2.0], 5), np.tile([0.0, 1.0], 5)[:, None], people)
    share = 4 / 27
    information = total.sum() * share * (1 - share)
    assert found.robust[0] == pytest.approx(math.sqrt(np.square(on - total * share).sum()) / information, rel=1e-8)
    assert self_controlled(SERIES, window=False).log_se == pytest.approx(float(found.jackknife[0]), rel=1e-9)


def test_the_jackknife_agrees_with_leaving_each_person_out() -> None:
    random = np.random.default_rng(6)
    people = np.repeat(np.arange(25), 2)
    years, treated = random.uniform(1.0, 3.0, 50), np.tile([0.0, 1.0], 25)
    attacks = random.poisson(np.repeat(random.gamma(1.0, 2.0, 25), 2) * years * 0.5**treated).astype(float)
    found = conditional_poisson(attacks, years, treated[:, None], people)
    without = np.array(
        [
            conditional_poisson(
                attacks[kept], years[kept], treated[kept, None], np.unique(people[kept], return_inverse=True)[1]
            ).coefficients[0]
            for kept in (people != each for each in range(25))
        ]
    )
    expected = math.sqrt(24 / 25 * np.square(without - found.coefficients[0]).sum())
    assert found.jackknife[0] == pytest.approx(expected, rel=0.03)
    assert found.jackknife[0] > found.robust[0]


def test_unequal_times_agree_with_a_regression_that_has_a_level_for_each_person() -> None:
    random = np.random.default_rng(4)
    people = np.repeat(np.arange(30), 3)
    years = random.uniform(0.2, 4.0, 90)
    design = np.column_stack([np.tile([0.0, 0.0, 1.0], 30), random.normal(size=90)])
    attacks = random.poisson(np.repeat(random.gamma(2.0, 1.5, 30), 3) * years * np.exp(design @ [-0.7, 0.3])).astype(
        float
    )
    found = conditional_poisson(attacks, years, design, people)
    levels = np.column_stack([design, people[:, None] == np.arange(30)])
    theirs = sm.GLM(attacks, levels, family=sm.families.Poisson(), exposure=years)
    by_person = theirs.fit(cov_type="cluster", cov_kwds={"groups": people, "use_correction": False}, tol=1e-12)
    np.testing.assert_allclose(found.coefficients, by_person.params[:2], rtol=1e-6)
    np.testing.assert_allclose(found.model, theirs.fit(tol=1e-12).bse[:2], rtol=1e-5)
    np.testing.assert_allclose(found.robust, by_person.bse[:2], rtol=1e-5)


def test_no_attack_on_treatment_gives_the_exact_upper_end() -> None:
    """Seven attacks, each with odds 2 : 3 of lying on treatment: (1 + 2 r / 3)^-7 = 1/20."""
    found = self_controlled(rows_of_counts([(3, 1, 0), (4, 0, 0)], (3.0, 0.5, 2.0)))
    assert found.ratio == 0.0
    assert found.high == pytest.approx((20 ** (1 / 7) - 1) * 3 / 2, rel=1e-6)


def test_a_window_without_attacks_changes_nothing_else() -> None:
    quiet = rows_of_counts([(2, 0, 1), (3, 0, 1), (1, 0, 2)], (3.0, 0.5, 2.0))
    assert self_controlled(quiet).ratio == pytest.approx((4 / 6) / (6 / 9), rel=1e-6)


def test_people_who_cannot_tell_are_left_out() -> None:
    """Somebody without attacks, and somebody who was never treated, change nothing."""
    never = SERIES.only((SERIES.codes != 0) | ~SERIES.treated)
    without = SERIES.only(SERIES.codes != 0)
    assert self_controlled(never).ratio == pytest.approx(self_controlled(without).ratio or 0.0, rel=1e-12)
    nobody = rows_of_counts([(0, 0, 0), (0, 0, 0)], (3.0, 0.5, 2.0))
    assert "nobody was watched both off and on" in self_controlled(nobody).remark


def test_a_window_that_is_not_marked_is_refused() -> None:
    rows = Rows(SERIES.person, SERIES.start, SERIES.stop, SERIES.event, SERIES.treated)
    with pytest.raises(SettingError, match="mark no window"):
        self_controlled(rows)
