"""From people and what is done to them to their courses: the one door of the experiments to the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clarkson.body.body import INPUTS, STATES, system
from clarkson.body.parameters import parameter_names, parameters
from clarkson.body.person import Floats, Person, sampled, typical
from clarkson.body.rest import at_rest
from clarkson.engine.integrate import integrate
from clarkson.engine.schedule import Schedule
from clarkson.errors import SettingError
from clarkson.simulate.death import FATAL

Factors: TypeAlias = Mapping[str, Any]
"""What parameters of the registry are multiplied by: numbers or arrays (n,) by name. Empty: the registry as it is."""

Values: TypeAlias = Mapping[str, Any]
"""Simulated values by the id of their row: arrays (n,)."""

OUTPUTS = (
    *STATES,
    *("hematocrit", "albumin", "total_protein", "hemoglobin", "igg", "oncotic_pressure", "plasma_volume_change"),
    *("mean_pressure", "systolic_pressure", "diastolic_pressure", "central_venous_pressure", "heart_rate"),
    *("stroke_volume", "brain_flow", "albumin_escape", "igg_escape", "albumin_synthesis", "igg_catabolism_rate"),
    *("open_gap", "muscle_compartment_pressure", "creatine_kinase", "death_risk", "water_gain"),
)
"""Everything that an experiment looks at."""


@dataclass(frozen=True)
class Act:
    """One input held at a rate from `start` to `end` [h]."""

    input: str
    start: float
    end: float
    rate: float


@dataclass(frozen=True)
class Course:
    """What people went through: times (T,) in hours, values (n, T) and parameters (n, 1) by name."""

    times: Floats
    values: Mapping[str, Floats]
    parameters: Mapping[str, Floats]

    def __getitem__(self, name: str) -> Floats:
        return self.values[name]

    def at(self, name: str, hour: float) -> Floats:
        """Values (n,) at the time nearest to `hour`."""
        return self.values[name][:, int(np.argmin(np.abs(self.times - hour)))]

    def rise(self, name: str, hour: float, since: float = 0.0) -> Floats:
        """Change (n,) from `since` to `hour`, in the unit of the value."""
        return self.at(name, hour) - self.at(name, since)

    def percent(self, name: str, hour: float, since: float = 0.0) -> Floats:
        """Change (n,) from `since` to `hour`, in percent of the value at `since`."""
        return 100.0 * self.rise(name, hour, since) / self.at(name, since)


def volunteer(person: Person, factors: Factors, **given: float) -> dict[str, Any]:
    """Parameters by name of the typical person, with the registry's values multiplied and a study's own baseline given.

    What a study gives is not multiplied.
    """
    middle = typical(person, given)
    return middle | {name: middle[name] * factor for name, factor in factors.items() if name not in given}


def cohort(person: Person, count: int, seed: int, **given: float) -> dict[str, Floats]:
    """Parameters (count,) by name of people drawn from the priors, who differ also in what follows from rest.

    People without a resting state are drawn again.
    """
    random = np.random.default_rng(seed)
    people: list[dict[str, Floats]] = []
    while len(people) < count:
        one = sampled(person, 1, random, given)
        try:
            at_rest(one)
        except SettingError:
            continue
        people.append(one)
    return {name: np.concatenate([one[name] for one in people]) for name in parameter_names()}


def trajectory(people: Mapping[str, Any], acts: Sequence[Act], times: Floats) -> Course:
    """The course of n people from rest under the same acts.

    people: parameters by name, numbers or arrays (n,). Raises SettingError where someone has no resting state, and
    RuntimeError where a course could not be computed to its end.
    """
    rest = at_rest(people)
    breaks = np.array(sorted({hour for act in acts for hour in (act.start, act.end) if hour > times[0]}))
    starts = np.concatenate([times[:1], breaks])
    inputs = np.zeros((1, len(starts), len(INPUTS)))
    for act in acts:
        during = (starts >= act.start) & (starts < act.end)
        inputs[0, during, INPUTS.index(act.input)] += act.rate
    found = integrate(system(), rest.states, rest.parameters, Schedule(breaks[None, :], inputs), times, OUTPUTS)
    values = np.asarray(found.values, dtype=float)
    broken = ~np.isfinite(values).all(axis=(1, 2))
    # What the equations say of a body that could not have lived means nothing, also where they break down.
    broken[broken] = ~(np.nanmax(values[broken, :, OUTPUTS.index("death_risk")], axis=1) > FATAL)
    if broken.any():
        raise RuntimeError(f"{int(broken.sum())} courses were not computed to the end")
    return Course(
        times,
        {name: values[:, :, index] for index, name in enumerate(OUTPUTS)},
        {name: rest.parameters[:, index, None] for index, name in enumerate(parameter_names())},
    )


def hours(end: float, step: float = 1.0 / 60.0) -> NDArray[np.float64]:
    """Times from 0 to `end` [h], `step` apart."""
    return np.linspace(0.0, end, round(end / step) + 1)


def factors_of(groups: Mapping[str, tuple[str, ...]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Factors by parameter from factors by group of parameters."""
    found = {name: values[group] for group, names in groups.items() for name in names}
    unknown = sorted(set(found) - set(parameters()))
    if unknown:
        raise SettingError(f"no parameters of the body: {', '.join(unknown)}")
    return found
