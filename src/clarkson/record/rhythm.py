"""How often a lasting dose is taken, in words and back: "twice a day" is every 12 hours."""

from __future__ import annotations

import re

from clarkson.errors import RecordError

DAY_H, WEEK_H = 24.0, 168.0
MONTH_H = 365.25 / 12.0 * DAY_H
"""Hours in a month of the calendar, on average."""

LONGEST_H = 366.0 * DAY_H
"""What is taken less than once a year is no lasting dose (assumption)."""

_PERIODS = {"hour": 1.0, "h": 1.0, "day": DAY_H, "week": WEEK_H, "month": MONTH_H}
_OFTEN = {"hourly": 1.0, "daily": DAY_H, "weekly": WEEK_H, "monthly": MONTH_H}
_COUNTS = {"once": 1, "twice": 2, "three times": 3, "four times": 4}
_PER = re.compile(r"(?:(?P<word>once|twice|three times|four times)|(?P<count>\d{1,2}) times) (?:a|per) (?P<period>\w+)")
_EVERY = re.compile(r"every (?:(?P<count>\d{1,4}(?:\.\d{1,20})?) ?)?(?P<period>[a-z]+)")


def every_h_of(hours: float) -> float:
    """The hours between two times, checked.

    Raises
    ------
    RecordError
        It is not more than zero and at most a year.

    >>> every_h_of(12)
    12.0
    """
    if not 0.0 < hours <= LONGEST_H:
        raise RecordError(f"{hours:g} hours are no time between two doses: more than 0 and at most a year is")
    return float(hours)


def every_h_in_words(words: str) -> float | None:
    """The hours from one time to the next, or None where the words do not say how often.

    >>> every_h_in_words("twice a day"), every_h_in_words("every 4 weeks"), every_h_in_words("often")
    (12.0, 672.0, None)
    """
    folded = " ".join(words.lower().split())
    if folded in _OFTEN:
        return _OFTEN[folded]
    if found := _PER.fullmatch(folded):
        times, period = _COUNTS.get(found["word"] or "") or int(found["count"]), _PERIODS.get(found["period"])
        return every_h_of(period / times) if period and times else None
    if found := _EVERY.fullmatch(folded):
        period = _PERIODS.get(found["period"], _PERIODS.get(found["period"].removesuffix("s")))
        count = float(found["count"] or 1)
        return every_h_of(period * count) if period and count else None
    return None


def rhythm_words(every_h: float) -> str:
    """How often, as people say it.

    >>> rhythm_words(12.0), rhythm_words(672.0), rhythm_words(MONTH_H), rhythm_words(36.0)
    ('twice a day', 'every 4 weeks', 'monthly', 'every 36 h')
    """
    for period, name in ((DAY_H, "day"), (WEEK_H, "week"), (MONTH_H, "month")):
        for word, count in _COUNTS.items():
            if period / count == every_h:
                return _plain(f"{word} a {name}")
    for hours, name in ((WEEK_H, "weeks"), (DAY_H, "days"), (MONTH_H, "months")):
        if (every_h / hours).is_integer():
            return f"every {every_h / hours:.0f} {name}"
    return f"every {repr(float(every_h)).removesuffix('.0')} h"


def _plain(words: str) -> str:
    return {"once a day": "daily", "once a week": "weekly", "once a month": "monthly"}.get(words, words)
