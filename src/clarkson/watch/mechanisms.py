"""The mechanisms of ``mechanisms.toml`` and their draws: what each could have done to a person."""

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
Course = Literal["acute", "slow", "brief", "after leak"]

DRAWS = 2048
_COORDINATE = {name.replace(" ", "_"): place for place, name in enumerate(CHANGE)}
SLOW_DAYS = (10.0, 60.0)  # red cells and albumin cannot be made or lost faster than a few percent a day
RECOVERY_DAYS = (1.0, 6.0)  # time constant of what is left of a leak: 48 h to 2 weeks in all
NEARLY_OVER = 0.2
NOT_YET_RETURNING = 0.4
PLATEAU = 0.5  # share of acute courses that had reached their size by the earlier sample
LEAK_AND_RETURN_DAYS = 4.0  # a leak cannot come and return unseen between two draws closer than this
UNEXPLAINED_EARLIER = 0.15  # share of draws in which another mechanism stood behind the earlier sample


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One mechanism: its words, its prior weight, its signs (mean, SD), and what settles it."""

    name: str
    label: str
    kind: Kind
    weight: float
    course: Course
    signs: Mapping[str, tuple[float, float]]
    settled_by: Mapping[str, str]
    source: str


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
            entry["course"],
            MappingProxyType(signs),
            MappingProxyType(entry.get("settled_by", {})),
            entry["source"],
        )
    return MappingProxyType(found)


def _drawn(law: Mapping[str, list[float]], chance: np.random.Generator) -> Array:
    ((name, (first, second)),) = law.items()
    if name == "uniform":
        return chance.uniform(first, second, DRAWS)
    if name == "normal":
        return chance.normal(first, second, DRAWS)
    return first * np.exp(chance.normal(0.0, second, DRAWS))


def _chance(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


def _changes(name: str, chance: np.random.Generator) -> Array:
    """Log changes (DRAWS, 6) of a mechanism that does not follow another."""
    entry = _table()[name]
    change = np.zeros((DRAWS, len(CHANGE)))
    for quantity, place in _COORDINATE.items():
        if quantity in entry:
            change[:, place] = _drawn(entry[quantity], chance)
    for quantity, place in _COORDINATE.items():
        for other in ("red_cells", "plasma", "albumin"):
            if f"{quantity}_per_{other}" in entry:
                change[:, place] += _drawn(entry[f"{quantity}_per_{other}"], chance) * change[:, _COORDINATE[other]]
    return change


@dataclass(frozen=True, slots=True)
class Draws:
    """What a mechanism could have done by now (DRAWS, 6) and by the earlier sample (DRAWS, 6)."""

    now: Array
    earlier: Array


@cache
def _after_leak(name: str) -> Draws:
    """A leak came first; since then part of the plasma and of the protein has returned."""
    chance, entry = _chance(name), _table()[name]
    leak = _changes("leak", chance)
    now = leak.copy()
    now[:, rows.PLASMA] *= 1.0 - _drawn(entry["plasma_returned"], chance)
    kept = 1.0 - _drawn(entry["albumin_returned"], chance)
    now[:, [rows.ALBUMIN_MASS, rows.GLOBULIN_MASS]] *= kept[:, None]
    now[:, rows.RED_CELLS] += _drawn(entry["red_cells"], chance)
    way = chance.uniform(0.0, 1.05, DRAWS)  # how far the return had come by the earlier sample
    way[chance.uniform(size=DRAWS) < NOT_YET_RETURNING] = 0.0
    earlier = leak + way[:, None] * (now - leak)
    return Draws(now, earlier)


@cache
def _fixed(name: str) -> tuple[Array, Array, Array]:
    """Changes now, the share that stood at an earlier sample (acute), and the days a slow course takes."""
    chance = _chance(name)
    change = _changes(name, chance)
    growing, grown = chance.uniform(0.0, 1.0, DRAWS), chance.uniform(0.85, 1.15, DRAWS)
    share = np.where(chance.uniform(size=DRAWS) < PLATEAU, grown, growing)
    return change, share, chance.uniform(*SLOW_DAYS, DRAWS)


@cache
def _unexplained() -> Array:
    return _changes("unknown", _chance("earlier"))


@cache
def _leak_or_return() -> tuple[Array, Array]:
    """States (DRAWS, 6) of people in a leak or on the way back, by turns, and the days (DRAWS,) recovery takes."""
    chance = _chance("in a leak")
    states = _changes("leak", chance)
    states[::2] = _after_leak("refill").now[::2]
    return states, chance.uniform(*RECOVERY_DAYS, DRAWS)


@dataclass(frozen=True, slots=True)
class Timing:
    """Days since the earlier sample and since the newest of the baseline, and how surely the earlier was no quiet one.

    ``disturbed`` is the probability that a leak or its refill was going on at the earlier sample.
    """

    earlier_days: float = 1.0
    baseline_days: float = math.inf
    disturbed: float = 0.0


def draws(name: str, timing: Timing) -> Draws:
    """Draws of a mechanism for a sample and for the one before it.

    A slow course has had the days since the baseline to come about. The same draws come back every time.

    >>> draws("leak", Timing()).now.shape
    (2048, 6)
    """
    mechanism = mechanisms()[name]
    if mechanism.course == "after leak":
        both = _after_leak(name)
        now, earlier = both.now.copy(), both.earlier.copy()
    else:
        change, share, slow_days = _fixed(name)
        reached = np.ones(DRAWS)
        if mechanism.course == "slow":
            reached = np.minimum(1.0, timing.baseline_days / slow_days)
            share = _grown_before(timing, slow_days)
        elif mechanism.course == "brief":
            share = np.zeros(DRAWS)
        now, earlier = change * reached[:, None], change * share[:, None]
    other = 0
    if mechanism.kind in ("steady", "other"):
        other = int(timing.disturbed * DRAWS)
        states, recovery_days = _leak_or_return()
        if mechanism.kind == "steady":  # nearly over then, and over now
            earlier[:other] = NEARLY_OVER * states[:other]
        else:  # something else on top of what is left
            earlier[:other] = states[:other]
            left = np.exp(-timing.earlier_days / recovery_days[:other])
            now[:other] += left[:, None] * states[:other]
    if mechanism.kind != "refill" or timing.earlier_days > LEAK_AND_RETURN_DAYS:
        unexplained = other + int(UNEXPLAINED_EARLIER * (DRAWS - other))
        earlier[other:unexplained] = _unexplained()[other:unexplained]
    return Draws(now, earlier)


def _grown_before(timing: Timing, slow_days: Array) -> Array:
    """Share of a slow change that stood at the earlier sample."""
    if math.isinf(timing.baseline_days):
        return 1.0 - np.minimum(1.0, timing.earlier_days / slow_days)
    return np.clip((timing.baseline_days - timing.earlier_days) / slow_days, 0.0, 1.0)
