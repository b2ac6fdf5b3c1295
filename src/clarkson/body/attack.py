"""What an attack is on a course whose truth is known: when it begins, is at its worst, ends and is over.

leak      gaps are open by more than 5 % beyond what is always open in this person
attack    a leak that takes 10 % or more of the plasma volume at rest
onset     the first time in the leak at which that much is missing
peak      the lowest plasma volume of the leak: the highest hematocrit, where no red cells are given or lost
recovery  the first time after the leak at which plasma volume is back within 5 % and the water gained below 1 L

A leak whose plasma is replaced as fast as it goes is none by this definition.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from clarkson.body.person import Floats

OPEN = 0.05
PLASMA_LOST = 0.10
PLASMA_BACK = 0.05
WATER_GONE_L = 1.0


@dataclass(frozen=True)
class Attack:
    """One attack; times in hours from the start of the course, NaN where the course ends, or leaks again, before.

    leak_from: gaps open; plasma_lost: the largest loss, as a share of the plasma volume at rest.
    """

    leak_from: float
    onset: float
    peak: float
    leak_end: float
    recovery: float
    plasma_lost: float

    def phases(self, end_h: float) -> tuple[tuple[str, float, float], ...]:
        """Name, start and end [h] of every phase, up to the end of the course.

        >>> Attack(24.0, 30.0, 48.0, 90.0, math.nan, 0.5).phases(240.0)[0]
        ('prodrome', 24.0, 30.0)
        """
        edges = (self.leak_from, self.onset, self.peak, self.leak_end, self.recovery)
        known = [edge if math.isfinite(edge) else end_h for edge in edges]
        names = ("prodrome", "leak", "plateau", "refill")
        found = zip(names, known[:-1], known[1:], strict=True)
        return tuple((name, start, end) for name, start, end in found if end > start)


def attacks(times: Floats, plasma_volume_change: Floats, open_gap: Floats, water_gain: Floats) -> tuple[Attack, ...]:
    """Every attack of one person.

    times (T,) hours, ascending; plasma_volume_change (T,), the share by which plasma volume differs from rest;
    open_gap (T,) beyond what is always open; water_gain (T,) [L]. Times that are not computed are NaN.

    >>> gap, plasma = np.array([0.0, 0.3, 0.3, 0.0, 0.0]), np.array([0.0, -0.2, -0.4, -0.2, 0.0])
    >>> attacks(24.0 * np.arange(5), plasma, gap, np.zeros(5))[0].peak
    48.0
    """
    leaks = _leaks(open_gap > OPEN)
    found = []
    for (first, after), (following, _) in pairwise([*leaks, (len(times), len(times))]):
        missing = np.flatnonzero(plasma_volume_change[first:after] <= -PLASMA_LOST)
        if not len(missing):
            continue
        peak = first + int(np.argmin(plasma_volume_change[first:after]))
        well = (np.abs(plasma_volume_change) < PLASMA_BACK) & (water_gain < WATER_GONE_L)
        over = after + np.flatnonzero(well[after:following])
        found.append(
            Attack(
                float(times[first]),
                float(times[first + missing[0]]),
                float(times[peak]),
                float(times[after]) if after < len(times) and math.isfinite(open_gap[after]) else math.nan,
                float(times[over[0]]) if len(over) else math.nan,
                float(-plasma_volume_change[peak]),
            )
        )
    return tuple(found)


def _leaks(leaking: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> list[tuple[int, int]]:
    """Index of the first time of every leak and of the first after it."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], leaking, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
