"""The same input gives the same document, from release to release."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.golden.write import CASES, HERE, assessed


def same(ours: Any, theirs: Any, place: str = "document") -> None:
    """Words and structure are equal; computed numbers agree to the rounding of another machine's mathematics."""
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs), place
        for name, value in theirs.items():
            same(ours[name], value, f"{place}.{name}")
    elif isinstance(theirs, list):
        assert len(ours) == len(theirs), place
        for index, value in enumerate(theirs):
            same(ours[index], value, f"{place}[{index}]")
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-9), place
    else:
        assert ours == theirs, place


@pytest.mark.parametrize("case", CASES)
def test_the_document_is_the_one_on_file(case: str) -> None:
    same(assessed(case), json.loads((HERE / f"{case}.json").read_text(encoding="utf-8")))
