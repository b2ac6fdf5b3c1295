"""Ordinary outpatients (CDISC Pilot 01): how often a leak is called that is none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clarkson.evaluate.outpatients import FOLDER, Outpatients, outpatients

DATA = os.environ.get("CLARKSON_DATA", "")

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not (Path(DATA) / FOLDER).is_dir(), reason=f"CLARKSON_DATA names no folder with {FOLDER}"),
]


@pytest.fixture(scope="module")
def found() -> Outpatients:
    return outpatients(Path(DATA))


def test_all_people_and_nearly_all_results_are_read(found: Outpatients) -> None:
    assert found.people == 254
    assert found.draws > 1800
    assert found.skipped < 20


def test_fewer_than_one_leak_call_in_fifty_years(found: Outpatients) -> None:
    assert found.person_years > 90.0
    assert found.per_50_years("leak", "leak masked by fluids")[0] < 1.0
    assert found.per_50_years("leak", "leak masked by fluids", "possible leak")[0] < 1.0
