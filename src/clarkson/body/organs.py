"""Shock, failing organs and danger to life: proxies for comparing courses, not predictions for a person."""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.engine.maths import Maths, Value


def hypoperfusion(pressure: Value, output_share: Value, m: Maths) -> Value:
    """How far flow to vital organs has failed, 0 to about 1: pressure near 40 mmHg or a third of the output at rest."""
    return m.logistic((42.0 - pressure) / 3.0) + m.logistic((0.30 - output_share) / 0.03)


def debt_rate(
    debt: Value, failing: Value, failing_rest: Value, saturation: Value, saturation_rest: Value, m: Maths
) -> Value:
    """Oxygen debt [h of full arrest]: grows while flow or oxygen fails, and is repaid over a day."""
    drowning = m.logistic((0.72 - saturation) / 0.02)
    return failing - failing_rest + drowning - m.logistic((0.72 - saturation_rest) / 0.02) - debt / 24.0


def proxies(
    pressure: Value,
    output_share: Value,
    lactate: Value,
    filtration: Value,
    saturation: Value,
    muscle_flow: Value,
    debt: Value,
    p: Mapping[str, Value],
    m: Maths,
) -> None:
    """Name shock, organ failure and risk of death."""
    m.let("shock", "S_{shock}", "1", m.logistic((60.0 - pressure) / 4.0))
    kidney = m.logistic((0.4 - filtration) / 0.06)
    lung = m.logistic((0.88 - saturation) / 0.02)
    limb = m.logistic((0.4 - muscle_flow) / 0.08)
    blood = m.logistic((lactate - 4.0 * p["resting_lactate"]) / p["resting_lactate"])
    m.let("failing_organs", "N_{organs}", "1", kidney + lung + limb + blood + m.logistic((0.45 - output_share) / 0.05))
    m.let("death_risk", "S_{death}", "1", m.logistic((debt - 6.0) / 0.8))
