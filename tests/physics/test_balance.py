"""The balance of a draw: exact where the data are exact, honest intervals where they are not."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clarkson as ck
from clarkson.balance.balance import Balance, balance
from clarkson.balance.baseline import Baseline, baseline
from clarkson.balance.observation import observe
from clarkson.balance.population import population, shared
from clarkson.balance.sample import Sample, samples
from clarkson.body.blood import concentrations
from tests.people import draw, record

BASE = {"baseline_hematocrit": 0.42, "baseline_albumin_g_per_l": 42.0}


def person(draws: int = 20) -> Baseline:
    """A person whose own level is well known: hematocrit 42 %, albumin 42 g/L."""
    steady = samples(record(*(draw(-24.0 * 30 * n, hematocrit=0.42, albumin=42.0) for n in range(1, draws + 1))))
    return baseline(population("male", 50), steady)


def of(one: Sample, own: Baseline) -> Balance:
    return balance(observe(one, own.mean), own)


def sample(**values: float) -> Sample:
    return samples(record(draw(**values)))[0]


@given(st.floats(-0.9, 0.4))
def test_plasma_alone_leaves_d_within_its_interval(plasma: float) -> None:
    hematocrit, albumin = concentrations(plasma=plasma, **BASE)
    result = of(sample(hematocrit=hematocrit, albumin=albumin), person())
    assert result.V is not None
    assert result.D is not None
    assert result.V.low < plasma < result.V.high
    assert result.D.median == pytest.approx(0.0, abs=0.02)


@given(st.floats(-0.9, -0.3), st.floats(1.0, 2.0))
def test_a_leak_moves_both(plasma: float, carried: float) -> None:
    hematocrit, albumin = concentrations(plasma=plasma, albumin=carried * plasma, **BASE)
    result = of(sample(hematocrit=hematocrit, albumin=albumin), person())
    assert result.V is not None
    assert result.D is not None
    assert result.V.high < 0.0 < result.D.low
    assert result.V.low < plasma < result.V.high
    assert result.D.low < -carried * plasma < result.D.high


def test_each_red_cell_measure_tells_the_same_plasma_volume() -> None:
    hematocrit, albumin = concentrations(plasma=-0.5, albumin=-0.8, **BASE)
    hemoglobin = hematocrit * shared("mchc_g_per_l")
    erythrocytes = hematocrit * 1000.0 / shared("mcv_fl")
    medians = [
        of(sample(albumin=albumin, **{name: value}), person())
        for name, value in (("hematocrit", hematocrit), ("hemoglobin", hemoglobin), ("erythrocytes", erythrocytes))
    ]
    assert [each.V.median for each in medians if each.V] == pytest.approx([-0.5] * 3, abs=0.03)
    widths = [each.V.high - each.V.low for each in medians if each.V]
    assert widths[0] < min(widths[1:]), "hemoglobin and count also carry the doubt about the cells' own size"


def test_more_measures_narrow_the_interval_and_fewer_results_widen_it() -> None:
    hematocrit, albumin = concentrations(plasma=-0.5, albumin=-0.8, **BASE)
    alone = of(sample(hematocrit=hematocrit, albumin=albumin), person())
    with_hemoglobin = of(
        sample(hematocrit=hematocrit, hemoglobin=hematocrit * shared("mchc_g_per_l"), albumin=albumin), person()
    )
    unknown = of(sample(hematocrit=hematocrit, albumin=albumin), baseline(population("male", 50), []))
    assert alone.V_sd is not None
    assert with_hemoglobin.V_sd is not None
    assert unknown.V_sd is not None
    assert with_hemoglobin.V_sd <= alone.V_sd < unknown.V_sd


def test_what_cannot_be_told_is_none() -> None:
    red_cells_only, protein_only = of(sample(hematocrit=0.5), person()), of(sample(albumin=30.0), person())
    assert red_cells_only.V is not None
    assert red_cells_only.D is None
    assert red_cells_only.albumin_mass_change_percent is None
    assert protein_only.V is None
    assert protein_only.D is None


def test_total_protein_stands_in_for_albumin_with_more_doubt() -> None:
    hematocrit, albumin = concentrations(plasma=-0.6, albumin=-0.9, **BASE)
    globulin = 28.0 * math.exp(-0.72 + 0.6)
    by_albumin = of(sample(hematocrit=hematocrit, albumin=albumin), person())
    by_protein = of(sample(hematocrit=hematocrit, total_protein=albumin + globulin), person())
    assert by_protein.D is not None
    assert by_protein.D.low < 0.9 < by_protein.D.high
    assert by_albumin.D_sd is not None
    assert by_protein.D_sd is not None
    assert by_protein.D_sd > by_albumin.D_sd


@pytest.mark.parametrize("own_draws", [0, 1, 5])
def test_intervals_hold_the_truth_nine_times_in_ten(own_draws: int) -> None:
    """People drawn from the population, moved by a known change, measured with ordinary variation.

    The world is simulated here from the published numbers, not by the code under test.
    """
    chance = np.random.default_rng(7)
    group = population("male", 50)
    held_v, held_d, people = 0, 0, 400
    for _ in range(people):
        level = chance.multivariate_normal(group.mean, group.covariance)
        plasma, albumin = chance.uniform(-0.8, 0.3), chance.uniform(-1.0, 0.2)

        def measured(v: float, a: float, level: np.ndarray = level) -> dict[str, float]:
            posture = 1.5 * 0.040 * chance.normal()
            v_now = v + posture
            a_now = a + 0.35 * posture + 1.5 * 0.015 * chance.normal()
            cells = 1.5 * math.hypot(0.023, 0.011) * chance.normal()
            odds = math.exp(level[0] + cells - v_now)
            hematocrit = odds / (1.0 + odds) * math.exp(0.010 * chance.normal())
            return {
                "hematocrit": hematocrit,
                "albumin": math.exp(level[3] + a_now - v_now + 0.015 * chance.normal()),
            }

        history = [draw(-24.0 * 30 * n, **measured(0.0, 0.0)) for n in range(1, own_draws + 1)]
        own = baseline(group, samples(record(*history)))
        result = of(sample(**measured(plasma, albumin)), own)
        assert result.V is not None
        assert result.D is not None
        held_v += result.V.low <= plasma <= result.V.high
        held_d += result.D.low <= -albumin <= result.D.high
    assert 0.86 <= held_v / people <= 0.94
    assert 0.86 <= held_d / people <= 0.94


@settings(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(shuffler: object) -> None:
    results = [*draw(-720, hematocrit=0.42, albumin=42.0), *draw(hematocrit=0.55, albumin=28.0, hemoglobin=185.0)]
    shuffled = results.copy()
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (ck.assess(ck.Record("x", tuple(each), sex="male", age_years=50)) for each in (results, shuffled))
    assert [each.mechanisms for each in first] == [each.mechanisms for each in second]
    assert [each.V for each in first] == [each.V for each in second]
