"""The cells of a CSV row: results, doses and events, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import get_args

from clarkson.analytes import Analyte, Method, method_of_loinc
from clarkson.errors import RecordError, UnitError
from clarkson.record.column_map import ColumnMap
from clarkson.record.doses import kind_of, volume_ml
from clarkson.record.headers import Header, named
from clarkson.record.numbers import Decimal, exact_number_of, number_of
from clarkson.record.record import Dose, DoseKind, Event, EventKind, Result, Skipped, Source, Status
from clarkson.record.rhythm import every_h_of
from clarkson.record.times import hours_after_origin, instant
from clarkson.units import canonical

_MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", ".", "missing"})
_STATUS: Mapping[str, Status] = {
    "": "final",
    "final": "final",
    "preliminary": "preliminary",
    "corrected": "corrected",
    "amended": "corrected",
}
_UNUSABLE_STATUS = frozenset({"cancelled", "canceled", "entered-in-error", "hemolysed", "hemolyzed", "rejected"})
_FALSE = frozenset({"0", "false", "no", "n"})
_TRUE = frozenset({"1", "true", "yes", "y", "x"})
_CLOCK = re.compile(r"^\d{1,2}:\d{2}")


@dataclass(frozen=True, slots=True)
class Cells:
    """How the cells of a table are read: its header, its column map, its zone, its decimal sign."""

    header: Header
    mapped: ColumnMap
    timezone: str | None
    decimal: Decimal


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with what holds for all that stands in it."""

    texts: list[str]
    table: Cells
    source: Source
    time: datetime
    exact: bool
    status: Status

    def cell(self, name: str) -> str:
        return _cell(self.texts, self.table, name)


def read_row(texts: list[str], source: Source, table: Cells) -> Iterator[Result | Dose | Event | Skipped]:
    """What stands in one row: one thing in a long table, one for each filled test in a wide one."""
    try:
        _refuse_shifted(texts, table.header)
        if _is_timeless_event(texts, table):
            kind = _cell(texts, table, "analyte").partition(":")[2].strip().lower()
            yield Event(_event_kind(kind), _cell(texts, table, "value") or kind, None, source)
            return
        time, exact = _time(texts, table)
        exact = exact and _cell(texts, table, "exact").lower() not in _FALSE
        row = _Row(texts, table, source, time, exact, _status(_cell(texts, table, "status").lower()))
    except RecordError as error:
        yield Skipped(source, str(error), _shown(texts))
        return
    if table.header.tests:
        yield from _wide(row)
    else:
        yield _guarded(partial(_long, row), source, _shown(texts))


def _guarded(read: Callable[[], Result | Dose | Event], source: Source, text: str) -> Result | Dose | Event | Skipped:
    try:
        return read()
    except UnitError as error:
        return Skipped(source, str(error), text, question=error.question)
    except RecordError as error:
        return Skipped(source, str(error), text)


def _shown(texts: list[str]) -> str:
    return " | ".join(text for text in texts if text)[:200]


def _cell(texts: list[str], table: Cells, name: str) -> str:
    place = table.header.column(name)
    return texts[place] if place is not None and place < len(texts) else ""


def _refuse_shifted(texts: list[str], header: Header) -> None:
    """A decimal comma between commas moves every cell behind it; so does a quotation mark that is never closed."""
    if any(texts[header.width :]):
        raise RecordError(f"it has {len(texts)} cells, the header {header.width}: is one of its commas a decimal sign?")
    if any("\n" in text or "\r" in text for place, text in enumerate(texts) if header.reads(place)):
        raise RecordError("a quotation mark takes several lines into one cell")


def _time(texts: list[str], table: Cells) -> tuple[datetime, bool]:
    hours, date, time = (_cell(texts, table, name) for name in ("hours", "date", "time"))
    if hours:
        return hours_after_origin(exact_number_of(hours, table.decimal)), True
    printed = f"{date} {time}".strip() if not time or _CLOCK.match(time) else time
    if not printed:
        raise RecordError("it has no time")
    return instant(printed, table.timezone, table.mapped.date_format)


def _status(printed: str) -> Status:
    if printed in _UNUSABLE_STATUS:
        raise RecordError(f"its status is '{printed}'")
    if printed not in _STATUS:
        raise RecordError(f"'{printed}' is no status; known are {', '.join(key for key in _STATUS if key)}")
    return _STATUS[printed]


