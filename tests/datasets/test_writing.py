"""What is written is read back as the same record: FHIR, CSV, MEDS and Parquet.

The same record means: of every result the analyte, the value, the time, whether its hour is exact, comparator, method,
status, laboratory, whether it is steady, and the value and unit as printed if the source printed them; every dose with
its kind, words, start, end, amount, unit and rhythm; every event; every trait; every diagnosis. An event of the kind
diagnosis that has no time and a diagnosis are the same thing. Nothing may be listed as skipped on the way back.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import duckdb
import fhirkit
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import clarkson as ck
from clarkson.analytes import Method, analyte, analytes
from clarkson.errors import UnitError
from clarkson.examples import example, examples
from clarkson.formats import FORMATS
from clarkson.record.csv_writing import csv_of
from clarkson.record.doses import volume_ml
from clarkson.record.open_dataset import open_dataset
from clarkson.record.parquet_writing import write_meds, write_parquet
from clarkson.record.record import (
    Comparator,
    Dose,
    DoseKind,
    Event,
    EventKind,
    Record,
    Result,
    Source,
    Status,
)
from clarkson.record.repeats import settle
from clarkson.record.times import ORIGIN
from clarkson.report.fhir_document import fhir_document
from clarkson.units import canonical

MADE = datetime(2024, 5, 1, tzinfo=UTC)
CASES = [each.id for each in examples()]
FOREIGN = os.environ.get("CLARKSON_FOREIGN", "")
DATA = os.environ.get("CLARKSON_DATA", "")


def case(name: str) -> Record:
    return ck.read_bytes(example(name), f"{name}.json")


def fhir_text(record: Record) -> str:
    nothing_said = {
        "assessments": [],
        "program": {"name": "Clarkson", "version": "1"},
        "input": {"name": "a", "sha256": ""},
    }
    return json.dumps(fhir_document(nothing_said, record, MADE))


def through_fhir(records: list[Record]) -> list[Record]:
    return [ck.read_bytes(fhir_text(each).encode(), "written.json") for each in records]


def through_csv(records: list[Record]) -> list[Record]:
    return [ck.read_bytes(csv_of(each).encode(), "written.csv") for each in records]


def through_meds(records: list[Record]) -> list[Record]:
    with TemporaryDirectory() as folder:
        write_meds(records, Path(folder), MADE)
        return list(_read_all(folder))


def through_parquet(records: list[Record]) -> list[Record]:
    with TemporaryDirectory() as folder:
        write_parquet(records, Path(folder))
        return list(_read_all(folder))


def _read_all(folder: str) -> Iterable[Record]:
    people = open_dataset(folder)
    account = people.account()
    assert account.lost == 0
    return people


THROUGH: dict[str, Callable[[list[Record]], list[Record]]] = {
    "fhir": through_fhir,
    "csv": through_csv,
    "meds": through_meds,
    "parquet": through_parquet,
}
through = pytest.mark.parametrize("way", THROUGH.values(), ids=THROUGH.keys())


def contents(record: Record, printed: Iterable[Result]) -> dict[str, Any]:
    """All that a record says but where it was read; what was printed only for the results that had it ``printed``."""

    def said(fact: Any, *without: str) -> tuple[Any, ...]:
        return tuple(getattr(fact, each.name) for each in fields(fact) if each.name not in ("source", *without))

    had = {said(each, "raw_value", "raw_unit") for each in printed if each.raw_value}
    results = Counter(
        said(each) if said(each, "raw_value", "raw_unit") in had else said(each, "raw_value", "raw_unit")
        for each in record.results
    )
    timeless = {each.text for each in record.events if each.kind == "diagnosis" and each.time is None}
    return {
        "results": results,
        "doses": Counter(map(said, record.doses)),
        "events": Counter(said(each) for each in record.events if each.kind != "diagnosis" or each.time is not None),
        "diagnoses": {*record.diagnoses, *timeless},
        "dates": record.origin,
        **{
            name: getattr(record, name)
            for name in ("subject", "sex", "age_years", "height_cm", "weight_kg", "citation")
        },
    }


def assert_same(before: list[Record], after: list[Record]) -> None:
    there = {each.subject: each for each in after}
    assert len(there) == len(before)
    for record in before:
        found = there[record.subject]
        # The Bundle names the program beside the record.
        assert [each for each in found.skipped if each.reason != "Clarkson does not use Device"] == []
        assert contents(found, record.results) == contents(record, record.results)


@through
def test_every_published_case_comes_back(way: Callable[[list[Record]], list[Record]]) -> None:
    cases = [case(name) for name in CASES]
    assert_same(cases, way(cases))


plain = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs"))
words = st.lists(st.text(plain, min_size=1, max_size=8), min_size=1, max_size=3).map(" ".join)
minutes = st.integers(-500_000, 500_000)
amounts = st.none() | st.floats(1e-4, 1e6) | st.integers(0, 5000).map(float)
written = Source("notebook", "line 1")


@st.composite
def results(draw: st.DrawFn, times: st.SearchStrategy[datetime]) -> Result:
    """A result as a laboratory prints it; or a computed one; or one whose print alone does not give its value."""
    entry = analyte(draw(st.sampled_from(sorted(analytes()))))
    between = st.floats(entry.plausible.low, entry.plausible.high)
    unit = draw(st.sampled_from([entry.unit, entry.shown_unit]))
    factor = entry.shown_factor if unit == entry.shown_unit else 1.0
    comparator: Comparator = draw(st.sampled_from(["", "", "<", ">="]))
    raw = f"{comparator}{draw(between) * factor:.{draw(st.integers(0, 4))}f}"
    number = float(raw.removeprefix(comparator))
    how = draw(st.sampled_from(["printed", "computed", "in words"]))
    try:
        value = canonical(
            entry.key, number if how == "printed" else draw(between), unit if how == "printed" else entry.unit
        )
    except UnitError:
        assume(False)
    return Result(
        entry.key,
        value,
        draw(times),
        written,
        method=draw(st.sampled_from([entry.usual_method, *get_args(Method)])),
        status=draw(st.sampled_from(get_args(Status))),
        comparator=comparator,
        laboratory=draw(st.just("") | words),
        raw_value={"printed": raw, "computed": "", "in words": f"about {raw}"}[how],
        raw_unit="" if how == "computed" else unit,
        steady=draw(st.booleans()),
        exact_time=draw(st.booleans()),
    )


@st.composite
def doses(draw: st.DrawFn, times: st.SearchStrategy[datetime]) -> Dose:
    start, amount, unit = draw(times), draw(amounts), draw(st.sampled_from(["", "mL", "L", "g", "units"]))
    return Dose(
        draw(st.sampled_from(get_args(DoseKind))),
        draw(words | st.sampled_from(["saline 0.9 %", "albumin 20 %"])),
        start,
        written,
        end=draw(st.none() | st.integers(0, 5000).map(lambda after: start + timedelta(minutes=after))),
        amount=amount,
        unit=unit,
        volume_ml=volume_ml(amount, unit),
        lasting=draw(st.booleans()),
        every_h=draw(st.none() | st.floats(0.5, 800.0)),
        exact_time=draw(st.booleans()),
    )


@st.composite
def people(draw: st.DrawFn, subject: str = "") -> Record:
    relative = draw(st.booleans())
    start = ORIGIN if relative else draw(st.datetimes(datetime(1950, 1, 1), datetime(2250, 1, 1))).replace(tzinfo=UTC)
    # Few times, so that results stand beside each other.
    moments = [start + timedelta(minutes=each) for each in draw(st.lists(minutes, min_size=1, max_size=3))]
    times = st.sampled_from(moments)
    kinds = st.sampled_from(get_args(EventKind))
    timed = st.builds(Event, kinds, words, times, st.just(written), st.booleans())
    timeless = st.builds(Event, kinds, words, st.none(), st.just(written))
    happened = draw(st.lists(timed | timeless, max_size=3))
    found, _ = settle(draw(st.lists(results(times), max_size=8)))
    given_ = draw(st.lists(doses(times), max_size=3))
    return Record(
        subject or draw(words),
        found,
        tuple(sorted(given_, key=lambda each: each.start)),
        tuple(happened),
        sex=draw(st.sampled_from([None, "female", "male"])),
        age_years=draw(st.none() | st.floats(0.0, 120.0)),
        height_cm=draw(st.none() | st.floats(50.0, 220.0)),
        weight_kg=draw(st.none() | st.floats(10.0, 200.0)),
        diagnoses=tuple(
            dict.fromkeys(
                [*draw(st.lists(words, max_size=2)), *(each.text for each in happened if each.kind == "diagnosis")]
            )
        ),
        citation=draw(st.just("") | words),
        origin=ORIGIN if relative else None,
    )


slow_to_make = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@through
def test_any_record_comes_back(way: Callable[[list[Record]], list[Record]]) -> None:
    tables = way in (through_meds, through_parquet)

    @settings(slow_to_make, max_examples=6 if tables else 60)
    @given(st.lists(people(), min_size=1, max_size=8 if tables else 1, unique_by=lambda each: each.subject))
    def come_back(records: list[Record]) -> None:
        told = [each for each in records if each != Record(each.subject, origin=each.origin)]
        assume(told)
        assert_same(told, way(told))

    come_back()


@settings(slow_to_make, max_examples=40)
@given(people())
def test_any_record_is_valid_fhir(record: Record) -> None:
    assert [str(each) for each in fhirkit.validate(json.loads(fhir_text(record)))] == []


def test_a_record_of_nothing_is_still_somebodys() -> None:
    for way in THROUGH.values():
        (found,) = way([Record("nobody")])
        assert (found.subject, found.results) == ("nobody", ())


def test_two_pressures_of_one_time_are_one_panel() -> None:
    def pressure(key: str, value: float, **other: Any) -> Result:
        return Result(key, value, MADE, written, raw_value=f"{value:g}", raw_unit="mm[Hg]", **other)

    record = Record(
        "me",
        (
            pressure("systolic_pressure", 92.0, method="cuff"),
            pressure("diastolic_pressure", 51.0, method="cuff"),
            pressure("systolic_pressure", 88.0, method="arterial line"),
        ),
    )
    observed = [each["resource"] for each in json.loads(fhir_text(record))["entry"]][1:3]
    assert [each["code"]["coding"][0]["code"] for each in observed] == ["85354-9", "76215-3"]
    assert [each["code"] for each in observed[1]["code"]["coding"]] == ["76215-3", "8480-6"]
    assert [each["code"]["coding"][0]["code"] for each in observed[0]["component"]] == ["8480-6", "8462-4"]
    assert_same([record], through_fhir([record]))


@cache
def people_of_others() -> list[Record]:
    """The first person of each set. A day of a monitored patient is thousands of numbers: some hundred are enough."""
    names = ("clif", "synthea", "carebundle", "clinosim/fhir_r4")
    found = [Path(FOREIGN) / name for name in names] if FOREIGN else []
    records = []
    for place in [*found, *([Path(DATA) / "mimic-iii-demo-1.4"] if DATA else [])]:
        opened = open_dataset(place)
        record = opened.record(opened.people[0])
        assert record.results, place
        records.append(
            replace(record, results=record.results[:300], doses=record.doses[:100], events=record.events[:100])
        )
    return records


@pytest.mark.data
@pytest.mark.skipif(not (FOREIGN or DATA), reason="needs the data sets of scripts/foreign, or real data")
@through
def test_people_of_sets_that_others_made_come_back(way: Callable[[list[Record]], list[Record]]) -> None:
    for record in people_of_others():
        assert_same([record], way([record]))


def test_duckdb_reads_what_was_written(tmp_path: Path) -> None:
    cases = [case(name) for name in CASES]
    write_parquet(cases, tmp_path)
    connection = duckdb.connect()
    for table, there in (
        ("results", sum(len(each.results) for each in cases)),
        ("doses", sum(len(each.doses) for each in cases)),
        ("events", sum(len(each.events) for each in cases)),
        ("people", len(cases)),
    ):
        assert connection.execute(f"SELECT count(*) FROM '{tmp_path}/{table}.parquet'").fetchall() == [(there,)]
    query = f"SELECT max(value) FROM '{tmp_path}/results.parquet' WHERE analyte = 'hematocrit'"
    highest = max(each.value for record in cases for each in record.results if each.analyte == "hematocrit")
    assert connection.execute(query).fetchall() == [(highest,)]


def test_every_format_is_described() -> None:
    described = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in described.split("## ")[0].splitlines() if line.startswith("| `")]
    assert [row[1].strip(" `") for row in rows] == list(FORMATS)
    assert all(cell.strip() for row in rows for cell in row[1:-1])
