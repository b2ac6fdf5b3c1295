"""Pango draws the text of a PDF, and no Python package brings it."""

from __future__ import annotations

import pytest


def needs_pango() -> None:
    """Skip the test where a letter cannot be printed."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        pytest.skip("needs Pango (apt-get install libpangoft2-1.0-0)")
