"""Pleura, peritoneum and pericardium: filled by the pressure of the tissue behind them, drained by lymph."""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.body.regions import CAVITY_REGION
from clarkson.engine.maths import Maths, Value, soft_positive

OPENING = {"pleural": 2.0, "peritoneal": -3.0, "pericardial": 2.0}
"""Tissue pressure above which a cavity fills freely lies this far below 0 [mmHg]. Source: assumption."""


def cavity_filling(
    cavity: str, volume: Value, P_i: Mapping[str, Value], gap: Value, p: Mapping[str, Value], m: Maths
) -> Value:
    """dV/dt [L/h] of a cavity.

        dV/dt = a [(1 + s g)(P_i + o − P_V)₊ − (P_i0 + o)₊] − d [V/(V + h) − V₀/(V₀ + h)]

    P_V: the cavity's own pressure as it fills, E (V − V₀) or that of the pericardium; a: inflow per pressure, s: how
    much more the serosa lets through when its gaps g are open; d: the most that lymph can drain; h: volume at half of
    that.
    """
    V_0, h = p[f"{cavity}_volume"], p[f"{cavity}_half_drainage"]
    region = CAVITY_REGION[cavity]
    at_rest = p[f"interstitial_pressure_{region}"] + OPENING[cavity]
    own = pericardial_pressure(volume, p, m) if cavity == "pericardial" else p[f"{cavity}_elastance"] * (volume - V_0)
    pressure = P_i[region] + OPENING[cavity] - own
    leaking = 1.0 + p["serosal_leak"] * gap
    inflow = p[f"{cavity}_inflow"] * (leaking * soft_positive(pressure, 1.0, m) - soft_positive(at_rest, 1.0, m))
    return inflow - p[f"{cavity}_drainage"] * (volume / (volume + h) - V_0 / (V_0 + h))


def pericardial_pressure(volume: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """Pressure on the heart [mmHg] above its value at rest.

    P = A (e^{k V} − e^{k V₀})      stiffness after HumMod's pericardium (0.015 per mL)
    """
    k = p["pericardial_stiffness"]
    return p["pericardial_pressure_scale"] * (m.exp(k * volume) - m.exp(k * p["pericardial_volume"]))
