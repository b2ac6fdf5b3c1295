"""What the filter expects of the next hematocrit and albumin: bands for hours ahead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clarkson.balance.observation import albumin_share, value_of
from clarkson.balance.population import Population, population
from clarkson.engine.gaussian import Array
from clarkson.engine.mixture import quantile
from clarkson.engine.switching import Filtered, advance
from clarkson.watch import coordinates
from clarkson.watch.follow import PLACE_HOURS, Followed
from clarkson.watch.occasions import HOSPITAL_GAP, levels_before, pulled
from clarkson.watch.regimes import Watch

FORECAST_HOURS = (6.0, 24.0, 48.0)
FORECAST_ANALYTES = ("hematocrit", "albumin")


@dataclass(frozen=True, slots=True)
class Forecast:
    """A result as it would be expected some hours after a draw: median with its 90 % interval, canonical unit."""

    analyte: str
    hours: float
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Mixture:
    """A predictive distribution as Gaussians: weights, means and standard deviations (k,), in the scale of the rows."""

    weights: Array
    means: Array
    sds: Array

    def quantile(self, probability: float) -> float:
        """The value below which it lies with a probability."""
        return quantile(probability, self.weights, self.means, self.sds)


def _row(found: Watch, analyte: str) -> tuple[Array, float]:
    """Design (20,) and error variance of a laboratory result."""
    usual = 0.4 if analyte == "hematocrit" else 40.0
    equation = coordinates.row(analyte, usual, "laboratory", albumin_share(population(None, None).mean))
    own = equation.quantity
    draw = found.learned.variation[coordinates.QUANTITIES[own]].draw if own >= 0 else 0.0
    return equation.design, equation.assay + draw**2


def predicted(followed: Followed, found: Filtered, place: int, analyte: str) -> Mixture | None:
    """The distribution of a result at an occasion of ``found``, before it is seen; None where it was never measured.

    The scale is that of ``balance.observation``: logit of hematocrit, ln of albumin.
    """
    design, error = _row(followed.watch, analyte)
    needed = np.flatnonzero(design)
    if not set(needed.tolist()) <= set(followed.active):
        return None
    slope = design[list(followed.active)]
    means = found.mean_before[place] @ slope
    variances = np.einsum("a,rab,b->r", slope, found.covariance_before[place], slope) + error
    weights = found.before[place] / found.before[place].sum()
    return Mixture(weights, means, np.sqrt(variances))


def forecast(followed: Followed, place: int, people: Population) -> tuple[Forecast, ...]:
    """Hematocrit and albumin 6, 24 and 48 hours after a draw of the course, as far as each was ever measured.

    Nothing is assumed to be given meanwhile beyond what is usual in each mechanism.
    """
    occasion = int(followed.places[place])
    sample, pulls = followed.draws[place], followed.watch.learned.pulls
    levels, ago = levels_before(followed.draws[: place + 1], sample.time, people)
    in_hospital = place > 0 and sample.time - followed.draws[place - 1].time < HOSPITAL_GAP
    so_far = followed.draws[: place + 1]
    measured = {"hematocrit": any(each.red_cells for each in so_far), "albumin": any(each.proteins for each in so_far)}
    found = []
    for hours in FORECAST_HOURS:
        shift = pulled(levels, ago, ago + hours, pulls if in_hospital else {})[list(followed.active)]
        ahead = advance(followed.regimes, followed.occasions, followed.filtered, occasion, hours, PLACE_HOURS, shift)
        for analyte in FORECAST_ANALYTES:
            mixture = predicted(followed, ahead, 0, analyte) if measured[analyte] else None
            if mixture is not None:
                low, median, high = (
                    value_of(analyte, mixture.quantile(each), people.mean) for each in (0.05, 0.5, 0.95)
                )
                found.append(Forecast(analyte, hours, median, low, high))
    return tuple(found)
