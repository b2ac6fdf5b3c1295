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
from clarkson.record.record import Comparator, Dose, Event, EventKind, Result, Skipped, Source, Status
from clarkson.record.times import hours_after_origin, instant
from clarkson.units import canonical

_NUMBER = re.compile(r"^(?P<comparator><=|>=|<|>|≤|≥)?\s*(?P<number>[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d{1,3})?)$")
_GROUPED = re.compile(r"^[+-]?[1-9]\d{0,2}(,\d{3})+$")
_MISSING = frozenset({"na", "n/a", "nan", "null", "none", "-", "--", ".", "missing"})
_SIGNS: Mapping[str, Comparator] = {"": "", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">="}
_STATUS: Mapping[str, Status] = {
    "": "final",
    "final": "final",
    "preliminary": "preliminary",
    "corrected": "corrected",
    "amended": "corrected",
}
_UNUSABLE_STATUS = frozenset({"cancelled", "canceled", "entered-in-error", "hemolysed", "hemolyzed", "rejected"})
_TRUE = frozenset({"1", "true", "yes", "y", "x"})


@dataclass(frozen=True, slots=True)
class Cells:
    """How the cells of a table are read: its header, its column map, its zone, its decimal sign."""

    header: Header
    mapped: ColumnMap
    timezone: str | None
    decimal: str


def read_row(row: list[str], source: Source, cells: Cells) -> Iterator[Result | Dose | Event | Skipped]:
    """What stands in one row: one thing in a long table, one for each filled test in a wide one."""
    try:
        time, exact = _time(row, cells)
    except RecordError as error:
        yield Skipped(source, str(error), _shown(row))
        return
    if cells.header.tests:
        yield from _wide(row, time, exact, source, cells)
    else:
        yield _guarded(partial(_long, row, time, exact, source, cells), source, _shown(row))


def _guarded(read: Callable[[], Result | Dose | Event], source: Source, text: str) -> Result | Dose | Event | Skipped:
    try:
        return read()
    except UnitError as error:
        return Skipped(source, str(error), text, question=error.question)
    except RecordError as error:
        return Skipped(source, str(error), text)


def _shown(row: list[str]) -> str:
    return " | ".join(cell for cell in row if cell)[:200]


def _cell(row: list[str], cells: Cells, name: str) -> str:
    place = cells.header.column(name)
    return row[place] if place is not None and place < len(row) else ""


def _time(row: list[str], cells: Cells) -> tuple[datetime, bool]:
    if cells.header.column("hours") is not None:
        return hours_after_origin(_number(_cell(row, cells, "hours"), cells.decimal)[0]), True
    text = _cell(row, cells, "time")
    if not text:
        raise RecordError("it has no time")
    return instant(text, cells.timezone, cells.mapped.date_format)


def _wide(
    row: list[str], time: datetime, exact: bool, source: Source, cells: Cells
) -> Iterator[Result | Dose | Event | Skipped]:
    for test in cells.header.tests:
        text = row[test.place] if test.place < len(row) else ""
        if text and text.lower() not in _MISSING:
            cell = Source(source.file, f"{source.place}, column {test.place + 1}")
            read = partial(
                _result, test.analyte, text, test.unit, test.analyte.usual_method, time, exact, cell, row, cells
            )
            yield _guarded(read, cell, f"{test.analyte.key} {text} {test.unit}".strip())
    for place, name in cells.header.unread:
        if place < len(row) and row[place]:
            yield Skipped(
                Source(source.file, f"{source.place}, column {place + 1}"),
                f"'{name}' is no test that Clarkson knows; a column map (--columns) can name it",
                row[place],
            )


def _long(row: list[str], time: datetime, exact: bool, source: Source, cells: Cells) -> Result | Dose | Event:
    what, text = _cell(row, cells, "analyte"), _cell(row, cells, "value")
    unit = _cell(row, cells, "unit")
    kind, _, rest = what.partition(":")
    if kind.lower() == "dose" and rest:
        amount = _number(text, cells.decimal)[0] if text else None
        volume = volume_ml(amount, unit)
        return Dose(kind_of(rest), rest.strip(), time, source, amount=amount, unit=unit, volume_ml=volume)
    if kind.lower() == "event" and rest:
        return _event(rest.strip().lower(), text, time, source)
    known = named(what, cells.mapped)
    if known is None:
        raise RecordError(f"'{what}' is no test that Clarkson knows; a column map (--columns) can name it")
    if not text or text.lower() in _MISSING:
        raise RecordError(f"{known.label} has no value")
    method = _method(_cell(row, cells, "method"), method_of_loinc(what.strip()) or known.usual_method)
    return _result(known, text, unit or cells.mapped.units.get(known.key, ""), method, time, exact, source, row, cells)


def _event(kind: str, text: str, time: datetime, source: Source) -> Event:
    kinds = get_args(EventKind)
    if kind not in kinds:
        raise RecordError(f"'{kind}' is no kind of event; known are {', '.join(kinds)}")
    return Event(kind, text or kind, time, source)  # type: ignore[arg-type]


def _method(text: str, usual: Method) -> Method:
    if not text:
        return usual
    if text.lower() not in get_args(Method):
        raise RecordError(f"'{text}' is no method; known are {', '.join(get_args(Method))}")
    return text.lower()  # type: ignore[return-value]


def _result(
    known: Analyte,
    text: str,
    unit: str,
    method: Method,
    time: datetime,
    exact: bool,
    source: Source,
    row: list[str],
    cells: Cells,
) -> Result:
    status = _cell(row, cells, "status").lower()
    if status in _UNUSABLE_STATUS:
        raise RecordError(f"its status is '{status}'")
    if status not in _STATUS:
        raise RecordError(f"'{status}' is no status; known are {', '.join(key for key in _STATUS if key)}")
    value, comparator = _number(text, cells.decimal)
    return Result(
        analyte=known.key,
        value=canonical(known.key, value, unit),
        time=time,
        source=source,
        method=method,
        status=_STATUS[status],
        comparator=comparator,
        laboratory=_cell(row, cells, "laboratory"),
        raw_value=text,
        raw_unit=unit,
        steady=_cell(row, cells, "steady").lower() in _TRUE,
        exact_time=exact,
    )


def _number(text: str, decimal: str) -> tuple[float, Comparator]:
    """A printed number and its comparator; ``decimal`` is the sign in use, or "" where both may be.

    Raises
    ------
    RecordError
        The text is no number, or it cannot be told whether its comma groups thousands.
    """
    match = _NUMBER.match(text.strip())
    if match is None:
        raise RecordError(f"'{text}' is no number")
    number, sign = match["number"], _SIGNS[match["comparator"] or ""]
    if "," in number:
        if _GROUPED.match(number) and decimal != ",":
            raise RecordError(f"'{text}' can be read two ways (thousands or decimals): say decimal in a column map")
        if decimal == "." or number.count(",") > 1 or "." in number:
            raise RecordError(f"'{text}' is no number")
        number = number.replace(",", ".")
    elif number.count(".") > 1:
        raise RecordError(f"'{text}' is no number")
    return float(number), sign
