"""Records as a folder of Parquet tables, and as a MEDS data set; both are read back as the same records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from clarkson.analytes import analyte
from clarkson.record.canonical_columns import RESULT_COLUMNS
from clarkson.record.doses import kind_of
from clarkson.record.fhir_writing import loinc_of
from clarkson.record.printing import writing_of
from clarkson.record.record import Dose, Record, Result

_TIME = pa.timestamp("us", "UTC")
_SOURCE = (("file", pa.string()), ("place", pa.string()))
PEOPLE_COLUMNS = pa.schema(
    [
        *(("subject", pa.string()), ("sex", pa.string()), ("age_years", pa.float64()), ("height_cm", pa.float64())),
        *(("weight_kg", pa.float64()), ("diagnoses", pa.list_(pa.string())), ("citation", pa.string())),
        ("relative_time", pa.bool_()),
    ]
)
"""One row a person. Where ``relative_time`` is true, dates mean nothing, only the time between them."""

_RESULTS = RESULT_COLUMNS.append(pa.field("steady", pa.bool_()))
_DOSES = pa.schema(
    [
        *(("subject", pa.string()), ("kind", pa.string()), ("what", pa.string()), ("start", _TIME), ("end", _TIME)),
        *(("amount", pa.float64()), ("unit", pa.string()), ("volume_ml", pa.float64())),
        *(("lasting", pa.bool_()), ("every_h", pa.float64()), ("exact_time", pa.bool_())),
        *_SOURCE,
    ]
)
_EVENTS = pa.schema(
    [
        *(("subject", pa.string()), ("kind", pa.string()), ("text", pa.string()), ("time", _TIME)),
        *(("exact_time", pa.bool_()), *_SOURCE),
    ]
)
# Readers of MEDS know no booleans: "true" and "false" are words here.
_MEDS = pa.schema(
    [
        *(("subject_id", pa.int64()), ("time", pa.timestamp("us")), ("code", pa.string())),
        *(("numeric_value", pa.float32()), ("text_value", pa.large_string())),
        *(("unit", pa.string()), ("end", pa.timestamp("us"))),
        *(("lasting", pa.string()), ("every_h", pa.float64())),
        *(("clarkson_method", pa.string()), ("clarkson_status", pa.string()), ("clarkson_laboratory", pa.string())),
        *(("clarkson_steady", pa.string()), ("clarkson_exact_time", pa.string()), ("clarkson_kind", pa.string())),
        *(("clarkson_printed", pa.string()), ("clarkson_printed_unit", pa.string())),
    ]
)
_SUBJECTS = pa.schema([("subject_id", pa.int64()), *PEOPLE_COLUMNS])
_CODES = pa.schema([("code", pa.string()), ("description", pa.string()), ("parent_codes", pa.list_(pa.string()))])
_LARGEST_ID = 2**63
_MEDS_VERSION = "0.4.1"


def write_parquet(records: Iterable[Record], folder: Path) -> None:
    """Write ``people``, ``results``, ``doses`` and ``events`` as Parquet tables into an empty folder.

    A value of ``results`` is in the canonical unit of its analyte, beside it what was printed.
    """
    schemas = {"people": PEOPLE_COLUMNS, "results": _RESULTS, "doses": _DOSES, "events": _EVENTS}
    writers = {name: parquet.ParquetWriter(folder / f"{name}.parquet", schema) for name, schema in schemas.items()}
    try:
        for record in records:
            for name, found in _rows(record).items():
                writers[name].write_table(pa.Table.from_pylist(found, schema=schemas[name]))
    finally:
        for writer in writers.values():
            writer.close()


def _rows(record: Record) -> dict[str, list[dict[str, Any]]]:
    facts = {"results": record.results, "doses": record.doses, "events": record.events}
    return {"people": [_person(record)]} | {
        name: [_columns(record.subject, each) for each in found] for name, found in facts.items()
    }


def _person(record: Record) -> dict[str, Any]:
    traits = ("subject", "sex", "age_years", "height_cm", "weight_kg", "citation")
    return {
        **{name: getattr(record, name) for name in traits},
        "diagnoses": list(record.diagnoses),
        "relative_time": record.origin is not None,
    }


def _columns(subject: str, fact: Any) -> dict[str, Any]:
    fields = {name: getattr(fact, name) for name in fact.__slots__ if name != "source"}
    return {"subject": subject, **fields, "file": fact.source.file, "place": fact.source.place}


def write_meds(records: Iterable[Record], folder: Path, made: datetime) -> None:
    """Write a MEDS data set into an empty folder; ``made`` is when.

    A test has a LOINC code, a dose its kind, an event its kind. Beside the columns of MEDS stand the unit, the end and
    the rhythm of a dose, and in columns of our own what MEDS has no place for. A subject that is no number gets one:
    ``metadata/subjects.parquet`` tells whose it is, and the traits of each.
    """
    (folder / "data").mkdir()
    (folder / "metadata").mkdir()
    codes: dict[str, dict[str, Any]] = {}
    subjects: list[dict[str, Any]] = []
    with parquet.ParquetWriter(folder / "data" / "0.parquet", _MEDS) as writer:
        for record in records:
            number = number_of(record.subject)
            subjects.append({"subject_id": number, **_person(record)})
            rows = sorted(_meds_rows(record, number, codes), key=lambda row: row["time"] or datetime.min)
            writer.write_table(pa.Table.from_pylist(rows, schema=_MEDS))
    metadata = folder / "metadata"
    parquet.write_table(pa.Table.from_pylist(list(codes.values()), schema=_CODES), metadata / "codes.parquet")
    parquet.write_table(pa.Table.from_pylist(subjects, schema=_SUBJECTS), metadata / "subjects.parquet")
    described = {
        "dataset_name": "clarkson",
        "etl_name": "clarkson",
        "meds_version": _MEDS_VERSION,
        "created_at": made.isoformat(),
    }
    (metadata / "dataset.json").write_text(json.dumps(described, indent=1), encoding="utf-8")


def number_of(subject: str) -> int:
    """A person as the whole number that MEDS and OMOP want: their own if they have one, else of a hash of their name.

    >>> number_of("17"), number_of("017") == 17
    (17, False)
    """
    if subject.isascii() and subject.isdigit() and int(subject) < _LARGEST_ID and str(int(subject)) == subject:
        return int(subject)
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[:7])


def _meds_rows(record: Record, number: int, codes: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    def row(code: str, time: datetime | None, description: str, parents: list[str], **more: Any) -> dict[str, Any]:
        codes.setdefault(code, {"code": code, "description": description, "parent_codes": parents})
        return {"subject_id": number, "time": _moment(time), "code": code, **more}

    if record.sex is not None:
        yield row(f"GENDER//{record.sex[0].upper()}", None, record.sex, [])
    for result in record.results:
        loinc = loinc_of(result)
        yield row(
            f"LOINC//{loinc}", result.time, analyte(result.analyte).label, [f"LOINC/{loinc}"], **_measured(result)
        )
    for dose in record.doses:
        yield row(f"MEDICATION//{dose.kind}//{dose.what}", dose.start, dose.what, [], **_given(dose))
    for event in record.events:
        first = {"diagnosis": "DIAGNOSIS", "procedure": "PROCEDURE"}.get(event.kind, "EVENT")
        exact = str(event.exact_time).lower()
        yield row(f"{first}//{event.kind}//{event.text}", event.time, event.text, [], clarkson_exact_time=exact)


def _measured(result: Result) -> dict[str, Any]:
    written = writing_of(result)
    # A bound is no number: MEDS has no place for its sign, and it is read as text.
    as_read = written.text if result.comparator else f"{written.number:.10g}"
    printed = None if (as_read, written.unit) == (result.raw_value, result.raw_unit) else result.raw_value
    return {
        "numeric_value": None if result.comparator else written.number,
        "text_value": written.text if result.comparator else repr(written.number),
        "unit": written.unit,
        "clarkson_method": result.method,
        "clarkson_status": result.status,
        "clarkson_laboratory": result.laboratory or None,
        "clarkson_steady": str(result.steady).lower(),
        "clarkson_exact_time": str(result.exact_time).lower(),
        "clarkson_printed": printed,
        "clarkson_printed_unit": None if printed is None else result.raw_unit,
    }


def _given(dose: Dose) -> dict[str, Any]:
    return {
        "numeric_value": dose.amount,
        "text_value": None if dose.amount is None else repr(dose.amount),
        "unit": dose.unit,
        "end": _moment(dose.end),
        "lasting": str(dose.lasting).lower(),
        "every_h": dose.every_h,
        "clarkson_exact_time": str(dose.exact_time).lower(),
        "clarkson_kind": None if dose.kind == kind_of(dose.what) else dose.kind,
    }


def _moment(time: datetime | None) -> datetime | None:
    return None if time is None else time.astimezone(UTC).replace(tzinfo=None)
