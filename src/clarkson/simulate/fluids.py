"""What a litre of each fluid for a vein holds (``fluids.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

Grade: TypeAlias = Literal["label", "measured", "assumed"]

CHLORIDE_PER_SODIUM = 104.0 / 140.0
"""Proportion of chloride to sodium in plasma (mmol/mmol)."""


@dataclass(frozen=True, slots=True)
class Fluid:
    """Contents of one litre: ions in mmol, glucose and proteins in g, red cells as a share of the volume.

    `unit_l` is the volume of one unit [L], 0 where the fluid does not come in units. `protein` names the content
    that is meant by a dose in grams, empty where there is none.
    """

    name: str
    source: str
    grade: Grade
    also: tuple[str, ...] = ()
    sodium: float = 0.0
    chloride: float = 0.0
    potassium: float = 0.0
    glucose: float = 0.0
    albumin: float = 0.0
    igg: float = 0.0
    other_protein: float = 0.0
    red_cells: float = 0.0
    unit_l: float = 0.0
    protein: str = ""

    @property
    def chloride_excess(self) -> float:
        """Chloride beyond the share of plasma [mmol/L], Cl − Na · 104/140; below zero where there is less.

        >>> round(fluids()["saline 0.9 %"].chloride_excess, 1)
        39.6
        """
        return self.chloride - CHLORIDE_PER_SODIUM * self.sodium

    @property
    def grams_per_l(self) -> float:
        """Protein that a dose in grams means [g/L]; 0 where the fluid is not given by weight.

        >>> fluids()["albumin 20 %"].grams_per_l
        200.0
        """
        return float(getattr(self, self.protein)) if self.protein else 0.0

    def __str__(self) -> str:
        contents = ("sodium", "chloride", "potassium", "glucose", "albumin", "igg", "other_protein", "red_cells")
        held = [f"{name.replace('_', ' ')} {getattr(self, name):g}" for name in contents if getattr(self, name)]
        return f"{self.name}: {', '.join(held)} ({self.grade}: {self.source})"


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("clarkson.simulate").joinpath("fluids.toml").read_text(encoding="utf-8"))


@cache
def fluids() -> Mapping[str, Fluid]:
    """Every fluid by name.

    >>> print(fluids()["dextrose 5 %"])
    dextrose 5 %: glucose 50 (label: 50 g/L in water by its name)
    """
    return {entry["name"]: Fluid(**entry | {"also": tuple(entry.get("also", ()))}) for entry in _table()["fluid"]}


@cache
def refused_fluids() -> Mapping[str, str]:
    """Why a fluid cannot be given, by its folded name.

    >>> refused_fluids()["gelatine"].split(",")[0]
    'how fast gelatine leaves leaking vessels is not known'
    """
    return {name.casefold(): entry["reason"] for entry in _table()["refused"] for name in entry["names"]}
