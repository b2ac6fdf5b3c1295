"""Lengths of time in words: "30 min", "4 h", "2 days", "4 weeks"."""

from __future__ import annotations

import re

from clarkson.errors import DoseError

NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
"""A number as people print it; a sign is read so that it can be refused in words."""

MONTH = 365.25 / 12.0 * 24.0
"""Hours in a month of the calendar, on average."""

_MINUTE, _DAY, _WEEK = 1.0 / 60.0, 24.0, 168.0
_HOURS = {
    "s": 1.0 / 3600.0, "second": 1.0 / 3600.0, "min": _MINUTE, "minute": _MINUTE, "h": 1.0, "hr": 1.0, "hour": 1.0,
    "d": _DAY, "day": _DAY, "week": _WEEK, "month": MONTH,
}  # fmt: skip
_SHORTEST, _LONGEST = 1.0 / 3600.0, 10.0 * 365.25 * _DAY
_WORDS = re.compile(rf"({NUMBER})\s*([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"day\s+(\d{1,4})\s+([01]?\d|2[0-3]):([0-5]\d)", re.IGNORECASE)


def number_words(value: float) -> str:
    """The shortest print of a number that reads back as the same number.

    >>> number_words(2.0), number_words(0.1)
    ('2', '0.1')
    """
    value = float(value)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def hours_per(unit: str) -> float | None:
    """Hours in a unit of time, or None where the word is none.

    >>> hours_per("min") == 1 / 60, hours_per("days"), hours_per("mL")
    (True, 24.0, None)
    """
    folded = unit.lower()
    return _HOURS.get(folded, _HOURS.get(folded.removesuffix("s")))


def parse_duration(text: str) -> float:
    """Hours in a length of time.

    Raises
    ------
    DoseError
        The words are no length of time, or it is not between one second and ten years.

    >>> parse_duration("30 min"), parse_duration("2 days")
    (0.5, 48.0)
    """
    hours = _read_hours(text)
    check_duration(hours, text)
    return hours


def check_duration(hours: float, words: str) -> None:
    """Raise DoseError where a length of time [h] is not between one second and ten years.

    >>> check_duration(4.0, "4 h")
    """
    if not hours > 0:
        raise DoseError(f"'{words}' is no length of time: it must be more than zero")
    if not _SHORTEST * 0.999 <= hours <= _LONGEST:
        raise DoseError(f"'{words}' is no length of time that can be simulated: from 1 s to 10 years is")


def parse_moment(text: str, clock_h: float = 0.0) -> float:
    """Hours from the start at "36 h" or at "day 2 08:00", where the clock showed `clock_h` at the start of day 1.

    Raises
    ------
    DoseError
        The words are no moment, or it lies before the start.

    >>> parse_moment("36 h"), parse_moment("day 2 08:00", clock_h=20.0)
    (36.0, 12.0)
    """
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        hours = _read_hours(text)
    else:
        hours = (int(found[1]) - 1) * _DAY + int(found[2]) + int(found[3]) / 60.0 - clock_h
    if hours < 0.0:
        raise DoseError(f"'{text}' lies before the start, which is 0 h on day 1")
    return hours


def duration_words(hours: float, *, weeks: bool = False) -> str:
    """A length of time in the unit people would use, such that it reads back as the same number.

    `weeks`: whole weeks are said as such from two on.

    >>> duration_words(0.5), duration_words(24.0), duration_words(48.0), duration_words(672.0, weeks=True)
    ('30 min', '24 h', '2 days', '4 weeks')
    """
    if weeks and hours >= 2 * _WEEK and hours % _WEEK == 0:
        return f"{number_words(hours / _WEEK)} weeks"
    if hours >= 2 * _DAY and hours % _DAY == 0:
        return f"{number_words(hours / _DAY)} days"
    minutes = float(f"{hours * 60.0:.12g}")
    if hours < 2.0 and not hours.is_integer() and _in_hours(minutes, _MINUTE) == hours:
        return f"{number_words(minutes)} min"
    return f"{number_words(hours)} h"


def _read_hours(text: str) -> float:
    """Hours in a length of time, of whatever size and sign."""
    found = _WORDS.fullmatch(text.strip())
    per = hours_per(found[2]) if found else None
    if found is None or per is None:
        raise DoseError(f"'{text}' is no length of time: write one like 30 min, 4 h, 2 days or 4 weeks")
    return _in_hours(float(found[1]), per)


def _in_hours(value: float, per: float) -> float:
    """Divides where a unit is a part of an hour, so that 20 min is the number nearest to a third."""
    return value * per if per >= 1.0 else value / round(1.0 / per)
