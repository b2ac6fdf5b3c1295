"""Results drawn from a true course: their times, their noise, what is missing, and what is made of them."""

from __future__ import annotations

import numpy as np
import pytest

import clarkson as ck
from clarkson.analytes import analyte
from clarkson.errors import SettingError
from clarkson.simulate.observe import PANELS, Observations, method_cv, observe, record, to_table
from clarkson.simulate.scenario import Sampling
from clarkson.simulate.simulate import simulate

TIMES = np.arange(0.0, 24.0 * 60.0 + 0.1, 6.0)
LEVELS = {
    "hematocrit": 0.45,
    "hemoglobin": 150.0,
    "mcv": 90.0,
    "albumin": 42.0,
    "systolic_pressure": 120.0,
    "weight": 75.0,
}
FLAT = {"urine_volume": 0.06 * TIMES} | {
    name: np.full(len(TIMES), LEVELS.get(name, 50.0))
    for panels in PANELS.values()
    for panel in panels
    for name in panel.analytes
}


def seen(place: str, sampling: Sampling, seed: int = 1) -> Observations:
    return observe(TIMES, FLAT, sampling, place, np.random.default_rng(seed))


def of(found: Observations, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return found.value[[each == name for each in found.analyte]]


def at(found: Observations, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return found.time_h[[each == name for each in found.analyte]]


@pytest.mark.parametrize(
    ("place", "name", "method"),
    [
        ("hospital", "hematocrit", "laboratory"),
        ("hospital", "albumin", "laboratory"),
        ("hospital", "systolic_pressure", "cuff"),
        ("home", "hemoglobin", "finger-prick"),
    ],
)
def test_noise_is_that_of_the_method_and_of_one_person(place: str, name: str, method: str) -> None:
    values = of(seen(place, Sampling(2.0)), name)
    known = analyte(name)
    expected = np.hypot((known.within_person_cv_percent or 0.0) / 100.0, method_cv(name, method))  # type: ignore[arg-type]
    spread = float(np.std(np.log(values)))
    # The error of a standard deviation from n values is 1/sqrt(2 n); rounding adds a little.
    assert spread == pytest.approx(expected, rel=5.0 / np.sqrt(2.0 * len(values)))
    assert np.exp(np.mean(np.log(values))) == pytest.approx(LEVELS[name], rel=5.0 * expected / np.sqrt(len(values)))


def test_hematocrit_and_hemoglobin_of_one_tube_move_together() -> None:
    found = seen("hospital", Sampling(2.0))
    both = np.corrcoef(of(found, "hematocrit"), of(found, "hemoglobin"))[0, 1]
    assert both > 0.8
    assert abs(np.corrcoef(of(found, "hematocrit"), of(found, "mcv"))[0, 1]) < 0.2


def test_systolic_pressure_is_above_diastolic_even_where_the_pulse_is_small() -> None:
    shock = FLAT | {"systolic_pressure": np.full(len(TIMES), 60.0), "diastolic_pressure": np.full(len(TIMES), 45.0)}
    found = observe(TIMES, shock, Sampling(2.0), "hospital", np.random.default_rng(1))
    assert np.all(of(found, "systolic_pressure") > of(found, "diastolic_pressure"))


def test_tubes_of_one_venepuncture_have_one_time() -> None:
    found = seen("hospital", Sampling(24.0))
    hours = {name: at(found, name) for name in ("hematocrit", "albumin", "igg")}
    np.testing.assert_array_equal(hours["hematocrit"], hours["albumin"])
    assert len(np.unique(hours["albumin"])) == len(hours["albumin"])
    assert set(hours["igg"]) < set(hours["albumin"])


def test_urine_is_the_flow_since_the_collection_began() -> None:
    # 10 mL/h for 20 days and 100 mL/h from then on; the bag that was hung in between holds some of both.
    values = FLAT | {"urine_volume": 0.01 * TIMES + 0.09 * np.maximum(TIMES - 480.0, 0.0)}
    found = observe(TIMES, values, Sampling(24.0, noise=False), "hospital", np.random.default_rng(1))
    flow, hours = of(found, "urine_output"), at(found, "urine_output")
    assert hours.min() >= 24.0
    np.testing.assert_allclose(flow, 10.0 + 90.0 * np.clip((hours - 480.0) / 24.0, 0.0, 1.0))


def test_values_are_printed_as_a_laboratory_prints_them() -> None:
    found = seen("hospital", Sampling(6.0))
    for name, decimals in (("hematocrit", 3), ("hemoglobin", 0), ("albumin", 1), ("weight", 1)):
        assert all(value == float(f"{value:.{decimals}f}") for value in of(found, name))


def test_without_noise_every_result_is_the_truth() -> None:
    found = seen("hospital", Sampling(6.0, noise=False))
    np.testing.assert_array_equal(found.value, found.truth)
    noisy = seen("hospital", Sampling(6.0))
    np.testing.assert_array_equal(noisy.time_h, found.time_h)
    np.testing.assert_array_equal(noisy.truth, found.truth)


def test_truth_stands_beside_every_result() -> None:
    sim = simulate("attack")
    found = sim.observations()
    for name in ("hematocrit", "albumin", "heart_rate"):
        here = [each == name for each in found.analyte]
        expected = np.interp(found.time_h[here], sim.times, sim[name][0].astype(float))
        np.testing.assert_allclose(found.truth[here], expected, rtol=1e-6)


def test_the_stated_share_is_missing() -> None:
    full, some = (of(seen("home", Sampling(1.0, missing=missing)), "hemoglobin") for missing in (0.0, 0.4))
    # Four in ten panels, and of what is there twelve in a hundred single results.
    assert len(some) / len(full) == pytest.approx(0.6 * 0.88, abs=0.05)


def test_the_same_seed_sees_the_same() -> None:
    one, two, other = (seen("hospital", Sampling(6.0, missing=0.2), seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.value, two.value)
    assert one.analyte == two.analyte
    assert len(one) != len(other) or not np.array_equal(one.value, other.value)


def test_a_simulated_attack_is_assessed_as_a_leak_and_a_healthy_month_is_not() -> None:
    attack = simulate("attack")
    (found,) = attack.outcomes[0].attacks
    assessed = ck.assess(attack.record()).assessments
    start = assessed[0].time
    leaks = [(each.time - start).total_seconds() / 3600.0 for each in assessed if each.verdict == "leak"]
    assert found.onset - 6.0 <= leaks[0] <= found.peak
    healthy = simulate("healthy")
    calm = observe(healthy.times, healthy.course(), Sampling(24.0), "hospital", np.random.default_rng(2))
    verdicts = [each.verdict for each in ck.assess(record(calm, healthy.scenario.person)).assessments]
    assert "leak" not in verdicts
    assert verdicts.count("no sign of leak") > 0.9 * len(verdicts)


def test_a_table_has_a_row_a_result() -> None:
    found = seen("home", Sampling(24.0))
    table = to_table(found, 7)
    assert table.column_names == ["person", "time_h", "analyte", "value", "unit", "truth", "method"]
    assert set(table["person"].to_pylist()) == {7}
    assert table["value"].to_pylist() == found.value.tolist()


def test_nothing_is_measured_after_death() -> None:
    values = {name: np.where(TIMES > 100.0, np.nan, level) for name, level in FLAT.items()}
    found = observe(TIMES, values, Sampling(6.0), "hospital", np.random.default_rng(1))
    assert found.time_h.max() <= 102.0


def test_another_place_is_refused() -> None:
    with pytest.raises(SettingError, match="'hospital' or 'home', not 'moon'"):
        seen("moon", Sampling(6.0))
