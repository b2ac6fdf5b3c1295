"""Courses by the body: attacks, and what a hospital gives, as the equations have it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from clarkson.body.attack import Attack, attacks
from clarkson.body.person import Floats
from clarkson.engine.integrate import Trajectories
from clarkson.evaluate.course import STEADY, Course, Somebody, at_work
from clarkson.simulate.cohort import virtual_people
from clarkson.simulate.courses import courses
from clarkson.simulate.death import died_at
from clarkson.simulate.scenario import DISEASES
from clarkson.simulate.schedule import Given

EVERY_H = 0.5
BEGINS_H = 12.0
MOST_TRIES = 50
MOST_LOST = 0.70  # attacks of 10 to 70 % of plasma are published


def _computed(who: Somebody, given: Sequence[Given], hours: float, overrides: Mapping[str, float]) -> Trajectories:
    rest = virtual_people(who.person, [who.number], who.seed, overrides)
    return courses(rest, [tuple(given)], who.person.weight_kg, np.arange(0.0, hours + EVERY_H, EVERY_H))


def _course(found: Trajectories, given: Sequence[Given]) -> Course:
    """Log changes against the state at rest, up to the end of the course; nothing is said yet of what is at work."""
    death = died_at(found.times, found["death_risk"])[0]
    alive = np.isfinite(found["hematocrit"][0]) & ~(found.times > (death if math.isfinite(death) else math.inf))
    hours = found.times[alive]

    def level(name: str) -> Floats:
        return np.asarray(found[name][0][alive], dtype=float)

    def change(values: Floats) -> Floats:
        return np.asarray(np.log(values / values[0]), dtype=float)

    plasma = np.log1p(level("plasma_volume_change"))
    hematocrit, albumin = level("hematocrit"), level("albumin")
    cells = change(hematocrit / (1.0 - hematocrit)) + plasma
    size = change(level("mcv"))
    changes = {
        "plasma": plasma,
        "red cells": cells - size,
        "cell size": size,
        "albumin": change(albumin) + plasma,
        "globulin": change(level("total_protein") - albumin) + plasma,
        "sodium": change(level("sodium")),
        "systolic": change(level("systolic_pressure")),
        "heart rate": change(level("heart_rate")),
        "weight": change(level("weight")),
        "creatinine": change(level("creatinine")),
        "crp": level("crp") - level("crp")[0],
        "lactate": level("lactate") - level("lactate")[0],
    }
    nothing = np.zeros(len(hours), dtype=np.bool_)
    return Course(hours, changes, np.full(len(hours), STEADY), nothing, tuple(given))


def by_body(
    who: Somebody, mechanism: str, given: Sequence[Given], hours: float, overrides: Mapping[str, float] | None = None
) -> Course:
    """The course of a person who does not leak, under what is given."""
    course = _course(_computed(who, given, hours, overrides or {}), given)
    return replace(course, mechanism=at_work(mechanism, course.changes))


def _phases(hours: Floats, found: Sequence[Attack]) -> tuple[NDArray[np.str_], NDArray[np.bool_]]:
    """What is at work (T,), and whether plasma leaks (T,): from the onset of an attack to the end of its leak."""
    words, leaks = np.full(len(hours), STEADY, dtype="<U8"), np.zeros(len(hours), dtype=np.bool_)
    for attack in found:
        end = attack.leak_end if math.isfinite(attack.leak_end) else math.inf
        over = attack.recovery if math.isfinite(attack.recovery) else math.inf
        words[(hours >= attack.leak_from) & (hours < attack.onset)] = "prodrome"
        now = (hours >= attack.onset) & (hours < end)
        words[now], leaks[now] = "leak", True
        words[(hours >= end) & (hours < over)] = "refill"
    return words, leaks


def attack(who: Somebody, *, treated: bool) -> Course:
    """An attack that takes 10 to 70 % of the plasma, with its refill.

    Half are the disease in an infection, all or nothing; half a wall that opens by an amount, and for a time, that
    are drawn evenly, so that small attacks are there too. Treatment: crystalloid, most with norepinephrine, some
    with albumin.
    """
    random = who.for_course
    for _ in range(MOST_TRIES):
        course = _attack(who, random, treated=treated)
        if course.leaks.any() and course.changes["plasma"].min() > math.log1p(-MOST_LOST):
            return course
    raise AssertionError(f"{MOST_TRIES} openings of the wall took less than 10 % of the plasma, or more than 70 %")


def _attack(who: Somebody, random: np.random.Generator, *, treated: bool) -> Course:
    overrides: dict[str, float] = {}
    if random.random() < 0.5:
        overrides |= DISEASES["scls"]
        overrides["gap_conductance"] = 0.23 * math.exp(random.uniform(-1.5, 0.7))
        given = [Given(BEGINS_H, f"infection for {random.uniform(2.0, 5.0):.1f} days")]
        worst = BEGINS_H + 24.0
    else:
        start = BEGINS_H + random.uniform(0.0, 12.0)
        lasts = random.uniform(12.0, 72.0)
        overrides["given_leak"] = math.exp(random.uniform(math.log(0.02), math.log(0.5)))
        overrides |= {"given_leak_onset": start, "given_leak_end": start + lasts}
        overrides["given_leak_rise"] = random.uniform(1.0, 6.0)
        given = [Given(BEGINS_H, f"infection {random.uniform(0.05, 0.8):.2f} for {random.uniform(2.0, 5.0):.1f} days")]
        worst = start + min(lasts, 24.0)
    if treated:
        given += _treatment(random, worst)
    found = _computed(who, given, random.uniform(72.0, 240.0), overrides)
    course = _course(found, given)
    stop = len(course.hours)
    seen = attacks(
        course.hours,
        *(
            np.asarray(found[name][0][:stop], dtype=float)
            for name in ("plasma_volume_change", "open_gap", "water_gain")
        ),
    )
    words, leaks = _phases(course.hours, seen)
    return replace(course, mechanism=words, leaks=leaks)


def _treatment(random: np.random.Generator, worst: float) -> list[Given]:
    at = worst + random.uniform(-6.0, 12.0)
    given = [Given(at, f"crystalloid {random.uniform(1.0, 6.0):.1f} L over {random.uniform(2.0, 24.0):.1f} h")]
    if random.random() < 0.6:
        given.append(Given(at, f"norepinephrine {random.uniform(0.05, 0.3):.2f} ug/kg/min over 36 h"))
    if random.random() < 0.4:
        given.append(Given(at + 2.0, f"albumin 20 % {random.uniform(100.0, 300.0):.0f} mL over 4 h"))
    return given


def albumin_infusion(who: Somebody) -> Course:
    """Albumin 20 %, 2 to 4 mL/kg."""
    random = who.for_course
    volume = random.uniform(2.0, 4.0) * who.person.weight_kg
    dose = f"albumin 20 % {volume:.0f} mL over {random.uniform(0.5, 4.0):.1f} h"
    return by_body(who, "albumin infusion", [Given(BEGINS_H, dose)], 36.0)


def transfusion(who: Somebody) -> Course:
    """One to four units of red cells."""
    random = who.for_course
    units = int(random.integers(1, 5))
    return by_body(who, "transfusion", [Given(BEGINS_H, f"red cells {units} units over {2 * units} h")], 96.0)


def bleed(who: Somebody) -> Course:
    """A bleed of 10 to 30 % of the blood, which refills."""
    random = who.for_course
    volume = random.uniform(0.10, 0.30) * 65.0 * who.person.weight_kg
    dose = f"bleed {volume:.0f} mL over {random.uniform(0.5, 6.0):.1f} h"
    return by_body(who, "bleed", [Given(BEGINS_H, dose)], random.uniform(60.0, 168.0))
