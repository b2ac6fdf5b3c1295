"""When a published attack was first called, with few tests and with many, and whether before the pressure fell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from clarkson.examples import example, examples
from clarkson.record.read import read_bytes
from clarkson.watch.assess import assess
from clarkson.watch.assessment import LEAK_VERDICTS, Assessment

_BLOOD = {"hematocrit", "hemoglobin", "erythrocytes", "albumin", "total_protein"}


Panel = Literal["hemoglobin or hematocrit alone", "blood count", "blood count and chemistry", "everything"]
_COUNT = {"hematocrit", "hemoglobin", "erythrocytes", "mcv", "mchc", "platelets", "leukocytes"}
_CHEMISTRY = {*_COUNT, "albumin", "total_protein", "globulin", "sodium", "creatinine"}
PANELS: Mapping[Panel, Callable[[str], bool]] = {
    "hemoglobin or hematocrit alone": lambda analyte: analyte in ("hemoglobin", "hematocrit"),
    "blood count": lambda analyte: analyte in _COUNT,
    "blood count and chemistry": lambda analyte: analyte in _CHEMISTRY,
    "everything": bool,
}
ALONE: Panel = "hemoglobin or hematocrit alone"
LOW_PRESSURE = 90.0  # mmHg, systolic: the first leg of the triad


@dataclass(frozen=True, slots=True)
class FirstAlarm:
    """When an attack was first called on a panel, and when the pressure was first below 90 mmHg: hours, None if never.

    ``draws`` are the draws that the panel can judge.
    """

    id: str
    panel: Panel
    draws: int
    alarm: float | None
    hypotension: float | None

    @property
    def lead(self) -> float | None:
        """Hours from the alarm to the low pressure; negative where the pressure fell first."""
        return None if self.alarm is None or self.hypotension is None else self.hypotension - self.alarm


def first_alarms() -> tuple[FirstAlarm, ...]:
    """Every attack of the disease on every panel, its declared baseline left out.

    >>> len({each.id for each in first_alarms()}) > 10
    True
    """
    attacks_of_disease = [each for each in examples() if each.group == "attack"]
    return tuple(_first_alarm(each.id, panel) for each in attacks_of_disease for panel in PANELS)


def _first_alarm(case: str, panel: Panel) -> FirstAlarm:
    record = read_bytes(example(case), f"{case}.json")
    observed = [replace(each, steady=False) for each in record.results if "baseline" not in each.source.place]
    measured = {each.analyte for each in observed}
    one = "hemoglobin" if "hemoglobin" in measured else "hematocrit"
    kept = [each for each in observed if (each.analyte == one if panel == ALONE else PANELS[panel](each.analyte))]
    origin = record.origin or min((each.time for each in observed), default=None)
    low = [each.time for each in observed if each.analyte == "systolic_pressure" and each.value < LOW_PRESSURE]
    assessed = assess(replace(record, results=tuple(kept)))
    judged = [each for each in assessed if _blood(each)]
    called_at = [each.time for each in judged if each.verdict in LEAK_VERDICTS]

    def hours(times: Sequence[datetime]) -> float | None:
        return (min(times) - origin).total_seconds() / 3600.0 if times and origin is not None else None

    return FirstAlarm(case, panel, len(judged), hours(called_at), hours(low))


def _blood(assessment: Assessment) -> bool:
    return any(each.analyte in _BLOOD for each in assessment.inputs)
