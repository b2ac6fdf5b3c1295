"""The published rows: what was measured, how far it can be trusted, and what it is used for."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

Use: TypeAlias = Literal["calibration", "held out", "given", "no claim"]

FILE = Path(__file__).with_name("observations.csv")

NORMAL_95 = 1.96
"""Standard deviations that hold 95 % of a normal distribution between them, on each side."""

QUARTILES_PER_DEVIATION = 1.35
"""Interquartile range of a normal distribution, in standard deviations."""

TOLERANCE = 0.20
"""Share of the value that is allowed where no interval was published."""

SMALLEST_CHANGE = 1.5
"""Percentage points that are always allowed in a change without a published interval."""


@dataclass(frozen=True)
class Observation:
    """One published number. `low` and `high` mean what `interval` says; NaN where nothing was published."""

    id: str
    source: str
    year: int
    url: str
    population: str
    intervention: str
    time_h: float
    variable: str
    unit: str
    value: float
    low: float
    high: float
    interval: str
    retrieved: bool
    use: Use
    why: str

    @property
    def claimed(self) -> bool:
        """Whether the body says what this number should be."""
        return self.use in ("calibration", "held out")

    @property
    def decides(self) -> bool:
        """Whether the row counts: it makes a claim and its number was read in its source."""
        return self.claimed and self.retrieved

    @property
    def spread(self) -> float:
        """Standard deviation of what was reported (of the mean, where a standard error was); NaN where none."""
        width = self.high - self.low
        if self.interval.startswith(("SD", "SEM")):
            return width / 2.0
        if self.interval == "95CI":
            return width / (2.0 * NORMAL_95)
        if self.interval == "IQR":
            return width / QUARTILES_PER_DEVIATION
        return math.nan

    @property
    def allowed(self) -> tuple[float, float]:
        """Lowest and highest simulated value that count as inside.

        The published 95 % interval; SD, SEM and quartiles widened to it; a range or a bound as given. Without any, a
        fifth of the value on each side, and in a change at least 1.5 percentage points.
        """
        if "bound" in self.interval:
            return self.low, math.inf
        if self.interval == "95CI":
            return self.low, self.high
        if not math.isnan(self.spread):
            return self.value - NORMAL_95 * self.spread, self.value + NORMAL_95 * self.spread
        if not math.isnan(self.low) and not math.isnan(self.high):
            return self.low, self.high
        width = TOLERANCE * abs(self.value)
        if self.unit == "bool":
            width = 0.0
        elif self.unit.startswith("%") and "change" in self.variable:
            width = max(width, SMALLEST_CHANGE)
        return self.value - width, self.value + width

    def inside(self, simulated: float) -> bool:
        """Whether a simulated value is within what is allowed."""
        low, high = self.allowed
        return low <= simulated <= high

    @property
    def widened(self) -> bool:
        """Whether the row got an interval of its own after the first results were seen."""
        return "Wilson" in self.why

    def inside_at_first(self, simulated: float) -> bool:
        """Whether a simulated value is inside by the rule as it stood when the first results were seen."""
        return abs(simulated - self.value) <= TOLERANCE * abs(self.value) if self.widened else self.inside(simulated)

    def deviations(self, simulated: float) -> float:
        """Distance from the published value in standard deviations; NaN where none was published."""
        return (simulated - self.value) / self.spread


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _use(text: str) -> Use:
    if text not in get_args(Use):
        raise ValueError(f"use is one of {', '.join(get_args(Use))}, not {text!r}")
    return text  # type: ignore[return-value]


def observations() -> dict[str, Observation]:
    """Every row by its id, in the order of the file."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        return {
            row["id"]: Observation(
                id=row["id"],
                source=row["source"],
                year=int(row["year"]),
                url=row["url"],
                population=row["population"],
                intervention=row["intervention"],
                time_h=_number(row["time_h"]),
                variable=row["variable"],
                unit=row["unit"],
                value=_number(row["value"]),
                low=_number(row["low"]),
                high=_number(row["high"]),
                interval=row["interval"],
                retrieved=row["retrieved"] == "yes",
                use=_use(row["use"]),
                why=row["why"],
            )
            for row in csv.DictReader(lines)
        }
