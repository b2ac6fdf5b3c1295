"""What is left of a course when only its extremes and attacks are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from clarkson.body.attack import Attack, attacks
from clarkson.body.person import Floats

Side: TypeAlias = Literal["highest", "lowest"]


@dataclass(frozen=True, slots=True)
class Extreme:
    """An output whose highest or lowest value is kept, and how it is printed: times `factor`, in `unit`."""

    side: Side
    output: str
    label: str
    unit: str
    factor: float = 1.0
    digits: int = 0

    @property
    def name(self) -> str:
        """Its name in tables.

        >>> EXTREMES[0].name
        'highest_hematocrit'
        """
        return f"{self.side}_{self.output}"

    def words(self, value: float) -> str:
        """A value of the output as it is printed.

        >>> EXTREMES[0].words(0.644)
        '64 %'
        """
        if math.isnan(value):
            return "not known"
        # Adding zero takes the sign of a zero away.
        return f"{round(self.factor * value, self.digits) + 0.0:.{self.digits}f} {self.unit}".rstrip()


EXTREMES = (
    Extreme("highest", "hematocrit", "hematocrit", "%", 100.0),
    Extreme("lowest", "albumin", "albumin", "g/L"),
    Extreme("lowest", "total_protein", "total protein", "g/L"),
    Extreme("lowest", "plasma_volume_change", "plasma volume", "%", 100.0),
    Extreme("lowest", "systolic_pressure", "systolic pressure", "mmHg"),
    Extreme("lowest", "mean_pressure", "mean pressure", "mmHg"),
    Extreme("highest", "heart_rate", "heart rate", "/min"),
    Extreme("highest", "water_gain", "water gained", "L", digits=1),
    Extreme("highest", "edema_arms_legs", "  in arms and legs", "L", digits=1),
    Extreme("highest", "edema_abdomen", "  in abdominal organs", "L", digits=1),
    Extreme("highest", "edema_face", "  in the face", "L", digits=1),
    Extreme("highest", "edema_lung", "  in the lungs", "L", digits=2),
    Extreme("highest", "peritoneal_fluid", "  in the peritoneum", "L", digits=1),
    Extreme("highest", "pleural_fluid", "  in the pleura", "L", digits=1),
    Extreme("highest", "muscle_compartment_pressure", "muscle compartment", "mmHg"),
    Extreme("lowest", "oxygen_saturation", "oxygen saturation", "%", 100.0),
    Extreme("highest", "lactate", "lactate", "mmol/L", digits=1),
    Extreme("highest", "creatinine", "creatinine", "µmol/L"),
    Extreme("highest", "failing_organs", "failing organs (proxy)", "of 5", digits=1),
    Extreme("highest", "death_risk", "danger to life (proxy)", "of 1", digits=2),
)


@dataclass(frozen=True)
class Outcome:
    """One person's course in numbers.

    person: the number; status and failed_at as in `engine.integrate`; died_at: where the course ended in death [h], or
    NaN; years: how long the course went on;
    at_start, value and at_h: for each of EXTREMES in its order, the value at the start, the extreme and its time [h].
    """

    person: int
    status: int
    failed_at: float
    died_at: float
    years: float
    at_start: tuple[float, ...]
    value: tuple[float, ...]
    at_h: tuple[float, ...]
    attacks: tuple[Attack, ...]

    def __getitem__(self, name: str) -> float:
        """An extreme by its name, such as highest_hematocrit."""
        return self.value[[each.name for each in EXTREMES].index(name)]


def outcome(
    person: int,
    status: int,
    failed_at: float,
    died_at: float,
    times: Floats,
    values: Mapping[str, Floats],
    chronic_gap: float = 0.0,
) -> Outcome:
    """The outcome of a course: times (T,) [h], values (T,) by output, NaN from where it failed.

    >>> course = {name: np.array([1.0, 2.0, 1.5]) for name in (*(each.output for each in EXTREMES), "open_gap")}
    >>> outcome(0, 0, np.nan, np.nan, np.array([0.0, 1.0, 2.0]), course)["highest_hematocrit"]
    2.0
    """
    picked = [(np.nanargmax if each.side == "highest" else np.nanargmin)(values[each.output]) for each in EXTREMES]
    end = min(float(times[-1]), *(each for each in (failed_at, died_at) if math.isfinite(each)), math.inf)
    return Outcome(
        person,
        status,
        failed_at,
        died_at,
        (end - float(times[0])) / (365.25 * 24.0),
        tuple(float(values[each.output][0]) for each in EXTREMES),
        tuple(float(values[each.output][index]) for each, index in zip(EXTREMES, picked, strict=True)),
        tuple(float(times[index]) for index in picked),
        attacks(times, values["plasma_volume_change"], values["open_gap"] - chronic_gap, values["water_gain"]),
    )
