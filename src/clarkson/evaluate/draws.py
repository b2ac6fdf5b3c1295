"""From a true course to what a laboratory prints: set points, posture, biology, assay, and which tests were done.

Biology is that of ``balance.observation``: one wobble of plasma moves hematocrit and proteins together. Everything else
varies by the coefficients of the vocabulary. Each draw varies by itself, however soon it follows another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from clarkson.analytes import Method, analyte
from clarkson.balance import observation, population
from clarkson.evaluate.course import STEADY, Course, Somebody
from clarkson.evaluate.true_values import true_values
from clarkson.simulate.observe import method_cv

APART_H = 2.1  # draws closer than 2 h are one
MOST_DRAWS, MOST_BASELINES = 6, 3
BASELINE_DAYS = (14.0, 270.0)
ORDINARY = (1.0, 1.5)  # factor of a person's variation: from seated volunteers to ordinary life (assumption)

COUNT = ("hematocrit", "hemoglobin")
CELLS = ("erythrocytes", "mcv", "platelets", "leukocytes")
CHEMISTRY = ("albumin", "total_protein", "sodium", "creatinine")
MOVED_BY_WOBBLE = (*COUNT, "erythrocytes", "mcv", "albumin", "total_protein", "sodium")
PANELS = {"hemoglobin": 0.15, "count": 0.25, "count and chemistry": 0.60}  # the one a person mostly has (assumption)
ANOTHER_PANEL = 0.25
# How often a person has these measured at all (assumption).
ALSO = {"pressure": 0.6, "weight": 0.4, "crp": 0.35, "lactate": 0.15, "urine_protein_creatinine": 0.1}
LEFT_OUT = {"cells": 0.4, "total_protein": 0.2, "sodium": 0.1, "creatinine": 0.15}

_WOBBLE = {
    "plasma": observation.PLASMA_WOBBLE,
    "red cells": observation.RED_CELL_WOBBLE,
    "cell size": observation.CELL_SIZE_WOBBLE,
    "albumin": observation.ALBUMIN_WOBBLE,
    "globulin": observation.GLOBULIN_WOBBLE,
    "sodium": observation.SODIUM_WOBBLE,
}


@dataclass(frozen=True, slots=True)
class Truth:
    """What was so at a draw: the mechanism at work, whether plasma leaks, and the log change of plasma volume.

    ``plasma`` is without the wobble of ordinary life.
    """

    mechanism: str
    leaks: bool
    plasma: float


@dataclass(frozen=True, slots=True)
class Draw:
    """Values in canonical units of one draw ``hour`` hours from the beginning, with the truth.

    ``laboratories`` and ``methods`` by analyte, where they are not the usual ones.
    """

    hour: float
    values: Mapping[str, float]
    truth: Truth
    laboratories: Mapping[str, str] = field(default_factory=dict)
    methods: Mapping[str, Method] = field(default_factory=dict)


def _spread(name: str) -> float:
    return (analyte(name).between_person_cv_percent or 20.0) / 100.0


def _levels(who: Somebody, random: np.random.Generator) -> dict[str, float]:
    """A person's own steady levels."""
    people = population.population(who.person.sex, who.person.age_years)
    own = random.multivariate_normal(people.mean, people.covariance)
    levels = dict(zip(population.PERSON, own.tolist(), strict=True))
    around = {
        "systolic_pressure": people.systolic_pressure,
        "heart_rate": people.heart_rate,
        "creatinine": people.creatinine,
        "platelets": 240.0,
        "leukocytes": 6.0,
    }
    levels |= {name: middle * math.exp(_spread(name) * random.standard_normal()) for name, middle in around.items()}
    levels["crp"] = random.lognormal(math.log(1.8), 0.9)
    levels["lactate"] = random.lognormal(0.0, 0.25)
    levels["urine_protein_creatinine"] = random.lognormal(math.log(70.0), 0.5)
    levels["weight"] = who.person.weight_kg
    return levels


