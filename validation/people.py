"""The people of the studies: typical adults of the stated sex and age. Where no size is stated, one is assumed."""

from __future__ import annotations

from clarkson.body.laboratory import WHOLE_BODY_TO_VENOUS
from clarkson.body.person import REFERENCE, Person

ADULT = REFERENCE
YOUNG_MAN = Person("male", 25, 180, 76)
YOUNG_WOMAN = Person("female", 30, 166, 62)
PATIENT = Person("male", 50, 175, 75)


def red_cells(plasma_litres: float, venous_hematocrit: float) -> float:
    """Volume of red cells [L] that goes with a volume of plasma and a venous hematocrit."""
    share = WHOLE_BODY_TO_VENOUS * venous_hematocrit
    return plasma_litres * share / (1.0 - share)
