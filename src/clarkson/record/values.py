"""The values of some analytes in canonical units, without the words: what a screening reads of millions of people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from clarkson.record.canonical_columns import BATCH_ROWS, JUDGED, batch_of, result_of
from clarkson.record.record import Result
from clarkson.record.tables import Tables, literal

VALUES = pa.schema([("subject", pa.string()), ("time_us", pa.int64()), ("analyte", pa.int8()), ("value", pa.float64())])
"""``analyte`` is a place in the analytes that were asked for; ``value`` is in the canonical unit of its analyte."""


def copy_values(tables: Tables, analytes: Sequence[str], folder: Path, parts: int) -> None:
    """Copy the values in the view ``judged`` as Parquet, each person's into one of the folders part=0, part=1, ...

    The columns are ``VALUES``; a row that could not be used has none. Results with a comparator are left out.

    Raises
    ------
    RecordError
        The data set cannot be read.
    """
    written = "(FORMAT parquet, PARTITION_BY (part), FILENAME_PATTERN '{}_{{i}}', OVERWRITE_OR_IGNORE)"
    part, to = f"(hash(subject) % {parts})::INTEGER AS part", literal(folder)
    tables.run(f"COPY (SELECT *, {part} FROM ({values_query(analytes)})) TO {to} {written.format('first')}")
    files = literal(folder / "*" / "first*.parquet")
    if tables.rows(f"SELECT 1 FROM read_parquet({files}) WHERE value IS NULL LIMIT 1"):
        tables.keep("looked_at_again", second_look(tables, analytes))
        tables.run(f"COPY (SELECT *, {part} FROM looked_at_again) TO {to} {written.format('second')}")


def values_query(analytes: Sequence[str]) -> str:
    """SQL of ``VALUES`` from the view ``judged``."""
    names = "[" + ", ".join(map(literal, analytes)) + "]"
    return (
        f"SELECT subject, time_us, (list_position({names}, analyte) - 1)::TINYINT AS analyte, canonical AS value"
        f" FROM judged WHERE {_wanted(analytes)}"
    )


def _wanted(analytes: Sequence[str]) -> str:
    names = ", ".join(map(literal, analytes))
    return f"subject IS NOT NULL AND analyte IN ({names}) AND coalesce(comparator, '') = ''"


def second_look(tables: Tables, analytes: Sequence[str]) -> pa.Table:
    """``VALUES`` of the rows that are judged one by one."""
    query = f"SELECT {JUDGED} FROM judged WHERE {_wanted(analytes)} AND canonical IS NULL"
    rows = (row for batch in tables.stream(query, BATCH_ROWS) for row in batch.to_pylist())
    found = ((row["subject"], result_of(row)) for row in rows)
    batch = batch_of([(subject, each) for subject, each in found if isinstance(each, Result) and not each.comparator])
    place = pa.array([analytes.index(each) for each in batch["analyte"].to_pylist()], pa.int8())
    columns = [batch["subject"], batch["time"].cast(pa.timestamp("us")).cast(pa.int64()), place, batch["value"]]
    return pa.Table.from_arrays(columns, schema=VALUES)
