"""Blood drawn: the reflexes, the refill, and crystalloid given afterwards."""

from __future__ import annotations

import numpy as np

from clarkson.body.person import Floats
from validation.acts import bleeding, fasting, ringer_acetate, ringer_lactate
from validation.experiment import Experiment
from validation.kinetics import two_volumes
from validation.people import ADULT, YOUNG_MAN
from validation.trajectory import Factors, Values, hours, trajectory, volunteer

STAGE = 5.0 / 60.0


def kinetics_after(factors: Factors, withdrawn: float) -> tuple[Floats, Floats]:
    """Both volumes [L] and k_r [mL/min] of Ringer's acetate 25 mL/kg over 0.5 h after blood was drawn over 0.5 h."""
    litres = 0.025 * YOUNG_MAN.weight_kg
    acts = (*bleeding(withdrawn, 0.0, 0.5), *ringer_acetate(litres, 0.5, 1.0), *fasting(0.0, 3.5))
    course = trajectory(volunteer(YOUNG_MAN, factors), acts, hours(3.5, 1.0 / 12.0))
    after = course.times >= 0.5 - 1e-9
    plasma = course["plasma_volume"][:, after]
    return two_volumes(course.times[after] - 0.5, plasma / plasma[:, :1] - 1.0, litres / 0.5, 0.5)


def ringer_after_bleeding(factors: Factors) -> Values:
    total, none = kinetics_after(factors, 0.0)
    return {
        "V058": none,
        "V059": kinetics_after(factors, 0.45)[1],
        "V060": kinetics_after(factors, 0.90)[1],
        "V061": total,
    }


def pressure_after_bleeding(factors: Factors) -> Values:
    falls = []
    for withdrawn in (0.45, 0.90):
        course = trajectory(volunteer(YOUNG_MAN, factors), bleeding(withdrawn, 0.0, 0.25), hours(0.25))
        falls += [course.rise("systolic_pressure", 0.25), course.rise("diastolic_pressure", 0.25)]
    return {"V062": np.mean(falls, axis=0)}


def ringer_at_once(factors: Factors) -> Values:
    acts = (*bleeding(0.9, 0.0, 0.5), *ringer_lactate(1.0, 0.5, 0.6))
    course = trajectory(volunteer(YOUNG_MAN, factors), acts, hours(0.8))
    from_start = course.times >= 0.5
    plasma = course["plasma_volume"]
    return {"V081": 1000.0 * (plasma[:, from_start].max(axis=1) - course.at("plasma_volume", 0.5))}


def litre_in_three_stages(factors: Factors) -> Values:
    people = volunteer(YOUNG_MAN, factors, resting_heart_rate=59.0, resting_pressure=89.5, resting_venous_pressure=5.8)
    acts = tuple(act for start in (0.0, 2 * STAGE, 4 * STAGE) for act in bleeding(0.333, start, start + STAGE))
    course = trajectory(people, acts, hours(0.5))
    return {
        "V088": course.at("heart_rate", 0.5),
        "V090": course.at("mean_pressure", 0.5),
        "V092": course.at("central_venous_pressure", 0.5),
    }


def donation(factors: Factors) -> Values:
    course = trajectory(volunteer(ADULT, factors), bleeding(0.45, 0.0, 0.2), hours(48.0, 0.2))
    return {
        "V113": 100.0 + course.percent("plasma_volume", 24.0),
        "V114": 100.0 * course.rise("hematocrit", 48.0),
    }


EXPERIMENTS = (
    Experiment(
        "Ringer's acetate after bleeding",
        "A young man, fasting: 0, 450 or 900 mL drawn over 0.5 h, then 25 mL/kg over 0.5 h; two-volume kinetics "
        "fitted to plasma dilution over 3 h.",
        ("V058", "V059", "V060", "V061"),
        ringer_after_bleeding,
    ),
    Experiment(
        "Pressure after bleeding",
        "The same man, 450 and 900 mL over 0.25 h: mean change of systolic and diastolic pressure.",
        ("V062",),
        pressure_after_bleeding,
    ),
    Experiment(
        "Lactated Ringer's after bleeding",
        "A young man: 900 mL drawn over 0.5 h, then 1 L over 0.1 h; highest gain of plasma.",
        ("V081",),
        ringer_at_once,
    ),
    Experiment(
        "A litre in three stages",
        "A young man with the study's own baseline, lying: 333 mL over 5 min, three times, 5 min apart.",
        ("V088", "V090", "V092"),
        litre_in_three_stages,
    ),
    Experiment("Donation", "A typical man: 450 mL over 12 min; he eats and drinks.", ("V113", "V114"), donation),
)
