"""CDISC SDTM: a trial's laboratory (LB), vital-sign (VS) and demographics (DM) tables as Parquet.

Every subject becomes a record. Reading needs the ``evaluate`` extra (pyarrow).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clarkson.analytes import Sex
from clarkson.errors import RecordError, UnitError
from clarkson.record.record import Record, Result, Skipped, Source
from clarkson.units import canonical

# CDISC test codes (SDTM controlled terminology) of the analytes that Clarkson reads.
_LABORATORY = {
    "ALB": "albumin",
    "PROT": "total_protein",
    "HCT": "hematocrit",
    "HGB": "hemoglobin",
    "RBC": "erythrocytes",
    "MCV": "mcv",
    "WBC": "leukocytes",
    "PLAT": "platelets",
    "SODIUM": "sodium",
    "K": "potassium",
    "CREAT": "creatinine",
    "BUN": "urea_nitrogen",
    "CK": "creatine_kinase",
}
_VITAL_SIGNS = {"SYSBP": "systolic_pressure", "DIABP": "diastolic_pressure", "PULSE": "heart_rate", "WEIGHT": "weight"}
_SEX: dict[str, Sex] = {"F": "female", "M": "male"}
NOON = 12


def read_sdtm(folder: Path) -> Iterator[Record]:
    """The records of all subjects with laboratory results, in the order of their ids.

    Times carry no offset in SDTM: they are taken as UTC, a date alone as noon.

    Raises
    ------
    RecordError
        A table is missing in ``folder``, or pyarrow is not installed.
    """
    results: dict[str, list[Result]] = defaultdict(list)
    skipped: dict[str, list[Skipped]] = defaultdict(list)
    for name, prefix, codes in (("sdtm_lb", "LB", _LABORATORY), ("sdtm_vs", "VS", _VITAL_SIGNS)):
        for row in _rows(folder / f"{name}.parquet"):
            if row[f"{prefix}TESTCD"] in codes:
                found = _result(row, prefix, codes[row[f"{prefix}TESTCD"]], name)
                if isinstance(found, Result):
                    results[row["USUBJID"]].append(found)
                else:
                    skipped[row["USUBJID"]].append(found)
    people = {row["USUBJID"]: row for row in _rows(folder / "sdtm_dm.parquet")}
    for subject in sorted(results):
        if any(each.analyte in _LABORATORY.values() for each in results[subject]):
            yield Record(
                subject,
                tuple(sorted(results[subject], key=lambda each: each.time)),
                sex=_SEX.get(people[subject]["SEX"]),
                age_years=people[subject]["AGE"],
                skipped=tuple(skipped[subject]),
            )


def _rows(file: Path) -> list[dict[str, Any]]:
    from pyarrow import parquet

    if not file.is_file():
        raise RecordError(f"'{file.name}' is missing in '{file.parent}'")
    rows: list[dict[str, Any]] = parquet.read_table(file).to_pylist()
    return rows


def _result(row: dict[str, Any], prefix: str, key: str, table: str) -> Result | Skipped:
    source = Source(table, f"{row['USUBJID']} {prefix}SEQ {row[f'{prefix}SEQ']}")
    printed, unit, date = row[f"{prefix}STRESN"], row[f"{prefix}STRESU"] or "", row[f"{prefix}DTC"]
    text = f"{row[f'{prefix}TESTCD']} {row[f'{prefix}ORRES']} {row[f'{prefix}ORRESU'] or ''}".strip()
    if printed is None or not date:
        return Skipped(source, "it has no number" if printed is None else "it has no date", text)
    try:
        value = canonical(key, float(printed), unit)
    except UnitError as error:
        return Skipped(source, str(error), text, question=error.question)
    time = datetime.fromisoformat(date)
    if len(date) == len("2000-01-01"):
        time = time.replace(hour=NOON)
    return Result(
        key,
        value,
        time.replace(tzinfo=UTC),
        source,
        method="laboratory" if prefix == "LB" else "cuff",
        raw_value=str(row[f"{prefix}ORRES"]),
        raw_unit=row[f"{prefix}ORRESU"] or "",
        exact_time=len(date) > len("2000-01-01"),
    )
