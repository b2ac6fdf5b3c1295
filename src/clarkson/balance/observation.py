"""From the results of one draw to linear equations in logarithms.

    y = person + change + error

``person`` are the six coordinates of ``population.py``; ``change`` are the log changes since the
steady state, in the order of ``CHANGE``: plasma volume v, red-cell number η, cell size s, albumin
mass α, globulin mass γ, sodium n. Each result adds one row (science: mass balance of ``body.blood``):

    logit Hct                = h + η + s − v
    logit(Hb / MCHC₀)        = h + η + s − v + k (mchc − s)        k = 1 / (1 − Hct)
    logit(RBC · MCV₀)        = h + η + s − v − k (mcv + s)
    ln MCV                   = mcv + s
    ln albumin               = a + α − v
    ln total protein         ≈ share (a + α) + (1 − share) (g + γ) − v + constant
    ln sodium                = n₀ + n
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from clarkson.analytes import Method, analyte
from clarkson.balance import population as people
from clarkson.balance.sample import Sample
from clarkson.body.blood import logit
from clarkson.engine.gaussian import Array

CHANGE = ("plasma", "red cells", "cell size", "albumin", "globulin", "sodium")
PLASMA, RED_CELLS, CELL_SIZE, ALBUMIN_MASS, GLOBULIN_MASS, SODIUM_LEVEL = range(len(CHANGE))

# How a healthy person's blood moves from draw to draw, as SD of the log changes. Plasma: posture and hydration,
# carrying 0.35 of its share of protein (science of posture: Hinghofer-Szalkay, Lundvall); the others are what
# remains of the within-person CVs (Dot 1992; Hct 2.9 %, MCV 1.1 %, albumin 2.6 %) once plasma and assay are taken out.
PLASMA_WOBBLE = 0.040
PROTEIN_SHARE_OF_WOBBLE = 0.35
RED_CELL_WOBBLE = 0.023
CELL_SIZE_WOBBLE = 0.011
ALBUMIN_WOBBLE = 0.015
GLOBULIN_WOBBLE = 0.030
SODIUM_WOBBLE = 0.005
# Ordinary life with weeks between draws moves more than the seated, fasting volunteers of those studies; the factor is
# the one published practice uses for people who are not well (assumption).
ORDINARY_LIFE = 1.5
DEFAULT_METHOD_CV_PERCENT = 3.0  # assumption, for a method that the vocabulary does not know
HIGHEST_HEMATOCRIT = 0.90


@dataclass(frozen=True, slots=True)
class Observation:
    """The m rows of one draw.

    ``analytes`` (m) names the rows; ``observed`` (m,), ``person`` (m, 6) and ``change`` (m, 6) the
    equations, ``assay`` (m, m) the analytic covariance.
    """

    analytes: tuple[str, ...]
    observed: Array
    person: Array
    change: Array
    assay: Array

    @property
    def ordinary(self) -> Array:
        """Covariance (m, m) of ordinary variation: assay, biology, posture."""
        spread = self.change @ _WOBBLE_FACTOR
        return self.assay + spread @ spread.T

    def only(self, names: tuple[str, ...]) -> Observation:
        """The rows of these analytes."""
        rows = [row for row, name in enumerate(self.analytes) if name in names]
        return Observation(
            tuple(self.analytes[row] for row in rows),
            self.observed[rows],
            self.person[rows],
            self.change[rows],
            self.assay[np.ix_(rows, rows)],
        )


def _wobble_factor() -> Array:
    """Factor (6, 6) whose square is the covariance of the log changes of a steady person."""
    factor = np.diag([PLASMA_WOBBLE, RED_CELL_WOBBLE, CELL_SIZE_WOBBLE, ALBUMIN_WOBBLE, GLOBULIN_WOBBLE, SODIUM_WOBBLE])
    factor[ALBUMIN_MASS, PLASMA] = factor[GLOBULIN_MASS, PLASMA] = PROTEIN_SHARE_OF_WOBBLE * PLASMA_WOBBLE
    return factor * ORDINARY_LIFE


_WOBBLE_FACTOR = _wobble_factor()


def assay_cv(key: str, method: Method) -> float:
    """The analytic coefficient of variation of a method, as a fraction."""
    return analyte(key).method_cv_percent.get(method, DEFAULT_METHOD_CV_PERCENT) / 100.0


def equation(key: str, value: float, albumin_share: float) -> tuple[float, Array, Array, float]:
    """Observed value, person row, change row, and the factor from assay CV to error."""
    person, change = np.zeros(len(people.PERSON)), np.zeros(len(CHANGE))
    if key in ("hematocrit", "hemoglobin", "erythrocytes"):
        hematocrit = _hematocrit(key, value)
        steep = 1.0 / (1.0 - hematocrit)
        person[people.HEMATOCRIT] = 1.0
        change[[PLASMA, RED_CELLS, CELL_SIZE]] = -1.0, 1.0, 1.0
        if key == "hemoglobin":
            person[people.MCHC] = steep
            change[CELL_SIZE] -= steep
        elif key == "erythrocytes":
            person[people.MCV] = -steep
            change[CELL_SIZE] -= steep
        return logit(hematocrit), person, change, steep
    if key == "mcv":
        person[people.MCV] = change[CELL_SIZE] = 1.0
        return math.log(value / people.shared("mcv_fl")), person, change, 1.0
    if key == "sodium":
        person[people.SODIUM] = change[SODIUM_LEVEL] = 1.0
        return math.log(value), person, change, 1.0
    change[PLASMA] = -1.0
    if key == "albumin":
        person[people.ALBUMIN] = change[ALBUMIN_MASS] = 1.0
        return math.log(value), person, change, 1.0
    person[people.ALBUMIN] = change[ALBUMIN_MASS] = albumin_share
    person[people.GLOBULIN] = change[GLOBULIN_MASS] = 1.0 - albumin_share
    return math.log(value) - _total_protein_constant(albumin_share), person, change, 1.0


def _hematocrit(key: str, value: float) -> float:
    if key == "hemoglobin":
        value = value / people.shared("mchc_g_per_l")
    elif key == "erythrocytes":
        value = value * people.shared("mcv_fl") / 1000.0
    return min(value, HIGHEST_HEMATOCRIT)


def _total_protein_constant(albumin_share: float) -> float:
    """Entropy term that makes the linear mix of logarithms exact at the baseline."""
    globulin_share = 1.0 - albumin_share
    return -(albumin_share * math.log(albumin_share) + globulin_share * math.log(globulin_share))


def value_of(key: str, row: float, person_mean: Array) -> float:
    """The result in its canonical unit that stands behind the left side of an equation.

    >>> round(value_of("hematocrit", 0.0, np.zeros(6)), 2)
    0.5
    """
    if key in ("hematocrit", "hemoglobin", "erythrocytes"):
        hematocrit = 1.0 / (1.0 + math.exp(-row))
        if key == "hemoglobin":
            return hematocrit * people.shared("mchc_g_per_l")
        return hematocrit if key == "hematocrit" else 1000.0 * hematocrit / people.shared("mcv_fl")
    if key == "mcv":
        return math.exp(row) * people.shared("mcv_fl")
    if key == "total_protein":
        return math.exp(row + _total_protein_constant(albumin_share(person_mean)))
    return math.exp(row)


def albumin_share(person_mean: Array) -> float:
    """Share of albumin in the total protein of a steady person with these coordinates (6,)."""
    albumin, globulin = np.exp(person_mean[[people.ALBUMIN, people.GLOBULIN]])
    return float(albumin / (albumin + globulin))


def observe(sample: Sample, person_mean: Array, *, without: tuple[str, ...] = ()) -> Observation:
    """The equations of a draw for a person whose coordinates are near ``person_mean`` (6,).

    Results that only repeat others are left out: the cell size where hematocrit and red-cell count
    are both there. ``without`` names analytes that must not be used at this time.
    """
    share = albumin_share(person_mean)
    rows, names, cvs = [], [], []
    repeated = ("mcv",) if {"hematocrit", "erythrocytes"} <= set(sample.results) else ()
    for key in ("hematocrit", "hemoglobin", "erythrocytes", "mcv", "albumin", "total_protein", "sodium"):
        if key in sample.results and key not in repeated and key not in without:
            names.append(key)
            rows.append(equation(key, sample.results[key].value, share))
            cvs.append(assay_cv(key, sample.results[key].method) * rows[-1][3])
    width = len(people.PERSON)
    return Observation(
        tuple(names),
        np.array([row[0] for row in rows]),
        np.array([row[1] for row in rows]).reshape(-1, width),
        np.array([row[2] for row in rows]).reshape(-1, width),
        np.diag(np.square(cvs)) if cvs else np.zeros((0, 0)),
    )
