"""The fields of the page's forms as lines of words, which are then read as those of the command line are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from clarkson.errors import RecordError

Fields: TypeAlias = Mapping[str, Sequence[str]]
"""What a form sent: each field with its values."""

TESTS = (
    ("hemoglobin g/dL", "Hemoglobin, g/dL"),
    ("hemoglobin g/L", "Hemoglobin, g/L"),
    ("hemoglobin mmol/L", "Hemoglobin, mmol/L"),
    ("hematocrit %", "Hematocrit, %"),
    ("albumin g/L", "Albumin, g/L"),
    ("albumin g/dL", "Albumin, g/dL"),
    ("total_protein g/L", "Total protein, g/L"),
    ("total_protein g/dL", "Total protein, g/dL"),
    ("igg g/L", "Immunoglobulin G, g/L"),
    ("creatinine umol/L", "Creatinine, µmol/L"),
    ("creatinine mg/dL", "Creatinine, mg/dL"),
    ("temperature °C", "Temperature, °C"),
    ("temperature °F", "Temperature, °F"),
    ("oxygen_saturation %", "Oxygen saturation, %"),
)
"""Tests with their units, as the form offers them; any other can be written in words."""

UNITS = ("g", "mg", "ug", "mL", "L", "g/kg", "IU", "units", "tablets", "puffs")
OFTEN = (
    "daily",
    "twice a day",
    "three times a day",
    "every 8 h",
    "weekly",
    "every 2 weeks",
    "every 4 weeks",
    "monthly",
)
SEVERITIES = ("mild", "moderate", "severe")
HAPPENED = ("infection", "trigger", "bleeding", "note")


def lines_in(fields: Fields) -> list[str]:
    """The entries in the fields of the form that ``kind`` names.

    Raises
    ------
    RecordError
        The form is unknown, or a field that it needs is empty.

    >>> lines_in({"kind": ["pressure"], "upper": ["92"], "lower": ["60"], "pulse": ["110"]})
    ['blood pressure 92/60', 'pulse 110']
    """
    known = _FORMS.get(_one(fields, "kind"))
    if known is None:
        raise RecordError("this form is none of the diary")
    lines = known(fields)
    if not lines:
        raise RecordError("nothing was filled in")
    return lines


def _one(fields: Fields, name: str) -> str:
    return " ".join(next(iter(fields.get(name, ())), "").split())


def _needed(fields: Fields, name: str, question: str) -> str:
    found = _one(fields, name)
    if not found:
        raise RecordError(question)
    return found


def _words(fields: Fields) -> list[str]:
    return [_needed(fields, "words", "nothing was written; write an entry like 'symptom lightheaded'")]


def _symptoms(fields: Fields) -> list[str]:
    named = (*fields.get("symptom", ()), _one(fields, "other"))
    return [f"symptom {each}" for each in named if each.strip()]


def _result(fields: Fields) -> list[str]:
    test, _, unit = _one(fields, "test").partition(" ")
    value = _needed(fields, "value", "the value is missing; write a number such as 17.2")
    how, by = _one(fields, "how"), _one(fields, "by")
    method = f" {how or 'meter'} {by}".rstrip() if how or by else ""
    return [f"{test} {value} {unit}{method}"]


def _pressure(fields: Fields) -> list[str]:
    upper, lower, pulse = (_one(fields, name) for name in ("upper", "lower", "pulse"))
    pressure = [f"blood pressure {upper}/{lower}"] if upper or lower else []
    return pressure + ([f"pulse {pulse}"] if pulse else [])


def _weight(fields: Fields) -> list[str]:
    return [f"weight {_needed(fields, 'value', 'the weight is missing')} {_one(fields, 'unit') or 'kg'}"]


def _attack(fields: Fields) -> list[str]:
    said = ", ".join(filter(None, (_one(fields, "severity"), _one(fields, "where"), _one(fields, "text"))))
    return [f"attack {said}".rstrip()]


def _happened(fields: Fields) -> list[str]:
    kind = _one(fields, "what")
    if kind not in HAPPENED:
        raise RecordError(f"choose what it was: {', '.join(HAPPENED)}")
    return [f"{kind} {_one(fields, 'text')}".rstrip()]


def _dose(fields: Fields) -> list[str]:
    what = _needed(fields, "what", "what was given? Write a name such as IVIG")
    amount = _needed(fields, "amount", "how much was given? Write a number such as 70")
    hours = _one(fields, "hours")
    over = f" over {hours} h" if hours else ""
    return [f"took {what} {amount} {_needed(fields, 'unit', 'the unit is missing; choose one')}{over}"]


def _start(fields: Fields) -> list[str]:
    what = _needed(fields, "what", "what was started? Write a name such as theophylline")
    amount = _one(fields, "amount")
    much = f" {amount} {_needed(fields, 'unit', 'the unit is missing; choose one')}" if amount else ""
    return [f"start {what}{much} {_one(fields, 'often')}".rstrip()]


def _stop(fields: Fields) -> list[str]:
    return [f"stop {_needed(fields, 'number', 'what was stopped?')}"]


_FORMS: Mapping[str, Callable[[Fields], list[str]]] = {
    "words": _words, "symptoms": _symptoms, "result": _result, "pressure": _pressure, "weight": _weight,
    "attack": _attack, "happened": _happened, "dose": _dose, "start": _start, "stop": _stop,
}  # fmt: skip
