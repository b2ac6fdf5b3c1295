"""What a hospital, or a person at home, would see of a true course: when, how exactly, and what is missing.

Each result stands beside the truth that it was drawn from. Coefficients of variation are those of the vocabulary of
analytes: between the draws of one person, and of each method.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clarkson.analytes import Method, analyte
from clarkson.body.person import Floats, Person
from clarkson.errors import SettingError
from clarkson.record.record import Record, Result, Source
from clarkson.simulate.scenario import Sampling

if TYPE_CHECKING:
    import pyarrow as pa

Place: TypeAlias = Literal["hospital", "home"]


@dataclass(frozen=True)
class Panel:
    """Analytes that are measured together, by one method: how often (as a multiple of the sampling interval), and the
    share of it by which its times are off (a standard deviation)."""

    name: str
    analytes: tuple[str, ...]
    method: Method
    every: float = 1.0
    least_h: float = 0.0
    jitter: float = 0.05


BLOOD_COUNT = ("hematocrit", "hemoglobin", "erythrocytes", "mcv", "leukocytes", "platelets")
CHEMISTRY = (
    *("albumin", "total_protein", "sodium", "chloride", "calcium", "creatinine", "urea", "crp", "creatine_kinase"),
    "lactate",
)

PANELS: Mapping[Place, tuple[Panel, ...]] = {
    "hospital": (
        Panel("blood count", BLOOD_COUNT, "laboratory"),
        Panel("chemistry", CHEMISTRY, "laboratory"),
        Panel("immunoglobulin", ("igg",), "laboratory", every=6.0, least_h=48.0),
        Panel("cuff", ("systolic_pressure", "diastolic_pressure", "heart_rate"), "cuff", every=0.25, least_h=1.0),
        Panel("scale", ("weight",), "scale", least_h=24.0),
    ),
    "home": (
        Panel("finger-prick", ("hemoglobin",), "finger-prick", jitter=0.02),
        Panel("cuff", ("systolic_pressure", "diastolic_pressure", "heart_rate"), "cuff", jitter=0.02),
        Panel("scale", ("weight",), "scale", jitter=0.02),
    ),
}
"""What is looked at where. Source: assumption, after the published series."""

SINGLE_MISSING = 0.3
"""Of the share of missing panels, the share of single results that are missing from a panel that is there. Source:
assumption."""

SAME_BLOOD = ("red cells", "protein")
"""Kinds whose biological variation is one deviation for all of a draw: posture and hydration move them together."""

DISTINCT = ("mcv", "mchc")
"""Analytes of these kinds that do not follow it."""


@dataclass(frozen=True, eq=False)
class Observations:
    """Results of one person, by time: (M,) each. `truth` is the value that was measured, in the same unit."""

    time_h: Floats
    analyte: tuple[str, ...]
    value: Floats
    unit: tuple[str, ...]
    truth: Floats
    method: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.time_h)


def observe(
    times: Floats, values: Mapping[str, Floats], sampling: Sampling, place: str, random: np.random.Generator
) -> Observations:
    """Results drawn from the true course of one person: times (T,) [h], values (T,) by output of the body.

    Values that do not exist (NaN, after a course has ended) are not measured. Raises SettingError where the place is
    neither a hospital nor at home.

    >>> course = {name: np.full(3, 5.0) for panel in PANELS["home"] for name in panel.analytes}
    >>> seen = observe(np.array([0.0, 12.0, 24.0]), course, Sampling(12.0), "home", np.random.default_rng(1))
    >>> sorted(set(seen.analyte))
    ['diastolic_pressure', 'heart_rate', 'hemoglobin', 'systolic_pressure', 'weight']
    """
    if place not in PANELS:
        raise SettingError(f"results are drawn at {' or '.join(map(repr, PANELS))}, not {place!r}")
    rows: list[tuple[float, str, float, float, str]] = []
    for panel in PANELS["hospital" if place == "hospital" else "home"]:
        every = max(panel.every * sampling.every_h, panel.least_h)
        planned = np.arange(0.0, times[-1] + 1e-9, every)
        # The same numbers are drawn whether noise is added or not, so that both see the same hours.
        shifts = panel.jitter * every * random.standard_normal(len(planned))
        there = random.random(len(planned)) >= sampling.missing
        for hour in np.clip(planned + shifts, times[0], times[-1])[there]:
            rows += _draw(float(hour), panel, times, values, sampling, random)
    rows.sort(key=lambda row: (row[0], row[1]))
    return Observations(
        np.array([row[0] for row in rows]),
        tuple(row[1] for row in rows),
        np.array([row[2] for row in rows]),
        tuple(analyte(row[1]).unit for row in rows),
        np.array([row[3] for row in rows]),
        tuple(row[4] for row in rows),
    )


def _draw(
    hour: float,
    panel: Panel,
    times: Floats,
    values: Mapping[str, Floats],
    sampling: Sampling,
    random: np.random.Generator,
) -> list[tuple[float, str, float, float, str]]:
    """One panel at one hour: time, analyte, value, truth, method."""
    shared = dict(zip(SAME_BLOOD, random.standard_normal(len(SAME_BLOOD)), strict=True))
    rows = []
    for name in panel.analytes:
        truth = float(np.interp(hour, times, values[name]))
        biology, assay, luck = random.standard_normal(), random.standard_normal(), random.random()
        if luck < SINGLE_MISSING * sampling.missing or not np.isfinite(truth):
            continue
        known = analyte(name)
        if known.kind in shared and name not in DISTINCT:
            biology = shared[known.kind]
        value = truth
        if sampling.noise:
            within = (known.within_person_cv_percent or 0.0) / 100.0
            value = _printed(name, truth * np.exp(within * biology + method_cv(name, panel.method) * assay))
        rows.append((hour, name, value, truth, str(panel.method)))
    return rows


def method_cv(name: str, method: Method) -> float:
    """Coefficient of variation of a method, as a share; that of the analyte's usual method where none is listed.

    >>> method_cv("hemoglobin", "finger-prick")
    0.066
    """
    known = analyte(name)
    percent = known.method_cv_percent.get(method, known.method_cv_percent.get(known.usual_method, 0.0))
    return percent / 100.0


def _printed(name: str, value: float) -> float:
    """A value with the digits that a laboratory prints."""
    known = analyte(name)
    return float(f"{round(value * known.shown_factor, known.shown_digits) / known.shown_factor:.9g}")


def record(observations: Observations, person: Person, start: datetime | None = None) -> Record:
    """The same as a record that can be assessed; without a start, hours count from an arbitrary one."""
    origin = start or datetime(2000, 1, 1, tzinfo=UTC)
    results = tuple(
        Result(
            name,
            float(value),
            origin + timedelta(hours=float(hour)),
            Source("simulation", f"{hour:.2f} h"),
            method=method,  # type: ignore[arg-type]
        )
        for hour, name, value, method in zip(
            observations.time_h, observations.analyte, observations.value, observations.method, strict=True
        )
    )
    return Record(
        "simulated",
        results,
        sex=person.sex,
        age_years=float(person.age_years),
        height_cm=float(person.height_cm),
        weight_kg=float(person.weight_kg),
        origin=None if start else origin,
    )


def to_table(observations: Observations, person: int) -> pa.Table:
    """Columns person, time_h, analyte, value, unit, truth and method: one row a result."""
    import pyarrow as pa

    numbers: NDArray[np.int32] = np.full(len(observations), person, dtype=np.int32)
    return pa.table(
        {
            "person": numbers,
            "time_h": observations.time_h,
            "analyte": pa.array(observations.analyte, pa.string()),
            "value": observations.value,
            "unit": pa.array(observations.unit, pa.string()),
            "truth": observations.truth,
            "method": pa.array(observations.method, pa.string()),
        }
    )
