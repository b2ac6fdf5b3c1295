"""A scenario: a person, what is given to them and when, and what is looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from typing import Literal, TypeAlias, get_args

from clarkson.body.body import system
from clarkson.body.parameters import check_names
from clarkson.body.person import Person, blood_volume
from clarkson.errors import DoseError, SettingError
from clarkson.simulate.doses import check_weight, magnitude
from clarkson.simulate.durations import check_duration, duration_words
from clarkson.simulate.schedule import Given

Disease: TypeAlias = Literal["none", "scls", "chronic scls"]

DISEASES: Mapping[Disease, Mapping[str, float]] = {
    "none": {},
    "scls": {"susceptibility": 1.6},
    "chronic scls": {"chronic_gap": 0.2},
}
"""Parameters of the body by which a disease differs from health. The values are assumptions; no cohort gives them."""


@dataclass(frozen=True)
class Sampling:
    """How results are drawn: an interval, the share that is missing, and whether assay noise is added."""

    every_h: float
    missing: float = 0.0
    noise: bool = True

    def __post_init__(self) -> None:
        check_duration(self.every_h, f"{self.every_h:g} h")
        if not 0.0 <= self.missing < 1.0:
            raise SettingError(
                f"missing is the share of results that is not there, from 0 to below 1: not {self.missing:g}"
            )


@dataclass(frozen=True)
class Observe:
    """What is looked at: the course every so often, some outputs or (empty) all; results of a hospital and of home."""

    every_h: float = 0.25
    outputs: Sequence[str] = ()
    hospital: Sampling | None = None
    home: Sampling | None = None

    def __post_init__(self) -> None:
        check_duration(self.every_h, f"{self.every_h:g} h")
        object.__setattr__(self, "outputs", tuple(self.outputs))
        for name in self.outputs:
            if name not in _outputs():
                near = get_close_matches(name, _outputs(), n=1)
                hint = f": did you mean '{near[0]}'?" if near else ", such as hematocrit or plasma_volume"
                raise SettingError(f"'{name}' is no output of the body{hint}")


@dataclass(frozen=True)
class Scenario:
    """A person from hour 0 to `duration_h`. `parameters` overrides those of the body, by their name in the registry.

    Raises SettingError or DoseError where something in it is impossible.

    >>> person = Person("male", 50, 178, 80)
    >>> Scenario(duration_h=240, person=person, given=[Given(36, "bleed 450 mL")]).given[0].dose.amount
    450.0
    """

    duration_h: float
    person: Person
    disease: Disease = "none"
    parameters: Mapping[str, float] = field(default_factory=dict)
    start: datetime | None = None
    given: Sequence[Given] = ()
    observe: Observe = field(default_factory=Observe)
    title: str = ""

    def __post_init__(self) -> None:
        check_duration(self.duration_h, f"{self.duration_h:g} h")
        if self.disease not in get_args(Disease):
            raise SettingError(f"disease is {' or '.join(map(repr, get_args(Disease)))}, not {self.disease!r}")
        check_parameters(self.parameters)
        object.__setattr__(self, "parameters", dict(self.parameters))
        object.__setattr__(self, "given", tuple(self.given))
        for each in self.given:
            check_given(each, self.person, self.duration_h)

    @property
    def overrides(self) -> dict[str, float]:
        """Every parameter that differs from the typical person's: those of the disease, then the own ones.

        >>> Scenario(24, Person("male", 50, 178, 80), disease="scls", parameters={"susceptibility": 2.0}).overrides
        {'susceptibility': 2.0}
        """
        return {**DISEASES[self.disease], **self.parameters}


def check_parameters(parameters: Mapping[str, float]) -> None:
    """Raise SettingError where a name is no parameter that can be set, or its value is not finite.

    >>> check_parameters({"susceptibility": 2.0})
    """
    check_names(parameters)
    for name, value in parameters.items():
        if not math.isfinite(value):
            raise SettingError(f"the parameter '{name}' must be a finite number, not {value}")


def check_given(given: Given, person: Person, duration_h: float) -> None:
    """Raise DoseError where this person cannot be given that, or where it begins after the end.

    >>> check_given(Given(12, "bleed 450 mL"), Person("male", 50, 178, 80), 24)
    """
    check_weight(given.dose, person.weight_kg)
    if given.dose.what == "bleed" and magnitude(given.dose, person.weight_kg) > blood_volume(person):
        raise DoseError(f"'{given}' is more than the {blood_volume(person):.1f} L of blood that this person has")
    if given.at_h >= duration_h:
        raise DoseError(f"'{given}' begins after the end, at {duration_words(duration_h)}")


@cache
def _outputs() -> tuple[str, ...]:
    """States and named quantities of the body."""
    return (*system().states, *system().tape.quantities)