def _wide(row: _Row) -> Iterator[Result | Dose | Event | Skipped]:
    for test in row.table.header.tests:
        text = row.texts[test.place] if test.place < len(row.texts) else ""
        if text.lower() not in _MISSING:
            source = Source(row.source.file, f"{row.source.place}, column {test.place + 1}")
            read = partial(_result, row, test.analyte, text, test.unit, test.method, source)
            yield _guarded(read, source, f"{test.analyte.key} {text} {test.unit}".strip())
    for place, name in row.table.header.unread:
        if place < len(row.texts) and row.texts[place]:
            yield Skipped(
                Source(row.source.file, f"{row.source.place}, column {place + 1}"),
                f"'{name}' is no test that Clarkson knows; a column map (--columns) can name it",
                row.texts[place],
            )


def _long(row: _Row) -> Result | Dose | Event:
    what, text, unit = row.cell("analyte"), row.cell("value"), row.cell("unit")
    kind, _, rest = what.partition(":")
    if kind.lower() == "dose" and rest:
        return _dose(row, rest.strip(), text, unit)
    if kind.lower() == "event" and rest:
        return _event(row, rest.strip().lower(), text)
    known = named(what, row.table.mapped)
    if known is None:
        raise RecordError(f"'{what}' is no test that Clarkson knows; a column map (--columns) can name it")
    if text.lower() in _MISSING:
        raise RecordError(f"{known.label} has no value")
    usual = method_of_loinc(what.strip()) or known.usual_method
    return _result(row, known, text, unit or row.table.mapped.units.get(known.key, ""), usual, row.source)


def _dose(row: _Row, what: str, text: str, unit: str) -> Dose:
    amount = None if text.lower() in _MISSING else exact_number_of(text, row.table.decimal)
    if amount is not None and amount < 0:
        raise RecordError(f"its amount is negative: {amount:g} {unit}".rstrip())
    volume = volume_ml(amount, unit)
    every = row.cell("every_h")
    end, exact_end = _end(row)
    return Dose(
        _dose_kind(row.cell("dose_kind").lower()) or kind_of(what),
        what,
        row.time,
        row.source,
        end=end,
        amount=amount,
        unit=unit,
        volume_ml=volume,
        lasting=row.cell("lasting").lower() in _TRUE,
        every_h=every_h_of(exact_number_of(every, row.table.decimal)) if every else None,
        exact_time=row.exact and exact_end,
    )


def _dose_kind(printed: str) -> DoseKind | None:
    kinds: tuple[DoseKind, ...] = get_args(DoseKind)
    if printed and printed not in kinds:
        raise RecordError(f"'{printed}' is no kind of dose; known are {', '.join(kinds)}")
    return next((each for each in kinds if each == printed), None)


def _end(row: _Row) -> tuple[datetime | None, bool]:
    """When it ended, and whether the hour of that is exact."""
    printed, exact = row.cell("end"), True
    if not printed:
        return None, exact
    if row.cell("hours"):
        end = hours_after_origin(exact_number_of(printed, row.table.decimal))
    else:
        end, exact = instant(printed, row.table.timezone, row.table.mapped.date_format)
    if end < row.time:
        raise RecordError("it ends before it starts")
    return end, exact


def _event(row: _Row, kind: str, text: str) -> Event:
    return Event(_event_kind(kind), text or kind, row.time, row.source, row.exact)


def _event_kind(printed: str) -> EventKind:
    kinds: tuple[EventKind, ...] = get_args(EventKind)
    found = next((each for each in kinds if each == printed), None)
    if found is None:
        raise RecordError(f"'{printed}' is no kind of event; known are {', '.join(kinds)}")
    return found


def _is_timeless_event(texts: list[str], table: Cells) -> bool:
    """Whether a row tells an event, such as a diagnosis, without saying when."""
    if any(_cell(texts, table, name) for name in ("hours", "date", "time")):
        return False
    return _cell(texts, table, "analyte").lower().startswith("event:")


def _result(row: _Row, known: Analyte, text: str, unit: str, usual: Method, source: Source) -> Result:
    value, comparator = number_of(text, row.table.decimal)
    printed = row.cell("printed_value")
    return Result(
        analyte=known.key,
        value=canonical(known.key, value, unit),
        time=row.time,
        source=source,
        method=_method(row, known, usual),
        status=row.status,
        comparator=comparator,
        laboratory=row.cell("laboratory"),
        raw_value=printed or text,
        raw_unit=row.cell("printed_unit") if printed else unit,
        steady=row.cell("steady").lower() in _TRUE,
        exact_time=row.exact,
    )


def _method(row: _Row, known: Analyte, usual: Method) -> Method:
    printed = row.cell("method").lower()
    if not printed:
        return usual
    if printed not in get_args(Method):
        raise RecordError(f"'{printed}' is no method; known are {', '.join(get_args(Method))}")
    # The one method of a wide row is not that of every test in it: no blood pressure comes from a finger-prick.
    if row.table.header.tests and printed not in known.method_cv_percent:
        return usual
    return printed  # type: ignore[return-value]
