"""Ordinary people in columns: who they are, what they have measured, and how their blood drifts over years.

Set points, their spread by sex and age, and ageing are those of ``balance/population.toml``; how blood wanders between
draws is that of ``watch/learned.toml``. Habits, anemia, pregnancy and their shares are assumptions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clarkson.analytes import Sex
from clarkson.balance import observation, population
from clarkson.body.person import Floats
from clarkson.evaluate.population_bodies import CHANNELS
from clarkson.watch.learned import learned

YEAR_H = 365.25 * 24.0
DAY_H = 24.0
SEXES: tuple[Sex, Sex] = ("female", "male")
YOUNGEST, OLDEST = 18, 95
AGE_STEP = 5
LABORATORIES = 3

WITHOUT_ALBUMIN = 0.20
ANEMIC = 0.05
PREGNANT = 0.25  # of women of 18 to 42 years, over the years of a record
MORE_THAN_STEADY = (0.8, 1.6)  # factor of a person's variation

_WANDERS = ("plasma", "red_cells", "cell_size", "albumin", "globulin", "sodium")
_MOVED = [CHANNELS.index(name.replace("_", " ")) for name in _WANDERS]
_PLASMA, _CELLS, _SIZE, _ALBUMIN, _GLOBULIN = (
    CHANNELS.index(name) for name in ("plasma", "red cells", "cell size", "albumin", "globulin")
)
_CREATININE = CHANNELS.index("creatinine")


@dataclass(frozen=True, eq=False)
class People:
    """n people: ``levels`` (n, 6) in the coordinates of the balance; times in hours of the data set's own count.

    ``vitals`` (n, 5): systolic pressure, heart rate, creatinine, platelets, weight. ``panel`` (n,) is the usual one: 0
    hemoglobin, 1 count, 2 count and chemistry. ``does`` (n, 7): whether erythrocytes, MCV, platelets, albumin, total
    protein, sodium, creatinine are ever measured. The anemia and the pregnancy that begin at NaN do not come.
    """

    female: NDArray[np.bool_]
    age_years: Floats
    levels: Floats
    ageing: Floats
    vitals: Floats
    from_h: Floats
    until_h: Floats
    panel: NDArray[np.int64]
    does: NDArray[np.bool_]
    pressure: NDArray[np.bool_]
    laboratory: NDArray[np.int64]
    factor: Floats
    anemia_h: Floats
    anemia: Floats
    pregnancy_h: Floats


PANEL_SHARES = (0.10, 0.25, 0.65)
DOES_SHARES = (0.50, 0.60, 0.80, 1.0 - WITHOUT_ALBUMIN, 0.80, 0.90, 0.85)
PRESSURE_SHARE = 0.30


def people(count: int, random: np.random.Generator, wanted: Mapping[int, tuple[Sex, float]] | None = None) -> People:
    """Adults of 18 to 95 years when their record begins, which lasts 1 to 10 years.

    ``wanted`` people, by row, are of this sex and age, and their record lasts 10 years.

    >>> people(3, np.random.default_rng(1)).levels.shape
    (3, 6)
    """
    female = random.random(count) < 0.53
    age = np.clip(random.normal(52.0, 18.0, count), YOUNGEST, OLDEST)
    means, factors, ageing, vitals = _by_group()
    length = YEAR_H * random.uniform(1.0, 10.0, count)
    for row, (sex, years) in (wanted or {}).items():
        female[row], age[row], length[row] = sex == "female", years, 10.0 * YEAR_H
    group = (~female).astype(np.int64), ((age - YOUNGEST) // AGE_STEP).astype(np.int64)
    levels = means[group] + np.einsum("nij,nj->ni", factors[group], random.standard_normal((count, 6)))
    spread = np.array([0.11, 0.14, 0.141, 0.20, 0.17])
    own = vitals[group] * np.exp(spread * random.standard_normal((count, 5)))
    begins = random.uniform(0.0, 10.0 * YEAR_H - length)
    anemic = random.random(count) < ANEMIC
    pregnant = female & (age < 42.0) & (random.random(count) < PREGNANT)
    return People(
        female,
        age,
        levels,
        ageing[group[0]],
        own,
        begins,
        begins + length,
        random.choice(3, count, p=PANEL_SHARES),
        random.random((count, len(DOES_SHARES))) < DOES_SHARES,
        random.random(count) < PRESSURE_SHARE,
        random.integers(0, LABORATORIES, count),
        random.uniform(*MORE_THAN_STEADY, count),
        np.where(anemic, begins + random.random(count) * length, np.nan),
        np.log1p(-random.uniform(0.10, 0.45, count)),
        np.where(pregnant, begins + random.random(count) * length, np.nan),
    )


@cache
def _by_group() -> tuple[Floats, Floats, Floats, Floats]:
    """By sex and five years of age: means (2, A, 6), factors (2, A, 6, 6), ageing (2, 6) a year, vitals (2, A, 5)."""
    ages = np.arange(YOUNGEST, OLDEST + 1, AGE_STEP)
    found = [[population.population(sex, float(age)) for age in ages] for sex in SEXES]
    means = np.array([[each.mean for each in row] for row in found])
    factors = np.array([[np.linalg.cholesky(each.covariance) for each in row] for row in found])
    slopes = np.array([np.polyfit(ages, row, 1)[0] for row in means])
    vitals = np.array(
        [
            [
                [each.systolic_pressure, each.heart_rate, each.creatinine, 240.0, 78.0 - 10.0 * (sex == 0)]
                for each in row
            ]
            for sex, row in enumerate(found)
        ]
    )
    return means, factors, slopes, vitals


def drift(who: People, row: NDArray[np.int64], time_h: Floats) -> NDArray[np.float32]:
    """Slow changes (D, C) of draws of people ``row`` (D,) at ``time_h`` (D,): anemia and pregnancy.

    An anemia comes over half a year and most of it goes again in the next; cells are smaller in it. A pregnancy takes
    plasma +30 to +50 % and red cells +20 to +30 %, and lowers albumin and creatinine (science of detection, 1.3).
    """
    changes = np.zeros((len(row), len(CHANNELS)), dtype=np.float32)
    there = np.flatnonzero(~np.isnan(who.anemia_h[row]))
    if len(there):
        since = (time_h[there] - who.anemia_h[row[there]]) / DAY_H
        share = np.clip(since / 180.0, 0.0, 1.0) - 0.85 * np.clip((since - 180.0) / 120.0, 0.0, 1.0)
        changes[there, _CELLS] += who.anemia[row[there]] * share
        changes[there, _SIZE] += 0.25 * who.anemia[row[there]] * share
        changes[there, _PLASMA] -= 0.2 * who.anemia[row[there]] * share
    there = np.flatnonzero(~np.isnan(who.pregnancy_h[row]))
    if len(there):
        weeks = (time_h[there] - who.pregnancy_h[row[there]]) / (7.0 * DAY_H)
        share = np.clip(weeks / 26.0, 0.0, 1.0) * np.clip(1.0 - (weeks - 40.0) / 6.0, 0.0, 1.0)
        size = 0.9 + 0.05 * (who.factor[row[there]] - 1.0)
        changes[there, _PLASMA] += math.log1p(0.40) * size * share
        changes[there, _CELLS] += math.log1p(0.22) * size * share
        # Albumin falls by 1 g/dL of 4.2, while plasma grows: its mass stays nearly what it was.
        changes[there, _ALBUMIN] += (math.log1p(0.40) + math.log1p(-10.0 / 42.0)) * size * share
        changes[there, _GLOBULIN] += 0.8 * math.log1p(0.40) * size * share
        changes[there, _CREATININE] += math.log1p(-0.35) * share
    return changes


def wandering(who: People, row: NDArray[np.int64], time_h: Floats, random: np.random.Generator) -> NDArray[np.float32]:
    """How steady people's blood moves (D, C) at draws that stand person by person in time order.

    What wanders returns with its time constant; what is new at every draw has heavier tails than a Gaussian, because
    people sit, stand and drink as they like.
    """
    table = [learned().variation[name] for name in _WANDERS]
    slow, hours, fresh = (np.array([getattr(each, part) for each in table]) for part in ("slow", "hours", "draw"))
    draws = len(row)
    first = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    counts = np.diff(np.append(first, draws))
    state = np.zeros((draws, len(table)))
    shock = random.standard_normal((draws, len(table)))
    gap = np.diff(time_h, prepend=time_h[:1])
    for place in range(int(counts.max(initial=0))):
        now = first[counts > place] + place
        if place == 0:
            state[now] = shock[now]
        else:
            kept = np.exp(-gap[now, None] / hours)
            state[now] = kept * state[now - 1] + np.sqrt(1.0 - kept**2) * shock[now]
    tails = np.sqrt(5.0 / random.chisquare(5.0, (draws, 1)))
    moved = (slow * state + fresh * tails * random.standard_normal((draws, len(table)))) * who.factor[row, None]
    moved[:, [3, 4]] += observation.PROTEIN_SHARE_OF_WOBBLE * moved[:, :1]
    changes = np.zeros((draws, len(CHANNELS)), dtype=np.float32)
    changes[:, _MOVED] = moved
    return changes
