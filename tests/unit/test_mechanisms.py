"""The table of mechanisms: complete, and each does what its line says."""

from __future__ import annotations

import numpy as np
import pytest

from clarkson.analytes import analytes
from clarkson.balance.observation import ALBUMIN_MASS, GLOBULIN_MASS, PLASMA, RED_CELLS
from clarkson.watch.mechanisms import Timing, draws, mechanisms

SIGNS = {"systolic", "heart_rate", "weight", "crp", "urine_protein", "lactate", "creatinine"}


@pytest.mark.parametrize("name", list(mechanisms()))
def test_every_mechanism_is_complete(name: str) -> None:
    mechanism = mechanisms()[name]
    assert mechanism.label
    assert mechanism.source
    assert mechanism.weight > 0.0
    assert set(mechanism.signs) == SIGNS
    assert all(sd > 0.0 for _, sd in mechanism.signs.values())
    assert set(mechanism.settled_by) <= set(analytes())


@pytest.mark.parametrize("name", list(mechanisms()))
def test_draws_are_finite_and_the_same_every_time(name: str) -> None:
    timing = Timing(earlier_days=2.0, baseline_days=30.0, disturbed=0.4)
    first, second = draws(name, timing), draws(name, timing)
    assert np.isfinite(first.now).all()
    assert np.array_equal(first.now, second.now)
    assert np.array_equal(first.earlier, second.earlier)


def test_a_leak_loses_10_to_70_percent_of_the_plasma_and_more_albumin_than_globulin() -> None:
    """Tahirkheli and Greipp 1999: 10 to 70 % of the plasma."""
    now = draws("leak", Timing()).now
    assert now[:, PLASMA].max() < np.log(0.91)
    assert now[:, PLASMA].min() > np.log(0.28)
    assert np.median(now[:, ALBUMIN_MASS]) < np.median(now[:, GLOBULIN_MASS]) < 0.0
    assert abs(now[:, RED_CELLS].mean()) < 0.01


def test_a_refill_brings_plasma_and_protein_back() -> None:
    both = draws("refill", Timing(earlier_days=1.0))
    assert np.median(both.now[:, PLASMA]) > np.median(both.earlier[:, PLASMA])
    assert np.median(both.now[:, ALBUMIN_MASS]) > np.median(both.earlier[:, ALBUMIN_MASS])


def test_red_cells_cannot_be_gained_within_a_day() -> None:
    """Production is at most about 4 % a day, so a day after the baseline hardly anything can have been gained."""
    gained = draws("red-cell gain", Timing(baseline_days=1.0)).now[:, RED_CELLS]
    assert gained.max() < 0.08
    assert np.median(draws("red-cell gain", Timing()).now[:, RED_CELLS]) > 0.3
