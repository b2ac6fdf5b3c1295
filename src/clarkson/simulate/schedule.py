"""Doses at their times become piecewise-constant inputs of the body."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.schedule import Schedule
from clarkson.errors import DoseError
from clarkson.simulate.doses import Dose, check_weight, length_h, magnitude, parse_dose
from clarkson.simulate.durations import duration_words
from clarkson.simulate.kinds import UNITS, kinds

Floats: TypeAlias = NDArray[np.float64]

LARGER_HOLDS = ("fasting", "upright", "exercise", "infection", "lower_body_suction")
"""Inputs that do not add up: of several at once the larger holds."""

_DECIMALS = 9
"""Times are rounded to a billionth of an hour, so that two doses that touch share one break."""


@dataclass(frozen=True, init=False)
class Given:
    """A dose and when it begins, in hours from the start.

    >>> print(Given(36, "norepinephrine 0.2 ug/kg/min over 24 h"))
    at 36 h: norepinephrine 0.2 ug/kg/min over 24 h
    """

    at_h: float
    dose: Dose

    def __init__(self, at_h: float, dose: Dose | str) -> None:
        read = parse_dose(dose) if isinstance(dose, str) else dose
        if not 0.0 <= at_h < math.inf:
            raise DoseError(f"'{read}' cannot be given at {at_h:g} h: time counts from 0, the start")
        object.__setattr__(self, "at_h", float(at_h))
        object.__setattr__(self, "dose", read)

    def __str__(self) -> str:
        return f"at {duration_words(self.at_h)}: {self.dose}"


@dataclass(frozen=True, eq=False)
class Inputs:
    """Inputs of one body that change only at breaks.

    `breaks` (K,) are hours, rising, between the start and the end; `values` (K + 1, I) hold before, between and after
    them, one column for each of `names`.
    """

    names: tuple[str, ...]
    breaks: Floats
    values: Floats
    duration_h: float

    def totals(self) -> dict[str, float]:
        """The integral of every input over the whole time, by name.

        >>> given = [Given(1.0, "drink 500 mL")]
        >>> round(schedule(given, 75.0, 24.0, ["drinking"]).totals()["drinking"], 9)
        0.5
        """
        edges = np.concatenate([[0.0], self.breaks, [self.duration_h]])
        return dict(zip(self.names, (np.diff(edges) @ self.values).tolist(), strict=True))

    def for_solver(self) -> Schedule:
        """The same for one lane of a solver: breaks (1, K), values (1, K + 1, I).

        >>> schedule([], 75.0, 24.0, ["drinking"]).for_solver().values.shape
        (1, 1, 1)
        """
        return Schedule(self.breaks[None, :], self.values[None, :, :])


@dataclass(frozen=True, slots=True)
class _Piece:
    """One input at one value from `start_h` to `end_h`."""

    name: str
    start_h: float
    end_h: float
    value: float


def schedule(given: Sequence[Given], weight_kg: float, duration_h: float, inputs: Sequence[str]) -> Inputs:
    """What the body is given from 0 to `duration_h`, as values of its `inputs` that change only at breaks.

    Doses at once add up, but of posture, exercise, infection, fasting and suction the larger holds. What would last
    longer than the time is cut at its end.

    Raises
    ------
    DoseError
        A dose is too large for this weight, begins after the end, or needs an input that the body has not.

    >>> plan = schedule([Given(2.0, "norepinephrine 10 ug/min over 4 h")], 75.0, 24.0, ["norepinephrine"])
    >>> plan.breaks.tolist(), plan.values[:, 0].tolist()
    ([2.0, 6.0], [0.0, 10.0, 0.0])
    """
    column = {name: index for index, name in enumerate(inputs)}
    pieces = [piece for each in given for piece in _pieces(each, weight_kg, duration_h)]
    for piece in pieces:
        if piece.name not in column:
            raise DoseError(f"this body has no input '{piece.name}': it takes {', '.join(inputs)}")
    inside = [time for piece in pieces for time in (piece.start_h, piece.end_h) if 0.0 < time < duration_h]
    breaks = np.unique(np.array(inside, dtype=float))
    values = np.zeros((len(breaks) + 1, len(inputs)))
    for piece in pieces:
        # The value after a break stands one row below it.
        first = int(np.searchsorted(breaks, piece.start_h, side="right"))
        last = int(np.searchsorted(breaks, piece.end_h, side="left")) + 1
        rows = values[first:last, column[piece.name]]
        rows[:] = np.maximum(rows, piece.value) if piece.name in LARGER_HOLDS else rows + piece.value
    return Inputs(tuple(inputs), breaks, values, float(duration_h))


def _pieces(given: Given, weight_kg: float, duration_h: float) -> Iterator[_Piece]:
    """Every input that a dose moves, at each of its repeats that begin before the end."""
    dose, kind = given.dose, kinds()[given.dose.what]
    if given.at_h >= duration_h:
        raise DoseError(f"'{given}' begins after the end, at {duration_words(duration_h)}")
    check_weight(dose, weight_kg)
    amount, length = magnitude(dose, weight_kg), length_h(dose)
    spread = UNITS[dose.unit].nature == "amount" and dose.amount is not None
    if dose.unit == "deg":
        amount = math.sin(math.radians(amount))
    for start in starts(given, duration_h):
        begins, ends = round(start, _DECIMALS), round(start + length, _DECIMALS)
        if begins >= duration_h:
            continue
        # Spread over the rounded times: the integral is then the dose itself.
        value = amount / (ends - begins) if spread else amount
        levels = {name: value * per_unit for name, per_unit in kind.gives.items()} | dict(kind.holds)
        for name, level in levels.items():
            yield _Piece(name, begins, min(ends, duration_h), level)


def starts(given: Given, duration_h: float) -> Iterator[float]:
    """Hours at which a dose begins: once, or at its interval until its number of times or the end is reached.

    >>> list(starts(Given(6.0, "furosemide 20 mg every 12 h"), 36.0))
    [6.0, 18.0, 30.0]
    """
    every, times = given.dose.every_h, given.dose.times
    if every is None:
        yield given.at_h
        return
    count = math.ceil((duration_h - given.at_h) / every)
    for index in range(count if times is None else min(times, count)):
        yield given.at_h + index * every
