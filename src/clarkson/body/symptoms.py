"""What the person feels, and what others see: numbers from 0 (nothing) to 1 (as strong as it gets).

Thresholds of lightheadedness and fainting follow the fall of flow in the middle cerebral artery in people who were
tilted or sucked down (−27 % near fainting, −48 to −58 % when fainting); the rest are assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.body.circulation import MMHG_PER_CM_BLOOD
from clarkson.engine.maths import Maths, Value


def brain_flow(pressure: Value, output_share: Value, upright: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """Flow to the brain as a share of its value lying at rest.

        q = logistic((P − 38)/9)/logistic((P₀ − 38)/9) e^{−k (1 − CO/CO₀)}

    P: arterial pressure at the head, which stands above the heart when upright. k: flow falls with the output of the
    heart, and with the overbreathing that goes with it, before pressure does.
    """
    at_head = pressure - MMHG_PER_CM_BLOOD * p["head_height"] * upright
    by_pressure = m.logistic((at_head - 38.0) / 9.0) / m.logistic((p["resting_pressure"] - 38.0) / 9.0)
    return by_pressure * m.exp(-p["brain_flow_output"] * (1.0 - output_share))


def scale(x: Value, middle: float, width: float, m: Maths) -> Value:
    """A symptom of strength ½ where x is `middle`, and faint at `middle` − 3 `width`."""
    return m.logistic((x - middle) / width)


def symptoms(
    pressure: Value,
    plasma_share: Value,
    output_share: Value,
    mediator: Value,
    inflammation: Value,
    lactate: Value,
    swelling: Mapping[str, Value],
    lung_swelling: Value,
    compartment_rise: Value,
    hemoglobin_share: Value,
    p: Mapping[str, Value],
    u: Mapping[str, Value],
    m: Maths,
) -> None:
    """Name every symptom. Shares are of the value at rest."""
    standing = brain_flow(pressure, output_share, 1.0, p, m)
    now = brain_flow(pressure, output_share, u["upright"], p, m)
    m.let("brain_flow", "q_{brain}", "1", now)
    ill = 0.8 * mediator + inflammation
    m.let("lightheadedness", "S_{light}", "1", scale(1.0 - standing, 0.25, 0.05, m))
    m.let("fainting", "S_{faint}", "1", scale(1.0 - now, 0.50, 0.04, m))
    m.let(
        "weakness",
        "S_{weak}",
        "1",
        scale(1.0 - output_share + 0.5 * ill + 0.05 * (lactate - p["resting_lactate"]), 0.50, 0.10, m),
    )
    m.let("fatigue", "S_{fatigue}", "1", scale(ill + (1.0 - output_share) + (1.0 - hemoglobin_share), 0.60, 0.12, m))
    m.let(
        "nausea",
        "S_{nausea}",
        "1",
        scale(0.6 * ill + 1.2 * (swelling["gut"] - 1.0) + 0.4 * (1.0 - output_share), 0.60, 0.10, m),
    )
    m.let("thirst", "S_{thirst}", "1", scale(1.0 - plasma_share, 0.15, 0.04, m))
    m.let(
        "swelling_arms_legs",
        "S_{limbs}",
        "1",
        scale(0.5 * (swelling["skin"] + swelling["muscle"]) - 1.0, 0.30, 0.06, m),
    )
    m.let("swelling_face", "S_{face}", "1", scale(swelling["skin"] - 1.0, 0.40, 0.07, m))
    m.let("breathlessness", "S_{breath}", "1", scale(lung_swelling - 1.0, 0.70, 0.15, m))
    m.let("limb_pain", "S_{pain}", "1", scale(compartment_rise, 20.0, 4.0, m))
