"""A population to screen: a million people in OMOP tables, a few of them planted, many who can be taken for them.

What is the body's simulation: the attacks of the planted people, all those of a person by one body, and the courses of
sepsis (half of them), burns, dengue, ovarian hyperstimulation, interleukin-2, CAR-T cells, surgery, bleeding and
transfusion. What is shift arithmetic: every other course; the platelets, CRP and red cells that are said to move in a
course besides; anemia, pregnancy and ageing; and how all courses are used. People of a kind share a pool of a few
hundred courses, each laid as log changes upon set points, assay error and times of their own. Ordinary people are drawn
from Clarkson's own tables, so the screening meets the variation that it expects, except that draws have heavier
tails, laboratories differ, tubes are mixed up and an albumin method changes.

A simulation by the same hands proves the pipeline, not the disease: what it finds here it may not find in people, and
its false alarms here are those of the confounders that somebody thought of.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from clarkson.analytes import Sex
from clarkson.body.person import Floats, Person
from clarkson.errors import SettingError
from clarkson.evaluate.population_courses import CONFOUNDERS, PLANTED, STAY, Pool, pool
from clarkson.evaluate.population_draws import Draws, offsets, printed
from clarkson.evaluate.population_people import People, drift, people, wandering
from clarkson.evaluate.population_stays import KINDS, Stays, draws_of, recorded, stays_of
from clarkson.evaluate.population_tables import (
    Tables,
    measurement_table,
    moments,
    person_table,
    rows_table,
    truth_table,
)

PART = 10_000
"""People computed at once: a row group."""

MOST_COURSES = 600  # of a kind in the pool
RESULTS_A_DRAW = 6.4  # of an ordinary person, on average
RESULTS_IN_HOSPITAL = 7.0  # per person, of stays
ALBUMIN = 3  # column of People.does


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: where, how many people of each kind, and rows of each table."""

    data: Path
    truth: Path
    kinds: Mapping[str, int]
    rows: Mapping[str, int]


def write_population(
    folder: str | Path,
    people: int = 1_000_000,
    results_each: float = 50.0,
    planted: int = 3,
    confounders: int = 20_000,
    seed: int = 0,
    threads: int = 2,
) -> Written:
    """Write OMOP tables into ``folder/omop`` and the truth into ``folder/truth.parquet``, in bounded memory.

    ``results_each`` is the average number of results of a person. The same numbers give the same bytes, on any number
    of threads.

    Raises
    ------
    SettingError
        More people are planted than there are, or a number is too small.

    >>> write_population("nowhere", people=2, planted=3)
    Traceback (most recent call last):
    ...
    clarkson.errors.SettingError: 20003 people of a kind of their own do not fit into 2
    """
    if planted + confounders > people:
        raise SettingError(f"{planted + confounders} people of a kind of their own do not fit into {people}")
    if min(people, results_each) < 1 or min(planted, confounders, seed) < 0 or threads < 1:
        raise SettingError("a population has at least one person and one result each, and no number below 0")
    place = Path(folder)
    (place / "omop").mkdir(parents=True, exist_ok=True)
    plan = _plan(people, results_each, planted, confounders, seed)
    with Tables(place / "omop", place / "truth.parquet") as tables:
        for part, truth in _parts(plan, threads):
            tables.write(part, truth)
    counted = dict(zip(KINDS, np.bincount(plan.kinds, minlength=len(KINDS)).tolist(), strict=True))
    return Written(place / "omop", place / "truth.parquet", counted, {**tables.rows, "person": people})


@dataclass(frozen=True, eq=False)
class _Plan:
    """What is settled before anybody is simulated; ``kinds`` (n,) of everybody, ``planted`` (n,) their number or -1."""

    seed: int
    kinds: NDArray[np.int64]
    planted: NDArray[np.int64]
    sick: tuple[Person, ...]
    courses: Pool
    biased: Mapping[str, Floats]
    routine_draws: float


