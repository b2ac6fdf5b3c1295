"""The same three people in every format that holds many: what they have is said once, here."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from pyarrow import csv, parquet

UCUM = "http://unitsofmeasure.org"
START = datetime(2021, 3, 4, 6, 30, tzinfo=UTC)
# LOINC, OMOP concept, MIMIC-IV item, CLIF category, printed value and unit, canonical value.
TESTS: Mapping[str, tuple[str, int, int, str, float, str, float]] = {
    "hematocrit": ("4544-3", 3023314, 51221, "hematocrit", 41.5, "%", 0.415),
    "albumin": ("1751-7", 3024561, 50862, "albumin", 3.9, "g/dL", 39.0),
    "creatinine": ("2160-0", 3016723, 50912, "creatinine", 0.9, "mg/dL", 79.56),
    "sodium": ("2951-2", 3019550, 50983, "sodium", 139.0, "mmol/L", 139.0),
}
PEOPLE = {"1": ("female", 1961), "2": ("male", 1975), "10": ("male", 1990)}
UNKNOWN = ("2345-7", 3004501, 50931, "glucose_serum", 99.0, "mg/dL")


def truth() -> list[tuple[str, str, float, datetime]]:
    """Person, analyte, canonical value and time of every result."""
    return [
        (person, name, value, START + timedelta(hours=6 * draw))
        for person in PEOPLE
        for draw in range(2)
        for name, (*_, value) in TESTS.items()
    ]


def rows() -> Iterable[tuple[int, str, tuple[Any, ...], datetime]]:
    """Number, person, test and time of every printed result, one of an unknown test among each draw."""
    number = 0
    for person in PEOPLE:
        for draw in range(2):
            for test in (*TESTS.values(), UNKNOWN):
                number += 1
                yield number, person, test, START + timedelta(hours=6 * draw)


def naive(time: datetime) -> datetime:
    return time.replace(tzinfo=None)


def write(folder: Path, name: str, columns: Mapping[str, list[Any]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.table(dict(columns)), folder / f"{name}.parquet")


def table(lines: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    found = list(lines)
    return {name: [line[name] for line in found] for name in found[0]}


def omop_tables() -> dict[str, dict[str, list[Any]]]:
    return {
        "person": table(
            {
                "person_id": int(person),
                "gender_concept_id": 8532 if sex == "female" else 8507,
                "year_of_birth": year,
                "month_of_birth": 1,
                "day_of_birth": 1,
            }
            for person, (sex, year) in PEOPLE.items()
        ),
        "measurement": table(
            {
                "measurement_id": number,
                "person_id": int(person),
                "measurement_concept_id": test[1],
                "measurement_date": time.date(),
                "measurement_datetime": naive(time),
                "value_as_number": test[4],
                "unit_concept_id": 0,
                "unit_source_value": test[5],
                "operator_concept_id": 0,
            }
            for number, person, test, time in rows()
        ),
    }


def omop_folder(place: Path) -> Path:
    for name, columns in omop_tables().items():
        write(place, name, columns)
    return place


def omop_csv(place: Path) -> Path:
    place.mkdir()
    for name, columns in omop_tables().items():
        csv.write_csv(pa.table(columns), place / f"{name.upper()}.csv")
    return place


def omop_duckdb(place: Path) -> Path:
    file = place.with_suffix(".duckdb")
    connection = duckdb.connect(str(file))
    connection.execute("CREATE SCHEMA cdm")
    for name, columns in omop_tables().items():
        connection.register("given", pa.table(columns))
        connection.execute(f"CREATE TABLE cdm.{name} AS SELECT * FROM given")
        connection.unregister("given")
    connection.close()
    return file


def meds(place: Path) -> Path:
    events: list[dict[str, Any]] = [
        {"subject_id": int(person), "time": None, "code": f"GENDER//{sex[0].upper()}", "numeric_value": None}
        for person, (sex, _) in PEOPLE.items()
    ]
    events += [
        {"subject_id": int(person), "time": datetime(year, 1, 1), "code": "MEDS_BIRTH", "numeric_value": None}
        for person, (_, year) in PEOPLE.items()
    ]
    events += [
        {
            "subject_id": int(person),
            "time": naive(time),
            "code": f"LAB//RESULT//{test[2]}//{test[5]}",
            "numeric_value": test[4],
        }
        for _, person, test, time in rows()
    ]
    columns = table(events)
    shaped = pa.table(columns).cast(
        pa.schema(
            [
                ("subject_id", pa.int64()),
                ("time", pa.timestamp("us")),
                ("code", pa.string()),
                ("numeric_value", pa.float32()),
            ]
        )
    )
    (place / "data" / "train").mkdir(parents=True)
    parquet.write_table(shaped, place / "data" / "train" / "0.parquet")
    return place


def clif(place: Path) -> Path:
    write(
        place,
        "clif_patient",
        table(
            {"patient_id": person, "sex_category": sex.title(), "birth_date": datetime(year, 1, 1)}
            for person, (sex, year) in PEOPLE.items()
        ),
    )
    write(
        place, "clif_hospitalization", table({"hospitalization_id": f"h{each}", "patient_id": each} for each in PEOPLE)
    )
    write(
        place,
        "clif_labs",
        table(
            {
                "hospitalization_id": f"h{person}",
                "lab_collect_dttm": time,
                "lab_category": test[3],
                "lab_value": str(test[4]),
                "lab_value_numeric": test[4],
                "reference_unit": test[5],
            }
            for _, person, test, time in rows()
        ),
    )
    return place


def mimic_iv(place: Path) -> Path:
    hosp = place / "hosp"
    hosp.mkdir(parents=True)
    people = [
        {"subject_id": int(person), "gender": sex[0].upper(), "anchor_age": 2021 - year, "anchor_year": 2021}
        for person, (sex, year) in PEOPLE.items()
    ]
    labs = [
        {
            "labevent_id": number,
            "subject_id": int(person),
            "itemid": test[2],
            "charttime": f"{naive(time):%Y-%m-%d %H:%M:%S}",
            "value": str(test[4]),
            "valuenum": test[4],
            "valueuom": test[5],
        }
        for number, person, test, time in rows()
    ]
    for name, lines in (("patients", people), ("labevents", labs)):
        with gzip.open(hosp / f"{name}.csv.gz", "wb") as file:
            csv.write_csv(pa.table(table(lines)), file)
    return place


def synthea(place: Path) -> Path:
    place.mkdir()
    people = [
        {"Id": person, "BIRTHDATE": f"{year}-01-01", "GENDER": sex[0].upper()} for person, (sex, year) in PEOPLE.items()
    ]
    observations = [
        {
            "DATE": f"{time:%Y-%m-%dT%H:%M:%SZ}",
            "PATIENT": person,
            "CODE": test[0],
            "DESCRIPTION": test[3],
            "VALUE": str(test[4]),
            "UNITS": test[5],
            "TYPE": "numeric",
        }
        for _, person, test, time in rows()
    ]
    csv.write_csv(pa.table(table(people)), place / "patients.csv")
    csv.write_csv(pa.table(table(observations)), place / "observations.csv")
    return place


def resources() -> list[dict[str, Any]]:
    patients: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": person, "gender": sex, "birthDate": f"{year}-01-01"}
        for person, (sex, year) in PEOPLE.items()
    ]
    return patients + [
        {
            "resourceType": "Observation",
            "id": f"o{number}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": test[0]}]},
            "subject": {"reference": f"Patient/{person}"},
            "effectiveDateTime": (time + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S+01:00"),
            "valueQuantity": {
                "value": test[4],
                "unit": test[5],
                "system": UCUM,
                "code": test[5],
            },
        }
        for number, person, test, time in rows()
    ]


def of(person: str) -> list[dict[str, Any]]:
    """The resources of one person."""
    reference = f"Patient/{person}"
    return [
        each for each in resources() if each["id"] == person or each.get("subject", {}).get("reference") == reference
    ]


def lines_of(found: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in found)


def fhir_bulk(place: Path) -> Path:
    place.mkdir()
    for kind in ("Patient", "Observation"):
        data = lines_of(each for each in resources() if each["resourceType"] == kind)
        (place / f"{kind}.000.ndjson.gz").write_bytes(gzip.compress(data))
    return place


def fhir_folder(place: Path) -> Path:
    place.mkdir()
    for person in PEOPLE:
        own = of(person)
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in own]}
        (place / f"{person}.json").write_text(json.dumps(bundle))
    return place


SETS: Mapping[str, Callable[[Path], Path]] = {
    "omop folder": omop_folder,
    "omop csv": omop_csv,
    "omop duckdb": omop_duckdb,
    "meds": meds,
    "clif": clif,
    "mimic-iv": mimic_iv,
    "synthea": synthea,
    "fhir bulk": fhir_bulk,
    "fhir folder": fhir_folder,
}
