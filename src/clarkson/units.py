"""Printed values and units to canonical ones, and never by guessing.

A unit is looked up in what laboratories print for that analyte, then in what they print for any,
then among common UCUM codes: all in ``unit_names.toml``. Only what is in none of them is parsed as UCUM
by ucumvert and pint, which are slow to load. The guard behind every conversion is the plausible range of
the analyte: 0.45 with "%" is a question for a person, not a hematocrit.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from math import isfinite
from typing import Any

from clarkson.analytes import Analyte, analyte
from clarkson.errors import UnitError

# Every hematocrit is below 1 as a fraction and above 1 in percent: alone among the analytes it needs no unit.
_UNMISTAKABLE = frozenset({"hematocrit"})
MISSING = frozenset({9999.0, 99999.0, 999999.0})
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER_OF_TEN = re.compile(r"^(?:[x*]?10)(?:\*\*|\*|\^|e)\(?(-?\d+)\)?")
# What a unit may be made of. The rest of UCUM has dimensions that mean something else here: equivalents,
# international and other arbitrary units, kelvin, becquerel, angles.
_STEMS = frozenset(
    {"gram", "pound", "ounce", "stone", "liter", "meter", "mole", "katal", "enzyme_unit"}
    | {"second", "minute", "hour", "day", "week", "percent", "_10", "dimensionless"}
    | {"pascal", "bar", "newton", "dyne", "meter_Hg", "meter_H2O", "pound_force_per_square_inch"}
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A value in this unit times ``factor`` plus ``zero`` is the value in the first unit of its dimension."""

    dimension: str
    factor: Fraction
    zero: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class _Names:
    no_unit: frozenset[str]
    first: Mapping[str, str]
    known: Mapping[str, _Unit]
    printed: Mapping[str, str]
    printed_for: Mapping[str, Mapping[str, str]]
    usual: Mapping[str, tuple[str, ...]]
    molar_mass: Mapping[str, Fraction]
    charge: Mapping[str, int]


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    """The spelling without case, blanks and the many ways to write a power of ten."""
    text = "".join(text.split()).replace("µ", "u").replace("μ", "u").replace("×", "x").lower()
    text = re.sub(r"10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"10*\1", text).translate(_SUPERSCRIPT)
    return _POWER_OF_TEN.sub(r"10*\1", text).replace("^", "")


def _read_unit(dimension: str, entry: Any) -> _Unit:
    if isinstance(entry, dict):
        return _Unit(dimension, Fraction(entry["factor"]), Fraction(entry["zero"]))
    return _Unit(dimension, Fraction(entry))


@cache
def _names() -> _Names:
    text = files("clarkson").joinpath("unit_names.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text, parse_float=Fraction)
    return _Names(
        no_unit=frozenset(table["no_unit"]),
        first={dimension: next(iter(units)) for dimension, units in table["units"].items()},
        known={
            _folded(code): _read_unit(dimension, entry)
            for dimension, units in table["units"].items()
            for code, entry in units.items()
        },
        printed=table["printed"],
        printed_for={key: group for group in table["printed_for"] for key in group["analytes"]},
        usual={key: tuple(units) for key, units in table["usual"].items()},
        molar_mass={key: Fraction(entry["grams"]) for key, entry in table["molar_mass"].items()},
        charge=table["charge"],
    )


def ucum_codes() -> tuple[str, ...]:
    """Every UCUM code that is known without parsing it.

    >>> "g/dL" in ucum_codes()
    True
    """
    text = files("clarkson").joinpath("unit_names.toml").read_text(encoding="utf-8")
    return tuple(code for units in tomllib.loads(text)["units"].values() for code in units)


@cache
def _registry() -> Any:
    from ucumvert import PintUcumRegistry  # 0.8 s: only for units that the table lacks

    return PintUcumRegistry()


@lru_cache(maxsize=4096)
def _parsed(code: str) -> _Unit | None:
    """The unit of a UCUM code that the table lacks, or None if it is no code or measures something else."""
    # A long power would be computed digit by digit before anyone could refuse it.
    if not code or len(code) > 40 or re.search(r"\d{4}|[*^A-Za-z\])][+-]?\d{3}", code):
        return None
    from lark.exceptions import LarkError
    from pint.errors import PintError

    registry = _registry()
    try:
        quantity = registry.from_ucum(code)
        stems = {registry.parse_unit_name(name)[0][1] for name in dict(quantity.unit_items())}
        if not stems <= _STEMS:
            return None
        for dimension, first in _names().first.items():
            target = registry.from_ucum(first)
            if dimension != "equivalent/volume" and target.dimensionality == quantity.dimensionality:
                factor = (quantity / target).to_base_units().magnitude
                return _Unit(dimension, Fraction(factor)) if 1e-30 < factor < 1e30 else None
    except (LarkError, PintError, ArithmeticError, ValueError):
        return None
    return None


def _unit(entry: Analyte, printed: str) -> _Unit:
    """What the printed unit is, for that analyte."""
    names = _names()
    # An annotation says what is counted ("{cells}/uL"); one that starts with a number ("{1.73_m2}") hides a factor.
    bare = re.sub(r"\{[^{}0-9][^{}]*\}", "", printed) if "{" in printed else printed
    if bare.strip() == "" and printed.strip() != "":
        bare = "1"
    spelled = _folded(bare)
    code = names.printed_for.get(entry.key, {}).get(spelled) or names.printed.get(spelled)
    unit = names.known.get(_folded(code or spelled))
    if unit is None and "{" not in bare:
        unit = _parsed(bare.strip().replace("µ", "u").replace("μ", "u"))
    if unit is None:
        raise UnitError(f"{entry.label}: the unit '{printed}' is none that it can have; {_usual_sentence(entry)}")
    return unit


def _usual(entry: Analyte) -> tuple[str, ...]:
    return _names().usual.get(entry.key, (entry.unit,))


def _usual_sentence(entry: Analyte) -> str:
    return f"usual is {' or '.join(_usual(entry))}"


def _bridge(key: str, given: str, wanted: str) -> Fraction | None:
    """What one first unit of the given dimension is in that of the wanted, or None if it is nothing."""
    mass = _names().molar_mass.get(key)
    charge = _names().charge.get(key)
    match given, wanted:
        case _ if given == wanted:
            return Fraction(1)
        case "substance/volume", "mass/volume" if mass:
            return mass / 1000
        case "mass/volume", "substance/volume" if mass:
            return 1000 / mass
        case "mass/substance", "fraction" if mass:
            return 1 / mass
        case "equivalent/volume", "substance/volume" if charge:
            return Fraction(1, charge)
        case _:
            return None


@lru_cache(maxsize=4096)
def scale(key: str, printed: str) -> tuple[Fraction, Fraction]:
    """Factor and zero from the printed to the canonical unit of the analyte ``key``.

    Raises
    ------
    UnitError
        There is no unit, it is unknown, or it measures something else.
    UnknownAnalyteError
        No analyte has that key.

    >>> scale("albumin", "g/dL")
    (Fraction(10, 1), Fraction(0, 1))
    """
    entry = analyte(key)
    if _folded(printed) in _names().no_unit:
        raise UnitError(f"{entry.label} has no unit; {_usual_sentence(entry)}")
    unit = _unit(entry, printed)
    wanted = _names().known[_folded(entry.unit)]
    bridge = _bridge(key, unit.dimension, wanted.dimension)
    if bridge is None:
        why = (
            "an equivalent is an amount only for an ion of known charge"
            if unit.dimension == "equivalent/volume"
            else "it measures something else"
        )
        raise UnitError(f"{entry.label} cannot be in '{printed}': {why}; {_usual_sentence(entry)}")
    return unit.factor * bridge / wanted.factor, (unit.zero * bridge - wanted.zero) / wanted.factor


def _scaled(value: float, factor: Fraction, zero: Fraction) -> float:
    # Multiplying before dividing keeps 57 % at 0.57, where 57 * 0.01 is 0.5700000000000001.
    return value * factor.numerator / factor.denominator + float(zero)


def _readings(entry: Analyte, value: float) -> list[str]:
    """The usual units in which the value is one that a living person may have."""
    return [unit for unit in _usual(entry) if _scaled(value, *scale(entry.key, unit)) in entry.plausible]


def _question(entry: Analyte, value: float, printed: str) -> UnitError:
    fits = " or ".join(f"{value:g} {unit}" for unit in _readings(entry, value))
    span = f"{entry.shown(entry.plausible.low)} to {entry.shown(entry.plausible.high)}"
    fault = f"{printed} lies outside what living people have ({span})" if printed else "has no unit"
    answer = f"{fits} would fit: which is right?" if fits else "no usual unit fits: is the number right?"
    return UnitError(f"{entry.label} {value:g} {fault}; {answer}", question=True)


def _refuse_no_value(entry: Analyte, value: float) -> None:
    if not isfinite(value):
        raise UnitError(f"{entry.label}: '{value}' is no number; leave out what was not measured")
    if value < 0 <= entry.plausible.low:
        raise UnitError(f"{entry.label} {value:g}: cannot be negative; many files write -1 for a test not done")


def canonical(key: str, value: float, unit: str) -> float:
    """The value in the canonical unit of the analyte ``key``; ``unit`` is as printed.

    Raises
    ------
    UnitError
        The unit is unknown or measures something else, or the value is none (NaN, infinite, negative);
        with ``question`` true where the pair is impossible, the unit missing, or the value one that
        files write for "not measured": a person must say what is right.
    UnknownAnalyteError
        No analyte has that key.

    >>> canonical("albumin", 3.5, "g/dL"), canonical("hematocrit", 42, "%")
    (35.0, 0.42)
    """
    entry = analyte(key)
    _refuse_no_value(entry, value)
    if _folded(unit) in _names().no_unit:
        readings = _readings(entry, value)
        if key not in _UNMISTAKABLE or len(readings) != 1:
            raise _question(entry, value, "")
        return _scaled(value, *scale(key, readings[0]))
    result = _scaled(value, *scale(key, unit))
    if value in MISSING:
        raise UnitError(
            f"{entry.label} {value:g}: many files write {value:g} for a test not done; was it measured?",
            question=True,
        )
    if result not in entry.plausible:
        raise _question(entry, value, unit.strip())
    return result


def from_canonical(key: str, value: float, unit: str) -> float:
    """The canonical value of the analyte ``key`` in another unit.

    Raises
    ------
    UnitError
        The unit is unknown or measures something else.
    UnknownAnalyteError
        No analyte has that key.

    >>> from_canonical("hematocrit", 0.42, "%")
    42.0
    """
    factor, zero = scale(key, unit)
    return (value - float(zero)) * factor.denominator / factor.numerator
