"""The verb: a scenario becomes the course of one typical person, or of virtual people."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from clarkson.body.person import Floats, typical
from clarkson.body.rest import Rest, at_rest
from clarkson.engine.integrate import Status
from clarkson.engine.numba_code import LANES
from clarkson.errors import SettingError
from clarkson.simulate.cohort import INFECTIONS, chance, virtual_people
from clarkson.simulate.courses import all_outputs, courses
from clarkson.simulate.death import died_at
from clarkson.simulate.infections import YEAR_H, Infections
from clarkson.simulate.scenario import Scenario
from clarkson.simulate.scenario_file import bundled_scenario, bundled_scenarios, read_scenario
from clarkson.simulate.simulation import Simulation

MOST_PEOPLE = 1_000_000
MOST_BYTES = 2 * 1024**3
"""Courses that `simulate` holds in memory at most."""

CHUNK_BYTES = 64 * 1024**2
"""Courses that `stream` holds in memory at once, unless a single group of people needs more."""


def simulate(
    scenario: Scenario | str | Path, *, n: int = 1, seed: int = 0, infections: Infections | None = None
) -> Simulation:
    """What happens to the typical person of a scenario, or to n > 1 virtual people drawn around that person.

    scenario: one, the name of a bundled one, or the path of a TOML file. infections: these come by chance on top of
    what is given. The same seed gives the same people: person i is the same for every n.

    Raises
    ------
    SettingError, DoseError
        There is no such scenario, something in it is impossible, or the courses would not fit into memory.

    >>> sim = simulate("attack")
    >>> bool(sim["hematocrit"].max() > 0.55)
    True
    """
    chosen = scenario_of(scenario)
    _check(n, seed)
    needed = n * _bytes(chosen)
    if needed > MOST_BYTES:
        raise SettingError(
            f"the courses of {n} people would take {needed / 1024**3:.0f} GiB of memory: take fewer people or a longer "
            "'every', or stream them to a file ('clarkson simulate -o FILE')"
        )
    return _simulated(chosen, range(n), n, seed, infections)


def stream(
    scenario: Scenario | str | Path,
    *,
    n: int,
    seed: int = 0,
    infections: Infections | None = None,
    threads: int | None = None,
) -> Iterator[Simulation]:
    """The same people as of `simulate`, some at a time, so that any number fits into memory.

    >>> sum(len(part.numbers) for part in stream("donation", n=3))
    3
    """
    chosen = scenario_of(scenario)
    _check(n, seed)
    step = people_at_once(chosen)
    for first in range(0, n, step):
        yield _simulated(chosen, range(first, min(first + step, n)), n, seed, infections, threads)


def people_at_once(scenario: Scenario) -> int:
    """How many people `stream` computes at once: full groups of the solver.

    >>> people_at_once(bundled_scenario("attack")) % LANES
    0
    """
    return max(CHUNK_BYTES // (LANES * _bytes(scenario)), 1) * LANES


def scenario_of(scenario: Scenario | str | Path) -> Scenario:
    """A scenario itself, the bundled one of a name, or the one of a file.

    >>> scenario_of("healthy").disease
    'none'
    """
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, str) and (scenario in bundled_scenarios() or not ("/" in scenario or "." in scenario)):
        return bundled_scenario(scenario)
    return read_scenario(scenario)


def looking_times(scenario: Scenario) -> Floats:
    """Times (T,) [h] at which the course is looked at: from the start to the end, which is always among them.

    >>> looking_times(bundled_scenario("healthy"))[:2]
    array([0., 6.])
    """
    every, end = scenario.observe.every_h, scenario.duration_h
    times = every * np.arange(math.floor(end / every * (1.0 + 1e-12)) + 1, dtype=float)
    last = [] if math.isclose(times[-1], end) else [end]
    return np.concatenate([times, last])


def _bytes(scenario: Scenario) -> int:
    """What the course of one person takes in memory."""
    return 4 * len(all_outputs()) * len(looking_times(scenario))


def _check(n: int, seed: int) -> None:
    if not 1 <= n <= MOST_PEOPLE:
        raise SettingError(f"from 1 to {MOST_PEOPLE} people can be simulated, not {n}")
    if seed < 0:
        raise SettingError(f"a seed is 0 or more, not {seed}")


def _people(scenario: Scenario, numbers: range, n: int, seed: int) -> Rest:
    """People at rest: the typical one, or virtual ones, in the same groups however many there are."""
    if n == 1:
        return at_rest(typical(scenario.person, scenario.overrides))
    groups = [numbers[first : first + LANES] for first in range(0, len(numbers), LANES)]
    found = [virtual_people(scenario.person, group, seed, scenario.overrides) for group in groups]
    return Rest(np.concatenate([each.parameters for each in found]), np.concatenate([each.states for each in found]))


def _simulated(
    scenario: Scenario, numbers: range, n: int, seed: int, infections: Infections | None, threads: int | None = None
) -> Simulation:
    """The people of these numbers, out of n; the first number begins a group of the solver."""
    # Groups are filled up with the people who would come next, so that nobody depends on how many were asked for.
    group = numbers if n == 1 else range(numbers.start, -(-numbers.stop // LANES) * LANES)
    people = _people(scenario, group, n, seed)
    given = [scenario.given] * len(group)
    if infections is not None:
        years = scenario.duration_h / YEAR_H
        given = [(*scenario.given, *infections.draw(years, chance(seed, i, INFECTIONS))) for i in group]
    found = courses(people, given, scenario.person.weight_kg, looking_times(scenario), threads=threads)
    count = len(numbers)
    death = died_at(found.times, found["death_risk"])
    dead = np.isfinite(death)
    values = np.where((found.times > np.where(dead, death, np.inf)[:, None])[:, :, None], np.nan, found.values)
    return Simulation(
        scenario=scenario,
        seed=seed,
        infections=infections,
        typical=n == 1,
        numbers=np.arange(numbers.start, numbers.stop),
        times=found.times,
        outputs=found.outputs,
        values=values[:count].astype(np.float32),
        status=np.where(dead, Status.DONE, found.status)[:count].astype(np.int8),
        failed_at=np.where(dead, np.nan, found.failed_at)[:count],
        died_at=death[:count],
        parameters=people.parameters[:count],
        given=tuple(tuple(each) for each in given[:count]),
    )
