"""The bundled case files: every observation becomes a result or is listed."""

from __future__ import annotations

import json

import pytest

import clarkson as ck
from clarkson.errors import RecordError
from clarkson.examples import example, examples

CASES = [each.id for each in examples()]


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_lost(case: str) -> None:
    source = json.loads(example(case))
    record = ck.read_bytes(example(case), f"{case}.json")
    ranges = sum("range" in each for each in source["observations"])
    assert len(record.results) + len(record.skipped) - ranges == len(source["observations"]) + len(source["baseline"])
    assert len(record.doses) == len(source["treatments"])
    assert record.citation
    assert record.origin is not None


def test_every_value_of_the_bundled_cases_is_understood() -> None:
    """Only a baseline that also stands among the observations is left out, and said."""
    for case in CASES:
        for each in ck.read_bytes(example(case), case).skipped:
            assert "read once" in each.reason, (case, each)


def test_units_as_printed_become_canonical() -> None:
    record = ck.read_bytes(example("lee2007-1"), "lee2007-1.json")
    first = {each.analyte: each.value for each in record.results if each.time == record.origin}
    assert first == pytest.approx(
        {
            "systolic_pressure": 40.0,
            "heart_rate": 110.0,
            "hemoglobin": 192.0,
            "hematocrit": 0.53,
            "leukocytes": 17.4,
            "platelets": 147.0,
            "creatinine": 1.9 * 88.4,
            "total_protein": 37.0,
            "albumin": 17.0,
            "crp": 3.1,
        },
        rel=1e-3,
    )
    assert record.doses[0].volume_ml == 9000.0
    assert "monoclonal gammopathy, IgG kappa" in record.diagnoses


def test_a_baseline_that_is_also_an_observation_is_steady_and_read_once() -> None:
    record = ck.read_bytes(example("desikan2020-1"), "desikan2020-1.json")
    steady = [each for each in record.results if each.steady]
    assert {each.analyte: each.value for each in steady} == pytest.approx({"albumin": 39.0, "hematocrit": 0.346})
    assert {each.source.place.split("[")[0] for each in steady} == {"observations"}


def case(**more: object) -> ck.Record:
    return ck.read_bytes(json.dumps({"patient": {}, "observations": [], **more}).encode(), "x.json")


def test_a_value_of_the_recovery_is_no_baseline_though_it_is_equal() -> None:
    record = case(
        baseline={"hematocrit": {"value": 40, "unit": "%", "when": "a year before"}},
        observations=[{"t_hours": 48, "t_exact": True, "analyte": "hematocrit", "value": 40, "unit": "%"}],
    )
    assert [(each.steady, each.source.place) for each in record.results] == [
        (True, "baseline.hematocrit, a year before"),
        (False, "observations[0]"),
    ]


def test_parts_that_cannot_be_used_are_listed() -> None:
    record = case(
        patient={"age_years": -5, "weight_kg": "70", "height_cm": 1.7, "sex": "x"},
        baseline=[1],
        treatments=[{"t_hours": 0, "what": "saline", "dose": -500, "unit": "mL"}],
        m_protein={"present": True, "g_per_L": 5},
    )
    assert (record.age_years, record.weight_kg, record.height_cm, record.sex) == (None, None, None, None)
    assert not record.doses
    assert {each.source.place for each in record.skipped} == {
        *("patient.age_years", "patient.weight_kg", "patient.height_cm", "patient.sex"),
        *("baseline", "treatments[0]", "m_protein.g_per_L"),
    }
    assert [each.source.place for each in case(treatments={"what": "saline"}).skipped] == ["treatments"]


@pytest.mark.parametrize(
    "broken", [{"observations": []}, {"observations": {}, "patient": {}}, {"observations": [], "patient": "x"}]
)
def test_what_is_no_case_says_why(broken: dict[str, object]) -> None:
    with pytest.raises(RecordError, match="no case file"):
        ck.read_bytes(json.dumps(broken).encode(), "x.json")


def test_broken_observations_are_listed() -> None:
    entries = [
        {"t_hours": 0, "t_exact": True, "analyte": "albumin", "value": 24, "unit": "g/L"},
        {"t_hours": "0", "analyte": "albumin", "value": 24, "unit": "g/L"},
        {"t_hours": 0, "analyte": "unobtainium", "value": 24, "unit": "g/L"},
        {"t_hours": 0, "analyte": "albumin", "value": "low", "unit": "g/L"},
        {"t_hours": 0, "analyte": "albumin", "value": 24, "unit": "g/dL"},
        {"t_hours": 1e12, "analyte": "albumin", "value": 24, "unit": "g/L"},
        {"t_hours": 0, "analyte": "albumin", "value": 24, "unit": "g/L", "qualifier": "about"},
        "nothing",
    ]
    record = ck.read_bytes(json.dumps({"patient": {}, "observations": entries}).encode(), "x.json")
    assert len(record.results) == 1
    assert len(record.skipped) == 7
    assert [each.question for each in record.skipped].count(True) == 1
