"""Pressure of the interstitium against its volume: stiff, then the plateau of edema, then the fascia."""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.engine.maths import Maths, Value, soft_positive


def interstitial_pressure(region: str, swelling: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """P_i [mmHg] of a region at x = V/V₀.

        P_i = P₀ + E₂(x − 1) + (E₁ − E₂)[(x_t − 1)₊ − (x_t − x)₊] + A_f [e^{k_f(x − x_f)} − e^{k_f(1 − x_f)}]

    E₁ up to the threshold x_t, E₂ on the plateau beyond it (both per unit of x); A_f, k_f, x_f the fascia, the skin,
    the abdominal wall or the chest. (·)₊ is smooth. Shape: Chapple et al., Comput Methods Programs Biomed 1993,
    figure A2.
    """
    E_1, E_2 = p["interstitial_stiffness"], p["edema_stiffness"]
    x_t = p[f"edema_threshold_{region}"]
    P = p[f"interstitial_pressure_{region}"] + E_2 * (swelling - 1.0)
    P = P + (E_1 - E_2) * (soft_positive(x_t - 1.0, 0.1, m) - soft_positive(x_t - swelling, 0.1, m))
    k_f, x_f = p[f"fascia_steepness_{region}"], p[f"fascia_swelling_{region}"]
    return P + p[f"fascia_pressure_{region}"] * (m.exp(k_f * (swelling - x_f)) - m.exp(k_f * (1.0 - x_f)))
