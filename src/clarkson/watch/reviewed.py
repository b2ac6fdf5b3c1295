"""One draw with everything that was computed from it: what the sentences are written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.balance.balance import Balance
from clarkson.balance.baseline import Baseline
from clarkson.balance.observation import Observation
from clarkson.balance.sample import Sample
from clarkson.record.record import Record
from clarkson.watch.assessment import Verdict
from clarkson.watch.context import Context
from clarkson.watch.forecast import Forecast
from clarkson.watch.phase import Phase
from clarkson.watch.reading import Reading


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A draw, its equations, the person's baseline, the draw before, the balance, the reading, the verdict.

    ``odd`` names results that no mechanism could give; they were not weighed. ``days`` have passed since the person's
    own level was last known.
    """

    record: Record
    sample: Sample
    person: Baseline
    seen: Observation
    odd: tuple[str, ...]
    days: float
    earlier_sample: Sample | None
    context: Context
    signs: Mapping[str, float]
    balance: Balance
    reading: Reading
    verdict: Verdict
    prior: float
    phase: Phase | None
    forecast: tuple[Forecast, ...]

    @property
    def red_cell_measure(self) -> str | None:
        """The red-cell measure to speak of: hematocrit, else hemoglobin, else the count."""
        return self.sample.red_cells[0] if self.sample.red_cells else None

    @property
    def protein_measure(self) -> str | None:
        """The protein to speak of: albumin, else total protein."""
        return self.sample.proteins[0] if self.sample.proteins else None
