"""An infection and what the laboratory sees of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.engine.maths import Value


@dataclass(frozen=True)
class InflammationRates:
    """Rates of the systemic response, of the tolerance to it [1/h] and of C-reactive protein [mg/L/h]."""

    inflammation: Value
    tolerance: Value
    crp: Value


def inflammation_rates(
    inflammation: Value, tolerance: Value, crp: Value, infection: Value, gap: Value, p: Mapping[str, Value]
) -> InflammationRates:
    """dI/dt = (infection − I)/τ;   dA/dt = (I − A)/τ_A;   dC/dt = k (I + ½ g) + (C₀ − C) ln2/t_half.

    An open wall inflames by itself: CRP rises in attacks without infection.
    """
    return InflammationRates(
        (infection - inflammation) / p["inflammation_time"],
        (inflammation - tolerance) / p["tolerance_time"],
        p["crp_production"] * (inflammation + 0.5 * gap)
        + (p["resting_crp"] - crp) * 0.6931471805599453 / p["crp_half_life"],
    )
