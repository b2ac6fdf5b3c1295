"""The lung: flooding when capillary pressure passes oncotic pressure, and what it does to breathing."""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.engine.maths import Maths, Value, soft_positive


def flooding(P_c: Value, oncotic: Value, oncotic_rest: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """Extra filtration into the lung [L/h], without protein: k (P_c − π)₊, less its value at rest.

    HumMod: 3.0 mL/min/mmHg above oncotic pressure.
    """
    at_rest = soft_positive(p["capillary_pressure_lung"] - oncotic_rest, 0.3, m)
    return p["lung_flooding"] * (soft_positive(P_c - oncotic, 0.3, m) - at_rest)


def oxygen_saturation(swelling: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """Share of hemoglobin that carries oxygen: falls when lung water passes twice its value at rest."""
    fall = m.logistic((swelling - p["flooded_lung"]) / 0.25) - m.logistic((1.0 - p["flooded_lung"]) / 0.25)
    return p["resting_saturation"] - 0.35 * fall
