"""The coordinates of a person who is watched, and the row that each result adds to the equations.

    y = design · x + error

x holds eight set points (the person), the eight log changes from them, what posture and handling do to
one draw, and the offsets of laboratories other than the first one. The rows are those of
``balance.observation``, with body weight and creatinine beside them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from clarkson.analytes import Method
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


@dataclass(frozen=True, slots=True)
class Row:
    """One equation: observed value, design (20,), variance of the assay, and ``quantity``.

    ``quantity`` is the place in ``QUANTITIES`` of what varies in it from draw to draw beside what all results of a draw
    share, -1 for none.
    """

    observed: float
    design: Array
    assay: float
    quantity: int


_OWN = {
    "mcv": "cell_size",
    "albumin": "albumin",
    "total_protein": "globulin",
    "sodium": "sodium",
    "weight": "weight",
    "creatinine": "creatinine",
}


@lru_cache(maxsize=16384)  # what laboratories print are few different numbers
def row(key: str, value: float, method: Method, albumin_share: float, other_laboratory: bool = False) -> Row:
    """The equation of one result of a person with such a share of albumin in total protein.

    >>> row("albumin", 40.0, "laboratory", 0.6).design.shape
    (20,)
    """
    cv = observation.assay_cv(key, method)
    quantity = QUANTITIES.index(_OWN[key]) if key in _OWN else -1
    design = np.zeros(COORDINATES)
    if key in ("weight", "creatinine"):
        person = PERSON_WEIGHT if key == "weight" else PERSON_CREATININE
        design[[person, FIRST_CHANGE + QUANTITIES.index(key)]] = 1.0
        return _kept(math.log(value), design, cv, quantity)
    observed, of_person, of_change, factor = observation.equation(key, value, albumin_share)
    design[: len(PERSON)] = of_person
    design[FIRST_CHANGE : FIRST_CHANGE + len(CHANGE)] = of_change
    carried = of_change[observation.ALBUMIN_MASS] + of_change[observation.GLOBULIN_MASS]
    design[DRAW_PLASMA] = of_change[observation.PLASMA] + PROTEIN_SHARE_OF_WOBBLE * carried
    design[DRAW_RED_CELLS] = of_change[observation.RED_CELLS]
    if other_laboratory:
        design[OFFSET_PROTEIN] = float(key in ("albumin", "total_protein"))
        design[OFFSET_RED_CELLS] = float(key in ("hematocrit", "hemoglobin", "erythrocytes"))
    return _kept(observed, design, cv * factor, quantity)


def _kept(observed: float, design: Array, assay_sd: float, quantity: int) -> Row:
    """A row that several results share: nobody writes into it."""
    design.flags.writeable = False
    return Row(observed, design, assay_sd**2, quantity)


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
