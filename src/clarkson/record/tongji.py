"""Yan 2020 (doi 10.1038/s42256-020-0180-7): the blood samples of 375 COVID-19 inpatients of Tongji Hospital, Wuhan.

Reading needs the ``evaluate`` extra (python-calamine).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from clarkson.analytes import Sex
from clarkson.errors import RecordError
from clarkson.record.measured import measured
from clarkson.record.public_tables import refuse_missing_columns, sheet
from clarkson.record.record import Record, Result, Skipped, Source
from clarkson.record.times import NOON

FILE = "time_series_375_prerpocess_en.xlsx"
CITATION = "Yan 2020, doi 10.1038/s42256-020-0180-7"
# Columns, the analyte and the unit that the numbers are in.
_TESTS = {
    "hematocrit": ("hematocrit", "%"),
    "hemoglobin": ("hemoglobin", "g/L"),
    "Red blood cell count": ("erythrocytes", "10*12/L"),
    "mean corpuscular volume": ("mcv", "fL"),
    "mean corpuscular hemoglobin concentration": ("mchc", "g/L"),
    "White blood cell count": ("leukocytes", "10*9/L"),
    "Platelet count": ("platelets", "10*9/L"),
    "albumin": ("albumin", "g/L"),
    "total protein": ("total_protein", "g/L"),
    "globulin": ("globulin", "g/L"),
    "serum sodium": ("sodium", "mmol/L"),
    "Serum potassium": ("potassium", "mmol/L"),
    "Serum chloride": ("chloride", "mmol/L"),
    "HCO3-": ("bicarbonate", "mmol/L"),
    "calcium": ("calcium", "mmol/L"),
    "creatinine": ("creatinine", "umol/L"),
    "Urea": ("urea", "mmol/L"),
    "High sensitivity C-reactive protein": ("crp", "mg/L"),
    "Lactate dehydrogenase": ("ldh", "U/L"),
}
# Counts of urine sediment stand in the columns of these two counts of blood.
_ALSO_URINE = ("White blood cell count", "Red blood cell count")
_SEX: Mapping[float, Sex] = {1.0: "male", 2.0: "female"}
_OUTCOME = {0.0: "survived to discharge", 1.0: "died in hospital"}
_LABELS = ("PATIENT_ID", "RE_DATE", "age", "gender", "outcome")


def read_tongji(folder: Path) -> tuple[Record, ...]:
    """The records of all patients, in the order of the workbook.

    Times carry no offset: they are taken as UTC, a date alone as noon. A white or red cell count without a hematocrit
    beside it is of urine and skipped.

    Raises
    ------
    RecordError
        The workbook is missing in ``folder``, cannot be read, lacks a column or the first patient, or python-calamine
        is not installed.

    >>> read_tongji(Path("nowhere"))
    Traceback (most recent call last):
    ...
    clarkson.errors.RecordError: 'time_series_375_prerpocess_en.xlsx' is missing in 'nowhere'
    """
    header, *rows = sheet(folder / FILE)
    names = [str(each).strip() for each in header]
    refuse_missing_columns([*_LABELS, *_TESTS], names, FILE)
    people: dict[str, list[tuple[Source, Mapping[str, Any]]]] = {}
    subject = ""
    for place, cells in enumerate(rows, start=2):
        row = dict(zip(names, cells, strict=False))
        if row["PATIENT_ID"] != "":
            subject = _shown(row["PATIENT_ID"])
        if not subject:
            raise RecordError(f"'{FILE}', row {place}: no patient is named in it or above it")
        people.setdefault(subject, []).append((Source(FILE, f"row {place}"), row))
    return tuple(_patient(subject, visits) for subject, visits in people.items())


def _shown(number: Any) -> str:
    return f"{number:g}" if isinstance(number, float) else str(number)


def _patient(subject: str, rows: list[tuple[Source, Mapping[str, Any]]]) -> Record:
    found = [each for source, row in rows for each in _results(row, source)]
    _, first = rows[0]
    outcome = _OUTCOME.get(first["outcome"])
    return Record(
        subject,
        tuple(sorted((each for each in found if isinstance(each, Result)), key=lambda each: each.time)),
        sex=_SEX.get(first["gender"]),
        age_years=first["age"] if isinstance(first["age"], float) else None,
        diagnoses=("COVID-19",) if outcome is None else ("COVID-19", outcome),
        citation=CITATION,
        skipped=tuple(each for each in found if isinstance(each, Skipped)),
    )


def _results(row: Mapping[str, Any], source: Source) -> Iterator[Result | Skipped]:
    moment, exact = _time(row["RE_DATE"])
    for test, (key, unit) in _TESTS.items():
        printed = row[test]
        if printed == "":
            continue
        if test in _ALSO_URINE and row["hematocrit"] == "":
            reason = "a cell count without a hematocrit beside it is of urine"
            yield Skipped(source, reason, f"{key} {printed} {unit}")
        else:
            yield measured(key, printed, unit, moment, source, exact_time=exact)


def _time(cell: Any) -> tuple[datetime | None, bool]:
    """The instant, and whether its hour is exact."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=UTC), True
    if isinstance(cell, date):
        return datetime.combine(cell, time(NOON), UTC), False
    return None, False
