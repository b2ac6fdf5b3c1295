"""Watched time, periods and the comparison off and on a treatment, by records whose years are worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarkson.errors import SettingError
from clarkson.history.history import YEAR, History, Span, history
from clarkson.history.periods import compared, periods
from clarkson.record.doses import kind_of
from clarkson.record.record import Dose, Event, EventKind, Record, Source

DIARY = Source("diary")
FIRST = datetime(2016, 1, 1, tzinfo=UTC)


def at(years: float) -> datetime:
    return FIRST + years * YEAR


def event(years: float, kind: EventKind = "attack", text: str = "") -> Event:
    return Event(kind, text or kind, at(years), DIARY)


def dose(what: str, start: float, end: float | None = None) -> Dose:
    return Dose(kind_of(what), what, at(start), DIARY, None if end is None else at(end), lasting=True)


def record(*facts: Event | Dose, age_years: float | None = None) -> Record:
    return Record(
        "diary",
        doses=tuple(each for each in facts if isinstance(each, Dose)),
        events=tuple(each for each in facts if isinstance(each, Event)),
        age_years=age_years,
    )


def visits(*years: float) -> tuple[Event, ...]:
    return tuple(event(each, "other", "visit") for each in years)


# Attacks at 0, 0.5, 1.25 and 1.95 years; immunoglobulin from 2 to 4 years, an attack on it at 3; one at 5; until 6.
HALF = (0.0, 0.5, 1.25, 1.95, 3.0, 5.0)
TREATED = record(*(event(each) for each in HALF), dose("IVIG 70 g monthly", 2.0, 4.0), *visits(4.0, 6.0))


def test_time_is_watched_from_the_first_fact_through_the_day_of_the_last() -> None:
    (span,) = history(TREATED).watched
    assert span == Span(at(0.0), at(6.0) + timedelta(days=1))
    assert history(TREATED, until=at(5.5)).watched == (Span(at(0.0), at(5.5)),)


def test_off_and_on_by_hand() -> None:
    """The first attack opens; that at 1.95 began the treatment; 84 days wash out after year 4."""
    found = compared(history(TREATED, until=at(6.0)), "IVIG")
    washing = 84 / 365.25
    assert (found.off_attacks, found.on_attacks) == (3, 1)
    assert found.off_years == pytest.approx(1.95 + 2.0 - washing)
    assert found.on_years == pytest.approx(2.0)
    assert found.carry_over_years == pytest.approx(washing)
    assert found.immortal_years == pytest.approx(0.05)
    assert [each.onset for each in found.qualifying] == [at(0.0), at(1.95)]
    assert found.before_years == 0.0
    assert found.others == ()


def test_the_naive_comparison_counts_everything() -> None:
    found = compared(history(TREATED, until=at(6.0)), "immunoglobulin", drop_qualifying=False)
    assert (found.off_attacks, found.on_attacks, found.qualifying) == (5, 1, ())
    assert found.immortal_years == 0.0
    assert found.off_years == pytest.approx(4.0 - 84 / 365.25)


def test_time_before_the_first_attack_is_not_compared() -> None:
    told = replace(TREATED, events=(*TREATED.events, *visits(-3.0, -1.5)))
    found = compared(history(told, until=at(6.0)), "IVIG")
    assert found.before_years == pytest.approx(3.0)
    assert found.off_years == pytest.approx(1.95 + 2.0 - 84 / 365.25)
    assert any("3.0 years before the first attack" in each for each in found.remarks)


def test_an_attack_while_a_treatment_washes_out_is_neither_off_nor_on() -> None:
    told = replace(TREATED, events=(*TREATED.events, event(4.1)))
    found = compared(history(told, until=at(6.0)), "IVIG")
    assert (found.off_attacks, found.on_attacks) == (3, 1)
    assert [each.onset for each in found.others] == [at(4.1)]
    assert any("1 attack in time that is not compared" in each for each in found.remarks)


def test_periods_are_cut_where_a_treatment_starts_stops_and_has_washed_out() -> None:
    found = periods(history(TREATED, until=at(6.0)))
    immunoglobulin = frozenset({"immunoglobulin"})
    assert [(each.treatments, each.washing_out) for each in found] == [
        (frozenset(), frozenset()),
        (immunoglobulin, frozenset()),
        (frozenset(), immunoglobulin),
        (frozenset(), frozenset()),
    ]
    assert [len(each.attacks) for each in found] == [4, 1, 0, 1]
    assert [each.years for each in found] == pytest.approx([2.0, 2.0, 84 / 365.25, 2.0 - 84 / 365.25])


def test_another_drug_in_compared_time_is_said() -> None:
    told = replace(TREATED, doses=(*TREATED.doses, dose("theophylline 300 mg twice a day", 3.0, 3.5)))
    found = compared(history(told, until=at(6.0)), "IVIG")
    assert any(
        "Theophylline acted too in 0.0 of" in each and "0.5 of the 2.0 years on" in each for each in found.remarks
    )


def test_a_long_silence_is_not_watched() -> None:
    told = record(event(0.0), event(0.5), event(4.0), *visits(5.0))
    found = history(told)
    assert found.watched == (
        Span(at(0.0), at(0.5) + timedelta(days=1)),
        Span(at(4.0), at(5.0) + timedelta(days=1)),
    )
    assert any("nobody can say whether an attack would have been noticed" in each for each in found.remarks)
    assert len(history(told, longest_silence_days=2000).watched) == 1


def test_attacks_before_birth_and_in_the_future_are_said_and_not_counted() -> None:
    told = record(event(-60.0), event(0.0), event(1.0), *visits(2.0), event(40.0), age_years=50.0)
    found = history(told, until=at(3.0))
    assert [each.onset for each in found.attacks] == [at(0.0), at(1.0)]
    assert found.watched == (Span(at(0.0), at(3.0)),)
    assert any("before the person was born (1956-01-01)" in each for each in found.remarks)
    assert any("after the end of the history" in each for each in found.remarks)
    assert found.born == at(2.0) - 50.0 * YEAR


def test_an_attack_without_a_date_is_said() -> None:
    told = record(event(0.0), Event("attack", "once", None, DIARY))
    assert "1 attack without a date: not counted." in history(told).remarks


def test_a_treatment_that_began_before_the_record_counts_from_the_first_watched_day() -> None:
    told = record(dose("theophylline 300 mg daily", -8.0), event(0.0), event(1.0), *visits(2.0))
    found = history(told, until=at(2.0))
    assert found.watched == (Span(at(0.0), at(2.0)),)
    assert any("Theophylline began before time is watched" in each for each in found.remarks)
    on = compared(found, "theophylline")
    assert on.on_years == pytest.approx(2.0)
    assert on.off_years == 0.0


def test_an_unknown_treatment_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(SettingError, match="no treatment 'vitamin k'; it holds: immunoglobulin"):
        compared(history(TREATED), "vitamin k")


def test_nobody_has_no_years() -> None:
    assert history(Record("nobody")) == History("nobody")
    assert history(record(event(5.0)), until=at(1.0)).watched == ()
    assert history(record(dose("IVIG monthly", 0.0, 2.0))).watched == ()


FACTS = st.lists(
    st.one_of(
        st.builds(event, st.floats(0.0, 12.0), st.sampled_from(["attack", "infection", "symptom", "other"])),
        st.builds(
            lambda what, start, length: dose(what, start, None if length is None else start + length),
            st.sampled_from(["IVIG monthly", "theophylline 300 mg daily", "vitamin k2"]),
            st.floats(0.0, 12.0),
            st.none() | st.floats(0.0, 5.0),
        ),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=120, deadline=None)
@given(FACTS, st.none() | st.floats(0.1, 13.0), st.booleans())
def test_all_years_and_all_attacks_stand_in_one_place(
    facts: list[Event | Dose], until: float | None, drop: bool
) -> None:
    found = history(record(*facts), until=None if until is None else at(until))
    assert sum(each.years for each in periods(found)) == pytest.approx(found.years)
    assert [one for each in periods(found) for one in each.attacks] == list(found.attacks)
    for name in {each.name for each in found.exposures}:
        on = compared(found, name, drop_qualifying=drop)
        together = on.off_years + on.on_years + on.carry_over_years + on.immortal_years + on.before_years
        assert together == pytest.approx(found.years)
        assert on.off_attacks + on.on_attacks + len(on.qualifying) + len(on.others) == len(found.attacks)


@settings(max_examples=60, deadline=None)
@given(FACTS, st.randoms())
def test_the_order_of_facts_does_not_matter(facts: list[Event | Dose], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert history(record(*shuffled)) == history(record(*facts))
