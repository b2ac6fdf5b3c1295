"""Alarms among people who are not known to leak: how many for each day they were watched, by method and by diagnosis.

Some of them do leak (sepsis, burns, surgery): no label says who. So every rule is compared with the watch at the
sensitivity that the rule has on virtual leaks, and the alarms are also told by diagnosis. After an alarm further ones
of that person do not count for the snooze.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.evaluate.detection import Estimate, per_exposure
from clarkson.evaluate.rules import RULES
from clarkson.evaluate.scored import WATCH, Scored, scored
from clarkson.evaluate.virtual import LEAK_RATIO, POSSIBLE_RATIO, Virtual, matched
from clarkson.record.mimic import read_mimic
from clarkson.record.physionet_2012 import read_physionet_2012
from clarkson.record.record import Record
from clarkson.record.sdtm import read_sdtm
from clarkson.record.tongji import read_tongji
from clarkson.watch.alarm import DAYS, SNOOZE, Setting

# Which words of a diagnosis put a person into which group; the first that fits counts.
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "sepsis": ("sepsis", "septic", "septicemia"),
    "bleeding": ("hemorrhag", "bleed"),
    "liver disease": ("cirrhosis", "hepat", "liver"),
    "heart surgery": ("cardiac surgery",),
    "surgery": ("surgical",),
    "heart": ("coronary care", "heart failure", "infarction"),
}


@dataclass(frozen=True, slots=True)
class Quiet:
    """A real set of people who are not known to leak."""

    name: str
    folder: str
    setting: Setting
    read: Callable[[Path], Sequence[Record]]


SETS: tuple[Quiet, ...] = (
    Quiet("CDISC Pilot 01, outpatients", "cdisc-pilot01", "outpatients", lambda each: tuple(read_sdtm(each))),
    Quiet(
        "PhysioNet Challenge 2012 set a, intensive care",
        "physionet-challenge-2012",
        "inpatients",
        lambda each: tuple(read_physionet_2012(each)),
    ),
    Quiet(
        "Tongji COVID-19 2020, inpatients",
        "wuhan-tongji-covid-2020",
        "inpatients",
        lambda each: tuple(read_tongji(each)),
    ),
    Quiet(
        "MIMIC-III demo, intensive care, all died",
        "mimic-iii-demo-1.4",
        "inpatients",
        lambda each: tuple(read_mimic(each)),
    ),
)


@dataclass(frozen=True, slots=True)
class Called:
    """Alarms of a method at a threshold, per person-year of outpatients or patient-day of inpatients."""

    method: str
    threshold: float
    alarms: int
    rate: Estimate


@dataclass(frozen=True, slots=True)
class Against:
    """A rule at its threshold and the watch at its sensitivity on virtual leaks, both on the draws the rule scores."""

    rule: Called
    watch: Called
    sensitivity: float


@dataclass(frozen=True, slots=True)
class Group:
    """A group by diagnosis: people, time, and the watch's alarms at "leak" level."""

    name: str
    people: int
    units: float
    possible: Called
    leak: Called


@dataclass(frozen=True)
class Alarmed:
    """A set: people, draws, time in units of its setting; the watch at two levels, groups, and every rule beside it."""

    name: str
    setting: Setting
    people: int
    draws: int
    units: float
    possible: Called
    leak: Called
    groups: tuple[Group, ...]
    against: tuple[Against, ...]


def units_of(record: Record, setting: Setting) -> float:
    """Person-years from first to last result, or days with a result."""
    times = [each.time for each in record.results]
    if not times:
        return 0.0
    if setting == "outpatients":
        return (max(times) - min(times)).total_seconds() / 86400.0 / DAYS["year"]
    return float(len({each.date() for each in times}))


def alarm_count(found: Scored, score: Array, threshold: float) -> int:
    """Alarms of a score (n,) from a threshold on, those within the snooze of a person's alarm left out."""
    silence, count = SNOOZE.total_seconds() / 3600.0, 0
    awake: dict[str, float] = {}
    for person, hour, value in zip(found.people.tolist(), found.hours.tolist(), score.tolist(), strict=True):
        if value >= threshold and hour >= awake.get(person, -np.inf):
            count += 1
            awake[person] = hour + silence
    return count


def _called(found: Scored, name: str, score: Array, threshold: float, units: float) -> Called:
    alarms = alarm_count(found, score, threshold)
    return Called(name, threshold, alarms, per_exposure(alarms, units))


def group_of(record: Record) -> str:
    """The group of a person by the words of the diagnoses.

    >>> group_of(Record("one", diagnoses=("Septic shock",)))
    'sepsis'
    """
    text = " ".join(record.diagnoses).lower()
    return next((name for name, words in _GROUPS.items() if any(word in text for word in words)), "other")


def alarmed(records: Sequence[Record], name: str, setting: Setting, virtual: Virtual) -> Alarmed:
    """Alarms of every method in a set."""
    found = scored(records)
    units = {each.subject: units_of(each, setting) for each in records}
    total = sum(units.values())
    watch = found.scores[WATCH]
    grouped: dict[str, set[str]] = {}
    for each in records:
        grouped.setdefault(group_of(each), set()).add(each.subject)
    groups = []
    for group, members in sorted(grouped.items()):
        part = found.only(np.isin(found.people, list(members)))
        time = sum(units[each] for each in members)
        levels = (np.log(POSSIBLE_RATIO), np.log(LEAK_RATIO))
        possible, leak = (_called(part, WATCH, part.scores[WATCH], level, time) for level in levels)
        groups.append(Group(group, len(members), time, possible, leak))
    against = []
    for rule in RULES.values():
        for threshold in rule.thresholds:
            one = _against(found, rule.name, threshold, total, virtual)
            if one is not None:
                against.append(one)
    return Alarmed(
        name,
        setting,
        len(records),
        len(found.people),
        total,
        _called(found, WATCH, watch, float(np.log(POSSIBLE_RATIO)), total),
        _called(found, WATCH, watch, float(np.log(LEAK_RATIO)), total),
        tuple(groups),
        tuple(against),
    )


def _against(found: Scored, name: str, threshold: float, units: float, virtual: Virtual) -> Against | None:
    """A rule and the watch at equal sensitivity on the draws that the rule scores; None where it scores none."""
    known = found.only(~np.isnan(found.scores[name]))
    if not len(known.people) or np.isnan(virtual.found.scores[name]).all():
        return None
    rule, watch = matched(virtual, name, threshold)
    return Against(
        _called(known, name, known.scores[name], threshold, units),
        _called(known, WATCH, known.scores[WATCH], watch.threshold, units),
        rule.sensitivity,
    )
