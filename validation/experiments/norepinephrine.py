"""Norepinephrine: its level."""

from __future__ import annotations

import numpy as np

from validation.experiment import Experiment
from validation.people import YOUNG_MAN
from validation.trajectory import Factors, Values, volunteer


def level(factors: Factors) -> Values:
    clearance = volunteer(YOUNG_MAN, factors)["norepinephrine_clearance"]
    return {"V209": 1000.0 * 0.2 * YOUNG_MAN.weight_kg / np.atleast_1d(clearance)}


EXPERIMENTS = (
    Experiment("Level in volunteers", "A young man: 0.2 µg/kg/min over the body's clearance.", ("V209",), level),
)
