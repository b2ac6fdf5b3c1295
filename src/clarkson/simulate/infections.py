"""Infections that come by chance, more of them in winter."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from clarkson.errors import SettingError
from clarkson.simulate.doses import Dose
from clarkson.simulate.schedule import Given

YEAR_H = 365.25 * 24.0
MOST_PER_YEAR = 50.0


@dataclass(frozen=True)
class Infections:
    """How often infections come, how strong they are and how long they last. Hour 0 is midwinter.

    The rate is per_year (1 + winter cos 2πt): a Poisson process. Strength: lognormal, at most 1, an infection with
    high fever. Days: lognormal. All values are assumptions, of the order of what adults have.

    >>> Infections(per_year=4.0).draw(1.0, np.random.default_rng(2))[0].dose.what
    'infection'
    """

    per_year: float = 3.0
    winter: float = 0.6
    strength: float = 0.5
    strength_spread: float = 0.6
    days: float = 4.0
    days_spread: float = 0.3

    def __post_init__(self) -> None:
        if not 0.0 <= self.per_year <= MOST_PER_YEAR:
            raise SettingError(f"infections per year are from 0 to {MOST_PER_YEAR:g}, not {self.per_year:g}")
        if not 0.0 <= self.winter <= 1.0:
            raise SettingError(
                f"winter is the share by which its peak stands above the mean, 0 to 1: not {self.winter:g}"
            )
        if not (0.0 < self.strength <= 1.0 and self.days > 0.0 and min(self.strength_spread, self.days_spread) >= 0.0):
            raise SettingError("an infection has a strength above 0, up to 1, some days, and spreads of 0 or more")

    def draw(self, years: float, random: np.random.Generator) -> tuple[Given, ...]:
        """The infections of one person over years, in order."""
        highest = self.per_year * (1.0 + self.winter)
        candidates = np.sort(random.uniform(0.0, years, random.poisson(highest * years)))
        rate = self.per_year * (1.0 + self.winter * np.cos(2.0 * math.pi * candidates))
        kept = candidates[random.uniform(0.0, 1.0, len(candidates)) * highest < rate]
        strength = np.minimum(self.strength * np.exp(self.strength_spread * random.standard_normal(len(kept))), 1.0)
        days = self.days * np.exp(self.days_spread * random.standard_normal(len(kept)))
        # Rounded to what people would write: an infection of 0.37 for 95 h.
        return tuple(
            Given(
                round(start * YEAR_H, 1),
                Dose("infection", max(round(level, 2), 0.01), "", max(round(24.0 * length), 1)),
            )
            for start, level, length in zip(kept.tolist(), strength.tolist(), days.tolist(), strict=True)
        )
