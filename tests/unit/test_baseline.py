"""The baseline: shrinkage, doubt, and what does not belong in it."""

from __future__ import annotations

import math

import pytest

import clarkson as ck
from clarkson.balance.baseline import baseline
from clarkson.balance.population import population
from clarkson.balance.sample import samples
from clarkson.record.record import Event, Source
from tests.people import draw, record


def levels(*values: float) -> tuple[float, float, float]:
    """Median and interval of hematocrit after steady draws a month apart."""
    steady = samples(record(*(draw(24.0 * 30 * n, hematocrit=value) for n, value in enumerate(values))))
    first = baseline(population("male", 50), steady).set_points()[0]
    return first.value, first.low, first.high


def test_without_results_it_is_the_population() -> None:
    """NHANES 1999-2018, men 40 to 59 years: median hematocrit 44.6 %, albumin 43 g/L."""
    points = {each.analyte: each for each in baseline(population("male", 50), []).set_points()}
    assert points["hematocrit"].value == pytest.approx(0.446, abs=0.001)
    assert points["albumin"].value == pytest.approx(43.0, abs=0.1)
    assert points["hematocrit"].results == 0


def test_it_shrinks_towards_the_population_and_lets_go_with_more_results() -> None:
    one, five, twenty = levels(0.38), levels(*[0.38] * 5), levels(*[0.38] * 20)
    assert 0.38 < twenty[0] < five[0] < one[0] < 0.446
    assert twenty[2] - twenty[1] < five[2] - five[1] < one[2] - one[1]


def test_one_result_follows_the_closed_form() -> None:
    """m = (x / s2 + mu / g2) / (1 / s2 + 1 / g2) in logit hematocrit, from the numbers in the tables."""
    spread = 0.141
    ordinary = math.hypot(1.5 * math.sqrt(0.040**2 + 0.023**2 + 0.011**2), 0.01 / (1.0 - 0.38))
    prior, seen = math.log(0.446 / 0.554), math.log(0.38 / 0.62)
    expected = (seen / ordinary**2 + prior / spread**2) / (1 / ordinary**2 + 1 / spread**2)
    assert levels(0.38)[0] == pytest.approx(1.0 / (1.0 + math.exp(-expected)), abs=2e-4)


def test_sex_and_age_matter() -> None:
    woman, man = (baseline(population(sex, 30), []).set_points()[0].value for sex in ("female", "male"))
    old_man = baseline(population("male", 80), []).set_points()[0].value
    assert woman < old_man < man


def test_unknown_sex_is_wider_than_either() -> None:
    widths = {}
    for sex in ("female", "male", None):
        point = baseline(population(sex, 50), []).set_points()[0]
        widths[sex] = point.high - point.low
    assert widths[None] > max(widths["female"], widths["male"])


def results_used(*draws: tuple[ck.Result, ...], events: tuple[Event, ...] = ()) -> str:
    return ck.assess(record(*draws, events=events))[-1].baseline[0].origin


def test_quiet_older_draws_become_the_baseline() -> None:
    quiet = [draw(24.0 * 30 * n, hematocrit=0.44, albumin=43.0) for n in range(3)]
    assert results_used(*quiet, draw(24.0 * 120, hematocrit=0.45, albumin=42.0)).startswith("3 own")


def test_an_attack_and_its_recovery_stay_out() -> None:
    quiet = draw(0.0, hematocrit=0.44, albumin=43.0)
    attack = draw(24.0 * 60, hematocrit=0.62, albumin=22.0)
    recovery = draw(24.0 * 70, hematocrit=0.36, albumin=34.0)
    assert results_used(quiet, attack, recovery, draw(24.0 * 120, hematocrit=0.44, albumin=43.0)).startswith("1 own")


def test_a_recorded_attack_keeps_its_neighbours_out() -> None:
    quiet = [draw(24.0 * 30 * n, hematocrit=0.44, albumin=43.0) for n in range(3)]
    attack = Event("attack", "attack", samples(record(quiet[1]))[0].time, Source("diary"))
    used = results_used(*quiet, draw(24.0 * 120, hematocrit=0.44, albumin=43.0), events=(attack,))
    assert used.startswith("1 own")
