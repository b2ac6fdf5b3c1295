"""The true course of one simulated person, in the logarithms of the mass balance, and who that person is.

Changes are those of ``balance.observation.CHANGE`` with signs beside them; zero is the person's own steady state:

    plasma, red cells, cell size, albumin, globulin, sodium    log changes of volume, number, size, mass, mass, level
    systolic, heart rate, weight, creatinine, urine protein    log changes of the value
    platelets, leukocytes                                      log changes of their number in the blood
    crp, lactate                                               added, mg/L and mmol/L
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clarkson.body.person import Floats, Person, Sex
from clarkson.simulate.cohort import chance
from clarkson.simulate.schedule import Given

STEADY = "steady"
AT_WORK = 0.03
"""Log change of a volume, number, size or mass from which a mechanism counts as at work."""

_TRAITS, _COURSE, _DRAWS, _ARTEFACT, _RECORD = range(100, 105)


@dataclass(frozen=True, eq=False)
class Course:
    """What happens to a person at ``hours`` (T,) from the beginning.

    ``changes`` (T,) by name, what is not named stays zero. ``mechanism`` (T,) says what is at work, ``leaks`` (T,)
    whether plasma leaks. ``given`` is what was given; it may be recorded or not.
    """

    hours: Floats
    changes: Mapping[str, Floats]
    mechanism: NDArray[np.str_]
    leaks: NDArray[np.bool_]
    given: tuple[Given, ...] = ()

    def at(self, hour: float) -> dict[str, float]:
        """The changes at one hour."""
        return {name: float(np.interp(hour, self.hours, change)) for name, change in self.changes.items()}

    def place(self, hour: float) -> int:
        """Index of the last time that is not after ``hour``."""
        return max(int(np.searchsorted(self.hours, hour, side="right")) - 1, 0)


@dataclass(frozen=True, slots=True)
class Somebody:
    """Person ``number`` of a kind: size and age, and the random numbers that are this person's own."""

    number: int
    seed: int
    person: Person

    @property
    def for_course(self) -> np.random.Generator:
        """What happens."""
        return chance(self.seed, self.number, _COURSE)

    @property
    def for_draws(self) -> np.random.Generator:
        """What is measured, and when."""
        return chance(self.seed, self.number, _DRAWS)

    @property
    def for_artefact(self) -> np.random.Generator:
        """What goes wrong in the laboratory."""
        return chance(self.seed, self.number, _ARTEFACT)

    @property
    def for_record(self) -> np.random.Generator:
        """Whether what was given is recorded."""
        return chance(self.seed, self.number, _RECORD)


def somebody(kind: str, number: int, seed: int) -> Somebody:
    """An adult, the same whoever else is drawn. Sizes and ages: assumption.

    >>> somebody("bleed", 3, 1) == somebody("bleed", 3, 1)
    True
    """
    own = zlib.crc32(f"{seed} {kind}".encode())
    random = chance(own, number, _TRAITS)
    sex: Sex = "female" if random.random() < 0.5 else "male"
    height = random.normal(177.0, 7.0) if sex == "male" else random.normal(164.0, 6.5)
    height = float(np.clip(height, 145.0, 205.0))
    weight = float(np.clip(25.5 * math.exp(0.15 * random.standard_normal()) * (height / 100.0) ** 2, 42.0, 150.0))
    return Somebody(number, own, Person(sex, round(random.uniform(25.0, 80.0)), round(height), round(weight, 1)))


def at_work(mechanism: str, changes: Mapping[str, Floats]) -> NDArray[np.str_]:
    """The mechanism where a volume, number, size or mass has changed, else steady: (T,)."""
    blood = [
        np.abs(changes[name]) for name in ("plasma", "red cells", "cell size", "albumin", "globulin") if name in changes
    ]
    return np.where(np.max(blood, axis=0) > AT_WORK, mechanism, STEADY)


def pulse(hours: Floats, start: float, rise: float, end: float = math.inf, fall: float = 1.0) -> Floats:
    """Share of a change (T,): from 0 at ``start`` towards 1 with time ``rise``, from ``end`` back with time ``fall``.

    It is 1 at ``end``, or after a long time where there is no end.

    >>> pulse(np.array([0.0, 1.0, 5.0]), 1.0, 1.0, 5.0, 2.0).round(2)
    array([0., 0., 1.])
    """
    risen = -np.expm1(-np.clip(np.minimum(hours, end) - start, 0.0, None) / rise)
    whole = 1.0 if math.isinf(end) else -math.expm1(-(end - start) / rise)
    gone = np.exp(-np.clip(hours - end, 0.0, None) / fall)
    share: Floats = risen / whole * gone
    return share
