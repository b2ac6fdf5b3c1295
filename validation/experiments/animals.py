"""Animals whose plasma volume per kilogram is near man's, as a man of 75 kg."""

from __future__ import annotations

import numpy as np

from validation.acts import albumin, bleeding, ringer_acetate
from validation.experiment import Experiment
from validation.people import ADULT
from validation.trajectory import Act, Factors, Values, hours, trajectory, volunteer

WEIGHT = ADULT.weight_kg
LOST = 0.007 * WEIGHT
"""Plasma lost in 3 h of sepsis [L] (row V231)."""

SEPSIS = {"given_leak_onset": 1.0, "given_leak_rise": 0.25, "given_leak_end": 24.0}


def after_bleeding(factors: Factors) -> Values:
    people = volunteer(ADULT, factors)
    litres = 0.008 * WEIGHT
    found = {}
    for row, acts in {
        "V227": albumin(litres, 50.0, 0.25, 0.5),
        "V228": ringer_acetate(4.5 * litres, 0.25, 0.5),
    }.items():
        course = trajectory(people, (*bleeding(litres, 0.0, 0.25), *acts), hours(0.75))
        found[row] = 1000.0 * course.rise("plasma_volume", 0.75, since=0.25) / WEIGHT
    return found


def leak_size() -> float:
    """Opening of gaps at which the typical body loses as much plasma in 3 h.

    Sizes end well before 2.5: wider gaps let so much protein out that plasma loses less.
    """
    sizes = np.geomspace(0.05, 2.0, 24)
    course = trajectory(volunteer(ADULT, {}, **SEPSIS) | {"given_leak": sizes}, (), hours(3.0, 0.05))
    return float(np.interp(LOST, -course.rise("plasma_volume", 3.0), sizes))


def in_sepsis(factors: Factors) -> Values:
    people = volunteer(ADULT, factors, given_leak=leak_size(), **SEPSIS)
    found = {}
    solutions: dict[str, tuple[Act, ...]] = {
        "V229": albumin(LOST, 50.0, 3.0, 3.25),
        "V230": ringer_acetate(4.5 * LOST, 3.0, 3.25),
    }
    for row, acts in solutions.items():
        course = trajectory(people, acts, hours(3.5))
        found[row] = 1000.0 * course.rise("plasma_volume", 3.5, since=3.0) / WEIGHT
    return found


EXPERIMENTS = (
    Experiment(
        "Albumin or Ringer's acetate after bleeding",
        "8 mL/kg drawn over 15 min, then albumin 5 % 8 mL/kg or Ringer's acetate 36 mL/kg over 15 min; measured "
        "15 min later.",
        ("V227", "V228"),
        after_bleeding,
    ),
    Experiment(
        "Albumin or Ringer's acetate in sepsis",
        "A leak from outside takes 7 mL/kg of plasma in 3 h and goes on; then as much albumin 5 %, or 4.5 times as "
        "much Ringer's acetate, over 15 min; measured 15 min later.",
        ("V229", "V230"),
        in_sepsis,
    ),
)
