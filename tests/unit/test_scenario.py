"""Scenarios: the file and the object say the same; what is wrong is refused by name and line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from clarkson.body.body import INPUTS
from clarkson.body.person import Person
from clarkson.errors import ClarksonError, DoseError, SettingError
from clarkson.simulate.scenario import Observe, Sampling, Scenario
from clarkson.simulate.scenario_file import (
    bundled_scenario,
    bundled_scenarios,
    read_scenario,
    scenario_from_text,
    to_toml,
)
from clarkson.simulate.schedule import Given, schedule

FILE = """\
title = "Two days"
duration = "2 days"
start = 2024-03-01T20:00:00
[person]
sex = "male"
age_years = 50
height_cm = 178
weight_kg = 80
disease = "scls"
[person.parameters]
resting_albumin = 40
[[given]]
at = "6 h"
dose = "albumin 20 % 100 mL over 4 h"
[[given]]
at = "day 2 08:00"
dose = "furosemide 40 mg"
[observe]
every = "30 min"
outputs = ["hematocrit", "plasma_volume"]
[observe.hospital]
sampling = "every 6 h"
missing = 0.1
noise = false
"""

OBJECT = Scenario(
    duration_h=48,
    person=Person("male", 50, 178, 80),
    disease="scls",
    parameters={"resting_albumin": 40},
    start=datetime(2024, 3, 1, 20),
    given=[Given(6, "albumin 20 % 100 mL over 4 h"), Given(12, "furosemide 40 mg")],
    observe=Observe(0.5, ["hematocrit", "plasma_volume"], hospital=Sampling(6, 0.1, noise=False)),
    title="Two days",
)

WRONG = (
    ('disease = "scls"', 'disase = "scls"', "line 9: 'disase' is no key of [person]: did you mean 'disease'?"),
    ('disease = "scls"', 'disease = "sclss"', "line 9: disease is 'none' or 'scls' or 'chronic scls', not 'sclss'"),
    ("resting_albumin", "resting_albumen", "line 11: 'resting_albumen' is no parameter of the body: did you mean"),
    ("resting_albumin = 40", "large_pore_fraction_skin = 0.1", "line 11: 'large_pore_fraction_skin' is derived"),
    ("resting_albumin = 40", "resting_albumin = nan", "line 11: the parameter 'resting_albumin' must be a finite"),
    ("furosemide", "furosmide", "line 17: 'furosmide' is nothing that can be given: did you mean 'furosemide'?"),
    ("furosemide 40 mg", "bleed 5.7 L over 1 h", "line 17: 'at 12 h: bleed 5.7 L over 1 h' is more than the 5.2 L"),
    ("day 2 08:00", "day 1 08:00", "line 16: 'day 1 08:00' lies before the start"),
    ('"6 h"', '"48 h"', "line 14: 'at 2 days: albumin 20 % 100 mL over 4 h' begins after the end, at 2 days"),
    ("at = ", "when = ", "line 13: 'when' is no key of [given]"),
    ("[observe.hospital]", "[observe.hospitl]", "line 21: 'hospitl' is no key of [observe]: did you mean 'hospital'?"),
    ("[[given]]", "[[givn]]", "line 12: 'givn' is no key of a scenario: did you mean 'given'?"),
    ("plasma_volume", "plasma_volum", "line 20: 'plasma_volum' is no output of the body: did you mean"),
    ('["hematocrit", "plasma_volume"]', "[1]", "line 20: 'outputs' must be a list of names"),
    ("missing = 0.1", "missing = 1.5", "line 23: missing is the share"),
    ("noise = false", "noise = 0", "line 24: 'noise' must be true or false, not 0"),
    ("every 6 h", "now and then", "line 22: 'now and then' is no length of time"),
    ("weight_kg = 80", "weight_kg = 8000", "line 4: weight_kg 8000 is outside of 30 to 300"),
    ("weight_kg = 80", 'weight_kg = "heavy"', "line 8: 'weight_kg' must be a number, not 'heavy'"),
    ("weight_kg = 80\n", "", "line 4: [person] needs 'weight_kg'"),
    ('"2 days"', "48", "line 2: 'duration' must be words such as \"10 days\", not 48"),
    ('"2 days"', '"-2 days"', "line 2: '-2 days' is no length of time: it must be more than zero"),
    ("2024-03-01T20:00:00", "2024-03-01", "line 3: 'start' must be a date and time"),
    ('title = "Two days"', "title = 2", "line 1: 'title' must be words, not 2"),
    ("duration = ", "duration ", "is no TOML"),
)


def test_the_file_and_the_object_say_the_same() -> None:
    assert scenario_from_text(FILE) == OBJECT
    assert scenario_from_text(to_toml(OBJECT)) == OBJECT


@pytest.mark.parametrize(("right", "wrong", "sentence"), WRONG, ids=[wrong for _, wrong, _ in WRONG])
def test_what_is_wrong_is_refused_by_name_and_line(right: str, wrong: str, sentence: str) -> None:
    text = FILE.replace(right, wrong)
    assert text != FILE
    with pytest.raises(ClarksonError) as refused:
        scenario_from_text(text, "two-days.toml")
    assert str(refused.value).startswith("two-days.toml")
    assert sentence in str(refused.value)


local = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1))
elsewhere = st.builds(
    lambda moment, minutes: moment.replace(tzinfo=timezone(timedelta(minutes=minutes))), local, st.integers(-720, 720)
)
starts = st.none() | local | elsewhere
moments = st.integers(0, 95).map(float) | st.floats(0.0, 95.0)
words = st.sampled_from(
    ["furosemide 40 mg", "bleed 450 mL over 10 min", "tilt 70 deg for 30 min", "IVIG 2 g/kg over 2 days monthly"]
)
samplings = st.builds(Sampling, st.floats(0.5, 200.0), st.floats(0.0, 0.99), noise=st.booleans())
scenarios = st.builds(
    Scenario,
    duration_h=st.floats(96.0, 5000.0),
    person=st.builds(
        Person, st.sampled_from(["female", "male"]), st.floats(18, 110), st.floats(120, 230), st.floats(30, 300)
    ),
    disease=st.sampled_from(["none", "scls", "chronic scls"]),
    parameters=st.dictionaries(st.sampled_from(["resting_albumin", "susceptibility"]), st.floats(-1e9, 1e9)),
    start=starts,
    given=st.lists(st.builds(Given, moments, words), max_size=4),
    observe=st.builds(
        Observe,
        st.floats(0.01, 100.0),
        st.lists(st.sampled_from(["hematocrit", "albumin", "plasma_volume"]), unique=True),
        st.none() | samplings,
        st.none() | samplings,
    ),
    title=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
)


@settings(deadline=None)
@for_all(scenarios)
def test_every_scenario_reads_back_as_itself(scenario: Scenario) -> None:
    assert scenario_from_text(to_toml(scenario)) == scenario


def test_a_scenario_of_the_object_is_judged_like_a_file() -> None:
    with pytest.raises(DoseError, match="begins after the end"):
        replace(OBJECT, duration_h=12)
    with pytest.raises(SettingError, match="no parameter"):
        replace(OBJECT, parameters={"resting_albumen": 40})
    with pytest.raises(SettingError, match="no output"):
        Observe(outputs=["hematocrt"])
    with pytest.raises(DoseError, match="10 years"):
        replace(OBJECT, duration_h=1e6)


def test_a_disease_is_a_set_of_parameters_and_own_ones_win() -> None:
    assert replace(OBJECT, disease="none").overrides == {"resting_albumin": 40}
    assert replace(OBJECT, disease="scls").overrides["susceptibility"] > 0
    assert replace(OBJECT, disease="chronic scls").overrides["chronic_gap"] > 0
    assert replace(OBJECT, parameters={"susceptibility": 0.5}).overrides["susceptibility"] == 0.5


def test_a_file_that_is_not_there_or_not_text_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        read_scenario(tmp_path / "none.toml")
    (tmp_path / "raw.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingError, match="not UTF-8"):
        read_scenario(tmp_path / "raw.toml")
    (tmp_path / "two.toml").write_text(FILE, encoding="utf-8")
    assert read_scenario(tmp_path / "two.toml") == OBJECT


@pytest.mark.parametrize("name", bundled_scenarios())
def test_bundled_scenarios_run_on_the_body(name: str) -> None:
    scenario = bundled_scenario(name)
    assert scenario.title
    assert scenario_from_text(to_toml(scenario)) == scenario
    plan = schedule(scenario.given, scenario.person.weight_kg, scenario.duration_h, INPUTS)
    assert (plan.values[:, [i for i, n in enumerate(INPUTS) if n != "infusion_chloride_excess"]] >= 0.0).all()


def totals(name: str) -> dict[str, float]:
    scenario = bundled_scenario(name)
    return schedule(scenario.given, scenario.person.weight_kg, scenario.duration_h, INPUTS).totals()


def test_bundled_scenarios_give_what_their_titles_say() -> None:
    assert {name for name, total in totals("attack").items() if total} == {"infection"}
    assert totals("attack-treated")["infusion"] == pytest.approx(6.0)
    assert totals("attack-treated")["norepinephrine"] > 0
    assert totals("overfilled")["infusion"] > 10.0
    assert totals("phlebotomy")["bleeding"] == pytest.approx(0.45)
    assert totals("phlebotomy")["infusion"] == 0.0
    assert totals("donation")["bleeding"] == pytest.approx(0.45)
    assert totals("prophylaxis")["infusion_igg"] == pytest.approx(6 * 160.0)
    assert not any(totals("healthy").values())
    assert not any(totals("chronic").values())


def test_a_bundled_scenario_of_another_name_is_refused() -> None:
    with pytest.raises(SettingError, match="there are attack, attack-treated, chronic"):
        bundled_scenario("atack")
