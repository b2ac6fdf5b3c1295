"""The registry of parameters: what each is, its unit, value, prior, source and grade."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias, get_args

from clarkson.errors import SettingError

Grade: TypeAlias = Literal["measured", "fitted", "assumed", "derived"]
Family: TypeAlias = Literal["lognormal", "normal", "fixed", "derived", "given"]


@dataclass(frozen=True, slots=True)
class Prior:
    """How people differ: the family, and its spread (log standard deviation, or standard deviation in the unit)."""

    family: Family
    spread: float = 0.0

    def __str__(self) -> str:
        return f"{self.family} {self.spread:g}" if self.spread else self.family


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the body. `value` is that of the reference adult, NaN where it is derived."""

    name: str
    symbol: str
    what: str
    unit: str
    value: float
    prior: Prior
    source: str
    grade: Grade
    follows: str

    def __str__(self) -> str:
        return f"{self.name} = {self.value:g} {self.unit} ({self.prior}; {self.grade}: {self.source})"


def _prior(text: str) -> Prior:
    family, *spread = text.split()
    if family not in get_args(Family) or len(spread) != (family in ("lognormal", "normal")):
        raise ValueError(f"a prior is 'lognormal s', 'normal s', 'fixed', 'derived' or 'given', not {text!r}")
    return Prior(family, float(spread[0]) if spread else 0.0)  # type: ignore[arg-type]


@cache
def parameters() -> Mapping[str, Parameter]:
    """Every parameter by name, in the order of the registry.

    >>> parameters()["resting_albumin"].unit
    'g/L'
    """
    table = tomllib.loads(files("clarkson.body").joinpath("parameters.toml").read_text(encoding="utf-8"))
    return {
        name: Parameter(
            name=name,
            symbol=entry["symbol"],
            what=entry["what"],
            unit=entry["unit"],
            value=entry.get("value", float("nan")),
            prior=_prior(entry["prior"]),
            source=entry["source"],
            grade=entry["grade"],
            follows=entry.get("follows", ""),
        )
        for name, entry in table.items()
    }


def parameter_names() -> tuple[str, ...]:
    """The names in the order of every parameter vector.

    >>> parameter_names()[0]
    'resting_weight'
    """
    return tuple(parameters())


def check_names(names: Iterable[str]) -> None:
    """Raise SettingError where a name is none of the registry or is derived from the others."""
    registry = parameters()
    for name in names:
        if name not in registry:
            near = get_close_matches(name, registry, n=1)
            hint = f": did you mean '{near[0]}'?" if near else ". 'clarkson parameters' lists them all."
            raise SettingError(f"'{name}' is no parameter of the body{hint}")
        if registry[name].grade == "derived":
            raise SettingError(f"'{name}' is derived: it follows from the other parameters and cannot be set")
