"""Data sets that no one of this project wrote: what goes in is used or listed, and the counts are theirs."""

from __future__ import annotations

import json
import os
import tarfile
import zipfile
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from clarkson.analytes import analytes
from clarkson.record.mimic_items import charted, given
from clarkson.record.open_dataset import open_dataset
from tests.datasets.sets import lines_of, write

FOREIGN = os.environ.get("CLARKSON_FOREIGN", "")
DATA = os.environ.get("CLARKSON_DATA", "")
foreign = pytest.mark.skipif(not FOREIGN, reason="needs the data sets of scripts/foreign at CLARKSON_FOREIGN")
real = pytest.mark.data
MIMIC = "mimic-iii-demo-1.4"
KNOWN = {code: entry.key for entry in analytes().values() for code in entry.loinc}


def one(query: str) -> int:
    return int(duckdb.connect().execute(query).fetchall()[0][0])


@foreign
@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("clif", 100),
        ("meds/made", 100),
        ("meds/simple_static_sharded_by_split", 6),
        ("meds/simple_static_sharded_by_split_with_tasks", 6),
        ("carebundle", 20),
        ("carebundle-bulk", 50),
        ("synthea", 4),
        ("clinosim/fhir_r4", 8),
    ],
)
def test_nothing_is_lost(name: str, people: int) -> None:
    found = open_dataset(Path(FOREIGN) / name)
    account = found.account()
    assert (account.people, account.lost) == (people, 0)
    # A record leaves out what the columns repeat, and lists it.
    repeated = sum(n for reason, n in account.skipped.items() if reason.startswith(("repeats", "replaced by")))
    columns = sum(batch.num_rows for batch in found.results())
    assert 0 <= columns - sum(account.results.values()) <= repeated


@foreign
def test_clif_counts_are_those_of_its_tables() -> None:
    folder = Path(FOREIGN) / "clif"
    account = open_dataset(folder).account()
    for table, key, category, expected in (
        ("labs", "lab_category", "hemoglobin", "hemoglobin"),
        ("labs", "lab_category", "albumin", "albumin"),
        ("vitals", "vital_category", "sbp", "systolic_pressure"),
    ):
        there = one(f"SELECT count(*) FROM '{folder}/clif_{table}.parquet' WHERE {key} = '{category}'")
        refused = sum(
            count
            for reason, count in account.skipped.items()
            if reason.startswith((analytes()[expected].label, "repeats", "it has no number"))
        )
        assert there - refused <= account.results[expected] <= there
    assert account.doses["albumin"] == one(
        f"SELECT count(*) FROM '{folder}/clif_medication_admin_continuous.parquet'"
        " WHERE med_category = 'albumin_infusion' AND mar_action_category <> 'stop'"
    )


@foreign
def test_every_kind_of_defect_is_survived_and_duplicates_are_read_once() -> None:
    people = open_dataset(Path(FOREIGN) / "defects")
    account = people.account()
    assert account.lost == 0
    listed = json.loads((Path(FOREIGN) / "defects.txt").read_text())
    kinds = Counter(kind for defects in listed.values() for kind, *_ in defects)
    assert len(kinds) >= 4
    assert sum(account.results.values()) > 50
    for record in people:
        seen = [(each.analyte, each.time, each.value, each.method) for each in record.results]
        assert len(seen) == len(set(seen))


@real
@pytest.mark.skipif(not DATA, reason="needs real data at CLARKSON_DATA")
def test_synthea27nj_as_omop(tmp_path: Path) -> None:
    with zipfile.ZipFile(Path(DATA) / "synthea27nj-omop54" / "Synthea27Nj_5.4.zip") as archive:
        archive.extractall(tmp_path, [name for name in archive.namelist() if "/" not in name])
    people = open_dataset(tmp_path)
    account = people.account()
    assert (account.people, account.pieces["measurement"], account.lost) == (28, 10040, 0)
    # The counts of SOURCE.md by concept; a repeat within a draw is listed.
    assert account.results["hematocrit"] == account.results["hemoglobin"] == 108
    assert account.results["systolic_pressure"] == 726
    assert account.results["albumin"] == 52
    # The same tables in one DuckDB file.
    file = tmp_path / "synthea.duckdb"
    connection = duckdb.connect(str(file))
    for name in ("PERSON", "MEASUREMENT", "DRUG_EXPOSURE", "CONDITION_OCCURRENCE", "PROCEDURE_OCCURRENCE", "CONCEPT"):
        connection.execute(f"CREATE TABLE {name.lower()} AS SELECT * FROM read_csv('{tmp_path}/{name}.csv')")
    connection.close()
    again = open_dataset(file).account()
    assert (again.results, again.doses, again.events, again.lost) == (account.results, account.doses, account.events, 0)