def wobbled(changes: Mapping[str, float], factor: float, random: np.random.Generator) -> dict[str, float]:
    """The changes with those of posture, hydration and biology at one draw."""
    wobble = {name: factor * size * random.standard_normal() for name, size in _WOBBLE.items()}
    for name in ("albumin", "globulin"):
        wobble[name] += observation.PROTEIN_SHARE_OF_WOBBLE * wobble["plasma"]
    return {name: changes.get(name, 0.0) + wobble.get(name, 0.0) for name in {**changes, **wobble}}


def printed(name: str, value: float, random: np.random.Generator, method: Method | None = None) -> float:
    """The value with the error of its method, rounded; what the wobble does not move has its own biology."""
    known = analyte(name)
    assay = method_cv(name, method or known.usual_method)
    own = 0.0 if name in MOVED_BY_WOBBLE else (known.within_person_cv_percent or 10.0) / 100.0
    measured = value * math.exp(assay * random.standard_normal() + own * random.standard_normal())
    low, high = known.plausible.low, known.plausible.high
    shown = round(measured * known.shown_factor, known.shown_digits) / known.shown_factor
    return min(max(shown, low), high)


@dataclass(frozen=True, slots=True)
class _Habit:
    """What a person has measured."""

    panel: str
    also: frozenset[str]
    without: frozenset[str]


def _habit(random: np.random.Generator) -> _Habit:
    panel = str(random.choice(list(PANELS), p=list(PANELS.values())))
    also = frozenset(name for name, share in ALSO.items() if random.random() < share)
    return _Habit(panel, also, frozenset(name for name, share in LEFT_OUT.items() if random.random() < share))


def _measured(habit: _Habit, random: np.random.Generator) -> tuple[str, ...]:
    panel = habit.panel if random.random() > ANOTHER_PANEL else str(random.choice(list(PANELS)))
    names: list[str] = ["hemoglobin"]
    if panel != "hemoglobin":
        names = [*COUNT, *(() if "cells" in habit.without else CELLS)]
    if panel == "count and chemistry":
        names += [name for name in CHEMISTRY if name not in habit.without]
    if "pressure" in habit.also:
        names += ["systolic_pressure", "heart_rate"]
    return (*names, *(name for name in ALSO if name in habit.also and name != "pressure"))


def _hours(course: Course, random: np.random.Generator) -> list[float]:
    """Hours of the draws: weeks to months before, then at irregular times in the course."""
    before = -24.0 * random.uniform(*BASELINE_DAYS, int(random.integers(0, MOST_BASELINES + 1)))
    during = random.uniform(course.hours[0], course.hours[-1], int(random.integers(1, MOST_DRAWS + 1)))
    kept: list[float] = []
    for hour in sorted([*before.tolist(), *during.tolist()]):
        if not kept or hour - kept[-1] >= APART_H:
            kept.append(hour)
    return kept


def draws(course: Course, who: Somebody) -> list[Draw]:
    """The draws of a person, by time: 0 to 3 before the course and 1 to 6 in it."""
    random = who.for_draws
    levels, habit, factor = _levels(who, random), _habit(random), random.uniform(*ORDINARY)
    found = []
    for hour in _hours(course, random):
        changes = course.at(hour) if hour >= 0.0 else {}
        values = true_values(levels, wobbled(changes, factor, random))
        measured = {name: printed(name, float(values[name]), random) for name in _measured(habit, random)}
        place = course.place(hour)
        truth = Truth(STEADY, False, 0.0)
        if hour >= 0.0:
            truth = Truth(str(course.mechanism[place]), bool(course.leaks[place]), changes.get("plasma", 0.0))
        found.append(Draw(hour, measured, truth))
    return found


def steady_draw(who: Somebody, names: Sequence[str]) -> dict[str, float]:
    """What somebody else in good health would have printed: values of these analytes."""
    random = who.for_draws
    values = true_values(_levels(who, random), wobbled({}, ORDINARY[1], random))
    return {name: printed(name, float(values[name]), random) for name in names}
