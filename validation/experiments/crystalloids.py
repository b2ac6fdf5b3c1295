"""Ringer's solution, saline and glucose in volunteers."""

from __future__ import annotations

from typing import Any

import numpy as np

from clarkson.body.body import concentrations
from clarkson.body.interstitium import interstitial_pressure
from clarkson.body.lymph import lymph_flow
from clarkson.body.person import Floats
from clarkson.body.regions import REGIONS
from clarkson.engine.maths import Arrays
from validation.acts import fasting, glucose, ringer_acetate, saline
from validation.experiment import Experiment
from validation.kinetics import one_volume
from validation.people import YOUNG_MAN, YOUNG_WOMAN
from validation.trajectory import Act, Course, Factors, Values, hours, trajectory, volunteer

LOWERED = -2.0
"""Percent by which albumin must be below its start to count as lowered: what ten people can show."""


GLUCOSE_AS_SODIUM = 139.0
"""Sodium [mmol/L] that holds as much water as glucose 5 % (278 mmol/L)."""

GLUCOSE_BURNED = (0.5, 2.5)
"""Hours over which 100 g of glucose given in one hour are burned. Source: assumption."""


def returning_albumin(course: Course) -> Floats:
    """Albumin [g/L] of all lymph together, (n, T)."""
    m = Arrays()
    p = dict(course.parameters)
    _, interstitium = concentrations(course.values, p)
    flow: dict[str, Any] = {
        region: lymph_flow(
            region,
            interstitial_pressure(
                region, course[f"interstitial_volume_{region}"] / p[f"resting_interstitium_{region}"], p, m
            ),
            p,
            m,
        )
        for region in REGIONS
    }
    carried = sum(flow[region] * interstitium[region]["albumin"] for region in REGIONS)
    return np.asarray(carried / sum(flow.values()))


def ringer_in_women(factors: Factors) -> Values:
    litres = 0.025 * YOUNG_WOMAN.weight_kg
    acts = (*ringer_acetate(litres, 0.0, 0.5), *fasting(0.0, 2.0))
    course = trajectory(volunteer(YOUNG_WOMAN, factors), acts, hours(2.0, 1.0 / 12.0))
    volume, elimination = one_volume(course.times, course["plasma_volume_change"], litres / 0.5, 0.5)
    return {"V055": 1000.0 * course.rise("plasma_volume", 0.5), "V056": volume, "V057": elimination}


def ringer_in_men(factors: Factors) -> Values:
    litres = 0.025 * YOUNG_MAN.weight_kg
    acts = (*ringer_acetate(litres, 0.0, 0.5), *fasting(0.0, 2.5))
    course = trajectory(volunteer(YOUNG_MAN, factors), acts, hours(2.5, 1.0 / 12.0))
    returning = returning_albumin(course)
    at_half_hour, at_end = returning[:, 6], returning[:, -1]
    return {
        "V063": 100.0 * course.rise("plasma_volume", 0.5) / litres,
        "V064": 100.0 * course.rise("plasma_volume", 1.0) / litres,
        "V068": course.rise("plasma_albumin_mass", 2.0) / course.at("plasma_volume", 0.0),
        "V069": at_half_hour,
        "V070": 100.0 * (at_end / returning[:, 0] - 1.0),
    }


def two_litres_of_saline(factors: Factors) -> Values:
    acts = (*saline(2.0, 0.0, 1.0), *fasting(0.0, 6.0))
    course = trajectory(volunteer(YOUNG_MAN, factors), acts, hours(6.0, 0.05))
    return {
        "V071": course.percent("albumin", 1.0),
        "V072": course.percent("hematocrit", 1.0),
        "V073": 100.0 * course.at("urine_volume", 6.0) / 2.0,
        "V077": (course.percent("albumin", 6.0) < LOWERED).astype(float),
    }


def two_litres_of_glucose(factors: Factors) -> Values:
    osmoles = 2.0 * GLUCOSE_AS_SODIUM
    acts = (
        *glucose(2.0, 0.0, 1.0),
        *fasting(0.0, 6.0),
        Act("infusion_sodium", 0.0, 1.0, osmoles),
        Act("infusion_sodium", *GLUCOSE_BURNED, -osmoles / (GLUCOSE_BURNED[1] - GLUCOSE_BURNED[0])),
    )
    course = trajectory(volunteer(YOUNG_MAN, factors), acts, hours(6.0, 0.05))
    return {
        "V074": course.percent("albumin", 1.0),
        "V075": course.percent("hematocrit", 1.0),
        "V076": 100.0 * course.at("urine_volume", 3.0) / 2.0,
    }


def litre_of_saline(factors: Factors) -> Values:
    acts = (*saline(1.0, 0.0, 1.0), *fasting(0.0, 1.0))
    course = trajectory(volunteer(YOUNG_MAN, factors), acts, hours(1.0))
    return {"V078": 100.0 * (1.0 - course.rise("plasma_volume", 1.0) / 1.0)}


EXPERIMENTS = (
    Experiment(
        "Ringer's acetate in women",
        "A young woman, fasting: 25 mL/kg over 0.5 h; one-volume kinetics fitted to plasma dilution over 2 h.",
        ("V055", "V056", "V057"),
        ringer_in_women,
    ),
    Experiment(
        "Ringer's acetate in men",
        "A young man, fasting: 25 mL/kg over 0.5 h; albumin of all lymph together stands for the returning fluid; "
        "albumin gained by plasma per litre of plasma at the start.",
        ("V063", "V064", "V068", "V069", "V070"),
        ringer_in_men,
    ),
    Experiment(
        "Saline, 2 L",
        "A young man, fasting: 2 L over 1 h; albumin counts as below its start from -2 % on.",
        ("V071", "V072", "V073", "V077"),
        two_litres_of_saline,
    ),
    Experiment(
        "Glucose 5 %, 2 L",
        "A young man, fasting: 2 L over 1 h; until it is burned (from 0.5 to 2.5 h) glucose counts as the sodium that "
        "holds as much water.",
        ("V074", "V075", "V076"),
        two_litres_of_glucose,
    ),
    Experiment("Saline, 1 L", "A young man, fasting: 1 L over 1 h.", ("V078",), litre_of_saline),
)
