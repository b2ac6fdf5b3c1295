"""The coordinates of a person who is watched, and the row that each result adds to the equations.

    y = design · x + error

x holds eight set points (the person), the eight log changes from them, what posture and handling do to
one draw, and the offsets of laboratories other than the first one. The rows are those of
``balance.observation``, with body weight and creatinine beside them.
"""

from __future__ import annotations

import math

import numpy as np

from clarkson.analytes import Method, analyte
from clarkson.balance import observation
from clarkson.balance.observation import CHANGE, PROTEIN_SHARE_OF_WOBBLE
from clarkson.balance.population import PERSON, Population
from clarkson.engine.gaussian import Array

ANALYTES = (
    "hematocrit",
    "hemoglobin",
    "erythrocytes",
    "mcv",
    "albumin",
    "total_protein",
    "sodium",
    "weight",
    "creatinine",
)
QUANTITIES = ("plasma", "red_cells", "cell_size", "albumin", "globulin", "sodium", "weight", "creatinine")

PERSON_WEIGHT, PERSON_CREATININE = len(PERSON), len(PERSON) + 1
PEOPLE = len(PERSON) + 2
FIRST_CHANGE = PEOPLE
WEIGHT_CHANGE, CREATININE_CHANGE = FIRST_CHANGE + len(CHANGE), FIRST_CHANGE + len(CHANGE) + 1
DRAW_PLASMA = FIRST_CHANGE + len(QUANTITIES)
DRAW_RED_CELLS = DRAW_PLASMA + 1
OFFSET_PROTEIN, OFFSET_RED_CELLS = DRAW_PLASMA + 2, DRAW_PLASMA + 3
COORDINATES = DRAW_PLASMA + 4

USUAL_WEIGHT_KG, WEIGHT_LOG_SD = 75.0, 0.30  # assumption: adults; the first weight of the person replaces it
CREATININE_LOG_SD = 0.22  # between-person CV 14 % in health, more with age and muscle (assumption)
PROTEIN_OFFSET_SD = 0.08  # bromocresol green against purple: up to 6 g/L of 42
RED_CELL_OFFSET_SD = 0.05  # of the logit: another analyser, capillary blood (assumption)


def row(key: str, value: float, people: Population, *, other_laboratory: bool = False) -> tuple[float, Array, float]:
    """Observed value, design (20,) and the factor from the coefficient of variation to the error of one result.

    >>> from clarkson.balance.population import population
    >>> row("albumin", 40.0, population("female", 50))[1].shape
    (20,)
    """
    design = np.zeros(COORDINATES)
    if key in ("weight", "creatinine"):
        person = PERSON_WEIGHT if key == "weight" else PERSON_CREATININE
        design[[person, FIRST_CHANGE + QUANTITIES.index(key)]] = 1.0
        return math.log(value), design, 1.0
    share = observation.albumin_share(people.mean) if key == "total_protein" else 0.0  # no other row needs it
    observed, of_person, of_change, factor = observation.equation(key, value, share)
    design[: len(PERSON)] = of_person
    design[FIRST_CHANGE : FIRST_CHANGE + len(CHANGE)] = of_change
    carried = of_change[observation.ALBUMIN_MASS] + of_change[observation.GLOBULIN_MASS]
    design[DRAW_PLASMA] = of_change[observation.PLASMA] + PROTEIN_SHARE_OF_WOBBLE * carried
    design[DRAW_RED_CELLS] = of_change[observation.RED_CELLS]
    if other_laboratory:
        design[OFFSET_PROTEIN] = float(key in ("albumin", "total_protein"))
        design[OFFSET_RED_CELLS] = float(key in ("hematocrit", "hemoglobin", "erythrocytes"))
    return observed, design, factor


def own_draw_variation(key: str) -> str | None:
    """The quantity whose own variation from draw to draw widens a result, beside what all results of a draw share."""
    return {
        "mcv": "cell_size",
        "albumin": "albumin",
        "total_protein": "globulin",
        "sodium": "sodium",
        "weight": "weight",
        "creatinine": "creatinine",
    }.get(key)


def beginning(people: Population, weight_kg: float | None) -> tuple[Array, Array]:
    """Mean and covariance (20,), (20, 20) of the set points and offsets before any result; changes are left at zero."""
    mean, covariance = np.zeros(COORDINATES), np.zeros((COORDINATES, COORDINATES))
    mean[: len(PERSON)] = people.mean
    covariance[: len(PERSON), : len(PERSON)] = people.covariance
    mean[PERSON_WEIGHT] = math.log(weight_kg or USUAL_WEIGHT_KG)
    covariance[PERSON_WEIGHT, PERSON_WEIGHT] = WEIGHT_LOG_SD**2
    mean[PERSON_CREATININE] = math.log(people.creatinine)
    covariance[PERSON_CREATININE, PERSON_CREATININE] = CREATININE_LOG_SD**2
    covariance[OFFSET_PROTEIN, OFFSET_PROTEIN] = PROTEIN_OFFSET_SD**2
    covariance[OFFSET_RED_CELLS, OFFSET_RED_CELLS] = RED_CELL_OFFSET_SD**2
    return mean, covariance


def assay_cv(key: str, method: Method) -> float:
    """Analytic coefficient of variation as a fraction."""
    return analyte(key).method_cv_percent.get(method, observation.DEFAULT_METHOD_CV_PERCENT) / 100.0
