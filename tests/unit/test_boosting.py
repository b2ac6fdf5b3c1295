"""The gradient-boosted peer learns a leak from labelled people, and sees nothing that comes later."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from clarkson.body.blood import concentrations
from clarkson.errors import SettingError
from clarkson.evaluate.boosting import Boosted, features, train
from clarkson.evaluate.detection import area
from clarkson.record.record import Record
from tests.people import draw, record, steady_draw

pytest.importorskip("sklearn")

Labels = NDArray[np.bool_]


def someone(random: np.random.Generator) -> tuple[Record, Labels]:
    """A person with two ordinary draws and one that a leak or thirst has concentrated, in half of the people each."""
    leaks = bool(random.random() < 0.5)
    set_point, albumin = random.normal(0.42, 0.02), random.normal(42.0, 2.0)
    draws = []
    for day, plasma in enumerate((0.0, 0.0, math.log(0.75))):
        lost = 1.7 * plasma if leaks else 0.0
        hematocrit, level = concentrations(
            plasma=plasma + random.normal(0.0, 0.04),
            albumin=lost + random.normal(0.0, 0.02),
            baseline_hematocrit=set_point,
            baseline_albumin_g_per_l=albumin,
        )
        draws.append(draw(24.0 * day, hematocrit=hematocrit, albumin=level))
    return record(*draws), np.array([False, False, leaks])


def people(seed: int, count: int) -> tuple[list[Record], list[Labels]]:
    random = np.random.default_rng(seed)
    pairs = [someone(random) for _ in range(count)]
    return [each[0] for each in pairs], [each[1] for each in pairs]


@pytest.fixture(scope="module")
def boosted() -> Boosted:
    return train(*people(1, 80))


def test_it_finds_the_leaks_of_people_that_it_has_not_seen(boosted: Boosted) -> None:
    records, labels = people(2, 60)
    found = np.concatenate([boosted.score(each) for each in records])
    assert ((found >= 0.0) & (found <= 1.0)).all()
    assert area(found, np.concatenate(labels))(np.ones(len(found))) > 0.95


def test_a_draw_without_anything_it_knows_still_gets_a_number(boosted: Boosted) -> None:
    assert np.isfinite(boosted.score(record(draw(sodium=140.0), sex=None, age_years=None))).all()


def test_nobody_gets_no_number(boosted: Boosted) -> None:
    assert len(boosted.score(Record("nobody"))) == 0


def test_features_see_no_later_draw() -> None:
    some = people(3, 1)[0][0]
    until = replace(some, results=tuple(each for each in some.results if each.time < some.results[-1].time))
    np.testing.assert_array_equal(features(until), features(some)[:2])


def test_a_steady_draw_is_compared_with_and_not_scored() -> None:
    some = record(steady_draw(-100.0, hematocrit=0.40, albumin=40.0), draw(hematocrit=0.44, albumin=40.0))
    rows = features(some)
    assert len(rows) == 1
    assert 0.04 in rows[0].round(9)


def test_labels_are_one_a_draw_and_of_both_kinds() -> None:
    records, labels = people(4, 3)
    with pytest.raises(SettingError, match="one a draw"):
        train(records, [labels[0], labels[1], labels[2][:1]])
    with pytest.raises(SettingError, match="the same"):
        train(records, [np.zeros(3, dtype=np.bool_)] * 3)
