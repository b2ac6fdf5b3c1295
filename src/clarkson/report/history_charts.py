"""Where everything lies in the drawings of the page of attacks: the strip of years, and intervals in a row.

The drawings are written into the page as SVG, so they need no script, print, and read as tables beside.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from clarkson.report.history_words import day

Facts = Mapping[str, Any]

WIDTH, LEFT, RIGHT, TOP = 960.0, 118.0, 10.0, 10.0
ATTACKS_HIGH, RATE_HIGH, LANE_HIGH = 84.0, 104.0, 21.0
SMALLEST_STEM = 0.18  # of the lane, where no results tell how much was lost
RATIOS = (0.01, 100.0)
"""Ends of the axis of a rate ratio: what lies beyond is drawn at the edge, with its number beside it."""

MARKS_OF_RATIO = (0.01, 0.1, 0.5, 1.0, 10.0, 100.0)
ROW_WIDE = 200.0


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the strip: its name, its upper edge and height, bars (x, width), marks (x) with what each says."""

    name: str
    top: float
    high: float
    bars: tuple[tuple[float, float, str], ...] = ()
    marks: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Stem:
    """An attack on the strip: where it stands, how tall, whether somebody entered it, and what is said of it."""

    x: float
    y: float
    entered: bool
    words: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The strip of years. ``band`` and ``line`` are paths of the rate; ``levels`` are (y, words) of its axis."""

    high: float
    years: tuple[tuple[float, str], ...]
    unwatched: tuple[tuple[float, float], ...]
    attacks: Lane
    stems: tuple[Stem, ...]
    rate: Lane
    band: tuple[str, ...]
    line: tuple[str, ...]
    levels: tuple[tuple[float, str], ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval in a row of ``ROW_WIDE``: outer and inner ends and the middle; None where there is none to draw."""

    low: float
    high: float
    middle: float | None
    inner_low: float | None = None
    inner_high: float | None = None


