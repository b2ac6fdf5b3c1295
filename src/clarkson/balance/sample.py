"""Samples: the results of one draw, with the vital signs that were taken around it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from clarkson.record.record import Record, Result

ONE_DRAW = timedelta(hours=2)  # results closer than this are one draw: tubes are registered one by one
VITAL_SIGNS_BEFORE = timedelta(hours=6)
BLOOD = ("hematocrit", "hemoglobin", "erythrocytes", "mcv", "albumin", "total_protein", "sodium")
RED_CELLS = ("hematocrit", "hemoglobin", "erythrocytes")
PROTEINS = ("albumin", "total_protein")


@dataclass(frozen=True, slots=True)
class Sample:
    """What was known of a person at one time: the newest result of each analyte around one draw."""

    time: datetime
    results: Mapping[str, Result]
    steady: bool = False

    def value(self, analyte: str) -> float | None:
        """The value in the canonical unit, or None."""
        result = self.results.get(analyte)
        return None if result is None else result.value

    @property
    def red_cells(self) -> tuple[str, ...]:
        """The red-cell measures of the draw."""
        return tuple(key for key in RED_CELLS if key in self.results)

    @property
    def proteins(self) -> tuple[str, ...]:
        """The protein measures of the draw."""
        return tuple(key for key in PROTEINS if key in self.results)


def _preferred(results: list[Result]) -> dict[str, Result]:
    """One result an analyte: the laboratory's before a blood gas or finger-prick, then the newest."""
    chosen: dict[str, Result] = {}
    for result in sorted(results, key=_preference):
        chosen[result.analyte] = result
    return chosen


def _preference(result: Result) -> tuple[bool, datetime, str, str]:
    return result.method == "laboratory", result.time, result.source.file, result.source.place


def samples(record: Record) -> tuple[Sample, ...]:
    """The draws of a record in time order.

    A draw starts with a blood result and takes the blood results of the next two hours. A record
    without blood results gives one sample of its newest vital signs. Censored results ("<15") are
    not used as values.
    """
    usable = [each for each in record.results if not each.comparator]
    blood = sorted((each for each in usable if each.analyte in BLOOD), key=lambda each: each.time)
    draws: list[list[Result]] = []
    for result in blood:
        same_draw = draws and result.time - draws[-1][0].time < ONE_DRAW and result.steady == draws[-1][0].steady
        if same_draw:
            draws[-1].append(result)
        else:
            draws.append([result])
    others = sorted((each for each in usable if each.analyte not in BLOOD), key=lambda each: each.time)
    if not draws:
        return _vital_signs_alone(others)
    times = [each.time for each in others]
    return tuple(_sample(draw, others, times) for draw in draws)


def _sample(draw: list[Result], others: list[Result], times: list[datetime]) -> Sample:
    time = draw[0].time
    near = others[bisect_left(times, time - VITAL_SIGNS_BEFORE) : bisect_left(times, time + ONE_DRAW)]
    around = [each for each in near if each.steady == draw[0].steady]
    return Sample(time, _preferred(draw + around), steady=draw[0].steady)


def _vital_signs_alone(others: list[Result]) -> tuple[Sample, ...]:
    current = [each for each in others if not each.steady]
    if not current:
        return ()
    newest = max(each.time for each in current)
    return (Sample(newest, _preferred([each for each in current if newest - each.time <= VITAL_SIGNS_BEFORE])),)
