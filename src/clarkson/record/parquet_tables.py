"""The Parquet tables that Clarkson writes: people, results, doses and events of many records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args

from clarkson.analytes import Method, analytes
from clarkson.record.printed import Printed, tests_table
from clarkson.record.record import Status
from clarkson.record.table_files import files_view
from clarkson.record.tables import Tables, connect

TABLES = ("people", "results", "doses", "events")
_TEXT, _NUMBER, _TIME, _FLAG = "VARCHAR", "DOUBLE", "TIMESTAMP", "BOOLEAN"
_SOURCE = {"file": _TEXT, "place": _TEXT}
_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "people": {
        **{"subject": _TEXT, "sex": _TEXT, "age_years": _NUMBER, "height_cm": _NUMBER, "weight_kg": _NUMBER},
        **{"diagnoses": "VARCHAR[]", "citation": _TEXT, "relative_time": _FLAG},
    },
    "results": {
        **{"subject": _TEXT, "time": _TIME, "exact_time": _FLAG, "analyte": _TEXT, "value": _NUMBER},
        **{"comparator": _TEXT, "status": _TEXT, "method": _TEXT, "laboratory": _TEXT, "steady": _FLAG},
        **{"raw_value": _TEXT, "raw_unit": _TEXT, **_SOURCE},
    },
    "doses": {
        **{"subject": _TEXT, "kind": _TEXT, "what": _TEXT, "start": _TIME, "end": _TIME, "amount": _NUMBER},
        **{"unit": _TEXT, "lasting": _FLAG, "every_h": _NUMBER, "exact_time": _FLAG, **_SOURCE},
    },
    "events": {"subject": _TEXT, "kind": _TEXT, "text": _TEXT, "time": _TIME, "exact_time": _FLAG, **_SOURCE},
}
"""The columns that are read, with the type that each is taken as: a cell of another one is empty."""

PEOPLE = tuple(_COLUMNS["people"])
SEX = "CASE WHEN sex IN ('female', 'male') THEN sex END AS sex"
_PLACED = "subject, coalesce(file, '') AS file, coalesce(place, '') AS place"


def tables_of_parquet(folder: Path) -> Tables:
    """The four tables of a folder, each under its name with "kept" before it.

    Raises
    ------
    RecordError
        A table is missing, or is no Parquet.
    """
    connection = connect()
    columns = {
        f"kept_{name}": files_view(connection, f"kept_{name}", folder / f"{name}.parquet", folder.name)
        for name in TABLES
    }
    return Tables(connection, folder.name, columns)


def printed_parquet(tables: Tables) -> Printed:
    """The queries of the tables; values are in the canonical unit of their analyte.

    Raises
    ------
    RecordError
        A column is missing.
    """
    for name, columns in _COLUMNS.items():
        tables.need(f"kept_{name}", columns)
        tables.view(f"typed_{name}", f"SELECT {typed(name)} FROM kept_{name}")
    units = {entry.key: entry.unit for entry in analytes().values()}
    # A bound is read as text: as a number it would be one.
    bound = "coalesce(comparator, '') <> ''"
    return Printed(
        people=(
            f"SELECT * REPLACE ({SEX}), 'people' AS file,"
            " subject AS place, NULL::DATE AS born, 1 AS rows FROM typed_people"
        ),
        results=(
            f"SELECT {_PLACED}, epoch_us(time) AS time_us, exact_time AS exact, analyte AS test,"
            f" analyte AS words, CASE WHEN {bound} THEN NULL ELSE value END AS value,"
            f" CASE WHEN {bound} THEN comparator || value::VARCHAR END AS printed, NULL::VARCHAR AS unit, comparator,"
            f" status, method, laboratory, coalesce({unknown('status', 'status', get_args(Status))},"
            f" {unknown('method', 'method', get_args(Method))}) AS refusal, steady, raw_value AS as_printed,"
            " raw_unit AS as_printed_unit FROM typed_results"
        ),
        doses=(
            f"SELECT {_PLACED}, epoch_us(start) AS start_us, epoch_us(\"end\") AS end_us, '' AS drug,"
            " what AS words, amount, unit, NULL::VARCHAR AS refusal, kind AS said_kind, lasting, every_h,"
            " exact_time AS exact FROM typed_doses"
        ),
        events=(
            f"SELECT {_PLACED}, epoch_us(time) AS time_us, kind, text AS words, NULL::VARCHAR AS refusal,"
            " exact_time AS exact FROM typed_events"
        ),
        tests=tests_table((key, key, None, unit) for key, unit in units.items()),
        counted=tuple(tables.columns),
        clock_time=False,
    )


def typed(name: str) -> str:
    """SQL of the columns of one of these tables, each as the type that it is taken as."""
    return ", ".join(f'try_cast("{column}" AS {kind}) AS "{column}"' for column, kind in _COLUMNS[name].items())


def unknown(name: str, column: str, known: Iterable[str]) -> str:
    """SQL of what is said where a word is none of those known, else NULL."""
    words = ", ".join(f"'{each}'" for each in known)
    return f"CASE WHEN {column} NOT IN ({words}) THEN concat('the {name} ', {column}, ' is not known') END"
