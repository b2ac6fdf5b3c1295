"""Doses in words: read, checked and printed back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from clarkson.errors import DoseError
from clarkson.simulate.durations import (
    MONTH,
    NUMBER,
    check_duration,
    duration_words,
    hours_per,
    number_words,
    parse_duration,
)
from clarkson.simulate.kinds import UNITS, Kind, kind_named, kinds, unit_named

LIGHTEST_KG = 30.0
"""The weight by which a dose per kg is judged while the person is not known: what is refused is so for everybody."""

_OFTEN = {"daily": 24.0, "weekly": 168.0, "monthly": MONTH}
_OFTEN_WORDS = {hours: word for word, hours in _OFTEN.items()}
_REPEAT = re.compile(
    rf"\s(?:(?P<often>daily|weekly|monthly)|every\s+(?P<number>{NUMBER}\s*)?(?P<unit>[a-z]+))$", re.IGNORECASE
)
_TIMES = re.compile(r"\s(?P<times>[-+]?\d{1,9}) times?$", re.IGNORECASE)
_LENGTH = re.compile(rf"\s(?:over|for)\s+(?P<length>{NUMBER}\s*[a-z]+)$", re.IGNORECASE)
_HEAD = re.compile(rf"(?P<what>[^\W\d].*?)(?:\s+(?P<amount>{NUMBER})\s*(?P<unit>[a-zµμ°/]*))?", re.IGNORECASE)


@dataclass(frozen=True)
class Dose:
    """Something given or happening: `amount` in `unit`, over `duration_h`, every `every_h`, `times` times.

    What is None was not said: then the customary one of its kind holds, and repeats go on to the end. Names and units
    are brought to their canonical spelling. Raises DoseError where no person could be given it.

    >>> str(Dose("phlebotomy", 450, "ml", duration_h=0.25))
    'bleed 450 mL over 15 min'
    """

    what: str
    amount: float | None = None
    unit: str = ""
    duration_h: float | None = None
    every_h: float | None = None
    times: int | None = None

    def __post_init__(self) -> None:
        kind = kind_named(self.what)
        object.__setattr__(self, "what", kind.name)
        if self.amount is not None:
            object.__setattr__(self, "unit", unit_named(self.unit, kind).name)
            object.__setattr__(self, "amount", float(self.amount))
        elif self.unit:
            raise DoseError(f"{kind.name}: an amount is missing before '{self.unit}'")
        for name in ("duration_h", "every_h"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, float(value))
                check_duration(float(value), f"{value:g} h")
        _check(self, kind)

    def __str__(self) -> str:
        kind = kind_named(self.what)
        words = [self.what]
        if self.amount is not None:
            unit = "unit" if self.unit == "units" and self.amount == 1.0 else self.unit
            words += [number_words(self.amount), unit]
        if self.duration_h is not None:
            words += [kind.word, duration_words(self.duration_h)]
        if self.every_h is not None:
            words.append(_OFTEN_WORDS.get(self.every_h) or f"every {duration_words(self.every_h, weeks=True)}")
        if self.times is not None:
            words += [number_words(self.times), "time" if self.times == 1 else "times"]
        return " ".join(filter(None, words))


def length_h(dose: Dose) -> float:
    """How long a dose lasts [h], the customary length of its kind where none was said.

    >>> length_h(parse_dose("theophylline 200 mg every 12 h"))
    2.0
    """
    customary = kinds()[dose.what].customary_h
    if dose.duration_h is None and customary is None:
        raise DoseError(f"'{dose}' does not say for how long")
    return float(customary or 0.0) if dose.duration_h is None else dose.duration_h


def magnitude(dose: Dose, weight_kg: float) -> float:
    """The amount for a person of that weight in the base unit of its kind: L, mg, mg/h, ug/min, deg, mmHg or share.

    >>> round(magnitude(parse_dose("IVIG 2 g/kg over 2 days"), 80.0), 6)
    1.6
    """
    kind = kinds()[dose.what]
    if dose.amount is None:
        return kind.customary or 0.0
    unit = UNITS[dose.unit]
    amount = dose.amount * unit.factor * (weight_kg if unit.per_kg else 1.0)
    if unit.base == "g":
        return amount / kind.grams_per_l
    return amount * kind.unit_l if unit.base == "unit" else amount


def _check(dose: Dose, kind: Kind) -> None:
    """Raise DoseError where nobody could be given the dose."""
    if dose.amount is None and kind.gives and kind.customary is None:
        raise DoseError(f"{kind.name}: the amount is missing. Say it in {' or '.join(kind.units) or 'a number'}.")
    if dose.amount is not None and not 0.0 < dose.amount < float("inf"):
        raise DoseError(f"'{dose}' cannot be given: the amount must be more than zero")
    if UNITS[dose.unit].nature == "rate" and dose.duration_h is None:
        raise DoseError(f"'{dose}' is a rate: say over how long, as in '{dose} over 12 h'")
    length = length_h(dose)
    if dose.every_h is not None and dose.every_h < length:
        raise DoseError(f"'{dose}' would begin again before it has ended, after {duration_words(length)}")
    if dose.times is not None and dose.every_h is None:
        raise DoseError(f"'{dose}' does not say how often: add 'every 12 h' before the number of times")
    if dose.times is not None and not 1 <= dose.times <= 100_000:
        raise DoseError(f"'{dose}' cannot be given: the number of times is from 1 to 100000")
    check_weight(dose, None)


def check_weight(dose: Dose, weight_kg: float | None) -> None:
    """Raise DoseError where the dose is too large for a person of that weight, or for anybody where it is None.

    >>> check_weight(parse_dose("bleed 4 L over 2 h"), 80.0)
    """
    kind = kinds()[dose.what]
    if dose.amount is None:
        return
    unit = UNITS[dose.unit]
    base = "L" if unit.base in ("g", "unit") else unit.base
    weight = LIGHTEST_KG if weight_kg is None else weight_kg
    given = magnitude(dose, weight)
    most = kind.most[base]
    if base in kind.most_per_kg and (unit.per_kg or weight_kg is not None):
        most = min(most, kind.most_per_kg[base] * weight)
    for value, limit, measure in ((given, most, base), (given / length_h(dose), kind.most.get("L/h"), "L/h")):
        if limit is not None and value > limit * (1.0 + 1e-9) and (measure != "L/h" or base == "L"):
            who = "" if weight_kg is None and not unit.per_kg else f" at {weight:g} kg"
            raise DoseError(
                f"'{dose}' cannot be given: {value:.4g} {measure} is more than {limit:.4g} {measure}{who} "
                f"({kind.because})".replace("  ", " ")
            )


@lru_cache(maxsize=4096)
def parse_dose(text: str) -> Dose:
    """A dose from its words.

    Raises
    ------
    DoseError
        The words are none of a dose, or nobody could be given it; the text says what is possible.

    >>> parse_dose("IVIG 2 g/kg over 2 days monthly")
    Dose(what='IVIG', amount=2.0, unit='g/kg', duration_h=48.0, every_h=730.5, times=None)
    """
    rest = f" {' '.join(text.replace(', ', ' ').split())}"
    times = every = duration = None
    if found := _TIMES.search(rest):
        rest, times = rest[: found.start()], int(found["times"])
    if found := _REPEAT.search(rest):
        rest = rest[: found.start()]
        every = (
            _OFTEN[found["often"].lower()]
            if found["often"]
            else parse_duration(f"{found['number'] or 1} {found['unit']}")
        )
    if found := _LENGTH.search(rest):
        rest, duration = rest[: found.start()], parse_duration(found["length"])
    head = _HEAD.fullmatch(rest.strip())
    if head is None:
        raise DoseError(
            f"'{text}' cannot be read as a dose: say what, how much and over how long, "
            "as in 'furosemide 10 mg/h over 12 h' or 'standing 15 min'"
        )
    what, amount, unit = head["what"], head["amount"], head["unit"] or ""
    if amount is not None and duration is None and hours_per(unit) is not None:
        amount, unit, duration = None, "", parse_duration(f"{amount} {unit}")
    return Dose(what, None if amount is None else float(amount), unit, duration, every, times)
