"""What a hospital, or a person at home, would see of a true course: when, how exactly, and what is missing.

Each result stands beside the truth that it was drawn from. Coefficients of variation are those of the vocabulary of
analytes: between the draws of one person, and of each method.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from clarkson.analytes import Method, analyte
from clarkson.body.person import Floats, Person
from clarkson.errors import SettingError
from clarkson.record.record import Record, Result, Source
from clarkson.simulate.scenario import Sampling

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Panel:
    """Analytes that are measured together, by one method: how often (as a multiple of the sampling interval), and the
    share of it by which its times are off (a standard deviation). Panels of one method keep the times of the first.
    """

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

PANELS: Mapping[str, tuple[Panel, ...]] = {
    "hospital": (
        Panel("blood count", BLOOD_COUNT, "laboratory"),
        Panel("chemistry", CHEMISTRY, "laboratory"),
        Panel("immunoglobulin", ("igg",), "laboratory", every=6.0, least_h=48.0),
        Panel("cuff", ("systolic_pressure", "diastolic_pressure", "heart_rate"), "cuff", every=0.25, least_h=1.0),
        Panel("scale", ("weight",), "scale", least_h=24.0),
        Panel("urine", ("urine_output",), "other", least_h=24.0),
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

COLLECTION_H = 24.0
"""How long urine is collected before its volume is read."""

TOGETHER: Mapping[str, frozenset[str]] = {
    "concentration of red cells": frozenset({"hematocrit", "hemoglobin", "erythrocytes"}),
    "concentration of proteins": frozenset({"albumin", "total_protein"}),
    "blood pressure": frozenset({"systolic_pressure", "diastolic_pressure"}),
}
"""Analytes whose biological variation is one deviation in a panel: posture, hydration and excitement move them
together."""


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
    visits: dict[Method, tuple[float, Floats]] = {}
    drawn: list[tuple[Floats, ...]] = []
    names: list[str] = []
    methods: list[str] = []
    for panel in PANELS[place]:
        every = max(panel.every * sampling.every_h, panel.least_h)
        if panel.method not in visits:
            visits[panel.method] = every, _visits(times, every, panel.jitter, random)
        first, visited = visits[panel.method]
        hours = visited[:: math.ceil(every / first - 1e-9)]
        truth = np.stack([_truth(name, hours, times, values) for name in panel.analytes], axis=1)
        value, there = _measured(panel, truth, sampling, random)
        which, column = np.nonzero(there & np.isfinite(truth))
        drawn.append((hours[which], value[which, column], truth[which, column]))
        names += [panel.analytes[index] for index in column]
        methods += [panel.method] * len(column)
    hour, value, truth = (np.concatenate(each) for each in zip(*drawn, strict=True))
    order = sorted(range(len(names)), key=lambda row: (hour[row], names[row]))
    return Observations(
        hour[order],
        tuple(names[row] for row in order),
        value[order],
        tuple(analyte(names[row]).unit for row in order),
        truth[order],
        tuple(methods[row] for row in order),
    )


def _visits(times: Floats, every: float, jitter: float, random: np.random.Generator) -> Floats:
    """Hours (D,) at which somebody comes, about every so often."""
    planned = np.arange(times[0], times[-1] + 1e-9, every)
    hours: Floats = np.clip(planned + jitter * every * random.standard_normal(len(planned)), times[0], times[-1])
    return hours


def _truth(name: str, hours: Floats, times: Floats, values: Mapping[str, Floats]) -> Floats:
    """The true values (D,) at these hours; of urine, the mean flow [mL/h] since the collection began."""
    if name != "urine_output":
        return np.interp(hours, times, values[name])
    volume = values["urine_volume"]
    begun = hours - COLLECTION_H
    collected = np.interp(hours, times, volume) - np.interp(begun, times, volume)
    return np.where(begun >= times[0], 1000.0 * collected / COLLECTION_H, np.nan)


def _measured(
    panel: Panel, truth: Floats, sampling: Sampling, random: np.random.Generator
) -> tuple[Floats, NDArray[np.bool_]]:
    """Values (D, A) that a panel gives, and which of them are there. The same numbers are drawn whatever the sampling,
    so that a course is seen at the same hours with noise and without."""
    there = random.random(len(truth))[:, None] >= sampling.missing
    there = there & (random.random(truth.shape) >= SINGLE_MISSING * sampling.missing)
    biology, assay = random.standard_normal(truth.shape), random.standard_normal(truth.shape)
    for group in TOGETHER.values():
        members = [index for index, name in enumerate(panel.analytes) if name in group]
        biology[:, members] = biology[:, members[:1]]
    if not sampling.noise:
        return truth, there
    value = np.empty_like(truth)
    for index, name in enumerate(panel.analytes):
        known = analyte(name)
        within = (known.within_person_cv_percent or 0.0) / 100.0
        deviation = within * biology[:, index] + method_cv(name, panel.method) * assay[:, index]
        # Concentrations vary by factors; what is read off a cuff or a scale varies by amounts.
        factor = 1.0 + deviation if known.kind == "vital sign" else np.exp(deviation)
        value[:, index] = np.round(truth[:, index] * factor, _decimals(name))
    return value, there


def method_cv(name: str, method: Method) -> float:
    """Coefficient of variation of a method, as a share; that of the analyte's usual method where none is listed.

    >>> method_cv("hemoglobin", "finger-prick")
    0.066
    """
    known = analyte(name)
    percent = known.method_cv_percent.get(method, known.method_cv_percent.get(known.usual_method, 0.0))
    return percent / 100.0


def _decimals(name: str) -> int:
    """Decimals of the canonical unit that a laboratory prints: the factor to the unit shown is a power of ten."""
    known = analyte(name)
    return known.shown_digits + round(math.log10(known.shown_factor))


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
