"""Relapses of another illness: which results speak for or against a leak, and which test would settle the next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clarkson.analytes import Method
from clarkson.history.next_relapse import next_relapse
from clarkson.history.relapses import diary_of, relapses
from clarkson.record.record import Event, Record, Result, Source
from clarkson.watch.assess import assess

DIARY = Source("diary")
FROM = datetime(2024, 1, 1, 8, tzinfo=UTC)


def day(number: float) -> datetime:
    return FROM + timedelta(days=number)


def draw(number: float, how: Method = "laboratory", **values: float) -> tuple[Result, ...]:
    return tuple(Result(name, value, day(number), DIARY, method=how) for name, value in values.items())


def crash(number: float, text: str = "crash") -> Event:
    return Event("symptom", text, day(number), DIARY)


QUIET = tuple(
    result
    for number, hematocrit, albumin in ((0, 0.41, 42.0), (40, 0.42, 43.0), (80, 0.415, 41.5), (120, 0.41, 42.5))
    for result in draw(number, hematocrit=hematocrit, albumin=albumin)
)


def record(*results: Result, events: tuple[Event, ...] = ()) -> Record:
    everything = tuple(sorted((*QUIET, *results), key=lambda each: each.time))
    return Record("somebody", results=everything, events=events, sex="female", age_years=45.0)


def test_thick_blood_with_half_the_albumin_speaks_for_a_leak() -> None:
    (found,) = relapses(record(*draw(200.5, hematocrit=0.56, albumin=24.0), events=(crash(200),)))
    assert found.says == "for a leak"
    (reading,) = found.readings
    assert reading.hours == pytest.approx(12.0)
    assert reading.measured == ("hematocrit", "albumin")
    assert reading.D is not None
    assert reading.D.low > 0.0
    # From 0.414 and 42.3 g/L: plasma down to (0.414 / 0.586) (0.44 / 0.56) = 56 %.
    assert reading.plasma_volume_change_percent is not None
    assert reading.plasma_volume_change_percent.median == pytest.approx(-44.0, abs=4.0)
    assert "speaks for a leak" in found.words


def test_the_numbers_are_those_of_the_watch() -> None:
    person = record(*draw(200.5, hematocrit=0.56, albumin=24.0), events=(crash(200),))
    (found,) = relapses(person)
    watch = next(each for each in assess(person) if each.time == day(200.5))
    assert found.readings[0].likelihood_ratio == watch.likelihood_ratio
    assert found.readings[0].V == watch.V


def test_the_usual_pair_speaks_against_a_leak_at_that_hour() -> None:
    (found,) = relapses(record(*draw(200.5, hematocrit=0.40, albumin=43.0), events=(crash(200),)))
    assert found.says == "against a leak"
    assert "at that hour" in found.words
    assert "not excluded" in found.words


def test_nothing_measured_is_an_answer() -> None:
    (found,) = relapses(record(*draw(200.5, heart_rate=110.0), events=(crash(200),)))
    assert found.says == "nothing was measured"
    assert all(each.says == "nothing was measured" for each in found.readings)


def test_a_finger_prick_alone_tells_little() -> None:
    (found,) = relapses(record(*draw(200.5, "finger-prick", hemoglobin=145.0), events=(crash(200),)))
    assert found.says == "little"
    assert "not measured together" in found.words


def test_one_draw_for_a_leak_is_not_outvoted() -> None:
    results = (*draw(200.1, hematocrit=0.41, albumin=42.0), *draw(201.5, hematocrit=0.57, albumin=23.0))
    (found,) = relapses(record(*results, events=(crash(200),)))
    assert len(found.readings) == 2
    assert found.says == "for a leak"


def test_draws_of_other_days_are_left_alone() -> None:
    (found,) = relapses(record(*draw(206.0, hematocrit=0.56, albumin=24.0), events=(crash(200),)))
    assert found.readings == ()
    assert found.says == "nothing was measured"


def test_entries_of_one_relapse_are_one() -> None:
    later = (crash(203, "still crashed"), crash(206), crash(230, "PEM after a walk"), crash(240, "headache"))
    events = (crash(200), *later)
    assert [each.time for each in diary_of(record(events=events))] == [day(200), day(230)]


def test_a_diary_can_be_given() -> None:
    found = relapses(record(*draw(50.5, hematocrit=0.42, albumin=42.0)), [crash(50, "bad day")])
    assert [each.text for each in found] == ["bad day"]


def test_the_pair_settles_more_than_hemoglobin_at_home() -> None:
    found = {each.choice: each for each in next_relapse(record())}
    pair, home = found["hematocrit and albumin"], found["hemoglobin at home, finger-prick"]
    assert pair.found > home.found
    assert pair.excluded > home.excluded
    assert pair.if_leak > home.if_leak > 0.0 > home.if_not > pair.if_not
    assert pair.false <= 0.02


def test_knowing_the_own_level_makes_the_same_test_tell_more() -> None:
    known, unknown = (
        next(each for each in next_relapse(person) if each.choice == "hematocrit and albumin")
        for person in (record(), replace(record(), results=()))
    )
    assert known.found > unknown.found
    assert known.excluded > unknown.excluded


def test_a_relapse_is_no_part_of_the_own_level() -> None:
    """Ten draws of thick blood in a relapse move the person's level by nothing."""
    thick = tuple(each for hour in range(10) for each in draw(200 + 0.3 * hour, hematocrit=0.50, albumin=42.0))
    with_relapse = next_relapse(record(*thick, events=(crash(200),)))
    assert [each.found for each in with_relapse] == [each.found for each in next_relapse(record())]
