"""The table ``measurement`` of an OMOP data set, for other processes that are given its rows batch by batch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from clarkson.record.canonical_columns import BATCH_ROWS, prepare
from clarkson.record.printed import Printed
from clarkson.record.tables import Tables, connect
from clarkson.record.values import second_look, values_query

CONCEPTS = pa.schema([(name, pa.string()) for name in ("concept_id", "concept_name", "vocabulary_id", "concept_code")])
"""What is looked at of the table ``concept``."""


@dataclass(frozen=True, slots=True)
class Measurements:
    """How measurements are read, without the data set: it can be sent to another process.

    ``printed`` names the units that occur, ``concepts`` are the rows of the table ``concept`` that say what units are.
    """

    printed: Printed
    concepts: pa.Table | None
    timezone: str | None
    analytes: tuple[str, ...]

    def columns(self, names: Iterable[str]) -> list[str]:
        """Those columns of the table that are looked at."""
        return [name for name in names if re.search(rf"\b{re.escape(name)}\b", self.printed.results)]

    def concept_ids(self) -> list[int]:
        """The ids of the concepts of ``analytes``; and 0, for a row may be known by its source code."""
        tests = self.printed.tests.select(["test", "analyte"]).to_pylist()
        return [0, *(int(row["test"]) for row in tests if row["analyte"] in self.analytes and row["test"].isdecimal())]

    def values(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """``VALUES`` of rows that have at least ``columns``, on one core.

        Raises
        ------
        RecordError
            A batch cannot be read.
        """
        tables = Tables(connect(), "measurement", {})
        tables.run("SET threads = 1")
        if self.concepts is not None:
            tables.keep("concept", self.concepts)
        query = f"SELECT * FROM ({values_query(self.analytes)}) WHERE value IS NOT NULL"
        for place, batch in enumerate(batches):
            tables.keep("measurement", pa.Table.from_batches([batch]))
            if place == 0:
                prepare(tables, self.printed, self.timezone)
            yield from tables.stream(query, BATCH_ROWS)
            yield from second_look(tables, self.analytes).to_batches()
        tables.connection.close()
