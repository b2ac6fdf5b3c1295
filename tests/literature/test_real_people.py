"""Real people (the folder of $CLARKSON_DATA): false alarms of outpatients, dengue children who leaked."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from clarkson.evaluate.dengue import FOLDER, dengue
from clarkson.evaluate.quiet import SETS, alarm_count, units_of
from clarkson.evaluate.scored import WATCH, scored
from clarkson.evaluate.virtual import LEAK_RATIO, POSSIBLE_RATIO

DATA = Path(os.environ.get("CLARKSON_DATA", "nowhere"))


def needs(folder: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not (DATA / folder).is_dir(), reason=f"CLARKSON_DATA names no folder with {folder}")


@pytest.mark.data
@needs("cdisc-pilot01")
def test_outpatients_are_hardly_ever_called_a_leak() -> None:
    """254 people over 92 years: below one call of a leak in 50 years, and below one "possible" in 10."""
    outpatients = SETS[0]
    records = outpatients.read(DATA / outpatients.folder)
    assert len(records) == 254
    assert sum(len(each.skipped) for each in records) < 20
    years = sum(units_of(each, "outpatients") for each in records)
    assert years > 90.0
    found = scored(records)
    leak, possible = (alarm_count(found, found.scores[WATCH], np.log(each)) for each in (LEAK_RATIO, POSSIBLE_RATIO))
    assert leak / years < 1.0 / 50.0
    assert possible / years < 1.0 / 10.0


@pytest.mark.data
@needs(FOLDER)
def test_dengue_children_who_leaked_stand_out() -> None:
    """Park 2018: 51 of 257 leaked; a bare D between the two days gives an AUC of 0.69."""
    found = dengue(DATA)
    assert (found.children, found.leaked) == (257, 51)
    methods = {each.name: each for each in found.same_analytes}
    assert methods["D"].area.value == pytest.approx(0.69, abs=0.005)
    assert methods[WATCH].area.value > 0.64
    assert methods[WATCH].sensitivity.value > 0.2
