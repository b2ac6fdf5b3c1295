"""How a result is written so that reading it gives the same value: as it was printed, else in its canonical unit."""

from __future__ import annotations

from dataclasses import dataclass

from clarkson.analytes import analyte
from clarkson.errors import RecordError, UnitError
from clarkson.record.numbers import Decimal, number_of
from clarkson.record.record import Result
from clarkson.units import canonical

_POINT = Decimal(".")


@dataclass(frozen=True, slots=True)
class Writing:
    """A number, its text with the comparator, and a unit, under which a value is read back exactly."""

    number: float
    text: str
    unit: str


def writing_of(result: Result) -> Writing:
    """How a result is written: as printed where that gives its value, else its value in its canonical unit.

    >>> from datetime import UTC, datetime
    >>> from clarkson.record.record import Source
    >>> time = datetime(2024, 5, 1, tzinfo=UTC)
    >>> writing_of(Result("albumin", 35.0, time, Source("a"), raw_value="3.50", raw_unit="g/dL"))
    Writing(number=3.5, text='3.50', unit='g/dL')
    >>> writing_of(Result("albumin", 35.2, time, Source("a"), comparator="<"))
    Writing(number=35.2, text='<35.2', unit='g/L')
    """
    try:
        number, comparator = number_of(result.raw_value, _POINT)
        if (canonical(result.analyte, number, result.raw_unit), comparator) == (result.value, result.comparator):
            return Writing(number, result.raw_value.strip(), result.raw_unit)
    except (RecordError, UnitError):
        pass
    return Writing(result.value, f"{result.comparator}{result.value!r}", analyte(result.analyte).unit)
