"""What the tables of a data set print, in one shape for every format: people, results, doses, events as SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from clarkson.analytes import Method

TESTS = pa.schema(
    [("test", pa.string()), ("analyte", pa.string()), ("test_method", pa.string()), ("test_unit", pa.string())]
)


@dataclass(frozen=True, slots=True)
class Printed:
    """Queries over the tables of a data set. A column that a format does not have is NULL.

    ``people``: subject, sex ("female", "male"), born DATE, age_years DOUBLE.
    ``results``: subject, file, place, time_us BIGINT, exact BOOLEAN, test, words, value DOUBLE, printed, unit,
    comparator, status, method, laboratory, refusal.
    ``doses``: subject, file, place, start_us, end_us, drug, words, amount DOUBLE, unit, refusal.
    ``events``: subject, file, place, time_us, kind, words, refusal.
    All but the numbers are VARCHAR. Times are microseconds since 1970 on the clock of the data set if ``clock_time``,
    else in UTC. ``refusal`` says why a row cannot be used whatever else it holds.

    What Clarkson wrote says more, in columns that other formats leave out: ``people`` height_cm, weight_kg, diagnoses,
    citation, relative_time; ``results`` steady BOOLEAN, as_printed, as_printed_unit; ``doses`` said_kind, lasting
    BOOLEAN, every_h DOUBLE, exact BOOLEAN; ``events`` exact BOOLEAN.

    ``tests`` maps a test to its analyte, how it was measured and the unit where the row prints none; rows of other
    tests are counted and not read. ``drugs`` maps a drug to its kind where the format has codes of its own; otherwise
    a drug is a code such as "RxNorm 7512", or the words decide. ``counted`` are the tables whose rows these are.
    ``units`` are those to expect where looking for all that occur would be a second reading of everything.
    """

    people: str
    results: str
    doses: str
    events: str
    tests: pa.Table
    counted: tuple[str, ...]
    drugs: pa.Table | None = None
    clock_time: bool = True
    citation: str = ""
    remarks: tuple[str, ...] = ()
    units: tuple[str, ...] | None = None


NO_DOSES = (
    "SELECT NULL::VARCHAR AS subject, NULL::VARCHAR AS file, NULL::VARCHAR AS place, NULL::BIGINT AS start_us,"
    " NULL::BIGINT AS end_us, NULL::VARCHAR AS drug, NULL::VARCHAR AS words, NULL::DOUBLE AS amount,"
    " NULL::VARCHAR AS unit, NULL::VARCHAR AS refusal WHERE false"
)
NO_EVENTS = (
    "SELECT NULL::VARCHAR AS subject, NULL::VARCHAR AS file, NULL::VARCHAR AS place, NULL::BIGINT AS time_us,"
    " NULL::VARCHAR AS kind, NULL::VARCHAR AS words, NULL::VARCHAR AS refusal WHERE false"
)


def numbered(column: str) -> str:
    """SQL of where a row stands by its number; a row that has none stands somewhere too.

    >>> numbered("row_id")
    "coalesce('row_id ' || row_id, 'no row_id')"
    """
    name = column.removeprefix("e.")
    return f"coalesce('{name} ' || {column}, 'no {name}')"


def tests_table(rows: Iterable[tuple[str, str, Method | None, str]]) -> pa.Table:
    """Test, analyte, method and unit as a table in which each test stands once: its first row.

    >>> tests_table([("50862", "albumin", None, "")]).num_rows
    1
    """
    first: dict[str, tuple[str, str, Method | None, str]] = {}
    for row in rows:
        first.setdefault(row[0], row)
    return pa.table([list(column) for column in zip(*first.values(), strict=True)] or [[]] * len(TESTS), schema=TESTS)
