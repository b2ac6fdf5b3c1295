"""Virtual people: each by their own number, and drawn again where there is no rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from clarkson.body.parameters import parameter_names
from clarkson.body.person import REFERENCE, Floats
from clarkson.body.rest import Rest, at_rest
from clarkson.errors import SettingError
from clarkson.simulate import cohort
from clarkson.simulate.cohort import BODY, HOME, chance, virtual_people

ALBUMIN = parameter_names().index("resting_albumin")


def albumin(numbers: range, **overrides: float) -> Floats:
    return virtual_people(REFERENCE, numbers, 1, overrides).parameters[:, ALBUMIN]


def test_people_differ_as_the_prior_says_unless_they_are_told_not_to() -> None:
    found = albumin(range(200))
    # The registry: lognormal around 42 g/L.
    assert np.median(found) == pytest.approx(42.0, rel=0.02)
    assert 0.02 < np.log(found).std() < 0.12
    assert set(albumin(range(8), resting_albumin=40.0)) == {40.0}


def test_numbers_for_one_purpose_say_nothing_about_another() -> None:
    body, home, other = chance(0, 0, BODY), chance(0, 0, HOME), chance(0, 1, BODY)
    drawn = np.array([each.standard_normal(4000) for each in (body, home, other)])
    # Correlations of independent numbers: a standard deviation of 0.016.
    assert np.abs(np.corrcoef(drawn) - np.eye(3)).max() < 0.07


def test_who_has_no_rest_is_drawn_again_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    before = albumin(range(16))

    def picky(people: Mapping[str, Any]) -> Rest:
        if np.min(people["resting_albumin"]) < 40.0:
            raise SettingError("too little albumin")
        return at_rest(people)

    monkeypatch.setattr(cohort, "at_rest", picky)
    after = albumin(range(16))
    kept = before >= 40.0
    assert 0 < kept.sum() < 16
    assert np.array_equal(after[kept], before[kept])
    assert after.min() >= 40.0


def test_where_nobody_has_rest_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: Mapping[str, Any]) -> Rest:
        raise SettingError("no wall holds this")

    monkeypatch.setattr(cohort, "at_rest", never)
    with pytest.raises(SettingError, match="nobody had a resting state: no wall holds this"):
        albumin(range(1))
