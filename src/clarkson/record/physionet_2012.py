"""PhysioNet / Computing in Cardiology Challenge 2012, set a: the first 48 h of 4,000 adult stays in intensive care.

Reading needs the ``evaluate`` extra (pyarrow).
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from clarkson.analytes import Method, Sex
from clarkson.errors import RecordError
from clarkson.record.measured import measured
from clarkson.record.public_tables import columns, refuse_missing_columns
from clarkson.record.record import Record, Result, Skipped, Source
from clarkson.record.times import ORIGIN, hours_after_origin
from clarkson.record.traits import age_years_of, height_cm_of

FILE, OUTCOMES = "set-a.parquet", "Outcomes-a.txt"
CITATION = "PhysioNet / Computing in Cardiology Challenge 2012, set a"
# Parameters, the analyte, the unit that the numbers are in, and how it was measured.
_TESTS: Mapping[str, tuple[str, str, Method]] = {
    "HCT": ("hematocrit", "%", "laboratory"),
    "WBC": ("leukocytes", "10*9/L", "laboratory"),
    "Platelets": ("platelets", "10*9/L", "laboratory"),
    "Albumin": ("albumin", "g/dL", "laboratory"),
    "Na": ("sodium", "meq/L", "laboratory"),
    "K": ("potassium", "meq/L", "laboratory"),
    "HCO3": ("bicarbonate", "mmol/L", "laboratory"),
    "Creatinine": ("creatinine", "mg/dL", "laboratory"),
    "BUN": ("urea_nitrogen", "mg/dL", "laboratory"),
    "Lactate": ("lactate", "mmol/L", "laboratory"),
    "SysABP": ("systolic_pressure", "mm[Hg]", "arterial line"),
    "DiasABP": ("diastolic_pressure", "mm[Hg]", "arterial line"),
    "MAP": ("mean_pressure", "mm[Hg]", "arterial line"),
    "NISysABP": ("systolic_pressure", "mm[Hg]", "cuff"),
    "NIDiasABP": ("diastolic_pressure", "mm[Hg]", "cuff"),
    "NIMAP": ("mean_pressure", "mm[Hg]", "cuff"),
    "HR": ("heart_rate", "/min", "other"),
    "RespRate": ("respiratory_rate", "/min", "other"),
    "SaO2": ("oxygen_saturation", "%", "other"),
    "Temp": ("temperature", "Cel", "other"),
    "Weight": ("weight", "kg", "scale"),
}
_SEX: Mapping[float, Sex] = {0.0: "female", 1.0: "male"}
_UNITS_OF_CARE = {
    1.0: "coronary care unit",
    2.0: "cardiac surgery recovery unit",
    3.0: "medical intensive care unit",
    4.0: "surgical intensive care unit",
}
_OUTCOME = {"0": "survived to discharge", "1": "died in hospital"}
_TRAITS = ("Age", "Gender", "Height", "ICUType")
_CLOCK = re.compile(r"^(\d+):(\d{2})$")


class Row(NamedTuple):
    """One row of the table, with its place in the file."""

    place: int
    stay: int
    time: str
    parameter: str | None
    value: float | None

    @property
    def source(self) -> Source:
        """Where the row stands, for a message."""
        return Source(FILE, f"row {self.place}")

    @property
    def text(self) -> str:
        """The row as printed, for a message."""
        return f"{self.parameter or ''} {'' if self.value is None else f'{self.value:g}'}".strip()


def read_physionet_2012(folder: Path) -> Iterator[Record]:
    """The records of all stays, in the order of their ids; the time of admission is unknown and counts as ``origin``.

    Raises
    ------
    RecordError
        A file or a column is missing in ``folder``, or pyarrow is not installed.

    >>> next(read_physionet_2012(Path("nowhere")))
    Traceback (most recent call last):
    ...
    clarkson.errors.RecordError: 'Outcomes-a.txt' is missing in 'nowhere'
    """
    outcomes = _outcomes(folder / OUTCOMES)
    table = columns(folder / FILE, ("RecordID", "Time", "Parameter", "Value"))
    rows = sorted(map(Row, range(len(table[0])), *table), key=attrgetter("stay"))
    for stay, its_rows in groupby(rows, key=attrgetter("stay")):
        yield _record(str(stay), list(its_rows), outcomes.get(str(stay)))


def _outcomes(file: Path) -> Mapping[str, str]:
    """In-hospital death in words by stay."""
    if not file.is_file():
        raise RecordError(f"'{file.name}' is missing in '{file.parent}'")
    with file.open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        refuse_missing_columns(("RecordID", "In-hospital_death"), table.fieldnames or (), file.name)
        died = {row["RecordID"]: row["In-hospital_death"] for row in table}
    return {stay: _OUTCOME[printed] for stay, printed in died.items() if printed in _OUTCOME}


def _record(subject: str, rows: list[Row], outcome: str | None) -> Record:
    found = [_result(row) for row in rows if row.parameter in _TESTS or not row.parameter]
    results = tuple(sorted((each for each in found if isinstance(each, Result)), key=attrgetter("time")))
    skipped = [each for each in found if isinstance(each, Skipped)]
    traits = {row.parameter: row for row in rows if row.parameter in _TRAITS and row.value is not None}
    care = _UNITS_OF_CARE.get(_value(traits.get("ICUType")))
    return Record(
        subject,
        results,
        sex=_SEX.get(_value(traits.get("Gender"))),
        age_years=_trait(traits.get("Age"), age_years_of, skipped),
        height_cm=_trait(traits.get("Height"), height_cm_of, skipped),
        weight_kg=next((each.value for each in results if each.analyte == "weight"), None),
        diagnoses=tuple(each for each in (care, outcome) if each is not None),
        citation=CITATION,
        origin=ORIGIN,
        skipped=tuple(skipped),
    )


def _value(row: Row | None) -> float:
    return math.nan if row is None or row.value is None else row.value


def _trait(row: Row | None, checked: Callable[[float], float], skipped: list[Skipped]) -> float | None:
    """The trait if a person can have it; otherwise the row joins what was skipped."""
    if row is None:
        return None
    try:
        return checked(_value(row))
    except RecordError as error:
        skipped.append(Skipped(row.source, str(error), row.text))
        return None


def _result(row: Row) -> Result | Skipped:
    if not row.parameter:
        return Skipped(row.source, "it names no parameter", row.text)
    if row.value is None:
        return Skipped(row.source, "it has no number", row.text)
    key, unit, method = _TESTS[row.parameter]
    return measured(key, row.value, unit, _time(row.time), row.source, method=method)


@cache
def _time(printed: str) -> datetime | None:
    match = _CLOCK.match(printed)
    return None if match is None else hours_after_origin(int(match[1]) + int(match[2]) / 60.0)
