"""What the twin is fitted to: which results, how exactly each is read, and how far the body may be from a real one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from clarkson.analytes import Method, analyte
from clarkson.body.blood import logit
from clarkson.body.person import Floats

Scale = Literal["logit", "log", "plain"]


@dataclass(frozen=True, slots=True)
class Seen:
    """An analyte that is fitted.

    ``group``: analytes of one group share the biology of a draw (posture, hydration, excitement). ``scale``: on which
    errors are alike. How far the best body may be from a real one, as a share, or in the unit where the scale is
    plain: ``together`` for the group, ``alone`` for this analyte.
    """

    group: str
    scale: Scale
    together: float
    alone: float = 0.0


SEEN: Mapping[str, Seen] = {
    "hematocrit": Seen("red cells", "logit", 0.02, 0.01),
    "hemoglobin": Seen("red cells", "log", 0.02, 0.01),
    "erythrocytes": Seen("red cells", "log", 0.02, 0.01),
    "mcv": Seen("cell size", "log", 0.01),
    "albumin": Seen("proteins", "log", 0.02, 0.03),
    "total_protein": Seen("proteins", "log", 0.02, 0.04),
    "sodium": Seen("sodium", "log", 0.012),
    "creatinine": Seen("creatinine", "log", 0.10),
    "urea": Seen("urea", "log", 0.15),
    "lactate": Seen("lactate", "log", 0.35),
    "mean_pressure": Seen("pressure", "plain", 6.0, 2.0),
    "systolic_pressure": Seen("pressure", "plain", 6.0, 5.0),
    "diastolic_pressure": Seen("pressure", "plain", 6.0, 4.0),
    "heart_rate": Seen("heart rate", "plain", 10.0),
    "weight": Seen("weight", "plain", 0.4),
}
"""Misfits are assumptions: what is left of attacks that were followed closely, once posture and assay are taken out."""

PRESSURES = ("mean_pressure", "systolic_pressure", "diastolic_pressure")
FREEDOM = 5.0
"""Degrees of freedom of the errors: one result in fifty is further off than a Gaussian would allow (assumption)."""

DEFAULT_CV_PERCENT = 5.0
"""Coefficient of variation where the vocabulary knows none (assumption)."""


def scaled(name: str, values: Floats) -> Floats:
    """Values of an analyte, any shape, on the scale on which their errors are alike.

    >>> scaled("sodium", np.array([1.0])).tolist()
    [0.0]
    """
    scale = SEEN[name].scale
    if scale == "plain":
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.log(values / (1.0 - values)) if scale == "logit" else np.log(values)
    return found


def unscaled(name: str, values: Floats) -> Floats:
    """Back to the canonical unit.

    >>> unscaled("hematocrit", np.array([0.0])).tolist()
    [0.5]
    """
    scale = SEEN[name].scale
    if scale == "plain":
        return values
    found: Floats = 1.0 / (1.0 + np.exp(-values)) if scale == "logit" else np.exp(values)
    return found


def spread(name: str, value: float, method: Method) -> tuple[float, float]:
    """Standard deviations of a result on its scale: its own (assay, misfit), and shared within its group (biology,
    misfit).

    >>> own, shared = spread("albumin", 40.0, "laboratory")
    >>> round(own, 3), round(shared, 3)
    (0.034, 0.033)
    """
    known, seen = analyte(name), SEEN[name]
    assay = known.method_cv_percent.get(method, known.method_cv_percent.get(known.usual_method, DEFAULT_CV_PERCENT))
    biology = DEFAULT_CV_PERCENT if known.within_person_cv_percent is None else known.within_person_cv_percent
    unit = {"logit": 1.0 / (1.0 - min(value, 0.9)), "log": 1.0, "plain": abs(value)}[seen.scale]
    misfit = unit if seen.scale == "logit" else 1.0
    own, shared = (assay / 100.0 * unit, seen.alone * misfit), (biology / 100.0 * unit, seen.together * misfit)
    return float(np.hypot(*own)), float(np.hypot(*shared))


def scaled_one(name: str, value: float) -> float:
    """One value on its scale, with a hematocrit of 100 % brought back to one that blood can have."""
    if SEEN[name].scale == "logit":
        return logit(min(value, 0.9))
    return float(scaled(name, np.array(value)))
