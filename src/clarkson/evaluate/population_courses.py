"""What happens to people of the population: each kind with a pool of simulated courses, and how a hospital draws in it.

Leaks, bleeding, transfusion and surgery are the body's simulation; water loss, overload, low albumin, more red cells
and altitude are shift arithmetic (``shift_courses``, ``mass_courses``). Shares, and how often blood is drawn, are
assumptions.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from clarkson.body.person import Floats, Person
from clarkson.evaluate import mass_courses, population_leaks, shift_courses
from clarkson.evaluate.course import Course, Somebody, pulse, somebody
from clarkson.evaluate.population_bodies import CHANNELS, MAN, WOMAN, Courses, Drawn, attacks_of, by_bodies, joined

POINTS = 161
"""Evenly spaced times at which a course is kept."""

DAY_H = 24.0
PLANTED = "SCLS"
WRONG_PATIENT = "wrong-patient sample"
STAY = "stay: "
MOST_ATTACKS = 6

Range = tuple[float, float]
_ACUTE: Range = (5.0, 24.0)
_WEEKS: Range = (8.0 * DAY_H, 45.0 * DAY_H)
_YOUNG_WOMAN = Person("female", 31, 165, 64)


@dataclass(frozen=True, slots=True)
class Happening:
    """A kind of course.

    share: of the confounders, or of the stays in hospital, that are of it. body, hours: what is done to bodies, and for
    how long; shifts: courses by shift arithmetic instead, or besides. every: hours between draws in it, at most
    ``most`` of them. lasting: what has changed stays. also: channels that the body does not move, with the range of
    what they reach.
    """

    share: float
    body: Drawn | None = None
    hours: float = 240.0
    shifts: tuple[Callable[[Somebody], Course], ...] = ()
    every: Range = _ACUTE
    most: int = 9
    lasting: bool = False
    young_women: bool = False
    also: Mapping[str, Range] = field(default_factory=dict)


def altitude(who: Somebody) -> Course:
    """Weeks high up: plasma -5 to -20 % within days, red cells +3 to +12 % over weeks, and back in weeks at home."""
    random = who.for_course
    down = DAY_H * random.uniform(10.0, 60.0)
    hours = shift_courses.grid(down + 20.0 * DAY_H, 6.0)
    plasma = math.log1p(-random.uniform(0.05, 0.20)) * pulse(hours, 0.0, 36.0, down, 72.0)
    changes = {
        "plasma": plasma,
        "albumin": random.uniform(0.0, 0.5) * plasma,
        "globulin": random.uniform(0.0, 0.5) * plasma,
        "red cells": math.log1p(random.uniform(0.03, 0.12)) * pulse(hours, 24.0, 15.0 * DAY_H, down, 15.0 * DAY_H),
        "weight": 0.1 * plasma,
    }
    return shift_courses.no_leak(hours, "altitude", changes)


CONFOUNDERS: Mapping[str, Happening] = MappingProxyType(
    {
        "sepsis": Happening(
            0.20, population_leaks.sepsis, 240.0, (mass_courses.sepsis,), also={"platelets": (-1.0, 0.1)}
        ),
        "burn": Happening(0.03, population_leaks.burn, 240.0, also={"red cells": (-0.2, -0.02), "crp": (50.0, 200.0)}),
        "dengue": Happening(0.04, population_leaks.dengue, 192.0, also={"platelets": (-2.2, -0.4)}),
        "ovarian hyperstimulation": Happening(
            0.02, population_leaks.hyperstimulation, 336.0, every=(12.0, 48.0), young_women=True
        ),
        "interleukin-2": Happening(0.01, population_leaks.interleukin, 240.0, also={"platelets": (-1.2, -0.1)}),
        "CAR-T cells": Happening(0.01, population_leaks.car_t, 264.0, also={"platelets": (-1.8, -0.3)}),
        "surgery": Happening(0.20, population_leaks.surgery, 168.0, also={"crp": (30.0, 200.0)}),
        "transfusion": Happening(0.14, population_leaks.transfusion, 120.0),
        "dehydration": Happening(
            0.12, shifts=(shift_courses.water_loss, shift_courses.isotonic_loss, shift_courses.diuretic)
        ),
        "nephrotic syndrome": Happening(0.05, shifts=(mass_courses.protein_loss,), every=_WEEKS, most=12, lasting=True),
        "polycythemia vera": Happening(0.06, shifts=(mass_courses.red_cell_gain,), every=_WEEKS, most=12, lasting=True),
        WRONG_PATIENT: Happening(0.09),
        "altitude": Happening(0.03, shifts=(altitude,), every=(5.0 * DAY_H, 20.0 * DAY_H), most=4),
    }
)
"""What a leak can be taken for, by its name."""

STAYS: Mapping[str, Happening] = MappingProxyType(
    {
        "acute inflammation": Happening(0.35, shifts=(mass_courses.acute_phase,), every=(12.0, 48.0), most=8),
        "dehydration": Happening(0.20, shifts=(shift_courses.isotonic_loss, shift_courses.water_loss)),
        "overload": Happening(0.15, shifts=(shift_courses.overload, shift_courses.crystalloid), every=(8.0, 36.0)),
        "bleed": Happening(0.15, population_leaks.bleed, 168.0),
        "bleed and transfusion": Happening(0.15, population_leaks.transfusion, 120.0),
    }
)
"""Why ordinary people come into hospital, by its name."""

ATTACK = Happening(0.0, every=(3.0, 12.0), most=16)
"""How blood is drawn in an attack."""


@dataclass(frozen=True, eq=False)
class Pool:
    """The courses of every kind in one array: ``first`` and ``counts`` say where those of a kind stand.

    ``changes`` (K, POINTS, C) evenly from hour 0 to ``ends`` (K,); ``lasting`` (K,) those that stay.
    """

    courses: Courses
    first: Mapping[str, int]
    counts: Mapping[str, int]
    lasting: NDArray[np.bool_]

    def at(self, course: NDArray[np.int64], hours: Floats) -> NDArray[np.float32]:
        """The changes (n, C) of these courses (n,) at these hours (n,): before 0 none, after the end they fade."""
        ends = self.courses.ends[course]
        place = np.clip(hours / ends, 0.0, 1.0) * (POINTS - 1)
        left = np.minimum(place.astype(np.int64), POINTS - 2)
        part = (place - left).astype(np.float32)[:, None]
        found = (1.0 - part) * self.courses.changes[course, left] + part * self.courses.changes[course, left + 1]
        over = np.where(self.lasting[course], 0.0, np.maximum(hours - ends, 0.0))
        found *= np.exp(-over[:, None] / _FADES_H).astype(np.float32)
        found[hours < 0.0] = 0.0
        return np.asarray(found, dtype=np.float32)


# With what time constant a change goes after its course has ended (assumption): red cells by new ones, proteins by
# synthesis, the rest within days.
_SLOW_H = {"red cells": 35.0 * DAY_H, "cell size": 10.0 * DAY_H, "albumin": 8.0 * DAY_H, "globulin": 15.0 * DAY_H}
_FADES_H = np.array([_SLOW_H.get(name, 3.0 * DAY_H) for name in CHANNELS])


def pool(each: int, planted: Sequence[Person], seed: int) -> Pool:
    """About ``each`` courses of every kind, and six attacks of every planted person, under "SCLS 0" and so on."""
    found: dict[str, Courses] = {}
    lasting: dict[str, bool] = {}
    for word, kinds in (("", CONFOUNDERS), (STAY, STAYS)):
        for name, kind in kinds.items():
            if kind.body is not None or kind.shifts:
                found[word + name] = _pool(word + name, kind, each, seed)
                lasting[word + name] = kind.lasting
    for number, person in enumerate(planted):
        found[f"{PLANTED} {number}"] = _evenly(attacks_of(person, MOST_ATTACKS, _seed(PLANTED, seed) + number))
    counts = {name: len(each.ends) for name, each in found.items()}
    first = dict(zip(counts, np.cumsum([0, *counts.values()])[:-1].tolist(), strict=True))
    stays = np.concatenate([np.full(counts[name], lasting.get(name, False)) for name in counts])
    return Pool(joined(list(found.values())), first, counts, stays)


def _seed(name: str, seed: int) -> int:
    return zlib.crc32(f"{seed} {name}".encode())


def _pool(name: str, kind: Happening, each: int, seed: int) -> Courses:
    own = _seed(name, seed)
    parts = []
    if kind.body is not None:
        people = (_YOUNG_WOMAN,) if kind.young_women else (WOMAN, MAN)
        share = each // 2 if kind.shifts else each
        found = _evenly(by_bodies(kind.body, max(share, 8), kind.hours, own, people))
        parts.append(_with(kind.also, found, np.random.default_rng(own)))
    for shift in kind.shifts:
        count = max(each // (len(kind.shifts) + (kind.body is not None)), 4)
        parts.append(_by_shifts([shift(somebody(name, number, own)) for number in range(count)]))
    return joined(parts)


def _evenly(found: Courses) -> Courses:
    """The courses at POINTS times."""
    there = found.changes.shape[1]
    place = np.linspace(0.0, there - 1.0, POINTS)
    left = np.minimum(place.astype(np.int64), there - 2)
    part = (place - left).astype(np.float32)[None, :, None]
    return replace(found, changes=(1.0 - part) * found.changes[:, left] + part * found.changes[:, left + 1])


def _by_shifts(found: Sequence[Course]) -> Courses:
    ends = np.array([each.hours[-1] for each in found])
    changes = np.zeros((len(found), POINTS, len(CHANNELS)), dtype=np.float32)
    for row, each in enumerate(found):
        hours = np.linspace(0.0, ends[row], POINTS)
        for channel, name in enumerate(CHANNELS):
            if name in each.changes:
                changes[row, :, channel] = np.interp(hours, each.hours, each.changes[name])
    return Courses(changes, ends, tuple(each.given for each in found), np.full(len(found), np.nan))


def _with(also: Mapping[str, Range], found: Courses, random: np.random.Generator) -> Courses:
    """The courses with what the body does not move, as a pulse: up or down within a day or two, and back in days."""
    changes = found.changes.copy()
    for name, reached in also.items():
        for row, end in enumerate(found.ends):
            hours = np.linspace(0.0, end, POINTS)
            size = random.uniform(*reached)
            changes[row, :, CHANNELS.index(name)] += size * pulse(hours, 12.0, 24.0, 0.5 * end, 60.0)
    return replace(found, changes=changes)
