"""Doses from words and codes: what kind of thing was given, and its volume (``concept_sets.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from clarkson.record.concepts import concept_sets
from clarkson.record.record import DoseKind

_MILLILITERS = {"ml": 1.0, "cl": 10.0, "dl": 100.0, "l": 1000.0, "cc": 1.0}
_MILLILITERS |= {"milliliter": 1.0, "millilitre": 1.0, "liter": 1000.0, "litre": 1000.0}
_SYSTEMS = {"http://www.whocc.no/atc": "ATC", "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm"}
_SHORTEST_ATC = 3


@cache
def _words() -> tuple[tuple[DoseKind, str], ...]:
    return tuple((entry["kind"], word) for entry in concept_sets()["dose"] for word in entry["words"])


def kind_of(words: str) -> DoseKind:
    """The kind of a dose by its name.

    >>> kind_of("0.9 % saline IV"), kind_of("Albumin 20 %"), kind_of("paracetamol")
    ('crystalloid', 'albumin', 'other')
    """
    folded = words.lower().replace("_", " ")
    return next((kind for kind, word in _words() if word in folded), "other")


@cache
def _codes() -> Mapping[str, DoseKind]:
    return {code: entry["kind"] for entry in concept_sets()["dose"] for code in entry.get("codes", ())}


def kind_of_code(system: str, code: str) -> DoseKind | None:
    """The kind of a dose by its ATC or RxNorm code, or None. An ATC code that is listed holds for all codes below it.

    >>> kind_of_code("http://www.whocc.no/atc", "J06BA02"), kind_of_code("http://loinc.org", "4544-3")
    ('immunoglobulin', None)
    """
    named = _SYSTEMS.get(system)
    if named is None:
        return None
    shortest = _SHORTEST_ATC if named == "ATC" else len(code)
    above = (code[:length] for length in range(len(code), shortest - 1, -1))
    return next((kind for each in above if (kind := _codes().get(f"{named} {each}"))), None)


def volume_ml(amount: float | None, unit: str) -> float | None:
    """The volume in mL where the unit is one; a rate ("mL/day") is none.

    >>> volume_ml(2.5, "L"), volume_ml(25, "g"), volume_ml(1500, "mL/day")
    (2500.0, None, None)
    """
    factor = _MILLILITERS.get(unit.strip().lower().rstrip("s") if len(unit) > 2 else unit.strip().lower())
    return None if amount is None or factor is None else amount * factor
