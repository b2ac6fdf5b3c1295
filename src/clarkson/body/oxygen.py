"""Oxygen: how much is brought, how much is taken, and lactate where too little arrives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.engine.maths import Maths, Value, soft_positive

OXYGEN_PER_GRAM = 1.34
"""Oxygen that a gram of hemoglobin carries [mL/g]. Source: Hüfner."""


@dataclass(frozen=True)
class Oxygen:
    """Delivery [mL/min], the share extracted, and the rate of lactate [mmol/L/h]."""

    delivery: Value
    extraction: Value
    lactate_rate: Value


MOST_ANAEROBIC = 20.0
"""Steps of lactate at which tissue without oxygen can make no more. Source: assumption."""


def anaerobic(beyond: Value, m: Maths) -> Value:
    """Lactate made for want of oxygen, in steps of 0.05 beyond the critical extraction.

    A = s/(1 + s/20),   s = (ER − ER_c)₊/0.05
    """
    steps = soft_positive(beyond, 0.05, m) / 0.05
    return steps / (1.0 + steps / MOST_ANAEROBIC)


def oxygen(
    output: Value,
    hemoglobin: Value,
    saturation: Value,
    hemoglobin_rest: Value,
    saturation_rest: Value,
    lactate: Value,
    muscle_flow: Value,
    p: Mapping[str, Value],
    m: Maths,
) -> Oxygen:
    """Delivery, extraction and lactate.

        DO₂ = CO · 1.34 Hb S,   ER = VO₂/DO₂
        dL/dt = k {L₀ [1 + a (A(ER) − A(ER₀)) + b (1 − q_M) + c (½ − CO/CO₀)₊] − L},   k = ln2/t_half

    output in L/h, hemoglobin in g/L; q_M: flow of muscle as a share. Hemoconcentration protects delivery: lactate in
    this shock comes from regions, not from the whole.
    """
    delivery = output / 60.0 * OXYGEN_PER_GRAM * hemoglobin * saturation
    extraction = p["oxygen_uptake"] / delivery
    rest = p["oxygen_uptake"] / (p["resting_output"] / 60.0 * OXYGEN_PER_GRAM * hemoglobin_rest * saturation_rest)
    critical = p["critical_extraction"]
    starved = anaerobic(extraction - critical, m) - anaerobic(rest - critical, m)
    k = 0.6931471805599453 / p["lactate_half_life"]
    slow = soft_positive(0.5 - output / p["resting_output"], 0.05, m) - soft_positive(0.5 - 1.0, 0.05, m)
    level = p["resting_lactate"] * (
        1.0 + p["lactate_delivery"] * starved + p["lactate_muscle"] * (1.0 - muscle_flow) + p["lactate_flow"] * slow
    )
    return Oxygen(delivery, extraction, k * (level - lactate))
