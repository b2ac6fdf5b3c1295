"""Bodies and courses for tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from clarkson.body.body import INPUTS, STATES, system
from clarkson.body.person import REFERENCE, Floats, Person, sampled, typical
from clarkson.body.rest import Rest, at_rest
from clarkson.engine.integrate import TOLERANCE, Trajectories, integrate
from clarkson.engine.schedule import Schedule
from clarkson.simulate.schedule import Given, schedule

SCLS = {"susceptibility": 1.6}
INFECTION = Given(24.0, "infection for 3 days")


def rest(overrides: Mapping[str, float] | None = None, person: Person = REFERENCE) -> Rest:
    """The typical body of a person, at rest."""
    return at_rest(typical(person, overrides))


def people(count: int, overrides: Mapping[str, float] | None = None, seed: int = 1, person: Person = REFERENCE) -> Rest:
    """Sampled bodies at rest."""
    return at_rest(sampled(person, count, np.random.default_rng(seed), overrides))


def inputs_of(given: Sequence[Given], hours: float, person: Person = REFERENCE) -> Schedule:
    """The engine's schedule of doses in words."""
    return schedule(given, person.weight_kg, hours, INPUTS).for_solver()


def course(
    given: Sequence[Given] = (),
    hours: float = 240.0,
    outputs: Sequence[str] = ("hematocrit", "albumin", "total_protein", "mean_pressure", "plasma_volume_change"),
    overrides: Mapping[str, float] | None = None,
    bodies: Rest | None = None,
    every: float = 0.5,
    tolerance: float = TOLERANCE,
    person: Person = REFERENCE,
) -> Trajectories:
    """One typical body, or the given ones, under doses."""
    bodies = bodies or rest(overrides, person)
    times = np.arange(0.0, hours + 1e-9, every)
    return integrate(
        system(), bodies.states, bodies.parameters, inputs_of(given, hours, person), times, outputs, tolerance=tolerance
    )


def one(trajectories: Trajectories, output: str) -> Floats:
    """An output of the only patient, (T,)."""
    return np.asarray(trajectories[output][0], dtype=float)


def hour(trajectories: Trajectories, time: float) -> int:
    """Index of a time."""
    return int(np.argmin(np.abs(trajectories.times - time)))


__all__ = ["INFECTION", "INPUTS", "SCLS", "STATES", "Given", "course", "hour", "inputs_of", "one", "people", "rest"]
