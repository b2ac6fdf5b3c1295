"""Data sets that are damaged or say what cannot be: found by the fuzzers, and since then never lost or mixed."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

import clarkson as ck
from clarkson.errors import RecordError
from clarkson.examples import example
from clarkson.record.open_dataset import open_dataset
from clarkson.record.parquet_writing import write_meds, write_parquet
from tests.datasets.sets import TESTS, clif, meds, mimic_iv, omop_folder, omop_tables, synthea, write

NOON = datetime(2021, 3, 4, 12)


def test_rows_of_meds_without_a_code_or_a_person_are_listed(tmp_path: Path) -> None:
    place = meds(tmp_path / "meds")
    events = {
        "subject_id": [1, None, None],
        "time": [NOON, NOON, None],
        "code": [None, "LOINC//4544-3//%", None],
        "numeric_value": [3.9, 41.0, 1.0],
    }
    parquet.write_table(pa.table(events), place / "data" / "train" / "1.parquet")
    people = open_dataset(place)
    account = people.account()
    assert (account.people, sum(account.results.values()), account.lost) == (3, 24, 0)
    assert account.skipped["Clarkson does not use what has no name"] == 1
    assert account.skipped["it does not say whose it is"] == 2
    assert people.results().read_all().num_rows == 24


def test_a_stay_of_two_people_is_nobodys(tmp_path: Path) -> None:
    place = clif(tmp_path / "clif")
    write(place, "clif_hospitalization", {"hospitalization_id": ["h1", "h2", "h2"], "patient_id": ["1", "2", "10"]})
    people = open_dataset(place)
    assert [record.subject for record in people if record.results] == ["1"]
    account = people.account()
    assert account.lost == 0
    assert account.skipped["it does not say whose it is"] == 20


def test_what_clarkson_does_not_write_in_its_tables_is_listed(tmp_path: Path) -> None:
    place = tmp_path / "tables"
    place.mkdir()
    record = ck.read_bytes(example("smith2016-1"), "smith2016-1.json")
    write_parquet([record], place)
    results = parquet.read_table(place / "results.parquet")
    odd = results.set_column(results.column_names.index("status"), "status", pa.array(["odd"] * results.num_rows))
    parquet.write_table(odd, place / "results.parquet")
    odd_event = {
        **{"subject": [record.subject], "kind": ["wedding"], "text": ["it rained"], "time": [NOON]},
        **{"file": [None], "place": [None], "exact_time": [True]},
    }
    parquet.write_table(pa.table(odd_event), place / "events.parquet")
    account = open_dataset(place).account()
    assert (sum(account.results.values()), account.lost) == (0, 0)
    assert account.skipped["the status odd is not known"] == results.num_rows
    assert sum("'wedding' is no kind of event" in reason for reason in account.skipped) == 1


@pytest.mark.parametrize("damage", ["cut", "garbled", "an encoding that there is not"])
def test_a_damaged_export_of_a_telephone_is_said(damage: str, tmp_path: Path) -> None:
    place = tmp_path / "export.zip"
    head = '<?xml version="1.0" encoding="UTF-6"?>' if damage.startswith("an") else ""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("apple_health_export/export.xml", head + "<HealthData>" + "<Record/>" * 5000 + "</HealthData>")
    data = bytearray(place.read_bytes())
    if damage == "cut":
        del data[60:120]
    elif damage == "garbled":
        data[70:90] = bytes(20)
    place.write_bytes(data)
    with pytest.raises(RecordError, match=r"export\.zip"):
        ck.read(place, format="apple-health")


def test_rows_of_clif_without_a_name_are_listed_where_they_stand(tmp_path: Path) -> None:
    place = clif(tmp_path / "clif")
    doses: dict[str, list[object]] = {
        "hospitalization_id": ["h1", "h1"],
        "admin_dttm": [NOON, None],
        "med_category": [None, "furosemide"],
        "med_dose": [40.0, 40.0],
        "med_dose_unit": ["mg", "mg"],
    }
    write(place, "clif_medication_admin_intermittent", doses)
    write(place, "clif_hospital_diagnosis", {"hospitalization_id": ["h1"], "diagnosis_code": [None]})
    people = open_dataset(place)
    account = people.account()
    assert (sum(account.results.values()), sum(account.doses.values()), account.lost) == (24, 0, 0)
    listed = {each.reason: str(each.source) for each in people.record("1").skipped}
    assert listed["it does not name what was given"] == (
        "medication_admin_intermittent, stay h1 at 2021-03-04 12:00:00 UTC"
    )
    assert listed["it has no time"] == "medication_admin_intermittent, stay h1 furosemide"
    assert listed["it does not say what happened"] == "hospital_diagnosis, stay h1"


def test_numbers_where_clif_has_words_are_no_words_of_its(tmp_path: Path) -> None:
    place = clif(tmp_path / "clif")
    vitals: dict[str, list[object]] = {
        "hospitalization_id": ["h1"],
        "recorded_dttm": [NOON],
        "vital_category": [7],
        "vital_value": [92.0],
    }
    write(place, "clif_vitals", vitals)
    doses: dict[str, list[object]] = {
        "hospitalization_id": ["h1", "h1"],
        "admin_dttm": [NOON, NOON],
        "med_category": ["norepinephrine", "norepinephrine"],
        "med_dose": [5.0, 6.0],
        "med_dose_unit": [7, 7],
        "mar_action_category": [7, 7],
    }
    write(place, "clif_medication_admin_continuous", doses)
    account = open_dataset(place).account()
    assert (sum(account.results.values()), sum(account.doses.values()), account.lost) == (24, 2, 0)
    assert account.skipped["Clarkson does not use 7"] == 1


def test_rows_of_omop_without_a_number_stand_somewhere(tmp_path: Path) -> None:
    tables = omop_tables()
    tables["measurement"]["measurement_id"][0] = None
    for name, columns in tables.items():
        write(tmp_path, name, columns)
    people = open_dataset(tmp_path)
    assert (sum(people.account().results.values()), people.account().lost) == (24, 0)
    places = [str(each.source) for each in people.record("1").results]
    assert places.count("measurement, no measurement_id") == 1


def test_a_vocabulary_of_numbers_names_nothing(tmp_path: Path) -> None:
    place = omop_folder(tmp_path)
    concept: dict[str, list[object]] = {
        "concept_id": [TESTS["albumin"][1]],
        "concept_name": [1],
        "vocabulary_id": [2],
        "concept_code": [3],
    }
    write(place, "concept", concept)
    account = open_dataset(place).account()
    assert (sum(account.results.values()), account.lost) == (24, 0)


@pytest.mark.parametrize(
    ("description", "parents", "albumins"),
    [(["red"], ["LOINC/1751-7", None], 1), ("red", "LOINC/1751-7", 0), (5, 5, 0), ("red", [5], 0)],
)
def test_meanings_of_meds_that_are_none_are_left_out(
    description: object, parents: object, albumins: int, tmp_path: Path
) -> None:
    place = meds(tmp_path / "meds")
    events = {"subject_id": [1], "time": [NOON], "code": ["local 7//g/L"], "numeric_value": [41.0]}
    parquet.write_table(pa.table(events), place / "data" / "train" / "1.parquet")
    (place / "metadata").mkdir()
    codes = {"code": ["local 7//g/L"], "description": [description], "parent_codes": [parents]}
    parquet.write_table(pa.table(codes), place / "metadata" / "codes.parquet")
    account = open_dataset(place).account()
    assert (account.results["albumin"], account.lost) == (6 + albumins, 0)


def test_a_condition_of_synthea_without_a_code_stands_somewhere(tmp_path: Path) -> None:
    place = synthea(tmp_path / "synthea")
    (place / "conditions.csv").write_text("START,PATIENT,CODE,DESCRIPTION\n2021-03-04,1,,gout\n,1,,\n")
    people = open_dataset(place)
    account = people.account()
    assert (account.events["diagnosis"], account.lost) == (1, 0)
    assert account.skipped["it does not say what happened"] == 1
    (event,) = people.record("1").events
    assert (str(event.source), event.exact_time) == ("conditions, at 2021-03-04", False)


def test_rows_of_mimic_without_a_number_stand_somewhere(tmp_path: Path) -> None:
    place = mimic_iv(tmp_path / "mimic")
    labs = csv.read_csv(place / "hosp" / "labevents.csv.gz")
    numbers = [None if number == 2 else number for number in labs["labevent_id"].to_pylist()]
    (place / "hosp" / "labevents.csv.gz").unlink()
    parquet.write_table(labs.set_column(0, "labevent_id", pa.array(numbers)), place / "hosp" / "labevents.parquet")
    # The items of a laboratory are known by text where those of its results are numbers.
    named = {"itemid": ["x", str(TESTS["albumin"][2])], "loinc_code": ["4544-3", "1751-7"], "category": ["", ""]}
    write(place / "hosp", "d_labitems", {**named, "label": ["none", "Albumin"]})
    people = open_dataset(place)
    assert (people.account().results, people.account().lost) == ({"albumin": 6}, 0)
    assert str(people.record("1").results[0].source) == "labevents, no labevent_id"


@pytest.mark.parametrize("other", ["Albumin 5%", "Levophed"])
def test_an_entry_of_mimics_dictionaries_that_stands_twice_doubles_nothing(other: str, tmp_path: Path) -> None:
    hosp = mimic_iv(tmp_path / "mimic") / "hosp"
    albumin = str(TESTS["albumin"][2])
    again = {"Albumin 5%": ("1751-7", "gout"), "Levophed": ("4544-3", "sepsis")}[other]
    named = {"itemid": [albumin] * 2, "loinc_code": ["1751-7", again[0]], "label": ["Albumin"] * 2}
    write(hosp, "d_labitems", {**named, "category": ["Chemistry"] * 2})
    write(hosp, "d_items", {"itemid": [220862] * 2, "label": ["Albumin 5%", other]})
    titles: dict[str, list[object]] = {
        "icd_code": ["274"] * 2,
        "icd_version": [9] * 2,
        "long_title": ["gout", again[1]],
    }
    write(hosp, "d_icd_diagnoses", titles)
    write(hosp, "diagnoses_icd", {"subject_id": [1], "icd_code": ["274"], "icd_version": [9]})
    given: dict[str, list[object]] = {
        **{"subject_id": [1], "itemid": [220862], "starttime": [NOON], "endtime": [NOON], "amount": [100.0]},
        **{"amountuom": ["ml"], "statusdescription": ["FinishedRunning"]},
    }
    write(hosp, "inputevents", given)
    people = open_dataset(tmp_path / "mimic")
    account, record = people.account(), people.record("1")
    same = other == "Albumin 5%"
    assert (account.results, account.doses, account.lost) == ({"albumin": 6} if same else {}, {"albumin": 1}, 0)
    assert [each.what for each in record.doses] == ["Albumin 5%" if same else "item 220862"]
    assert [each.text for each in record.events] == ["gout" if same else "ICD-9 274"]


@pytest.mark.parametrize("damage", ["a person is missing", "no numbers", "twice", "two of one number"])
def test_people_of_our_meds_that_are_damaged_lose_no_row(damage: str, tmp_path: Path) -> None:
    records = [ck.read_bytes(example(name), f"{name}.json") for name in ("smith2016-1", "desikan2020-1")]
    write_meds(records, tmp_path, NOON)
    before = open_dataset(tmp_path).account()
    file = tmp_path / "metadata" / "subjects.parquet"
    people = parquet.read_table(file)
    numbers = {"no numbers": ["x", "y"], "two of one number": [people["subject_id"][0].as_py()] * 2}
    if damage == "a person is missing":
        people = people.slice(1)
    elif damage == "twice":
        people = pa.concat_tables([people, people.slice(0, 1)])
    else:
        people = people.set_column(0, "subject_id", pa.array(numbers[damage]))
    parquet.write_table(people, file)
    account = open_dataset(tmp_path).account()
    assert (sum(account.pieces.values()), account.lost) == (sum(before.pieces.values()), 0)
    if damage == "twice":
        assert (account.results, account.doses, account.events) == (before.results, before.doses, before.events)
        assert account.skipped["this person stands in the table more than once"] == 1
    else:
        assert account.skipped["it does not say whose it is"] > 0
        assert account.results.get("hematocrit", 0) < before.results["hematocrit"]


def test_what_clarkson_does_not_write_in_its_meds_is_listed(tmp_path: Path) -> None:
    record = ck.read_bytes(example("smith2016-1"), "smith2016-1.json")
    write_meds([record], tmp_path, NOON)
    for name, odd in (
        ("data/0", {"clarkson_status": "odd"}),
        ("metadata/subjects", {"sex": "odd", "height_cm": "tall"}),
    ):
        file = tmp_path / f"{name}.parquet"
        table = parquet.read_table(file)
        for column, word in odd.items():
            place = table.column_names.index(column)
            table = table.set_column(place, column, pa.array([word] * table.num_rows))
        parquet.write_table(table, file)
    people = open_dataset(tmp_path)
    account = people.account()
    assert (sum(account.results.values()), account.lost) == (0, 0)
    assert account.skipped["the status odd is not known"] == len(record.results)
    assert [(each.sex, each.height_cm) for each in people] == [(None, None)]


def split(file: Path, column: str, second: Any) -> Path:
    """A table as a folder of two files: ``second`` makes what the column is in the second half of its rows."""
    table = parquet.read_table(file)
    half = table.num_rows // 2
    rest = table.slice(half)
    place = table.column_names.index(column)
    folder = file.with_suffix("")
    file.unlink()
    folder.mkdir()
    parquet.write_table(table.slice(0, half), folder / "0.parquet")
    parquet.write_table(rest.set_column(place, column, second(rest[column])), folder / "1.parquet")
    return folder


def words(cells: pa.ChunkedArray) -> pa.Array:
    return pa.array([str(each) for each in cells.to_pylist()])


@pytest.mark.parametrize(
    ("table", "column", "second"),
    [
        ("measurement", "value_as_number", lambda cells: cells.cast(pa.float32())),
        ("measurement", "value_as_number", words),
        ("measurement", "person_id", lambda cells: cells.cast(pa.float64())),
        ("measurement", "person_id", words),
        ("measurement", "measurement_id", words),
        ("measurement", "measurement_date", lambda cells: cells.cast(pa.timestamp("us"))),
        ("measurement", "measurement_datetime", lambda cells: cells.cast(pa.timestamp("us", "UTC"))),
        ("measurement", "measurement_datetime", words),
        ("measurement", "unit_source_value", lambda cells: cells),
        ("person", "gender_concept_id", words),
    ],
)
def test_parts_of_a_table_that_differ_in_type_are_read_as_printed(
    table: str, column: str, second: Any, tmp_path: Path
) -> None:
    whole = open_dataset(omop_folder(tmp_path / "whole"))
    place = omop_folder(tmp_path / "parts")
    split(place / f"{table}.parquet", column, second)
    parts = open_dataset(place)
    facts = [
        [(each.subject, each.sex, [(one.analyte, one.value, one.time, one.exact_time) for one in each.results])
         for each in people]
        for people in (whole, parts)
    ]  # fmt: skip
    assert facts[0] == facts[1]
    assert parts.account().lost == 0


def test_parts_of_clif_and_mimic_that_differ_in_type_are_read_as_printed(tmp_path: Path) -> None:
    split(
        clif(tmp_path / "clif") / "clif_labs.parquet", "lab_collect_dttm", lambda cells: cells.cast(pa.timestamp("us"))
    )
    hosp = mimic_iv(tmp_path / "mimic") / "hosp"
    for name in ("labevents", "patients"):
        file = next(hosp.glob(f"{name}.csv*"))
        parquet.write_table(csv.read_csv(file), hosp / f"{name}.parquet")
        file.unlink()
    split(hosp / "labevents.parquet", "valuenum", words)
    split(hosp / "patients.parquet", "subject_id", lambda cells: cells.cast(pa.float64()))
    for place in ("clif", "mimic"):
        people = open_dataset(tmp_path / place)
        account = people.account()
        assert (people.people, sum(account.results.values()), account.lost) == (("1", "2", "10"), 24, 0)


@pytest.mark.parametrize(
    ("second", "told"),
    [
        ([date(2021, 3, 4)], r"times \(DATE\)"),
        ([True], r"yes or no \(BOOLEAN\)"),
        ([[1.0]], r"values of the type DOUBLE\[\]"),
    ],
)
def test_shards_of_meds_that_differ_in_kind_are_refused_in_a_sentence(
    second: list[object], told: str, tmp_path: Path
) -> None:
    place = meds(tmp_path / "meds")
    shard: dict[str, Any] = {"subject_id": [1], "time": [NOON], "code": ["LOINC//4544-3//%"], "numeric_value": second}
    write(place / "data" / "held_out", "1", {**shard, "note": ["unread"]})
    write(place / "data" / "held_out", "2", {**shard, "numeric_value": ["41.5"], "note": [7]})
    people = open_dataset(place)
    sentence = (
        rf"'meds' cannot be read: the column numeric_value of the table event holds {told} in 'held_out/1.parquet'"
        r" and numbers \(FLOAT\) in 'train/0.parquet'; write it as one kind in all files of the table"
    )
    for read in (people.account, people.results().read_all, lambda: people.record("1")):
        with pytest.raises(RecordError, match=sentence):
            read()


def test_what_differs_in_a_column_that_is_not_read_or_has_no_cells_is_no_matter(tmp_path: Path) -> None:
    place = meds(tmp_path / "meds")
    shard: dict[str, Any] = {"subject_id": [1], "time": [NOON], "code": ["LOINC//4544-3//%"]}
    write(place / "data" / "held_out", "1", {**shard, "numeric_value": ["41.5"], "note": [7], "end": [None]})
    empty = pa.array([None], pa.date32())
    write(place / "data" / "held_out", "2", {**shard, "numeric_value": empty, "note": [[7]], "end": [NOON]})
    account = open_dataset(place).account()
    assert (account.results["hematocrit"], account.lost) == (7, 0)
    assert account.skipped["it has no number"] == 1
