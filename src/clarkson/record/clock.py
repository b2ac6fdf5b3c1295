"""Clock time to instants, for whole columns: the offsets of a zone as a table that DuckDB joins."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa

from clarkson.record.times import EARLIEST_YEAR, LATEST_YEAR, zone

_SECOND = timedelta(seconds=1)
# What ends the text of a time and is more than 14 hours.
_OFFSET_OF_NOWHERE = r":[0-9.]+\s*[+-](1[5-9]|[2-9][0-9]|14:?(0[1-9]|[1-9]))"


def utc_us(column: str) -> str:
    """SQL of the microseconds in UTC of a column that is a time with a zone or the text of one.

    NULL where the text is none, or has an offset that no place has.
    """
    if column == "NULL":
        return "NULL::BIGINT"
    nowhere = f"typeof({column}) = 'VARCHAR' AND regexp_matches({column}::VARCHAR, '{_OFFSET_OF_NOWHERE}')"
    return f"CASE WHEN {nowhere} THEN NULL ELSE epoch_us(try_cast({column} AS TIMESTAMPTZ)) END"


def clock_table(timezone: str) -> pa.Table:
    """Spans of clock time in a zone: ``from_us`` where each begins, its ``offset_us`` from UTC, and ``fault``.

    ``fault`` is "never" where the clock is put forward over the span and "twice" where it is put back.

    Raises
    ------
    SettingError
        There is no such zone.

    >>> table = clock_table("Europe/Zurich")
    >>> sorted(set(table["fault"].to_pylist()))
    ['', 'never', 'twice']
    """
    here = zone(timezone)
    rows: list[tuple[int, int, str]] = []
    day = datetime(EARLIEST_YEAR, 1, 1)
    offset = here.utcoffset(day) or timedelta(0)
    rows.append((_microseconds(day), _span(offset), ""))
    last = datetime(LATEST_YEAR, 1, 1)
    while day < last:
        following = day + timedelta(days=1)
        after = here.utcoffset(following) or timedelta(0)
        if after != offset:
            # With fold 0 the old offset holds until the end of the span that never happens, or happens twice.
            ends = _change(day, following, offset, timezone)
            begins = ends - abs(after - offset)
            rows.append((_microseconds(begins), _span(offset), "never" if after > offset else "twice"))
            rows.append((_microseconds(ends), _span(after), ""))
            offset = after
        day = following
    starts, offsets, faults = zip(*rows, strict=True)
    return pa.table(
        {
            "from_us": pa.array(starts, pa.int64()),
            "offset_us": pa.array(offsets, pa.int64()),
            "fault": pa.array(faults, pa.string()),
        }
    )


def _change(before: datetime, after: datetime, offset: timedelta, timezone: str) -> datetime:
    """The clock time from which another offset holds, with fold 0."""
    here = zone(timezone)
    while after - before > _SECOND:
        middle = before + (after - before) / 2
        middle = middle.replace(microsecond=0)
        if middle == before:
            break
        if here.utcoffset(middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _microseconds(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1)) / timedelta(microseconds=1))


def _span(offset: timedelta) -> int:
    return int(offset / timedelta(microseconds=1))
