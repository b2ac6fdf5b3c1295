"""Water between cells and the fluid around them, driven by tonicity."""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.engine.maths import Value

INTERSTITIAL_SHARE = {"muscle": 0.70, "skin": 0.20, "gut": 0.08, "lung": 0.02}
"""Share of the exchange of cell water that each region's interstitium takes. Source: assumption, by cell mass."""

ISOTONIC_SPACE = 0.42
"""Share of a red cell that does not follow tonicity (hemoglobin and bound water). Source: assumption."""


def cell_water_uptake(cell_water: Value, sodium: Value, p: Mapping[str, Value]) -> Value:
    """Water entering cells [L/h]: k (2 Na₀ V_c0/V_c − 2 Na), in mosmol/L."""
    return p["cell_water_exchange"] * 2.0 * (p["resting_sodium"] * p["resting_cell_water"] / cell_water - sodium)


def red_cell_uptake(red_cell_volume: Value, red_cell_mass: Value, sodium: Value, p: Mapping[str, Value]) -> Value:
    """Water entering red cells [L/h].

        J = [M (b + (1 − b) Na₀/Na) − V_rc] / τ

    M: the cells' volume at normal tonicity; b: the space that does not follow tonicity.
    """
    volume = red_cell_mass * (ISOTONIC_SPACE + (1.0 - ISOTONIC_SPACE) * p["resting_sodium"] / sodium)
    return (volume - red_cell_volume) / p["red_cell_water_time"]
