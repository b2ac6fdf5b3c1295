"""The JSON document keeps its schema, whatever the record."""

from __future__ import annotations

import copy
import json
import math
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from clarkson.examples import examples
from clarkson.intake import bytes_at, document_of
from clarkson.record.record import Dose, Event, Record, Result, Skipped, Source
from clarkson.report.document import document
from clarkson.watch.assess import assess
from tests.schema import SCHEMA, faults

HERE = Source("labs.csv", "line 2")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def made(record: Record) -> dict[str, object]:
    return document(assess(record), record, input_name="labs.csv", input_sha256="0" * 64)


@pytest.mark.parametrize("case", [each.id for each in examples()])
def test_every_bundled_case_keeps_the_schema(case: str) -> None:
    found = document_of(*bytes_at(f"example:{case}"))
    assert list(faults(found)) == []
    json.dumps(found, allow_nan=False)
    for each in found["assessments"]:
        assert math.fsum(each["mechanisms"].values()) == pytest.approx(1.0, abs=2e-3)


def test_everything_of_a_record_reaches_the_document() -> None:
    record = Record(
        "p1",
        results=(Result("crp", 15.0, NOON, HERE, comparator="<"), Result("hematocrit", 0.452, NOON, HERE, steady=True)),
        doses=(Dose("albumin", "albumin 20 % 100 mL", NOON, HERE),),
        events=(Event("symptom", "lightheaded", None, HERE),),
        skipped=(Skipped(HERE, "unit unknown", "45 xyz", question=True),),
    )
    found = made(record)
    assert list(faults(found)) == []
    results = found["results"]
    assert isinstance(results, list)
    assert [each["shown"] for each in results] == ["<15.0 mg/L", "45.2 %"]
    assert [each["shown_value"] for each in results] == [15.0, 45.2]
    for part, words in (("doses", "albumin 20 % 100 mL"), ("events", "lightheaded"), ("skipped", "45 xyz")):
        assert words in json.dumps(found[part])


def test_hours_count_from_the_start_of_the_record() -> None:
    first = Result("hematocrit", 0.45, NOON, HERE)
    later = replace(first, time=NOON.replace(hour=18))
    hours = [each["hours"] for each in made(Record("p1", (first, later)))["results"]]  # type: ignore[attr-defined]
    assert hours == [0.0, 6.0]


def test_an_empty_record_has_a_document() -> None:
    found = made(Record("nobody"))
    assert list(faults(found)) == []
    assert found["assessments"] == []


def test_the_schema_refuses_what_it_should() -> None:
    sound = document_of(*bytes_at("example:lee2007-1"))
    assert set(sound) == set(SCHEMA["properties"])
    for path, value in (
        (("schema_version",), "2.0"),
        (("prior",), 1.0),
        (("surplus",), 1),
        (("assessments", 0, "verdict"), "all is well"),
        (("assessments", 0, "probability"), 1.5),
        (("assessments", 0, "time"), "2026-03-01T12:00:00"),
        (("results", 0, "value"), None),
    ):
        broken = copy.deepcopy(sound)
        place: object = broken
        for step in path[:-1]:
            place = place[step]  # type: ignore[index]
        place[path[-1]] = value  # type: ignore[index]
        assert list(faults(broken)), path
