"""A number from a table of a public data set: a result in the canonical unit, or the reason why not."""

from __future__ import annotations

import math
from datetime import datetime
from functools import lru_cache

from clarkson.analytes import Method, analyte
from clarkson.errors import RecordError, UnitError
from clarkson.record.numbers import Decimal, number_of
from clarkson.record.record import Comparator, Result, Skipped, Source
from clarkson.units import canonical

_POINT = Decimal(".", said=True)


def measured(
    key: str,
    printed: float | str,
    unit: str,
    time: datetime | None,
    source: Source,
    *,
    method: Method | None = None,
    exact_time: bool = True,
) -> Result | Skipped:
    """The result of the analyte ``key`` that was printed with that unit, or what was skipped and why.

    A text may be a number or a bound ("<5"). Without ``method`` it is the usual one of the analyte.

    >>> from datetime import UTC
    >>> measured("albumin", 3.5, "g/dL", datetime(2020, 1, 1, tzinfo=UTC), Source("labs.csv")).value
    35.0
    """
    raw, value, comparator, refusal = _read(key, printed, unit)
    if refusal is not None or time is None:
        reason = "it has no time" if refusal is None else str(refusal)
        asked = isinstance(refusal, UnitError) and refusal.question
        return Skipped(source, reason, f"{key} {raw} {unit}".rstrip(), question=asked)
    return Result(
        key,
        value,
        time,
        source,
        method=analyte(key).usual_method if method is None else method,
        comparator=comparator,
        raw_value=raw,
        raw_unit=unit,
        exact_time=exact_time,
    )


# Bedside monitors print the same few thousand numbers over and over.
@lru_cache(maxsize=65536)
def _read(key: str, printed: float | str, unit: str) -> tuple[str, float, Comparator, RecordError | UnitError | None]:
    """The number as printed, the canonical value, its comparator, and why it is refused if it is."""
    raw = printed.strip() if isinstance(printed, str) else f"{printed:.10g}"
    try:
        number, comparator = number_of(raw, _POINT) if isinstance(printed, str) else (float(printed), "")
        return raw, canonical(key, number, unit), comparator, None
    except (RecordError, UnitError) as error:
        return raw, math.nan, "", error
