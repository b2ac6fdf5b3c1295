"""The Parquet files of one table, read as one.

A column may be of one kind in one file and of another in the next. Numbers of several types, times of several types,
and either of them beside text are taken as text, cell by cell as printed. What cannot be told apart that way is
refused, but only where the column is read. A file that has no cell in a column says nothing about its kind.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence

import duckdb

from clarkson.record.tables import literal

_TEXT, _EMPTY = "VARCHAR", '"NULL"'
_KINDS = (
    (re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(.*\)|FLOAT|DOUBLE"), "numbers"),
    (re.compile(r"DATE|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMP WITH TIME ZONE"), "times"),
    (re.compile("BOOLEAN"), "yes or no"),
    (re.compile(_TEXT), "text"),
)
_FRACTIONS = ("FLOAT", "DOUBLE")
_LONGEST_TYPE = 40


def parts_of_table(connection: duckdb.DuckDBPyConnection, table: str, pattern: str) -> str:
    """SQL of the source that reads all files that match a pattern, itself SQL, as one table.

    Raises
    ------
    duckdb.Error
        No file matches, or one is no Parquet.
    """
    # Almost every table has its columns alike in all files, and there can be thousands: one look at all of them.
    differing = connection.execute(
        f"SELECT 1 FROM parquet_schema({pattern}) GROUP BY lower(name)"
        " HAVING count(DISTINCT coalesce(duckdb_type, '')) > 1 LIMIT 1"
    ).fetchone()
    if differing is None:
        return f"read_parquet({pattern}, union_by_name = true)"
    types = {file: _types(connection, file) for (file,) in connection.execute(f"FROM glob({pattern})").fetchall()}
    cells = {
        column: _cells(connection, table, column, types)
        for column in sorted({column for each in types.values() for column in each})
    }
    alike: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for file, columns in types.items():
        alike.setdefault(tuple(columns.items()), []).append(file)
    parts = (
        f"SELECT {', '.join(f'{cells[column].get(type_, column)} AS {column}' for column, type_ in columns)}"
        f" FROM read_parquet([{', '.join(map(literal, files))}], union_by_name = true)"
        for columns, files in alike.items()
    )
    return f"({' UNION ALL BY NAME '.join(parts)})"


def _types(connection: duckdb.DuckDBPyConnection, file: str) -> dict[str, str]:
    """The type of each column of a file; the names are SQL, in lower case."""
    described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({literal(file)})").fetchall()
    return {'"' + str(name).lower().replace('"', '""') + '"': str(type_) for name, type_, *_ in described}


def _cells(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, types: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """SQL of the cells of a column for each type that it has in some file; a type that is left out stays."""
    files: dict[str, list[str]] = {}
    for file, columns in types.items():
        if column in columns and columns[column] != _EMPTY:
            files.setdefault(columns[column], []).append(file)
    if len(files) <= 1:
        return {}
    found = {type_: _first_filled(connection, column, those) for type_, those in files.items()}
    filled = {type_: file for type_, file in found.items() if file is not None}
    if len(filled) <= 1:
        only = next(iter(filled), _TEXT)
        return {type_: f"NULL::{only}" for type_ in files if type_ != only}
    kinds = {_kind(type_) for type_ in filled} - {"text"}
    if len(kinds) == 1 and not kinds <= filled.keys():
        return {type_: _as_text(column, type_) for type_ in files}
    said = literal(_mixed(table, column, filled, list(types)))
    return dict.fromkeys(files, f"error({said})::{_TEXT}")


def _first_filled(connection: duckdb.DuckDBPyConnection, column: str, files: Sequence[str]) -> str | None:
    """The first of these files that has a cell in the column."""
    for file in files:
        query = f"SELECT 1 FROM read_parquet({literal(file)}) WHERE {column} IS NOT NULL LIMIT 1"
        if connection.execute(query).fetchone():
            return file
    return None


def _kind(type_: str) -> str:
    """What a person calls the cells of a type; a type whose cells are no words is its own kind."""
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(type_)), type_)


def _as_text(column: str, type_: str) -> str:
    # The number 7 is the same person or code where another file has whole numbers.
    return f"regexp_replace({column}::VARCHAR, '\\.0$', '')" if type_ in _FRACTIONS else f"{column}::VARCHAR"


def _mixed(table: str, column: str, filled: Mapping[str, str], files: Sequence[str]) -> str:
    folder = os.path.commonpath(files)
    first: dict[str, str] = {}
    for type_, file in filled.items():
        kind, short = _kind(type_), type_[:_LONGEST_TYPE]
        what = f"{kind} ({short})" if kind != type_ else f"values of the type {short}"
        first.setdefault(kind, f"{what} in '{os.path.relpath(file, folder)}'")
    # Text goes with everything that can be printed: it is not what is in the way, if there is more.
    told = [said for kind, said in first.items() if kind != "text"] + [first[kind] for kind in first if kind == "text"]
    name = column[1:-1].replace('""', '"')
    return (
        f"the column {name} of the table {table} holds {told[0]} and {told[1]}; "
        "write it as one kind in all files of the table"
    )
