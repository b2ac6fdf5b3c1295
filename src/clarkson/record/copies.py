"""Records from the rows of a data set, person by person; and copies of rows, so that processes read side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from clarkson.errors import RecordError
from clarkson.record.canonical_columns import BATCH_ROWS
from clarkson.record.record import Record
from clarkson.record.rows import Rows, record_of_rows
from clarkson.record.tables import Tables, grouped, literal

BY_SUBJECT = "length(subject), subject"  # "9" stands before "10"
_KINDS = ("people", "results", "doses", "events", "unread")


def records_of_queries(tables: Tables, queries: Mapping[str, str], citation: str) -> Iterator[Record]:
    """The record of every person in the rows of some queries, which are named as the fields of ``Rows``.

    Raises
    ------
    RecordError
        The data set cannot be read.
    """
    return _records(
        {name: tables.stream(f"{query} ORDER BY {BY_SUBJECT}", BATCH_ROWS) for name, query in queries.items()}, citation
    )


def _records(rows: Mapping[str, Iterable[pa.RecordBatch]], citation: str) -> Iterator[Record]:
    """The record of every person in rows that stand in the order of ``BY_SUBJECT``."""
    streams = {name: grouped(batches, "subject") for name, batches in rows.items()}
    waiting = {name: next(stream, None) for name, stream in streams.items()}
    while any(waiting.values()):
        subject = min((each[0] for each in waiting.values() if each), key=lambda name: (len(name), name))
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in _KINDS}
        for name, each in waiting.items():
            if each is not None and each[0] == subject:
                found[name] = each[1]
                waiting[name] = next(streams[name], None)
        yield record_of_rows(subject, Rows(**found), citation)


def copy_rows(tables: Tables, queries: Mapping[str, str], chosen: pa.Table, folder: Path) -> None:
    """Copy the rows of some people as Parquet: ``chosen`` has a row a person, ``subject`` and ``part``.

    Raises
    ------
    RecordError
        The data set cannot be read.
    """
    tables.keep("chosen", chosen.select(["subject", "part"]))
    for name, query in queries.items():
        tables.run(
            f"COPY (SELECT row.*, chosen.part FROM ({query}) row JOIN chosen ON row.subject = chosen.subject)"
            f" TO {literal(folder / name)} (FORMAT parquet, PARTITION_BY (part))"
        )


def copied_records(folder: Path, part: int) -> Iterator[Record]:
    """The records of a part that ``copy_rows`` copied.

    What Clarkson does not use is not listed in them: it was not copied.

    Raises
    ------
    RecordError
        The copies cannot be read.
    """
    try:
        rows = {
            name: _by_subject(parquet.read_table(each, partitioning=None)).to_batches()
            for name in _KINDS
            if (each := folder / name / f"part={part}").is_dir()
        }
    except (pa.ArrowException, OSError) as error:
        raise RecordError(f"'{folder}' cannot be read: {str(error).splitlines()[0]}") from None
    return _records(rows, "")


def _by_subject(rows: pa.Table) -> pa.Table:
    """Rows in the order of ``BY_SUBJECT``."""
    length = pc.utf8_length(rows["subject"])
    order = pc.sort_indices(
        pa.table({"length": length, "subject": rows["subject"]}),
        sort_keys=[("length", "ascending"), ("subject", "ascending")],
    )
    return rows.take(order)
