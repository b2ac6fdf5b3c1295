"""Attacks: entered, found in results, or both; each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarkson.history.attacks import attacks
from clarkson.history.grade import grade
from clarkson.history.history import History, history
from clarkson.record.record import Dose, DoseKind, Event, EventKind, Record, Source
from clarkson.simulate.history import natural_history
from clarkson.simulate.observe import observe
from clarkson.simulate.observe import record as as_record
from clarkson.simulate.scenario import Sampling
from tests.people import START, draw, record

DIARY = Source("diary")
QUIET = {"hematocrit": 0.42, "albumin": 42.0, "total_protein": 70.0}
LEAKING = {"hematocrit": 0.60, "albumin": 25.0, "total_protein": 42.0}


def day(days: float) -> datetime:
    return START + timedelta(days=days)


def event(days: float, text: str = "attack", kind: EventKind = "attack") -> Event:
    return Event(kind, text, day(days), DIARY)


def year_with_leaks(*days: float, recovered: tuple[float, ...] = ()) -> Record:
    quiet = [draw(24.0 * 30.0 * month, **QUIET) for month in range(-6, 7)]
    leaks = [draw(24.0 * each, **LEAKING) for each in days]
    return record(*quiet, *leaks, *(draw(24.0 * each, **QUIET) for each in recovered))


def found_in(told: Record, *events: Event) -> History:
    return history(replace(told, events=events))


@pytest.mark.parametrize(
    ("days", "number"), [((0, 0), 1), ((0, 1), 1), ((0, 4), 1), ((0, 3, 6, 9), 1), ((0, 5), 2), ((0, 40, 41), 2)]
)
def test_entries_of_following_days_are_one_attack(days: tuple[float, ...], number: int) -> None:
    found = attacks([event(each) for each in days], (), ())
    assert len(found) == number
    assert {each.found for each in found} == {"entered"}
    assert found[0].onset == day(days[0])


def test_an_attack_in_results_is_found_with_its_size() -> None:
    """Hct 42 to 60 %: 52 % of the plasma gone (the table of the science, 42 to 60); albumin 42 to 25 g/L at that."""
    (one,) = found_in(year_with_leaks(15.0, 15.5, 16.0)).attacks
    assert one.found == "results"
    assert (one.onset, one.last) == (day(15.0), day(16.0))
    assert one.plasma_lost_percent is not None
    assert one.albumin_lost_percent is not None
    assert one.plasma_lost_percent.median == pytest.approx(52.0, abs=4.0)
    odds = (0.60 / 0.40) / (0.42 / 0.58)
    assert one.albumin_lost_percent.median == pytest.approx(100.0 * (1.0 - 25.0 / 42.0 / odds), abs=4.0)
    assert one.plasma_lost_percent.low < one.plasma_lost_percent.median < one.plasma_lost_percent.high
    assert one.sources


def test_a_quiet_year_holds_no_attack() -> None:
    assert found_in(year_with_leaks()).attacks == ()


@pytest.mark.parametrize("entry", [13.0, 15.2, 18.0])
def test_an_entry_during_an_attack_in_results_is_the_same(entry: float) -> None:
    (one,) = found_in(year_with_leaks(15.0, 15.5), event(entry, "swollen, faint")).attacks
    assert one.found == "both"
    assert one.words == "swollen, faint"
    assert one.onset == min(day(entry), day(15.0))
    assert one.last == max(day(entry), day(15.5))
    assert DIARY in one.sources


def test_an_entry_far_from_an_attack_in_results_is_another() -> None:
    found = found_in(year_with_leaks(15.0, 15.5), event(100.0)).attacks
    assert [each.found for each in found] == ["results", "entered"]


def test_leaks_ten_days_apart_are_two_attacks_only_with_recovery_between() -> None:
    assert len(found_in(year_with_leaks(15.0, 15.5, 25.0, 25.5)).attacks) == 1
    assert len(found_in(year_with_leaks(15.0, 15.5, 25.0, 25.5, recovered=(20.0, 22.0))).attacks) == 2
    assert len(found_in(year_with_leaks(15.0, 15.5, 31.0, 31.5)).attacks) == 2


def test_red_cells_alone_make_no_attack() -> None:
    told = year_with_leaks(15.0, 15.5)
    alone = replace(told, results=tuple(each for each in told.results if each.analyte == "hematocrit"))
    found = found_in(alone)
    assert found.attacks == ()
    assert [each for each in found.remarks if "count as no attack (2024-03-16)" in each]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("swollen arms", None),
        ("light-headed, drank two liters, stayed at home", 1),
        ("two days of infusions", 2),
        ("intensive care for two days", 3),
        ("no intensive care, drank a lot", 1),
        ("SCLS attack, grade 2, ICU for observation", 2),
        ("in the ICU, died on day 3", 4),
    ],
)
def test_the_grade_is_read_where_the_words_say_enough(words: str, expected: int | None) -> None:
    assert grade(day(0), day(0), [event(0, words)], []) == expected


@pytest.mark.parametrize(
    ("kind", "what", "expected"),
    [
        ("crystalloid", "Ringer 1 L", 2),
        ("crystalloid", "oral rehydration fluid", 1),
        ("vasopressor", "norepinephrine", 3),
        ("immunoglobulin", "IVIG", None),
    ],
)
def test_what_was_given_grades_an_attack(kind: DoseKind, what: str, expected: int | None) -> None:
    assert grade(day(0), day(1), [], [Dose(kind, what, day(0.5), DIARY)]) == expected
    assert grade(day(0), day(1), [], [Dose(kind, what, day(9.0), DIARY)]) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=12), st.randoms())
def test_the_order_of_entries_does_not_matter_and_none_is_lost(days: list[int], random: object) -> None:
    entries = [event(each, f"day {each}") for each in days]
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = attacks(shuffled, (), ())
    assert found == attacks(entries, (), ())
    told = [words for each in found for words in each.words.split("; ")]
    assert sorted(told) == sorted({each.text for each in entries})
    assert all(later.onset - earlier.last > timedelta(days=4) for earlier, later in pairwise(found))


def test_the_attacks_of_five_simulated_years_are_found() -> None:
    """Blood every two weeks, daily around attacks: every attack that takes 30 % of the plasma, and nothing else."""
    sim = natural_history("attack", 5.0, n=1, seed=1)
    true = sim.outcomes[0].attacks
    start = datetime(2015, 1, 1, tzinfo=UTC)
    seen = observe(sim.times, sim.course(0), Sampling(24.0), "hospital", np.random.default_rng(3))
    told = as_record(seen, sim.scenario.person, start)

    def kept(time: datetime) -> bool:
        hour = (time - start) / timedelta(hours=1)
        return int(hour // 24) % 14 == 0 or any(-36.0 <= hour - each.onset <= 12 * 24.0 for each in true)

    told = replace(told, results=tuple(each for each in told.results if kept(each.time)))
    found = [(each.onset - start) / timedelta(hours=1) for each in history(told).attacks]
    large = [each for each in true if each.plasma_lost >= 0.30]
    assert len(large) >= 5
    near = [any(-48.0 <= hour - each.onset <= 72.0 for hour in found) for each in large]
    apart = [not any(0.0 < each.onset - other.onset < 21 * 24.0 for other in true) for each in large]
    assert all(hit for hit, alone in zip(near, apart, strict=True) if alone)
    assert all(any(-72.0 <= hour - each.onset <= 15 * 24.0 for each in true) for hour in found)
