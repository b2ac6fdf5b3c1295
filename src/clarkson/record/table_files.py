"""The tables that lie in files: Parquet or CSV, each table in one file or in several that are parts of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from clarkson.errors import RecordError
from clarkson.record.parquet_parts import parts_of_table
from clarkson.record.tables import Tables, column_names, connect, literal, refusal, refuse_damaged

_SUFFIXES = (".parquet", ".csv.gz", ".csv.zst", ".csv", ".tsv")


def tables_in_folder(folder: Path, names: Mapping[str, str] | None = None, also: Iterable[Path] = ()) -> Tables:
    """Each table of a folder: ``measurement.parquet``, ``MEASUREMENT.csv.gz`` or ``measurement/*.parquet``.

    ``names`` maps the name of a file, in lower case and without its suffix, to that of the table; others are left out.
    ``also`` are folders whose tables belong to the same data set.

    Raises
    ------
    RecordError
        A file cannot be read.
    """
    if not folder.is_dir():
        raise RecordError(f"there is no folder '{folder}'")
    connection = connect()
    columns: dict[str, tuple[str, ...]] = {}
    for entry in sorted(path for each in (folder, *also) for path in each.iterdir()):
        found = _files(entry)
        if found is None:
            continue
        stem, pattern, suffix = found
        table = stem if names is None else names.get(stem, "")
        if table and table not in columns:
            for file in [entry] if entry.is_file() else sorted(entry.glob(f"*{suffix}")):
                refuse_damaged(file)
            columns[table] = _view(connection, table, pattern, suffix, folder.name)
    return Tables(connection, folder.name, columns)


def names_in_folder(folder: Path) -> frozenset[str]:
    """The names of the tables in a folder."""
    return frozenset(found[0] for entry in folder.iterdir() if (found := _files(entry)) is not None)


def _files(entry: Path) -> tuple[str, str, str] | None:
    """Name of the table, pattern and kind of the files that hold it, or None."""
    if entry.name.startswith((".", "_")):
        return None
    folded = entry.name.lower()
    if entry.is_file():
        suffix = next((each for each in _SUFFIXES if folded.endswith(each)), "")
        return (folded.removesuffix(suffix), literal(entry), suffix) if suffix else None
    for suffix in _SUFFIXES:
        if any(path.name.lower().endswith(suffix) for path in entry.glob("*")):
            return folded, literal(entry / f"*{suffix}"), suffix
    return None


def _view(connection: duckdb.DuckDBPyConnection, table: str, pattern: str, suffix: str, name: str) -> tuple[str, ...]:
    try:
        # Every cell of a CSV file as text: a column of codes that looks like numbers stays as printed.
        source = (
            parts_of_table(connection, table, pattern)
            if suffix == ".parquet"
            else f"read_csv({pattern}, header = true, all_varchar = true, nullstr = '')"
        )
        connection.execute(f'CREATE VIEW "{table}" AS SELECT * FROM {source}')
        return column_names(connection, table)
    except duckdb.Error as error:
        raise refusal(f"{name}/{table}", error) from error


def files_view(connection: duckdb.DuckDBPyConnection, table: str, pattern: Path, name: str) -> tuple[str, ...]:
    """Make a view of the Parquet files that match a pattern, and give its columns.

    Raises
    ------
    RecordError
        No file matches, or one is no Parquet.
    """
    return _view(connection, table, literal(pattern), ".parquet", name)
