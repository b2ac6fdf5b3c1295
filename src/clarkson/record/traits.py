"""Traits of a person as files print them: sex, age, weight and height, or a sentence that says why not."""

from __future__ import annotations

from collections.abc import Mapping

from clarkson.analytes import Interval, Sex, analyte
from clarkson.errors import RecordError

_SEX: Mapping[str, Sex] = {
    "f": "female",
    "female": "female",
    "woman": "female",
    "w": "female",
    "m": "male",
    "male": "male",
    "man": "male",
}
_AGES_YEARS = Interval(0.0, 130.0)
_HEIGHTS_CM = Interval(30.0, 260.0)


def sex_of(printed: str) -> Sex:
    """The sex that a word or a letter stands for.

    Raises
    ------
    RecordError
        It stands for none that the reference ranges know.

    >>> sex_of("F")
    'female'
    """
    try:
        return _SEX[printed.strip().lower()]
    except KeyError:
        raise RecordError(f"'{printed}' is no sex; known are female (F, W) and male (M)") from None


def age_years_of(years: float) -> float:
    """The age in years, if a person can have it.

    Raises
    ------
    RecordError
        Nobody is that old.

    >>> age_years_of(61)
    61
    """
    return _within(years, _AGES_YEARS, "an age in years")


def weight_kg_of(kilograms: float) -> float:
    """The weight in kg, if a person can have it; RecordError otherwise.

    >>> weight_kg_of(70.5)
    70.5
    """
    return _within(kilograms, analyte("weight").plausible, "a weight in kg")


def height_cm_of(centimeters: float) -> float:
    """The height in cm, if a person can have it; RecordError otherwise.

    >>> height_cm_of(171)
    171
    """
    return _within(centimeters, _HEIGHTS_CM, "a height in cm")


def _within(value: float, span: Interval, what: str) -> float:
    if value not in span:
        raise RecordError(f"{value:g} is not {what} that a person has ({span.low:g} to {span.high:g})")
    return value
