"""Simulated people with and without a leak, as records with the truth of every draw.

Every row of the signature table of the science of detection is a kind of person: what a leak can be taken for, what can
go wrong in a laboratory, and leaks of two sources, the body and mass balance. All are measured alike, so that only the
course tells them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import MappingProxyType
from typing import Literal

from clarkson.analytes import analyte
from clarkson.errors import SettingError
from clarkson.evaluate import artefacts, body_courses, leak_courses, mass_courses, shift_courses
from clarkson.evaluate.course import Course, Somebody, somebody
from clarkson.evaluate.draws import Draw, Truth, draws
from clarkson.record.doses import kind_of, volume_ml
from clarkson.record.record import Dose, Event, Record, Result, Source
from clarkson.simulate.doses import length_h
from clarkson.simulate.schedule import Given

Group = Literal["leak", "secondary leak", "confounder", "artefact", "healthy"]
ORIGIN = datetime(2020, 6, 1, 8, tzinfo=UTC)
"""Hour 0 of every course; the date means nothing."""

RECORDED = 0.5
"""Share of people whose doses are in their record."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of person: the course, and what the laboratory did to the draws."""

    group: Group
    course: Callable[[Somebody], Course]
    altered: Callable[[Sequence[Draw], Somebody], Sequence[Draw]] | None = None


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "leak": Kind("leak", partial(body_courses.attack, treated=False)),
        "leak, treated": Kind("leak", partial(body_courses.attack, treated=True)),
        "leak, by mass balance": Kind("leak", leak_courses.leak),
        "sepsis": Kind("secondary leak", mass_courses.sepsis),
        "water loss": Kind("confounder", shift_courses.water_loss),
        "isotonic loss": Kind("confounder", shift_courses.isotonic_loss),
        "diuretic": Kind("confounder", shift_courses.diuretic),
        "exercise": Kind("confounder", shift_courses.exercise),
        "posture": Kind("confounder", shift_courses.posture),
        "bleed before refill": Kind("confounder", shift_courses.bleed_at_once),
        "bleed": Kind("confounder", body_courses.bleed),
        "crystalloid": Kind("confounder", shift_courses.crystalloid),
        "overload": Kind("confounder", shift_courses.overload),
        "saline": Kind("confounder", shift_courses.saline),
        "albumin infusion": Kind("confounder", body_courses.albumin_infusion),
        "transfusion": Kind("confounder", body_courses.transfusion),
        "red-cell gain": Kind("confounder", mass_courses.red_cell_gain),
        "acute phase": Kind("confounder", mass_courses.acute_phase),
        "protein loss": Kind("confounder", mass_courses.protein_loss),
        "immunoglobulin": Kind("confounder", shift_courses.immunoglobulin),
        "mislabelled": Kind("artefact", shift_courses.healthy, artefacts.mislabelled),
        "unit swap": Kind("artefact", shift_courses.healthy, artefacts.unit_swap),
        "method switch": Kind("artefact", shift_courses.healthy, artefacts.method_switch),
        "old sample": Kind("artefact", shift_courses.healthy, artefacts.old_sample),
        "blood gas": Kind("artefact", shift_courses.healthy, artefacts.blood_gas),
        "healthy": Kind("healthy", shift_courses.healthy),
    }
)
"""Every kind by its name."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A person's record, and the truth (n,) of the n draws that ``balance.sample.samples`` finds in it."""

    kind: str
    record: Record
    truth: tuple[Truth, ...]


def people(kind: str, count: int, seed: int = 0) -> tuple[Simulated, ...]:
    """The first ``count`` people of a kind; each is the same however many are asked for.

    Raises
    ------
    SettingError
        There is no such kind.

    >>> one = people("posture", 1)[0]
    >>> one.record.subject, len(one.truth) > 0
    ('posture 0-0', True)
    """
    if kind not in KINDS:
        raise SettingError(f"'{kind}' is no kind of simulated people; known are {', '.join(KINDS)}")
    return tuple(_simulated(kind, somebody(kind, number, seed), f"{kind} {seed}-{number}") for number in range(count))


def _simulated(kind: str, who: Somebody, subject: str) -> Simulated:
    made = KINDS[kind]
    course = made.course(who)
    drawn = draws(course, who)
    if made.altered is not None:
        drawn = list(made.altered(drawn, who))
    recorded = who.for_record.random() < RECORDED
    return Simulated(
        kind, _record(who, subject, drawn, course.given if recorded else ()), tuple(each.truth for each in drawn)
    )


def _time(hour: float) -> datetime:
    return ORIGIN + timedelta(hours=hour)


def _record(who: Somebody, subject: str, drawn: Sequence[Draw], given: Sequence[Given]) -> Record:
    results = tuple(
        Result(
            name,
            value,
            _time(draw.hour),
            Source("simulation", f"{draw.hour:.2f} h"),
            method=draw.methods.get(name, analyte(name).usual_method),
            laboratory=draw.laboratories.get(name, ""),
        )
        for draw in drawn
        for name, value in draw.values.items()
    )
    return Record(
        subject,
        results,
        tuple(_dose(each) for each in given if kind_of(each.dose.what) != "other"),
        tuple(
            Event("bleed", str(each.dose), _time(each.at_h), _source(each))
            for each in given
            if each.dose.what == "bleed"
        ),
        sex=who.person.sex,
        age_years=who.person.age_years,
        height_cm=who.person.height_cm,
        weight_kg=who.person.weight_kg,
        origin=ORIGIN,
    )


def _source(given: Given) -> Source:
    return Source("simulation", f"{given.at_h:.2f} h")


def _dose(given: Given) -> Dose:
    dose = given.dose
    return Dose(
        kind_of(dose.what),
        str(dose),
        _time(given.at_h),
        _source(given),
        _time(given.at_h + length_h(dose)),
        dose.amount,
        dose.unit,
        volume_ml(dose.amount, dose.unit),
    )
