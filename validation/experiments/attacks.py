"""Attacks of the disease in a cohort: from an infection, untreated until intensive care, then with fluids."""

from __future__ import annotations

import math

import numpy as np

from clarkson.body.parameters import parameters
from clarkson.body.person import Floats
from clarkson.simulate.death import FATAL
from validation.acts import fasting, fluid, ringer_acetate
from validation.experiment import Experiment
from validation.people import PATIENT, red_cells
from validation.trajectory import Act, Course, Factors, Values, cohort, hours, trajectory, volunteer

PEOPLE = 240
SEED = 210
SUSCEPTIBILITY = 1.6
INFECTION = Act("infection", 24.0, 96.0, 1.0)
END = 240.0
STEP = 0.5

ONSET_PLASMA_CHANGE = -0.10
"""An attack has begun when a tenth of the plasma is lost."""

ADMISSION_DELAY = 12.0
"""Hours from the onset to intensive care (the time of the published rows)."""

CLOSED_GAP = 0.05
"""Gaps open less than this leak no more than a healthy wall can make up for."""

PERFUSION_LIMIT = 30.0
"""Diastolic less compartment pressure [mmHg] below which a compartment is in danger after 2 h."""

HIGH_CREATINE_KINASE = 1000.0
"""Creatine kinase [U/L] of rhabdomyolysis: five times the upper limit."""


def onset(course: Course) -> Floats:
    """Hour (n,) at which each attack began; NaN where none did."""
    lost = course["plasma_volume_change"] < ONSET_PLASMA_CHANGE
    return np.where(lost.any(axis=1), course.times[np.argmax(lost, axis=1)], np.nan)


def untreated(factors: Factors) -> Values:
    del factors
    course = trajectory(cohort(PATIENT, PEOPLE, SEED, susceptibility=SUSCEPTIBILITY), (INFECTION,), hours(END, STEP))
    begun = onset(course)
    attacked = np.isfinite(begun)
    at_admission = np.argmin(np.abs(course.times - begun[attacked, None] - ADMISSION_DELAY), axis=1)
    gap = course["open_gap"][attacked]
    closed = (course.times > begun[attacked, None]) & (gap < CLOSED_GAP)
    deepest = 100.0 * np.nanmin(course["plasma_volume_change"], axis=1)

    def admitted(name: str) -> Floats:
        return np.take_along_axis(course[name][attacked], at_admission[:, None], axis=1)[:, 0]

    resolved = course.times[np.argmax(closed, axis=1)] - begun[attacked]
    return {
        "V210": np.array([np.median(admitted("hemoglobin")) / 10.0]),
        "V211": np.array([np.median(admitted("total_protein"))]),
        "V223": np.array([np.median(resolved)]),
        "V224": np.array([np.median((gap > CLOSED_GAP).sum(axis=1) * STEP)]),
        "V225": np.array([np.quantile(deepest, 0.05)]),
    }


def treated(factors: Factors) -> Values:
    del factors
    typical_course = trajectory(volunteer(PATIENT, {}, susceptibility=SUSCEPTIBILITY), (INFECTION,), hours(END, STEP))
    admission = float(onset(typical_course)[0]) + ADMISSION_DELAY
    stay = admission + 60.0
    acts = (
        INFECTION,
        *fasting(admission, stay),
        *ringer_acetate(6.0, admission, admission + 16.0),
        *fluid(0.08 * 60.0, admission, stay, sodium=77.0),
    )
    course = trajectory(cohort(PATIENT, PEOPLE, SEED, susceptibility=SUSCEPTIBILITY), acts, hours(END, STEP))
    perfusion = course["diastolic_pressure"] - course["muscle_compartment_pressure"]
    tight = (perfusion < PERFUSION_LIMIT) & (course.times >= admission) & (course.times <= stay)
    return {
        "V212": np.array([100.0 * np.mean(tight.sum(axis=1) * STEP >= 2.0)]),
        "V213": np.array([100.0 * np.mean(np.nanmax(course["death_risk"], axis=1) > FATAL)]),
        "V226": np.array([100.0 * np.mean(np.nanmax(course["creatine_kinase"], axis=1) > HIGH_CREATINE_KINASE)]),
    }


def index_patient(factors: Factors) -> Values:
    plasma = float(volunteer(PATIENT, {})["resting_plasma_volume"])
    registered = parameters()["gap_conductance"]
    severe = registered.value * math.exp(1.645 * registered.prior.spread)
    people = volunteer(
        PATIENT,
        factors,
        susceptibility=SUSCEPTIBILITY,
        gap_conductance=severe,
        resting_red_cell_volume=red_cells(plasma, 0.375),
    )
    return {"V215": 100.0 * trajectory(people, (INFECTION,), hours(END, STEP))["hematocrit"].max(axis=1)}


EXPERIMENTS = (
    Experiment(
        "Untreated until intensive care",
        "240 men of 50 years drawn from the priors, susceptibility 1.6, an infection of 72 h; onset at -10 % of plasma "
        "volume, intensive care 12 h later; the leak lasts while gaps are more than 5 % open; the largest loss of "
        "plasma is that of the worst twentieth.",
        ("V210", "V211", "V223", "V224", "V225"),
        untreated,
        slow=True,
    ),
    Experiment(
        "In intensive care",
        "The same men, fasting for 60 h from admission, with 6 L of Ringer's acetate over 16 h and 80 mL/h of a "
        "half-isotonic solution; compartment syndrome: diastolic less compartment pressure below 30 mmHg for 2 h; "
        "death: danger above one half; rhabdomyolysis: creatine kinase above 1000 U/L.",
        ("V212", "V213", "V226"),
        treated,
        slow=True,
    ),
    Experiment(
        "The first patient described",
        "A man with a hematocrit of 37.5 % and gaps as wide as in the worst twentieth, untreated: highest hematocrit.",
        ("V215",),
        index_patient,
        slow=True,
    ),
)
