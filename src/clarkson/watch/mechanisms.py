"""The mechanisms of ``mechanisms.toml``: their words, how they come and go, and what each could have done."""

from __future__ import annotations

import math
import tomllib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from clarkson.balance import observation as rows
from clarkson.balance.observation import CHANGE
from clarkson.engine.gaussian import Array

Kind = Literal["leak", "refill", "steady", "other"]

DRAWS = 2048
_COORDINATE = {name.replace(" ", "_"): place for place, name in enumerate(CHANGE)}
SLOW_HOURS = 24.0 * 14  # a mechanism that takes longer than this to come about is slow


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism: its words, its prior weight, its time course, its signs (mean, SD), and what settles it.

    ``hours`` is the time constant with which it comes about (``hours_of_proteins`` that of its proteins),
    ``lasts_hours`` its median duration with ``lasts_log_sd`` (0: exponential), ``leads`` what follows it, ``parts`` the
    number of Gaussians that describe it, ``moves`` the places in ``CHANGE`` that it moves.
    """

    name: str
    label: str
    kind: Kind
    weight: float
    hours: float
    hours_of_proteins: float
    lasts_hours: float
    lasts_log_sd: float
    leads: Mapping[str, float]
    parts: int
    moves: tuple[int, ...]
    signs: Mapping[str, tuple[float, float]]
    settled_by: Mapping[str, str]
    source: str

    @property
    def slow(self) -> bool:
        """Whether it takes weeks to come about, so that one draw can show the person's level of these weeks."""
        return self.hours > SLOW_HOURS


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(files("clarkson.watch").joinpath("mechanisms.toml").read_text(encoding="utf-8"))


@cache
def mechanisms() -> Mapping[str, Mechanism]:
    """Every mechanism by name.

    >>> mechanisms()["leak"].kind
    'leak'
    """
    found = {}
    for name, entry in _table().items():
        signs = {sign: (float(pair[0]), float(pair[1])) for sign, pair in entry["signs"].items()}
        found[name] = Mechanism(
            name,
            entry["label"],
            entry["kind"],
            entry["weight"],
            float(entry["hours"]),
            float(entry.get("hours_of_proteins", entry["hours"])),
            float(entry["lasts_hours"]),
            float(entry.get("lasts_log_sd", 0.0)),
            MappingProxyType(entry.get("leads", {})),
            entry["parts"],
            _moved(name),
            MappingProxyType(signs),
            MappingProxyType(entry.get("settled_by", {})),
            entry["source"],
        )
    return MappingProxyType(found)


def _moved(name: str) -> tuple[int, ...]:
    if "plasma_returned" in _table()[name]:
        return tuple(range(len(CHANGE)))
    starts = tuple(_COORDINATE)
    return tuple(
        _COORDINATE[start]
        for start in starts
        if any(key == start or key.startswith(f"{start}_per_") for key in _table()[name])
    )


def _drawn(law: Mapping[str, list[float]], chance: np.random.Generator) -> Array:
    ((name, (first, second)),) = law.items()
    if name == "uniform":
        return chance.uniform(first, second, DRAWS)
    if name == "normal":
        return chance.normal(first, second, DRAWS)
    return first * np.exp(chance.normal(0.0, second, DRAWS))


def _chance(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def _changes(entry: Mapping[str, Any], chance: np.random.Generator) -> Array:
    """Log changes (DRAWS, 6) of a mechanism that does not follow another."""
    change = np.zeros((DRAWS, len(CHANGE)))
    for quantity, place in _COORDINATE.items():
        if quantity in entry:
            change[:, place] = _drawn(entry[quantity], chance)
    for quantity, place in _COORDINATE.items():
        for other in ("red_cells", "plasma", "albumin"):
            if f"{quantity}_per_{other}" in entry:
                change[:, place] += _drawn(entry[f"{quantity}_per_{other}"], chance) * change[:, _COORDINATE[other]]
    return change


def _after_leak(entry: Mapping[str, Any], chance: np.random.Generator) -> Array:
    """A leak came first; since then part of the plasma and of the protein has returned."""
    change = _changes(_table()["leak"], chance)
    change[:, rows.PLASMA] *= 1.0 - _drawn(entry["plasma_returned"], chance)
    kept = 1.0 - _drawn(entry["albumin_returned"], chance)
    change[:, [rows.ALBUMIN_MASS, rows.GLOBULIN_MASS]] *= kept[:, None]
    change[:, rows.RED_CELLS] += _drawn(entry["red_cells"], chance)
    change[:, rows.SODIUM_LEVEL] = _drawn(entry["sodium"], chance)
    return change


@cache
def changes(name: str) -> Array:
    """What a mechanism could have done to a person in whom it is found: log changes (DRAWS, 6) in the order of CHANGE.

    The same draws come back every time.

    >>> changes("leak").shape
    (2048, 6)
    """
    entry, chance = _table()[name], _chance(name)
    return _after_leak(entry, chance) if "plasma_returned" in entry else _changes(entry, chance)


@cache
def arrival(name: str) -> Array:
    """Where a mechanism leads in the end, (DRAWS, 6): for most where a person in whom it is found already is."""
    entry = _table()[name].get("arrives")
    return changes(name) if entry is None else _changes(entry, _chance(name))


def grown(name: str, days: float) -> float:
    """Share of its size that a mechanism can have reached in the days since the person's own level was known.

    Red cells and albumin cannot be made or lost faster than a few percent a day.

    >>> grown("red-cell gain", 1.0) < 0.03, grown("leak", math.inf)
    (True, 1.0)
    """
    mechanism = mechanisms()[name]
    return 1.0 - math.exp(-24.0 * days / mechanism.hours) if mechanism.slow else 1.0
