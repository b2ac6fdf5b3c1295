"""From people at rest and what each is given to their courses."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

from clarkson.body.body import INPUTS, system
from clarkson.body.person import Floats
from clarkson.body.rest import Rest
from clarkson.engine.integrate import Trajectories, integrate
from clarkson.engine.numba_code import LANES
from clarkson.engine.schedule import Schedule
from clarkson.simulate.schedule import Given, Inputs, schedule


@cache
def all_outputs() -> tuple[str, ...]:
    """Every state and every named quantity of the body.

    >>> "hematocrit" in all_outputs()
    True
    """
    return (*system().states, *system().tape.quantities)


def courses(
    people: Rest, given: Sequence[Sequence[Given]], weight_kg: float, times: Floats, *, threads: int | None = None
) -> Trajectories:
    """Every output of n people at `times` (T,) in hours, each under what they are given.

    People are computed in groups as large as the solver steps together, each group by itself: the solver judges
    errors on a scale taken from everybody whom it is handed at once.

    >>> from clarkson.body.person import REFERENCE, typical
    >>> from clarkson.body.rest import at_rest
    >>> found = courses(at_rest(typical(REFERENCE)), [[]], 75.0, np.array([0.0, 24.0]))
    >>> bool(abs(found["plasma_volume_change"][0, 1]) < 1e-3)
    True
    """

    def group(first: int) -> Trajectories:
        lanes = slice(first, first + LANES)
        plan = joined([schedule(each, weight_kg, float(times[-1]), INPUTS) for each in given[lanes]])
        return integrate(
            system(), people.states[lanes], people.parameters[lanes], plan, times, all_outputs(), threads=1
        )

    starts = range(0, len(people.states), LANES)
    # The first by itself: the equations are compiled once, not in every thread.
    found = [group(starts[0])]
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        found += pool.map(group, starts[1:])
    return Trajectories(
        times,
        all_outputs(),
        np.concatenate([each.values for each in found]),
        np.concatenate([each.status for each in found]),
        np.concatenate([each.failed_at for each in found]),
        np.concatenate([each.steps for each in found]),
        np.concatenate([each.final for each in found]),
    )


def joined(plans: Sequence[Inputs]) -> Schedule:
    """The inputs of n people for the solver: breaks (n, K) padded with infinity, values (n, K + 1, I).

    >>> one, none = schedule([Given(2.0, "drink 500 mL")], 75.0, 24.0, INPUTS), schedule([], 75.0, 24.0, INPUTS)
    >>> joined([one, none]).breaks[1]
    array([inf, inf])
    """
    most = max(len(plan.breaks) for plan in plans)
    breaks = np.full((len(plans), most), np.inf)
    values = np.empty((len(plans), most + 1, len(plans[0].names)))
    for row, plan in enumerate(plans):
        count = len(plan.breaks)
        breaks[row, :count] = plan.breaks
        values[row, : count + 1] = plan.values
        values[row, count + 1 :] = plan.values[-1]
    return Schedule(breaks, values)
