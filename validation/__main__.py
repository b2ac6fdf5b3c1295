"""Writes docs/validation.md."""

from __future__ import annotations

from pathlib import Path

from validation.report import page

Path(__file__).parents[1].joinpath("docs", "validation.md").write_text(page(), encoding="utf-8")
