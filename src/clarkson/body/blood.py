"""Blood as a mass balance, exact in logarithms.

With H the hematocrit, P plasma volume, E red-cell volume, A albumin mass:

    logit H   = ln(E / P)        so   Δ logit H   = ε − v     (van Beaumont's formula in logarithms)
    ln albumin = ln(A / P)       so   Δ ln albumin = α − v

    V = −Δ logit H               = v − ε    plasma volume, if the red cells stayed
    D = Δ logit H − Δ ln albumin = ε − α    albumin mass lost; P has cancelled

v, ε, α are the log changes of P, E and A from the person's own baseline. What posture, thirst or a
litre of saline do to P leaves D where it was; what a leak takes shows in both.
"""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from clarkson.engine.gaussian import Array

Number = TypeVar("Number", float, Array)


def logit(hematocrit: float) -> float:
    """ln(red-cell volume / plasma volume) of a hematocrit between 0 and 1.

    >>> logit(0.5)
    0.0
    """
    return math.log(hematocrit / (1.0 - hematocrit))


def plasma_coordinate(hematocrit: float, baseline_hematocrit: float) -> float:
    """V: log change of plasma volume from baseline, if the red-cell volume stayed.

    >>> round(100 * (math.exp(plasma_coordinate(0.55, 0.42)) - 1))
    -41
    """
    return logit(baseline_hematocrit) - logit(hematocrit)


def albumin_coordinate(
    hematocrit: float, albumin_g_per_l: float, baseline_hematocrit: float, baseline_albumin_g_per_l: float
) -> float:
    """D: log of the albumin mass lost from the vessels, against the red cells.

    >>> round(albumin_coordinate(0.50, 35.0, 0.42, 42.0), 3)
    0.505
    """
    return (logit(hematocrit) - logit(baseline_hematocrit)) - math.log(albumin_g_per_l / baseline_albumin_g_per_l)


def concentrations(
    *,
    plasma: Number | float = 0.0,
    red_cells: Number | float = 0.0,
    albumin: Number | float = 0.0,
    baseline_hematocrit: Number,
    baseline_albumin_g_per_l: Number,
) -> tuple[Number, Number]:
    """Hematocrit and albumin (g/L) after log changes of plasma volume, red-cell volume and albumin mass.

    All may be numbers or arrays of one shape.

    >>> hematocrit, albumin_g_per_l = concentrations(
    ...     plasma=math.log(0.7), albumin=1.6 * math.log(0.7), baseline_hematocrit=0.42, baseline_albumin_g_per_l=42)
    >>> round(100 * float(hematocrit), 1), round(albumin_g_per_l)
    (50.8, 34)
    """
    odds = baseline_hematocrit / (1.0 - baseline_hematocrit) * np.exp(red_cells - plasma)
    return odds / (1.0 + odds), baseline_albumin_g_per_l * np.exp(albumin - plasma)
