"""Albumin 20 %, 3 mL/kg: how far plasma expands, how fast it and the albumin go, what the kidney does."""

from __future__ import annotations

import numpy as np

from validation.acts import albumin, fasting
from validation.experiment import Experiment
from validation.kinetics import half_life
from validation.people import YOUNG_MAN
from validation.trajectory import Course, Factors, Values, hours, trajectory, volunteer

LITRES = 0.003 * YOUNG_MAN.weight_kg


def infused(factors: Factors, over: float) -> Course:
    acts = (*albumin(LITRES, 200.0, 0.0, over), *fasting(0.0, 6.0))
    return trajectory(volunteer(YOUNG_MAN, factors), acts, hours(6.0, 0.05))


def fast(factors: Factors) -> Values:
    course = infused(factors, 0.5)
    expansion = 100.0 * course["plasma_volume_change"]
    mass = course["plasma_albumin_mass"]
    excess = mass - mass[:, :1]
    to_5 = course.times <= 5.0 + 1e-9
    top = np.argmax(excess, axis=1)
    lost = (excess.max(axis=1) - course.at("plasma_albumin_mass", 5.0) + mass[:, 0]) / (5.0 - course.times[top])
    urine_6 = course.at("urine_volume", 6.0) / LITRES
    return {
        "V036": expansion.max(axis=1),
        "V038": half_life(course.times, expansion),
        "V040": half_life(course.times, excess),
        "V042": urine_6,
        "V043": expansion.max(axis=1),
        "V044": half_life(course.times[to_5], expansion[:, to_5]),
        "V045": lost,
        "V046": 100.0 * lost / mass.max(axis=1),
        "V048": course.at("urine_volume", 5.0) / LITRES,
        "V049": half_life(course.times[to_5], excess[:, to_5]),
    }


def slow(factors: Factors) -> Values:
    course = infused(factors, 2.0)
    expansion = 100.0 * course["plasma_volume_change"]
    mass = course["plasma_albumin_mass"]
    return {
        "V037": expansion.max(axis=1),
        "V039": half_life(course.times, expansion),
        "V041": half_life(course.times, mass - mass[:, :1]),
    }


EXPERIMENTS = (
    Experiment(
        "Over half an hour",
        "A young man, fasting for 6 h; half-lives from the maximum to 5 h or 6 h; leak of albumin from its maximum "
        "in plasma to 5 h.",
        ("V036", "V038", "V040", "V042", "V043", "V044", "V045", "V046", "V048", "V049"),
        fast,
    ),
    Experiment("Over two hours", "The same man and dose, over 2 h.", ("V037", "V039", "V041"), slow),
)