def strip(document: Facts) -> Strip | None:
    """The strip of years of a document; None where nothing was watched."""
    spans = [(_time(each["start"]), _time(each["stop"])) for each in document["watched"]["spans"]]
    if not spans:
        return None
    start, stop = spans[0][0], spans[-1][1]

    def x(time: str | datetime) -> float:
        when = _time(time) if isinstance(time, str) else time
        share = min(max((when - start) / (stop - start), 0.0), 1.0)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    attacks = Lane("Attacks", TOP, ATTACKS_HIGH)
    rate = Lane("Attacks a year", attacks.top + attacks.high + 12.0, RATE_HIGH)
    lanes: list[Lane] = []
    top = rate.top + rate.high + 14.0
    for name, bars, marks in _lanes(document, x):
        lanes.append(Lane(name, top, LANE_HIGH, tuple(bars), tuple(marks)))
        top += LANE_HIGH
    band, line, levels = _rate(document["rates"]["course"], rate, x)
    return Strip(
        high=top + 24.0,
        years=tuple(_years(document, start, stop, x)),
        unwatched=tuple((x(before[1]), x(after[0]) - x(before[1])) for before, after in pairwise(spans)),
        attacks=attacks,
        stems=tuple(_stem(each, document, attacks, x) for each in document["attacks"]),
        rate=rate,
        band=band,
        line=line,
        levels=levels,
        lanes=tuple(lanes),
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _stem(attack: Facts, document: Facts, lane: Lane, x: Any) -> Stem:
    lost = attack["plasma_lost_percent"]
    share = SMALLEST_STEM if lost is None else min(max(lost["median"] / 100.0, SMALLEST_STEM), 1.0)
    told = "" if lost is None else f", {lost['median']:.0f} % of the plasma missing"
    words = f"{day(attack['onset'], document)}{told}{': ' + attack['words'] if attack['words'] else ''}"
    return Stem(x(attack["onset"]), round(lane.top + lane.high * (1.0 - share), 1), attack["found"] != "results", words)


def _lanes(document: Facts, x: Any) -> Iterable[tuple[str, list[tuple[float, float, str]], list[tuple[float, str]]]]:
    stop = document["watched"]["spans"][-1]["stop"]
    for name in dict.fromkeys(each["name"] for each in document["exposures"]):
        bars, marks = [], []
        for each in document["exposures"]:
            if each["name"] == name:
                ends = day(each["stop"], document) if each["stop"] else "goes on"
                said = f"{each['words'] or name}: {day(each['start'], document)} to {ends}"
                begun = x(each["start"])
                bars.append((begun, max(round(x(each["stop"] or stop) - begun, 1), 1.5), said))
                marks += [(x(infusion), day(infusion, document)) for infusion in each["infusions"]]
        yield name[:1].upper() + name[1:], bars, marks
    for name, key in (("Infections", "infections"), ("Symptoms", "symptoms"), ("Other triggers", "trigger_events")):
        marks = [(x(each["time"]), f"{day(each['time'], document)}: {each['text']}") for each in document[key]]
        if marks:
            yield name, [], marks


def _rate(
    course: Sequence[Facts], lane: Lane, x: Any
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[tuple[float, str], ...]]:
    """Band and line in pieces, gaps where too little was watched; what is above the lane is cut off."""
    highest = max((each["per_year"] for each in course if each["per_year"] is not None), default=0.0)
    top = max(2.0, math.ceil(1.6 * highest))

    def y(value: float) -> float:
        return round(lane.top + lane.high * (1.0 - min(value / top, 1.0)), 1)

    pieces: list[list[Facts]] = [[]]
    for each in course:
        if each["per_year"] is None:
            pieces.append([])
        else:
            pieces[-1].append(each)
    band, line = [], []
    for piece in pieces:
        if len(piece) > 1:
            ahead = "L".join(f"{x(each['time'])} {y(each['high'])}" for each in piece)
            back = "L".join(f"{x(each['time'])} {y(each['low'])}" for each in reversed(piece))
            band.append(f"M{ahead}L{back}Z")
            line.append("M" + "L".join(f"{x(each['time'])} {y(each['per_year'])}" for each in piece))
    step = max(1, math.ceil(top / 4))
    levels = tuple((y(float(value)), f"{value}") for value in range(0, int(top) + 1, step))
    return tuple(band), tuple(line), levels


def _years(document: Facts, start: datetime, stop: datetime, x: Any) -> Iterable[tuple[float, str]]:
    """Where each year begins; in a record without dates, or of less than a year, some days."""
    if not document["relative_time"] and stop - start > timedelta(days=400):
        apart = max(1, (stop.year - start.year) // 12 + 1)
        for year in range(start.year + 1, stop.year + 1):
            if (year - start.year - 1) % apart == 0:
                yield x(datetime(year, 1, 1, tzinfo=start.tzinfo)), f"{year}"
        return
    for part in range(5):
        time = start + (stop - start) * part / 5
        yield x(time), day(time.isoformat(), document)


def per_year_bars(rates: Sequence[Facts]) -> list[Bar | None]:
    """Intervals of rates on one linear axis, which ends at twice the highest rate."""
    top = 2.0 * max((each["per_year"] or 0.0 for each in rates), default=0.0) or 1.0

    def at(value: float) -> float:
        return round(ROW_WIDE * min(value / top, 1.0), 1)

    return [
        None if each["per_year"] is None else Bar(at(each["low"]), at(each["high"]), at(each["per_year"]))
        for each in rates
    ]


def at_ratio(value: float | None) -> float:
    """Where a rate ratio lies in a row; None is one without limit.

    >>> at_ratio(1.0), at_ratio(0.0), at_ratio(None)
    (100.0, 0.0, 200.0)
    """
    if value is None:
        return ROW_WIDE
    low, high = map(math.log, RATIOS)
    share = (math.log(max(value, RATIOS[0])) - low) / (high - low)
    return round(ROW_WIDE * min(share, 1.0), 1)


def ratio_bars(treatment: Facts) -> Sequence[tuple[str, Bar, Facts]]:
    """The rate ratio of a treatment in three lights: name, interval, and its numbers (middle, low, high)."""
    ratio, half, test, alone = (treatment[each] for each in ("ratio", "ratio_50", "test", "no_effect"))
    compares = bool(treatment["on_years"] and treatment["off_years"])
    found = [
        (
            "With what is published",
            Bar(*map(at_ratio, (ratio["low"], ratio["high"], ratio["median"], half["low"], half["high"]))),
            {"middle": ratio["median"], "low": ratio["low"], "high": ratio["high"]},
        )
    ]
    if compares and test["ratio"] is not None:
        low, high = test["exact"]
        found.append((
            "Exact, from the counts alone",
            Bar(at_ratio(low), at_ratio(high), at_ratio(test["ratio"])),
            {"middle": test["ratio"], "low": low, "high": high},
        ))  # fmt: skip
    if compares and alone["ratio"] is not None:
        found.append((
            "If it did nothing: chance and regression to the mean",
            Bar(at_ratio(alone["low"]), at_ratio(alone["high"]), at_ratio(alone["ratio"])),
            {"middle": alone["ratio"], "low": alone["low"], "high": alone["high"]},
        ))  # fmt: skip
    return found
