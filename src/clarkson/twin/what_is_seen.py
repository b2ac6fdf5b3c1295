"""What the twin is fitted to: which results, how exactly each is read, and how far the body may be from a real one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from clarkson.analytes import Method, analyte
from clarkson.body.person import Floats

Scale = Literal["logit", "log", "plain"]


@dataclass(frozen=True, slots=True)
class Seen:
    """An analyte that is fitted.

    ``group``: analytes of one group share the biology of a draw (posture, hydration, excitement). ``scale``: on which
    errors are alike (logit: of the value over ``full``, what blood of nothing but red cells would have). How far the
    best body may wander from a real one, on that scale: ``together`` with its group, ``alone`` by itself.
    """

    group: str
    scale: Scale
    together: float
    alone: float = 0.0
    full: float = 1.0


SEEN: Mapping[str, Seen] = {
    "hematocrit": Seen("red cells", "logit", 0.08, 0.02),
    "hemoglobin": Seen("red cells", "logit", 0.08, 0.02, 336.0),
    "erythrocytes": Seen("red cells", "logit", 0.08, 0.02, 11.17),
    "mcv": Seen("cell size", "log", 0.01),
    "albumin": Seen("proteins", "log", 0.05, 0.06),
    "total_protein": Seen("proteins", "log", 0.05, 0.06),
    "sodium": Seen("sodium", "log", 0.015),
    "creatinine": Seen("creatinine", "log", 0.15),
    "urea": Seen("urea", "log", 0.20),
    "lactate": Seen("lactate", "log", 0.90),
    "mean_pressure": Seen("pressure", "plain", 8.0, 2.0),
    "systolic_pressure": Seen("pressure", "plain", 8.0, 6.0),
    "diastolic_pressure": Seen("pressure", "plain", 8.0, 4.0),
    "heart_rate": Seen("heart rate", "plain", 10.0),
    "weight": Seen("weight", "plain", 0.5),
}
"""How far bodies wander: assumptions, of the size of what the balance leaves unexplained in attacks that were followed
closely (sampling and bleeding for red cells, care that nobody records for the others)."""

WANDERING_H = 24.0
"""Hours in which a body that wandered off comes back: the correlation falls by e (assumption)."""

PRESSURES = ("mean_pressure", "systolic_pressure", "diastolic_pressure")
FREEDOM = 5.0
"""Degrees of freedom of the errors: one result in fifty is further off than a Gaussian would allow (assumption)."""

MOST_CELLS = 0.9
"""Hematocrit beyond which there is no blood that flows."""

DEFAULT_CV_PERCENT = 5.0
"""Coefficient of variation where the vocabulary knows none (assumption)."""


def scaled(name: str, values: Floats) -> Floats:
    """Values of an analyte, any shape, on the scale on which their errors are alike.

    >>> scaled("sodium", np.array([1.0])).tolist()
    [0.0]
    """
    scale, full = SEEN[name].scale, SEEN[name].full
    if scale == "plain":
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        found: Floats = np.log(values / (full - values)) if scale == "logit" else np.log(values)
    return found


def unscaled(name: str, values: Floats) -> Floats:
    """Back to the canonical unit.

    >>> unscaled("hematocrit", np.array([0.0])).tolist()
    [0.5]
    """
    scale, full = SEEN[name].scale, SEEN[name].full
    if scale == "plain":
        return values
    found: Floats = full / (1.0 + np.exp(-values)) if scale == "logit" else np.exp(values)
    return found


@dataclass(frozen=True, slots=True)
class Errors:
    """Standard deviations of one result on its scale.

    ``assay``: of this result alone; ``biology``: shared by the results of its group in one draw; ``together`` and
    ``alone``: of the wandering of the body, which lasts for hours, in its group and in its analyte.
    """

    assay: float
    biology: float
    together: float
    alone: float

    @property
    def total(self) -> float:
        """Standard deviation of everything at once."""
        return float(np.sqrt(self.assay**2 + self.biology**2 + self.together**2 + self.alone**2))


def errors(name: str, value: float, method: Method) -> Errors:
    """The errors of a result.

    >>> errors("albumin", 100.0 / 3.0, "laboratory").assay
    0.015
    """
    known, seen = analyte(name), SEEN[name]
    assay = known.method_cv_percent.get(method, known.method_cv_percent.get(known.usual_method, DEFAULT_CV_PERCENT))
    biology = DEFAULT_CV_PERCENT if known.within_person_cv_percent is None else known.within_person_cv_percent
    unit = relative(name, value)
    return Errors(assay / 100.0 * unit, biology / 100.0 * unit, seen.together, seen.alone)


def relative(name: str, value: float) -> float:
    """How far a change by its own size moves a value on its scale.

    >>> relative("hematocrit", 0.5)
    2.0
    """
    seen = SEEN[name]
    if seen.scale == "logit":
        return 1.0 / (1.0 - min(value / seen.full, MOST_CELLS))
    return 1.0 if seen.scale == "log" else abs(value)


def scaled_one(name: str, value: float) -> float:
    """One value on its scale, with a hematocrit of 100 % brought back to one that blood can have."""
    seen = SEEN[name]
    return float(scaled(name, np.array(min(value, MOST_CELLS * seen.full) if seen.scale == "logit" else value)))
