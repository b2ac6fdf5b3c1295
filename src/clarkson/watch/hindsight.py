"""In hindsight: what all results of a record, later ones too, say about each of its draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from clarkson.balance.balance import Estimate
from clarkson.balance.baseline import NORMAL_90_PERCENT
from clarkson.balance.observation import ALBUMIN_MASS, PLASMA
from clarkson.engine.gaussian import Array
from clarkson.engine.smoothing import smooth
from clarkson.record.record import Record
from clarkson.watch.assessment import DEFAULT_PRIOR
from clarkson.watch.coordinates import FIRST_CHANGE
from clarkson.watch.follow import Followed, follow
from clarkson.watch.mechanisms import mechanisms


@dataclass(frozen=True, slots=True)
class Hindsight:
    """One draw: the probability of a leak as it was live and as it is in hindsight, the likeliest mechanism.

    The changes are percent of the person's own level as the filter sees them; in hindsight red cells that were gained
    or lost are taken into account.
    """

    time: datetime
    live: float
    probability: float
    mechanism: str
    plasma_volume_change_percent: Estimate
    albumin_mass_change_percent: Estimate


def hindsight(record: Record, *, prior: float = DEFAULT_PRIOR) -> tuple[Hindsight, ...]:
    """Every draw of a record in the light of all of them.

    >>> hindsight(Record("nobody"))
    ()
    """
    followed = follow(record, prior=prior)
    if not followed.draws:
        return ()
    found = smooth(followed.regimes, followed.occasions, followed.filtered)
    names = followed.watch.names
    families = np.zeros((len(followed.draws), len(names)))
    np.add.at(families.T, followed.regimes.family, found.weights[followed.places].T)
    leaks = [place for place, name in enumerate(names) if mechanisms()[name].kind == "leak"]
    return tuple(
        Hindsight(
            sample.time,
            float(followed.leak[place]),
            float(families[place, leaks].sum()),
            names[int(families[place].argmax())],
            _percent(followed, found.weights[at], found.mean[at], found.covariance[at], PLASMA),
            _percent(followed, found.weights[at], found.mean[at], found.covariance[at], ALBUMIN_MASS),
        )
        for place, (sample, at) in enumerate(zip(followed.draws, followed.places.tolist(), strict=True))
    )


def _percent(followed: Followed, weights: Array, mean: Array, covariance: Array, quantity: int) -> Estimate:
    """Mean and 90 % interval of a change, over all regimes, in percent."""
    at = followed.active.index(FIRST_CHANGE + quantity)
    middle = float(weights @ mean[:, at])
    variance = float(weights @ (covariance[:, at, at] + np.square(mean[:, at] - middle)))
    half = NORMAL_90_PERCENT * math.sqrt(max(variance, 0.0))
    low, median, high = (100.0 * math.expm1(each) for each in (middle - half, middle, middle + half))
    return Estimate(median, low, high)
