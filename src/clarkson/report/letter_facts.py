"""What the emergency letter says of one person: own levels, attacks, what is given, what came after what.

Nothing here knows a page; ``letter`` sets it. The same record gives the same letter: no clock is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from statistics import median
from typing import Any

from clarkson.analytes import analyte
from clarkson.balance.baseline import SetPoint, baseline
from clarkson.balance.population import population
from clarkson.history.attacks import Attack
from clarkson.history.history import History
from clarkson.record.record import Record, Result
from clarkson.report.document import heading
from clarkson.report.terminal import plain
from clarkson.report.view import moment
from clarkson.watch.assess import BEFORE_ATTACK_DAYS, RECOVERY_DAYS
from clarkson.watch.assessment import Assessed

LEAK_LASTS = timedelta(days=4)  # 1 to 4 days, PMC3089932
BEFORE_ONSET = timedelta(days=1)
HARM_WITHIN = timedelta(days=14)  # the longest refill: 3 to 15 days, UCLouvain sheet
LARGE_FLUID_L = 4.0  # about the whole blood volume within days (assumption)
FLUIDS = ("crystalloid", "colloid", "plasma", "albumin", "red cells")
LONGEST = 84
"""Characters of a text from the record that are printed; what is cut is said."""

CUT = "…"
BLOODLETTING = re.compile(r"phlebotom|vena?esecti|blood-?\s?lett|aderlass|saignée", re.IGNORECASE)
OVERFILLED = re.compile(
    r"(pulmonary|lung) o?edema|overload|compartment|fasciotom|decompress|effusion|tamponade|ventilat|intubat",
    re.IGNORECASE,
)
SCLS = re.compile(r"\bSCLS\b|capillary leak|clarkson", re.IGNORECASE)
USUAL = ("systolic_pressure", "heart_rate", "weight", "creatinine")


@dataclass(frozen=True, slots=True)
class Level:
    """A level between attacks: ``own`` results of the person stand in it, none where it is the population's."""

    label: str
    shown: str
    reach: str
    own: int


