"""The one vocabulary: every test and vital sign that Clarkson knows.

The facts stand in ``analytes.toml`` beside this file, one table an analyte, each with its source;
``assumed`` names the fields of an entry whose numbers come from no retrieved source.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from clarkson.errors import UnknownAnalyteError

Sex = Literal["female", "male"]
Method = Literal[
    "laboratory", "finger-prick", "blood gas", "electrophoresis", "cuff", "arterial line", "scale", "other"
]
Kind = Literal["red cells", "protein", "chemistry", "cells", "urine", "vital sign"]


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval in the canonical unit.

    >>> 0.45 in Interval(0.395, 0.5)
    True
    """

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Whether the value lies between the two ends, both included."""
        return self.low <= value <= self.high


@dataclass(frozen=True, slots=True)
class Analyte:
    """One test or vital sign.

    ``unit`` is the canonical unit (UCUM) of every stored value; ``shown_unit`` and ``shown_factor``
    say how a person reads it (hematocrit 0.45 is shown as 45 %). Coefficients of variation are in
    percent: within one healthy person, between persons, and of each method that measures it.
    ``loinc_method`` names the method of those codes that tell it.
    ``reference`` is the central 95 % of healthy adults; ``plausible`` holds every value that a
    living person was seen to have; outside it a value is asked about.
    """

    key: str
    label: str
    kind: Kind
    unit: str
    shown_unit: str
    shown_factor: float
    shown_digits: int
    loinc: tuple[str, ...]
    loinc_method: Mapping[str, Method]
    names: tuple[str, ...]
    within_person_cv_percent: float | None
    between_person_cv_percent: float | None
    method_cv_percent: Mapping[Method, float]
    reference: Mapping[Sex, Interval]
    plausible: Interval
    source: str
    assumed: tuple[str, ...]

    @property
    def usual_method(self) -> Method:
        """The method of a result whose source names none.

        >>> analyte("weight").usual_method
        'scale'
        """
        return next(iter(self.method_cv_percent), "other")

    def shown(self, value: float) -> str:
        """The value as a person reads it, with its unit.

        >>> analyte("hematocrit").shown(0.452)
        '45.2 %'
        """
        number = f"{value * self.shown_factor:.{self.shown_digits}f}"
        return f"{number} {self.shown_unit}".rstrip()


def _interval(pair: list[float]) -> Interval:
    return Interval(float(pair[0]), float(pair[1]))


def _analyte(key: str, entry: Mapping[str, Any]) -> Analyte:
    reference = entry.get("reference", {})
    return Analyte(
        key=key,
        label=entry["label"],
        kind=entry["kind"],
        unit=entry["unit"],
        shown_unit=entry.get("shown_unit", entry["unit"]),
        shown_factor=float(entry.get("shown_factor", 1.0)),
        shown_digits=int(entry["shown_digits"]),
        loinc=tuple(entry["loinc"]),
        loinc_method=MappingProxyType(entry.get("loinc_method", {})),
        names=tuple(entry["names"]),
        within_person_cv_percent=entry.get("within_person_cv_percent"),
        between_person_cv_percent=entry.get("between_person_cv_percent"),
        method_cv_percent=MappingProxyType(entry.get("method_cv_percent", {})),
        reference=MappingProxyType({sex: _interval(reference[sex]) for sex in get_args(Sex) if sex in reference}),
        plausible=_interval(entry["plausible"]),
        source=entry["source"],
        assumed=tuple(entry.get("assumed", ())),
    )


@cache
def analytes() -> Mapping[str, Analyte]:
    """Every analyte by its key, in the order of ``analytes.toml``.

    >>> analytes()["albumin"].unit
    'g/L'
    """
    text = files("clarkson").joinpath("analytes.toml").read_text(encoding="utf-8")
    return MappingProxyType({key: _analyte(key, entry) for key, entry in tomllib.loads(text).items()})


def analyte(key: str) -> Analyte:
    """The analyte of that key.

    Raises
    ------
    UnknownAnalyteError
        No analyte has that key.

    >>> analyte("hemoglobin").label
    'Hemoglobin'
    """
    try:
        return analytes()[key]
    except KeyError:
        raise UnknownAnalyteError(f"'{key}' is no analyte; known are {', '.join(analytes())}") from None


def _folded(name: str) -> str:
    return " ".join(name.lower().replace("_", " ").replace("-", " ").split())


@cache
def _by_name() -> Mapping[str, Analyte]:
    table: dict[str, Analyte] = {}
    for entry in analytes().values():
        for name in (entry.key, entry.label, *entry.names):
            table.setdefault(_folded(name), entry)
    return table


@cache
def _by_loinc() -> Mapping[str, Analyte]:
    return {code: entry for entry in analytes().values() for code in entry.loinc}


def analyte_named(name: str) -> Analyte | None:
    """The analyte that a laboratory prints under that name, or None.

    >>> analyte_named("HCT").key, analyte_named("zinc")
    ('hematocrit', None)
    """
    return _by_name().get(_folded(name))


def analyte_of_loinc(code: str) -> Analyte | None:
    """The analyte with that LOINC code, or None.

    >>> analyte_of_loinc("4544-3").key
    'hematocrit'
    """
    return _by_loinc().get(code)


def method_of_loinc(code: str) -> Method | None:
    """The method that a LOINC code tells, or None where it tells none.

    >>> method_of_loinc("2862-1"), method_of_loinc("1751-7")
    ('electrophoresis', None)
    """
    entry = analyte_of_loinc(code)
    return None if entry is None else entry.loinc_method.get(code)
