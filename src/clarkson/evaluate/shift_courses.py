"""Courses by mass balance, hours to days: fluid that moves, is lost or is given. Sizes: the signature table.

Ranges are those of the science of detection (section 3.2) unless a comment says more; time courses and signs are
assumptions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from clarkson.body.person import Floats
from clarkson.evaluate.course import STEADY, Course, Somebody, at_work, pulse
from clarkson.simulate.schedule import Given

EVERY_H = 0.5


def grid(hours: float, every: float = EVERY_H) -> Floats:
    """Times (T,) [h] from 0 to ``hours``."""
    return np.arange(0.0, hours + 0.5 * every, every)


def no_leak(hours: Floats, mechanism: str, changes: Mapping[str, Floats], *given: Given) -> Course:
    """A course in which nothing leaks."""
    return Course(hours, changes, at_work(mechanism, changes), np.zeros(len(hours), dtype=np.bool_), given)


def strain(plasma: Floats, random: np.random.Generator) -> dict[str, Floats]:
    """Pressure, heart rate, creatinine and lactate of somebody whose plasma volume has changed by ``plasma`` (T,)."""
    lost = np.minimum(plasma, 0.0)
    return {
        "systolic": random.uniform(0.1, 0.6) * lost,
        "heart rate": -random.uniform(0.2, 0.8) * lost,
        "creatinine": -random.uniform(0.2, 0.7) * lost,
        "lactate": random.uniform(1.0, 4.0) * lost**2,
    }


def healthy(who: Somebody) -> Course:
    """Nothing happens, over days or over a year."""
    random = who.for_course
    hours = grid(random.choice([72.0, 168.0, 8760.0]), 12.0)
    return Course(hours, {}, np.full(len(hours), STEADY), np.zeros(len(hours), dtype=np.bool_))


def water_loss(who: Somebody) -> Course:
    """Body water lost without salt, 3 to 10 % of it: 5 % takes 5 % of plasma and 3 % of cell size, sodium +5 %."""
    random = who.for_course
    hours = grid(120.0)
    lost = random.uniform(0.03, 0.10) * pulse(hours, 6.0, 12.0, 48.0, random.uniform(6.0, 48.0))
    plasma = -lost
    changes = {"plasma": plasma, "cell size": -0.6 * lost, "sodium": lost, "weight": -0.55 * lost}
    return no_leak(hours, "water loss", changes | strain(plasma, random))


def isotonic_loss(who: Somebody) -> Course:
    """Salt and water lost by the gut, 5 to 30 % of plasma; protein stays."""
    random = who.for_course
    hours = grid(120.0)
    plasma = math.log1p(-random.uniform(0.05, 0.30)) * pulse(hours, 6.0, 12.0, 48.0, random.uniform(6.0, 36.0))
    sodium = np.where(plasma < -0.02, random.normal(0.0, 0.01), 0.0)
    changes = {"plasma": plasma, "sodium": sodium, "weight": 0.2 * plasma}
    return no_leak(hours, "isotonic loss", changes | strain(plasma, random))


def exercise(who: Somebody) -> Course:
    """Two long bouts a day: plasma -5 to -14 %, the filtrate with 0.4 of plasma's protein (Dill & Costill 1974)."""
    random = who.for_course
    hours = grid(72.0)
    size = math.log1p(-random.uniform(0.05, 0.14))
    bouts = [pulse(hours, start, 0.5, start + 2.5, 1.5) for start in np.arange(6.0, 72.0, 12.0)]
    plasma: Floats = size * np.sum(bouts, axis=0)
    changes = {"plasma": plasma, "albumin": 0.4 * plasma, "globulin": 0.4 * plasma, "weight": 0.1 * plasma}
    changes["heart rate"] = -random.uniform(1.0, 4.0) * plasma
    changes["lactate"] = -random.uniform(0.0, 20.0) * plasma
    return no_leak(hours, "exercise", changes)


