"""The tables of public data sets: Parquet files by column, workbooks by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from clarkson.errors import RecordError

_EXTRA = "install the extra that brings it: pip install 'clarkson[evaluate]'"


def columns(file: Path, names: Sequence[str], *, only: tuple[str, Iterable[object]] | None = None) -> list[list[Any]]:
    """The named columns of a Parquet file, each a list (n,) in the order of the file.

    ``only`` keeps the rows whose value in that column is one of those given.

    Raises
    ------
    RecordError
        The file or a column is missing, it is no Parquet file, or pyarrow is not installed.

    >>> columns(Path("nowhere/labevents.parquet"), ["itemid"])
    Traceback (most recent call last):
    ...
    clarkson.errors.RecordError: 'labevents.parquet' is missing in 'nowhere'
    """
    _refuse_missing_file(file)
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        raise RecordError(f"'{file.name}' needs pyarrow; {_EXTRA}") from error
    rows = None if only is None else [(only[0], "in", list(only[1]))]
    try:
        known = parquet.read_schema(file).names
        refuse_missing_columns(names, known, file.name)
        table = parquet.read_table(file, columns=list(names), filters=rows)
    except ArrowException as error:
        raise RecordError(f"'{file.name}' cannot be read as Parquet: {error}") from error
    return [table.column(name).to_pylist() for name in names]


def sheet(file: Path) -> list[list[Any]]:
    """The rows of the first sheet of a workbook, its header among them; an empty cell is "".

    Raises
    ------
    RecordError
        The file is missing, no workbook or empty, or python-calamine is not installed.

    >>> sheet(Path("nowhere/people.xlsx"))
    Traceback (most recent call last):
    ...
    clarkson.errors.RecordError: 'people.xlsx' is missing in 'nowhere'
    """
    _refuse_missing_file(file)
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise RecordError(f"'{file.name}' needs python-calamine; {_EXTRA}") from error
    try:
        rows: list[list[Any]] = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise RecordError(f"'{file.name}' cannot be read as a workbook: {error}") from error
    if not rows:
        raise RecordError(f"'{file.name}' has no rows")
    return rows


def refuse_missing_columns(needed: Iterable[str], known: Iterable[str], name: str) -> None:
    """Refuse a table that lacks a column.

    Raises
    ------
    RecordError
        Some column is missing.

    >>> refuse_missing_columns(["age"], ["age", "sex"], "people.xlsx")
    """
    missing = sorted(set(needed) - set(known))
    if missing:
        raise RecordError(f"'{name}' lacks the columns {', '.join(repr(each) for each in missing)}")


def _refuse_missing_file(file: Path) -> None:
    if not file.is_file():
        raise RecordError(f"'{file.name}' is missing in '{file.parent}'")
