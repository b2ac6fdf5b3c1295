"""fit, as a person types it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.cli.command import run, start
from tests.schema import TWIN_SCHEMA, faults

CASE = "example:smith2016-1"
FLUID = "fluid: at 0 h crystalloid 1 L over 1 h"


@dataclass(frozen=True)
class Fitted:
    """A run that wrote everything it can, where it wrote it, and the document."""

    done: subprocess.CompletedProcess[bytes]
    folder: Path
    document: dict[str, Any]


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    folder = tmp_path_factory.mktemp("fitted")
    done = run(
        *("fit", CASE, "--json", "twin.json", "--plot", "twin.svg", "--draws-to", "twin.parquet", "--what-if", FLUID),
        cwd=folder,
    )
    return Fitted(done, folder, json.loads((folder / "twin.json").read_text(encoding="utf-8")))


def test_a_twin_is_told_in_words_and_written_down(fitted: Fitted) -> None:
    assert fitted.done.returncode == 0, fitted.done.stderr
    assert fitted.done.stderr.decode().splitlines() == ["Wrote twin.svg", "Wrote twin.parquet", "Wrote twin.json"]
    text = fitted.done.stdout.decode()
    assert text.startswith("Clarkson ")
    assert FLUID in " ".join(text.split())
    assert list(faults(fitted.document, TWIN_SCHEMA)) == []
    assert pq.read_table(fitted.folder / "twin.parquet").num_rows == 400


def test_another_process_on_one_core_fits_the_same(fitted: Fitted) -> None:
    alone = start("fit", CASE, "--json", "-", "--what-if", FLUID, OPENBLAS_NUM_THREADS="1")
    assert json.loads(alone.stdout) == fitted.document


def test_only_what_was_known_by_then_is_fitted(fitted: Fitted) -> None:
    before = json.loads(run("fit", CASE, "--at", "6", "--draws", "100", "--json", "-").stdout)
    assert 0 < len(before["results"]) < len(fitted.document["results"])
    assert before["last_result"]["time"] < fitted.document["last_result"]["time"]


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
