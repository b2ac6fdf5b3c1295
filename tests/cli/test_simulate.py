"""simulate, parameters and export, as a person types them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from clarkson.body.parameters import parameters
from clarkson.simulate.scenario_file import bundled_scenarios
from clarkson.simulate.simulate import simulate
from tests.cli.command import run


def test_an_attack_is_told_in_words() -> None:
    done = run("simulate", "attack")
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    words = done.stdout.decode()
    assert words.startswith("An untreated attack after a respiratory infection\n")
    assert "Attack 1: gaps open from" in words
    assert "A simulation, not a forecast for a person." in words


def test_the_list_names_every_scenario() -> None:
    words = run("simulate", "--list").stdout.decode()
    for name in bundled_scenarios():
        assert f"\n{name} " in f"\n{words}"


def test_json_is_the_dictionary_of_the_simulation() -> None:
    done = run("simulate", "attack", "--json")
    assert json.loads(done.stdout) == simulate("attack").to_dict()


def test_people_are_written_and_the_seed_decides(tmp_path: Path) -> None:
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        done = run("simulate", "healthy", "-n", "9", "--seed", seed, "-o", f"{name}.parquet", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stderr.decode() == f"Wrote {name}.parquet\nWrote {name}.people.parquet\n"
    for kind in (".parquet", ".people.parquet"):
        a, b, c = ((tmp_path / f"{name}{kind}").read_bytes() for name in "abc")
        assert a == b != c
    assert pq.read_table(tmp_path / "a.people.parquet").num_rows == 9


def test_years_are_counted_in_attacks() -> None:
    words = run("simulate", "attack", "--years", "3", "-n", "8", "--seed", "1").stdout.decode()
    assert words.startswith("3 years with infections that come by chance\n")
    assert "Attacks per person and year: " in words


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'title = "A day"\nduration = "1 day"\n[person]\nsex = "female"\n'
        "age_years = 40\nheight_cm = 165\nweight_kg = 60\n",
        encoding="utf-8",
    )
    assert run("simulate", "own.toml", cwd=tmp_path).stdout.decode().startswith("A day\n")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["simulate"], 2, "--list"),
        (["simulate", "attak"], 1, "'attak' is no bundled scenario: there are attack, "),
        (["simulate", "nowhere.toml"], 1, "nowhere.toml cannot be read: No such file or directory"),
        (["simulate", "attack", "-n", "0"], 2, "not in the range"),
        (["simulate", "attack", "--years", "20"], 1, "up to 10: not 20"),
        (["simulate", "healthy", "-o", "a.csv"], 1, "call the file a.parquet, not a.csv"),
        (["simulate", "healthy", "-o", "nowhere/a.parquet"], 1, "there is no folder 'nowhere'"),
        (["parameters", "resting_albumen"], 1, "did you mean 'resting_albumin'?"),
        (["export", "fortran"], 2, "'sbml', 'antimony', 'latex'"),
        (["export", "latex", "attack"], 1, "leave the scenario out"),
    ],
)
def test_wrong_use_is_a_sentence(arguments: list[str], code: int, sentence: str, tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert done.stdout == b""
    assert sentence in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["simulate", "parameters", "export"])
def test_help_loads_no_numerics(command: str) -> None:
    loaded = "print(sorted({'numpy', 'numba', 'rich'} & set(sys.modules)))"
    asked = f"import sys; from clarkson.cli import _run; _run([{command!r}, '--help']); {loaded}"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[]"


def test_parameters_lists_each_and_tells_all_about_one() -> None:
    lines = run("parameters").stdout.decode().splitlines()
    assert [line.split()[0] for line in lines] == list(parameters())
    one = run("parameters", "susceptibility").stdout.decode()
    assert parameters()["susceptibility"].what in one
    assert parameters()["susceptibility"].source in one
    (document,) = json.loads(run("parameters", "large_pore_fraction_muscle", "--json").stdout)
    assert document["value"] is None
    assert document["grade"] == "derived"
