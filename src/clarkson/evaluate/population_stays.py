"""Who has which course and when, when blood is drawn in it, and what is written down of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clarkson.body.person import Floats
from clarkson.evaluate.population_codes import CODES, EVERYDAY, GAMMOPATHY, MISTAKEN, Code
from clarkson.evaluate.population_courses import (
    ATTACK,
    CONFOUNDERS,
    DAY_H,
    MOST_ATTACKS,
    PLANTED,
    STAY,
    STAYS,
    WRONG_PATIENT,
    Happening,
    Pool,
)
from clarkson.evaluate.population_draws import Draws
from clarkson.evaluate.population_people import People
from clarkson.evaluate.population_tables import Row, moments
from clarkson.record.doses import kind_of
from clarkson.simulate.doses import length_h

KINDS = ("steady", *CONFOUNDERS, PLANTED)
"""What a person is, by number."""

STAY_SHARE = 0.10  # of ordinary people, in the years of their record
LEAST_ATTACKS = 3
APART_H = 2.1  # draws closer than 2 h are one
FOLLOWED_UP = 0.6
ANOTHERS_TUBE = 1.0 / 3000.0  # of all draws
DOSES_RECORDED = 0.8
GAMMOPATHY_KNOWN = 0.5  # of the planted

_HAPPENINGS: dict[str, Happening] = {**CONFOUNDERS, **{STAY + name: each for name, each in STAYS.items()}}


@dataclass(frozen=True, eq=False)
class Stays:
    """E courses of people ``row`` (E,) in their order: the name of each (E,), which of the pool, when hour 0 is.

    ``place`` (E,) counts the courses of one person from 0.
    """

    row: NDArray[np.int64]
    name: NDArray[np.str_]
    course: NDArray[np.int64]
    start_h: Floats
    place: NDArray[np.int64]


def stays_of(
    kinds: NDArray[np.int64], planted: NDArray[np.int64], who: People, courses: Pool, random: np.random.Generator
) -> Stays:
    """The courses of n people: kinds (n,) of ``KINDS``, ``planted`` (n,) the number of a planted person or -1."""
    length = who.until_h - who.from_h
    name = np.array(KINDS)[kinds].astype("<U40")
    shares = np.array([each.share for each in STAYS.values()])
    why = np.array([STAY + each for each in STAYS])[random.choice(len(STAYS), len(kinds), p=shares / shares.sum())]
    name = np.where((kinds == 0) & (random.random(len(kinds)) < STAY_SHARE), why, name)
    row = np.flatnonzero((name != "steady") & (name != WRONG_PATIENT) & (name != PLANTED))
    first = np.array([courses.first[each] for each in name[row]], dtype=np.int64)
    counts = np.array([courses.counts[each] for each in name[row]], dtype=np.int64)
    course = first + (random.random(len(row)) * counts).astype(np.int64)
    start = who.from_h[row] + random.uniform(0.1, 0.9, len(row)) * length[row]
    found = [(row, name[row], course, start, np.zeros(len(row), dtype=np.int64))]
    for person in np.flatnonzero(planted >= 0):
        attacks = int(random.integers(LEAST_ATTACKS, MOST_ATTACKS + 1))
        places = np.arange(attacks)
        when = (places + random.uniform(0.25, 0.75, attacks)) / attacks
        one = f"{PLANTED} {planted[person]}"
        at = who.from_h[person] + when * length[person]
        found.append((np.full(attacks, person), np.full(attacks, one), courses.first[one] + places, at, places))
    columns = [np.concatenate(each) for each in zip(*found, strict=True)]
    order = np.lexsort((columns[3], columns[0]))
    return Stays(*(each[order] for each in columns))


def draws_of(
    stays: Stays,
    kinds: NDArray[np.int64],
    who: People,
    courses: Pool,
    mean: float,
    random: np.random.Generator,
) -> Draws:
    """When blood is drawn: ``mean`` routine draws a person, more of them in a few, and those of the stays."""
    count = len(who.from_h)
    length = who.until_h - who.from_h
    often = mean * random.gamma(1.5, 1.0 / 1.5, count) * length / length.mean()
    number = 1 + random.poisson(np.maximum(often - 0.6, 0.1))
    routine = np.repeat(np.arange(count), number)
    day = np.floor((who.from_h[routine] + random.random(len(routine)) * length[routine]) / DAY_H)
    times = DAY_H * day + random.uniform(7.0, 17.0, len(routine))
    inside, hours = _visits(stays, courses, random)
    row = np.concatenate([routine, stays.row[inside]])
    time = np.round(60.0 * np.concatenate([times, hours])) / 60.0
    hospital = np.concatenate([np.zeros(len(routine), dtype=np.bool_), np.ones(len(inside), dtype=np.bool_)])
    order = np.lexsort((time, row))
    row, time, hospital = row[order], time[order], hospital[order]
    kept = np.concatenate([[True], (row[1:] != row[:-1]) | (np.diff(time) >= APART_H)])
    row, time, hospital = row[kept], time[kept], hospital[kept]
    return Draws(row, time, hospital, _whose(row, kinds, random))


def _visits(stays: Stays, courses: Pool, random: np.random.Generator) -> tuple[NDArray[np.int64], Floats]:
    """The stay (D,) that each draw belongs to, and when it is: in the course, then weeks after it."""
    kinds = [_HAPPENINGS.get(each, ATTACK) for each in stays.name.tolist()]
    count = len(kinds)
    low, high = np.array([each.every for each in kinds]).reshape(count, 2).T
    most = np.array([each.most for each in kinds], dtype=np.int64)
    ends = courses.courses.ends[stays.course]
    onset = np.nan_to_num(courses.courses.onsets[stays.course], nan=0.0)
    begins = np.where(onset > 0.0, onset + random.uniform(-2.0, 12.0, count), random.uniform(0.0, 20.0, count))
    steps = random.random((count, int(max([2, *most])))) * (high - low)[:, None] + low[:, None]
    steps[:, 0] = begins
    hours = np.cumsum(steps, axis=1)
    # Of an attack as many as it takes.
    number = np.where(onset > 0.0, most, random.integers(2, np.maximum(most, 2) + 1))
    there = (np.arange(hours.shape[1]) < number[:, None]) & (hours < ends[:, None])
    stay, place = np.nonzero(there)
    after = np.flatnonzero((random.random(count) < FOLLOWED_UP) | (onset > 0.0))
    later = ends[after] + DAY_H * random.uniform(3.0, 45.0, len(after))
    inside = np.concatenate([stay, after])
    return inside, stays.start_h[inside] + np.concatenate([hours[stay, place], later])


def _whose(row: NDArray[np.int64], kinds: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """Whose blood each draw is (D,): now and then another's, and once that of whoever is here for it."""
    people = len(kinds)
    others = random.random(len(row)) < ANOTHERS_TUBE
    first = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    number = np.diff(np.append(first, len(row)))
    chosen = first + (random.random(people) * number).astype(np.int64)
    others[chosen[kinds == KINDS.index(WRONG_PATIENT)]] = True
    other = (row + random.integers(1, max(people, 2), len(row))) % people
    return np.where(others, other, row)


