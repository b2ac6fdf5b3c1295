"""Is the twin's posterior the posterior? Simulation-based calibration, a long independent sampler, wrong beliefs."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from clarkson.body.person import Floats
from clarkson.engine.pareto import GOOD
from clarkson.engine.tempering import temper
from clarkson.engine.unknowns import Problem, log_prior
from clarkson.evaluate.twin_people import Patient, patient
from clarkson.twin.body_of import Body
from clarkson.twin.evidence import Row
from clarkson.twin.posterior import Draws, draws
from clarkson.twin.unknowns import unknowns

PATIENTS, COMPARED, BLINDED = 500, 20, 120
DRAWS, MANY = 400, 2000
BINS = 20
NEAR_MEAN, NEAR_SD = 0.15, 0.15
"""How near a posterior has to be to another: means in standard deviations, standard deviations as a share."""

PARTICLES, MOVES = 4096, 20
LOST = "plasma lost at the last result"

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Ranked:
    """Ranks of the truth among the draws, from 0 to 1, by unknown; and how the draws were found."""

    ranks: Mapping[str, float]
    found: Draws
    seconds: float


@dataclass(frozen=True, slots=True)
class Apart:
    """How far draws are from others, over the unknowns: largest and median difference of means in standard deviations,
    and of standard deviations as a share; which unknowns are furthest off, and how many are near in both."""

    mean_most: float
    mean_median: float
    sd_most: float
    sd_median: float
    worst_mean: str
    worst_sd: str
    near: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """One patient against the long sampler: the twin's draws as usual, five times as many, and a second run of the long
    sampler itself."""

    patient: int
    unknowns: int
    usual: Apart
    many: Apart
    itself: Apart


@dataclass(frozen=True, slots=True)
class Blind:
    """What is lost by what is not known: plasma lost against the truth under one version of the evidence."""

    name: str
    patients: int
    inside_50: float
    inside_90: float
    error: float
    width_90: float
    khat_over: float


def ranked(of: Patient, number: int) -> Ranked:
    """The ranks of one patient's truth among the draws of the twin, and of the plasma lost."""
    body = of.body()
    started = time.perf_counter()
    found = draws(body.problem, DRAWS, np.random.default_rng(number))
    seconds = time.perf_counter() - started
    ranks = dict(zip(body.unknowns.names, (found.points < of.truth).mean(axis=0).tolist(), strict=True))
    lost, truth = plasma_lost(body, found.points), plasma_lost(body, of.truth[None])[0]
    return Ranked({**ranks, LOST: float((lost < truth).mean())}, found, seconds)


def plasma_lost(body: Body, points: Floats) -> Floats:
    """Share of the plasma that is missing at the last result (n,)."""
    times = np.array([0.0, body.known.now_h])
    return -body.courses(points, times, ("plasma_volume_change",))["plasma_volume_change"][:, -1].astype(float)


def calibration(patients: int = PATIENTS, say: Say = lambda _: None) -> tuple[Ranked, ...]:
    """Every patient ranked."""
    found = []
    for number in range(patients):
        if number % 50 == 0:
            say(f"calibration: patient {number} of {patients}")
        found.append(ranked(patient(number), number))
    return tuple(found)


def by_unknown(ranked: Sequence[Ranked]) -> dict[str, Floats]:
    """Ranks (n,) of every unknown."""
    found: dict[str, list[float]] = defaultdict(list)
    for each in ranked:
        for name, rank in each.ranks.items():
            found[name].append(rank)
    return {name: np.array(ranks) for name, ranks in found.items()}


def agreement(number: int) -> Agreement:
    """The twin's draws of one patient beside tempered particles that start from the belief and know no modes."""
    body = patient(number, seed=1).body()
    long = [_long(body.problem, np.random.default_rng((number, run))) for run in (0, 1)]
    truth, names = np.concatenate(long), body.unknowns.names

    def asked(count: int) -> Apart:
        return _apart(names, draws(body.problem, count, np.random.default_rng(number)).points, truth)

    return Agreement(number, body.problem.size, asked(DRAWS), asked(MANY), _apart(names, *long))


def _long(problem: Problem, random: np.random.Generator) -> Floats:
    start = random.standard_normal((PARTICLES // 2, problem.size))
    return temper(problem, start, log_prior, random, moves=MOVES).points


def _apart(names: Sequence[str], one: Floats, other: Floats) -> Apart:
    spread = other.std(axis=0)
    means = np.abs(one.mean(axis=0) - other.mean(axis=0)) / spread
    spreads = np.abs(one.std(axis=0) / spread - 1.0)
    return Apart(
        float(means.max()),
        float(np.median(means)),
        float(spreads.max()),
        float(np.median(spreads)),
        names[int(means.argmax())],
        names[int(spreads.argmax())],
        int(((means <= NEAR_MEAN) & (spreads <= NEAR_SD)).sum()),
    )


def blinded(patients: int = BLINDED, say: Say = lambda _: None) -> tuple[Blind, ...]:
    """The same patients, with all that is known, without their doses, with hemoglobin alone, and with a wrong body."""
    versions: Mapping[str, Callable[[Patient], Body]] = {
        "all that is known": Patient.body,
        "without the doses": lambda of: _knowing(of, doses=replace(of.known.doses, given=())),
        "red cells alone": lambda of: _knowing(of, rows=_red_cells(of)),
        "a wrong wall: no protein through a bare wall": lambda of: _wrong(of, "glycocalyx_shield", 0.0),
        "a wrong wall: gaps half as wide": lambda of: _wrong(of, "gap_conductance", 0.5),
        "wrong lymph: half the reserve": lambda of: _wrong(of, "lymph_reserve", 0.5),
    }
    people = [patient(number, seed=2) for number in range(patients)]
    people = [each for each in people if each.known.doses.given]
    truths = [float(plasma_lost(each.body(), each.truth[None])[0]) for each in people]
    found = []
    for name, version in versions.items():
        say(f"{name}: {len(people)} patients with doses")
        rows, khats = [], []
        for number, (each, truth) in enumerate(zip(people, truths, strict=True)):
            body = version(each)
            drawn = draws(body.problem, DRAWS, np.random.default_rng(number))
            lost = plasma_lost(body, drawn.points)
            rank = float((lost < truth).mean())
            low, high = np.nanquantile(lost, [0.05, 0.95])
            rows.append((abs(rank - 0.5) < 0.25, abs(rank - 0.5) < 0.45, abs(np.nanmedian(lost) - truth), high - low))
            khats.append(drawn.khat > GOOD)
        table = np.array(rows, dtype=float)
        inside_50, inside_90, error, width = table.mean(axis=0).tolist()
        found.append(Blind(name, len(rows), inside_50, inside_90, error, width, float(np.mean(khats))))
    return tuple(found)


def _knowing(of: Patient, **other: Any) -> Body:
    """The body of a patient of whom something else is known."""
    return replace(of, known=replace(of.known, **other)).body()


def _red_cells(of: Patient) -> tuple[Row, ...]:
    return tuple(row for row in of.known.rows if row.result.analyte in ("hematocrit", "hemoglobin"))


def _wrong(of: Patient, parameter: str, factor: float) -> Body:
    """A body in which one parameter, of all regions where it has them, is multiplied."""
    plain = unknowns(of.known, 1)
    moved = {name: value * (factor if name.startswith(parameter) else 1.0) for name, value in plain.typical.items()}
    return Body(of.known, replace(plain, typical=moved))
