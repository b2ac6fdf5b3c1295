"""The assessment: what is said about a record at each time, in words and numbers that stay the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, overload

from clarkson.balance.balance import Estimate
from clarkson.balance.baseline import SetPoint
from clarkson.record.record import Record, Result
from clarkson.watch.forecast import Forecast
from clarkson.watch.phase import Phase

Verdict = Literal[
    "leak",
    "possible leak",
    "leak masked by fluids",
    "refill",
    "no sign of leak",
    "another mechanism",
    "too few data",
    "outside validated range",
]
LEAK_VERDICTS: tuple[Verdict, ...] = ("leak", "leak masked by fluids", "possible leak")

DEFAULT_PRIOR = 0.01  # a person known or suspected to have attacks, any one draw (assumption, shown and editable)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another mechanism: its probability, and what speaks for and against it."""

    mechanism: str
    label: str
    probability: float
    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NextTest:
    """A measurement that would tell most, and why."""

    analyte: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Caution:
    """Something that weakens the assessment or endangers the person: a stable code and a sentence."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class BaselineLevel:
    """A level that the draw was compared with: the set point and where it came from."""

    set_point: SetPoint
    origin: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one draw says.

    ``mechanism`` is the most probable one; ``mechanisms`` holds the probability of each;
    ``probability`` is that of a leak now, from ``prior`` and ``likelihood_ratio`` (None where nothing
    was measured that could tell). V and D are log changes against the baseline; the percentages hold
    if the red-cell volume stayed. Every quantity that the draw cannot tell is None.
    """

    time: datetime
    verdict: Verdict
    headline: str
    mechanism: str
    mechanisms: Mapping[str, float]
    probability: float
    likelihood_ratio: float | None
    prior: float
    plasma_volume_change_percent: Estimate | None
    albumin_mass_change_percent: Estimate | None
    V: Estimate | None
    D: Estimate | None
    phase: Phase | None
    forecast: tuple[Forecast, ...]
    reasons: tuple[str, ...]
    differential: tuple[Alternative, ...]
    next_tests: tuple[NextTest, ...]
    warnings: tuple[Caution, ...]
    baseline: tuple[BaselineLevel, ...]
    inputs: tuple[Result, ...]

    def __str__(self) -> str:
        """Time, verdict and headline."""
        return f"{self.time:%Y-%m-%d %H:%M} {self.verdict}: {self.headline}"


@dataclass(frozen=True, slots=True)
class Assessed:
    """A record and its assessments in time order; prints one line for each."""

    record: Record
    prior: float
    assessments: tuple[Assessment, ...]

    def __iter__(self) -> Iterator[Assessment]:
        """The assessments in time order."""
        return iter(self.assessments)

    def __len__(self) -> int:
        """How many times were assessed."""
        return len(self.assessments)

    @overload
    def __getitem__(self, index: int) -> Assessment: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Assessment, ...]: ...
    def __getitem__(self, index: int | slice) -> Assessment | tuple[Assessment, ...]:
        """The assessment at a place in time order."""
        return self.assessments[index]

    def __str__(self) -> str:
        """One line for each time."""
        return "\n".join(str(each) for each in self.assessments)
