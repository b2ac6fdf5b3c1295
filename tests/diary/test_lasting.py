"""A dose that lasts survives every format, and bodies of before there were such doses are still read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import clarkson as ck
from clarkson.errors import RecordError
from clarkson.record.csv_writing import csv_of
from clarkson.record.fhir_writing import bundle_of, resources_of
from clarkson.record.parquet_writing import write_meds, write_parquet
from clarkson.record.record import Dose, Record, Source
from clarkson.record.rhythm import MONTH_H, every_h_in_words, every_h_of, rhythm_words
from clarkson.store.bodies import fact_of, record_of, rows_of
from clarkson.written import json_text

START, END = datetime(2026, 1, 1, 8, tzinfo=UTC), datetime(2026, 2, 1, 8, tzinfo=UTC)
HERE = Source("diary")
DOSES = (
    Dose("prophylaxis", "theophylline", START, HERE, None, 300.0, "mg", lasting=True, every_h=12.0),
    Dose("immunoglobulin", "IVIG", START, HERE, END, 70.0, "g", lasting=True, every_h=MONTH_H),
    Dose("vasopressor", "midodrine", START, HERE, lasting=True),
    Dose("immunoglobulin", "IVIG", START, HERE, END, 70.0, "g"),
)
RECORD = Record("7", doses=DOSES)


def apart_from_place(doses: tuple[Dose, ...]) -> list[Dose]:
    return sorted((replace(each, source=HERE) for each in doses), key=repr)


def test_csv() -> None:
    read = ck.read_bytes(csv_of(RECORD).encode(), "a.csv")
    assert apart_from_place(read.doses) == apart_from_place(DOSES)


def test_fhir() -> None:
    read = ck.read_bytes(json_text(bundle_of(resources_of(RECORD))).encode(), "a.json")
    assert apart_from_place(read.doses) == apart_from_place(DOSES)


def test_meds(tmp_path: Path) -> None:
    write_meds([RECORD], tmp_path, END)
    assert apart_from_place(ck.read(tmp_path).doses) == apart_from_place(DOSES)


def test_parquet(tmp_path: Path) -> None:
    from pyarrow import parquet

    write_parquet([RECORD], tmp_path)
    rows = parquet.read_table(tmp_path / "doses.parquet").to_pylist()
    assert [(row["lasting"], row["every_h"]) for row in rows] == [(each.lasting, each.every_h) for each in DOSES]


def test_store_bodies() -> None:
    rows = list(rows_of(RECORD))
    assert record_of("7", [(row.kind, row.body) for row in rows]).doses == DOSES
    # A body as it was written before: the digest of a single dose must stay what it was, or it would arrive twice.
    assert "lasting" not in rows[-1].body
    assert fact_of("dose", rows[-1].body) == DOSES[-1]


def test_the_document_says_that_it_goes_on() -> None:
    from clarkson.report.document import document

    said = document(ck.assess(RECORD), RECORD, input_name="a", input_sha256="")["doses"]
    assert [(each["what"], each["unit"]) for each in said] == [
        ("theophylline, goes on", "mg twice a day"),
        ("IVIG", "g monthly"),
        ("midodrine, goes on", ""),
        ("IVIG", "g"),
    ]


@pytest.mark.parametrize(
    "hours", [1.0, 4.8, 8.0, 12.0, 24.0, 36.0, 48.0, 56.0, 84.0, 168.0, 672.0, MONTH_H, 3 * MONTH_H]
)
def test_how_often_is_said_and_read_back(hours: float) -> None:
    assert every_h_in_words(rhythm_words(hours)) == hours


@pytest.mark.parametrize("hours", [0.0, -1.0, float("nan"), float("inf"), 1e5])
def test_what_is_no_rhythm_is_refused(hours: float) -> None:
    with pytest.raises(RecordError, match="no time between two doses"):
        every_h_of(hours)
