"""Records as a folder of Parquet tables, and as a MEDS data set."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from clarkson.analytes import analyte
from clarkson.record.canonical_columns import RESULT_COLUMNS, batch_of
from clarkson.record.printing import number_and_unit
from clarkson.record.record import Record

_TIME = pa.timestamp("us", "UTC")
_PEOPLE = pa.schema(
    [("subject", pa.string()), ("sex", pa.string()), ("age_years", pa.float64()), ("relative_time", pa.bool_())]
)
_DOSES = pa.schema(
    [
        *(("subject", pa.string()), ("kind", pa.string()), ("what", pa.string()), ("start", _TIME), ("end", _TIME)),
        *(("amount", pa.float64()), ("unit", pa.string()), ("volume_ml", pa.float64())),
        *(("file", pa.string()), ("place", pa.string())),
    ]
)
_EVENTS = pa.schema(
    [
        *(("subject", pa.string()), ("kind", pa.string()), ("text", pa.string()), ("time", _TIME)),
        *(("file", pa.string()), ("place", pa.string())),
    ]
)
_MEDS = pa.schema(
    [
        *(("subject_id", pa.int64()), ("time", pa.timestamp("us")), ("code", pa.string())),
        *(("numeric_value", pa.float32()), ("text_value", pa.string())),
        *(("unit", pa.string()), ("end", pa.timestamp("us"))),
    ]
)
_CODES = pa.schema([("code", pa.string()), ("description", pa.string()), ("parent_codes", pa.list_(pa.string()))])
_LARGEST_ID = 2**63
_MEDS_VERSION = "0.4.1"


def write_parquet(records: Iterable[Record], folder: Path) -> None:
    """Write ``people``, ``results``, ``doses`` and ``events`` as Parquet tables into a new folder.

    Raises
    ------
    FileExistsError
        The folder is there already.
    """
    folder.mkdir(parents=True)
    schemas = {"people": _PEOPLE, "results": RESULT_COLUMNS, "doses": _DOSES, "events": _EVENTS}
    writers = {name: parquet.ParquetWriter(folder / f"{name}.parquet", schema) for name, schema in schemas.items()}
    try:
        for record in records:
            rows = _rows(record)
            writers["results"].write_batch(batch_of([(record.subject, each) for each in record.results]))
            for name, found in rows.items():
                writers[name].write_table(pa.Table.from_pylist(found, schema=schemas[name]))
    finally:
        for writer in writers.values():
            writer.close()


def _rows(record: Record) -> dict[str, list[dict[str, Any]]]:
    person = {
        "subject": record.subject,
        "sex": record.sex,
        "age_years": record.age_years,
        "relative_time": record.origin is not None,
    }
    doses = [
        {
            "subject": record.subject,
            **{name: getattr(each, name) for name in ("kind", "what", "start", "end", "amount", "unit", "volume_ml")},
            "file": each.source.file,
            "place": each.source.place,
        }
        for each in record.doses
    ]
    events = [
        {
            "subject": record.subject,
            "kind": each.kind,
            "text": each.text,
            "time": each.time,
            "file": each.source.file,
            "place": each.source.place,
        }
        for each in record.events
    ]
    return {"people": [person], "doses": doses, "events": events}


def write_meds(records: Iterable[Record], folder: Path, made: datetime) -> None:
    """Write a MEDS data set into a new folder; ``made`` is when.

    A test has a LOINC code, a dose its kind, an event its kind; ``unit``, ``end`` and the number as text, which keeps
    what 32 bits lose, are columns beside those of MEDS. A subject that is no number gets one, which
    ``metadata/subjects.parquet`` tells.

    Raises
    ------
    FileExistsError
        The folder is there already.
    """
    (folder / "data").mkdir(parents=True)
    (folder / "metadata").mkdir()
    codes: dict[str, dict[str, Any]] = {}
    subjects: list[dict[str, Any]] = []
    with parquet.ParquetWriter(folder / "data" / "0.parquet", _MEDS) as writer:
        for record in records:
            number = _number(record.subject)
            subjects.append({"subject_id": number, "subject": record.subject})
            rows = sorted(_meds_rows(record, number, codes), key=lambda row: row["time"] or datetime.min)
            writer.write_table(pa.Table.from_pylist(rows, schema=_MEDS))
    metadata = folder / "metadata"
    parquet.write_table(pa.Table.from_pylist(list(codes.values()), schema=_CODES), metadata / "codes.parquet")
    parquet.write_table(pa.Table.from_pylist(subjects), metadata / "subjects.parquet")
    described = {
        "dataset_name": "clarkson",
        "etl_name": "clarkson",
        "meds_version": _MEDS_VERSION,
        "created_at": made.isoformat(),
    }
    (metadata / "dataset.json").write_text(json.dumps(described, indent=1), encoding="utf-8")


def _number(subject: str) -> int:
    if subject.isascii() and subject.isdigit() and int(subject) < _LARGEST_ID and str(int(subject)) == subject:
        return int(subject)
    return int.from_bytes(hashlib.sha256(subject.encode()).digest()[:7])


def _meds_rows(record: Record, number: int, codes: dict[str, dict[str, Any]]) -> Iterable[dict[str, Any]]:
    def row(code: str, time: datetime | None, description: str, parents: list[str], **more: Any) -> dict[str, Any]:
        codes.setdefault(code, {"code": code, "description": description, "parent_codes": parents})
        moment = None if time is None else time.astimezone(UTC).replace(tzinfo=None)
        return {"subject_id": number, "time": moment, "code": code, **more}

    if record.sex is not None:
        yield row(f"GENDER//{record.sex[0].upper()}", None, record.sex, [])
    for result in record.results:
        entry = analyte(result.analyte)
        by_method = (code for code, method in entry.loinc_method.items() if method == result.method)
        loinc = next(by_method, entry.loinc[0])
        value, unit = number_and_unit(result)
        yield row(
            f"LOINC//{loinc}",
            result.time,
            entry.label,
            [f"LOINC/{loinc}"],
            # A bound is no number: MEDS has no place for its sign.
            numeric_value=None if result.comparator else value,
            text_value=f"{result.comparator}{value!r}",
            unit=unit,
        )
    for dose in record.doses:
        end = None if dose.end is None else dose.end.astimezone(UTC).replace(tzinfo=None)
        amount = None if dose.amount is None else repr(dose.amount)
        code = f"MEDICATION//{dose.kind}//{dose.what}"
        yield row(
            code, dose.start, dose.what, [], numeric_value=dose.amount, text_value=amount, unit=dose.unit, end=end
        )
    for event in record.events:
        first = {"diagnosis": "DIAGNOSIS", "procedure": "PROCEDURE"}.get(event.kind, "EVENT")
        yield row(f"{first}//{event.kind}//{event.text}", event.time, event.text, [])
