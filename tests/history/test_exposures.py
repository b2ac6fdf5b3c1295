"""Exposures: treatments over time, from infusions, from doses that go on, and from what people write."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarkson.history.drug_names import drug_name, goes_on
from clarkson.history.exposures import Exposure, exposures
from clarkson.history.history import history
from clarkson.record.doses import kind_of
from clarkson.record.read import read_bytes
from clarkson.record.record import Dose, Source
from tests.people import START

DIARY = Source("diary")
UNTIL = START + timedelta(days=2000)


def day(days: float) -> datetime:
    return START + timedelta(days=days)


def dose(what: str, start: float, end: float | None = None, *, lasting: bool = False) -> Dose:
    stop = None if end is None else day(end)
    return Dose(kind_of(what), what, day(start), DIARY, stop, lasting=lasting)


def found(*doses: Dose) -> tuple[Exposure, ...]:
    return exposures(doses, UNTIL)[0]


def said(*doses: Dose) -> str:
    return " ".join(exposures(doses, UNTIL)[1])


def test_monthly_infusions_with_slips_are_one_treatment() -> None:
    (one,) = found(*(dose("IVIG 70 g", each) for each in (0, 30, 58, 95, 125)))
    assert one.name == "immunoglobulin"
    assert one.given == tuple(day(each) for each in (0, 30, 58, 95, 125))
    assert (one.start, one.stop) == (day(0), day(125 + 30))  # gaps of 30, 28, 37 and 30 days: the middle is 30


def test_a_gap_of_more_than_45_days_ends_a_treatment() -> None:
    first, second = found(*(dose("IVIG", each) for each in (0, 30, 76, 106)))
    assert (first.stop, second.start) == (day(60), day(76))


def test_one_infusion_over_two_days_lasts_four_weeks_from_the_second() -> None:
    (one,) = found(dose("Privigen 1 g/kg", 0), dose("Privigen 1 g/kg", 1))
    assert one.stop == day(1 + 28)


def test_what_goes_on_at_the_end_has_no_stop() -> None:
    (one,) = found(*(dose("IVIG", each) for each in (1930, 1960, 1990)))
    assert one.stop is None
    assert one.stops(UNTIL) == UNTIL


@pytest.mark.parametrize("what", ["theophylline 300 mg twice a day", "terbutaline 5 mg tid", "montelukast 10 mg daily"])
def test_prophylaxis_that_goes_on_by_its_words(what: str) -> None:
    (one,) = found(dose(what, 100))
    assert (one.kind, one.start, one.stop, one.words) == ("prophylaxis", day(100), None, what)
    assert "has no stop" in said(dose(what, 100))


def test_a_supplement_goes_on_where_the_record_says_so() -> None:
    assert [each.name for each in found(dose("Vitamin K2 100 µg", 10, lasting=True))] == ["vitamin k2"]
    assert [each.name for each in found(dose("Vitamin K2 100 µg", 10, 200))] == ["vitamin k2"]
    assert found(dose("Vitamin K2 100 µg", 10)) == ()
    assert found(dose("saline", 10), dose("Ringer 500 mL every 8 h", 10)) == ()


def test_entries_of_one_drug_that_overlap_are_one_and_said() -> None:
    doses = (dose("theophylline 300 mg daily", 0, 400), dose("Theophylline 400 mg daily", 300, 500))
    (one,) = found(*doses)
    assert (one.start, one.stop) == (day(0), day(500))
    assert one.words == "theophylline 300 mg daily; Theophylline 400 mg daily"
    assert "Entries of theophylline overlap" in said(*doses)


def test_a_new_dose_closes_the_one_before_that_had_no_stop() -> None:
    doses = (dose("theophylline 300 mg daily", 0), dose("theophylline 400 mg daily", 300, 500))
    (one,) = found(*doses)
    assert (one.start, one.stop) == (day(0), day(500))
    assert "had no stop when the next began" in said(*doses)


def test_different_drugs_at_the_same_time_stay_and_are_said() -> None:
    doses = (dose("theophylline 300 mg daily", 0, 730.5), dose("IVIG 70 g monthly", 365.25, lasting=True))
    assert [each.name for each in found(*doses)] == ["theophylline", "immunoglobulin"]
    assert "Immunoglobulin and theophylline were given at the same time for 1.0 years" in said(*doses)


def test_a_stop_before_the_start_is_said_and_not_used() -> None:
    wrong = dose("theophylline 300 mg daily", 50, 40)
    assert found(wrong) == ()
    assert "stops before it starts (diary)" in said(wrong)


def test_a_single_tablet_is_no_treatment_over_time() -> None:
    assert found(dose("terbutaline 5 mg", 50)) == ()
    assert "one single dose" in said(dose("terbutaline 5 mg", 50))


def test_monthly_in_words_with_other_infusions_is_one_of_several() -> None:
    (one,) = found(*(dose("IVIG 2 g/kg monthly", each) for each in (0, 30, 60)))
    assert one.stop == day(90)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("IVIG 2 g/kg over 2 days monthly", "immunoglobulin"),
        ("Privigen", "immunoglobulin"),
        ("immune globulin 10 %", "immunoglobulin"),
        ("start theophylline 300 mg twice a day", "theophylline"),
        ("20 mg prednisone daily", "prednisone"),
        ("Vitamin D3, 1000 IU, every other day", "vitamin d3"),
    ],
)
def test_names(words: str, name: str) -> None:
    assert drug_name(words) == name


def test_words_of_rhythm() -> None:
    assert all(map(goes_on, ("daily", "3 times a day", "every 3 weeks", "2x per day", "once a month", "q8h")))
    assert not any(map(goes_on, ("over 4 h", "70 g", "body", "10 mL")))


def test_a_csv_with_an_end_column() -> None:
    record = read_bytes(
        b"time,code,value,unit,end\n"
        b"2020-01-01T08:00Z,event:attack,faint,,\n"
        b"2020-02-01T08:00Z,dose:theophylline 300 mg twice a day,,,2021-02-01T08:00Z\n"
        b"2020-03-01T08:00Z,dose:Vitamin K2 100 ug daily,,,\n"
        b"2022-01-01T08:00Z,event:attack,faint again,,\n",
        "diary.csv",
    )
    found = history(record).exposures
    assert [(each.name, each.stop is None) for each in found] == [("theophylline", False), ("vitamin k2", True)]
    assert found[0].stop == datetime.fromisoformat("2021-02-01T08:00Z")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["IVIG", "IVIG monthly", "theophylline 300 mg daily", "vitamin k daily", "terbutaline"]),
            st.integers(0, 1500),
            st.none() | st.integers(-3, 400),
            st.booleans(),
        ),
        max_size=10,
    ),
    st.randoms(),
)
def test_order_does_not_matter_and_one_drug_never_overlaps_itself(
    told: list[tuple[str, int, int | None, bool]], random: object
) -> None:
    doses = [
        dose(what, start, None if length is None else start + length, lasting=lasting)
        for what, start, length, lasting in told
    ]
    shuffled = list(doses)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert exposures(shuffled, UNTIL) == exposures(doses, UNTIL)
    for name in {each.name for each in found(*doses)}:
        own = [each for each in found(*doses) if each.name == name]
        assert all(before.stops(UNTIL) <= after.start for before, after in pairwise(own))
        assert all(each.start <= each.stops(UNTIL) for each in own)
