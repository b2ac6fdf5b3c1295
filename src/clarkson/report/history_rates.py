"""The rate of attacks over time: attacks per year in a window of a year that moves along watched time."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from clarkson.history.history import YEAR, History
from clarkson.history.rate import rate

WINDOW = YEAR
STEP = timedelta(days=30)
LEAST_YEARS = 0.25
"""Watched time in a window below which nothing is drawn: the band would fill the page (assumption)."""


def rate_course(of: History) -> list[dict[str, Any]]:
    """Times, and the rate in the year around each with its exact 90 % interval; None where too little was watched.

    >>> rate_course(History("nobody"))
    []
    """
    if not of.watched:
        return []
    found, time, end = [], of.watched[0].start, of.watched[-1].stop
    while time <= end:
        found.append({"time": time.isoformat(), **_around(of, time)})
        time += STEP
    return found


def _around(of: History, time: datetime) -> dict[str, Any]:
    start, stop = time - WINDOW / 2, time + WINDOW / 2
    years = sum(max((min(each.stop, stop) - max(each.start, start)) / YEAR, 0.0) for each in of.watched)
    attacks = sum(start <= each.onset < stop for each in of.attacks)
    if years < LEAST_YEARS:
        return {"attacks": attacks, "years": years, "per_year": None, "low": None, "high": None}
    return asdict(rate(attacks, years))
