"""The figure: what is on it, and that the same course gives the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from clarkson.errors import SettingError
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
