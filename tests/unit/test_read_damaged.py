"""Damaged and hostile input: only a sentence may come out, never a traceback, and never half a value."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clarkson as ck
from clarkson.analytes import analyte
from clarkson.errors import ClarksonError, RecordError, UnknownFormatError
from clarkson.examples import example
from clarkson.record.read import Format

CSV = b"patient_id,time,test,value,unit\np,2024-03-01T08:00:00+01:00,Hct,41.2,%\np,2024-06-01T08:00Z,albumin,<15,g/L\n"
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1970-01-01", "identifier": [{"value": "7"}]}
FHIR = json.dumps(
    {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": "urn:uuid:a", "resource": PATIENT},
            {
                "resource": {
                    "resourceType": "Observation",
                    "status": "final",
                    "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
                    "subject": {"reference": "urn:uuid:a"},
                    "effectiveDateTime": "2024-03-01T08:00:00Z",
                    "component": [
                        {
                            "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
                            "valueQuantity": {"value": 92, "unit": "mmHg"},
                        }
                    ],
                }
            },
            {
                "resource": {
                    "resourceType": "DiagnosticReport",
                    "status": "final",
                    "issued": "2024-03-02T08:00:00Z",
                    "result": [{"reference": "#hct"}],
                    "contained": [
                        {
                            "resourceType": "Observation",
                            "id": "hct",
                            "status": "final",
                            "meta": {"versionId": "2", "lastUpdated": "2024-03-02T08:00:00Z"},
                            "code": {"coding": [{"system": "http://loinc.org", "code": "4544-3"}]},
                            "valueQuantity": {"value": 52, "unit": "%"},
                        }
                    ],
                }
            },
            {
                "resource": {
                    "resourceType": "MedicationAdministration",
                    "status": "completed",
                    "subject": {"identifier": {"value": "7"}},
                    "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Albumin 20 %"}}],
                    "medicationReference": {"reference": "#m"},
                    "effectivePeriod": {"start": "2024-03-01T08:00:00Z", "end": "2024-03-01T12:00:00Z"},
                    "dosage": {"dose": {"value": 100, "unit": "mL"}},
                }
            },
        ],
    }
).encode()
GOOD = {"csv": CSV, "fhir": FHIR, "case": example("desikan2020-1")}


def test_the_undamaged_files_are_good() -> None:
    table, fhir, case = (ck.read_bytes(GOOD[kind], kind) for kind in ("csv", "fhir", "case"))
    assert (table.skipped, fhir.skipped) == ((), ())
    assert [each.analyte for each in table.results] == ["hematocrit", "albumin"]
    assert [each.analyte for each in fhir.results] == ["systolic_pressure", "hematocrit"]
    assert [each.kind for each in fhir.doses] == ["albumin"]
    assert case.results


def survives(data: bytes, kind: Format | None) -> None:
    with contextlib.suppress(ClarksonError):
        record = ck.read_bytes(data, "damaged", format=kind)
        for each in record.results:
            assert each.value in analyte(each.analyte).plausible
        ck.assess(record)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.data())
def test_flipped_and_cut_bytes(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(GOOD[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(damaged[: data.draw(st.integers(1, len(damaged)))]), data.draw(st.sampled_from([None, kind])))


odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.lists(st.integers(), max_size=2)
)


def replaced(body: Any, chance: st.DataObject) -> Any:
    """The same JSON with some parts swapped for something of another type."""
    if chance.draw(st.integers(0, 14)) == 0:
        return chance.draw(odd)
    if isinstance(body, dict):
        return {key: replaced(value, chance) for key, value in body.items()}
    if isinstance(body, list):
        return [replaced(each, chance) for each in body[:4]]
    return body


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["fhir", "case"]), st.data())
def test_parts_of_another_type(kind: str, data: st.DataObject) -> None:
    survives(json.dumps(replaced(json.loads(GOOD[kind]), data)).encode(), data.draw(st.sampled_from([None, kind])))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([None, *get_args(Format)]))
def test_any_bytes(data: bytes, kind: Format | None) -> None:
    survives(data, kind)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.text(max_size=10), min_size=1, max_size=6), max_size=6))
def test_any_table(rows: list[list[str]]) -> None:
    text = "time,test,value,unit\n" + "\n".join(",".join(row) for row in rows)
    survives(text.encode("utf-8", errors="replace"), "csv")


@pytest.mark.parametrize(
    ("data", "error", "why"),
    [
        (b"", RecordError, "is empty"),
        (b'{"resourceType": "Bundle", ', RecordError, "line 1, column"),
        (b"[" * 100_000, RecordError, "starts like JSON"),
        (b'{"a":' * 100_000, RecordError, "starts like JSON"),
        (b'{"hello": 1}', UnknownFormatError, "neither FHIR"),
        (b"[1, 2]", RecordError, "not an object"),
        (b"\x89PNG\x00\x00\x00", UnknownFormatError, "neither text nor JSON"),
        (b'{"resourceType": "Bundle", "entry": NaN}', RecordError, "starts like JSON"),
        (b"time,test,value\n" + b'"' * 400_000, RecordError, "line"),
    ],
)
def test_the_sentence_says_what_is_wrong(data: bytes, error: type[ClarksonError], why: str) -> None:
    with pytest.raises(error, match=why):
        ck.read_bytes(data, "x")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="there is no file"):
        ck.read(tmp_path / "nothing.csv")
    with pytest.raises(RecordError, match="is a folder and no data set"):
        ck.read(tmp_path)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ck.SettingError, match="known are csv, fhir, case"):
        ck.read_bytes(CSV, "x", format="xml")  # type: ignore[arg-type]
