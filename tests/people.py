"""Records for tests: one person, draws given as days and values in canonical units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from clarkson.analytes import Sex
from clarkson.record.record import Dose, Event, Record, Result, Source

START = datetime(2024, 3, 1, 8, tzinfo=UTC)


def result(analyte: str, value: float, *, hours: float = 0.0, steady: bool = False, **more: str) -> Result:
    return Result(analyte, value, START + timedelta(hours=hours), Source("test"), steady=steady, **more)  # type: ignore[arg-type]


def draw(hours: float = 0.0, /, **values: float) -> tuple[Result, ...]:
    return tuple(result(analyte, value, hours=hours) for analyte, value in values.items())


def steady_draw(hours: float, /, **values: float) -> tuple[Result, ...]:
    return tuple(result(analyte, value, hours=hours, steady=True) for analyte, value in values.items())


def record(
    *draws: tuple[Result, ...],
    sex: Sex | None = "male",
    age_years: float | None = 50.0,
    doses: tuple[Dose, ...] = (),
    events: tuple[Event, ...] = (),
) -> Record:
    results = tuple(sorted((each for some in draws for each in some), key=lambda each: each.time))
    return Record("test", results, doses, events, sex=sex, age_years=age_years)
