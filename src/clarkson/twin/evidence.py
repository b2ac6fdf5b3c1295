"""The days of a record that are fitted: results in occasions, their errors, and what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np

from clarkson.balance.baseline import Baseline, baseline
from clarkson.balance.population import population
from clarkson.balance.sample import ONE_DRAW, Sample, samples
from clarkson.body.person import Floats, Person
from clarkson.errors import FitError, SettingError
from clarkson.record.record import Record, Result
from clarkson.twin.given import Doses, doses
from clarkson.twin.what_is_seen import PRESSURES, SEEN, WANDERING_H, Errors, errors, scaled_one

BEFORE_H = 96.0
"""Hours before the first result in which a leak may have begun: what is fitted starts then, at rest (assumption: a
prodrome of one to four days, Druey 2017)."""

LONGEST_H = 21.0 * 24.0
"""The longest time from the first to the last result that is fitted as one piece."""

QUIET_H = 10.0 * 24.0
"""A gap between draws after which a new piece begins: refill is over (assumption)."""

VITALS_APART_H = 4.0
"""Vital signs closer than this repeat each other: of several, the last is taken (assumption)."""

USUAL_CM = {"female": 163.0, "male": 176.0}
USUAL_KG = {"female": 70.0, "male": 82.0}
"""Size where the record has none (NHANES 1999-2018, means of adults, rounded; assumption for one person)."""

YOUNGEST_YEARS = 18.0
ADULT_YEARS = 50.0  # where the age is not known (as in balance.population)


@dataclass(frozen=True, slots=True)
class Row:
    """One fitted result: its hour from the start, and its value on the scale of its errors."""

    result: Result
    hour: float
    scaled: float
    errors: Errors


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is fitted of one person.

    ``rows`` by occasion and group; ``start``: hour 0; ``first_h`` and ``now_h``: hours of the first and the last
    result; ``steady``: what is known of the person between attacks; ``assumed`` and ``left_out`` are sentences.
    """

    record: Record
    person: Person
    steady: Baseline
    start: datetime
    first_h: float
    now_h: float
    rows: tuple[Row, ...]
    doses: Doses
    assumed: tuple[str, ...]
    left_out: tuple[str, ...]

    @cached_property
    def hours(self) -> Floats:
        """The hours (T,) at which something was measured."""
        return np.unique([row.hour for row in self.rows])

    @cached_property
    def analytes(self) -> tuple[str, ...]:
        """The analytes that were measured, in the order of the vocabulary of the twin."""
        there = {row.result.analyte for row in self.rows}
        return tuple(name for name in SEEN if name in there)

    @property
    def in_hospital(self) -> bool:
        """Whether blood was drawn for a laboratory, or something was given: not a meter at home."""
        drawn = any(row.result.method in ("laboratory", "blood gas") for row in self.rows)
        return drawn or bool(self.record.doses)

    @cached_property
    def covariance(self) -> Floats:
        """Covariance (m, m) of the errors of the rows: assay, the biology of a draw, and the wandering of the body."""
        each = [row.errors for row in self.rows]
        biology = np.array([errors.biology for errors in each])
        same_draw = np.equal.outer([row.hour for row in self.rows], [row.hour for row in self.rows])
        groups = [SEEN[row.result.analyte].group for row in self.rows]
        same_group = np.equal.outer(groups, groups)
        found: Floats = np.diag(np.square([errors.assay for errors in each]))
        found += np.outer(biology, biology) * (same_draw & same_group)
        for row in range(len(self.rows)):
            found[row] += self.wandering(self.rows[row].result.analyte, self.rows[row].hour, each[row])
        return found

    def wandering(self, analyte: str, hour: float, errors: Errors) -> Floats:
        """Covariance (m,) of the wandering of an analyte at an hour with that of every row."""
        found = np.zeros(len(self.rows))
        for place, row in enumerate(self.rows):
            if SEEN[row.result.analyte].group == SEEN[analyte].group:
                alone = errors.alone * row.errors.alone if row.result.analyte == analyte else 0.0
                lasting = np.exp(-abs(row.hour - hour) / WANDERING_H)
                found[place] = (errors.together * row.errors.together + alone) * lasting
        return found

    @cached_property
    def factor(self) -> Floats:
        """Lower Cholesky factor (m, m) of the covariance: errors are the factor times independent ones of scale 1."""
        return np.asarray(np.linalg.cholesky(self.covariance), dtype=float)

    @cached_property
    def whitening(self) -> Floats:
        """The matrix (m, m) that brings errors of the rows to independent ones of scale 1."""
        return np.asarray(np.linalg.inv(self.factor), dtype=float)

    def until(self, hour: float) -> Evidence:
        """The same person with only what was known up to an hour."""
        kept = tuple(row for row in self.rows if row.hour <= hour)
        if not kept:
            raise FitError(f"nothing was measured up to {hour:.0f} h")
        now = max(row.hour for row in kept)
        known = tuple(each for each in self.doses.given if each.at_h < now)
        return replace(self, rows=kept, now_h=now, doses=replace(self.doses, given=known))


