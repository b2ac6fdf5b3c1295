"""The kidney: urine from plasma volume, oncotic pressure, tonicity and pressure; filtration, creatinine and urea."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.engine.maths import Maths, Value, logit, soft_positive


@dataclass(frozen=True)
class Kidney:
    """Urine [L/h], its sodium [mmol/h], filtration as a share of its value at rest, and the rates of injury and of
    sodium retention [1/h]."""

    urine: Value
    sodium_excretion: Value
    filtration: Value
    injury_rate: Value
    retention_rate: Value


def perfusion(pressure: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """Urine and filtration fail when mean pressure falls towards the limit of autoregulation: 1 at rest."""
    limit, width = p["autoregulation_limit"], p["autoregulation_width"]
    return m.logistic((pressure - limit) / width) / m.logistic((p["resting_pressure"] - limit) / width)


def kidney(
    plasma: Value,
    oncotic: Value,
    oncotic_rest: Value,
    sodium: Value,
    chloride_excess: Value,
    pressure: Value,
    tone: Value,
    injury: Value,
    retention: Value,
    diuretic: Value,
    p: Mapping[str, Value],
    m: Maths,
) -> Kidney:
    """Urine and what it carries.

        u    = u_max logistic[logit(u₀/u_max) + k_V (V_p/V_p0 − 1)/(1 + X₊/X_h)
               + k_π (π₀ − π) + k_w (Na₀ − Na) + F − k_R R] · perfusion(MAP) · (1 − injury)
        u_Na = u_Na0 e^{k_Na (Na − Na₀) − k_A R} · u
        GFR  = perfusion(MAP) e^{−k_r Δs} (1 − injury)
        d injury/dt = k_i [logistic((½ − q)/0.06) − logistic((½ − 1)/0.06)](1 − injury) − injury/τ
        dR/dt       = (1 − V_p/V_p0 − R)/τ_R

    X: chloride given beyond sodium's share, which slows the excretion of saline; F: diuretic; q: flow of the kidney;
    R: retention of salt and water by hormones, which outlasts the want of volume by a day, so that what comes back
    from the tissues after an attack is kept at first. It keeps salt more than water: urine is then nearly free of
    sodium.
    """
    d_s = tone - p["resting_tone"]
    flow = perfusion(pressure, p, m)
    u_max, u_0 = p["urine_most"], p["resting_urine"]
    volume = p["diuresis_volume"] * (plasma / p["resting_plasma_volume"] - 1.0)
    drive = (
        logit(u_0 / u_max, m)
        + volume / (1.0 + (soft_positive(chloride_excess, 10.0, m) - soft_positive(0.0, 10.0, m)) / p["chloride_half"])
        + p["diuresis_oncotic"] * (oncotic_rest - oncotic)
        + p["diuresis_tonicity"] * (p["resting_sodium"] - sodium)
        + p["diuretic_gain"] * diuretic
        - p["retention_gain"] * retention
    )
    urine = u_max * m.logistic(drive) * flow * (1.0 - injury)
    per_litre = p["urine_sodium"] * m.exp(
        p["natriuresis_tonicity"] * (sodium - p["resting_sodium"]) - p["sodium_retention_gain"] * retention
    )
    kidney_flow = flow * m.exp(-p["renal_vasoconstriction"] * d_s)
    ischemia = m.logistic((0.5 - kidney_flow) / 0.06) - m.logistic((0.5 - 1.0) / 0.06)
    injury_rate = p["kidney_injury_rate"] * ischemia * (1.0 - injury) - injury / p["kidney_recovery_time"]
    retention_rate = (1.0 - plasma / p["resting_plasma_volume"] - retention) / p["retention_time"]
    return Kidney(urine, per_litre * urine, kidney_flow * (1.0 - injury), injury_rate, retention_rate)
