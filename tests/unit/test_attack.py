"""Attacks on courses that are drawn by hand."""

from __future__ import annotations

import math

import numpy as np

from clarkson.body.attack import attacks
from clarkson.body.person import Floats

HOURS = np.arange(0.0, 400.0, 1.0)


def bump(first: float, after: float, height: float) -> Floats:
    """`height` from one hour until another, 0 elsewhere."""
    return np.asarray(height * ((first <= HOURS) & (after > HOURS)), dtype=float)


def ramp(first: float, lowest_at: float, back: float, depth: float) -> Floats:
    """A straight fall to −depth and a straight rise back to 0."""
    course = np.interp(HOURS, [0.0, first, lowest_at, back, HOURS[-1]], [0.0, 0.0, -depth, 0.0, 0.0])
    return np.asarray(course, dtype=float)


def test_one_attack_has_the_times_of_its_course() -> None:
    # 41 % are lost from hour 20 to 60 and return until hour 140: −10 % just before 30, −5 % again just after 130.
    (found,) = attacks(HOURS, ramp(20.0, 60.0, 140.0, 0.41), bump(18.0, 100.0, 0.5), np.zeros(400))
    assert (found.leak_from, found.onset, found.peak, found.leak_end) == (18.0, 30.0, 60.0, 100.0)
    assert found.recovery == 131.0
    assert math.isclose(found.plasma_lost, 0.41)


def test_recovery_waits_for_the_water() -> None:
    (found,) = attacks(HOURS, ramp(20.0, 60.0, 140.0, 0.4), bump(18.0, 100.0, 0.5), bump(30.0, 250.0, 4.0))
    assert found.recovery == 250.0


def test_a_bleed_and_a_leak_too_small_are_no_attacks() -> None:
    gone = ramp(20.0, 60.0, 140.0, 0.4)
    assert attacks(HOURS, gone, np.zeros(400), np.zeros(400)) == ()
    assert attacks(HOURS, gone, bump(18.0, 100.0, 0.04), np.zeros(400)) == ()
    assert attacks(HOURS, gone / 5.0, bump(18.0, 100.0, 0.5), np.zeros(400)) == ()


def test_two_attacks_and_the_first_does_not_recover_before_the_second() -> None:
    plasma = ramp(20.0, 40.0, 60.0, 0.3) + ramp(80.0, 100.0, 120.0, 0.2)
    gap = bump(20.0, 50.0, 0.5) + bump(80.0, 110.0, 0.5)
    first, second = attacks(HOURS, plasma, gap, bump(20.0, 200.0, 3.0))
    assert math.isnan(first.recovery)
    assert (second.leak_from, second.peak, second.recovery) == (80.0, 100.0, 200.0)


def test_a_course_that_ends_in_the_leak_has_no_end_of_it() -> None:
    cut = HOURS < 50.0
    plasma = np.where(cut, ramp(20.0, 60.0, 140.0, 0.4), np.nan)
    (found,) = attacks(HOURS, plasma, np.where(cut, bump(18.0, 100.0, 0.5), np.nan), np.zeros(400))
    assert found.peak == 49.0
    assert math.isnan(found.recovery)
    (short,) = attacks(HOURS[cut], plasma[cut], bump(18.0, 100.0, 0.5)[cut], np.zeros(50))
    assert math.isnan(short.leak_end)
    assert short.phases(50.0) == (("prodrome", 18.0, 30.0), ("leak", 30.0, 49.0), ("plateau", 49.0, 50.0))


def test_phases_follow_each_other() -> None:
    (found,) = attacks(HOURS, ramp(20.0, 60.0, 140.0, 0.4), bump(18.0, 100.0, 0.5), np.zeros(400))
    phases = found.phases(399.0)
    assert [name for name, _, _ in phases] == ["prodrome", "leak", "plateau", "refill"]
    assert [start for _, start, _ in phases[1:]] == [end for _, _, end in phases[:-1]]
    assert phases[-1][2] == found.recovery