def posture(who: Somebody) -> Course:
    """Days on which blood is drawn standing: plasma -8 to -18 %, the filtrate with 0.29 to 0.42 of its protein."""
    random = who.for_course
    hours = grid(240.0)
    upright = (random.random(11) < 0.6)[(hours // 24.0).astype(int)]
    plasma: Floats = math.log1p(-random.uniform(0.08, 0.18)) * upright.astype(float)
    changes = {"plasma": plasma, "albumin": random.uniform(0.25, 0.35) * plasma}
    changes["globulin"] = random.uniform(0.30, 0.42) * plasma
    changes["heart rate"] = -random.uniform(0.5, 2.0) * plasma
    return no_leak(hours, "posture", changes)


def bleed_at_once(who: Somebody) -> Course:
    """A bleed of 10 to 30 % before anything has refilled: everything is lost alike, and no concentration changes."""
    random = who.for_course
    hours = grid(12.0)
    lost = math.log1p(-random.uniform(0.10, 0.30)) * pulse(hours, 0.0, 0.5)
    changes = dict.fromkeys(("plasma", "red cells", "albumin", "globulin", "platelets", "leukocytes"), lost)
    return no_leak(hours, "bleed before refill", changes | strain(lost, random))


def saline(who: Somebody) -> Course:
    """2 L of saline in an hour: hematocrit -7.5 %, albumin -20 %, for more than six hours (Lobo 2001)."""
    random = who.for_course
    hours = grid(30.0)
    share = random.lognormal(0.0, 0.25) * pulse(hours, 2.0, 0.5, 9.0, 8.0)
    plasma = 0.135 * share
    albumin = -0.088 * random.uniform(0.3, 1.0) * share  # of the extra fall, a part: smaller volumes are nearer to zero
    changes = {"plasma": plasma, "albumin": albumin, "globulin": albumin, "weight": 1.8 / who.person.weight_kg * share}
    return no_leak(hours, "saline", changes, Given(2.0, "saline 0.9 % 2 L over 1 h"))


def crystalloid(who: Somebody) -> Course:
    """0.5 to 4 L over 1 to 12 h: half of it stays in plasma while it runs, 15 to 20 % soon after (Hahn 2020).

    Albumin falls by as much as plasma grows, or by up to a half more, as it does after saline.
    """
    random = who.for_course
    hours = grid(48.0)
    liters, runs = random.uniform(0.5, 4.0), random.uniform(1.0, 12.0)
    plasma_liters = 0.040 * who.person.weight_kg
    soon = pulse(hours, 4.0, 0.3 * runs, 4.0 + runs, 0.5)
    late = pulse(hours, 4.0, 0.3 * runs, 4.0 + runs, random.uniform(6.0, 36.0))
    share = random.uniform(0.15, 0.20)
    gain = liters / plasma_liters * (share * late + min(0.3, 0.5 / runs) * soon)
    plasma = np.log1p(gain)
    albumin = -random.uniform(0.0, 0.5) * plasma
    changes = {
        "plasma": plasma,
        "albumin": albumin,
        "globulin": albumin,
        "weight": 0.9 * liters / who.person.weight_kg * late,
    }
    return no_leak(hours, "crystalloid", changes, Given(4.0, f"Ringer {liters:.1f} L over {runs:.1f} h"))


def diuretic(who: Somebody) -> Course:
    """Furosemide twice a day for one to four days: plasma -4 to -20 %, the fluid lost with little protein."""
    random = who.for_course
    hours = grid(120.0)
    days = int(random.integers(1, 5))
    ends = 6.0 + 24.0 * days
    plasma = math.log1p(-random.uniform(0.04, 0.20)) * pulse(hours, 6.0, 12.0 * days, ends, random.uniform(12.0, 48.0))
    changes = {
        "plasma": plasma,
        "albumin": random.uniform(0.0, 0.3) * plasma,
        "globulin": random.uniform(0.0, 0.3) * plasma,
    }
    changes |= {"weight": random.uniform(0.2, 0.35) * plasma, "sodium": random.uniform(-0.05, 0.05) * plasma}
    amount = random.choice([40, 80, 120])
    given = [Given(6.0 + 12.0 * each, f"furosemide {amount} mg") for each in range(2 * days)]
    return no_leak(hours, "diuretic", changes | strain(plasma, random), *given)


def overload(who: Somebody) -> Course:
    """Salt and water kept over days by heart or kidney: plasma +8 to +35 %; albumin mass stays."""
    random = who.for_course
    hours = grid(480.0, 2.0)
    plasma = math.log1p(random.uniform(0.08, 0.35)) * pulse(hours, 12.0, 48.0, random.uniform(144.0, 400.0), 72.0)
    changes = {
        "plasma": plasma,
        "albumin": random.normal(0.0, 0.15) * plasma,
        "weight": random.uniform(0.15, 0.4) * plasma,
    }
    changes["creatinine"] = random.uniform(0.0, 1.5) * plasma
    changes["sodium"] = -random.uniform(0.0, 0.1) * plasma
    return no_leak(hours, "overload", changes)


def immunoglobulin(who: Somebody) -> Course:
    """IVIG 1 to 2 g/kg: globulin +20 to +60 %, plasma +3 to +12 %; red cells fall from day 5 to 10 in one of three."""
    random = who.for_course
    hours = grid(24.0 * 28.0, 2.0)
    gain = random.uniform(0.18, 0.47)
    drawn = random.uniform(0.03, 0.12) * pulse(hours, 12.0, 24.0, 96.0, 120.0)
    hemolysis = random.uniform(0.05, 0.30) if random.random() < 0.32 else 0.0
    changes = {
        "plasma": drawn,
        "globulin": gain * pulse(hours, 12.0, 20.0, 60.0, 24.0 * 35.0) + drawn,
        "albumin": random.uniform(-0.3, 0.7) * drawn,
        "red cells": -hemolysis * pulse(hours, 12.0 + 24.0 * random.uniform(4.0, 8.0), 48.0),
        "leukocytes": -0.15 * pulse(hours, 12.0, 24.0, 120.0, 120.0),
    }
    grams = round(random.uniform(1.0, 2.0) * who.person.weight_kg / 5.0) * 5
    return no_leak(hours, "immunoglobulin", changes, Given(12.0, f"IVIG {grams} g over 2 days"))
