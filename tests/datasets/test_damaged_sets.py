"""Data sets that are damaged or say what cannot be: found by the fuzzers, and since then never lost or mixed."""

from __future__ import annotations

import zipfile
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

import clarkson as ck
from clarkson.errors import RecordError
from clarkson.examples import example
from clarkson.record.open_dataset import open_dataset
from clarkson.record.parquet_writing import write_parquet
from tests.datasets.sets import clif, meds, write

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
        **{"file": [None], "place": [None]},
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
