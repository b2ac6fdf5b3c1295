"""A trial in one person: planned, refused, analysed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from clarkson.errors import SettingError, TrialRefusedError
from clarkson.history.published import FLAT
from clarkson.history.randomised_pairs import pair_test, trial_power
from clarkson.history.trial import Course, Person, Plan, plan, refusals
from clarkson.history.trial_analysis import analyse, levels

FOUR = Course("IVIG every 4 weeks", ("IVIG 1 g/kg",), 25.0)
THREE = Course("IVIG every 3 weeks", ("IVIG 1 g/kg",), 25.0)
NOTHING = Course("nothing", (), 0.0)
SEVERE = Person(3, 3.0, ("IVIG",))


def made(pairs: int = 6, seed: int = 7, person: Person = SEVERE) -> Plan:
    return plan(FOUR, THREE, person, start=date(2026, 1, 5), block_days=182, pairs=pairs, seed=seed)


def test_the_calendar_has_every_day_once_and_waits_three_half_lives() -> None:
    found = made()
    assert [each.start for each in found.blocks] == [date(2026, 1, 5) + timedelta(182 * n) for n in range(12)]
    for first, second in itertools.pairwise(found.blocks):
        assert first.stop == second.start
    # IgG of 3 to 4 weeks acts for 2 to 3 months more.
    assert {(each.counted_from - each.start).days for each in found.blocks} == {75}
    for first, second in zip(found.blocks[::2], found.blocks[1::2], strict=True):
        assert {first.course, second.course} == {FOUR.name, THREE.name}


def test_the_lot_is_the_seed_and_nothing_else() -> None:
    assert made() == made()
    orders = {made(seed=seed).other_first for seed in range(40)}
    assert len(orders) > 20
    first = np.mean([made(seed=seed).other_first for seed in range(40)])
    assert 0.4 < first < 0.6


@pytest.mark.parametrize(
    ("usual", "other", "person", "said"),
    [
        (FOUR, NOTHING, Person(1, 1.0, ("IVIG",)), "50 % lived after 10 years, of the others 83 %"),
        (FOUR, Course("placebo", ("IVIG placebo",), 25.0), Person(2, 1.0, ("IVIG",)), "leaves out immunoglobulin"),
        (Course("theophylline", ("theophylline",), 0.3), NOTHING, Person(3, 1.0, ()), "20 % lived after 5 years"),
        (Course("theophylline", ("theophylline",), 0.3), NOTHING, Person(None, 1.0, ()), "unknown grade"),
        (Course("vitamin K", ("vitamin K",), 2.0), FOUR, Person(4, 1.0, ()), "no prophylaxis with a published series"),
        (FOUR, Course("theophylline", ("theophylline",), 0.3), Person(1, 1.0, ("IVIG",)), "leaves out immunoglobulin"),
    ],
)
def test_withholding_is_refused_with_the_reason(usual: Course, other: Course, person: Person, said: str) -> None:
    with pytest.raises(TrialRefusedError, match="ethics committee") as refused:
        plan(usual, other, person, start=date(2026, 1, 5), block_days=365, pairs=6, seed=1)
    assert said in str(refused.value)
    assert "addition" in str(refused.value)


def test_doses_intervals_and_additions_may_be_planned_for_a_severe_person() -> None:
    lower = Course("IVIG 0.5 g/kg", ("IVIG 0.5 g/kg",), 25.0)
    added = Course("IVIG and theophylline", ("IVIG 1 g/kg", "theophylline"), 25.0)
    for other in (THREE, lower, added):
        assert refusals(FOUR, other, SEVERE, block_days=182) == ()
    mild = Person(2, 6.0, ())
    assert refusals(Course("vitamin K", ("vitamin K",), 2.0), NOTHING, mild, block_days=90) == ()


def test_a_wash_out_longer_than_half_a_block_is_refused() -> None:
    assert refusals(FOUR, THREE, SEVERE, block_days=150) == ()
    (said,) = refusals(FOUR, THREE, SEVERE, block_days=149)
    assert "Blocks of 150 days" in said


def test_few_attacks_make_a_plan_hopeless_and_it_says_so() -> None:
    for per_year in (1.0, 2.0, 3.0):
        assert "Hopeless" in made(person=replace(SEVERE, attacks_per_year=per_year)).verdict
    assert "Hopeless" not in made(pairs=10, person=replace(SEVERE, attacks_per_year=24.0)).verdict


def test_the_randomisation_test_looks_at_every_order() -> None:
    differences = [-2, 1, -3, 0, -1]
    sums = [
        sum(sign * each for sign, each in zip(signs, differences, strict=True))
        for signs in itertools.product((1, -1), repeat=5)
    ]
    assert pair_test(differences) == pytest.approx(np.mean(np.abs(sums) >= 5))
    with pytest.raises(SettingError):
        pair_test([])


def test_the_randomisation_test_errs_in_no_more_than_5_of_100() -> None:
    random = np.random.default_rng(1)
    # Clustered attacks: every pair has a rate of its own.
    rates = random.gamma(0.5, 6.0, (1500, 8))
    differences = random.poisson(rates) - random.poisson(rates)
    assert np.mean([pair_test([int(n) for n in each]) <= 0.05 for each in differences]) < 0.065


def test_five_pairs_can_never_tell() -> None:
    # 2 / 2^5 is above 5 %.
    assert trial_power(50.0, 0.1, 5).power == 0.0
    assert trial_power(50.0, 0.1, 6).power == 1.0


def test_the_analysis_counts_what_the_plan_counts() -> None:
    found = made()
    usual, other = ([each for each in found.blocks if each.course == name] for name in (FOUR.name, THREE.name))
    onsets = [
        *(each.counted_from for each in usual),
        *(each.stop - timedelta(days=1) for each in usual),
        other[0].counted_from + timedelta(days=3),
        other[1].start + timedelta(days=10),  # the earlier course still acts
        found.blocks[0].start - timedelta(days=1),
    ]
    result = analyse(found, onsets)
    assert (result.usual_attacks, result.other_attacks, result.pairs) == (12, 1, 6)
    assert result.years_each == pytest.approx(6 * 107 / 365.25)
    assert result.test.ratio == pytest.approx(1 / 12)
    assert result.p == pytest.approx(2 / 64)  # all six differences are negative
    assert result.probability_lower > 0.9
    assert len(result.remarks) == 2


def test_a_trial_that_ended_early_counts_complete_pairs() -> None:
    found = made()
    result = analyse(found, [found.blocks[0].counted_from], until=found.blocks[3].stop)
    assert result.pairs == 2
    assert "smallest p" in result.remarks[0]
    with pytest.raises(SettingError, match="no pair"):
        analyse(found, [], until=found.blocks[0].stop)


def test_a_plan_that_was_changed_is_not_analysed() -> None:
    found = made()
    moved = replace(found.blocks[0], counted_from=found.blocks[0].counted_from + timedelta(days=20))
    with pytest.raises(SettingError, match="changed"):
        analyse(replace(found, blocks=(moved, *found.blocks[1:])), [])
    with pytest.raises(SettingError, match="prior"):
        analyse(found, [], prior=FLAT)


def test_carry_over_halves_in_a_half_life() -> None:
    found = made()
    level = levels(found, len(found.blocks))
    number = next(n for n, each in enumerate(found.blocks) if each.course == THREE.name)
    begin = number * 182
    assert level[begin + 24] == pytest.approx(0.5, abs=0.01)
    assert level[begin + 74] == pytest.approx(0.875, abs=0.01)


@pytest.mark.parametrize(
    ("pairs", "rate", "half_life"), [(0, 1.0, 25.0), (13, 1.0, 25.0), (6, 0.0, 25.0), (6, 1.0, -1.0)]
)
def test_numbers_that_cannot_be_are_refused(pairs: int, rate: float, half_life: float) -> None:
    with pytest.raises(SettingError):
        plan(
            replace(FOUR, half_life_days=half_life),
            THREE,
            Person(1, rate, ()),
            start=date(2026, 1, 5),
            block_days=182,
            pairs=pairs,
            seed=1,
        )
