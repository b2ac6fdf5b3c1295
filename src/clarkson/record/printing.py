"""How a result is written so that reading it gives the same value: as it was printed, else in its canonical unit."""

from __future__ import annotations

from clarkson.analytes import analyte
from clarkson.errors import RecordError, UnitError
from clarkson.record.numbers import Decimal, number_of
from clarkson.record.record import Result
from clarkson.units import canonical


def number_and_unit(result: Result) -> tuple[float, str]:
    """The number and the unit under which the value is read back exactly.

    >>> from datetime import UTC, datetime
    >>> from clarkson.record.record import Source
    >>> time = datetime(2024, 5, 1, tzinfo=UTC)
    >>> number_and_unit(Result("albumin", 35.0, time, Source("a"), raw_value="3.5", raw_unit="g/dL"))
    (3.5, 'g/dL')
    >>> number_and_unit(Result("albumin", 35.2, time, Source("a")))
    (35.2, 'g/L')
    """
    try:
        number, _ = number_of(result.raw_value, Decimal(".", said=True))
        if canonical(result.analyte, number, result.raw_unit) == result.value:
            return number, result.raw_unit
    except (RecordError, UnitError):
        pass
    return result.value, analyte(result.analyte).unit
