"""One table of bad input, read by every reader in which it can occur."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

import clarkson as ck
from clarkson.record.open_dataset import open_dataset
from tests.datasets.sets import lines_of

MORNING = "2024-07-01T08:00:00"
ZURICH = "Europe/Zurich"
LESS_THAN = 4171756  # the OMOP concept of "<"


@dataclass(frozen=True)
class Row:
    """An albumin in g/L, or a weight in kg where a format knows no albumin."""

    value: str = "39"
    time: str = MORNING
    offset: str = "Z"
    status: str = "final"

    @property
    def number(self) -> float | None:
        try:
            return float(self.value.lstrip("<"))
        except ValueError:
            return None


def table(file: Path, rows: list[dict[str, Any]]) -> None:
    """A CSV file of the texts."""
    file.parent.mkdir(parents=True, exist_ok=True)
    texts = [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
    csv.write_csv(pa.Table.from_pylist(texts), file)


def in_csv(place: Path, rows: list[Row]) -> Path:
    columns = ("time", "test", "value", "unit", "status")
    facts = ((row.time + (row.offset if row.time else ""), "albumin", row.value, "g/L", row.status) for row in rows)
    table(place / "labs.csv", [dict(zip(columns, fact, strict=True)) for fact in facts])
    return place / "labs.csv"


def observations(rows: list[Row]) -> list[dict[str, Any]]:
    bound = {"comparator": "<"}
    return [
        {
            "resourceType": "Observation",
            "id": f"o{number}",
            "status": row.status,
            "code": {"coding": [{"system": "http://loinc.org", "code": "1751-7"}]},
            "subject": {"reference": "Patient/1"},
            **({"effectiveDateTime": row.time + row.offset} if row.time else {}),
            "valueQuantity": {
                "value": row.value if row.number is None else row.number,
                "unit": "g/L",
                **(bound if row.value.startswith("<") else {}),
            },
        }
        for number, row in enumerate(rows)
    ]


def in_fhir(place: Path, rows: list[Row]) -> Path:
    entries = [{"resource": each} for each in observations(rows)]
    (place / "labs.json").write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}))
    return place / "labs.json"


def in_fhir_folder(place: Path, rows: list[Row]) -> Path:
    (place / "folder").mkdir()
    for number, each in enumerate(observations(rows)):
        (place / "folder" / f"{number}.json").write_text(json.dumps(each))
    return place / "folder"


def in_fhir_bulk(place: Path, rows: list[Row]) -> Path:
    (place / "labs.ndjson").write_bytes(lines_of(observations(rows)))
    return place / "labs.ndjson"


def in_omop(place: Path, rows: list[Row]) -> Path:
    table(place / "omop" / "person.csv", [{"person_id": 1, "gender_concept_id": 8532}])
    facts = [
        {
            "measurement_id": number,
            "person_id": 1,
            "measurement_concept_id": 3024561,
            "measurement_date": row.time[:10],
            "measurement_datetime": row.time,
            "operator_concept_id": LESS_THAN if row.value.startswith("<") else 0,
            "value_as_number": row.number,
            "unit_source_value": "g/L",
            "value_source_value": row.value,
        }
        for number, row in enumerate(rows)
    ]
    table(place / "omop" / "measurement.csv", facts)
    return place / "omop"


def in_meds(place: Path, rows: list[Row]) -> Path:
    facts = [
        {
            "subject_id": 1,
            "time": datetime.fromisoformat(row.time) if row.time else None,
            "code": "LOINC//1751-7//g/L",
            "numeric_value": None if row.value.startswith("<") else row.number,
            "text_value": row.value,
        }
        for row in rows
    ]
    columns = (("subject_id", pa.int64()), ("time", pa.timestamp("us")), ("code", pa.string()))
    schema = pa.schema([*columns, ("numeric_value", pa.float32()), ("text_value", pa.string())])
    (place / "meds" / "data").mkdir(parents=True)
    parquet.write_table(pa.Table.from_pylist(facts, schema=schema), place / "meds" / "data" / "0.parquet")
    return place / "meds"


def in_clif(place: Path, rows: list[Row]) -> Path:
    table(place / "clif" / "clif_patient.csv", [{"patient_id": "1", "sex_category": "Female"}])
    table(place / "clif" / "clif_hospitalization.csv", [{"hospitalization_id": "h", "patient_id": "1"}])
    facts = [
        {
            "hospitalization_id": "h",
            "lab_collect_dttm": row.time + (row.offset if row.time else ""),
            "lab_category": "albumin",
            "lab_value": row.value,
            "lab_value_numeric": None if row.value.startswith("<") else row.number,
            "reference_unit": "g/L",
        }
        for row in rows
    ]
    table(place / "clif" / "clif_labs.csv", facts)
    return place / "clif"


def in_mimic(place: Path, rows: list[Row]) -> Path:
    table(place / "mimic" / "patients.csv", [{"subject_id": 1, "gender": "F", "anchor_age": 50}])
    facts = [
        {
            "labevent_id": number,
            "subject_id": 1,
            "itemid": 50862,
            "charttime": row.time.replace("T", " "),
            "value": row.value,
            "valuenum": None if row.value.startswith("<") else row.number,
            "valueuom": "g/L",
        }
        for number, row in enumerate(rows)
    ]
    table(place / "mimic" / "labevents.csv", facts)
    return place / "mimic"


def in_synthea(place: Path, rows: list[Row]) -> Path:
    table(place / "synthea" / "patients.csv", [{"Id": "1", "BIRTHDATE": "1970-01-01", "GENDER": "F"}])
    columns = ("DATE", "PATIENT", "CODE", "DESCRIPTION", "VALUE", "UNITS", "TYPE")
    facts = (
        (row.time + (row.offset if row.time else ""), "1", "1751-7", "Albumin", row.value, "g/L", "numeric")
        for row in rows
    )
    table(place / "synthea" / "observations.csv", [dict(zip(columns, fact, strict=True)) for fact in facts])
    return place / "synthea"


def in_apple_health(place: Path, rows: list[Row]) -> Path:
    def printed(row: Row) -> str:
        offset = " +0000" if row.offset == "Z" else f" {row.offset.replace(':', '')}"
        time = row.time.replace("T", " ") + (offset if row.time else "")
        value = row.value.replace("<", "&lt;")
        return f'<Record type="HKQuantityTypeIdentifierBodyMass" unit="kg" startDate="{time}" value="{value}"/>'

    (place / "export").mkdir()
    (place / "export" / "export.xml").write_text(f"<HealthData>{''.join(map(printed, rows))}</HealthData>")
    return place / "export"


READERS: Mapping[str, Callable[[Path, list[Row]], Path]] = {
    "csv": in_csv,
    "fhir": in_fhir,
    "fhir-folder": in_fhir_folder,
    "fhir-bulk": in_fhir_bulk,
    "omop": in_omop,
    "meds": in_meds,
    "clif": in_clif,
    "mimic": in_mimic,
    "synthea": in_synthea,
    "apple-health": in_apple_health,
}
ALL = tuple(READERS)
DATA_SETS = frozenset(READERS) - {"csv", "fhir", "apple-health"}
OF_DOCUMENTS = ("fhir", "fhir-folder", "fhir-bulk")
WITH_STATUS = ("csv", *OF_DOCUMENTS)
BY_THE_CLOCK = ("csv", *OF_DOCUMENTS, "omop", "meds", "mimic")
WITH_OFFSET = ("csv", *OF_DOCUMENTS, "clif", "synthea", "apple-health")


@dataclass(frozen=True)
class Bad:
    """Rows, what of them is read (comparator, value), and a part of each reason for what is not."""

    rows: list[Row]
    read: list[tuple[str, float]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    readers: tuple[str, ...] = ALL
    timezone: str | None = None
    utc: datetime | None = None


FOUND = [("", 39.0)]
BAD_INPUT: Mapping[str, Bad] = {
    "a bound": Bad([Row("<15")], [("<", 15.0)]),
    "the sentinel -1": Bad([Row("-1"), Row(time="2024-07-02T08:00:00")], FOUND, ["cannot be negative"]),
    "the sentinel 9999": Bad([Row("9999"), Row()], FOUND, ["many files write 9999"]),
    "no number": Bad([Row("clotted"), Row()], FOUND, ["no number"]),
    "an impossible value": Bad([Row("390000"), Row()], FOUND, ["39"]),
    "a year that was shifted": Bad([Row(time="2187-05-01T08:00:00")], FOUND, utc=datetime(2187, 5, 1, 8, tzinfo=UTC)),
    "a year before laboratories": Bad([Row(time="1492-05-01T08:00:00")], reasons=["outside 1900 to 2300"]),
    "a year after all": Bad([Row(time="2500-05-01T08:00:00")], reasons=["outside 1900 to 2300"]),
    "no time": Bad([Row(time="")], reasons=["time"]),
    "a time of summer": Bad(
        [Row(offset="")], FOUND, readers=BY_THE_CLOCK, timezone=ZURICH, utc=datetime(2024, 7, 1, 6, tzinfo=UTC)
    ),
    "an hour that the clock leaves out": Bad(
        [Row(time="2024-03-31T02:30:00", offset="")],
        reasons=[f"never happened in {ZURICH}"],
        readers=BY_THE_CLOCK,
        timezone=ZURICH,
    ),
    "an hour that the clock strikes twice": Bad(
        [Row(time="2024-10-27T02:30:00", offset="")],
        reasons=[f"happened twice in {ZURICH}"],
        readers=BY_THE_CLOCK,
        timezone=ZURICH,
    ),
    "an offset": Bad([Row(offset="+02:00")], FOUND, readers=WITH_OFFSET, utc=datetime(2024, 7, 1, 6, tzinfo=UTC)),
    "an offset in spite of a zone": Bad(
        [Row(offset="-05:00")], FOUND, readers=WITH_STATUS, timezone=ZURICH, utc=datetime(2024, 7, 1, 13, tzinfo=UTC)
    ),
    "an offset of nowhere": Bad([Row(offset="+99:00"), Row()], FOUND, ["time"], WITH_OFFSET),
    "no offset and no zone": Bad([Row(offset="")], reasons=["has no offset from UTC"], readers=WITH_STATUS),
    "a result that stands twice": Bad([Row(), Row()], FOUND, ["repeats"]),
    "an amended result": Bad(
        [Row("41", status="preliminary"), Row("39", status="amended")], FOUND, ["replaced by"], WITH_STATUS
    ),
    "a withdrawn result": Bad([Row("41", status="entered-in-error"), Row()], FOUND, ["entered-in-error"], WITH_STATUS),
}


@pytest.mark.parametrize(
    ("reader", "name"), [(reader, name) for name, bad in BAD_INPUT.items() for reader in bad.readers]
)
def test_bad_input_is_read_as_what_it_is_or_listed(reader: str, name: str, tmp_path: Path) -> None:
    bad = BAD_INPUT[name]
    place = READERS[reader](tmp_path, bad.rows)
    if reader in DATA_SETS:
        people = open_dataset(place, timezone=bad.timezone)
        (record,) = people
        assert people.account().lost == 0
        columns = [(row["comparator"], row["value"]) for row in people.results().read_all().to_pylist()]
        repeated = len({"repeats", "replaced by"} & set(bad.reasons))
        assert 0 <= len(columns) - len(record.results) <= repeated
        assert set(bad.read) <= set(columns)
    else:
        record = ck.read(place, timezone=bad.timezone)
    assert [(each.comparator, each.value) for each in record.results] == bad.read
    assert len(record.skipped) == len(bad.reasons), record.skipped
    for part, each in zip(bad.reasons, record.skipped, strict=True):
        assert part in each.reason
    if bad.utc is not None:
        assert record.results[0].time == bad.utc
