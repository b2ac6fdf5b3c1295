"""Doses in words: read and printed back exactly; what nobody could be given is refused by name."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from clarkson.errors import DoseError
from clarkson.simulate.doses import Dose, check_weight, length_h, magnitude, parse_dose
from clarkson.simulate.durations import MONTH, duration_words, parse_duration, parse_moment
from clarkson.simulate.fluids import fluids, refused_fluids
from clarkson.simulate.kinds import UNITS, kind_named, kinds

CANONICAL = (
    "albumin 20 % 100 mL over 4 h",
    "crystalloid 500 mL over 1 h",
    "saline 0.9 % 2 L over 1 h",
    "Ringer 25 mL/kg over 30 min",
    "IVIG 2 g/kg over 2 days monthly",
    "IVIG 2 g/kg over 2 days every 4 weeks",
    "IVIG 0.4 g/kg over 4 h",
    "red cells 2 units over 3 h",
    "red cells 1 unit over 90 min",
    "norepinephrine 0.2 ug/kg/min over 24 h",
    "furosemide 40 mg",
    "furosemide 10 mg/h over 12 h",
    "theophylline 200 mg every 12 h",
    "terbutaline 5 mg every 8 h",
    "terbutaline 5 mg every 8 h 3 times",
    "bleed 450 mL over 10 min",
    "ultrafiltration 2 L over 4 h",
    "dialysis 4 h",
    "dialysis with ultrafiltration 2 L over 4 h",
    "drink 500 mL",
    "fasting for 12 h",
    "standing 15 min",
    "sitting 2 h",
    "tilt 70 deg for 30 min",
    "exercise 0.6 for 1 h",
    "infection for 4 days",
    "infection 0.5 for 4 days",
    "lower body suction 45 mmHg for 5 min",
)

OTHER_WORDS = (
    ("phlebotomy 450 mL over 10 min", "bleed 450 mL over 10 min"),
    ("Albumin 20% 100ml over 4 hours", "albumin 20 % 100 mL over 4 h"),
    ("normal saline 1000 mL for 60 min", "saline 0.9 % 1000 mL over 1 h"),
    ("noradrenaline 0.1 µg/kg/min over 1 day", "norepinephrine 0.1 ug/kg/min over 24 h"),
    ("norepinephrine 7 mcg/min over 6 h", "norepinephrine 7 ug/min over 6 h"),
    ("Plasma-Lyte 148 500 mL over 1 h", "crystalloid 500 mL over 1 h"),
    ("IVIG 1 g/kg over 8 h, every month, 6 times", "IVIG 1 g/kg over 8 h monthly 6 times"),
    ("theophylline 300 mg every 24 h", "theophylline 300 mg daily"),
    ("standing for 15 min", "standing 15 min"),
    ("tilt 60° for 1200 s", "tilt 60 deg for 20 min"),
)

REFUSED = (
    ("albumin 20 % -100 mL over 4 h", "more than zero"),
    ("crystalloid 0 mL over 1 h", "more than zero"),
    ("crystalloid 400 L over 8 h", "400 L is more than 40 L"),
    ("crystalloid 10 L over 5 min", "120 L/h is more than 60 L/h"),
    ("albumin 300 % 100 mL over 1 h", "albumin comes as 4 %, 5 %, 20 % or 25 %"),
    ("albumin 100 mL over 1 h", "albumin comes as"),
    ("albmin 20 % 100 mL over 1 h", "did you mean 'albumin 20 %'"),
    ("crystaloid 1 L over 1 h", "did you mean 'crystalloid'"),
    ("kryptonite 1 L over 1 h", "Known are: saline"),
    ("gelatine 500 mL over 1 h", "no state for it"),
    ("HES 6 % 500 mL over 1 h", "no state for it"),
    ("whole blood 1 L over 1 h", "red cells and fresh frozen plasma"),
    ("bleed 12 L over 1 h", "more blood than there is"),
    ("bleed 90 mL/kg over 1 h", "more blood than there is"),
    ("bleed", "amount is missing"),
    ("furosemide over 5 min", "amount is missing"),
    ("albumin 20 %", "amount is missing"),
    ("crystalloid 500 over 1 h", "needs a unit: mL or L or mL/kg"),
    ("crystalloid 500 lb over 1 h", "not given in 'lb' but in mL"),
    ("crystalloid 50 g over 1 h", "not given in 'g'"),
    ("norepinephrine 0.2 ug/kg/min", "say over how long"),
    ("norepinephrine 20 ug/kg/min over 1 h", "more than"),
    ("standing", "does not say for how long"),
    ("standing 3 mL", "takes no amount"),
    ("tilt 120 deg for 1 h", "120 deg is more than 90 deg"),
    ("exercise 2 for 1 h", "2 is more than 1"),
    ("exercise for 1 h", "amount is missing"),
    ("furosemide 40 mg 3 times", "does not say how often"),
    ("furosemide 40 mg every 8 h 0 times", "number of times"),
    ("IVIG 2 g/kg over 2 days every 12 h", "before it has ended"),
    ("drink 500 mL over 0 h", "more than zero"),
    ("fasting for 400 months", "from 1 s to 10 years"),
    ("fasting for 2 moons", "no length of time"),
    ("", "cannot be read"),
    ("42", "cannot be read"),
)


@pytest.mark.parametrize("words", CANONICAL)
def test_canonical_words_print_back_exactly(words: str) -> None:
    assert str(parse_dose(words)) == words


@pytest.mark.parametrize(("words", "canonical"), OTHER_WORDS)
def test_other_words_mean_the_same(words: str, canonical: str) -> None:
    assert str(parse_dose(words)) == canonical
    assert parse_dose(words) == parse_dose(canonical)


@st.composite
def doses(draw: st.DrawFn) -> Dose:
    """Any dose that somebody could be given, of every kind."""
    kind = draw(st.sampled_from(sorted(kinds().values(), key=lambda kind: kind.name)))
    amount, unit = None, ""
    if kind.units and not (kind.customary is not None and draw(st.booleans())):
        unit = draw(st.sampled_from(kind.units))
        amount = draw(st.floats(1e-3, 1.0) | st.integers(1, 400).map(float) | st.floats(1.0, 400.0))
    duration = draw(
        st.none()
        | st.integers(1, 240).map(lambda minutes: minutes / 60.0)
        | st.integers(1, 60).map(float)
        | st.floats(0.01, 200.0)
    )
    every = draw(st.none() | st.sampled_from([8.0, 12.0, 24.0, 168.0, 672.0, MONTH]) | st.floats(1.0, 800.0))
    times = draw(st.none() | st.integers(1, 20))
    try:
        return Dose(kind.name, amount, unit, duration, every, times if every is not None else None)
    except DoseError:
        assume(False)
        raise


@given(doses())
def test_every_dose_reads_back_as_itself(dose: Dose) -> None:
    assert parse_dose(str(dose)) == dose
    assert str(parse_dose(str(dose))) == str(dose)


@pytest.mark.parametrize(("words", "reason"), REFUSED)
def test_what_nobody_could_be_given_is_refused_by_name(words: str, reason: str) -> None:
    with pytest.raises(DoseError, match=re.escape(reason)):
        parse_dose(words)


PIECES = [
    "albumin",
    "20 %",
    "100",
    "mL",
    "-3",
    "1e999",
    "over",
    "for",
    "every",
    "4 h",
    "monthly",
    "times",
    "2 times",
    "%",
]


@given(st.text(max_size=40) | st.lists(st.sampled_from([*PIECES, *CANONICAL]), max_size=6).map(" ".join))
def test_any_text_is_a_dose_or_a_sentence(text: str) -> None:
    """Whatever is no dose raises DoseError, and nothing else."""
    try:
        dose = parse_dose(text)
    except DoseError:
        return
    assert parse_dose(str(dose)) == dose


@given(st.floats(1.0 / 3600.0, 80_000.0))
def test_lengths_of_time_read_back_exactly(hours: float) -> None:
    assert parse_duration(duration_words(hours)) == hours
    assert parse_duration(duration_words(hours, weeks=True)) == hours
    assert parse_moment(duration_words(hours)) == hours


def test_moments_follow_the_clock() -> None:
    assert parse_moment("day 1 00:00") == 0.0
    assert parse_moment("day 3 12:30", clock_h=18.0) == 42.5
    with pytest.raises(DoseError, match="before the start"):
        parse_moment("day 1 08:00", clock_h=18.0)


def test_a_dose_per_kg_follows_the_weight() -> None:
    """2 g/kg for 80 kg are 160 g, which are 1.6 L of a 10 % solution."""
    assert magnitude(parse_dose("IVIG 2 g/kg over 2 days"), 80.0) == pytest.approx(1.6)
    assert magnitude(parse_dose("norepinephrine 0.2 ug/kg/min over 1 h"), 80.0) == pytest.approx(16.0)
    assert magnitude(parse_dose("albumin 25 % 50 g over 1 h"), 80.0) == pytest.approx(0.2)
    assert magnitude(parse_dose("red cells 2 units over 3 h"), 80.0) == pytest.approx(0.56)


def test_a_bleed_is_measured_against_the_weight() -> None:
    four_litres = parse_dose("bleed 4 L over 2 h")
    check_weight(four_litres, 80.0)
    with pytest.raises(DoseError, match="at 45 kg"):
        check_weight(four_litres, 45.0)


def test_what_was_not_said_stays_unsaid_and_the_customary_length_holds() -> None:
    dose = parse_dose("furosemide 40 mg")
    assert dose.duration_h is None
    assert length_h(dose) == pytest.approx(5.0 / 60.0)
    assert length_h(parse_dose("drink 500 mL")) == pytest.approx(10.0 / 60.0)
    assert length_h(parse_dose("terbutaline 5 mg every 8 h")) == 2.0


def test_the_strength_of_a_fluid_is_what_its_name_says() -> None:
    for fluid in fluids().values():
        strength = re.search(r"([\d.]+) %", fluid.name)
        if strength:
            salt = fluid.sodium * 58.44 / 1000.0 if fluid.name.startswith("saline") else 0.0
            grams = fluid.albumin + fluid.igg + fluid.glucose + salt
            assert grams == pytest.approx(10.0 * float(strength[1]), rel=2e-3), fluid.name


def test_no_fluid_carries_more_chloride_than_cations() -> None:
    """Sodium and potassium, with calcium and magnesium of at most 6 mmol of charge, balance chloride."""
    for fluid in fluids().values():
        assert fluid.chloride <= fluid.sodium + fluid.potassium + 6.0, fluid.name


def test_everything_says_where_it_comes_from() -> None:
    for kind in kinds().values():
        assert kind.source, kind.name
        assert kind.grade in ("label", "measured", "assumed"), kind.name
        assert set(kind.units) <= set(UNITS), kind.name
        assert {("L" if UNITS[unit].base in ("g", "unit") else UNITS[unit].base) for unit in kind.units} <= set(
            kind.most
        )
        assert kind.gives or kind.holds, kind.name


def test_every_name_means_one_thing() -> None:
    names = [name.casefold() for kind in kinds().values() for name in (kind.name, *kind.also)]
    assert len(names) == len(set(names))
    assert not set(names) & set(refused_fluids())
    for name in names:
        assert name in [each.casefold() for each in (kind_named(name).name, *kind_named(name).also)]
