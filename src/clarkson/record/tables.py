"""The tables of a data set, wherever they lie: in files, a DuckDB file, a PostgreSQL server.

Everything is read through one DuckDB connection in memory that never reaches for the network.
"""

from __future__ import annotations

import gzip
import os
import re
import weakref
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from clarkson.errors import RecordError
from clarkson.record.spilling import spill_folder

MEMORY = "CLARKSON_MEMORY"
_USUAL_MEMORY = "2GB"
_CHECKED_BYTES = 1024 * 1024
_LONGEST_REFUSAL = 500


@dataclass(frozen=True, slots=True)
class Tables:
    """An open connection in which each table of the data set is a view; ``columns`` names the columns of each."""

    connection: duckdb.DuckDBPyConnection
    name: str
    columns: Mapping[str, tuple[str, ...]]

    def __contains__(self, table: str) -> bool:
        """Whether the data set has that table."""
        return table in self.columns

    def column(self, table: str, *names: str, otherwise: str = "NULL") -> str:
        """SQL of the first of these columns that the table has, else ``otherwise``."""
        return next((f'"{name}"' for name in names if name in self.columns[table]), otherwise)

    def need(self, table: str, names: Iterable[str]) -> None:
        """Refuse a data set that lacks a table or one of these columns of it.

        Raises
        ------
        RecordError
            Something is missing.
        """
        if table not in self.columns:
            raise RecordError(f"'{self.name}' has no table {table}")
        missing = [name for name in names if name not in self.columns[table]]
        if missing:
            raise RecordError(f"the table {table} of '{self.name}' lacks {', '.join(missing)}")

    def rows(self, query: str, parameters: object = None) -> list[tuple[Any, ...]]:
        """The rows of a query.

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        try:
            return self.connection.cursor().execute(query, parameters).fetchall()
        except duckdb.Error as error:
            raise refusal(self.name, error) from error

    def run(self, statement: str) -> None:
        """Run a statement that gives no rows.

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        try:
            self.connection.execute(statement)
        except duckdb.Error as error:
            raise refusal(self.name, error) from error

    def view(self, name: str, query: str) -> None:
        """Name a query.

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        self.run(f'CREATE OR REPLACE VIEW "{name}" AS {query}')

    def keep(self, name: str, table: pa.Table) -> None:
        """Copy a small table into the connection, for joins."""
        self.connection.register("copied", table)
        self.connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM copied')
        self.connection.unregister("copied")

    def stream(self, query: str, rows: int) -> Iterator[pa.RecordBatch]:
        """The rows of a query in batches of at most ``rows``, never all at once.

        Raises
        ------
        RecordError
            The data set cannot be read.
        """
        try:
            yield from self.connection.cursor().sql(query).to_arrow_reader(rows)
        except (duckdb.Error, pa.ArrowException) as error:
            raise refusal(self.name, error) from error


def grouped(batches: Iterable[pa.RecordBatch], column: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Rows that stand together by a column, group by group.

    >>> batch = pa.RecordBatch.from_pylist([{"a": "x", "n": 1}, {"a": "x", "n": 2}, {"a": "y", "n": 3}])
    >>> [(name, len(rows)) for name, rows in grouped([batch], "a")]
    [('x', 2), ('y', 1)]
    """
    name, rows = "", list[dict[str, Any]]()
    for batch in batches:
        names, columns = batch.schema.names, (each.to_pylist() for each in batch.columns)
        for cells in zip(*columns, strict=True):
            row = dict(zip(names, cells, strict=True))
            if rows and row[column] != name:
                yield name, rows
                rows = []
            name = row[column]
            rows.append(row)
    if rows:
        yield name, rows


def refusal(name: str, error: Exception) -> RecordError:
    """What DuckDB says, as a sentence without its advice."""
    said = re.sub(r"\s+", " ", str(error).split("\n\n")[0]).strip().removeprefix("Invalid Input Error: ")
    return RecordError(f"'{name}' cannot be read: {said[:_LONGEST_REFUSAL]}")


def connect() -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that fetches nothing, uses as many threads as there are cores, and spills to a private folder.

    At most CLARKSON_MEMORY (2GB) is used before it spills to disk.
    """
    spilled, remove = spill_folder()
    connection = duckdb.connect(
        config={
            "temp_directory": str(spilled),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": os.environ.get(MEMORY, _USUAL_MEMORY),
            "threads": os.cpu_count() or 1,
            "preserve_insertion_order": False,
        }
    )
    weakref.finalize(connection, remove)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def refuse_damaged(file: Path) -> None:
    """Refuse a file of gzip whose checksum is wrong; DuckDB would read what it happens to give.

    Raises
    ------
    RecordError
        The file is cut short, or some of its bytes are others than when it was written.
    """
    if file.name.lower().endswith(".gz"):
        try:
            with gzip.open(file) as stream:
                while stream.read(_CHECKED_BYTES):
                    pass
        except (OSError, EOFError, zlib.error) as error:
            raise RecordError(f"'{file.name}' is damaged: {error}") from None


def literal(text: str | Path) -> str:
    """A text or a path as SQL.

    >>> literal("a's")
    "'a''s'"
    """
    return "'" + str(text).replace("'", "''") + "'"


def column_names(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, ...]:
    """The columns of a table, in lower case."""
    described = connection.execute(f'DESCRIBE "{table}"').fetchall()
    return tuple(str(row[0]).lower() for row in described)


def tables_in_duckdb(file: Path, needed: str) -> Tables:
    """The tables of a DuckDB file, opened for reading: those of the schema that has the table ``needed``.

    Raises
    ------
    RecordError
        The file is no DuckDB file or is open elsewhere for writing, or no schema has that table.
    """
    connection = connect()
    try:
        connection.execute(f"ATTACH {literal(file)} AS data_set (READ_ONLY)")
        found = connection.execute(
            "SELECT schema_name, table_name FROM (SELECT schema_name, table_name, database_name FROM duckdb_tables()"
            " UNION ALL SELECT schema_name, view_name, database_name FROM duckdb_views() WHERE NOT internal)"
            " WHERE database_name = 'data_set'"
        ).fetchall()
        schema = next((where for where, table in sorted(found) if table.lower() == needed), None)
        if schema is None:
            raise RecordError(f"'{file.name}' has no table {needed}")
        columns = {}
        for where, table in found:
            if where == schema:
                connection.execute(f'CREATE VIEW "{table.lower()}" AS SELECT * FROM data_set."{where}"."{table}"')
                columns[table.lower()] = column_names(connection, table.lower())
    except duckdb.Error as error:
        raise refusal(file.name, error) from error
    return Tables(connection, file.name, columns)
