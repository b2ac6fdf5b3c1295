"""Whether healthy bodies stay as they are: thirty days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clarkson.body.body import INPUTS, system
from clarkson.body.person import Person
from clarkson.engine.integrate import integrate
from clarkson.simulate.cohort import virtual_people
from clarkson.simulate.schedule import Given, schedule

PEOPLE = (
    Person("female", 25, 160, 52),
    Person("female", 45, 168, 95),
    Person("female", 80, 155, 48),
    Person("male", 20, 190, 78),
    Person("male", 60, 172, 120),
)
"""People as different as can be; of each kind, four are drawn from the priors."""

OF_EACH = 4
DAYS = (1, 10, 20, 30)
OUTPUTS = ("hematocrit", "albumin", "plasma_volume", "mean_pressure")
ALLOWED = 1e-3
"""Largest relative drift that is allowed."""


@dataclass(frozen=True)
class Drift:
    """Largest relative distance of one output from its start over everybody, in the day before each of DAYS."""

    output: str
    disturbed: bool
    on_day: tuple[float, ...]


def drift() -> tuple[Drift, ...]:
    """Drift of hematocrit, albumin, plasma volume and pressure in healthy people, undisturbed and after a drink."""
    times = np.arange(0.0, 24.0 * DAYS[-1] + 0.1, 6.0)
    found = []
    for given in ([], [Given(0.0, "drink 500 mL over 1 h")]):
        worst = np.zeros((len(OUTPUTS), len(DAYS)))
        for kind, person in enumerate(PEOPLE):
            people = virtual_people(person, range(kind * OF_EACH, (kind + 1) * OF_EACH), 30, {})
            plan = schedule(given, person.weight_kg, float(times[-1]), INPUTS).for_solver()
            values = integrate(system(), people.states, people.parameters, plan, times, OUTPUTS).values.astype(float)
            moved = np.abs(values / values[:, :1] - 1.0).max(axis=0)
            for column, day in enumerate(DAYS):
                last = (times <= 24.0 * day) & (times > 24.0 * (day - 1))
                worst[:, column] = np.maximum(worst[:, column], moved[last].max(axis=0))
        rows = zip(OUTPUTS, worst, strict=True)
        found += [Drift(output, bool(given), tuple(row.tolist())) for output, row in rows]
    return tuple(found)
