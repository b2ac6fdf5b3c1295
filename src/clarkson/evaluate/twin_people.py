"""Virtual patients of the twin's own model: what is not known drawn from its belief, results with its own errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from clarkson.body.person import Floats
from clarkson.record.record import Dose, Record, Result, Source
from clarkson.simulate.death import FATAL
from clarkson.twin.body_of import Body
from clarkson.twin.evidence import Evidence, evidence
from clarkson.twin.unknowns import unknowns
from clarkson.twin.what_is_seen import FREEDOM, scaled

FIRST = datetime(2000, 1, 1, tzinfo=UTC)
USUAL = {
    **{"hematocrit": 0.45, "hemoglobin": 150.0, "albumin": 42.0, "total_protein": 70.0, "sodium": 140.0},
    **{"creatinine": 80.0, "systolic_pressure": 120.0, "diastolic_pressure": 75.0, "mean_pressure": 90.0},
    **{"heart_rate": 70.0, "weight": 75.0},
}
"""Values that hold the place of results until the truth is known."""

METHODS = {"weight": "scale", "heart_rate": "cuff"}
PANELS = {
    "blood count and albumin": ("hematocrit", "albumin"),
    "hemoglobin at home": ("hemoglobin",),
    "ward": (
        *("hematocrit", "hemoglobin", "albumin", "total_protein", "sodium", "creatinine"),
        *("systolic_pressure", "diastolic_pressure", "heart_rate"),
    ),
    "intensive care": ("hematocrit", "albumin", "total_protein", "mean_pressure", "weight"),
}
APART_H = 2.1
"""Hours by which occasions are apart at least."""


@dataclass(frozen=True, eq=False)
class Patient:
    """Evidence whose results were drawn from ``truth`` (d,), the point of one leak."""

    panel: str
    known: Evidence
    truth: Floats

    def body(self) -> Body:
        """The body with one leak that the results were drawn from."""
        return Body(self.known, unknowns(self.known, 1))


def patient(number: int, seed: int = 0) -> Patient:
    """One virtual patient: panel, times, doses, baseline and the truth are drawn from their number.

    >>> patient(1).known.person.sex in ("female", "male")
    True
    """
    random = np.random.default_rng((seed, number))
    panel = tuple(PANELS)[random.integers(len(PANELS))]
    empty = evidence(_record(panel, random))
    body = Body(empty, unknowns(empty, 1))
    times = np.concatenate([[0.0], empty.hours])
    while True:
        points = random.standard_normal((8, len(body.unknowns.members)))
        course = body.courses(points, times, (*empty.analytes, "death_risk"))
        lives = np.isfinite(course.values).all(axis=(1, 2)) & (course["death_risk"].max(axis=1) <= FATAL)
        if lives.any():
            break
    who = int(np.argmax(lives))
    error = empty.factor @ random.standard_t(FREEDOM, len(empty.rows))
    rows = []
    for row, off in zip(empty.rows, error, strict=True):
        value = float(course[row.result.analyte][who, np.searchsorted(times, row.hour)])
        rows.append(replace(row, scaled=float(scaled(row.result.analyte, np.array(value))) + float(off)))
    return Patient(panel, replace(empty, rows=tuple(rows)), points[who])


def _record(panel: str, random: np.random.Generator) -> Record:
    """Times and doses of a patient; values hold places."""
    sex = "female" if random.random() < 0.5 else "male"
    height = random.normal(163.0 if sex == "female" else 176.0, 7.0)
    results = []
    if random.random() < 0.6:
        before = FIRST - timedelta(days=60)
        results = [_result(name, before, steady=True) for name in ("hematocrit", "albumin", "total_protein")]
    hours = np.sort(random.uniform(0.0, random.uniform(12.0, 144.0), random.integers(1, 13)))
    hours = hours[np.concatenate([[True], np.diff(hours) > APART_H])] - hours[0]
    for hour in hours:
        results += [_result(name, FIRST + timedelta(hours=float(hour))) for name in PANELS[panel]]
    doses = []
    if panel != "hemoglobin at home" and random.random() < 0.5 and hours[-1] > 6.0:
        for _ in range(random.integers(1, 4)):
            start = FIRST + timedelta(hours=float(random.uniform(0.0, hours[-1] - 4.0)))
            volume = float(random.choice([500.0, 1000.0, 2000.0]))
            end = start + timedelta(hours=volume / 1000.0)
            doses.append(
                Dose("crystalloid", "crystalloid", start, Source("virtual"), end, volume / 1000.0, "L", volume)
            )
    return Record(
        "virtual",
        tuple(results),
        tuple(doses),
        sex=sex,  # type: ignore[arg-type]
        age_years=float(random.uniform(20.0, 80.0)),
        height_cm=float(height),
        weight_kg=float(random.uniform(21.0, 32.0) * (height / 100.0) ** 2),
    )


def _result(name: str, time: datetime, *, steady: bool = False) -> Result:
    method = "cuff" if name.endswith("pressure") else METHODS.get(name, "laboratory")
    return Result(name, USUAL[name], time, Source("virtual"), method=method, steady=steady)  # type: ignore[arg-type]
