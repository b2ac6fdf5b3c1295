"""Known doses as inputs of the filter: what an infusion did to plasma, red cells and proteins since the last draw.

The shift is an expectation; its standard deviation is as large as half of it, because amounts, bags and
the share that stays differ. An amount that the record does not give is taken as a usual one and counts
with a deviation as large as itself.
"""

from __future__ import annotations

import math
import re
from datetime import datetime

import numpy as np

from clarkson.balance.observation import ALBUMIN_MASS, GLOBULIN_MASS, PLASMA, RED_CELLS
from clarkson.engine.gaussian import Array
from clarkson.record.record import Dose, Record
from clarkson.watch.coordinates import COORDINATES, FIRST_CHANGE, WEIGHT_CHANGE

USUAL_WEIGHT_KG = 75.0
PLASMA_ML_PER_KG = 40.0  # assumption
RED_CELLS_ML_PER_KG = 28.0  # assumption
ALBUMIN_G_PER_L, GLOBULIN_G_PER_L = 42.0, 28.0
# Share of the volume that is still in the vessels 30 min after the infusion, and later, for fluids (Hahn 2020).
STAYS = {"crystalloid": 0.18, "colloid": 0.74, "plasma": 0.74}
USUAL_ML = {"crystalloid": 1000.0, "colloid": 500.0, "plasma": 500.0, "red cells": 300.0, "albumin": 100.0}
RED_CELL_SHARE = 0.60  # hematocrit of a unit of red cells
ALBUMIN_PERCENT = 20.0  # assumption, where the record names no strength
_STRENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*%")
ALBUMIN_DRAWS_ML_PER_G = 2.09 / 0.20  # plasma gained by albumin: 2.09 mL by 1 mL of the 20 % solution
IMMUNOGLOBULIN_G_PER_KG = 1.0  # assumption, where the record names no dose
IMMUNOGLOBULIN_STAYS = 0.5
TURNOVER_ML_PER_H = 100.0  # what is given slowly replaces what is passed and breathed out (assumption)
FIRST_HOURS = 48.0
FARTHEST, UNSUREST = (
    0.4,
    0.2,
)  # the most that doses can have changed between two draws, whatever was charted (assumption)
UNSURE_KNOWN, UNSURE_UNKNOWN = 0.5, 1.0
WATER_STAYS = 0.7  # of the volume of a fluid on the scale, a day later (assumption)


def inputs(record: Record, since: datetime | None, until: datetime) -> tuple[Array, Array]:
    """Shift (20,) and its variance (20,) by the doses that began after ``since`` and not after ``until``.

    >>> float(inputs(Record("nobody"), None, datetime(2024, 1, 1))[0].sum())
    0.0
    """
    shift, variance = np.zeros(COORDINATES), np.zeros(COORDINATES)
    doses = [
        each
        for each in record.doses
        if not each.lasting and each.start <= until and (since is None or each.start > since)
    ]
    if not doses:
        return shift, variance
    weight = record.weight_kg or USUAL_WEIGHT_KG
    passed = FIRST_HOURS if since is None else (until - since).total_seconds() / 3600.0
    turnover = TURNOVER_ML_PER_H * passed
    for dose in doses:
        share = 1.0
        if dose.kind == "crystalloid":
            volume = dose.volume_ml if dose.volume_ml is not None else USUAL_ML["crystalloid"]
            counted = max(0.0, volume - turnover)
            turnover, share = max(0.0, turnover - volume), counted / volume if volume > 0.0 else 0.0
        for place, change in _changes(dose, weight, share).items():
            shift[place] += change
            unsure = UNSURE_UNKNOWN if dose.amount is None else UNSURE_KNOWN
            variance[place] += (unsure * change) ** 2
    return np.clip(shift, -FARTHEST, FARTHEST), np.minimum(variance, UNSUREST**2)


def _changes(dose: Dose, weight_kg: float, share: float) -> dict[int, float]:
    """Log changes by place; of a crystalloid only ``share`` counts."""
    plasma_ml, red_cells_ml = PLASMA_ML_PER_KG * weight_kg, RED_CELLS_ML_PER_KG * weight_kg
    volume = share * (dose.volume_ml if dose.volume_ml is not None else USUAL_ML.get(dose.kind, 0.0))
    changes: dict[int, float] = {}
    if dose.kind in STAYS:
        changes[PLASMA] = math.log1p(STAYS[dose.kind] * volume / plasma_ml)
    if dose.kind == "plasma":
        changes[ALBUMIN_MASS] = changes[GLOBULIN_MASS] = math.log1p(volume / plasma_ml)
    if dose.kind == "albumin":
        named = _STRENGTH.search(dose.what)
        strength = float(named[1]) if named else ALBUMIN_PERCENT
        grams = dose.amount if dose.amount is not None and dose.unit == "g" else strength / 100.0 * volume
        changes[PLASMA] = math.log1p(ALBUMIN_DRAWS_ML_PER_G * grams / plasma_ml)
        changes[ALBUMIN_MASS] = math.log1p(grams / (ALBUMIN_G_PER_L * plasma_ml / 1000.0))
    if dose.kind == "red cells":
        changes[RED_CELLS] = math.log1p(RED_CELL_SHARE * volume / red_cells_ml)
    if dose.kind == "immunoglobulin":
        grams = dose.amount if dose.amount is not None and dose.unit == "g" else IMMUNOGLOBULIN_G_PER_KG * weight_kg
        changes[GLOBULIN_MASS] = math.log1p(IMMUNOGLOBULIN_STAYS * grams / (GLOBULIN_G_PER_L * plasma_ml / 1000.0))
    found = {FIRST_CHANGE + place: change for place, change in changes.items()}
    if dose.kind in STAYS:
        found[WEIGHT_CHANGE] = WATER_STAYS * volume / 1000.0 / weight_kg
    return found
