"""Drugs that the body clears: levels from what is given."""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.engine.maths import Value


def norepinephrine_effect(micrograms_per_minute: Value, p: Mapping[str, Value]) -> Value:
    """E = C/(C + C_h), C = dose/clearance [ng/mL]: steady within minutes (half-life 2 to 7 min; Beloeil, BJA 2005)."""
    level = micrograms_per_minute / p["norepinephrine_clearance"]
    return level / (level + p["norepinephrine_half"])


def level_rate(drug: str, level: Value, milligrams_per_hour: Value, per_litre: float, p: Mapping[str, Value]) -> Value:
    """dC/dt of one well-mixed space: dose F/V − C ln2/t_half. `per_litre` turns mg/L into the drug's own unit."""
    given = milligrams_per_hour * per_litre / p[f"{drug}_distribution"]
    return given - level * 0.6931471805599453 / p[f"{drug}_half_life"]


def diuretic_rate(effect: Value, milligrams_per_hour: Value, p: Mapping[str, Value]) -> Value:
    """The loop diuretic at its place of action [mg]: given minus gone with its half-life."""
    return milligrams_per_hour - effect * 0.6931471805599453 / p["furosemide_half_life"]
