"""Park 2018 (doi 10.1371/journal.pntd.0006799): Thai children with fever, bled twice around defervescence.

The workbook gives two days of every child, three and one before the fever fell, and the diagnosis made at the end.
Reading needs the ``evaluate`` extra (python-calamine).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from clarkson.analytes import Sex
from clarkson.record.measured import measured
from clarkson.record.public_tables import refuse_missing_columns, sheet
from clarkson.record.record import Record, Result, Skipped, Source
from clarkson.record.times import NOON, ORIGIN

FILE = "dengue-data-13.xlsx"
CITATION = "Park 2018, doi 10.1371/journal.pntd.0006799"
# Columns of one day without their ending, the analyte and the unit that the numbers are in.
_TESTS = {
    "max_hct": ("hematocrit", "%"),
    "albumin": ("albumin", "g/dL"),
    "wbc": ("leukocytes", "/uL"),
    "platelets": ("platelets", "/uL"),
}
_DAYS = {"m3": ORIGIN + timedelta(hours=NOON), "m1": ORIGIN + timedelta(days=2, hours=NOON)}
# The girls of each diagnosis are then as many as in table 1 of the paper.
_SEX: Mapping[float, Sex] = {1.0: "male", 2.0: "female"}
_AGE_GROUP = re.compile(r"^(\d+)-(\d+)$")
_LABELS = ("age2", "sex", "dengue", "dhf", "dhf34")


def read_park(folder: Path) -> tuple[Record, ...]:
    """The records of all children, in the order of the workbook; a child is named by its row.

    The hour of a draw is unknown and counts as noon: the two draws are 48 h apart. An age is the middle of a group of
    two years. Hemorrhagic fever is dengue that leaks plasma, by the definition of the World Health Organization.

    Raises
    ------
    RecordError
        The workbook is missing in ``folder``, cannot be read or lacks a column, or python-calamine is not installed.

    >>> read_park(Path("nowhere"))
    Traceback (most recent call last):
    ...
    clarkson.errors.RecordError: 'dengue-data-13.xlsx' is missing in 'nowhere'
    """
    header, *rows = sheet(folder / FILE)
    refuse_missing_columns([*_LABELS, *(f"{test}_{day}" for day in _DAYS for test in _TESTS)], header, FILE)
    return tuple(_child(dict(zip(header, row, strict=False)), place) for place, row in enumerate(rows, start=2))


def _child(row: Mapping[str, Any], place: int) -> Record:
    source = Source(FILE, f"row {place}")
    found = [
        measured(key, row[f"{test}_{day}"], unit, time, source, exact_time=False)
        for day, time in _DAYS.items()
        for test, (key, unit) in _TESTS.items()
        if row[f"{test}_{day}"] != ""
    ]
    return Record(
        f"row {place}",
        tuple(each for each in found if isinstance(each, Result)),
        sex=_SEX.get(row["sex"]),
        age_years=_age_years(str(row["age2"])),
        diagnoses=(_diagnosis(row),),
        citation=CITATION,
        origin=ORIGIN,
        skipped=tuple(each for each in found if isinstance(each, Skipped)),
    )


def _age_years(group: str) -> float | None:
    match = _AGE_GROUP.match(group)
    return None if match is None else (int(match[1]) + int(match[2]) + 1) / 2.0


def _diagnosis(row: Mapping[str, Any]) -> str:
    if row["dhf34"] == 1:
        return "dengue hemorrhagic fever with shock"
    if row["dhf"] == 1:
        return "dengue hemorrhagic fever"
    return "dengue fever" if row["dengue"] == 1 else "no dengue"