def evidence(record: Record) -> Evidence:
    """The last days of a record that hang together.

    Raises
    ------
    FitError
        There is no result that the twin could be fitted to, or the person is one whose body is not modelled.

    >>> evidence(Record("nobody"))
    Traceback (most recent call last):
    clarkson.errors.FitError: the record has no hematocrit, hemoglobin, albumin or total protein outside a steady state
    """
    draws = [each for each in samples(record) if not each.steady and (each.red_cells or each.proteins)]
    if not draws:
        skipped = f"; {record.skipped[0].source} was skipped: {record.skipped[0].reason}" if record.skipped else ""
        raise FitError(
            f"the record has no hematocrit, hemoglobin, albumin or total protein outside a steady state{skipped}"
        )
    person, assumed = _person(record)
    first = _first_of_piece([each.time for each in draws])
    start = first - timedelta(hours=BEFORE_H)
    steady = _steady(record, first)
    rows, left_out = _rows(record, first, start)
    now = max(row.hour for row in rows)
    taken = doses(record, start, now, person)
    rows, silent = _without_held_pressures(rows, taken.pressors_from_h)
    return Evidence(
        record, person, steady, start, BEFORE_H, max(row.hour for row in rows), rows, taken, assumed,
        (*left_out, *silent, *taken.left_out, *(f"{each.source}: {each.reason}" for each in record.skipped)),
    )  # fmt: skip


def _person(record: Record) -> tuple[Person, tuple[str, ...]]:
    """Whose body it is, and what of it is assumed."""
    if record.age_years is not None and record.age_years < YOUNGEST_YEARS:
        raise FitError(
            f"the person is {record.age_years:g} years old: the body that is fitted is one of adults, and nothing "
            "shows that it holds for children"
        )
    sex = record.sex or "female"
    age = ADULT_YEARS if record.age_years is None else record.age_years
    height, weight = record.height_cm or USUAL_CM[sex], record.weight_kg or USUAL_KG[sex]
    wanted = (record.sex, record.age_years, record.height_cm, record.weight_kg)
    used = (f"sex {sex}", f"age {age:g} years", f"height {height:g} cm", f"weight {weight:g} kg")
    missing = [words for value, words in zip(wanted, used, strict=True) if value is None]
    try:
        person = Person(sex, min(age, 110.0), height, weight)
    except SettingError as error:
        raise FitError(f"this person is outside of what the body was built for: {error}") from None
    return person, (f"not in the record, so assumed: {', '.join(missing)}",) if missing else ()


def _first_of_piece(times: list[datetime]) -> datetime:
    """The first draw of the last piece: no longer gap, and not too long as a whole."""
    first = times[-1]
    for time in reversed(times[:-1]):
        if first - time > timedelta(hours=QUIET_H) or times[-1] - time > timedelta(hours=LONGEST_H):
            break
        first = time
    return first


def _steady(record: Record, first: datetime) -> Baseline:
    """Set points from steady results, and from draws long before the piece, which are taken as steady."""
    people = population(record.sex, record.age_years)
    own = [each for each in samples(record) if each.steady or each.time < first - timedelta(hours=QUIET_H)]
    usable: list[Sample] = [each for each in own if each.red_cells or each.proteins]
    return baseline(people, usable)


def _rows(record: Record, first: datetime, start: datetime) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Fitted results by occasion, of each analyte the last one of the occasion."""
    left_out, kept = [], []
    for result in record.results:
        if result.steady or result.time < first - ONE_DRAW or result.analyte not in SEEN:
            continue
        if result.comparator:
            left_out.append(f"{result.source}: {result.analyte} {result.comparator}{result.value:g} is only a bound")
        else:
            kept.append(result)
    unfitted = sorted({each.analyte for each in record.results if each.analyte not in SEEN and not each.steady})
    if unfitted:
        left_out.append(f"not fitted, because the body says too little of them: {', '.join(unfitted)}")
    rows: list[Row] = []
    occasion: dict[str, Result] = {}
    opened: datetime | None = None
    seen: dict[str, float] = {}

    def close() -> None:
        if opened is None:
            return
        hour = (opened - start).total_seconds() / 3600.0
        for name in SEEN:
            if name not in occasion:
                continue
            vital = SEEN[name].scale == "plain" and name != "weight"
            if vital and hour - seen.get(name, -VITALS_APART_H) < VITALS_APART_H:
                continue
            seen[name] = hour
            result = occasion[name]
            rows.append(Row(result, hour, scaled_one(name, result.value), errors(name, result.value, result.method)))

    for result in sorted(kept, key=lambda each: each.time):
        if opened is None or result.time - opened >= ONE_DRAW:
            close()
            opened, occasion = result.time, {}
        before = occasion.get(result.analyte)
        if before is None or (result.method == "laboratory") >= (before.method == "laboratory"):
            occasion[result.analyte] = result
    close()
    return tuple(_without_repeats(rows)), tuple(left_out)


def _without_repeats(rows: list[Row]) -> list[Row]:
    """A mean pressure beside systolic and diastolic ones is computed from them, and a cell size beside a hematocrit
    and a red-cell count likewise."""
    by_hour: dict[float, set[str]] = {}
    for row in rows:
        by_hour.setdefault(row.hour, set()).add(row.result.analyte)

    def repeats(row: Row) -> bool:
        there, name = by_hour[row.hour], row.result.analyte
        return (name == "mean_pressure" and {"systolic_pressure", "diastolic_pressure"} <= there) or (
            name == "mcv" and {"hematocrit", "erythrocytes"} <= there
        )

    return [row for row in rows if not repeats(row)]


def _without_held_pressures(rows: tuple[Row, ...], from_h: float) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Pressures under vasopressors in unknown amounts say nothing of the leak."""
    held = [row for row in rows if row.result.analyte in PRESSURES and row.hour >= from_h]
    if not held:
        return rows, ()
    words = f"{len(held)} pressures from {from_h:.0f} h on are not fitted: vasopressors in unknown amounts hold them"
    return tuple(row for row in rows if row not in held), (words,)
