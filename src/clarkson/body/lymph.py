"""Lymph: rises with interstitial pressure and saturates."""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.engine.maths import Maths, Value


def lymph_flow(region: str, P_i: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """J_L [L/h] of a region.

        J_L = J_L0 f / (1 + (f − 1) e^{−b (P_i − P_i0)})

    f: the largest flow as a multiple of the flow at rest. Sigmoid after Possenti et al. 2019.
    """
    f = p[f"lymph_reserve_{region}"]
    rise = p["lymph_sensitivity"] * (P_i - p[f"interstitial_pressure_{region}"])
    return p[f"lymph_flow_{region}"] * f * m.logistic(rise - m.log(f - 1.0))
