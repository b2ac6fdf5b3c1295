"""Whole columns of printed results to canonical ones.

The same arithmetic as ``units.canonical``, done by DuckDB for the rows that need no second look; every other row is
judged one by one by the code that judges a single result, so that both give the same value or the same sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from clarkson.analytes import Method, analyte
from clarkson.errors import UnitError
from clarkson.record.clock import clock_table
from clarkson.record.measured import measured
from clarkson.record.printed import Printed
from clarkson.record.record import Result, Skipped, Source
from clarkson.record.tables import Tables
from clarkson.record.times import EARLIEST_YEAR, LATEST_YEAR
from clarkson.units import MISSING, scale

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
EARLIEST_US = int((datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC) - EPOCH) / MICROSECOND)
LATEST_US = int((datetime(LATEST_YEAR, 1, 1, tzinfo=UTC) - EPOCH) / MICROSECOND)
BATCH_ROWS = 131072

RESULT_COLUMNS = pa.schema(
    [
        ("subject", pa.string()),
        ("time", pa.timestamp("us", "UTC")),
        ("exact_time", pa.bool_()),
        ("analyte", pa.string()),
        ("value", pa.float64()),
        ("comparator", pa.string()),
        ("method", pa.string()),
        ("status", pa.string()),
        ("laboratory", pa.string()),
        ("raw_value", pa.string()),
        ("raw_unit", pa.string()),
        ("file", pa.string()),
        ("place", pa.string()),
    ]
)
"""Canonical columns: one row a result; ``value`` in the canonical unit of its analyte."""

JUDGED = (
    "subject, file, place, time_us, exact, analyte, value, printed, unit, comparator, status, method, how, laboratory,"
    " refusal, canonical"
)
"""The columns of the view ``judged``, without what only a person reads."""

_SCALES = pa.schema(
    [
        ("analyte", pa.string()),
        ("unit", pa.string()),
        ("numerator", pa.float64()),
        ("denominator", pa.float64()),
        ("zero", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("usual_method", pa.string()),
    ]
)


def prepare(tables: Tables, printed: Printed, timezone: str | None) -> None:
    """Make the view ``judged`` of all results of known tests, with ``canonical`` NULL where a row needs a second look.

    Raises
    ------
    RecordError
        The data set cannot be read.
    SettingError
        There is no such time zone.
    """
    tables.keep("tests", printed.tests)
    if printed.clock_time and timezone is not None:
        tables.keep("clock", clock_table(timezone))
    tables.view("printed", printed.results)
    columns, clock = instants("p.time_us", "p.refusal", printed, timezone)
    tables.view(
        "known",
        "SELECT p.* EXCLUDE (time_us, refusal, unit, method),"
        " t.analyte, coalesce(p.method, t.test_method) AS method,"
        f" coalesce(nullif(p.unit, ''), t.test_unit, '') AS unit, {columns}"
        f" FROM printed p JOIN tests t ON p.test = t.test {clock}",
    )
    if printed.units is None:
        pairs = tables.rows("SELECT DISTINCT analyte, unit FROM known")
    else:
        pairs = [(key, unit) for key in set(printed.tests["analyte"].to_pylist()) for unit in set(printed.units)]
    tables.keep("scales", _scales(frozenset(pairs)))
    missing = ", ".join(repr(each) for each in sorted(MISSING))
    tables.view(
        "judged",
        f"""
        SELECT k.*, coalesce(k.method, s.usual_method) AS how,
          CASE WHEN k.refusal IS NULL AND coalesce(k.comparator, '') = '' AND k.time_us >= {EARLIEST_US}
            AND k.time_us < {LATEST_US} AND isfinite(k.value) AND NOT (k.value < 0 AND s.low >= 0)
            AND k.value NOT IN ({missing})
            AND k.value * s.numerator / s.denominator + s.zero BETWEEN s.low AND s.high
          THEN k.value * s.numerator / s.denominator + s.zero END AS canonical
        FROM known k LEFT JOIN scales s ON k.analyte = s.analyte AND k.unit = s.unit
        """,
    )


def instants(time: str, refused: str, printed: Printed, timezone: str | None) -> tuple[str, str]:
    """SQL of the columns ``time_us`` in UTC and ``refusal``, and of the join that they need."""
    if not printed.clock_time or timezone is None:
        return f"{time} AS time_us, {refused} AS refusal", ""
    columns = (
        f"{time} - clock.offset_us AS time_us, coalesce({refused}, CASE clock.fault"
        f" WHEN 'never' THEN 'its time never happened in {timezone}: the clock was put forward over it'"
        f" WHEN 'twice' THEN 'its time happened twice in {timezone}: the clock was put back' END) AS refusal"
    )
    return columns, f"ASOF LEFT JOIN clock ON {time} >= clock.from_us"


@lru_cache(maxsize=4)
def _scales(pairs: frozenset[tuple[str, str]]) -> pa.Table:
    """Factor, zero and plausible range of every pair of an analyte and a printed unit that has them."""
    rows: list[dict[str, Any]] = []
    for key, unit in pairs:
        entry = analyte(key)
        try:
            factor, zero = scale(key, unit)
        except UnitError:
            continue
        rows.append(
            {
                "analyte": key,
                "unit": unit,
                "numerator": float(factor.numerator),
                "denominator": float(factor.denominator),
                "zero": float(zero),
                "low": entry.plausible.low,
                "high": entry.plausible.high,
                "usual_method": entry.usual_method,
            }
        )
    return pa.Table.from_pylist(rows, schema=_SCALES)


def result_of(row: dict[str, Any]) -> Result | Skipped:
    """The result in a row of the view ``judged``, or what was skipped and why."""
    source = Source(row["file"], row["place"])
    refusal = row["refusal"] or refusal_of_time(row["time_us"])
    if refusal is not None:
        named = f"{row['analyte']} {row['printed'] or _number(row['value'])} {row['unit']}".strip()
        return Skipped(source, refusal, named)
    time = instant(row["time_us"])
    if row["canonical"] is not None:
        # The row was read whole: no need to read its number again.
        return _result(row, row["canonical"], time, source, "", _number(row["value"]))
    comparator = row["comparator"] or ""
    text = (
        row["printed"] or "" if row["value"] is None else f"{comparator}{_number(row['value'])}" if comparator else ""
    )
    if row["value"] is None and not text:
        return Skipped(source, "it has no number", row["analyte"])
    found = measured(row["analyte"], text or row["value"], row["unit"], time, source)
    if isinstance(found, Skipped):
        return found
    return _result(row, found.value, time, source, found.comparator, found.raw_value)


def refusal_of_time(time_us: int | None) -> str | None:
    """Why a time in microseconds cannot be that of a fact, or None.

    >>> refusal_of_time(None)
    'it has no time'
    """
    if time_us is None:
        return "it has no time"
    return None if EARLIEST_US <= time_us < LATEST_US else f"its year is outside {EARLIEST_YEAR} to {LATEST_YEAR}"


def _result(
    row: dict[str, Any], value: float, time: datetime, source: Source, comparator: Any, raw_value: str
) -> Result:
    # A format that keeps what was printed beside its own number says so.
    printed = row.get("as_printed")
    method: Method = row["how"] or row["method"] or analyte(row["analyte"]).usual_method
    return Result(
        row["analyte"],
        value,
        time,
        source,
        method,
        row["status"] or "final",
        comparator,
        row["laboratory"] or "",
        raw_value if printed is None else printed,
        row["unit"] if printed is None else row["as_printed_unit"] or "",
        row.get("steady") is True,
        row["exact"] is not False,
    )


@lru_cache(maxsize=4096)  # many results have one time
def instant(time_us: int) -> datetime:
    """The time of so many microseconds since 1970."""
    return EPOCH + time_us * MICROSECOND


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"


def canonical_batches(tables: Tables) -> Iterator[tuple[pa.RecordBatch, list[Skipped]]]:
    """Canonical columns batch by batch in no particular order, each with what was skipped in it.

    Raises
    ------
    RecordError
        The data set cannot be read.
    """
    for batch in tables.stream(f"SELECT {JUDGED} FROM judged WHERE subject IS NOT NULL", BATCH_ROWS):
        clean = pc.is_valid(batch.column("canonical"))
        yield clean_batch(batch.filter(clean)), []
        found = [(row["subject"], result_of(row)) for row in batch.filter(pc.invert(clean)).to_pylist()]
        judged = [(subject, each) for subject, each in found if isinstance(each, Result)]
        skipped = [each for _, each in found if isinstance(each, Skipped)]
        if judged or skipped:
            yield batch_of(judged), skipped


def clean_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Rows of the view ``judged`` that need no second look, as canonical columns."""
    taken = {
        "time": batch.column("time_us").cast(pa.timestamp("us", "UTC")),
        "exact_time": pc.fill_null(batch.column("exact"), True),
        "value": batch.column("canonical"),
        "comparator": pc.fill_null(batch.column("comparator").cast(pa.string()), ""),
        "method": batch.column("how"),
        "status": pc.fill_null(batch.column("status").cast(pa.string()), "final"),
        "laboratory": pc.fill_null(batch.column("laboratory").cast(pa.string()), ""),
        "raw_value": batch.column("value").cast(pa.string()),
        "raw_unit": batch.column("unit"),
    }
    columns = [
        (taken[name] if name in taken else batch.column(name)).cast(RESULT_COLUMNS.field(name).type)
        for name in RESULT_COLUMNS.names
    ]
    return pa.RecordBatch.from_arrays(columns, schema=RESULT_COLUMNS)


def batch_of(results: list[tuple[str, Result]]) -> pa.RecordBatch:
    """Results with their subjects as canonical columns."""
    rows = [
        {
            "subject": subject,
            "time": each.time,
            "exact_time": each.exact_time,
            "analyte": each.analyte,
            "value": each.value,
            "comparator": each.comparator,
            "method": each.method,
            "status": each.status,
            "laboratory": each.laboratory,
            "raw_value": each.raw_value,
            "raw_unit": each.raw_unit,
            "file": each.source.file,
            "place": each.source.place,
        }
        for subject, each in results
    ]
    return pa.RecordBatch.from_pylist(rows, schema=RESULT_COLUMNS)
