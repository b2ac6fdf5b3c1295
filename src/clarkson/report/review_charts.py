"""What the page of one person in a review draws and lists: lanes, episodes as shading, days in numbers, the tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from clarkson.analytes import Analyte, analyte, analytes
from clarkson.report.view import day_and_hour

Row = Mapping[str, Any]

LANES: Mapping[str, tuple[str, ...]] = {
    "Hematocrit and hemoglobin": ("hematocrit", "hemoglobin"),
    "Albumin and total protein": ("albumin", "total_protein"),
    "Blood pressure and heart rate": ("systolic_pressure", "diastolic_pressure", "mean_pressure", "heart_rate"),
    "Creatinine": ("creatinine",),
}
DRAWN = tuple(key for keys in LANES.values() for key in keys)
TELLING = ("red cells", "protein")
"""Kinds of analytes that make a candidate."""

BEFORE = timedelta(days=2)
"""How long before its first draw the tests of an episode are listed: the two halves of a leak may be that far apart."""

NARROWEST = timedelta(hours=12)
"""An episode of a single draw is shaded this wide, or nobody would see it."""


def at(time: datetime) -> datetime:
    """A time of a table with its zone: one without is UTC.

    >>> at(datetime(2026, 3, 4)).isoformat()
    '2026-03-04T00:00:00+00:00'
    """
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def said(time: datetime) -> str:
    """A time for reading.

    >>> said(datetime(2026, 3, 4, 8, 10))
    '4 Mar 2026, 08:10'
    """
    return day_and_hour(at(time))


def shown(row: Row) -> str:
    """A result as a person reads it.

    >>> shown({"analyte": "albumin", "value": 15.0, "comparator": "<"})
    '< 15.0 g/L'
    """
    return f"{row['comparator'] or ''} {analyte(row['analyte']).shown(row['value'])}".strip()


def charts(results: Sequence[Row], episodes: Sequence[Row]) -> dict[str, Any]:
    """Everything that ``lanes.js`` draws; without ``episodes`` nothing is shaded and no time is marked."""
    lanes, absent = [], []
    for title, keys in LANES.items():
        lines = [line for key in keys if (line := _line(key, results))]
        lanes += [{"title": title, "lines": lines}] if lines else []
        absent += [] if lines else [title]
    return {
        "relative": False,
        "lanes": lanes,
        "absent": absent,
        "doses": [],
        "spans": [_span(number, each) for number, each in enumerate(episodes, 1)],
        "moments": [_place(each["peak"]) for each in episodes],
    }


def _line(key: str, results: Iterable[Row]) -> dict[str, Any] | None:
    known = analyte(key)
    points = [
        {
            "x": _place(row["time"]),
            "y": round(row["value"] * known.shown_factor, 6),
            "time": said(row["time"]),
            "shown": shown(row) + ("" if row["exact_time"] else " (the hour was estimated)"),
            "method": row["method"],
        }
        for row in results
        if row["analyte"] == key
    ]
    if not points:
        return None
    return {"label": known.label, "unit": known.shown_unit, "band": _healthy(known), "points": points}


def _healthy(known: Analyte) -> dict[str, float] | None:
    """Where the central 95 % of healthy adults lie, women and men together: the sex may not be shown yet."""
    if not known.reference:
        return None
    intervals = known.reference.values()
    return {
        "low": min(each.low for each in intervals) * known.shown_factor,
        "high": max(each.high for each in intervals) * known.shown_factor,
    }


def _span(number: int, episode: Row) -> dict[str, Any]:
    start, end = at(episode["start"]), at(episode["end"])
    wider = max(NARROWEST - (end - start), timedelta()) / 2
    return {"from": _place(start - wider), "to": _place(end + wider), "word": f"Episode {number}", "tone": "leak"}


def _place(time: datetime) -> float:
    return at(time).timestamp() * 1000.0


def days(results: Iterable[Row]) -> tuple[list[Analyte], list[tuple[str, list[str]]]]:
    """What is drawn, day by day: the tests that were measured at all, and for each day the range of each.

    >>> days([])
    ([], [])
    """
    found: dict[date, dict[str, list[Row]]] = {}
    for row in results:
        if row["analyte"] in DRAWN:
            found.setdefault(at(row["time"]).date(), {}).setdefault(row["analyte"], []).append(row)
    measured = [analytes()[key] for key in DRAWN if any(key in each for each in found.values())]
    return measured, [
        (f"{day.day} {day:%b %Y}", [_range(known, found[day].get(known.key, [])) for known in measured])
        for day in sorted(found)
    ]


def _range(known: Analyte, rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    low, high = (
        f"{row['comparator'] or ''}{row['value'] * known.shown_factor:.{known.shown_digits}f}"
        for row in (min(rows, key=_value), max(rows, key=_value))
    )
    return low if low == high else f"{low} to {high}"


def _value(row: Row) -> float:
    return float(row["value"])


def telling_results(episode: Row, results: Iterable[Row]) -> list[Row]:
    """The red cells and proteins from two days before an episode to its last draw, in the order of time."""
    start, end = at(episode["start"]) - BEFORE, at(episode["end"])
    return [row for row in results if start <= at(row["time"]) <= end and analyte(row["analyte"]).kind in TELLING]
