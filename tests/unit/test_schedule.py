"""Doses become inputs of the body without losing or adding anything."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from clarkson.body.body import INPUTS
from clarkson.errors import DoseError
from clarkson.simulate.kinds import kinds
from clarkson.simulate.schedule import LARGER_HOLDS, Given, schedule

WEIGHT = 80.0

# What a dose holds, computed by hand for 80 kg: words, and the integral of each input.
CONTENTS: tuple[tuple[str, dict[str, float]], ...] = (
    (
        "saline 0.9 % 2 L over 1 h",
        {"infusion": 2.0, "infusion_sodium": 308.0, "infusion_chloride_excess": 308.0 * (1.0 - 104.0 / 140.0)},
    ),
    (
        "crystalloid 25 mL/kg over 30 min",
        {"infusion": 2.0, "infusion_sodium": 280.0, "infusion_chloride_excess": 196.0 - 208.0},
    ),
    ("dextrose 5 % 500 mL over 2 h", {"infusion": 0.5}),
    ("IVIG 2 g/kg over 2 days", {"infusion": 1.6, "infusion_igg": 160.0}),
    (
        "red cells 2 units over 3 h",
        {
            "infusion": 0.224,
            "infusion_red_cells": 0.336,
            "infusion_sodium": 33.6,
            "infusion_chloride_excess": 0.56 * (58.0 - 60.0 * 104.0 / 140.0),
            "infusion_albumin": 1.12,
            "infusion_igg": 0.28,
            "infusion_other_protein": 0.448,
        },
    ),
    ("norepinephrine 0.2 ug/kg/min over 24 h", {"norepinephrine": 16.0 * 24.0}),
    ("furosemide 40 mg", {"furosemide": 40.0}),
    ("furosemide 10 mg/h over 12 h", {"furosemide": 120.0}),
    ("theophylline 200 mg every 12 h 3 times", {"theophylline": 600.0}),
    ("bleed 450 mL over 10 min", {"bleeding": 0.45}),
    ("ultrafiltration 2 L over 4 h", {"ultrafiltration": 2.0}),
    ("dialysis 4 h", {"dialysis_clearance": 40.0}),
    ("dialysis with ultrafiltration 2 L over 4 h", {"dialysis_clearance": 40.0, "ultrafiltration": 2.0}),
    ("drink 500 mL", {"drinking": 0.5}),
    ("fasting for 12 h", {"fasting": 12.0}),
    ("standing 15 min", {"upright": 0.25}),
    ("sitting 2 h", {"upright": 1.0}),
    ("tilt 30 deg for 1 h", {"upright": 0.5}),
    ("exercise 0.6 for 1 h", {"exercise": 0.6}),
    ("infection for 4 days", {"infection": 96.0}),
    ("lower body suction 45 mmHg for 20 min", {"lower_body_suction": 15.0}),
)


@pytest.mark.parametrize(("words", "contents"), CONTENTS, ids=[words for words, _ in CONTENTS])
def test_the_integral_of_each_input_is_the_dose(words: str, contents: dict[str, float]) -> None:
    totals = schedule([Given(7.3, words)], WEIGHT, 240.0, INPUTS).totals()
    expected = dict.fromkeys(INPUTS, 0.0) | contents
    assert totals == pytest.approx(expected, rel=1e-7, abs=1e-9)


spread = st.sampled_from([(words, contents) for words, contents in CONTENTS if not set(contents) & set(LARGER_HOLDS)])


@for_all(st.lists(st.tuples(spread, st.floats(0.0, 90.0)), max_size=8))
def test_many_doses_at_any_times_add_up(several: list[tuple[tuple[str, dict[str, float]], float]]) -> None:
    expected = dict.fromkeys(INPUTS, 0.0)
    for (_, contents), _ in several:
        for name, total in contents.items():
            expected[name] += total
    plan = schedule([Given(at_h, words) for (words, _), at_h in several], WEIGHT, 240.0, INPUTS)
    assert plan.totals() == pytest.approx(expected, rel=1e-7, abs=1e-7)
    assert (np.diff(plan.breaks) > 0.0).all()
    assert plan.values.shape == (len(plan.breaks) + 1, len(INPUTS))


def test_a_total_per_kg_follows_the_weight() -> None:
    totals = [schedule([Given(0, "IVIG 1 g/kg over 8 h")], kg, 24.0, INPUTS).totals() for kg in (50.0, 100.0)]
    assert [total["infusion_igg"] for total in totals] == pytest.approx([50.0, 100.0])


def test_infusions_add_up_and_postures_do_not() -> None:
    plan = schedule(
        [
            Given(1.0, "norepinephrine 10 ug/min over 2 h"),
            Given(2.0, "norepinephrine 5 ug/min over 2 h"),
            Given(1.0, "standing 2 h"),
            Given(2.0, "sitting 2 h"),
        ],
        WEIGHT,
        6.0,
        ["norepinephrine", "upright"],
    )
    assert plan.breaks.tolist() == [1.0, 2.0, 3.0, 4.0]
    assert plan.values[:, 0].tolist() == [0.0, 10.0, 15.0, 5.0, 0.0]
    assert plan.values[:, 1].tolist() == [0.0, 1.0, 1.0, 0.5, 0.0]


def test_a_level_is_what_was_said() -> None:
    plan = schedule([Given(1 / 3, "tilt 70 deg for 20 min")], WEIGHT, 2.0, ["upright"])
    assert plan.values[1, 0] == math.sin(math.radians(70.0))


def test_repeats_go_on_to_the_end_and_are_cut_there() -> None:
    plan = schedule([Given(0.0, "theophylline 200 mg every 12 h")], WEIGHT, 49.0, ["theophylline"])
    assert plan.totals()["theophylline"] == pytest.approx(4 * 200.0 + 100.0)
    assert plan.breaks.tolist() == [2.0, 12.0, 14.0, 24.0, 26.0, 36.0, 38.0, 48.0]


def test_doses_that_touch_share_one_break() -> None:
    """0.1 + 0.2 is not 0.3 to a computer; a solver must not be sent through the sliver between them."""
    plan = schedule(
        [Given(0.1, "drink 100 mL over 0.2 h"), Given(0.3, "drink 100 mL over 0.2 h")], WEIGHT, 1.0, ["drinking"]
    )
    assert plan.breaks.tolist() == [0.1, 0.3, 0.5]
    assert plan.totals()["drinking"] == pytest.approx(0.2)


def test_from_the_start_to_the_end_needs_no_break() -> None:
    plan = schedule([Given(0.0, "infection 0.5 for 4 days")], WEIGHT, 96.0, ["infection"])
    assert plan.breaks.size == 0
    assert plan.values.tolist() == [[0.5]]


def test_the_solver_gets_one_lane() -> None:
    plan = schedule([Given(1.0, "drink 500 mL")], WEIGHT, 24.0, INPUTS)
    lane = plan.for_solver()
    assert lane.breaks.shape == (1, 2)
    assert lane.values.shape == (1, 3, len(INPUTS))
    np.testing.assert_array_equal(lane.values[0], plan.values)


def test_the_body_takes_everything_that_can_be_given() -> None:
    moved = {name for kind in kinds().values() for name in (*kind.gives, *kind.holds)}
    assert moved == set(INPUTS)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(DoseError, match="begins after the end"):
        schedule([Given(24.0, "drink 500 mL")], WEIGHT, 24.0, INPUTS)
    with pytest.raises(DoseError, match="at 45 kg"):
        schedule([Given(1.0, "bleed 4 L over 2 h")], 45.0, 24.0, INPUTS)
    with pytest.raises(DoseError, match="no input 'drinking'"):
        schedule([Given(1.0, "drink 500 mL")], WEIGHT, 24.0, ["bleeding"])
    with pytest.raises(DoseError, match="time counts from 0"):
        Given(-1.0, "drink 500 mL")
