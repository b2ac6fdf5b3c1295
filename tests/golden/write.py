"""Writes the golden documents: ``make golden``. Read the difference before you commit it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from clarkson.intake import bytes_at, document_of

HERE = Path(__file__).parent
# One attack with its refill, the clearest early leak, one leak without a raised hematocrit, one with little data.
CASES = ("pmc10372265-1", "smith2016-1", "pmc3425034-1", "choi2021-1")


def assessed(case: str) -> dict[str, Any]:
    """The document of a bundled case."""
    return document_of(*bytes_at(f"example:{case}"))


def text(case: str) -> str:
    """The document as it lies in this folder."""
    return json.dumps(assessed(case), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


if __name__ == "__main__":
    for each in CASES:
        (HERE / f"{each}.json").write_text(text(each), encoding="utf-8")