@real
@pytest.mark.skipif(not DATA, reason="needs real data at CLARKSON_DATA")
def test_fhir_examples_are_all_accounted_for(tmp_path: Path) -> None:
    for name in ("hl7.fhir.r4.examples-4.0.1-clinical.tar.gz", "us-core-examples.tar.gz"):
        place = tmp_path / name.split("-")[0]
        with tarfile.open(Path(DATA) / "fhir-r4-examples" / name) as archive:
            archive.extractall(place, filter="data")
        people = open_dataset(place)
        account = people.account()
        assert account.lost == 0
        assert account.results["hematocrit"] >= 1


@real
@pytest.mark.skipif(not DATA, reason="needs real data at CLARKSON_DATA")
def test_mimic_is_the_same_as_tables_as_omop_and_as_fhir(tmp_path: Path) -> None:
    folder = Path(DATA) / MIMIC
    tables = open_dataset(folder)
    account = tables.account()
    assert account.lost == 0
    assert account.pieces["labevents"] == 76074
    query = (
        "SELECT e.row_id, e.subject_id, d.loinc_code, d.category, e.charttime::TIMESTAMP, e.valuenum, e.value,"
        " e.valueuom"
        f" FROM '{folder}/labevents.parquet' e JOIN '{folder}/d_labitems.parquet' d USING (itemid)"
        " WHERE e.valuenum IS NOT NULL"
    )
    rows = [row for row in duckdb.connect().execute(query).fetchall() if row[2] in KNOWN]
    people = duckdb.connect().execute(f"SELECT subject_id, gender FROM '{folder}/patients.parquet'").fetchall()
    as_tables = Counter(
        (record.subject, each.analyte, each.value, each.time.replace(tzinfo=None))
        for record in tables
        for each in record.results
        if each.source.file == "labevents" and each.comparator == ""
    )
    concepts = {code: 2_000_000_000 + place for place, code in enumerate(KNOWN)}
    omop = tmp_path / "omop"
    write(omop, "person", {"person_id": [row[0] for row in people],
                           "gender_concept_id": [8532 if row[1] == "F" else 8507 for row in people]})  # fmt: skip
    write(
        omop,
        "concept",
        {
            "concept_id": list(concepts.values()),
            "concept_name": list(concepts),
            "vocabulary_id": ["LOINC"] * len(concepts),
            "concept_code": list(concepts),
        },
    )
    write(
        omop,
        "measurement",
        {
            "measurement_id": [row[0] for row in rows],
            "person_id": [row[1] for row in rows],
            "measurement_concept_id": [concepts[row[2]] for row in rows],
            "measurement_date": [row[4].date() for row in rows],
            "measurement_datetime": [row[4] for row in rows],
            "value_as_number": [row[5] for row in rows],
            "unit_source_value": [row[7] for row in rows],
        },
    )
    fhir = tmp_path / "fhir"
    fhir.mkdir()
    observations = (
        {
            "resourceType": "Observation",
            "id": str(row[0]),
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": row[2]}]},
            "subject": {"reference": f"Patient/{row[1]}"},
            "effectiveDateTime": f"{row[4]:%Y-%m-%dT%H:%M:%S}Z",
            "valueQuantity": {"value": row[5], "unit": row[7]} if row[7] else {"value": row[5]},
        }
        for row in rows
    )
    (fhir / "Observation.ndjson").write_bytes(lines_of(observations))
    for place in (omop, fhir):
        other = open_dataset(place)
        found = Counter(
            (record.subject, each.analyte, each.value, each.time.replace(tzinfo=None))
            for record in other
            for each in record.results
        )
        # Tables know that a blood gas was one; otherwise the same test twice at one time is read once.
        missing, extra = as_tables - found, found - as_tables
        assert sum(extra.values()) == 0
        assert sum(missing.values()) <= 10
        assert other.account().lost == 0
    assert set(charted()).isdisjoint(given())
