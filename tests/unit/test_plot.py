"""The figure: what is on it, and that the same course gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from clarkson.errors import SettingError
from clarkson.simulate.plot import _treatment_rows
from clarkson.simulate.schedule import Given
from clarkson.simulate.simulate import simulate


def test_lanes_doses_and_phases_are_named_on_it(tmp_path: Path) -> None:
    simulate("attack-treated").plot(tmp_path / "attack.svg")
    drawn = (tmp_path / "attack.svg").read_text(encoding="utf-8")
    for words in (
        *("Hematocrit [%]", "Protein [g/L]", "Pressure [mmHg]", "Water beyond rest [L]", "Weight gained [kg]"),
        *("arms and legs", "peritoneum", "swollen face", "lightheaded on standing", "Time [days]"),
        *("prodrome", "leak", "refill", "infection for 4 days", "crystalloid 4 L over 22 h"),
        *("An attack treated with 6 L of crystalloid and norepinephrine", "not a medical device"),
    ):
        assert words in drawn


@pytest.mark.parametrize("kind", ["svg", "pdf", "png"])
def test_the_same_course_gives_the_same_bytes(tmp_path: Path, kind: str) -> None:
    sim = simulate("donation")
    sim.plot(tmp_path / f"one.{kind}")
    sim.plot(tmp_path / f"two.{kind}")
    assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_many_people_are_drawn_as_bands(tmp_path: Path) -> None:
    simulate("donation", n=8).plot(tmp_path / "many.svg")
    assert (tmp_path / "many.svg").read_text(encoding="utf-8").count("FillBetweenPolyCollection") > 10


def test_a_course_without_doses_says_so(tmp_path: Path) -> None:
    simulate("healthy").plot(tmp_path / "healthy.svg")
    assert "nothing given" in (tmp_path / "healthy.svg").read_text(encoding="utf-8")


def test_an_unknown_kind_of_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"\.svg, \.png, \.pdf: the name 'attack\.bmp'"):
        simulate("donation").plot(tmp_path / "attack.bmp")


def test_every_time_of_a_repeated_dose_has_its_bar_in_one_row() -> None:
    given = [
        Given(6.0, "furosemide 20 mg every 12 h"),
        Given(24.0, "infection for 4 days"),
        Given(60.0, "furosemide 20 mg every 12 h"),
        Given(80.0, "drink 500 mL"),
    ]
    (_, doses), (_, infection) = _treatment_rows(given, 72.0)
    assert [start * 24.0 for start, _ in doses] == pytest.approx([6.0, 18.0, 30.0, 42.0, 54.0, 66.0, 60.0])
    assert infection == [(1.0, 2.0)]
