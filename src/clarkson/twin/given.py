"""Recorded doses as what the body is given; what cannot be taken over is named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from clarkson.body.person import Person
from clarkson.errors import DoseError
from clarkson.record.record import Dose, Record
from clarkson.simulate.doses import Dose as Words
from clarkson.simulate.doses import check_weight
from clarkson.simulate.schedule import Given

FLUIDS = {"crystalloid": "crystalloid", "plasma": "fresh frozen plasma", "red cells": "red cells"}
LITRES_PER_HOUR = 1.0
"""How fast a volume runs in where the record has no end (assumption)."""

LASTING = "it goes on, and when each dose was taken is not recorded"
LONGEST_H = 24.0
_STRENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_ALBUMINS = (4.0, 5.0, 20.0, 25.0)
_DAILY = re.compile(r"/\s*d(ay)?$")


@dataclass(frozen=True)
class Doses:
    """``given``: what the body gets, in hours from the start. ``left_out``: doses that are not modelled, each with the
    reason. ``unknown_volume``: a fluid was given, and how much is not known. ``pressors_from_h``: the hour from which
    vasopressors in unknown amounts hold the pressure, infinite where there are none."""

    given: tuple[Given, ...]
    left_out: tuple[str, ...]
    unknown_volume: bool
    pressors_from_h: float


def doses(record: Record, start: datetime, end_h: float, person: Person) -> Doses:
    """The doses of a record between ``start`` and ``end_h`` hours later.

    >>> doses(Record("nobody"), datetime(2024, 1, 1), 24.0, Person("male", 50, 178, 80)).given
    ()
    """
    given, left_out, unknown, pressors = [], [], False, float("inf")
    for dose in record.doses:
        hour = (dose.start - start).total_seconds() / 3600.0
        if not 0.0 <= hour < end_h:
            continue
        words = f"{dose.what} ({dose.kind}) at {hour:.0f} h"
        try:
            read = LASTING if dose.lasting else _words(dose, person)
            if isinstance(read, Words):
                check_weight(read, person.weight_kg)
        except DoseError as error:
            read = str(error)
        if isinstance(read, str):
            left_out.append(f"{words}: {read}")
            unknown |= dose.kind in ("crystalloid", "colloid", "plasma", "albumin", "red cells")
            if dose.kind == "vasopressor":
                pressors = min(pressors, hour)
            continue
        given.append(Given(hour, read))
    return Doses(tuple(given), tuple(left_out), unknown, pressors)


def _words(dose: Dose, person: Person) -> Words | str:
    """The dose in the words of the body, or why it is left out."""
    hours = None if dose.end is None else (dose.end - dose.start).total_seconds() / 3600.0
    hours = hours or None
    if dose.kind in FLUIDS:
        volume = dose.volume_ml
        if volume is None and dose.amount is not None and _DAILY.search(dose.unit):
            litres = dose.amount * (1.0 if dose.unit.strip().upper().startswith("L") else 1e-3)
            return _fluid(FLUIDS[dose.kind], 1000.0 * litres, 24.0)
        if volume is None or volume <= 0.0:
            return "the amount is not known"
        return _fluid(FLUIDS[dose.kind], volume, hours)
    if dose.kind == "albumin":
        return _albumin(dose, hours)
    if dose.kind == "immunoglobulin":
        grams = _grams(dose, person)
        if grams is None:
            return "the amount is not known"
        return Words("IVIG", grams, "g", hours or 8.0)
    if dose.kind == "vasopressor":
        return _vasopressor(dose, hours)
    if dose.kind == "diuretic" and "furosemid" in dose.what.lower() and dose.unit == "mg" and dose.amount:
        return Words("furosemide", dose.amount, "mg", hours)
    if dose.kind == "colloid":
        return "how fast artificial colloids leave leaking vessels is not known"
    return "the body has no such input"


def _fluid(name: str, volume_ml: float, hours: float | None) -> Words:
    usual = min(max(volume_ml / 1000.0 / LITRES_PER_HOUR, 0.25), LONGEST_H)
    return Words(name, volume_ml, "mL", hours or usual)


def _albumin(dose: Dose, hours: float | None) -> Words | str:
    named = _STRENGTH.search(dose.what)
    strength = min(_ALBUMINS, key=lambda each: abs(each - float(named[1]))) if named else 20.0
    if dose.amount is not None and dose.unit == "g" and dose.amount > 0.0:
        return Words(f"albumin {strength:g} %", dose.amount, "g", hours or 2.0)
    if dose.volume_ml:
        return Words(f"albumin {strength:g} %", dose.volume_ml, "mL", hours or 2.0)
    return "the amount is not known"


def _grams(dose: Dose, person: Person) -> float | None:
    if dose.amount is None:
        return None
    unit = _DAILY.sub("", dose.unit.strip().lower())
    return {"g": dose.amount, "g/kg": dose.amount * person.weight_kg, "mg": dose.amount / 1000.0}.get(unit)


def _vasopressor(dose: Dose, hours: float | None) -> Words | str:
    known = "norepinephrine" in dose.what.lower() or "noradrenaline" in dose.what.lower()
    unit = dose.unit.replace("µ", "u").replace("mcg", "ug")
    if known and dose.amount and hours and unit in ("ug/kg/min", "ug/min"):
        return Words("norepinephrine", dose.amount, unit, hours)
    return "its rate and its end are not known, so pressures from then on are not fitted"
