"""Courses by mass balance, days to months: red cells that are made, albumin that is not made or is lost.

Ranges are those of the science of detection (sections 3.2 and 3.3) unless a comment says more; time courses and signs
are assumptions. Red cells rise by less than 4 % a day, and albumin whose synthesis stops falls by no more than that.
"""

from __future__ import annotations

import math

from clarkson.evaluate.course import Course, Somebody, pulse
from clarkson.evaluate.shift_courses import grid, no_leak, strain
from clarkson.simulate.schedule import Given

DAY_H = 24.0


def red_cell_gain(who: Somebody) -> Course:
    """Polycythemia, erythropoietin, testosterone: red cells +8 to +45 % over one to six months."""
    random = who.for_course
    days = random.uniform(30.0, 180.0)
    hours = grid(days * DAY_H, 12.0)
    cells = math.log1p(random.uniform(0.08, 0.45)) * pulse(hours, 0.0, days * DAY_H / 3.0)
    changes = {
        "red cells": cells,
        "plasma": random.normal(0.0, 0.1) * cells,
        "systolic": random.uniform(0.0, 0.3) * cells,
    }
    changes["platelets"] = random.uniform(-0.2, 1.0) * cells
    return no_leak(hours, "red-cell gain", changes)


def acute_phase(who: Somebody) -> Course:
    """Inflammation, or a liver that fails: albumin mass -10 to -45 % over days to weeks, globulin kept or raised."""
    random = who.for_course
    days = random.uniform(6.0, 45.0)
    hours = grid(days * DAY_H, 4.0)
    slow = max(days * DAY_H / 3.0, 72.0)
    reached = pulse(hours, 12.0, slow)
    albumin = math.log1p(-random.uniform(0.10, 0.45)) * reached
    inflamed = random.random() < 0.7
    changes = {
        "albumin": albumin,
        "globulin": -random.uniform(0.0, 0.4) * albumin,
        "plasma": random.normal(0.0, 0.15) * -albumin,
        "red cells": random.uniform(0.0, 0.35) * albumin,
        "crp": (random.lognormal(math.log(70.0), 0.7) if inflamed else 3.0) * pulse(hours, 6.0, 18.0),
        "leukocytes": (random.uniform(0.0, 0.8) if inflamed else -0.1) * reached,
        "platelets": random.uniform(-0.4, 0.5) * reached,
        "heart rate": random.uniform(0.0, 0.25) * reached,
        "weight": random.uniform(0.0, 0.1) * -albumin,
    }
    return no_leak(hours, "acute phase", changes)


def protein_loss(who: Somebody) -> Course:
    """Nephrotic syndrome or a gut that loses protein: albumin mass -15 to -60 % over weeks; most with edema."""
    random = who.for_course
    days = random.uniform(14.0, 90.0)
    hours = grid(days * DAY_H, 6.0)
    albumin = math.log1p(-random.uniform(0.15, 0.60)) * pulse(hours, 12.0, max(days * DAY_H / 3.0, 120.0))
    changes = {
        "albumin": albumin,
        "globulin": random.uniform(0.1, 0.6) * albumin,
        "plasma": random.normal(0.0, 0.1) * -albumin,
        "weight": random.uniform(0.0, 0.2) * -albumin,
        "creatinine": random.uniform(0.0, 0.5) * -albumin,
    }
    if random.random() < 0.7:
        changes["urine protein"] = random.uniform(3.2, 5.0) * pulse(hours, 0.0, 24.0)
    return no_leak(hours, "protein loss", changes)


def sepsis(who: Somebody) -> Course:
    """Sepsis with fluids: albumin mass -25 to -55 % within two days, plasma replaced or more, red cells diluted, lost.

    The wall is open, so plasma leaks while albumin leaves the vessels and a tenth of it has gone: a leak of another
    cause, in a group of its own.
    """
    random = who.for_course
    hours = grid(240.0)
    ends = random.uniform(48.0, 120.0)
    albumin = math.log1p(-random.uniform(0.25, 0.55)) * pulse(hours, 6.0, random.uniform(10.0, 24.0), ends, 240.0)
    begun = random.uniform(10.0, 24.0)
    early = -random.uniform(0.0, 0.2) * pulse(hours, 6.0, 6.0, begun, 3.0)
    plasma = early + random.uniform(-0.02, 0.22) * pulse(hours, begun, 6.0, ends, 72.0)
    changes = {
        "plasma": plasma,
        "albumin": albumin,
        "globulin": random.uniform(0.2, 0.7) * albumin,
        "red cells": -random.uniform(0.0, 0.15) * pulse(hours, 24.0, 72.0),
        "sodium": random.normal(0.0, 0.02) * pulse(hours, 6.0, 24.0),
        "crp": random.lognormal(math.log(150.0), 0.5) * pulse(hours, 6.0, 18.0, ends, 72.0),
        "leukocytes": random.normal(0.6, 0.5) * pulse(hours, 6.0, 12.0, ends, 72.0),
        "platelets": -random.uniform(0.0, 1.0) * pulse(hours, 12.0, 30.0, ends, 96.0),
        "weight": random.uniform(0.02, 0.12) * pulse(hours, begun, 12.0, ends, 96.0),
    }
    shock = strain(-random.uniform(0.1, 0.5) * pulse(hours, 6.0, 6.0, ends, 24.0), random)
    shock["lactate"] = shock["lactate"] + random.uniform(0.5, 3.0) * pulse(hours, 6.0, 6.0, begun + 12.0, 24.0)
    liters = random.uniform(2.0, 6.0)
    course = no_leak(hours, "sepsis", changes | shock, Given(begun, f"Ringer {liters:.1f} L over 12 h"))
    leaks = (hours < ends) & (albumin < math.log1p(-0.10))
    return Course(hours, course.changes, course.mechanism, leaks, course.given)
