"""Doses from words: what kind of thing was given, and its volume (``dose_kinds.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from clarkson.record.record import DoseKind

_MILLILITERS = {"ml": 1.0, "cl": 10.0, "dl": 100.0, "l": 1000.0, "cc": 1.0}
_MILLILITERS |= {"milliliter": 1.0, "millilitre": 1.0, "liter": 1000.0, "litre": 1000.0}
_SYSTEMS = {"http://www.whocc.no/atc": "ATC", "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm"}


@cache
def _words() -> tuple[tuple[DoseKind, str], ...]:
    table = tomllib.loads(files("clarkson.record").joinpath("dose_kinds.toml").read_text(encoding="utf-8"))
    return tuple((entry["kind"], word) for entry in table["kind"] for word in entry["words"])


def kind_of(words: str) -> DoseKind:
    """The kind of a dose by its name.

    >>> kind_of("0.9 % saline IV"), kind_of("Albumin 20 %"), kind_of("paracetamol")
    ('crystalloid', 'albumin', 'other')
    """
    folded = words.lower()
    return next((kind for kind, word in _words() if word in folded), "other")


@cache
def _codes() -> Mapping[str, DoseKind]:
    table = tomllib.loads(files("clarkson.record").joinpath("dose_kinds.toml").read_text(encoding="utf-8"))
    return {code: entry["kind"] for entry in table["kind"] for code in entry.get("codes", ())}


def kind_of_code(system: str, code: str) -> DoseKind | None:
    """The kind of a dose by its ATC or RxNorm code, or None.

    >>> kind_of_code("http://www.whocc.no/atc", "J06BA02"), kind_of_code("http://loinc.org", "4544-3")
    ('immunoglobulin', None)
    """
    return _codes().get(f"{_SYSTEMS[system]} {code}") if system in _SYSTEMS else None


def volume_ml(amount: float | None, unit: str) -> float | None:
    """The volume in mL where the unit is one; a rate ("mL/day") is none.

    >>> volume_ml(2.5, "L"), volume_ml(25, "g"), volume_ml(1500, "mL/day")
    (2500.0, None, None)
    """
    factor = _MILLILITERS.get(unit.strip().lower().rstrip("s") if len(unit) > 2 else unit.strip().lower())
    return None if amount is None or factor is None else amount * factor
