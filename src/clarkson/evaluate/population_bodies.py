"""Courses of many bodies at once, as log changes: attacks, leaks of another cause, bleeding, transfusion, surgery.

These are the body's own simulation. What is given to a body, and how far and how long its wall opens, are assumptions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clarkson.body.attack import Attack, attacks
from clarkson.body.parameters import parameter_names
from clarkson.body.person import Floats, Person
from clarkson.body.rest import Rest
from clarkson.engine.integrate import Trajectories
from clarkson.simulate.cohort import virtual_people
from clarkson.simulate.courses import courses
from clarkson.simulate.death import died_at
from clarkson.simulate.scenario import DISEASES
from clarkson.simulate.schedule import Given

CHANNELS = (
    *("plasma", "red cells", "cell size", "albumin", "globulin", "sodium", "systolic", "heart rate", "weight"),
    *("creatinine", "platelets", "leukocytes", "crp", "lactate"),
)
"""What a course changes: log changes from the own steady state, and what is added of CRP [mg/L], lactate [mmol/L]."""

WOMAN, MAN = Person("female", 45, 164, 68), Person("male", 50, 177, 82)
BEGINS_H = 12.0
EVERY_H = 1.0
ATTACK_H = 264.0
MOST_BODIES = 50
MOST_LOST = 0.70  # attacks of 10 to 70 % of plasma are published

Opened = tuple[float, float, float, float]
"""A wall opened from outside: how far, its onset, rise and end [h]."""
Drawn = Callable[[np.random.Generator, Person], tuple[Sequence[Given], Opened | None]]


@dataclass(frozen=True, eq=False)
class Courses:
    """K courses: ``changes`` (K, T, C) float32 evenly from hour 0 to ``ends`` (K,), and what was given in each.

    ``onsets`` (K,) [h] is when an attack of SCLS begins, NaN where a course is none.
    """

    changes: NDArray[np.float32]
    ends: Floats
    given: tuple[tuple[Given, ...], ...]
    onsets: Floats


def by_bodies(drawn: Drawn, count: int, hours: float, seed: int, people: Sequence[Person] = (WOMAN, MAN)) -> Courses:
    """About ``count`` courses of ``hours``, shared out among people of these sizes; who would have died is left out."""
    parts = []
    for place, person in enumerate(people):
        random = np.random.default_rng([seed, place])
        each = count // len(people)
        rest = virtual_people(person, range(each), seed + place, {})
        given, opened = zip(*(drawn(random, person) for _ in range(each)), strict=True)
        found = courses(_opened(rest, opened), given, person.weight_kg, _times(hours))
        parts.append(_kept(found, given, _lives(found), np.full(each, np.nan)))
    return joined(parts)


def attacks_of(person: Person, count: int, seed: int) -> Courses:
    """``count`` attacks of one body with the disease, treated as hospitals do; each takes 10 to 70 % of the plasma.

    Half follow an infection, all or nothing; in the others a wall opens by an amount and for a time that are drawn. Who
    has no such attacks, or dies, is drawn again.
    """
    for each in range(MOST_BODIES):
        found = _attacks_of(person, 4 * count + 12, [seed, each])
        if len(found.ends) >= count:
            return Courses(found.changes[:count], found.ends[:count], found.given[:count], found.onsets[:count])
    raise AssertionError(f"of {MOST_BODIES} bodies none had {count} attacks and lived")


def _attacks_of(person: Person, tries: int, seed: Sequence[int]) -> Courses:
    random = np.random.default_rng(seed)
    conductance = 0.23 * math.exp(random.uniform(-1.5, 0.7))
    overrides = {**DISEASES["scls"], "gap_conductance": conductance}
    one = virtual_people(person, [0], int(random.integers(2**31)), overrides)
    rest = Rest(np.repeat(one.parameters, tries, axis=0), np.repeat(one.states, tries, axis=0))
    given, opened = zip(*(_attack(random, by_infection=lane % 2 == 0) for lane in range(tries)), strict=True)
    found = courses(_opened(rest, opened), given, person.weight_kg, _times(ATTACK_H))
    names = ("plasma_volume_change", "open_gap", "water_gain")
    seen = [
        attacks(found.times, *(np.asarray(found[name][lane], dtype=float) for name in names)) for lane in range(tries)
    ]
    ordinary = np.array([len(each) > 0 and _ordinary(each[0]) for each in seen], dtype=np.bool_)
    onsets = np.array([each[0].onset if each else np.nan for each in seen])
    return _kept(found, given, _lives(found) & ordinary, onsets)


def joined(parts: Sequence[Courses]) -> Courses:
    """Courses of several sources as one."""
    return Courses(
        np.concatenate([each.changes for each in parts]),
        np.concatenate([each.ends for each in parts]),
        tuple(given for each in parts for given in each.given),
        np.concatenate([each.onsets for each in parts]),
    )


def _ordinary(attack: Attack) -> bool:
    return attack.plasma_lost <= MOST_LOST and math.isfinite(attack.leak_end)


def _times(hours: float) -> Floats:
    return np.arange(0.0, hours + EVERY_H, EVERY_H)


def _opened(rest: Rest, opened: Sequence[Opened | None]) -> Rest:
    parameters, names = rest.parameters.copy(), parameter_names()
    columns = [names.index(f"given_leak{part}") for part in ("", "_onset", "_rise", "_end")]
    for lane, wall in enumerate(opened):
        if wall is not None:
            parameters[lane, columns] = wall
    return Rest(parameters, rest.states)


def _lives(found: Trajectories) -> NDArray[np.bool_]:
    """Who was computed to the end and lives (n,)."""
    alive: NDArray[np.bool_] = np.isnan(died_at(found.times, found["death_risk"]))
    return alive & np.isfinite(found["hematocrit"]).all(axis=1)


def _kept(found: Trajectories, given: Sequence[Sequence[Given]], lives: NDArray[np.bool_], onsets: Floats) -> Courses:
    def level(name: str) -> Floats:
        return np.asarray(found[name][lives], dtype=float)

    def change(values: Floats) -> Floats:
        return np.asarray(np.log(values / values[:, :1]), dtype=float)

    plasma = np.log1p(level("plasma_volume_change"))
    hematocrit, albumin = level("hematocrit"), level("albumin")
    size = change(level("mcv"))
    cells = change(hematocrit / (1.0 - hematocrit)) + plasma - size
    moved = {
        "plasma": plasma,
        "red cells": cells,
        "cell size": size,
        "albumin": change(albumin) + plasma,
        "globulin": change(level("total_protein") - albumin) + plasma,
        "systolic": change(level("systolic_pressure")),
        "heart rate": change(level("heart_rate")),
        "crp": level("crp") - level("crp")[:, :1],
        "lactate": level("lactate") - level("lactate")[:, :1],
    }
    moved |= {name: change(level(name)) for name in ("sodium", "weight", "creatinine")}
    nothing = np.zeros_like(plasma)
    changes = np.stack([moved.get(name, nothing) for name in CHANNELS], axis=2).astype(np.float32)
    who = np.flatnonzero(lives).tolist()
    return Courses(changes, np.full(len(who), found.times[-1]), tuple(tuple(given[lane]) for lane in who), onsets[who])


def _attack(random: np.random.Generator, *, by_infection: bool) -> tuple[list[Given], Opened | None]:
    days = random.uniform(2.0, 5.0)
    opened = None
    if by_infection:
        given = [Given(BEGINS_H, f"infection for {days:.1f} days")]
    else:
        start, lasts = BEGINS_H + random.uniform(0.0, 12.0), random.uniform(24.0, 72.0)
        size = math.exp(random.uniform(math.log(0.05), math.log(0.5)))
        opened = (size, start, random.uniform(1.0, 6.0), start + lasts)
        given = [Given(BEGINS_H, f"infection {random.uniform(0.05, 0.3):.2f} for {days:.1f} days")]
    at = BEGINS_H + 24.0 + random.uniform(-4.0, 12.0)
    given.append(Given(at, f"crystalloid {random.uniform(1.0, 6.0):.1f} L over {random.uniform(2.0, 24.0):.1f} h"))
    if random.random() < 0.6:
        given.append(Given(at, f"norepinephrine {random.uniform(0.05, 0.3):.2f} ug/kg/min over 36 h"))
    if random.random() < 0.4:
        given.append(Given(at + 2.0, f"albumin 20 % {random.uniform(100.0, 300.0):.0f} mL over 4 h"))
    return given, opened
