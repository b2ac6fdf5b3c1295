"""What each draw of a person measured, as columns, and what the draws before it had measured.

Draws that the source itself calls steady count as earlier draws of those after them, and are not scored.
A missing value is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clarkson.analytes import Sex
from clarkson.balance.observation import assay_cv, observe
from clarkson.balance.population import PERSON, shared
from clarkson.balance.sample import Sample, samples
from clarkson.engine.gaussian import Array
from clarkson.record.record import Record

MISSING = float("nan")


@dataclass(frozen=True)
class Measured:
    """All n draws of one person in time order, the steady ones among them."""

    samples: tuple[Sample, ...]
    sex: Sex | None
    age_years: float | None

    @cached_property
    def scored(self) -> NDArray[np.bool_]:
        """Which draws get a score (n,): those that the source does not call steady."""
        return np.array([not each.steady for each in self.samples], dtype=np.bool_)

    @cached_property
    def hours(self) -> Array:
        """Hours (n,) since the first draw."""
        return np.array([(each.time - self.samples[0].time).total_seconds() / 3600.0 for each in self.samples])

    def level(self, analyte: str) -> Array:
        """The values (n,) of an analyte in its canonical unit."""
        found = (each.value(analyte) for each in self.samples)
        return np.array([MISSING if value is None else value for value in found], dtype=np.float64)

    @cached_property
    def hematocrit(self) -> Array:
        """Hematocrit (n,) as a fraction; from the hemoglobin and an ordinary MCHC where only that was measured."""
        known = self.level("hematocrit")
        return np.where(np.isnan(known), self.level("hemoglobin") / shared("mchc_g_per_l"), known)

    @cached_property
    def hematocrit_assay_cv(self) -> Array:
        """Analytic coefficient of variation (n,), a fraction, of the result that gave the hematocrit."""
        found = (each.results.get("hematocrit", each.results.get("hemoglobin")) for each in self.samples)
        return np.array(
            [MISSING if result is None else assay_cv(result.analyte, result.method) for result in found],
            dtype=np.float64,
        )

    @cached_property
    def albumin_deficit(self) -> tuple[Array, Array]:
        """ln(red-cell volume / albumin mass) (n,), whose change is D, and its ordinary variance (n,).

        Plasma volume has cancelled. The variance holds assay, biology and posture.
        """
        pairs = [_albumin_deficit(each) for each in self.samples]
        columns = np.array(pairs, dtype=np.float64).reshape(-1, 2)
        return columns[:, 0], columns[:, 1]


def measured(record: Record) -> Measured:
    """The draws of a record.

    >>> len(measured(Record("nobody")).hours)
    0
    """
    return Measured(samples(record), record.sex, record.age_years)


def _albumin_deficit(sample: Sample) -> tuple[float, float]:
    red_cells = next((key for key in ("hematocrit", "hemoglobin") if key in sample.results), None)
    if red_cells is None or "albumin" not in sample.results:
        return MISSING, MISSING
    seen = observe(sample, np.zeros(len(PERSON))).only((red_cells, "albumin"))
    against = np.array([1.0, -1.0])
    return float(against @ seen.observed), float(against @ seen.ordinary @ against)


def earlier(values: Array, summary: Callable[[Array], float]) -> Array:
    """For each draw (n,) a summary of the values measured before it; NaN where there are none.

    >>> earlier(np.array([2.0, np.nan, 1.0, 5.0]), np.min)
    array([nan,  2.,  2.,  1.])
    """
    found = np.full(len(values), MISSING)
    for now in range(len(values)):
        before = values[:now][~np.isnan(values[:now])]
        if len(before):
            found[now] = summary(before)
    return found


def first(values: Array) -> float:
    """The first of some values (k,).

    >>> first(np.array([3.0, 1.0]))
    3.0
    """
    return float(values[0])


def last(values: Array) -> float:
    """The last of some values (k,).

    >>> last(np.array([3.0, 1.0]))
    1.0
    """
    return float(values[-1])
