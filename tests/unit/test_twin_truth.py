"""The checks of the twin against the truth: they see a sampler that is right, and one that is wrong."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clarkson.evaluate import twin_truth
from clarkson.evaluate.series import Series
from clarkson.evaluate.twin_evaluation import Ahead, TwinEvaluation
from clarkson.evaluate.twin_people import PANELS, patient
from clarkson.evaluate.twin_scores import score
from clarkson.evaluate.twin_steps import LAST, PROCESS, TWIN, WATCH, Step, crps, walk, with_peers
from clarkson.evaluate.twin_tables import histogram, twin_document, uniform
from clarkson.evaluate.twin_truth import LOST, Agreement, Apart, Blind, by_unknown, calibration, plasma_lost
from clarkson.examples import example
from clarkson.record.read import read_bytes
from clarkson.record.record import Record


def test_a_patient_is_always_the_same_and_none_is_another() -> None:
    one, again, other = patient(3), patient(3), patient(4)
    np.testing.assert_array_equal(one.truth, again.truth)
    assert [row.scaled for row in one.known.rows] == [row.scaled for row in again.known.rows]
    assert one.known.rows != other.known.rows
    assert {patient(number).panel for number in range(12)} == set(PANELS)


def test_results_lie_around_the_body_of_the_truth_by_their_errors() -> None:
    """Whitened residuals of the truth are Student t with five degrees of freedom: variance 5/3."""
    apart = np.concatenate([each.body().problem.residuals(each.truth[None])[0] for each in map(patient, range(15))])
    assert np.mean(apart) == pytest.approx(0.0, abs=0.2)
    assert np.mean(np.abs(apart)) == pytest.approx(0.949, abs=0.15)


def test_every_unknown_and_the_plasma_are_ranked() -> None:
    found = calibration(2)
    for number, each in enumerate(found):
        assert set(each.ranks) == {*patient(number).body().unknowns.names, LOST}
        assert all(0.0 <= rank <= 1.0 for rank in each.ranks.values())
    assert by_unknown(found)["leak_size"].shape == (2,)


def test_a_truth_far_from_its_results_is_ranked_at_an_end() -> None:
    of = patient(1)
    far = replace(of, truth=np.where(np.array(of.body().unknowns.names) == "hematocrit", 8.0, of.truth))
    assert twin_truth.ranked(far, 1).ranks["hematocrit"] == 1.0


def test_a_body_without_a_leak_has_lost_nothing() -> None:
    body = patient(0).body()
    calm = np.zeros((1, body.problem.size))
    calm[0, body.unknowns.names.index("leak_size")] = -9.0
    assert plasma_lost(body, calm)[0] < 0.02


def test_even_ranks_have_a_fair_chance_and_uneven_ones_none() -> None:
    even = np.random.default_rng(1).random(500)
    assert uniform(even) > 0.01
    assert uniform(even**2) < 1e-6
    assert len(histogram(even)) == 20


def test_crps_of_draws_is_that_of_their_distribution() -> None:
    """Of a standard Gaussian at its middle: (√2 − 1) / √π = 0.2337 (Gneiting and Raftery 2007)."""
    assert crps(np.random.default_rng(0).standard_normal(20_000), 0.0) == pytest.approx(0.2337, abs=0.01)


def test_an_attack_is_walked_with_peers_beside() -> None:
    cases = ("smith2016-1", "lee2007-1")
    walked = [walk(read_bytes(example(case), f"{case}.json")) for case in cases]
    steps = with_peers([step for each in walked for step in each.steps])
    assert steps
    for step in steps:
        assert {TWIN, LAST, PROCESS} <= set(step.draws)
        assert all(np.isfinite(draws).all() for draws in step.draws.values())
        assert step.hours > 0.0
    smith = next(each for each in steps if each.series.person == "smith2016-1" and each.group == "hematocrit")
    assert smith.observed == pytest.approx(np.log(0.6 / 0.4), abs=0.02)
    assert WATCH in smith.draws
    found = score(steps, LAST, TWIN)
    assert found is not None
    assert found.less is None  # two people carry no interval


def test_what_is_refused_is_told() -> None:
    found = walk(Record("nobody"))
    assert (found.steps, found.seconds) == ((), ())
    assert "no hematocrit" in found.refused[0]


def test_the_page_shows_every_section_and_its_misfits() -> None:
    near, far = (
        Apart(0.1, 0.02, 0.1, 0.02, "lymph", "lymph", 3),
        Apart(0.3, 0.05, 0.4, 0.1, "leak_onset", "leak_onset", 2),
    )
    series = Series("one", np.array([0.0, 10.0]), np.array([0.1, 0.2]))
    draws = {name: np.linspace(0.0, 0.3, 50) for name in (TWIN, WATCH, LAST, PROCESS)}
    ahead = Ahead((Step("hematocrit", series, 1, 10.0, draws),), ("too few: 1",), (1.0, 2.0))
    page = twin_document(
        TwinEvaluation(
            calibration(1),
            (Agreement(0, 3, far, near, near), Agreement(1, 3, far, far, near)),
            (Blind("without the doses", 4, 0.5, 0.75, 0.05, 0.2, 0.0),),
            ahead,
            ahead,
        )
    )
    for words in ("Simulation-based calibration", "long independent sampler", "leak onset (2)", "without the doses",
                  "no validation", "MIMIC-III", "too few (1)"):  # fmt: skip
        assert words in page
