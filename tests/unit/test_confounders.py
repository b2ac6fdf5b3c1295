"""Simulated people: the signs of the signature table, the truth beside every draw, and the same people every time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from clarkson.analytes import analyte
from clarkson.balance.sample import Sample, samples
from clarkson.body.blood import logit
from clarkson.engine.gaussian import Array
from clarkson.errors import SettingError
from clarkson.evaluate.confounders import KINDS, Simulated, people
from clarkson.evaluate.course import pulse, somebody
from clarkson.evaluate.draws import Truth, wobbled
from clarkson.evaluate.leak_courses import leak
from clarkson.evaluate.true_values import true_values

COUNT, SEED = 120, 7
LEAKS = [name for name, kind in KINDS.items() if kind.group == "leak"]
NEAR_ZERO = 0.06

# Sign of the mean change of logit hematocrit, ln albumin, ln total protein and D while the mechanism is at work:
# the signature table of the science; 0 is less than 0.06; None where the table leaves it open.
SIGNATURES: dict[str, tuple[int | None, int | None, int | None, int | None]] = {
    "leak": (1, -1, -1, 1),
    "leak, treated": (1, -1, -1, 1),
    "leak, by mass balance": (1, -1, -1, 1),
    "sepsis": (-1, -1, -1, 1),
    "water loss": (0, 1, 1, -1),
    "isotonic loss": (1, 1, 1, 0),
    "diuretic": (1, 1, 1, 0),
    "exercise": (1, 1, 1, 0),
    "posture": (1, 1, 1, 0),
    "bleed before refill": (0, 0, 0, 0),
    "bleed": (-1, -1, -1, -1),
    "crystalloid": (-1, -1, -1, 0),
    "overload": (-1, -1, -1, 0),
    "saline": (-1, -1, -1, 0),
    "albumin infusion": (-1, 1, None, -1),
    "transfusion": (1, 0, 0, 1),
    "red-cell gain": (1, 0, 0, 1),
    "acute phase": (None, -1, -1, 1),
    "protein loss": (0, -1, -1, 1),
    "immunoglobulin": (-1, None, 1, None),  # D is 0 until red cells break down
    "method switch": (0, -1, 0, 1),
    "mislabelled": (0, 0, 0, 0),
    "blood gas": (-1, 0, 0, None),
}


@cache
def simulated(kind: str) -> tuple[Simulated, ...]:
    return people(kind, COUNT, SEED)


def course_draws(person: Simulated) -> list[Sample]:
    return [each for each in samples(person.record) if not each.steady]


def _coordinates(sample: Sample) -> Array:
    """Logit hematocrit, ln albumin, ln total protein and D, NaN where not measured."""
    hematocrit, albumin, protein = (sample.value(name) for name in ("hematocrit", "albumin", "total_protein"))
    found = [
        np.nan if hematocrit is None else logit(hematocrit),
        np.nan if albumin is None else np.log(albumin),
        np.nan if protein is None else np.log(protein),
    ]
    return np.array([*found, found[0] - found[1]])


def _mean(values: list[Array]) -> Array:
    """Mean (4,) of what was measured, NaN where nothing was."""
    rows = np.array(values).reshape(-1, 4)
    measured = np.isfinite(rows)
    total = np.where(measured, rows, 0.0).sum(axis=0)
    mean: Array = np.divide(total, measured.sum(axis=0), out=np.full(4, np.nan), where=measured.any(axis=0))
    return mean


def mean_change(kind: str, chosen: Callable[[Truth], bool]) -> Array:
    """Mean over people of the change (4,) between their steady draws and the chosen ones."""
    changes = []
    for person in simulated(kind):
        rows = list(zip(course_draws(person), person.truth, strict=True))
        steady = [_coordinates(sample) for sample, truth in rows if truth.mechanism == "steady"]
        during = [_coordinates(sample) for sample, truth in rows if chosen(truth)]
        changes.append(_mean(during) - _mean(steady))
    return _mean(changes)


@pytest.mark.parametrize("kind", SIGNATURES)
def test_a_kind_has_the_signature_of_its_mechanism(kind: str) -> None:
    found = mean_change(kind, lambda truth: truth.leaks if kind in LEAKS else truth.mechanism != "steady")
    for sign, change in zip(SIGNATURES[kind], found, strict=True):
        if sign == 0:
            assert abs(change) < NEAR_ZERO
        elif sign is not None:
            assert sign * change > 0.01


def test_a_refill_runs_the_leak_backwards() -> None:
    for kind in LEAKS:
        leaking = mean_change(kind, lambda truth: truth.leaks)
        refilling = mean_change(kind, lambda truth: truth.mechanism == "refill")
        assert refilling[0] < leaking[0] - 0.1
        assert refilling[3] < leaking[3] - 0.1


def test_the_worked_example_of_mass_balance() -> None:
    levels: dict[str, float] = {
        "hematocrit": logit(0.42),
        "mchc": 0.0,
        "mcv": 0.0,
        "albumin": np.log(42.0),
        "globulin": np.log(30.0),
    }
    levels |= {"sodium": np.log(140.0), "crp": 1.0, "lactate": 1.0, "platelets": 240.0, "leukocytes": 6.0}
    levels |= {"systolic_pressure": 120.0, "heart_rate": 70.0, "creatinine": 80.0, "weight": 70.0}
    levels["urine_protein_creatinine"] = 70.0
    lost = np.log(0.7)
    values = true_values(levels, {"plasma": lost, "albumin": 1.6 * lost, "globulin": 1.2 * lost})
    assert values["hematocrit"] == pytest.approx(0.508, abs=0.001)
    assert values["albumin"] == pytest.approx(34.0, abs=0.2)
    assert values["total_protein"] == pytest.approx(62.0, abs=0.5)
    bled = dict.fromkeys(("plasma", "red cells", "albumin", "globulin", "platelets", "leukocytes"), float(np.log(0.8)))
    before, after = true_values(levels, {}), true_values(levels, bled)
    assert after == pytest.approx(before)


def test_posture_moves_hematocrit_and_albumin_together_and_ordinary_variation_is_that_of_healthy_people() -> None:
    random = np.random.default_rng(1)
    wobbles = [wobbled({}, 1.0, random) for _ in range(4000)]
    red = np.array([each["red cells"] + each["cell size"] - each["plasma"] for each in wobbles])
    albumin = np.array([each["albumin"] - each["plasma"] for each in wobbles])
    assert np.corrcoef(red, albumin)[0, 1] > 0.5
    # Within-person CV of hematocrit 2.9 % (Dot 1992); of albumin 2.6 %, at most 4 % (68 people weekly).
    assert 0.55 * np.std(red) == pytest.approx(0.029, abs=0.005)
    assert 0.02 < np.std(albumin) < 0.04


@pytest.mark.parametrize("kind", KINDS)
def test_truth_stands_beside_every_draw(kind: str) -> None:
    for person in simulated(kind):
        drawn = course_draws(person)
        assert len(drawn) == len(person.truth) == len(samples(person.record))
        before = [each for each in drawn if each.time < person.record.origin]  # type: ignore[operator]
        assert len(before) <= 3
        assert 1 <= len(drawn) - len(before) <= 6
        assert not any(truth.leaks for truth in person.truth[: len(before)])
        for result in person.record.results:
            assert result.value in analyte(result.analyte).plausible
    leaks = sum(truth.leaks for person in simulated(kind) for truth in person.truth)
    assert (leaks > 0) == (KINDS[kind].group in ("leak", "secondary leak"))


@pytest.mark.parametrize("kind", LEAKS)
def test_leaks_are_of_every_size(kind: str) -> None:
    lost = [1.0 - np.exp(min(truth.plasma for truth in person.truth)) for person in simulated(kind)]
    assert max(lost) < 0.71
    assert np.mean(np.array(lost) > 0.4) > 0.1
    assert np.mean([0.1 < each < 0.3 for each in lost]) > 0.1


def test_a_leak_by_mass_balance_leaks_only_once_a_tenth_of_the_plasma_is_missing() -> None:
    for number in range(COUNT):
        course = leak(somebody("test", number, SEED))
        assert course.leaks.any()
        assert course.changes["plasma"][np.argmax(course.leaks)] <= np.log(0.90)
        assert (course.mechanism == "leak")[course.leaks].all()


@pytest.mark.parametrize("kind", ["leak, treated", "bleed", "sepsis", "unit swap"])
def test_a_person_is_the_same_however_many_are_asked_for(kind: str) -> None:
    assert people(kind, 5, SEED) == simulated(kind)[:5]
    assert people(kind, 5, SEED + 1) != simulated(kind)[:5]


@pytest.mark.parametrize(("kind", "what"), [("transfusion", "red cells"), ("saline", "crystalloid")])
def test_half_of_those_who_were_given_something_have_it_in_the_record(kind: str, what: str) -> None:
    recorded = [any(dose.kind == what for dose in person.record.doses) for person in simulated(kind)]
    assert 0.35 < np.mean(recorded) < 0.65
    assert all(dose.volume_ml for person in simulated("saline") for dose in person.record.doses)


def test_another_method_says_so() -> None:
    named = [
        (result.laboratory, truth.mechanism)
        for person in simulated("method switch")
        for sample, truth in zip(course_draws(person), person.truth, strict=True)
        for result in sample.results.values()
        if result.analyte == "albumin"
    ]
    assert {("bromocresol green, A", "steady"), ("bromocresol purple, B", "method switch")} == set(named)
    methods = {result.method for person in simulated("blood gas") for result in person.record.results}
    assert "blood gas" in methods


def test_a_pulse_begins_peaks_and_fades() -> None:
    shape = pulse(np.array([0.0, 2.0, 10.0, 14.0]), 2.0, 3.0, 10.0, 4.0)
    assert shape == pytest.approx([0.0, 0.0, 1.0, np.exp(-1.0)])


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(SettingError, match="vampire"):
        people("vampire", 1)
