"""Muscle in its fascia: compartment pressure, flow, and creatine kinase when flow fails."""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.body.interstitium import interstitial_pressure
from clarkson.engine.maths import Maths, Value

MOST_RISE = 120.0
"""Rise of compartment pressure [mmHg] that is never passed: systolic pressure. Source: assumption."""


def compartment_pressure(swelling: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """Pressure inside the tightest leg compartment [mmHg].

        P = P₀ + r/sqrt(1 + (r/120)²),   r = P_i(1 + λ (x_M − 1)) − P_i(1)

    λ: how much more that compartment swells than muscle as a whole. Inflow stops before pressure rises without bound.
    """
    local = 1.0 + p["compartment_swelling"] * (swelling - 1.0)
    rise = (interstitial_pressure("muscle", local, p, m) - p["interstitial_pressure_muscle"]) / MOST_RISE
    return p["resting_compartment_pressure"] + MOST_RISE * rise / m.sqrt(1.0 + rise * rise)


def muscle_flow(pressure: Value, compartment: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """Flow through the tightest compartment as a share of its value at rest."""
    limit, width = p["compartment_critical"], p["compartment_width"]
    at_rest = m.logistic((p["resting_pressure"] - p["resting_compartment_pressure"] - limit) / width)
    return m.logistic((pressure - compartment - limit) / width) / at_rest


def creatine_kinase_rate(level: Value, flow: Value, p: Mapping[str, Value]) -> Value:
    """d CK/dt = k (1 − q)² + (CK₀ − CK) ln2/t_half [U/L/h]."""
    starved = 1.0 - flow
    return (
        p["creatine_kinase_release"] * starved * starved
        + (p["resting_creatine_kinase"] - level) * 0.6931471805599453 / p["creatine_kinase_half_life"]
    )
