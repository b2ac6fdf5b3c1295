"""Results that fit no state of a person: a sodium or cell size beyond what even the widest mechanism could give."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from clarkson.balance import population as people
from clarkson.balance.observation import CELL_SIZE, SODIUM_LEVEL
from clarkson.balance.population import Population
from clarkson.balance.sample import Sample
from clarkson.watch.mechanisms import changes

BELIEVABLE_SD = 4.0
_JUDGED = (("sodium", people.SODIUM, SODIUM_LEVEL), ("mcv", people.MCV, CELL_SIZE))


def odd(sample: Sample, population: Population) -> tuple[str, ...]:
    """The analytes of a draw that are not weighed because nothing described here could give them.

    Red cells and proteins are never set aside: attacks reach the ends of what living people have.

    >>> from datetime import datetime
    >>> odd(Sample(datetime(2024, 1, 1), {}), people.population(None, None))
    ()
    """
    found = []
    for key, coordinate, change in _JUDGED:
        value = sample.value(key)
        if value is None:
            continue
        usual = math.log(people.shared("mcv_fl")) if key == "mcv" else 0.0
        mean, variance = _widest(change)
        sd = math.sqrt(float(population.covariance[coordinate, coordinate] + variance))
        away = math.log(value) - usual - population.mean[coordinate] - mean
        if abs(away) > BELIEVABLE_SD * sd:
            found.append(key)
    return tuple(found)


@cache
def _widest(change: int) -> tuple[float, float]:
    """Mean and variance of a change in the widest mechanism."""
    widest = changes("unknown")[:, change]
    return float(widest.mean()), float(np.var(widest))
