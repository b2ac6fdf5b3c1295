"""The balance at one time: V and D, plasma and albumin mass against the person's own baseline.

It names no mechanism: any change is possible beforehand, and ordinary variation, assay error,
posture and the doubt about the baseline widen the interval. A quantity that the draw cannot tell
is None. ``body.blood`` has the two equations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from clarkson.balance import observation as rows
from clarkson.balance import population as people
from clarkson.balance.baseline import NORMAL_90_PERCENT, Baseline
from clarkson.balance.observation import CHANGE, Observation
from clarkson.balance.sample import PROTEINS, RED_CELLS
from clarkson.engine.gaussian import Array, condition

ANY_CHANGE_SD = 3.0  # so wide that the data alone speak
CELL_SIZE_SD = 0.03
ALBUMIN_LEADS_GLOBULIN = 0.8  # globulin leaves at 0.6 to 1 of albumin's rate (assumption of the signature table)
GLOBULIN_APART_SD = 0.25
SODIUM_SD = 0.10
# Beyond 15 to 20 % plasma loss, hematocrit understates the loss by 25 to 30 % (Lundvall): the far end is moved out.
LARGE_LOSS = math.log(0.85)
UNDERSTATED_BY = 0.3


@dataclass(frozen=True, slots=True)
class Estimate:
    """A median with its 90 % interval."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Balance:
    """V and D (log changes), and what they mean in percent of the baseline.

    ``V_sd`` and ``D_sd`` are their standard deviations. Percentages hold if the red-cell volume stayed.
    """

    V: Estimate | None
    D: Estimate | None
    V_sd: float | None
    D_sd: float | None
    plasma_volume_change_percent: Estimate | None
    albumin_mass_change_percent: Estimate | None


def _percent(log_change: float) -> float:
    return 100.0 * math.expm1(log_change)


def _prior() -> tuple[Array, Array]:
    """Mean and covariance of a person's changes before anything is seen; red-cell number fixed by convention."""
    factor = np.diag([ANY_CHANGE_SD, 0.0, CELL_SIZE_SD, ANY_CHANGE_SD, GLOBULIN_APART_SD, SODIUM_SD])
    factor[rows.GLOBULIN_MASS, rows.ALBUMIN_MASS] = ALBUMIN_LEADS_GLOBULIN * ANY_CHANGE_SD
    return np.zeros(len(CHANGE)), factor @ factor.T


def balance(seen: Observation, person: Baseline) -> Balance:
    """The balance of one draw against a baseline.

    V needs a red-cell measure; D needs a red-cell and a protein measure.
    """
    width = len(people.PERSON)
    mean, covariance = _prior()
    mean = np.concatenate([person.mean, mean])
    joint = np.zeros((width + len(CHANGE), width + len(CHANGE)))
    joint[:width, :width] = person.covariance
    joint[width:, width:] = covariance
    design = np.hstack([seen.person, seen.change])
    mean, joint = condition(mean, joint, design, seen.observed, seen.ordinary)

    plasma = np.zeros(len(CHANGE))
    plasma[[rows.PLASMA, rows.RED_CELLS, rows.CELL_SIZE]] = 1.0, -1.0, -1.0
    albumin_lost = np.zeros(len(CHANGE))
    albumin_lost[[rows.RED_CELLS, rows.CELL_SIZE, rows.ALBUMIN_MASS]] = 1.0, 1.0, -1.0
    has_red_cells = any(name in RED_CELLS for name in seen.analytes)
    has_protein = any(name in PROTEINS for name in seen.analytes)
    V, V_sd = _along(plasma, mean[width:], joint[width:, width:]) if has_red_cells else (None, None)
    both = has_red_cells and has_protein
    D, D_sd = _along(albumin_lost, mean[width:], joint[width:, width:]) if both else (None, None)
    return Balance(V, D, V_sd, D_sd, V and _plasma_percent(V), D and _albumin_percent(D))


def _along(direction: Array, mean: Array, covariance: Array) -> tuple[Estimate, float]:
    middle = float(direction @ mean)
    sd = math.sqrt(float(direction @ covariance @ direction))
    half = NORMAL_90_PERCENT * sd
    return Estimate(middle, middle - half, middle + half), sd


def _plasma_percent(V: Estimate) -> Estimate:
    low = V.low + UNDERSTATED_BY * V.median if V.median < LARGE_LOSS else V.low
    return Estimate(_percent(V.median), _percent(low), _percent(V.high))


def _albumin_percent(D: Estimate) -> Estimate:
    return Estimate(_percent(-D.median), _percent(-D.high), _percent(-D.low))
