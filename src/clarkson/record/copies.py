"""Records from the rows of a data set, person by person; and copies of rows, so that processes read side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from clarkson.record.canonical_columns import BATCH_ROWS
from clarkson.record.record import Record
from clarkson.record.rows import Rows, record_of_rows
from clarkson.record.tables import Tables, connect, grouped, literal

BY_SUBJECT = "length(subject), subject"  # "9" stands before "10"
_KINDS = ("people", "results", "doses", "events", "unread")


def records_of_queries(tables: Tables, queries: Mapping[str, str], citation: str) -> Iterator[Record]:
    """The record of every person in the rows of some queries, which are named as the fields of ``Rows``.

    Raises
    ------
    RecordError
        The data set cannot be read.
    """
    streams = {
        name: grouped(tables.stream(f"{query} ORDER BY {BY_SUBJECT}", BATCH_ROWS), "subject")
        for name, query in queries.items()
    }
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
    """The records of a part that ``copy_rows`` copied, read on one core.

    What Clarkson does not use is not listed in them: it was not copied.

    Raises
    ------
    RecordError
        The copies cannot be read.
    """
    tables = Tables(connect(), folder.name, {})
    tables.run("SET threads = 1")
    yield from records_of_queries(
        tables,
        {
            name: f"SELECT * FROM read_parquet({literal(each / '*.parquet')}, hive_partitioning = false)"
            for name in _KINDS
            if (each := folder / name / f"part={part}").is_dir()
        },
        "",
    )
