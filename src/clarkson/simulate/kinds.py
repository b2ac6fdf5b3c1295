"""What can be given or happen, by name: fluids (``fluids.toml``) and everything else (``kinds.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from clarkson.errors import DoseError
from clarkson.simulate.fluids import Fluid, Grade, fluids, refused_fluids

Nature: TypeAlias = Literal["amount", "rate", "level"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of an amount: `factor` turns it into `base`; an amount is spread over time, a rate or a level holds."""

    name: str
    base: str
    factor: float = 1.0
    per_kg: bool = False
    nature: Nature = "amount"


UNITS: Mapping[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("mL", "L", 0.001),
        Unit("L", "L"),
        Unit("mL/kg", "L", 0.001, per_kg=True),
        Unit("g", "g"),
        Unit("g/kg", "g", per_kg=True),
        Unit("units", "unit"),
        Unit("mg", "mg"),
        Unit("mg/kg", "mg", per_kg=True),
        Unit("mg/h", "mg/h", nature="rate"),
        Unit("ug/min", "ug/min", nature="rate"),
        Unit("ug/kg/min", "ug/min", per_kg=True, nature="rate"),
        Unit("deg", "deg", nature="level"),
        Unit("mmHg", "mmHg", nature="level"),
        Unit("", "", nature="level"),
    )
}
_SYNONYMS = {
    "units": ("unit", "bag", "bags"),
    "deg": ("°", "degree", "degrees"),
    "ug/min": ("µg/min", "mcg/min"),
    "ug/kg/min": ("µg/kg/min", "mcg/kg/min"),
}
_SAID = {said.casefold(): name for name in UNITS for said in (name, *_SYNONYMS.get(name, ()))}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing that is given or happens.

    `gives`: inputs of the body per base unit of the amount. `holds`: inputs at a level while it lasts. `most` and
    `most_per_kg`: largest amounts by base unit. `grams_per_l` and `unit_l` turn grams and units of a fluid into L.
    """

    name: str
    units: tuple[str, ...]
    word: Literal["over", "for", ""]
    source: str
    grade: Grade
    also: tuple[str, ...] = ()
    gives: Mapping[str, float] = field(default_factory=dict)
    holds: Mapping[str, float] = field(default_factory=dict)
    customary: float | None = None
    customary_h: float | None = None
    most: Mapping[str, float] = field(default_factory=dict)
    most_per_kg: Mapping[str, float] = field(default_factory=dict)
    because: str = ""
    grams_per_l: float = 0.0
    unit_l: float = 0.0


def _of_fluid(fluid: Fluid) -> Kind:
    """A litre of a fluid as inputs of the body; red cells go their own way, beside the water they float in."""
    grams, units = ("g", "g/kg") if fluid.protein else (), ("units",) if fluid.unit_l else ()
    per_litre = {
        "infusion": 1.0 - fluid.red_cells,
        "infusion_sodium": fluid.sodium,
        "infusion_chloride_excess": fluid.chloride_excess,
        "infusion_albumin": fluid.albumin,
        "infusion_igg": fluid.igg,
        "infusion_other_protein": fluid.other_protein,
        "infusion_red_cells": fluid.red_cells,
    }
    return Kind(
        name=fluid.name,
        also=fluid.also,
        units=("mL", "L", "mL/kg", *grams, *units),
        word="over",
        gives={name: value for name, value in per_litre.items() if value},
        customary_h=4.0 if fluid.protein == "igg" else 1.0,
        most={"L": 40.0, "L/h": 60.0},
        because="a wide central line takes about 60 L/h, and 40 L is all the water of a body",
        grams_per_l=fluid.grams_per_l,
        unit_l=fluid.unit_l,
        source=fluid.source,
        grade=fluid.grade,
    )


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind by its own name, fluids first.

    >>> kinds()["albumin 20 %"].gives["infusion_albumin"], kinds()["sitting"].holds
    (200, {'upright': 0.5})
    """
    table = tomllib.loads(files("clarkson.simulate").joinpath("kinds.toml").read_text(encoding="utf-8"))
    others = (
        Kind(**entry | {"units": tuple(entry["units"]), "also": tuple(entry.get("also", ()))})
        for entry in table["kind"]
    )
    return {kind.name: kind for kind in (*map(_of_fluid, fluids().values()), *others)}


@cache
def _by_any_name() -> Mapping[str, Kind]:
    return {name.casefold(): kind for kind in kinds().values() for name in (kind.name, *kind.also)}


def kind_named(name: str) -> Kind:
    """The kind of that name, however it is spelled.

    Raises
    ------
    DoseError
        Nothing is called so, it comes in several strengths, or the body cannot take it; the text says which.

    >>> kind_named("Normal Saline").name, kind_named("phlebotomy").name
    ('saline 0.9 %', 'bleed')
    """
    folded = re.sub(r"\s*%", " %", " ".join(name.casefold().split()))
    known = _by_any_name()
    if folded in known:
        return known[folded]
    stem = re.sub(r"\s*[\d.]+ %$", "", folded)
    reason = refused_fluids().get(folded, refused_fluids().get(stem))
    if reason:
        raise DoseError(f"'{name}' cannot be given here: {reason}")
    strengths = [
        kind.name.split()[-2] for kind in kinds().values() if re.match(rf"{re.escape(stem)} [\d.]+ %", kind.name)
    ]
    if strengths:
        listed = " % or ".join(filter(None, (" %, ".join(strengths[:-1]), strengths[-1])))
        raise DoseError(f"'{name}' is no strength that is known: {stem} comes as {listed} %")
    near = get_close_matches(folded, known, n=1)
    hint = f": did you mean '{known[near[0]].name}'?" if near else f". Known are: {', '.join(kinds())}."
    raise DoseError(f"'{name}' is nothing that can be given{hint}")


def unit_named(name: str, kind: Kind) -> Unit:
    """The unit of that name, where the kind can be given in it.

    Raises
    ------
    DoseError
        It is no unit, or none of this kind.

    >>> unit_named("ml/kg", kinds()["bleed"]).name
    'mL/kg'
    """
    said = _SAID.get(name.casefold())
    if said is not None and said in kind.units:
        return UNITS[said]
    if not kind.units:
        raise DoseError(f"{kind.name} takes no amount, only a length of time: '{kind.name} 2 h'")
    allowed = " or ".join(unit or "a number from 0 to 1" for unit in kind.units)
    if not name:
        raise DoseError(f"{kind.name} needs a unit: {allowed}")
    raise DoseError(f"{kind.name} is not given in '{name}' but in {allowed}")