@dataclass(frozen=True, slots=True)
class Row:
    """One attack: the worst of each in it, as a person reads it; empty where it was not measured."""

    when: str
    red_cells: str
    albumin: str
    pressure: str
    lost: str
    lactate: str
    noted: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter says of one person.

    ``attacks`` are those with a row of their own, newest first, of ``count``; ``others`` sums up the rest. Lists end
    with a line that says how many of the record are not in them.
    """

    heading: dict[str, Any]
    until: str
    scls_named: bool
    levels: tuple[Level, ...]
    usual: tuple[Level, ...]
    count: int
    attacks: tuple[Row, ...]
    others: str
    given: tuple[str, ...]
    stopped: tuple[str, ...]
    harms: tuple[str, ...]


def letter_facts(assessed: Assessed, of: History, *, room: int, input_name: str, input_sha256: str) -> Letter:
    """The letter of an assessed record and its history, with at most ``room`` rows for attacks.

    ``input_name`` and ``input_sha256`` say what was read.
    """
    record = assessed.record
    said = heading(record, input_name=short(input_name), input_sha256=input_sha256)
    said["subject"] |= {"id": short(record.subject), "citation": short(record.citation, 2 * LONGEST)}
    said["subject"]["diagnoses"] = _first([short(each) for each in record.diagnoses], 3, "diagnoses")
    attacks = sorted(of.attacks, key=lambda each: each.onset, reverse=True)
    windows = [_window(each, attacks) for each in attacks]
    inside = [[result for result in record.results if start <= result.time < stop and not result.steady]
              for start, stop in windows]  # fmt: skip
    shown = _shown([_thickness(results) for results in inside], room)
    hidden = [place for place in range(len(attacks)) if place not in shown]
    return Letter(
        heading=said,
        until=_until(record),
        scls_named=any(SCLS.search(each) and not each.startswith("secondary") for each in record.diagnoses),
        levels=tuple(_level(each) for each in _set_points(record, assessed)),
        usual=tuple(_usual(record, attacks)),
        count=len(attacks),
        attacks=tuple(_row(attacks[place], inside[place], record) for place in shown),
        others=_others([attacks[place] for place in hidden], [inside[place] for place in hidden], record),
        given=_first(list(_given(of, record, going_on=True)), 3, "treatments that go on"),
        stopped=_first(list(_given(of, record, going_on=False)), 2, "treatments that were stopped"),
        harms=_first(list(_harms(assessed, attacks, windows)), 4, "such events"),
    )


def _first(lines: Sequence[str], most: int, what: str) -> tuple[str, ...]:
    """The first of them, and a line that says how many others the record holds."""
    if len(lines) <= most + 1:
        return tuple(lines)
    return (*lines[:most], f"and {len(lines) - most} more {what} in the record")


def _shown(thickness: Sequence[float], room: int) -> list[int]:
    """The newest attacks, and that with the thickest blood where it is not among them."""
    if room == 0 or not thickness:
        return []
    newest = list(range(min(room, len(thickness))))
    largest = max(range(len(thickness)), key=thickness.__getitem__)
    return newest if largest in newest or not thickness[largest] else [*newest[: room - 1], largest]


def _others(attacks: Sequence[Attack], inside: Sequence[Sequence[Result]], record: Record) -> str:
    """The attacks without a row of their own, in one line."""
    if not attacks:
        return ""
    first, last = _day(attacks[-1].onset, record), _day(attacks[0].onset, record)
    when = f"on {first}" if len(attacks) == 1 else f"from {first} to {last}"
    worst = _extremes([result for results in inside for result in results])
    many = "1 other attack" if len(attacks) == 1 else f"{len(attacks)} other attacks"
    return f"{many} {when}{f': {worst}' if worst else ', without results in the record'}."


def short(text: str, longest: int = LONGEST) -> str:
    """A text from the record on one line, cut where it would take the place of something else.

    >>> short("pulmonary\\nedema"), short("a" * 100)[-3:]
    ('pulmonary edema', 'aa…')
    """
    line = plain(text)
    return line if len(line) <= longest else line[: longest - 1].rstrip() + CUT


def _day(time: datetime, record: Record) -> str:
    """The day of a time, or hours where the record has no dates."""
    if record.origin is None:
        there = time.astimezone(_zone(record))
        return f"{there.day} {there:%b} {there.year}"
    hours = (time - record.origin) / timedelta(hours=1)
    return moment({"time": time.isoformat(), "hours": round(hours, 1)}, relative=True)


def _times(record: Record) -> list[datetime]:
    return [
        *(each.time for each in record.results),
        *(each.end or each.start for each in record.doses),
        *(each.time for each in record.events if each.time is not None),
    ]


def _zone(record: Record) -> tzinfo | None:
    """The clock of the newest fact: days are those of the person, not of Greenwich."""
    return max(_times(record)).tzinfo if _times(record) else UTC


def _until(record: Record) -> str:
    if not _times(record):
        return "no dated facts"
    if record.origin is not None:
        return "no dates in the record, times are hours from its start"
    return _day(max(_times(record)), record)


def _set_points(record: Record, assessed: Assessed) -> tuple[SetPoint, ...]:
    if len(assessed):
        return tuple(each.set_point for each in assessed[-1].baseline)
    return baseline(population(record.sex, record.age_years), []).set_points()


def _level(point: SetPoint) -> Level:
    known = analyte(point.analyte)
    low = f"{point.low * known.shown_factor:.{known.shown_digits}f}"
    return Level(known.label, known.shown(point.value), f"{low} to {known.shown(point.high)}", point.results)


def _usual(record: Record, attacks: Sequence[Attack]) -> Iterator[Level]:
    """Median and range of what is measured outside attacks and the weeks after them."""
    for key in USUAL:
        values = [
            each.value
            for each in record.results
            if each.analyte == key and not each.comparator and (each.steady or not _disturbed(each.time, attacks))
        ]
        if values:
            known = analyte(key)
            low = f"{min(values) * known.shown_factor:.{known.shown_digits}f}"
            reach = f"{low} to {known.shown(max(values))}" if len(values) > 1 else ""
            yield Level(known.label, known.shown(median(values)), reach, len(values))


def _disturbed(time: datetime, attacks: Sequence[Attack]) -> bool:
    before, after = timedelta(days=BEFORE_ATTACK_DAYS), timedelta(days=RECOVERY_DAYS)
    return any(each.onset - before <= time <= each.last + after for each in attacks)


def _window(attack: Attack, attacks: Sequence[Attack]) -> tuple[datetime, datetime]:
    """Whose results are of an attack: from a day before its onset to the end of a leak, or to the next attack."""
    start = attack.onset - BEFORE_ONSET
    stop = max(attack.last, attack.onset + LEAK_LASTS) + timedelta(seconds=1)
    following = [each.onset - BEFORE_ONSET for each in attacks if each.onset > attack.onset]
    return start, max(min([stop, *following]), attack.onset)


def _worst(results: Sequence[Result], key: str, *, highest: bool) -> str:
    """The highest or the lowest value of an analyte, as a person reads it."""
    found = [each for each in results if each.analyte == key]
    if not found:
        return ""
    worst = (max if highest else min)(found, key=lambda each: each.value)
    return worst.comparator + analyte(key).shown(worst.value)


def _thickness(results: Sequence[Result]) -> float:
    """The highest hematocrit of an attack; of hemoglobin alone, the hematocrit that goes with it."""
    ordinary = {"hematocrit": 1.0, "hemoglobin": 1.0 / 330.0}  # an ordinary MCHC, g/L
    return max((each.value * ordinary[each.analyte] for each in results if each.analyte in ordinary), default=0.0)


def _row(attack: Attack, results: Sequence[Result], record: Record) -> Row:
    hematocrit = _worst(results, "hematocrit", highest=True)
    hemoglobin = _worst(results, "hemoglobin", highest=True)
    lost = attack.plasma_lost_percent
    return Row(
        when=_day(attack.onset, record),
        red_cells=hematocrit or (f"Hb {hemoglobin}" if hemoglobin else ""),
        albumin=_worst(results, "albumin", highest=False),
        pressure=_worst(results, "systolic_pressure", highest=False),
        lost="" if lost is None else f"{lost.median:.0f} % ({lost.low:.0f} to {lost.high:.0f})".replace("-", "−"),
        lactate=_worst(results, "lactate", highest=True),
        noted=short(attack.words, 52) if attack.words else "found in the results" if attack.found == "results" else "",
    )


def _extremes(results: Sequence[Result]) -> str:
    """The worst of several attacks, in words."""
    hematocrit = _worst(results, "hematocrit", highest=True)
    parts = (
        ("hematocrit up to", hematocrit),
        ("hemoglobin up to", "" if hematocrit else _worst(results, "hemoglobin", highest=True)),
        ("albumin down to", _worst(results, "albumin", highest=False)),
        ("systolic pressure down to", _worst(results, "systolic_pressure", highest=False)),
    )
    return ", ".join(f"{words} {value}" for words, value in parts if value)


def _given(of: History, record: Record, *, going_on: bool) -> Iterator[str]:
    for each in sorted(of.exposures, key=lambda exposure: exposure.start, reverse=True):
        if (each.stop is None) is not going_on:
            continue
        named = each.name.lower() in each.words.lower()
        words = short(each.words if named else f"{each.name} ({each.words})" if each.words else each.name, 60)
        if each.stop is not None:
            yield f"{words}, {_day(each.start, record)} to {_day(each.stop, record)}"
        elif each.given:
            yield f"{words}, since {_day(each.start, record)}, last {_day(max(each.given), record)}"
        else:
            yield f"{words}, since {_day(each.start, record)}"


def _harms(
    assessed: Assessed, attacks: Sequence[Attack], windows: Sequence[tuple[datetime, datetime]]
) -> Iterator[str]:
    """What came after bloodletting and after much fluid, newest first, as recorded."""
    record = assessed.record
    told: list[tuple[datetime, str, str]] = [
        (each.time, each.kind, each.text) for each in record.events if each.time is not None
    ]
    told += [(each.start, "dose", each.what) for each in record.doses]
    told.sort(key=lambda each: each[0])
    for time, kind, text in reversed(told):
        if BLOODLETTING.search(text) or kind == "bleed":
            yield f"{_day(time, record)}: {short(text)}."
    refills = [(each.time, "assessment", "refill in the results") for each in assessed if each.verdict == "refill"]
    said: set[tuple[datetime, str]] = set()
    quiet = 0
    for attack, (start, stop) in zip(attacks, windows, strict=True):
        day, litres = _day(attack.onset, record), _litres(record, start, stop)
        until = attack.onset + HARM_WITHIN
        after = [each for each in told if start <= each[0] <= until and OVERFILLED.search(each[2])]
        said |= {(time, text) for time, _, text in after}
        after = [each for each in after if each[1] != "attack"] or after
        if litres >= LARGE_FLUID_L:
            after += [each for each in refills if attack.onset <= each[0] <= until][:1]
        if after:
            followed = "; ".join(f"{_day(time, record)} {short(text)}" for time, _, text in after[:2])
            followed += f"; and {len(after) - 2} more" if len(after) > 2 else ""
            yield (f"{litres:.1f} L of fluid around the attack of {day}" if litres else f"Attack of {day}") + (
                f": {followed}."
            )
        elif litres >= LARGE_FLUID_L:
            quiet += 1
    for time, _, text in reversed(told):
        if OVERFILLED.search(text) and (time, text) not in said and not BLOODLETTING.search(text):
            yield f"{_day(time, record)}: {short(text)}."
    if quiet:
        around = "one attack" if quiet == 1 else f"{quiet} attacks"
        yield f"{LARGE_FLUID_L:g} L of fluid or more around {around} without such an event recorded after it."


def _litres(record: Record, start: datetime, stop: datetime) -> float:
    """Fluid of known volume that was begun in a window."""
    given = [each.volume_ml or 0.0 for each in record.doses if each.kind in FLUIDS and start <= each.start < stop]
    return sum(given) / 1000.0
