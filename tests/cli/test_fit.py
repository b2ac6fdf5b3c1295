"""fit, as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.cli.command import run
from tests.schema import TWIN_SCHEMA, faults

CASE = "example:smith2016-1"


def test_a_twin_is_told_in_words_and_written_down(tmp_path: Path) -> None:
    done = run(
        *("fit", CASE, "--json", "twin.json", "--plot", "twin.svg", "--draws-to", "twin.parquet"),
        *("--what-if", "fluid: at 0 h crystalloid 1 L over 1 h"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.decode().splitlines() == ["Wrote twin.svg", "Wrote twin.parquet", "Wrote twin.json"]
    text = done.stdout.decode()
    assert text.startswith("Clarkson ")
    assert "fluid: at 0 h crystalloid 1 L over 1 h" in " ".join(text.split())
    document = json.loads((tmp_path / "twin.json").read_text(encoding="utf-8"))
    assert list(faults(document, TWIN_SCHEMA)) == []
    assert pq.read_table(tmp_path / "twin.parquet").num_rows == 400
    again = run("fit", CASE, "--json", "-", "--what-if", "fluid: at 0 h crystalloid 1 L over 1 h")
    assert json.loads(again.stdout) == document


def test_only_what_was_known_by_then_is_fitted() -> None:
    found = json.loads(run("fit", "example:pmc10372265-1", "--at", "12", "--draws", "100", "--json", "-").stdout)
    whole = json.loads(run("fit", "example:pmc10372265-1", "--draws", "100", "--json", "-").stdout)
    assert 0 < len(found["results"]) < len(whole["results"])
    assert found["last_result"]["time"] < whole["last_result"]["time"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--what-if", "crystalloid 1 L"), "has no name before a colon"),
        (("--what-if", "a:"), "gives nothing"),
        (("--what-if", "a: crystalloid 1 L"), "does not say when and what"),
        (("--what-if", "a: at 0 h crystalloid"), "in the scenario 'a'"),
        (("--what-if", "a: at 90 h furosemide 20 mg"), "after the 72 h"),
        (("--what-if", "no change: at 0 h furosemide 20 mg"), "already a scenario"),
        (("--plot", "twin.docx"), "twin.docx"),
        (("--draws-to", "twin.csv"), "twin.csv"),
    ],
)
def test_a_wrong_word_is_refused_with_a_sentence(words: tuple[str, ...], told: str, tmp_path: Path) -> None:
    done = run("fit", CASE, *words, cwd=tmp_path)
    assert done.returncode == 1, done.stdout
    assert told in " ".join(done.stderr.decode().split())
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_cannot_carry_a_twin_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "pulse.csv").write_text(
        "patient_id,time,code,value,unit\np,2026-03-01T06:00:00+01:00,heart rate,80,/min\n", encoding="utf-8"
    )
    done = run("fit", "pulse.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert "no hematocrit" in done.stderr.decode()
