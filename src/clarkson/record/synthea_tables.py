"""The CSV tables of Synthea: observations, medications, conditions and procedures of made-up people."""

from __future__ import annotations

from pathlib import Path

from clarkson.analytes import analytes, method_of_loinc
from clarkson.record.clock import utc_us
from clarkson.record.printed import NO_DOSES, NO_EVENTS, Printed, tests_table
from clarkson.record.table_files import tables_in_folder
from clarkson.record.tables import Tables

_TABLES = ("patients", "observations", "medications", "conditions", "procedures")


def tables_of_synthea(folder: Path) -> Tables:
    """The tables of a folder of Synthea's CSV files.

    Raises
    ------
    RecordError
        A file cannot be read.
    """
    return tables_in_folder(folder, {name: name for name in _TABLES})


def printed_synthea(tables: Tables) -> Printed:
    """The queries of Synthea's tables.

    Raises
    ------
    RecordError
        A table or a column is missing.
    """
    tables.need("patients", ("id", "birthdate", "gender"))
    tables.need("observations", ("date", "patient", "code", "description", "value", "units", "type"))
    events = []
    for table, kind in (("conditions", "diagnosis"), ("procedures", "procedure")):
        if table in tables:
            tables.need(table, ("patient", "code", "description"))
            start = tables.column(table, "start", "date")
            events.append(
                f"SELECT patient AS subject, '{table}' AS file, concat_ws(' ', code, 'at ' || {start}) AS place,"
                f" {_us(start)} AS time_us, '{kind}' AS kind, description AS words, NULL::VARCHAR AS refusal,"
                f" length({start}) > 10 AS exact"
                f" FROM {table}"
            )
    return Printed(
        people=(
            "SELECT id AS subject, 'patients' AS file, 'Id ' || id AS place, CASE gender WHEN 'F' THEN 'female'"
            " WHEN 'M' THEN 'male' END AS sex, try_cast(birthdate AS DATE) AS born, NULL::DOUBLE AS age_years,"
            " 1 AS rows FROM patients"
        ),
        results=(
            "SELECT patient AS subject, 'observations' AS file, concat_ws(' ', code, 'at ' || date) AS place,"
            f" {_us('date')} AS time_us, length(date) > 10 AS exact, code AS test, description AS words,"
            " try_cast(value AS DOUBLE) AS value, value AS printed, units AS unit, '' AS comparator, 'final' AS status,"
            " NULL::VARCHAR AS method, NULL::VARCHAR AS laboratory, NULL::VARCHAR AS refusal FROM observations"
        ),
        doses=_doses(tables) if "medications" in tables else NO_DOSES,
        events=" UNION ALL ".join(events) or NO_EVENTS,
        tests=tests_table(
            (code, entry.key, method_of_loinc(code), "") for entry in analytes().values() for code in entry.loinc
        ),
        counted=tuple(name for name in _TABLES if name in tables),
        clock_time=False,
    )


def _doses(tables: Tables) -> str:
    tables.need("medications", ("start", "patient", "code", "description"))
    stop = tables.column("medications", "stop")
    return (
        "SELECT patient AS subject, 'medications' AS file, concat_ws(' ', code, 'at ' || start) AS place,"
        f" {_us('start')} AS start_us, {_us(stop)} AS end_us,"
        " 'RxNorm ' || code AS drug, description AS words, NULL::DOUBLE AS amount, NULL::VARCHAR AS unit,"
        f" NULL::VARCHAR AS refusal, length(start) > 10 AND coalesce(length({stop}) > 10, true) AS exact"
        " FROM medications"
    )


def _us(column: str) -> str:
    """Microseconds in UTC; a date alone counts as noon."""
    return (
        f"CASE WHEN length({column}) = 10 THEN epoch_us(try_cast({column} AS TIMESTAMP) + INTERVAL 12 HOUR)"
        f" ELSE {utc_us(column)} END"
    )
