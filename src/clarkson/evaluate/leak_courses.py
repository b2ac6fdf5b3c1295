"""Leaks by mass balance: another source than the body, so that nothing is learned that only the body does."""

from __future__ import annotations

import math

import numpy as np

from clarkson.body.attack import PLASMA_LOST
from clarkson.evaluate.course import STEADY, Course, Somebody, pulse
from clarkson.evaluate.shift_courses import grid, strain
from clarkson.simulate.schedule import Given

LOST = (0.12, 0.65)  # plasma lost at the worst; attacks of 10 to 70 % are published
PLASMA_LIKE = 0.15  # share of leaks whose fluid is plasma; of the others albumin falls 1.8 times as far (log SD 0.3)


def leak(who: Somebody) -> Course:
    """A leak of 10 to 65 % of plasma over 4 to 36 h, a plateau, and a refill of days; half are given fluids.

    As in ``body.attack``, it counts from the time at which a tenth of the plasma is missing to the end of the plateau,
    whatever fluids bring back in between. Albumin falls hours after plasma, and comes back in part.
    """
    random = who.for_course
    lost = random.uniform(*LOST)
    start, ends = random.uniform(6.0, 18.0), random.uniform(48.0, 108.0)
    hours = grid(ends + random.uniform(24.0, 168.0))
    untreated = math.log1p(-lost) * pulse(hours, start, random.uniform(2.0, 16.0), ends, random.uniform(12.0, 48.0))
    untreated += random.uniform(0.0, 0.08) * pulse(hours, ends + 24.0, 24.0, ends + 72.0, 48.0)
    begins = float(hours[np.argmax(untreated <= math.log1p(-PLASMA_LOST))])
    share = 1.0 if random.random() < PLASMA_LIKE else max(1.0, random.lognormal(math.log(1.8), 0.3))
    deepest = max(share * math.log1p(-lost), math.log(0.15))
    late = start + random.uniform(0.0, 4.0)
    kept = random.uniform(0.0, 0.4)
    albumin = deepest * (
        (1.0 - kept) * pulse(hours, late, random.uniform(4.0, 18.0), ends, random.uniform(24.0, 72.0))
        + kept * pulse(hours, late, 12.0, ends, 240.0)
    )
    plasma, weight = untreated, random.uniform(0.0, 0.02)
    given: tuple[Given, ...] = ()
    if random.random() < 0.5:
        begun = min(begins + random.uniform(1.0, 24.0), ends - 3.0)
        liters = random.uniform(1.0, 6.0)
        back = -math.log1p(-lost) * random.uniform(0.15, 0.9)
        plasma = untreated + back * pulse(hours, begun, 6.0, ends, 24.0)
        weight = liters * random.uniform(0.5, 0.9) / who.person.weight_kg
        given = (Given(begun, f"Ringer {liters:.1f} L over {random.uniform(3.0, 24.0):.0f} h"),)
    changes = {
        "plasma": plasma,
        "albumin": albumin,
        "globulin": random.uniform(0.6, 1.0) * albumin,
        "red cells": random.normal(0.0, 0.02) * pulse(hours, start, 24.0),
        "sodium": random.normal(-0.01, 0.02) * pulse(hours, start, 24.0, ends, 48.0),
        "crp": random.lognormal(math.log(15.0), 1.0) * pulse(hours, start - 6.0, 18.0, ends, 72.0),
        "leukocytes": random.uniform(0.0, 0.9) * pulse(hours, start, 6.0, ends, 36.0),
        "weight": weight * pulse(hours, start + 6.0, 18.0, ends + 12.0, 48.0),
    }
    leaks = (hours >= begins) & (hours < ends)
    settled = ends + 24.0 * random.uniform(3.0, 5.0)
    words = np.select(
        [hours < start, hours < begins, hours < ends, hours < settled], [STEADY, "prodrome", "leak", "refill"], STEADY
    )
    return Course(hours, changes | strain(plasma, random), words, leaks, given)
