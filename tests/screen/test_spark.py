"""Screening on a real Spark gives the same as on one machine, to the last bit and byte."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from clarkson.errors import RecordError
from clarkson.evaluate.population import Written, write_population
from clarkson.screen.parts import SIEVED_COLUMNS, stand
from clarkson.screen.screen import Settings, screen
from clarkson.screen.spark import stand_in_batches, standings_on_spark

SETTINGS = Settings(negatives=10)
ALBUMIN = 3024561  # the OMOP concept of albumin in serum by mass
ALBUMIN_HERE, GRAM_PER_LITER_HERE = 2_000_000_001, 2_000_000_002


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """With concepts of its own, a code where a concept should be, a number as text, and people there twice."""
    written = write_population(tmp_path_factory.mktemp("population"), people=300, planted=2, confounders=50, seed=11)
    file = written.data / "measurement.parquet"
    printed = {"measurement_source_value": None, "value_source_value": None}
    rows = [{**printed, **row} for row in parquet.read_table(file).to_pylist()]
    albumin = [row for row in rows if row["measurement_concept_id"] == ALBUMIN]
    for place, row in enumerate(albumin):
        if place % 3 == 0:
            row.update(measurement_concept_id=ALBUMIN_HERE, unit_concept_id=GRAM_PER_LITER_HERE, unit_source_value=None)
            row["value_as_number"] *= 10.0  # it was in g/dL
        elif place % 3 == 1:
            row.update(measurement_concept_id=0, measurement_source_value="1751-7")
    albumin[2].update(value_as_number=None, value_source_value="3.9")
    parquet.write_table(pa.Table.from_pylist(rows), file)
    concepts = {
        "concept_id": [ALBUMIN_HERE, GRAM_PER_LITER_HERE],
        "concept_name": ["Albumin here", "gram per liter"],
        "vocabulary_id": ["LOINC", "UCUM"],
        "concept_code": ["1751-7", "g/L"],
    }
    parquet.write_table(pa.table(concepts), written.data / "concept.parquet")
    people = written.data / "person.parquet"
    once = parquet.read_table(people)
    again = [{**row, "year_of_birth": 1931} for row in once.slice(0, 5).to_pylist()]
    parquet.write_table(pa.concat_tables([once, pa.Table.from_pylist(again, once.schema)]), people)
    return written


@pytest.mark.filterwarnings("ignore")
def test_every_file_is_the_same_as_from_one_machine(population: Written, tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="needs PySpark: scripts/spark")
    if shutil.which("java") is None:
        pytest.skip("needs Java: scripts/spark")
    judge = standings_on_spark(population.data, "local[2]")
    screen(population.data, tmp_path / "spark", SETTINGS, tell=lambda _: None, standings=judge)
    screen(population.data, tmp_path / "here", SETTINGS, tell=lambda _: None)
    found = {each.name: each.read_bytes() for each in (tmp_path / "spark").iterdir()}
    assert found == {each.name: each.read_bytes() for each in (tmp_path / "here").iterdir()}
    assert parquet.read_metadata(tmp_path / "spark" / "episodes.parquet").num_rows > 0


def test_other_places_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("pyspark", reason="needs PySpark: scripts/spark")
    with pytest.raises(RecordError, match="measurement"):
        standings_on_spark(tmp_path)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_a_person_may_come_in_several_batches(size: int) -> None:
    rows = [
        {"subject": name, "time_us": day * 86_400_000_000, "analyte": analyte, "value": value, "age_years": 40.0}
        for name, last in (("a", 0.58), ("b", 0.42), ("c", 0.30))
        for day, analyte, value in (
            (0, 0, 0.42),
            (0, 3, 42.0),
            (50, 0, 0.42),
            (50, 3, 42.0),
            (90, 0, last),
            (90, 3, 28.0),
        )
    ]
    table = pa.Table.from_pylist(rows, SIEVED_COLUMNS).combine_chunks()

    def batches() -> Iterator[pa.RecordBatch]:
        yield from table.to_batches(max_chunksize=size)

    assert pa.Table.from_batches(stand_in_batches(batches())).to_pydict() == stand(table).to_pydict()
