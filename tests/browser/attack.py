"""A person with an attack, for the tests of the page: a year of well times, four days of attack, treatment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from clarkson.analytes import Method
from clarkson.record.record import Dose, Event, Record, Result, Skipped, Source
from clarkson.report.document import document
from clarkson.watch.assess import assess

HOSTILE = "</script><img src=x onerror=\"document.title='owned'\">"

_METHODS: dict[str, Method] = {
    "systolic_pressure": "cuff",
    "diastolic_pressure": "cuff",
    "mean_pressure": "cuff",
    "heart_rate": "cuff",
    "weight": "scale",
}
_ROWS: tuple[tuple[float, dict[str, float]], ...] = (
    (-8000, {"hematocrit": 0.43, "hemoglobin": 146, "albumin": 42, "total_protein": 71}),
    (-4000, {"hematocrit": 0.44, "hemoglobin": 149, "albumin": 43, "total_protein": 72, "weight": 78.0}),
    (-900, {"hematocrit": 0.425, "hemoglobin": 144, "albumin": 41, "total_protein": 70, "weight": 78.4}),
    (0, {"hematocrit": 0.50, "hemoglobin": 170, "albumin": 37, "total_protein": 62, "weight": 78.9}),
    (0, {"systolic_pressure": 104, "diastolic_pressure": 62, "mean_pressure": 76, "heart_rate": 98}),
    (8, {"hematocrit": 0.59, "hemoglobin": 201, "albumin": 28, "total_protein": 49, "lactate": 4.1}),
    (8, {"systolic_pressure": 78, "mean_pressure": 55, "heart_rate": 131}),
    (20, {"hematocrit": 0.56, "hemoglobin": 190, "albumin": 20, "total_protein": 38, "weight": 84.2, "sodium": 136}),
    (20, {"systolic_pressure": 85, "mean_pressure": 60, "heart_rate": 124, "crp": 4}),
    (44, {"hematocrit": 0.42, "hemoglobin": 143, "albumin": 24, "total_protein": 43, "weight": 86.0}),
    (44, {"systolic_pressure": 118, "mean_pressure": 80, "heart_rate": 96}),
    (92, {"hematocrit": 0.36, "hemoglobin": 123, "albumin": 33, "total_protein": 55, "weight": 80.1}),
    (92, {"systolic_pressure": 131, "mean_pressure": 90, "heart_rate": 82}),
)


def attack(zone: tzinfo = UTC, *, dates: bool = False, names: str = "", rows: int = len(_ROWS)) -> Record:
    """The record; ``names`` is added to every text that comes from outside, ``rows`` cuts it short."""
    start = datetime(2026, 3, 4, 7, 10, tzinfo=UTC).astimezone(zone)

    def at(hours: float) -> datetime:
        return start + timedelta(hours=hours)

    def line(place: int) -> Source:
        return Source(f"labs.csv{names}", f"line {place}")

    measured = [(hours, key, value) for hours, row in _ROWS[:rows] for key, value in row.items()]
    results = [
        Result(key, value, at(hours), line(place), method=_METHODS.get(key, "laboratory"))
        for place, (hours, key, value) in enumerate(measured, start=2)
    ]
    if rows:
        results.append(Result("hemoglobin", 176, at(4), line(80), method="finger-prick"))
    doses = (
        Dose("crystalloid", f"Ringer's solution{names}", at(7), line(90), end=at(15), amount=4000, unit="mL"),
        Dose("albumin", "albumin 20 %", at(10), line(91), amount=100, unit="mL"),
        Dose("vasopressor", "norepinephrine", at(9), line(92), end=at(30)),
        Dose("diuretic", "furosemide", at(50), line(93), amount=40, unit=f"mg{names}"),
    )
    return Record(
        f"A. Example{names}",
        tuple(sorted(results, key=lambda each: each.time)),
        doses if rows else (),
        (Event("symptom", f"light-headed, swollen hands{names}", at(-6), line(94)),),
        sex="male",
        age_years=52,
        diagnoses=(f"monoclonal gammopathy{names}",),
        citation=f"made for the tests{names}",
        origin=None if dates else start,
        skipped=(
            Skipped(line(95), f"unit 'xyz' is unknown for C-reactive protein{names}", "crp 0.96 xyz"),
            Skipped(line(96), f"albumin 2.9 g/L is implausibly low; was it 2.9 g/dL?{names}", question=True),
        ),
    )


def assessed(*, names: str = "") -> dict[str, Any]:
    """The document of ``attack``."""
    record = attack(names=names)
    return document(assess(record), record, input_name=f"labs.csv{names}", input_sha256="ab" * 32)
