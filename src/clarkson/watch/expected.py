"""What each mechanism would let one expect of a result, given the red cells of the same draw."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from clarkson.balance.baseline import NORMAL_90_PERCENT, Baseline
from clarkson.balance.observation import Observation, value_of
from clarkson.balance.sample import RED_CELLS
from clarkson.engine.gaussian import log_densities
from clarkson.watch.mechanisms import changes, grown


@dataclass(frozen=True, slots=True)
class Expected:
    """The range (canonical unit) in which a mechanism puts nine of ten results."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Whether a result lies in the range."""
        return self.low <= value <= self.high


def expected(mechanism: str, analyte: str, seen: Observation, person: Baseline, days: float) -> Expected:
    """The range of ``analyte`` under a mechanism, ``days`` after the person's own level was last known.

    For a protein or sodium it is the range at the hematocrit that was measured.
    """
    row = seen.analytes.index(analyte)
    means = seen.person @ person.mean + grown(mechanism, days) * changes(mechanism) @ seen.change.T
    covariance = seen.person @ person.covariance @ seen.person.T + seen.ordinary
    given = [place for place, name in enumerate(seen.analytes) if name in RED_CELLS and name != analyte]
    if analyte in RED_CELLS or not given:
        middle, variance = means[:, row], covariance[row, row]
        weights = np.full(len(means), 1.0 / len(means))
    else:
        within = covariance[np.ix_(given, given)]
        gain = np.linalg.solve(within, covariance[given, row])
        log_weights = log_densities(seen.observed[given], means[:, given], within)
        weights = np.exp(log_weights - log_weights.max())
        weights /= weights.sum()
        middle = means[:, row] + (seen.observed[given] - means[:, given]) @ gain
        variance = covariance[row, row] - covariance[row, given] @ gain
    centre = float(weights @ middle)
    half = NORMAL_90_PERCENT * math.sqrt(float(weights @ np.square(middle - centre)) + float(variance))
    ends = (value_of(analyte, end, person.mean) for end in (centre - half, centre + half))
    return Expected(*ends)
