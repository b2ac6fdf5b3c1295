"""Simulating scenarios: what comes back, what is written, and that chance is the seed's alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import clarkson as ck
from clarkson.body.person import REFERENCE, typical
from clarkson.body.rest import at_rest
from clarkson.errors import SettingError
from clarkson.simulate import simulate as verb
from clarkson.simulate.courses import courses
from clarkson.simulate.parquet import write
from clarkson.simulate.scenario import Observe, Scenario
from clarkson.simulate.scenario_file import bundled_scenario
from clarkson.simulate.schedule import Given
from clarkson.simulate.simulate import looking_times, simulate, stream
from clarkson.simulate.simulation import Simulation
from tests.bodies import rest

ATTACK = Scenario(
    96.0, REFERENCE, "scls", given=[Given(6.0, "infection for 3 days")], observe=Observe(3.0, ["hematocrit", "albumin"])
)


def test_the_package_is_the_verb() -> None:
    assert isinstance(ck.simulate("donation"), Simulation)
    assert repr(ck.simulate("donation")) == "<Simulation: A healthy woman gives blood; people: 1, times: 337>"
    assert ck.simulate(replace(ATTACK, duration_h=24.0)).times[-1] == 24.0


def test_an_attack_is_found_and_told() -> None:
    sim = simulate(replace(bundled_scenario("attack"), duration_h=600.0))
    (attack,) = sim.outcomes[0].attacks
    # The wall opens within a day or two of the infection, leaks for one to four days, and the fluid returns.
    assert 24.0 < attack.onset < 72.0
    assert 24.0 < attack.leak_end - attack.onset < 96.0
    assert attack.recovery < sim.times[-1]
    peak = float(sim["hematocrit"].max())
    words = str(sim)
    assert f"{100 * peak:.0f} %" in words
    assert f"{float(sim['albumin'].min()):.0f} g/L" in words
    assert f"{100 * attack.plasma_lost:.0f} % of the plasma volume gone" in words
    assert words.endswith("not a medical device.")


def test_the_summary_orders_nothing_and_promises_nothing() -> None:
    words = (str(simulate("attack-treated")) + str(simulate(ATTACK, n=9, seed=1))).lower()
    for word in ("safe", "should", "must", "give ", "administer", "recommend"):
        assert word not in words.replace("given", ""), word


def test_blood_given_away_is_missing_afterwards() -> None:
    sim = simulate("donation")
    lost = sim["red_cell_volume"][0, 0] - sim["red_cell_volume"][0, -1]
    # 450 mL at the hematocrit of the whole body, 0.91 of that of a vein.
    assert lost == pytest.approx(0.45 * 0.91 * sim["hematocrit"][0, 0], rel=0.02)


def test_an_unknown_output_and_scenario_are_refused() -> None:
    with pytest.raises(SettingError, match="no output of the body"):
        simulate("healthy")["temper"]
    with pytest.raises(SettingError, match="no bundled scenario: there are attack"):
        simulate("attak")
    with pytest.raises(SettingError, match="cannot be read"):
        simulate("nowhere/attack.toml")
    with pytest.raises(SettingError, match="1000000 people"):
        simulate("healthy", n=0)
    with pytest.raises(SettingError, match="GiB of memory"):
        simulate("attack", n=100_000)
    with pytest.raises(SettingError, match=r"observe\.home"):
        simulate("attack").observations(place="home")


def test_times_end_at_the_end() -> None:
    assert looking_times(ATTACK).tolist() == np.arange(0.0, 97.0, 3.0).tolist()
    assert looking_times(replace(ATTACK, duration_h=7.0)).tolist() == [0.0, 3.0, 6.0, 7.0]
    assert looking_times(replace(ATTACK, duration_h=2.0, given=())).tolist() == [0.0, 2.0]


def test_a_person_is_the_same_however_many_are_simulated() -> None:
    three, eleven = simulate(ATTACK, n=3, seed=5), simulate(ATTACK, n=11, seed=5)
    assert np.array_equal(three.values, eleven.values[:3])
    assert np.array_equal(three.parameters, eleven.parameters[:3])
    assert not np.array_equal(eleven.values[0], eleven.values[1])
    assert not np.array_equal(three.values, simulate(ATTACK, n=3, seed=6).values)


def test_the_parts_of_a_stream_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = simulate(ATTACK, n=21, seed=2)
    monkeypatch.setattr(verb, "CHUNK_BYTES", 1)
    parts = list(stream(ATTACK, n=21, seed=2, threads=2))
    assert [len(part) for part in parts] == [8, 8, 5]
    assert np.array_equal(np.concatenate([part.values for part in parts]), whole.values)


def test_what_one_is_given_does_nothing_to_the_others() -> None:
    """Three people with no, two and six breaks in one group of the solver, and each alone."""
    given = [[], [Given(2.0, "bleed 450 mL")], [Given(1.0, "drink 500 mL"), Given(5.0, "furosemide 40 mg every 6 h")]]
    alone, together = rest(), at_rest({name: np.full(3, value) for name, value in typical(REFERENCE).items()})
    times = np.arange(0.0, 24.5, 0.5)
    found = courses(together, given, REFERENCE.weight_kg, times)["plasma_volume"]
    for person, doses in enumerate(given):
        own = courses(alone, [doses], REFERENCE.weight_kg, times)["plasma_volume"][0]
        assert found[person] == pytest.approx(own, rel=1e-3)
    assert np.ptp(found[0]) < 1e-3 < 0.05 < np.ptp(found[1])


def files_of(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name, threads in (("one", 1), ("two", 2)):
        (tmp_path / name).mkdir()
        write(stream(ATTACK, n=20, seed=4, threads=threads), tmp_path / name / "a.parquet")
    (tmp_path / "three").mkdir()
    simulate(ATTACK, n=20, seed=4).to_parquet(tmp_path / "three" / "a.parquet")
    first = files_of(tmp_path / "one")
    assert sorted(first) == ["a.parquet", "a.people.parquet"]
    assert first == files_of(tmp_path / "two") == files_of(tmp_path / "three")


def test_the_courses_are_in_the_file(tmp_path: Path) -> None:
    sim = simulate(ATTACK, n=9, seed=4)
    sim.to_parquet(tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column_names == ["person", "time_h", "hematocrit", "albumin"]
    assert str(table.schema.field("hematocrit").type) == "float"
    assert np.array_equal(table["hematocrit"].to_numpy().reshape(9, -1), sim["hematocrit"])
    assert table["person"].to_pylist()[:: len(sim.times)] == list(range(9))
    people = pq.read_table(tmp_path / "a.people.parquet").to_pylist()
    assert [len(each["attacks"]) for each in people] == [len(each.attacks) for each in sim.outcomes]
    assert people[0]["given"] == ["at 6 h: infection for 3 days"]
    assert people[3]["resting_albumin"] == pytest.approx(sim["albumin"][3, 0])


def test_a_file_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def failing() -> object:
        yield simulate(ATTACK)
        raise SettingError("enough")

    with pytest.raises(SettingError, match="enough"):
        write(failing(), tmp_path / "a.parquet")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"call the file a\.parquet"):
        simulate(ATTACK).to_parquet(tmp_path / "a.csv")
    assert list(tmp_path.iterdir()) == []


def test_who_fails_is_named_and_kept(tmp_path: Path) -> None:
    sim = simulate(ATTACK, n=9, seed=4)
    values, status, failed_at = sim.values.copy(), sim.status.copy(), sim.failed_at.copy()
    values[2, 10:], status[2], failed_at[2] = np.nan, 1, 28.0
    broken = replace(sim, values=values, status=status, failed_at=failed_at)
    assert "1 person could not be computed to the end" in str(broken)
    assert "number 2" in str(broken)
    broken.to_parquet(tmp_path / "a.parquet")
    person = pq.read_table(tmp_path / "a.people.parquet").to_pylist()[2]
    assert person["failed_at_h"] == 28.0
    assert "finite" in person["status"]
    assert json.dumps(broken.to_dict(), allow_nan=False)


def test_the_dictionary_says_what_the_text_says() -> None:
    document = simulate("attack").to_dict()
    (person,) = document["people"]
    assert person["extremes"]["highest_hematocrit"]["value"] > 0.55
    assert len(person["attacks"]) == 1
    assert json.loads(json.dumps(document, allow_nan=False)) == document
