"""Who is worth following: people one of whose draws moved as a leak moves blood.

At every draw two numbers are compared with what was known of the person before it (the population, then their own
draws of more than two weeks ago): the logit of the hematocrit h and the logarithm of the albumin a. A leak lifts
D = h − a and drops a; fluids move both alike and leave D. What a draw did not measure is carried on for two days; where
no protein was measured in that time the red cells speak alone. People who are ill already leak from a low level, so a
draw is compared with those of the last three days too. The watch follows those who stand high;
docs/screening-evaluation.md says how many of its finds that would lose.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from clarkson.balance.observation import HIGHEST_HEMATOCRIT, albumin_share
from clarkson.balance.population import ALBUMIN, HEMATOCRIT, Population, shared
from clarkson.balance.sample import ONE_DRAW
from clarkson.watch.assess import EARLIER_DAYS

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

SIEVED = ("hematocrit", "hemoglobin", "erythrocytes", "albumin", "total_protein")
"""The analytes of the sieve; their places are the codes in ``Columns.analyte``."""
RED_CELLS, ALBUMIN_CODE, TOTAL_PROTEIN_CODE = 3, 3, 4  # codes below 3 measure red cells

ONE_DRAW_US = ONE_DRAW.total_seconds() * 1e6
EARLIER_US = EARLIER_DAYS * 24.0 * 3.6e9
CARRIED_US = 48.0 * 3.6e9  # the two halves of a leak may come from draws of two days (assumption)
WITHIN_PERSON_RED_CELLS = 0.09  # SD of logit hematocrit from visit to visit of people who are drawn (assumption)
WITHIN_PERSON_ALBUMIN = 0.06  # SD of ln albumin likewise (assumption)
WIDER_TOTAL_PROTEIN = 1.4  # total protein says less about albumin than albumin does (assumption)
LEAST_DOWN = 1.0  # SD that albumin must be down
LEAST_UP = -1.0  # SD that the hematocrit must be up: fluids may have brought it back
STANDS_AT = 3.0  # who stands as high is followed (chosen on mimic-iii-demo, published attacks, simulated people)
COURSE_US = 72.0 * 3.6e9  # draws of these days show the course (chosen on physionet-challenge-2012, simulated people)
LEAST_FALL = 0.10  # of ln albumin within the course, chosen likewise
RISE_OF_ONE = 0.065  # rise of D within the course that stands one higher, chosen likewise
LESS_ALONE = 2.0  # SD that red cells without any protein stand lower, chosen likewise

_compiled: Any = numba.njit(cache=True, error_model="numpy")
_compiled_for_all_cores: Any = numba.njit(cache=True, parallel=True, error_model="numpy")


@dataclass(frozen=True, slots=True)
class Columns:
    """Results of whole people, in the order of people and times.

    ``people`` (P + 1,) first result of each person; ``time_us`` (n,) microseconds; ``analyte`` (n,) places in
    ``SIEVED``; ``value`` (n,) in canonical units.
    """

    people: Whole
    time_us: Whole
    analyte: Whole
    value: Floats


@dataclass(frozen=True, slots=True)
class Expected:
    """What the population says of P people: mean (P, 2) and SD (P, 2) of h and a, ``share`` (P,) of albumin."""

    mean: Floats
    sd: Floats
    share: Floats


def expected(kinds: list[Population], kind: Whole) -> Expected:
    """What is expected of people of whom ``kind`` (P,) names one of ``kinds``."""
    places = [HEMATOCRIT, ALBUMIN]
    mean = np.array([each.mean[places] for each in kinds]).reshape(-1, 2)
    sd = np.sqrt(np.array([each.covariance[places, places] for each in kinds]).reshape(-1, 2))
    share = np.array([albumin_share(each.mean) for each in kinds])
    return Expected(mean[kind], sd[kind], share[kind])


def standing(columns: Columns, people: Expected) -> Floats:
    """How high people stood (P,), in standard deviations of D, at the draw where they stood highest in a leak's way.

    Minus infinity where no draw moved in that way.

    >>> nobody = np.zeros(0, dtype=np.int64)
    >>> standing(Columns(np.zeros(1, dtype=np.int64), nobody, nobody, np.zeros(0)), expected([], nobody))
    array([], dtype=float64)
    """
    hematocrit_per_unit = np.array([1.0, 1.0 / shared("mchc_g_per_l"), shared("mcv_fl") / 1000.0])
    found = np.empty(len(people.share))
    _everybody(
        columns.people,
        columns.time_us,
        columns.analyte,
        columns.value,
        people.mean,
        people.sd,
        people.share,
        hematocrit_per_unit,
        found,
    )
    return found


@_compiled
def _one(time_us, analyte, value, mean, sd, share, hematocrit_per_unit):  # type: ignore[no-untyped-def]
    """The standing of one person: draw after draw, each against what was known before it."""
    # What is known of h and a: precision, and precision times mean.
    precision_h, precision_a = 1.0 / sd[0] ** 2, 1.0 / sd[1] ** 2
    weighed_h, weighed_a = precision_h * mean[0], precision_a * mean[1]
    # Draws of the last days belong to the course; they join what is known when they are older.
    draws, old = 0, 0
    drawn_us, weight_h, drawn_h, weight_a, drawn_a = np.zeros((5, len(value)))
    up, variance_up, time_up = 0.0, 1.0, -math.inf
    down, variance_down, time_down = 0.0, 1.0, -math.inf
    highest = -math.inf
    here = 0
    while here < len(value):
        now, after = time_us[here], here
        while old < draws and now - drawn_us[old] > EARLIER_US:
            precision_h += weight_h[old]
            weighed_h += weight_h[old] * drawn_h[old]
            precision_a += weight_a[old]
            weighed_a += weight_a[old] * drawn_a[old]
            old += 1
        drawn_us[draws] = now
        h, albumin, total = 0.0, 0.0, 0.0
        measured_h, measured_albumin, measured_total = 0, 0, 0
        while after < len(value) and time_us[after] - now < ONE_DRAW_US:
            if value[after] > 0.0:
                if analyte[after] < RED_CELLS:
                    hematocrit = min(value[after] * hematocrit_per_unit[analyte[after]], HIGHEST_HEMATOCRIT)
                    h += math.log(hematocrit / (1.0 - hematocrit))
                    measured_h += 1
                elif analyte[after] == ALBUMIN_CODE:
                    albumin += math.log(value[after])
                    measured_albumin += 1
                else:
                    total += math.log(value[after] * share)
                    measured_total += 1
            after += 1
        if measured_h > 0:
            h /= measured_h
            up, time_up = h - weighed_h / precision_h, now
            variance_up = 1.0 / precision_h + WITHIN_PERSON_RED_CELLS**2
            weight_h[draws], drawn_h[draws] = WITHIN_PERSON_RED_CELLS**-2.0, h
        if measured_albumin + measured_total > 0:
            a = albumin / measured_albumin if measured_albumin > 0 else total / measured_total
            within = WITHIN_PERSON_ALBUMIN * (1.0 if measured_albumin > 0 else WIDER_TOTAL_PROTEIN)
            down, time_down = weighed_a / precision_a - a, now
            variance_down = 1.0 / precision_a + within**2
            weight_a[draws], drawn_a[draws] = within**-2.0, a
        recent = now - time_up <= CARRIED_US and now - time_down <= CARRIED_US
        if recent and down >= LEAST_DOWN * math.sqrt(variance_down) and up >= LEAST_UP * math.sqrt(variance_up):
            highest = max(highest, (up + down) / math.sqrt(variance_up + variance_down))
        if time_up == now and now - time_down > CARRIED_US:
            highest = max(highest, up / math.sqrt(variance_up) - LESS_ALONE)
        if measured_h > 0 and measured_albumin + measured_total > 0:
            highest = max(highest, _within_course(draws, now, h, a, drawn_us, weight_h, drawn_h, weight_a, drawn_a))
        draws += 1
        here = after
    return highest


@_compiled
def _within_course(draws, now, h, a, drawn_us, weight_h, drawn_h, weight_a, drawn_a):  # type: ignore[no-untyped-def]
    """How high a draw stands against the mean of the draws of the last days, of which ``draws`` were before it."""
    sum_h, sum_a, count_h, count_a = 0.0, 0.0, 0, 0
    each = draws - 1
    while each >= 0 and now - drawn_us[each] <= COURSE_US:
        if weight_h[each] > 0.0:
            sum_h, count_h = sum_h + drawn_h[each], count_h + 1
        if weight_a[each] > 0.0:
            sum_a, count_a = sum_a + drawn_a[each], count_a + 1
        each -= 1
    if count_h == 0 or count_a == 0 or sum_a / count_a - a < LEAST_FALL:
        return -math.inf
    return (h - sum_h / count_h - (a - sum_a / count_a)) / RISE_OF_ONE


@_compiled_for_all_cores
def _everybody(people, time_us, analyte, value, mean, sd, share, hematocrit_per_unit, found):  # type: ignore[no-untyped-def]
    for person in numba.prange(len(found)):
        first, last = people[person], people[person + 1]
        found[person] = _one(
            time_us[first:last], analyte[first:last], value[first:last], mean[person], sd[person], share[person],
            hematocrit_per_unit,
        )  # fmt: skip
