"""Courses over days: what is said at each draw of an attack, and of what only looks like one."""

from __future__ import annotations

import pytest

import clarkson as ck
from clarkson.watch.assessment import LEAK_VERDICTS, Verdict
from tests.people import draw, record


def verdicts(*course: tuple[float, float, float]) -> list[Verdict]:
    """Verdicts of draws given as hours, hematocrit, albumin in g/L."""
    return [each.verdict for each in assessed(*course)]


def assessed(*course: tuple[float, float, float]) -> list[ck.Assessment]:
    return list(ck.assess(record(*(draw(hours, hematocrit=h, albumin=a) for hours, h, a in course))))


def test_an_attack_from_leak_to_the_old_level() -> None:
    found = verdicts((0, 0.60, 20), (24, 0.57, 18), (72, 0.42, 26), (120, 0.41, 30), (720, 0.44, 42))
    assert found == ["leak", "leak", "refill", "refill", "no sign of leak"]


def test_a_gap_of_days_after_the_leak_is_a_refill() -> None:
    assert verdicts((0, 0.60, 20), (96, 0.36, 25))[-1] == "refill"
    assert verdicts((0, 0.60, 20), (72, 0.44, 27))[-1] == "refill"


def test_a_second_attack_within_two_weeks_is_seen() -> None:
    assert verdicts((0, 0.60, 20), (72, 0.40, 27), (240, 0.42, 36), (288, 0.58, 24))[-1] == "leak"


def test_a_bleed_an_operation_and_a_treated_dehydration_are_not_leaks() -> None:
    bleed = verdicts((0, 0.42, 40), (6, 0.34, 33), (24, 0.27, 28), (48, 0.28, 29))
    operation = verdicts((0, 0.42, 42), (24, 0.33, 30), (72, 0.32, 27), (168, 0.34, 31))
    dehydration = verdicts((0, 0.55, 52), (24, 0.44, 42), (48, 0.42, 40))
    for found in (bleed, operation, dehydration):
        assert not set(found) & {*LEAK_VERDICTS, "refill"}
    assert assessed((0, 0.42, 40), (24, 0.27, 28))[-1].mechanism == "bleed"


def test_a_polycythemia_that_stays_is_not_a_leak() -> None:
    found = verdicts((0, 0.58, 43), (720, 0.59, 42), (1440, 0.60, 43))
    assert not set(found) & {"leak", "leak masked by fluids"}
    assert found[-1] not in LEAK_VERDICTS


def test_what_comes_later_changes_nothing_earlier() -> None:
    """Each draw is assessed as it would have been live."""
    course = ((0.0, 0.60, 20.0), (24.0, 0.57, 18.0), (72.0, 0.42, 26.0), (120.0, 0.41, 30.0))
    full = assessed(*course)
    for length in range(1, len(course)):
        for live, later in zip(assessed(*course[:length]), full, strict=False):
            assert live.mechanisms == pytest.approx(later.mechanisms, rel=1e-12, abs=1e-15)