def _plan(count: int, results_each: float, planted: int, confounders: int, seed: int) -> _Plan:
    random = np.random.default_rng([seed, 0])
    shares = np.array([each.share for each in CONFOUNDERS.values()])
    chosen = random.permutation(count)[: planted + confounders]
    kinds, number = np.zeros(count, dtype=np.int64), np.full(count, -1, dtype=np.int64)
    kinds[chosen[planted:]] = 1 + random.choice(len(shares), confounders, p=shares / shares.sum())
    kinds[chosen[:planted]], number[chosen[:planted]] = KINDS.index(PLANTED), np.arange(planted)
    sick = tuple(_sick(each % 2 == 0, random) for each in range(planted))
    courses = pool(int(np.clip(confounders // 30, 8, MOST_COURSES)), sick, seed)
    routine = max((results_each - RESULTS_IN_HOSPITAL) / RESULTS_A_DRAW, 1.0)
    return _Plan(seed, kinds, number, sick, courses, offsets(random), routine)


def _sick(woman: bool, random: np.random.Generator) -> Person:
    age = float(round(random.uniform(35.0, 62.0)))
    return Person("female", age, 164, 68) if woman else Person("male", age, 177, 82)


def _parts(plan: _Plan, threads: int) -> Iterator[tuple[dict[str, pa.Table], pa.Table]]:
    """Every part in its order; a few are computed ahead."""
    waiting: deque[Future[tuple[dict[str, pa.Table], pa.Table]]] = deque()
    with ThreadPoolExecutor(threads) as workers:
        for first in range(0, len(plan.kinds), PART):
            waiting.append(workers.submit(_part, plan, first))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _part(plan: _Plan, first: int) -> tuple[dict[str, pa.Table], pa.Table]:
    """The rows of the people from number ``first`` on."""
    random = np.random.default_rng([plan.seed, 1, first])
    kinds, planted = plan.kinds[first : first + PART], plan.planted[first : first + PART]
    who = _people(plan, kinds, planted, random)
    stays = stays_of(kinds, planted, who, plan.courses, random)
    drawn = draws_of(stays, kinds, who, plan.courses, plan.routine_draws, random)
    results = printed(who, drawn, _changes(plan.courses, stays, who, drawn, random), plan.biased, random)
    rows, coded = recorded(stays, who, plan.courses, first + 1, random)
    tables = {
        "person": person_table(first + 1, who),
        "measurement": measurement_table(first + 1, drawn.row, drawn.time_h, results),
        **{name: rows_table(name, each) for name, each in rows.items()},
    }
    return tables, _truth(plan.courses, kinds, stays, coded, first + 1)


def _people(plan: _Plan, kinds: NDArray[np.int64], planted: NDArray[np.int64], random: np.random.Generator) -> People:
    wanted: dict[int, tuple[Sex, float]] = {
        int(row): (plan.sick[planted[row]].sex, plan.sick[planted[row]].age_years)
        for row in np.flatnonzero(planted >= 0)
    }
    young = [KINDS.index(name) for name, each in CONFOUNDERS.items() if each.young_women]
    for row in np.flatnonzero(np.isin(kinds, young)).tolist():
        wanted[row] = ("female", float(random.uniform(22.0, 40.0)))
    found = people(len(kinds), random, wanted)
    does = found.does.copy()
    does[planted >= 0, ALBUMIN] = True
    return replace(found, does=does)


def _changes(
    courses: Pool, stays: Stays, who: People, drawn: Draws, random: np.random.Generator
) -> NDArray[np.float32]:
    """The log changes (D, C) of every draw: what wanders, what drifts, and the courses."""
    true = drift(who, drawn.row, drawn.time_h)
    for place in range(int(stays.place.max(initial=-1)) + 1):
        of = np.full(len(who.from_h), -1, dtype=np.int64)
        here = np.flatnonzero(stays.place == place)
        of[stays.row[here]] = here
        draws = np.flatnonzero(of[drawn.row] >= 0)
        stay = of[drawn.row[draws]]
        true[draws] += courses.at(stays.course[stay], drawn.time_h[draws] - stays.start_h[stay])
    true[drawn.levels_of != drawn.row] = 0.0
    total: NDArray[np.float32] = true + wandering(who, drawn.row, drawn.time_h, random)
    return total


def _truth(courses: Pool, kinds: NDArray[np.int64], stays: Stays, coded: NDArray[np.bool_], first_id: int) -> pa.Table:
    begun, onsets = moments(stays.start_h), moments(stays.start_h + np.nan_to_num(courses.courses.onsets[stays.course]))
    rows = [
        {"person_id": first_id + row, "kind": KINDS[kind], "stay": "", "course": None, "coded": False, "attacks": []}
        for row, kind in enumerate(kinds.tolist())
    ]
    for stay, (row, name) in enumerate(zip(stays.row.tolist(), stays.name.tolist(), strict=True)):
        of = rows[row]
        of["course"] = of["course"] or begun[stay].item()
        of["coded"] = of["coded"] or bool(coded[stay])
        of["stay"] = name.removeprefix(STAY) if name.startswith(STAY) else ""
        if name.startswith(PLANTED):
            of["attacks"] = [*of["attacks"], onsets[stay].item()]
    return truth_table(rows)
