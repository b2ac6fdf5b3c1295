"""The table of mechanisms: complete, and each does what its line says."""

from __future__ import annotations

import numpy as np
import pytest

from clarkson.analytes import analytes
from clarkson.balance.observation import ALBUMIN_MASS, GLOBULIN_MASS, PLASMA, RED_CELLS
from clarkson.watch.mechanisms import arrival, changes, grown, mechanisms

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
def test_changes_are_finite_and_the_same_every_time(name: str) -> None:
    assert np.isfinite(changes(name)).all()
    assert np.array_equal(changes(name), changes(name))
    assert np.isfinite(arrival(name)).all()


@pytest.mark.parametrize("name", list(mechanisms()))
def test_what_leads_on_leads_to_a_mechanism_and_no_further_than_surely(name: str) -> None:
    leads = mechanisms()[name].leads
    assert set(leads) <= set(mechanisms())
    assert sum(leads.values()) <= 1.0 + 1e-12


def test_a_leak_loses_10_to_70_percent_of_the_plasma_and_more_albumin_than_globulin() -> None:
    """Tahirkheli and Greipp 1999: 10 to 70 % of the plasma."""
    now = changes("leak")
    assert now[:, PLASMA].max() < np.log(0.91)
    assert now[:, PLASMA].min() > np.log(0.28)
    assert np.median(now[:, ALBUMIN_MASS]) < np.median(now[:, GLOBULIN_MASS]) < 0.0
    assert abs(now[:, RED_CELLS].mean()) < 0.01


def test_a_refill_brings_plasma_and_protein_back() -> None:
    assert np.median(arrival("refill")[:, PLASMA]) > np.median(changes("leak")[:, PLASMA])
    assert np.median(arrival("refill")[:, ALBUMIN_MASS]) > np.median(changes("leak")[:, ALBUMIN_MASS])


def test_red_cells_cannot_be_gained_within_a_day() -> None:
    """Production is at most about 4 % a day, so a day after the baseline hardly anything can have been gained."""
    size = changes("red-cell gain")[:, RED_CELLS].max()
    assert grown("red-cell gain", 1.0) * size < 0.04
    assert grown("red-cell gain", 120.0) * size > 0.3