def recorded(
    stays: Stays, who: People, courses: Pool, first_id: int, random: np.random.Generator
) -> tuple[dict[str, list[Row]], NDArray[np.bool_]]:
    """The rows of diagnoses, procedures and doses, and whether a code was written down for each stay (E,)."""
    rows: dict[str, list[Row]] = {"condition_occurrence": [], "procedure_occurrence": [], "drug_exposure": []}
    coded = np.zeros(len(stays.row), dtype=np.bool_)
    for stay, (row, name, course, start) in enumerate(
        zip(stays.row.tolist(), stays.name.tolist(), stays.course.tolist(), stays.start_h.tolist(), strict=True)
    ):
        codes = _mistaken(random) if name.startswith(PLANTED) else _written(CODES[name], random)
        coded[stay] = bool(codes)
        for code in codes:
            rows[code.table].append(_event(code, first_id + row, start + 24.0 * random.uniform(0.3, 2.0)))
        if random.random() < DOSES_RECORDED:
            for given in courses.courses.given[course]:
                dose = given.dose
                if kind_of(dose.what) != "other":
                    at = start + given.at_h
                    rows["drug_exposure"].append(
                        _dose(first_id + row, dose.what, at, at + length_h(dose), dose.amount, dose.unit)
                    )
    _everyday(rows, stays, who, first_id, random)
    return rows, coded


def _everyday(
    rows: dict[str, list[Row]], stays: Stays, who: People, first_id: int, random: np.random.Generator
) -> None:
    count = len(who.from_h)
    when = who.from_h + random.random(count) * (who.until_h - who.from_h)
    for code in EVERYDAY:
        for row in np.flatnonzero(random.random(count) < code.share).tolist():
            rows[code.table].append(_event(code, first_id + row, when[row]))
    for row in sorted(
        {row for row, name in zip(stays.row.tolist(), stays.name.tolist(), strict=True) if name.startswith(PLANTED)}
    ):
        if random.random() < GAMMOPATHY_KNOWN:
            rows[GAMMOPATHY.table].append(_event(GAMMOPATHY, first_id + row, when[row]))


def _written(codes: Sequence[Code], random: np.random.Generator) -> list[Code]:
    return [each for each in codes if random.random() < each.share]


def _mistaken(random: np.random.Generator) -> tuple[Code, ...]:
    shares, codes = zip(*MISTAKEN, strict=True)
    return tuple(codes[int(random.choice(len(codes), p=shares))])


def _event(code: Code, person: int, at_h: float) -> Row:
    time = moments(np.array([at_h]))[0]
    if code.table == "drug_exposure":
        return _dose(person, code.words, at_h, at_h + 1.0, None, "")
    stem = code.table.split("_")[0]
    date = f"{stem}_start_date" if stem == "condition" else f"{stem}_date"
    return {
        "person_id": person,
        f"{stem}_concept_id": code.concept,
        date: time.astype("datetime64[D]").item(),
        f"{stem}_source_value": code.words,
    }


def _dose(person: int, words: str, start_h: float, end_h: float, amount: float | None, unit: str) -> Row:
    start, end = moments(np.array([start_h, end_h]))
    return {
        "person_id": person,
        "drug_concept_id": 0,
        "drug_exposure_start_date": start.astype("datetime64[D]").item(),
        "drug_exposure_start_datetime": start.item(),
        "drug_exposure_end_date": end.astype("datetime64[D]").item(),
        "drug_exposure_end_datetime": end.item(),
        "quantity": amount,
        "drug_source_value": words,
        "dose_unit_source_value": unit or None,
    }
