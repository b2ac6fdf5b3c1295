"""A person's size, and the parameters that follow from it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clarkson.body.laboratory import WHOLE_BODY_TO_VENOUS
from clarkson.body.parameters import check_names, parameters
from clarkson.errors import SettingError

Floats: TypeAlias = NDArray[np.float64]
Sex: TypeAlias = Literal["female", "male"]


@dataclass(frozen=True)
class Person:
    """Who is simulated. Formulas hold for adults."""

    sex: Sex
    age_years: float
    height_cm: float
    weight_kg: float

    def __post_init__(self) -> None:
        if self.sex not in ("female", "male"):
            raise SettingError(f"sex is 'female' or 'male', not {self.sex!r}")
        for name, low, high in (("age_years", 18, 110), ("height_cm", 120, 230), ("weight_kg", 30, 300)):
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingError(f"{name} {value:g} is outside of {low} to {high}: the body is one of adults")


REFERENCE = Person("male", 45, 175, 75)
"""The adult whose values stand in the registry."""


def blood_volume(person: Person) -> float:
    """Blood volume [L]. Source: Nadler, Surgery 1962.

    >>> round(blood_volume(REFERENCE), 2)
    4.98
    """
    cubed = (person.height_cm / 100.0) ** 3
    if person.sex == "male":
        return 0.3669 * cubed + 0.03219 * person.weight_kg + 0.6041
    return 0.3561 * cubed + 0.03308 * person.weight_kg + 0.1833


def surface(person: Person) -> float:
    """Body surface [m²]. Source: Mosteller, N Engl J Med 1987."""
    return math.sqrt(person.height_cm * person.weight_kg / 3600.0)


def body_water(person: Person) -> float:
    """Total body water [L]. Source: Watson, Am J Clin Nutr 1980."""
    if person.sex == "male":
        return 2.447 - 0.09516 * person.age_years + 0.1074 * person.height_cm + 0.3362 * person.weight_kg
    return -2.097 + 0.1069 * person.height_cm + 0.2466 * person.weight_kg


def venous_hematocrit(person: Person) -> float:
    """Hematocrit by sex and age: 0.453 to 0.436 in men from 18-40 to 60-75 years, 0.40 in women (NHANES 1999-2018)."""
    if person.sex == "male":
        return 0.462 - 0.0003 * person.age_years
    return 0.400


def _size(person: Person) -> dict[str, float]:
    """What parameters can follow, in absolute terms; only ratios to the reference adult are used."""
    whole_body = WHOLE_BODY_TO_VENOUS * venous_hematocrit(person)
    volume = blood_volume(person)
    return {
        "": 1.0,
        "weight": person.weight_kg,
        "blood": volume,
        "plasma": volume * (1.0 - whole_body),
        "red cells": volume * whole_body,
        "size": surface(person),
        # The extracellular fluid of the reference adult is 14.2 L.
        "cell water": body_water(person) - 14.2 * surface(person) / surface(REFERENCE),
        "creatinine": 80.0 if person.sex == "male" else 65.0,
    }


def typical(person: Person, overrides: Mapping[str, float] | None = None) -> dict[str, float]:
    """Parameters of the typical person of this sex, age and size; the derived ones are NaN.

    Raises SettingError where an override is no parameter or is derived.

    >>> round(typical(Person("female", 40, 165, 60))["resting_plasma_volume"], 2)
    2.44
    """
    overrides = overrides or {}
    check_names(overrides)
    here, reference = _size(person), _size(REFERENCE)
    return {
        name: overrides.get(name, parameter.value * here[parameter.follows] / reference[parameter.follows])
        for name, parameter in parameters().items()
    }


def sampled(
    person: Person, count: int, random: np.random.Generator, overrides: Mapping[str, float] | None = None
) -> dict[str, Floats]:
    """`count` people of this sex, age and size: parameters (count,) by name, drawn from the priors.

    Overrides are not drawn. The derived ones are NaN.

    >>> people = sampled(REFERENCE, 3, np.random.default_rng(1))
    >>> people["resting_albumin"].shape
    (3,)
    """
    overrides = overrides or {}
    middle = typical(person, overrides)
    drawn: dict[str, Any] = {}
    for name, parameter in parameters().items():
        given = parameter.prior.family == "given"
        deviation = np.zeros(count) if given else random.standard_normal(count)
        if name in overrides or parameter.prior.family in ("fixed", "derived"):
            deviation = np.zeros(count)
        if parameter.prior.family == "lognormal":
            drawn[name] = middle[name] * np.exp(parameter.prior.spread * deviation)
        else:
            drawn[name] = middle[name] + parameter.prior.spread * deviation
    return drawn
