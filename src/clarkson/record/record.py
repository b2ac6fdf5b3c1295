"""A record: one person's results, doses, events and traits, each with the place it was read from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from clarkson.analytes import Method, Sex

Status = Literal["final", "preliminary", "corrected"]
Comparator = Literal["", "<", "<=", ">", ">="]
DoseKind = Literal[
    "crystalloid",
    "albumin",
    "immunoglobulin",
    "red cells",
    "plasma",
    "colloid",
    "vasopressor",
    "diuretic",
    "prophylaxis",
    "other",
]
EventKind = Literal["symptom", "attack", "infection", "bleed", "procedure", "diagnosis", "trigger", "other"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read.

    >>> str(Source("labs.csv", "line 7"))
    'labs.csv, line 7'
    """

    file: str
    place: str = ""

    def __str__(self) -> str:
        """The file and the place in it, for a message."""
        return f"{self.file}, {self.place}" if self.place else self.file


@dataclass(frozen=True, slots=True)
class Result:
    """One measured value in the canonical unit of its analyte.

    ``value`` is canonical; ``raw_value`` and ``raw_unit`` are as printed. ``comparator`` marks a
    censored value ("<15"). ``steady`` is true where the source itself says that the value belongs
    to the person's steady state. ``exact_time`` is false where the hour was estimated.
    """

    analyte: str
    value: float
    time: datetime
    source: Source
    method: Method = "laboratory"
    status: Status = "final"
    comparator: Comparator = ""
    laboratory: str = ""
    raw_value: str = ""
    raw_unit: str = ""
    steady: bool = False
    exact_time: bool = True


@dataclass(frozen=True, slots=True)
class Dose:
    """Something given. ``amount`` and ``unit`` are as recorded; either may be unknown.

    ``volume_ml`` is the volume in mL where the unit is a volume, else None. A ``lasting`` dose is taken again and
    again from ``start`` to ``end``, or goes on where there is no end: ``amount`` is then what is taken each time, and
    ``every_h`` the hours from one time to the next, if known. ``exact_time`` is false where the hour of its start or
    of its end was estimated, as that of a date alone.
    """

    kind: DoseKind
    what: str
    start: datetime
    source: Source
    end: datetime | None = None
    amount: float | None = None
    unit: str = ""
    volume_ml: float | None = None
    lasting: bool = False
    every_h: float | None = None
    exact_time: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: a symptom, an attack, an infection, a bleed, a diagnosis.

    ``exact_time`` is false where the hour was estimated, as that of a date alone.
    """

    kind: EventKind
    text: str
    time: datetime | None
    source: Source
    exact_time: bool = True


@dataclass(frozen=True, slots=True)
class Skipped:
    """A piece of input that was not used, kept with the reason.

    ``question`` is true where the value looks like a mix-up of units: it waits for an answer.
    ``count`` is how many pieces that differ in nothing but their place are listed as this one.
    """

    source: Source
    reason: str
    text: str = ""
    question: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True)
class Record:
    """One person's results, doses, events and traits.

    ``results`` are sorted by time. ``origin`` is set where the source gives only hours from a
    start: times are then shown as hours from ``origin``, and the date of ``origin`` means nothing.
    """

    subject: str
    results: tuple[Result, ...] = ()
    doses: tuple[Dose, ...] = ()
    events: tuple[Event, ...] = ()
    sex: Sex | None = None
    age_years: float | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    diagnoses: tuple[str, ...] = ()
    citation: str = ""
    origin: datetime | None = None
    skipped: tuple[Skipped, ...] = field(default=())

    def with_traits(self, *, sex: Sex | None = None, age_years: float | None = None) -> Record:
        """The same record with a trait that the source did not give, or gave wrong."""
        return replace(
            self,
            sex=self.sex if sex is None else sex,
            age_years=self.age_years if age_years is None else age_years,
        )
