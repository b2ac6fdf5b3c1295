"""Every kind of data set gives the same people, and loses nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

import clarkson as ck
from clarkson.errors import RecordError, SettingError, UnknownFormatError
from clarkson.record.dataset import Dataset
from clarkson.record.open_dataset import open_dataset
from tests.cli.command import run
from tests.datasets.sets import (
    PEOPLE,
    SETS,
    START,
    fhir_bulk,
    lines_of,
    of,
    omop_folder,
    omop_tables,
    resources,
    truth,
    write,
)

MAKERS = pytest.mark.parametrize("make", SETS.values(), ids=SETS.keys())
Maker = Callable[[Path], Path]


@MAKERS
def test_every_format_gives_the_same_results(make: Maker, tmp_path: Path) -> None:
    people = open_dataset(make(tmp_path / "set"))
    assert people.people == ("1", "2", "10")
    found = [
        (record.subject, each.analyte, round(each.value, 2), each.time) for record in people for each in record.results
    ]
    assert sorted(found) == sorted((who, name, round(value, 2), time) for who, name, value, time in truth())
    assert {each.subject: each.sex for each in people} == {person: sex for person, (sex, _) in PEOPLE.items()}
    assert all(each.age_years == pytest.approx(2021 - PEOPLE[each.subject][1], abs=0.3) for each in people)


@MAKERS
def test_what_goes_in_comes_out_or_is_listed(make: Maker, tmp_path: Path) -> None:
    account = open_dataset(make(tmp_path / "set")).account()
    assert (account.people, sum(account.results.values()), account.lost) == (3, 24, 0)
    assert account.listed == 6
    assert sum(account.pieces.values()) == account.used + account.listed
    names = ("2345-7", "glucose", "3004501", "50931")
    assert all(any(name in reason for name in names) for reason, count in account.skipped.items() if count)


@MAKERS
def test_columns_hold_what_records_hold(make: Maker, tmp_path: Path) -> None:
    people = open_dataset(make(tmp_path / "set"))
    table = people.results().read_all()
    names = ("subject", "analyte", "value", "time", "file", "place")
    assert sorted(tuple(row[name] for name in names) for row in table.to_pylist()) == sorted(
        (record.subject, each.analyte, each.value, each.time, each.source.file, each.source.place)
        for record in people
        for each in record.results
    )
    assert table.schema.field("time").type == pa.timestamp("us", "UTC")


@MAKERS
def test_read_takes_one_person(make: Maker, tmp_path: Path) -> None:
    place = make(tmp_path / "set")
    assert len(ck.read(place, patient="2").results) == 8
    with pytest.raises(RecordError, match=r"holds 3 people .*--patient"):
        ck.read(place)
    with pytest.raises(RecordError, match="has nothing of '3'"):
        ck.read(place, patient="3")
    with pytest.raises(RecordError, match="has nothing of '3'"):
        open_dataset(place).record("3")


def test_the_command_counts_and_assesses(tmp_path: Path) -> None:
    place = fhir_bulk(tmp_path / "bulk")
    said = run("check", place)
    assert said.returncode == 0, said.stderr
    for part in (b"bulk: 3 people, 33 pieces", b"27 used", b"0 lost"):
        assert part in said.stdout
    document = json.loads(run("check", place, "--json").stdout)
    assert document["results"]["albumin"] == 6
    assert b"albumin" in run("assess", place, "--patient", "10", "--all").stdout.lower()


def test_what_is_no_data_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError, match="no data set that Clarkson knows"):
        open_dataset(tmp_path)
    with pytest.raises(SettingError, match="no format of a data set"):
        open_dataset(tmp_path, format="excel")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="no time zone"):
        open_dataset(omop_folder(tmp_path / "set"), timezone="Mars/Olympus")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnknownFormatError, match="is a folder and no data set"):
        ck.read(tmp_path / "empty")


# Warehouses


def omop(place: Path, **changed: list[Any]) -> Path:
    """An OMOP folder whose measurements have these columns, and the usual ones beside them."""
    tables = omop_tables()
    count = len(next(iter(changed.values())))
    usual = {name: values[:count] for name, values in tables["measurement"].items()}
    write(place, "person", tables["person"])
    write(place, "measurement", {**usual, **changed})
    return place


def test_comparators_sentinels_and_silence_in_omop(tmp_path: Path) -> None:
    place = omop(
        tmp_path / "set",
        measurement_concept_id=[3024561] * 7,
        value_as_number=[3.9, 1.0, -1.0, 9999.0, None, None, float("nan")],
        operator_concept_id=[0, 4171756, 0, 0, 0, 0, 0],
        value_as_concept_id=[0, 0, 0, 0, 45878583, 0, 0],
        unit_source_value=["g/dL"] * 7,
        value_source_value=["3.9", "<1", "-1", "9999", "trace", "<1.5", "nan"],
        person_id=[1] * 7,
    )
    record = open_dataset(place).record("1")
    assert [(each.comparator, each.value) for each in record.results] == [("", 39.0), ("<", 10.0), ("<", 15.0)]
    reasons = " ".join(each.reason for each in record.skipped)
    for part in ("cannot be negative", "many files write 9999", "is a concept and no number", "is no number"):
        assert part in reasons
    assert open_dataset(place).account().lost == 0


def test_a_unit_is_its_concept_first(tmp_path: Path) -> None:
    place = omop(
        tmp_path / "set",
        measurement_concept_id=[3024561] * 3,
        value_as_number=[3.9, 38.0, 0.6],
        unit_concept_id=[8713, 8636, 0],
        unit_source_value=["mg/dL", "", "mmol/l"],
        person_id=[1] * 3,
    )
    record = open_dataset(place).record("1")
    assert [round(each.value, 1) for each in record.results] == [39.0, 38.0, 39.9]


def test_a_test_without_a_concept_is_known_by_its_source_code(tmp_path: Path) -> None:
    place = omop(
        tmp_path / "set", measurement_concept_id=[0, 0], measurement_source_value=["1751-7", "ALB"], person_id=[1, 1],
        value_as_number=[3.9, 3.9], unit_source_value=["g/dL", "g/dL"],
    )  # fmt: skip
    record = open_dataset(place).record("1")
    assert [each.analyte for each in record.results] == ["albumin"]
    assert [(each.reason, each.count) for each in record.skipped] == [("Clarkson does not use ALB", 1)]


def test_the_data_sets_own_concepts_are_looked_up(tmp_path: Path) -> None:
    place = omop(
        tmp_path / "set",
        measurement_concept_id=[2_000_000_001, 2_000_000_002],
        person_id=[1, 1],
        value_as_number=[39.0, 42.0],
        unit_concept_id=[2_000_000_003] * 2,
        unit_source_value=["", ""],
    )
    concepts: dict[str, list[Any]] = {
        "concept_id": [2_000_000_001, 2_000_000_002, 2_000_000_003],
        "concept_name": ["Albumin here", "Something else", "gram per liter"],
        "vocabulary_id": ["LOINC", "LOINC", "UCUM"],
        "concept_code": ["1751-7", "99999-9", "g/L"],
    }
    write(place, "concept", concepts)
    record = open_dataset(place).record("1")
    assert [(each.analyte, each.value) for each in record.results] == [("albumin", 39.0)]
    assert record.skipped[0].reason == "Clarkson does not use Something else"


@pytest.mark.parametrize("vocabulary", ["UCUM", "LOINC"])
def test_another_process_reads_batches_of_measurements_as_the_data_set_does(tmp_path: Path, vocabulary: str) -> None:
    place = omop(
        tmp_path / "set",
        measurement_concept_id=[3024561] * 2,
        person_id=[1, 1],
        value_as_number=[39.0, 4.1],
        unit_concept_id=[2_000_000_003, 0],
        unit_source_value=["", "g/dL"],
    )
    concept: dict[str, list[Any]] = {"concept_id": [2_000_000_003], "concept_name": ["gram per liter"]}
    write(place, "concept", {**concept, "vocabulary_id": [vocabulary], "concept_code": ["g/L"]})
    dataset = open_dataset(place)
    assert isinstance(dataset, Dataset)
    measurements = dataset.measurements(("albumin",))
    rows = parquet.read_table(place / "measurement.parquet")
    read = pa.Table.from_batches(measurements.values(iter(rows.to_batches())))
    assert sorted(read["value"].to_pylist()) == pytest.approx([39.0, 41.0] if vocabulary == "UCUM" else [41.0])
    assert sorted(read["value"].to_pylist()) == sorted(each.value for each in dataset.record("1").results)


def test_a_named_zone_moves_the_clock_and_refuses_hours_that_are_none(tmp_path: Path) -> None:
    sound = [datetime(2024, 1, 10, 8), datetime(2024, 7, 10, 8)]
    times = [*sound, datetime(2024, 3, 31, 2, 30), datetime(2024, 10, 27, 2, 30)]
    place = omop(
        tmp_path / "set", measurement_concept_id=[3024561] * 4, measurement_datetime=times, person_id=[1] * 4,
        value_as_number=[3.9, 3.8, 3.7, 3.6], unit_source_value=["g/dL"] * 4,
    )  # fmt: skip
    here = open_dataset(place, timezone="Europe/Zurich").record("1")
    assert [f"{each.time:%m-%d %H:%M}" for each in here.results] == ["01-10 07:00", "07-10 06:00"]
    reasons = [each.reason for each in here.skipped]
    assert "never happened in Europe/Zurich" in reasons[0]
    assert "happened twice in Europe/Zurich" in reasons[1]
    assert len(open_dataset(place).record("1").results) == 4
    assert open_dataset(place, timezone="Europe/Zurich").account().lost == 0


def test_years_that_were_shifted_are_read_and_absurd_ones_are_not(tmp_path: Path) -> None:
    times = [datetime(2187, 5, 1, 8), datetime(1492, 5, 1, 8), datetime(2500, 5, 1, 8)]
    place = omop(
        tmp_path / "set", measurement_concept_id=[3024561] * 3, measurement_datetime=times, person_id=[1] * 3,
        value_as_number=[3.9, 3.8, 3.7], unit_source_value=["g/dL"] * 3,
    )  # fmt: skip
    record = open_dataset(place).record("1")
    assert [each.time.year for each in record.results] == [2187]
    assert {each.reason for each in record.skipped} == {"its year is outside 1900 to 2300"}


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    place = omop_folder(tmp_path / "set")
    write(place, "measurement", {"measurement_id": [1], "person_id": [1]})
    with pytest.raises(RecordError, match="measurement of 'set' lacks measurement_concept_id"):
        open_dataset(place)


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    place = omop_folder(tmp_path / "set")
    (place / "measurement.parquet").write_bytes(b"PAR1 this is none")
    with pytest.raises(RecordError, match="measurement"):
        open_dataset(place)


def test_doses_and_events_come_along(tmp_path: Path) -> None:
    place = omop_folder(tmp_path / "set")
    day = [START.replace(tzinfo=None)] * 3
    write(
        place,
        "drug_exposure",
        {
            "drug_exposure_id": [1, 2, 3],
            "person_id": [1, 1, 99],
            "drug_concept_id": [0, 0, 0],
            "drug_exposure_start_date": [each.date() for each in day],
            "drug_exposure_start_datetime": day,
            "drug_source_value": ["Albumin 20 %", "paracetamol", "Ringer lactate"],
            "quantity": [100.0, None, 500.0],
            "dose_unit_source_value": ["mL", None, "mL"],
        },
    )
    write(
        place,
        "condition_occurrence",
        {
            "condition_occurrence_id": [1],
            "person_id": [1],
            "condition_concept_id": [0],
            "condition_start_date": [day[0].date()],
            "condition_source_value": ["polycythemia vera"],
        },
    )
    people = open_dataset(place)
    record = people.record("1")
    assert [(each.kind, each.what, each.volume_ml) for each in record.doses] == [
        ("albumin", "Albumin 20 %", 100.0),
        ("other", "paracetamol", None),
    ]
    assert record.diagnoses == ("polycythemia vera",)
    assert not any(each.exact_time for each in record.events), "only their day is known"
    # A person without a row of their own is no less a person.
    assert people.people == ("1", "2", "10", "99")
    assert [each.kind for each in people.record("99").doses] == ["crystalloid"]
    assert people.account().lost == 0


# FHIR Bulk Data


def bulk(place: Path, found: list[Any], extra: bytes = b"") -> Path:
    place.mkdir(exist_ok=True)
    (place / "all.ndjson").write_bytes(lines_of(found) + extra)
    return place


def test_lines_that_are_none_are_counted(tmp_path: Path) -> None:
    place = bulk(tmp_path / "bulk", resources(), b'{"resourceType": "Observation", \n\n[1, 2]\n"text"\nnot json\n')
    account = open_dataset(place).account()
    assert (sum(account.results.values()), account.lost) == (24, 0)
    assert account.skipped["it is no JSON object"] == 4


def test_amended_and_repeated_resources_are_one(tmp_path: Path) -> None:
    found = resources()
    late = {**found[3], "status": "amended", "valueQuantity": {**found[3]["valueQuantity"], "value": 51.5}}
    withdrawn = {**found[4], "status": "entered-in-error", "meta": {"lastUpdated": "2030-01-01T00:00:00Z"}}
    people = open_dataset(bulk(tmp_path / "bulk", [*found, late, withdrawn, found[5]]))
    values = Counter(each.analyte for each in people.record("1").results)
    assert values == {"hematocrit": 2, "albumin": 1, "creatinine": 2, "sodium": 2}
    assert max(each.value for each in people.record("1").results if each.analyte == "hematocrit") == 0.515
    table = people.results().read_all()
    assert table.num_rows == 23
    account = people.account()
    assert (sum(account.pieces.values()), account.lost) == (36, 0)


def test_a_panel_gives_its_components_and_odd_ones_are_read_one_by_one(tmp_path: Path) -> None:
    def component(code: str, value: float, **more: object) -> dict[str, object]:
        return {
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg", **more},
        }

    panel = {
        **{key: value for key, value in resources()[3].items() if key != "valueQuantity"},
        "id": "panel",
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
        "component": [component("8480-6", 97), component("8462-4", 55)],
    }
    odd = {**panel, "id": "odd", "component": [component("8480-6", 60, comparator="<"), component("8462-4", 40)]}
    coded = {**resources()[3], "id": "coded", "valueQuantity": {"value": "41", "unit": "%"}}
    spelled = {**resources()[3], "id": "spelled", "valueQuantity": {"value": 42, "unit": "Vol.-%"}}
    people = open_dataset(bulk(tmp_path / "bulk", [panel, odd, coded, spelled]))
    rows = people.results().read_all().to_pylist()
    places = {(each["place"], each["value"], each["comparator"]) for each in rows}
    assert {
        ("Observation/panel.component[0]", 97.0, ""),
        ("Observation/panel.component[1]", 55.0, ""),
        ("Observation/odd.component[0]", 60.0, "<"),
        ("Observation/odd.component[1]", 40.0, ""),
    } <= places
    record = people.record("1")
    assert {(each.source.place, each.value, each.comparator) for each in record.results} == places
    assert "its quantity has no number" in {each.reason for each in record.skipped}
    assert people.account().lost == 0


def test_a_report_gives_its_results_their_time(tmp_path: Path) -> None:
    timeless = {key: value for key, value in resources()[3].items() if key != "effectiveDateTime"}
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2021-03-04T08:00:00Z",
        "result": [{"reference": f"Observation/{timeless['id']}"}],
    }
    people = open_dataset(bulk(tmp_path / "bulk", [timeless, report, *resources()[4:6]]))
    assert people.results().read_all().num_rows == 3
    assert {f"{each.time.astimezone(UTC):%H:%M}" for each in people.record("1").results} == {"08:00", "06:30"}


def test_the_manifest_says_what_was_deleted_and_what_is_missing(tmp_path: Path) -> None:
    place = bulk(tmp_path / "bulk", resources())
    gone = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"request": {"method": "DELETE", "url": "Observation/o1"}}],
    }
    (place / "gone.ndjson").write_bytes(lines_of([gone]))
    (place / "errors.ndjson").write_bytes(lines_of([{"resourceType": "OperationOutcome"}]))
    (place / "manifest.json").write_text(
        json.dumps(
            {
                "transactionTime": "2021-04-01T00:00:00Z",
                "output": [
                    {"type": "Observation", "url": "https://example.org/x/all.ndjson"},
                    {"type": "Condition", "url": "https://example.org/x/Condition.ndjson"},
                ],
                "deleted": [{"type": "Bundle", "url": "https://example.org/x/gone.ndjson"}],
                "error": [{"type": "OperationOutcome", "url": "https://example.org/x/errors.ndjson"}],
            }
        )
    )
    people = open_dataset(place)
    assert any("Condition.ndjson" in each for each in people.remarks)
    assert any("errors in errors.ndjson" in each for each in people.remarks)
    account = people.account()
    assert sum(account.results.values()) == 23
    assert account.skipped["deleted since, as the export says"] == 1
    assert account.lost == 0
    assert people.results().read_all().num_rows == 23


def test_medications_of_others_files_name_what_was_given(tmp_path: Path) -> None:
    given = {
        "resourceType": "MedicationAdministration",
        "id": "m",
        "status": "completed",
        "subject": {"reference": "Patient/2"},
        "effectiveDateTime": "2021-03-04T08:00:00Z",
        "medicationReference": {"reference": "Medication/a"},
        "dosage": {"dose": {"value": 100, "unit": "mL"}},
    }
    medication = {"resourceType": "Medication", "id": "a", "code": {"text": "Albumin 20 %"}}
    people = open_dataset(bulk(tmp_path / "bulk", [*resources(), given, medication]))
    assert [(each.kind, each.volume_ml) for each in people.record("2").doses] == [("albumin", 100.0)]
    assert people.record("1").doses == ()
    assert people.account().lost == 0


def test_two_peoples_results_never_mix(tmp_path: Path) -> None:
    found = resources()
    stray = {**found[3], "id": "stray", "subject": {"reference": "Device/1"}}
    nobody = {key: value for key, value in found[3].items() if key != "subject"} | {"id": "nobody"}
    people = open_dataset(bulk(tmp_path / "bulk", [*found, stray, nobody]))
    for record in people:
        own = {each["id"] for each in found if each.get("subject", {}).get("reference") == f"Patient/{record.subject}"}
        assert {each.source.place.removeprefix("Observation/") for each in record.results} <= own
    account = people.account()
    assert account.skipped["it does not say whose it is: Observation"] == 2
    assert account.lost == 0


def test_lines_can_come_by_standard_input() -> None:
    record = ck.read_bytes(lines_of(of("1")) + b"not json\n", "stream")
    assert len(record.results) == 8
    assert record.skipped[0].source.place == "line 12"
