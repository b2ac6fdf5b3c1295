"""Doses in words: "IVIG 70 g over 4 h", "terbutaline 5 mg", "theophylline 300 mg twice a day"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from clarkson.analytes import analyte_named
from clarkson.diary.plain import DIARY
from clarkson.errors import DoseError, RecordError
from clarkson.record.doses import kind_of, volume_ml
from clarkson.record.numbers import Decimal, exact_number_of
from clarkson.record.record import Dose
from clarkson.record.rhythm import every_h_in_words, rhythm_words
from clarkson.simulate.doses import Dose as Given
from clarkson.simulate.durations import duration_words, number_words, parse_duration
from clarkson.simulate.kinds import kind_named, unit_named

_UNITS = {
    "kg": "kg", "g": "g", "mg": "mg", "ug": "ug", "µg": "ug", "μg": "ug", "mcg": "ug", "g/kg": "g/kg", "mg/kg": "mg/kg",
    "l": "L", "dl": "dL", "ml": "mL", "ml/kg": "mL/kg", "cc": "mL", "mmol": "mmol", "iu": "IU", "unit": "units",
    "units": "units", "tablet": "tablets", "tablets": "tablets", "capsule": "capsules", "capsules": "capsules",
    "puff": "puffs", "puffs": "puffs", "drop": "drops", "drops": "drops",
}  # fmt: skip
_OVER = re.compile(r"\s+over\s+(?P<length>.+)$", re.IGNORECASE)
_AMOUNT = re.compile(
    r"(?P<what>\S.*?)\s+(?P<amount>[\d.,]+)\s*(?P<unit>[a-zµμ]+(?:/kg)?)(?P<rest>(?:\s.*)?)", re.IGNORECASE
)
_RHYTHM = re.compile(
    r"\s+(?P<rhythm>(?:once|twice|three times|four times|\d{1,2} times) (?:a|per) \w+"
    r"|every .+|hourly|daily|weekly|monthly)$",
    re.IGNORECASE,
)
_NAME = r"[^\W\d]"
_STRENGTH = re.compile(r"\s\d+(?:\.\d+)?\s*%")
MOST_IMMUNOGLOBULIN_G = 400.0
"""2 g/kg, the largest monthly dose in use (AIM Clinical Cases 2022), in a person of 200 kg (assumption)."""

ONE = "write it like 'IVIG 70 g over 4 h' or 'terbutaline 5 mg'"
GOING_ON = "write it like 'start theophylline 300 mg twice a day' or 'start midodrine'"


def dose_in_words(said: str, time: datetime, *, exact: bool = True, said_to_be_one: bool = False) -> Dose:
    """A single dose that began at a time. A name that Clarkson does not know must be said to be one.

    ``exact`` is false where only the day of the time is known.

    Raises
    ------
    RecordError
        The words are none of a dose, or do not say how much.
    DoseError
        Nobody could be given as much.

    >>> from datetime import UTC
    >>> dose_in_words("IVIG 70 g over 4 h", datetime(2026, 3, 4, 8, tzinfo=UTC)).end.isoformat()
    '2026-03-04T12:00:00+00:00'
    """
    head, hours = said, None
    if found := _OVER.search(said):
        head, hours = said[: found.start()], parse_duration(found["length"])
    what, amount, unit, rest = _parts(head)
    _refuse_unknown(said, what, said_to_be_one=said_to_be_one)
    if rest:
        hint = f"if it goes on, 'start {said}'" if every_h_in_words(rest) else ONE
        raise RecordError(f"'{rest}' cannot be read in '{said}'; {hint}")
    if amount is None:
        raise RecordError(f"'{said}' does not say how much; {ONE}")
    _refuse_too_much(what, amount, unit, hours)
    end = None if hours is None else time + timedelta(hours=hours)
    return _dose(what, amount, unit, time, exact=exact, end=end)


def started_in_words(said: str, time: datetime, *, exact: bool = True) -> Dose:
    """A dose that goes on from a time, with how much each time and how often as far as they are said.

    ``exact`` is false where only the day of the time is known.

    Raises
    ------
    RecordError
        The words do not name what was started, or there is something in them that cannot be read.
    DoseError
        Nobody could be given as much.

    >>> from datetime import UTC
    >>> dose = started_in_words("theophylline 300 mg twice a day", datetime(2026, 3, 4, tzinfo=UTC))
    >>> dose.lasting, dose.amount, dose.every_h
    (True, 300.0, 12.0)
    """
    head, every_h = said, None
    if found := _RHYTHM.search(said):
        head, every_h = said[: found.start()], every_h_in_words(found["rhythm"])
        if every_h is None:
            often = "daily, twice a day, every 8 h, weekly, every 4 weeks or monthly"
            raise RecordError(f"'{found['rhythm']}' does not say how often; write {often}")
    what, amount, unit, rest = _parts(head)
    if not re.match(_NAME, what):
        raise RecordError(f"what was started? {GOING_ON[0].upper()}{GOING_ON[1:]}")
    if rest or (amount is None and re.search(r"\s\d", _STRENGTH.sub("", what))):
        raise RecordError(f"'{rest or what}' cannot be read in 'start {said}'; {GOING_ON}")
    _refuse_too_much(what, amount, unit, None)
    return _dose(what, amount, unit, time, exact=exact, lasting=True, every_h=every_h)


def words_of_dose(dose: Dose) -> str:
    """The words that are read as this dose; of a lasting one those that start it."""
    amount = "" if dose.amount is None else f" {number_words(dose.amount)} {dose.unit}".rstrip()
    if dose.lasting:
        return f"start {dose.what}{amount}" + (f" {rhythm_words(dose.every_h)}" if dose.every_h else "")
    over = "" if dose.end is None else f" over {duration_words((dose.end - dose.start).total_seconds() / 3600.0)}"
    took = "took " if kind_of(dose.what) == "other" or analyte_named(dose.what) else ""
    return f"{took}{dose.what}{amount}{over}"


def _dose(
    what: str,
    amount: float | None,
    unit: str,
    start: datetime,
    *,
    exact: bool,
    end: datetime | None = None,
    lasting: bool = False,
    every_h: float | None = None,
) -> Dose:
    return Dose(
        kind_of(what),
        what,
        start,
        DIARY,
        end=end,
        amount=amount,
        unit=unit,
        volume_ml=volume_ml(amount, unit),
        lasting=lasting,
        every_h=every_h,
        exact_time=exact,
    )


def _parts(said: str) -> tuple[str, float | None, str, str]:
    """What, how much, in which unit, and what is left over."""
    found = _AMOUNT.fullmatch(said)
    if found is None:
        return said, None, "", ""
    unit = _UNITS.get(found["unit"].lower())
    if unit is None:
        known = "g, mg, ug, mL, L, g/kg, IU, units, tablets or puffs"
        raise RecordError(f"'{found['unit']}' in '{said}' is no unit of a dose; write {known}")
    amount = _amount(found["amount"], said)
    return found["what"], amount, unit, found["rest"].strip()


def _amount(printed: str, said: str) -> float:
    try:
        amount = exact_number_of(printed, Decimal(""))
    except RecordError:
        raise RecordError(f"'{printed}' in '{said}' is not one clear number (1,234 could be two); {ONE}") from None
    if amount <= 0.0:
        raise RecordError(f"the amount in '{said}' must be more than zero; {ONE}")
    return amount


def _refuse_unknown(said: str, what: str, *, said_to_be_one: bool) -> None:
    if said_to_be_one:
        if not re.match(_NAME, what):
            raise RecordError(f"'{said}' does not name what was taken; {ONE}")
        return
    if kind_of(what) == "other":
        raise RecordError(
            f"'{said}' cannot be read: '{what}' is no test and no treatment that Clarkson knows. If it was taken, "
            "write 'took paracetamol 500 mg'; if it was felt, 'symptom lightheaded'; anything else, 'note slept badly'"
        )


def _refuse_too_much(what: str, amount: float | None, unit: str, hours: float | None) -> None:
    """Refuse what nobody could be given, as far as that is known."""
    if kind_of(what) == "immunoglobulin" and unit == "g" and amount is not None and amount > MOST_IMMUNOGLOBULIN_G:
        raise DoseError(f"'{what} {amount:g} g' is more than anybody is given at once; is the number right?")
    try:
        kind = kind_named(what)
        unit_named(unit, kind)
    except DoseError:
        return
    if amount is not None:
        Given(what, amount, unit, hours)
