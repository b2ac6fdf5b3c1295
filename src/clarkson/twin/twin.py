"""The twin of one person: draws of bodies that agree with the results, and their courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from clarkson.body.person import Floats
from clarkson.simulate.death import FATAL
from clarkson.simulate.schedule import Given
from clarkson.twin.body_of import WHILE_FITTED
from clarkson.twin.contradictions import Contradiction
from clarkson.twin.evidence import Evidence
from clarkson.twin.member import Member
from clarkson.twin.unknowns import Unknown
from clarkson.twin.what_is_seen import SEEN, scaled

AHEAD_H = 72.0
"""Hours after the last result for which courses are computed."""

MOST_TIMES = 240
"""Times at which the past is looked at, at most."""

OUTPUTS = (
    *SEEN,
    *("plasma_volume_change", "plasma_volume", "water_gain", "open_gap", "plasma_albumin_mass", "igg"),
    *("edema_arms_legs", "edema_face", "edema_abdomen", "edema_lung", "swelling_lung", "swelling_muscle"),
    *("pleural_fluid", "peritoneal_fluid", "pericardial_fluid", "muscle_compartment_pressure"),
    *("output_share", "cardiac_output", "central_venous_pressure", "oxygen_saturation", "urine_output"),
    *("chloride", "calcium", "crp", "temperature", "respiratory_rate", "oncotic_pressure", "death_risk"),
)
"""What is looked at of every course."""


@dataclass(frozen=True, eq=False)
class Courses:
    """Outputs of n bodies: times (T,) in hours from the start, values (n, T, O).

    NaN from where the model no longer keeps a body alive: what its equations say after that has no meaning.
    """

    times: Floats
    outputs: tuple[str, ...]
    values: Floats

    def __getitem__(self, output: str) -> Floats:
        """One output, (n, T)."""
        return self.values[:, :, self.outputs.index(output)]

    def held(self, output: str) -> Floats:
        """One output, (n, T), held at its last value from where a body is no longer alive.

        A person whose blood is drawn is alive: what they got that the model does not know is not known, but their
        results are nearer to where such bodies were than to those of the few bodies that are left.
        """
        found = self[output]
        last = np.maximum.accumulate(np.where(np.isnan(found), 0, np.arange(found.shape[1])), axis=1)
        return np.take_along_axis(found, last, axis=1)

    @property
    def lives(self) -> NDArray[np.bool_]:
        """Which bodies are alive to the end, (n,)."""
        return np.isfinite(self["death_risk"][:, -1])


def while_alive(times: Floats, values: NDArray[np.float32]) -> Courses:
    """Courses from outputs (n, T, O), cut where the model no longer keeps a body alive."""
    found = Courses(times, OUTPUTS, values.astype(float))
    dead = np.maximum.accumulate(~(found["death_risk"] <= FATAL), axis=1)
    found.values[dead] = np.nan
    return found


@dataclass(frozen=True, eq=False)
class Twin:
    """Everything that was found of one person.

    ``members``: bodies by their number of leaks; n draws in all, in the order of the members. ``informed``: share of
    the doubt about the plasma lost, as a standard deviation, that the results took away. ``apart``: results that
    disagree with everything else; ``doubts``: sentences.
    """

    known: Evidence
    members: tuple[Member, ...]
    seed: int
    informed: float
    apart: tuple[Contradiction, ...]
    doubts: tuple[str, ...]

    def __len__(self) -> int:
        return sum(len(member.points) for member in self.members)

    @property
    def contradictions(self) -> tuple[str, ...]:
        """Sentences about results that disagree with everything else."""
        return tuple(each.sentence for each in self.apart)

    @property
    def now_h(self) -> float:
        """Hour of the last result, from the start."""
        return self.known.now_h

    @property
    def leaks(self) -> NDArray[np.int64]:
        """Number of leaks of every draw (n,)."""
        return np.concatenate([np.full(len(member.points), member.leaks) for member in self.members])

    def unknown(self, name: str) -> Floats:
        """One unknown (n,), NaN in draws that have it not.

        Raises KeyError where no draw has it.
        """
        found = []
        for member in self.members:
            values = member.body.unknowns.values(member.points)
            found.append(values.get(name, np.full(len(member.points), np.nan)))
        if all(np.isnan(each).all() for each in found):
            raise KeyError(name)
        return np.concatenate(found)

    @cached_property
    def unknowns(self) -> tuple[Unknown, ...]:
        """What was fitted, each unknown of any member once."""
        return tuple({each.name: each for member in self.members for each in member.body.unknowns.members}.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(each.name for each in self.unknowns)

    @cached_property
    def past(self) -> Courses:
        """From the start to the last result."""
        every = max(0.5, self.now_h / MOST_TIMES)
        times = np.unique(np.concatenate([np.arange(0.0, self.now_h, every), self.known.hours]))
        found = [member.body.courses(member.points, times, OUTPUTS) for member in self.members]
        # Nothing is cut here: whose blood was drawn was alive.
        return Courses(times, OUTPUTS, np.concatenate([each.values for each in found]).astype(float))

    @cached_property
    def residuals(self) -> Floats:
        """What the results are above each body, on their scales: (n, m)."""
        at = np.searchsorted(self.past.times, [row.hour for row in self.known.rows])
        columns = [
            row.scaled - scaled(row.result.analyte, self.past[row.result.analyte][:, place])
            for row, place in zip(self.known.rows, at, strict=True)
        ]
        return np.stack(columns, axis=1)

    @cached_property
    def future(self) -> Courses:
        """From the last result on, if care goes on as it has: nothing new, and the flow that nobody records."""
        return self.ahead(())

    def ahead(self, more: Sequence[Given], hours: float = AHEAD_H, every: float = 1.0) -> Courses:
        """From the last result on under ``more``, whose hours count from the last result.

        The draws are the same in every call, in the same order.
        """
        later = tuple(Given(self.now_h + each.at_h, each.dose) for each in more)
        times = self.now_h + np.arange(0.0, hours + 0.5 * every, every)
        found = [
            member.body.onward(member.points, state, times, OUTPUTS, later, tolerance=WHILE_FITTED)
            for member, state in zip(self.members, self._now, strict=True)
        ]
        return while_alive(times, np.concatenate(found))

    @cached_property
    def _now(self) -> tuple[tuple[Floats, Floats], ...]:
        """Parameters (n, P) and states (n, S) of every member at the last result."""
        return tuple(member.body.state_at(member.points, self.now_h) for member in self.members)
