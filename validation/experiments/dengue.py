"""A leak from outside for two days, as in dengue: its size is set by the hematocrit, the rest follows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clarkson.body.person import Floats, Person
from validation.experiment import Experiment
from validation.trajectory import Factors, Values, cohort, hours, trajectory, volunteer

PATIENT = Person("male", 20, 170, 62)
PEOPLE = 240
SEED = 165
HEMOCONCENTRATION = 20.0
"""Percent by which the typical patient's hematocrit rises (row V171)."""

PLEURAL_LITRES = 0.04
"""Fluid seen by ultrasound, 20 mL on each side."""

PERITONEAL_LITRES = 0.1
"""Fluid seen by ultrasound in the abdomen."""

COURSE = {"given_leak_onset": 6.0, "given_leak_rise": 2.0, "given_leak_end": 54.0, "given_leak_fall": 4.0}


def leak_size() -> float:
    """Opening of gaps at which the hematocrit of the typical patient rises as set."""
    sizes = np.geomspace(0.02, 4.0, 24)
    people = volunteer(PATIENT, {}, **COURSE) | {"given_leak": sizes}
    course = trajectory(people, (), hours(72.0, 0.5))
    peak = 100.0 * (course["hematocrit"].max(axis=1) / course.at("hematocrit", 0.0) - 1.0)
    return float(np.interp(HEMOCONCENTRATION, peak, sizes))


def best_cutoff(sign: Floats, present: NDArray[np.bool_]) -> float:
    """The value of a sign that best tells those with a finding (above) from those without (Youden's index)."""
    cuts = np.unique(sign)
    gain = [np.mean(sign[present] >= cut) - np.mean(sign[~present] >= cut) for cut in cuts]
    return float(cuts[int(np.argmax(gain))])


def patients(factors: Factors) -> Values:
    del factors
    people = cohort(PATIENT, PEOPLE, SEED, given_leak=leak_size(), **COURSE)
    course = trajectory(people, (), hours(78.0, 0.5))
    onset = COURSE["given_leak_onset"]
    at_24, at_72 = onset + 24.0, onset + 72.0
    pleural = course.at("pleural_fluid", at_24) > PLEURAL_LITRES
    ascites = course.at("peritoneal_fluid", at_24) > PERITONEAL_LITRES
    until_24 = course.times <= at_24
    hematocrit = 100.0 * (course["hematocrit"][:, until_24].max(axis=1) / course.at("hematocrit", 0.0) - 1.0)
    albumin = course["albumin"][:, until_24].min(axis=1)
    late = (course.at("pleural_fluid", at_72) > PLEURAL_LITRES) | (
        course.at("peritoneal_fluid", at_72) > PERITONEAL_LITRES
    )
    told = pleural.any() and not pleural.all()
    selective = course.at("albumin_escape", at_24) > course.at("igg_escape", at_24)
    return {
        "V165": np.array([100.0 * pleural.mean()]),
        "V166": np.array([100.0 * ascites.mean()]),
        "V168": np.array([best_cutoff(hematocrit, pleural) if told else np.nan]),
        "V169": np.array([-best_cutoff(-albumin, pleural) if told else np.nan]),
        "V170": np.array([100.0 * late.mean()]),
        "V173": np.array([float(np.median(selective))]),
    }


EXPERIMENTS = (
    Experiment(
        "Two days of leak",
        "240 young men drawn from the priors, who eat and drink; gaps open for 48 h, so far that the typical patient's "
        "hematocrit rises by 20 %; effusion from 20 mL a side, ascites from 100 mL.",
        ("V165", "V166", "V168", "V169", "V170", "V173"),
        patients,
        slow=True,
    ),
)
