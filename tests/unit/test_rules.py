"""The known rules, against published numbers, worked cases and the laws of the mass balance."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarkson.analytes import Sex
from clarkson.body.blood import concentrations
from clarkson.evaluate import news2
from clarkson.evaluate.rules import RULES, scores
from clarkson.record.record import Record
from tests.people import draw, record, result, steady_draw

BLOOD = {"hematocrit": 0.42, "albumin": 42.0}
SIGNS = {
    "respiratory_rate": 16.0,
    "oxygen_saturation": 0.97,
    "systolic_pressure": 120.0,
    "heart_rate": 70.0,
    "temperature": 37.0,
}


def score(name: str, some: Record) -> list[float]:
    return [float(each) for each in RULES[name].score(some)]


# Systolic < 90, hematocrit > 49 % in men and > 43 % in women, albumin < 30 g/L.
@pytest.mark.parametrize(
    ("sex", "pressure", "hematocrit", "albumin", "signs"),
    [
        ("male", 80.0, 0.55, 20.0, 3.0),
        ("male", 80.0, 0.46, 20.0, 2.0),
        ("female", 80.0, 0.46, 20.0, 3.0),
        ("female", 90.0, 0.43, 30.0, 0.0),
    ],
)
def test_the_triad_counts_its_signs(sex: Sex, pressure: float, hematocrit: float, albumin: float, signs: float) -> None:
    someone = record(draw(systolic_pressure=pressure, hematocrit=hematocrit, albumin=albumin))
    assert score("SCLS triad", replace(someone, sex=sex)) == [signs]


def test_the_triad_needs_the_sex() -> None:
    assert np.isnan(score("SCLS triad", record(draw(systolic_pressure=80.0, **BLOOD), sex=None))).all()


def test_a_rise_of_a_fifth_is_29_percent_of_the_plasma_lost() -> None:
    after, _ = concentrations(plasma=math.log(0.71), baseline_hematocrit=0.42, baseline_albumin_g_per_l=42.0)
    someone = record(draw(0.0, hematocrit=0.42), draw(24.0, hematocrit=after))
    assert score("hematocrit rise over the first", someone)[1] == pytest.approx(0.20, abs=0.01)


def test_the_rise_is_over_the_first_or_the_lowest() -> None:
    someone = record(draw(0.0, hematocrit=0.40), draw(24.0, hematocrit=0.32), draw(48.0, hematocrit=0.40))
    assert score("hematocrit rise over the first", someone)[2] == pytest.approx(0.0)
    assert score("hematocrit rise over the lowest", someone)[2] == pytest.approx(0.25)


def test_hematocrit_minus_albumin_and_its_change() -> None:
    someone = record(
        draw(0.0, hematocrit=0.40, albumin=40.0), draw(9.0, albumin=33.0), draw(20.0, hematocrit=0.50, albumin=28.0)
    )
    assert score("hematocrit minus albumin", someone) == pytest.approx([0.0, math.nan, 22.0], nan_ok=True)
    assert score("change of hematocrit minus albumin", someone)[2] == pytest.approx(22.0)


def test_a_missing_hematocrit_is_taken_from_the_hemoglobin() -> None:
    assert score("hematocrit minus albumin", record(draw(hemoglobin=168.0, albumin=40.0))) == pytest.approx([10.0])


# Printed reference change values: +8.6 and -7.9 % (CVi 2.8, CVa 1.0), 12 % (Thirup 2003, CVa 3).
@pytest.mark.parametrize(
    ("method", "change", "deviations"),
    [("laboratory", 0.086, 1.96), ("laboratory", -0.079, -1.96), ("other", 0.12, 1.96)],
)
def test_a_printed_reference_change_value_is_1_96_deviations(method: str, change: float, deviations: float) -> None:
    first = result("hematocrit", 0.42, method=method)
    second = result("hematocrit", 0.42 * (1.0 + change), hours=100.0, method=method)
    assert score("reference change of hematocrit", record((first, second)))[1] == pytest.approx(deviations, abs=0.1)


# A man with hematocrit 45 %: the smallest plasma loss that one new hematocrit shows, one-sided 95 %.
@pytest.mark.parametrize(("baselines", "loss"), [(1, 0.12), (5, 0.093)])
def test_more_earlier_draws_show_a_smaller_loss(baselines: int, loss: float) -> None:
    after, _ = concentrations(plasma=math.log(1.0 - loss), baseline_hematocrit=0.45, baseline_albumin_g_per_l=42.0)
    before = [draw(24.0 * day, hematocrit=0.45) for day in range(baselines)]
    found = score("reference change of hematocrit", record(*before, draw(240.0, hematocrit=after)))
    assert found[-1] == pytest.approx(1.645, abs=0.1)


@given(plasma=st.floats(-0.6, 0.6), red_cells=st.floats(-0.3, 0.3), albumin=st.floats(-0.8, 0.2))
@settings(max_examples=50, deadline=None)
def test_the_coordinate_is_the_albumin_lost_against_the_red_cells_whatever_the_plasma(
    plasma: float, red_cells: float, albumin: float
) -> None:
    hematocrit, level = concentrations(
        plasma=plasma, red_cells=red_cells, albumin=albumin, baseline_hematocrit=0.42, baseline_albumin_g_per_l=42.0
    )
    someone = record(draw(0.0, **BLOOD), draw(24.0, hematocrit=hematocrit, albumin=level))
    assert score("D", someone)[1] == pytest.approx(red_cells - albumin, abs=1e-9)


def test_the_coordinate_is_against_the_first_draw_with_both() -> None:
    levels = (40.0, 30.0, 30.0)
    leak = [draw(24.0 * (1 + day), hematocrit=0.42, albumin=each) for day, each in enumerate(levels)]
    found = score("D", record(draw(0.0, hematocrit=0.40), *leak))
    assert found[2:] == pytest.approx([math.log(40.0 / 30.0)] * 2)
    assert np.isnan(found[:2]).all()


@given(albumins=st.lists(st.floats(25.0, 50.0), min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_the_cusum_is_the_largest_sum_that_ends_now(albumins: list[float]) -> None:
    first = draw(0.0, **BLOOD)
    later = [draw(24.0 * (1 + day), hematocrit=0.42, albumin=each) for day, each in enumerate(albumins)]
    z = [score("reference change of D", record(first, each))[1] for each in later]
    steps = np.array(z) - 0.5
    closed = [max(0.0, *(steps[start : end + 1].sum() for start in range(end + 1))) for end in range(len(z))]
    assert score("CUSUM of D", record(first, *later))[1:] == pytest.approx(closed)


def test_the_cusum_keeps_its_sum_over_a_draw_without_albumin() -> None:
    leak = [draw(24.0 * day, hematocrit=0.50, albumin=30.0) for day in (1, 3)]
    with_gap = record(draw(0.0, **BLOOD), leak[0], draw(48.0, hematocrit=0.5), leak[1])
    without = record(draw(0.0, **BLOOD), *leak)
    found = score("CUSUM of D", with_gap)
    assert math.isnan(found[2])
    assert found[3] == pytest.approx(score("CUSUM of D", without)[2])


def test_the_fall_of_albumin_over_hemoglobin_is_per_hour() -> None:
    someone = record(draw(0.0, hemoglobin=140.0, albumin=40.0), draw(10.0, hemoglobin=140.0, albumin=36.0))
    assert score("fall of albumin over hemoglobin", someone)[1] == pytest.approx(1.0)


def test_a_third_of_the_hematocrit_stands_for_the_hemoglobin() -> None:
    someone = record(draw(0.0, hemoglobin=140.0, albumin=40.0), draw(10.0, hematocrit=0.42, albumin=40.0))
    assert score("fall of albumin over hemoglobin", someone)[1] == pytest.approx(0.0)


def test_the_shock_index_is_rate_over_pressure() -> None:
    assert score("shock index", record(draw(**BLOOD, heart_rate=100.0, systolic_pressure=80.0))) == [1.25]


def test_a_pressure_that_could_not_be_taken_gives_no_shock_index() -> None:
    assert np.isnan(score("shock index", record(draw(**BLOOD, heart_rate=100.0, systolic_pressure=0.0)))).all()


# The chart of the Royal College of Physicians (2017): value and points on both sides of every border.
CHART: dict[str, list[tuple[float, int]]] = {
    "respiratory_rate": [(8, 3), (9, 1), (11, 1), (12, 0), (20, 0), (21, 2), (24, 2), (25, 3)],
    "oxygen_saturation": [(0.91, 3), (0.92, 2), (0.93, 2), (0.94, 1), (0.95, 1), (0.96, 0)],
    "systolic_pressure": [(90, 3), (91, 2), (100, 2), (101, 1), (110, 1), (111, 0), (219, 0), (220, 3)],
    "heart_rate": [
        (40, 3), (41, 1), (50, 1), (51, 0), (90, 0), (91, 1), (110, 1), (111, 2), (130, 2), (131, 3),
    ],
    "temperature": [(35.0, 3), (35.1, 1), (36.0, 1), (36.1, 0), (38.0, 0), (38.1, 1), (39.0, 1), (39.1, 2)],
}  # fmt: skip


@pytest.mark.parametrize(
    ("sign", "value", "points"), [(sign, value, points) for sign, row in CHART.items() for value, points in row]
)
def test_news2_follows_the_chart(sign: str, value: float, points: int) -> None:
    assert score("NEWS2", record(draw(**BLOOD, **{**SIGNS, sign: value}))) == [points]


def test_news2_adds_up() -> None:
    worst = {"respiratory_rate": 30.0, "oxygen_saturation": 0.80, "systolic_pressure": 70.0, "heart_rate": 140.0}
    assert score("NEWS2", record(draw(**BLOOD, **SIGNS))) == [0.0]
    # 20 is the most that the chart gives, 2 of it for oxygen and 3 for consciousness.
    assert score("NEWS2", record(draw(**BLOOD, **worst, temperature=34.0))) == [15.0]


def test_news2_rounds_as_the_chart_is_filled_in() -> None:
    assert news2.points(np.array([90.4, 90.6]), news2.SYSTOLIC_PRESSURE).tolist() == [3.0, 2.0]


FULL = record(
    steady_draw(-2000.0, **BLOOD),
    draw(0.0, hematocrit=0.41, hemoglobin=138.0, albumin=41.0, **SIGNS),
    draw(24.0, hematocrit=0.48, hemoglobin=160.0, albumin=33.0, **SIGNS),
    draw(40.0, hematocrit=0.52, hemoglobin=175.0, albumin=27.0, **SIGNS),
    sex="female",
)


@pytest.mark.parametrize("name", RULES)
def test_a_steady_draw_is_not_scored(name: str) -> None:
    assert len(score(name, FULL)) == 3


def test_a_steady_draw_is_an_earlier_one() -> None:
    assert score("D", FULL)[0] == pytest.approx(math.log(0.41 / 0.59 / (0.42 / 0.58)) - math.log(41.0 / 42.0))


@pytest.mark.parametrize("name", RULES)
def test_every_rule_speaks_with_what_it_needs_and_only_then(name: str) -> None:
    rule = RULES[name]
    assert np.isfinite(rule.score(FULL)[-1])
    for needed in rule.needs:
        lost = {"hematocrit", "hemoglobin"} if needed == "hematocrit" else {needed}
        rest = replace(FULL, results=tuple(each for each in FULL.results if each.analyte not in lost))
        assert np.isnan(rule.score(rest)).all()


@pytest.mark.parametrize("name", RULES)
def test_no_rule_sees_what_comes_later(name: str) -> None:
    until = replace(FULL, results=tuple(each for each in FULL.results if each.time < FULL.results[-1].time))
    assert RULES[name].score(until) == pytest.approx(RULES[name].score(FULL)[:2], nan_ok=True)


# Plasma lost 40 %, albumin mass 1.6 times as fast: whatever a rule reads of it, the number goes up.
@pytest.mark.parametrize("name", [name for name in RULES if name not in ("shock index", "NEWS2")])
def test_a_leak_raises_every_rule_that_reads_blood(name: str) -> None:
    lost = math.log(0.6)
    hematocrit, albumin = concentrations(
        plasma=lost, albumin=1.6 * lost, baseline_hematocrit=0.42, baseline_albumin_g_per_l=42.0
    )
    signs = {"systolic_pressure": 85.0}
    before = (draw(0.0, **BLOOD, **signs), draw(24.0, **BLOOD, **signs))
    found = RULES[name].score(record(*before, draw(48.0, hematocrit=hematocrit, albumin=albumin, **signs)))
    assert found[2] > found[1]


def test_nobody_has_no_scores() -> None:
    assert all(len(each) == 0 for each in scores(Record("nobody")).values())
