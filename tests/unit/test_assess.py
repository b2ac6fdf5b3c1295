"""The assessment: verdicts, what is said when something is missing, cautions, prior."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clarkson as ck
from clarkson.record.record import Dose, DoseKind, Source
from clarkson.watch.assessment import LEAK_VERDICTS, Verdict
from tests.people import START, draw, record, result, steady_draw

LEAK = {"hematocrit": 0.62, "albumin": 22.0, "total_protein": 42.0}


def last(*draws: tuple[ck.Result, ...], **more: object) -> ck.Assessment:
    return ck.assess(record(*draws, **more))[-1]  # type: ignore[arg-type]


def codes(assessment: ck.Assessment) -> set[str]:
    return {each.code for each in assessment.warnings}


def dose(kind: DoseKind, hours_before: float, volume_ml: float | None = None) -> Dose:
    return Dose(kind, kind, START - timedelta(hours=hours_before), Source("test"), volume_ml=volume_ml)


def steady(days: int, **values: float) -> tuple[ck.Result, ...]:
    return steady_draw(-24.0 * days, **values)


def test_a_leak_needs_both_halves_of_the_balance() -> None:
    assert last(draw(**LEAK)).verdict == "leak"
    red_cells_alone = last(draw(hematocrit=0.62))
    assert red_cells_alone.verdict == "possible leak"
    assert red_cells_alone.next_tests[0].analyte == "albumin"
    assert "albumin" in red_cells_alone.headline
    protein_alone = last(draw(albumin=22.0))
    assert protein_alone.verdict == "too few data"
    assert protein_alone.next_tests[0].analyte == "hematocrit"


def test_pressure_alone_is_too_few_data() -> None:
    only = last(draw(systolic_pressure=70.0, heart_rate=130.0))
    assert only.verdict == "too few data"
    assert only.likelihood_ratio is not None
    assert only.likelihood_ratio < 15.0, "weak evidence"
    assert {each.analyte for each in only.next_tests} >= {"albumin", "hematocrit"}


def test_a_leak_is_seen_before_the_pressure_falls() -> None:
    early = last(draw(**LEAK, systolic_pressure=124.0, heart_rate=72.0))
    assert early.verdict == "leak"
    assert any("can fall hours later" in reason for reason in early.reasons)


def test_hemoglobin_alone_against_an_own_level() -> None:
    own = [steady(30 * n, hemoglobin=145.0) for n in range(1, 6)]
    assert last(*own, draw(hemoglobin=147.0)).verdict == "no sign of leak"
    assert last(*own, draw(hemoglobin=195.0)).verdict == "possible leak"
    assert last(draw(hemoglobin=147.0)).verdict == "too few data"


def test_fluids_do_not_hide_an_albumin_loss() -> None:
    own = [steady(30 * n, hematocrit=0.44, albumin=43.0, total_protein=71.0) for n in range(1, 6)]
    treated = last(
        *own,
        draw(-20.0, hematocrit=0.58, albumin=30.0),
        draw(hematocrit=0.44, albumin=19.0, total_protein=34.0),
        doses=(dose("crystalloid", 18.0, 6000.0),),
    )
    assert treated.verdict == "leak masked by fluids"
    assert {"fluids-given", "overload"} <= codes(treated)


def test_the_return_of_plasma_is_a_refill_though_albumin_is_still_low() -> None:
    course = [(0.0, 0.62, 24.0), (24.0, 0.60, 20.0), (60.0, 0.45, 25.0), (84.0, 0.36, 29.0), (108.0, 0.35, 31.0)]
    assessed = ck.assess(record(*(draw(hours, hematocrit=h, albumin=a) for hours, h, a in course)))
    verdicts = [each.verdict for each in assessed]
    assert verdicts[:2] == ["leak", "leak"]
    assert verdicts[2:] == ["refill"] * 3
    assert "overload" in codes(assessed[-1])


def test_a_steady_low_albumin_is_not_a_leak() -> None:
    """People with a gammopathy can live with an albumin of 29 g/L; their own level counts."""
    visits = [draw(24.0 * 60 * n, hematocrit=0.40, albumin=29.5) for n in range(6)]
    assert not {each.verdict for each in ck.assess(record(*visits))} & set(LEAK_VERDICTS)


def test_probabilities_are_a_distribution_and_ratio_and_prior_fit_together() -> None:
    found = last(draw(**LEAK))
    assert sum(found.mechanisms.values()) == pytest.approx(1.0)
    assert found.likelihood_ratio is not None
    odds = found.likelihood_ratio * found.prior / (1.0 - found.prior)
    assert found.probability == pytest.approx(odds / (1.0 + odds), rel=1e-6)


def test_the_prior_moves_the_probability_and_not_the_ratio() -> None:
    values = draw(hematocrit=0.56, albumin=31.0)
    rare, common = (ck.assess(record(values), prior=prior)[0] for prior in (1e-6, 0.1))
    assert rare.likelihood_ratio == pytest.approx(common.likelihood_ratio)
    assert rare.probability < 0.001 < 0.5 < common.probability
    assert rare.verdict not in LEAK_VERDICTS


@pytest.mark.parametrize("prior", [0.0, 1.0, -0.1, float("nan")])
def test_an_impossible_prior_is_refused(prior: float) -> None:
    with pytest.raises(ck.SettingError, match="between 0 and 1"):
        ck.assess(record(draw(**LEAK)), prior=prior)


def test_the_differential_says_what_speaks_for_and_against() -> None:
    found = {each.mechanism: each for each in last(draw(**LEAK, urine_protein_creatinine=80.0)).differential}
    leak = found.pop("leak")
    assert any("Hematocrit 62.0 %" in sentence for sentence in leak.speaks_for)
    assert all(each.speaks_for or each.speaks_against for each in found.values())


def test_massive_urine_protein_speaks_for_the_kidney() -> None:
    values = {"hematocrit": 0.54, "albumin": 16.0, "total_protein": 37.0}
    without, with_protein = last(draw(**values)), last(draw(**values, urine_protein_creatinine=9000.0))
    assert with_protein.mechanism == "protein loss"
    assert with_protein.likelihood_ratio is not None
    assert without.likelihood_ratio is not None
    assert with_protein.likelihood_ratio < without.likelihood_ratio / 3.0
    assert "urine_protein_creatinine" in {each.analyte for each in without.next_tests}


def test_numbers_that_plasma_cannot_move_ask_for_the_right_patient() -> None:
    own = [steady(30 * n, hematocrit=0.44, albumin=43.0, mcv=92.0) for n in range(1, 4)]
    assert "wrong-patient" in codes(last(*own, draw(hematocrit=0.44, albumin=43.0, mcv=78.0)))
    assert "wrong-patient" not in codes(last(*own, draw(hematocrit=0.58, albumin=25.0, mcv=91.0)))


def test_hemoglobin_and_hematocrit_of_two_tubes_are_noticed() -> None:
    assert "cells-disagree" in codes(last(draw(hematocrit=0.30, hemoglobin=160.0, albumin=40.0)))


def test_doses_bring_their_cautions() -> None:
    values = draw(hematocrit=0.40, albumin=38.0, total_protein=88.0)
    given_all = last(
        values,
        doses=(dose("immunoglobulin", 100.0), dose("red cells", 50.0), dose("albumin", 5.0), dose("crystalloid", 5.0)),
    )
    assert {"immunoglobulin-window", "transfusion", "albumin-given", "fluids-given"} <= codes(given_all)
    assert given_all.verdict not in LEAK_VERDICTS
    long_ago = last(values, doses=(dose("immunoglobulin", 24.0 * 40),))
    assert "immunoglobulin-window" not in codes(long_ago)


def test_a_stale_baseline_a_child_and_an_unknown_sex_are_said() -> None:
    old = last(steady(900, hematocrit=0.44, albumin=43.0), draw(**LEAK))
    assert "stale-baseline" in codes(old)
    assert "child" in codes(last(draw(**LEAK), age_years=9.0))
    assert "sex-unknown" in codes(last(draw(**LEAK), sex=None))


def test_an_infant_is_outside_what_was_validated() -> None:
    assert last(draw(**LEAK), age_years=0.3).verdict == "outside validated range"


def test_a_change_of_method_is_said() -> None:
    own = steady(30, hematocrit=0.44, albumin=43.0)
    other = (result("hematocrit", 0.44), result("albumin", 36.0, method="electrophoresis"))
    assert "assay-change" in codes(last(own, other))


def test_one_wild_result_does_not_decide() -> None:
    """A sodium of 173 mmol/L in a person who is otherwise steady is a slip, and the next draw is judged without it."""
    quiet = {"hematocrit": 0.36, "albumin": 36.0, "total_protein": 66.0}
    wild, later = ck.assess(record(draw(0.0, **quiet, sodium=173.0), draw(60.0, **quiet, sodium=140.0)))
    assert "odd-result" in codes(wild)
    for each in (wild, later):
        assert each.verdict not in LEAK_VERDICTS
        assert each.probability < 0.05


def test_censored_results_are_not_used_as_values() -> None:
    found = last((result("hematocrit", 0.44), result("albumin", 15.0, comparator="<")))
    assert "albumin" not in {each.analyte for each in found.inputs}


def test_every_number_can_be_traced() -> None:
    found = last(draw(**LEAK))
    assert {each.analyte for each in found.inputs} == set(LEAK)
    assert all(each.source.file == "test" for each in found.inputs)


ORDERS = re.compile(r"\b(give|infuse|start|stop|administer|you are safe|must be treated|bolus)\b", re.IGNORECASE)

anything = st.fixed_dictionaries(
    {},
    optional={
        "hematocrit": st.floats(0.11, 0.84),
        "hemoglobin": st.floats(25.0, 270.0),
        "erythrocytes": st.floats(1.0, 9.0),
        "mcv": st.floats(55.0, 130.0),
        "albumin": st.floats(6.0, 70.0),
        "total_protein": st.floats(15.0, 130.0),
        "sodium": st.floats(105.0, 185.0),
        "systolic_pressure": st.floats(40.0, 240.0),
        "heart_rate": st.floats(30.0, 220.0),
        "weight": st.floats(30.0, 200.0),
        "crp": st.floats(0.1, 500.0),
        "lactate": st.floats(0.3, 25.0),
        "creatinine": st.floats(20.0, 900.0),
    },
)


@settings(max_examples=60, deadline=None)
@given(st.lists(anything, min_size=1, max_size=4), st.sampled_from(["female", "male", None]), st.floats(0.0, 100.0))
def test_any_record_is_assessed_without_absurdity(draws: list[dict[str, float]], sex: object, age: float) -> None:
    person = record(*(draw(12.0 * n, **values) for n, values in enumerate(draws)), sex=sex, age_years=age)  # type: ignore[arg-type]
    for each in ck.assess(person):
        assert each.verdict in get_args(Verdict)
        assert sum(each.mechanisms.values()) == pytest.approx(1.0)
        assert 0.0 <= each.probability <= 1.0
        for estimate in (each.plasma_volume_change_percent, each.albumin_mass_change_percent, each.V, each.D):
            assert estimate is None or estimate.low <= estimate.median <= estimate.high
        for percent in (each.plasma_volume_change_percent, each.albumin_mass_change_percent):
            assert percent is None or percent.low > -100.0
        said = " ".join(
            (each.headline, *each.reasons, *(w.text for w in each.warnings), *(t.why for t in each.next_tests))
        )
        assert not ORDERS.search(said)
        assert "nan" not in said
