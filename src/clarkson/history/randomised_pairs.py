"""The randomisation test of paired blocks, and how often it would tell.

The lot could have put either course first in every pair. If the courses do the same, every pair's difference could as
well have had the other sign: all 2^pairs sign patterns are looked at. No model of attacks is needed; clusters and a
drifting rate do no harm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clarkson.errors import SettingError
from clarkson.history.conditional import mid_p_two_sided

Array = NDArray[np.float64]
ERROR = 0.05
_TRIALS = 2000


def pair_test(differences: Sequence[int]) -> float:
    """Two-sided p of the sum of the pairs' differences, exact.

    >>> pair_test([-1, -2, -1, -1, -1, -3])
    0.03125
    """
    if not len(differences):
        raise SettingError("no pair of blocks is complete: there is nothing to test")
    return float(_p(np.array([differences], dtype=float))[0])


def _p(differences: Array) -> Array:
    """p of many trials, one a row."""
    pairs = differences.shape[1]
    signs = 1.0 - 2.0 * ((np.arange(2**pairs)[:, None] >> np.arange(pairs)) & 1)
    sums = np.abs(differences @ signs.T)
    return np.asarray(np.mean(sums >= sums[:, :1] - 0.5, axis=1))


@dataclass(frozen=True, slots=True)
class TrialPower:
    """Chance to tell a true ratio: by the randomisation test, and by the conditional test, which trusts Poisson
    counts."""

    ratio: float
    power: float
    conditional: float


@cache
def trial_power(expected_per_block: float, ratio: float, pairs: int, *, seed: int = 1) -> TrialPower:
    """Power where so many attacks are expected in the counted days of a block of the worse course, by simulation.

    Raises
    ------
    SettingError
        A number is not positive.

    >>> trial_power(0.5, 0.5, 4).power
    0.0
    """
    if min(expected_per_block, ratio, pairs) <= 0.0:
        raise SettingError("expected attacks, a ratio and pairs of blocks are above 0")
    random = np.random.default_rng(seed)
    worse = random.poisson(expected_per_block, (_TRIALS, pairs))
    better = random.poisson(expected_per_block * ratio, (_TRIALS, pairs))
    conditional = mid_p_two_sided(better.sum(1), (worse + better).sum(1), 0.5)
    found = _p((better - worse).astype(float))
    return TrialPower(ratio, float(np.mean(found <= ERROR)), float(np.mean(conditional <= ERROR)))
