"""What was done to the people of the studies, as inputs of the body."""

from __future__ import annotations

import math

from validation.trajectory import Act

BALANCED_CHLORIDE = 104.0 / 140.0
"""Chloride that goes with a millimole of sodium at normal plasma values."""


def fluid(
    litres: float, start: float, end: float, *, sodium: float = 140.0, chloride: float | None = None
) -> tuple[Act, ...]:
    """A solution into a vein; sodium and chloride in mmol/L, chloride in balance where none is named."""
    rate = litres / (end - start)
    excess = 0.0 if chloride is None else chloride - sodium * BALANCED_CHLORIDE
    return (
        Act("infusion", start, end, rate),
        Act("infusion_sodium", start, end, rate * sodium),
        Act("infusion_chloride_excess", start, end, rate * excess),
    )


def ringer_acetate(litres: float, start: float, end: float) -> tuple[Act, ...]:
    """Ringer's acetate: sodium 130, chloride 110 mmol/L."""
    return fluid(litres, start, end, sodium=130.0, chloride=110.0)


def ringer_lactate(litres: float, start: float, end: float) -> tuple[Act, ...]:
    """Lactated Ringer's solution: sodium 130, chloride 109 mmol/L."""
    return fluid(litres, start, end, sodium=130.0, chloride=109.0)


def saline(litres: float, start: float, end: float) -> tuple[Act, ...]:
    """Sodium chloride 0.9 %: 154 mmol/L of each."""
    return fluid(litres, start, end, sodium=154.0, chloride=154.0)


def glucose(litres: float, start: float, end: float) -> tuple[Act, ...]:
    """Glucose 5 %: water, once the glucose is burned."""
    return fluid(litres, start, end, sodium=0.0, chloride=0.0)


def albumin(litres: float, gram_per_litre: float, start: float, end: float) -> tuple[Act, ...]:
    """Albumin in an isotonic solution."""
    rate = litres * gram_per_litre / (end - start)
    return (*fluid(litres, start, end), Act("infusion_albumin", start, end, rate))


def immunoglobulin(grams: float, start: float, end: float, *, gram_per_litre: float = 50.0) -> tuple[Act, ...]:
    """Immunoglobulin G in an isotonic solution."""
    return (*fluid(grams / gram_per_litre, start, end), Act("infusion_igg", start, end, grams / (end - start)))


def bleeding(litres: float, start: float, end: float) -> tuple[Act, ...]:
    """Blood drawn."""
    return (Act("bleeding", start, end, litres / (end - start)),)


def fasting(start: float, end: float) -> tuple[Act, ...]:
    """Neither food nor drink."""
    return (Act("fasting", start, end, 1.0),)


def tilted(degrees: float, start: float, end: float) -> tuple[Act, ...]:
    """Head up by an angle; 90 is standing."""
    return (Act("upright", start, end, math.sin(math.radians(degrees))),)
