"""The baseline: a person's own set points, shrunk to the population where results are few.

The population prior of ``population.py`` is conditioned on every steady draw; what remains unknown
stays in the covariance and widens every interval that is computed from it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from clarkson.balance import population as people
from clarkson.balance.observation import observe
from clarkson.balance.population import Population
from clarkson.balance.sample import Sample
from clarkson.engine.gaussian import Array, condition

NORMAL_90_PERCENT = 1.6449  # half-width of a central 90 % interval in standard deviations


@dataclass(frozen=True, slots=True)
class SetPoint:
    """One analyte's steady level with its 90 % interval, canonical unit; ``results`` own values stand in it."""

    analyte: str
    value: float
    low: float
    high: float
    results: int


@dataclass(frozen=True, slots=True)
class Baseline:
    """A person's coordinates: mean (6,) and covariance (6, 6), and what they rest on."""

    mean: Array
    covariance: Array
    population: Population
    counts: Counter[str]
    newest: datetime | None
    samples: tuple[Sample, ...]

    @property
    def own(self) -> bool:
        """Whether the person's own blood results stand in it."""
        return any(self.counts[key] for key in ("hematocrit", "hemoglobin", "erythrocytes", "albumin", "total_protein"))

    def level(self, analyte: str) -> float | None:
        """Median of the person's own steady values of any analyte, or None."""
        values = [sample.results[analyte].value for sample in self.samples if analyte in sample.results]
        return float(np.median(values)) if values else None

    def set_points(self) -> tuple[SetPoint, ...]:
        """Hematocrit, hemoglobin, albumin, total protein as a person reads them."""
        levels = [_set_point(self, "hematocrit"), _set_point(self, "hemoglobin")]
        return (*levels, _set_point(self, "albumin"), _set_point(self, "total_protein"))


def baseline(population: Population, steady: Sequence[Sample]) -> Baseline:
    """The person's set points after the steady draws; with none of them, the population's.

    >>> round(baseline(people.population("male", 50), []).set_points()[0].value, 3)
    0.446
    """
    person = Baseline(population.mean, population.covariance, population, Counter(), None, ())
    for sample in sorted(steady, key=lambda each: each.time):
        person = with_draw(person, sample)
    return person


def with_draw(person: Baseline, sample: Sample) -> Baseline:
    """The person's set points after one more steady draw."""
    seen = observe(sample, person.mean)
    mean, covariance = condition(person.mean, person.covariance, seen.person, seen.observed, seen.ordinary)
    return replace(
        person,
        mean=mean,
        covariance=covariance,
        counts=person.counts + Counter(sample.results.keys()),
        newest=sample.time if person.newest is None else max(person.newest, sample.time),
        samples=(*person.samples, sample),
    )


def _set_point(person: Baseline, analyte: str) -> SetPoint:
    """Level and interval of an analyte from the person coordinates."""
    hematocrit = 1.0 / (1.0 + math.exp(-person.mean[people.HEMATOCRIT]))
    albumin, globulin = np.exp(person.mean[[people.ALBUMIN, people.GLOBULIN]])
    slope = np.zeros(len(people.PERSON))
    if analyte in ("hematocrit", "hemoglobin"):
        slope[people.HEMATOCRIT] = 1.0 - hematocrit
        middle = math.log(hematocrit)
        if analyte == "hemoglobin":
            slope[people.MCHC] = 1.0
            middle += math.log(people.shared("mchc_g_per_l")) + person.mean[people.MCHC]
    elif analyte == "albumin":
        slope[people.ALBUMIN] = 1.0
        middle = person.mean[people.ALBUMIN]
    else:
        share = albumin / (albumin + globulin)
        slope[people.ALBUMIN], slope[people.GLOBULIN] = share, 1.0 - share
        middle = math.log(albumin + globulin)
    half = NORMAL_90_PERCENT * math.sqrt(float(slope @ person.covariance @ slope))
    return SetPoint(analyte, math.exp(middle), math.exp(middle - half), math.exp(middle + half), person.counts[analyte])
