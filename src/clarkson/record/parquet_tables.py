"""The Parquet tables that Clarkson writes: people, results, doses and events of many records."""

from __future__ import annotations

from pathlib import Path

from clarkson.analytes import analytes
from clarkson.record.printed import Printed, tests_table
from clarkson.record.tables import Tables, connect, files_view

TABLES = ("people", "results", "doses", "events")


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
    tables.need("kept_people", ("subject", "sex", "age_years", "diagnoses", "citation", "relative_time"))
    tables.need(
        "kept_results", ("subject", "time", "analyte", "value", "comparator", "raw_value", "raw_unit", "steady")
    )
    tables.need("kept_doses", ("subject", "kind", "what", "start", "end", "amount", "unit", "lasting", "every_h"))
    tables.need("kept_events", ("subject", "kind", "text", "time"))
    units = {entry.key: entry.unit for entry in analytes().values()}
    # A bound is read as text: as a number it would be one.
    bound = "coalesce(comparator, '') <> ''"
    return Printed(
        people="SELECT *, 'people' AS file, subject AS place, NULL::DATE AS born, 1 AS rows FROM kept_people",
        results=(
            "SELECT subject, file, place, epoch_us(time) AS time_us, exact_time AS exact, analyte AS test,"
            f" analyte AS words, CASE WHEN {bound} THEN NULL ELSE value END AS value,"
            f" CASE WHEN {bound} THEN comparator || value::VARCHAR END AS printed, NULL::VARCHAR AS unit, comparator,"
            " status, method, laboratory, NULL::VARCHAR AS refusal, steady, raw_value AS as_printed,"
            " raw_unit AS as_printed_unit FROM kept_results"
        ),
        doses=(
            "SELECT subject, file, place, epoch_us(start) AS start_us, epoch_us(\"end\") AS end_us, '' AS drug,"
            " what AS words, amount, unit, NULL::VARCHAR AS refusal, kind AS said_kind, lasting, every_h"
            " FROM kept_doses"
        ),
        events=(
            "SELECT subject, file, place, epoch_us(time) AS time_us, kind, text AS words, NULL::VARCHAR AS refusal"
            " FROM kept_events"
        ),
        tests=tests_table((key, key, None, unit) for key, unit in units.items()),
        counted=tuple(tables.columns),
        clock_time=False,
    )
