"""One experiment: what was done, and what the body makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from validation.trajectory import Factors, Values


@dataclass(frozen=True)
class Experiment:
    """A protocol in words and as a function of factors on the registry, giving one value for every row.

    `slow` marks cohorts and weeks: run for the table, not for calibration.
    """

    name: str
    protocol: str
    rows: tuple[str, ...]
    run: Callable[[Factors], Values]
    slow: bool = False
