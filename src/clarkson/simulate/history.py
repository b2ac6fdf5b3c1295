"""Years of a life with the disease: infections come by chance, some become attacks, and prophylaxis goes on.

Nobody dies of an attack here, and nobody is treated in one: rates are of attacks that come, not of lives that go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np

from clarkson.body.person import Floats
from clarkson.errors import SettingError
from clarkson.simulate.infections import YEAR_H, Infections
from clarkson.simulate.outcome import Outcome
from clarkson.simulate.scenario import Scenario
from clarkson.simulate.simulate import scenario_of, simulate
from clarkson.simulate.simulation import Simulation

EVERY_H = 6.0
"""How often a course of years is looked at."""

MOST_YEARS = 10.0


def over_years(scenario: Scenario, years: float) -> Scenario:
    """The same person over years: what is given without end goes on, what is given once or counted is left out.

    Nothing is sampled at a hospital or at home. Raises SettingError where the years are not above 0, up to 10.

    >>> from clarkson.simulate.scenario_file import bundled_scenario
    >>> [str(each) for each in over_years(bundled_scenario("prophylaxis"), 5.0).given]
    ['at 9 h: IVIG 2 g/kg over 2 days monthly']
    """
    if not 0.0 < years <= MOST_YEARS:
        raise SettingError(f"years are more than 0, up to {MOST_YEARS:g}: not {years:g}")
    lasting = tuple(each for each in scenario.given if each.dose.every_h is not None and each.dose.times is None)
    observe = replace(scenario.observe, every_h=EVERY_H, hospital=None, home=None)
    title = f"{years:g} years with infections that come by chance"
    return replace(scenario, title=title, duration_h=years * YEAR_H, given=lasting, observe=observe)


def natural_history(
    scenario: Scenario | str | Path,
    years: float,
    *,
    n: int = 1,
    seed: int = 0,
    infections: Infections | None = None,
) -> Simulation:
    """People of a scenario over years with infections of their own: the same infections for the same seed.

    >>> sim = natural_history("healthy", 1.0)
    >>> sim.outcomes[0].attacks
    ()
    """
    chosen = over_years(scenario_of(scenario), years)
    return simulate(chosen, n=n, seed=seed, infections=infections or Infections())


def attacks_per_year(outcomes: Sequence[Outcome]) -> Floats:
    """Attacks per year of each person, (n,)."""
    return np.array([len(each.attacks) / each.years for each in outcomes])


def intervals(outcomes: Sequence[Outcome]) -> Floats:
    """Days from one onset to the next, of everybody together."""
    onsets = [[attack.onset for attack in each.attacks] for each in outcomes]
    return np.array([(after - before) / 24.0 for person in onsets for before, after in pairwise(person)])
