"""The published attacks that come with Clarkson, without a personal baseline, as in the evaluation."""

from __future__ import annotations

import pytest

import clarkson as ck
from clarkson.evaluate.attacks import Attack, attacks, called
from clarkson.examples import example
from clarkson.watch.assessment import LEAK_VERDICTS


@pytest.fixture(scope="module")
def rows() -> dict[str, Attack]:
    return {each.id: each for each in attacks()}


def test_attacks_with_both_halves_of_the_balance_are_called(rows: dict[str, Attack]) -> None:
    found, total = called(tuple(rows.values()))
    assert total == 11
    assert found >= 0.95 * total


RED_CELLS_ALONE = (
    *("lamou2014-1", "omj3682-1", "proquest2614898624-1", "shweihat2008-1", "smf2022-1"),
    *("bertidemarinis-1", "vanderschueren2009-1", "alkhunaizi2019-1"),
)


@pytest.mark.parametrize("case", RED_CELLS_ALONE)
def test_attacks_with_red_cells_alone_are_possible_and_name_the_missing_test(
    rows: dict[str, Attack], case: str
) -> None:
    found = rows[case].red_cells_alone
    assert found is not None
    assert found.verdict == "possible leak"
    assert found.next_tests[0].analyte == "albumin"
    assert "albumin" in found.headline


@pytest.mark.parametrize("case", ["bmcneph2023-1", "choi2021-1", "iem2009-1", "robichaud2021-1", "garnes2015-1"])
def test_pressure_alone_is_too_few_data(case: str) -> None:
    for each in assessed(case):
        assert each.verdict == "too few data"


def test_counter_examples_get_an_honest_answer(rows: dict[str, Attack]) -> None:
    """A leak in an anemic child, a dengue that hardly leaks, a machine that removes water."""
    assert rows["pmc3425034-1"].both is not None
    assert rows["pmc3425034-1"].both.verdict == "another mechanism"
    assert "anemia-can-hide" in {each.code for each in rows["pmc3425034-1"].both.warnings}
    for case in ("pmc10553106-1", "pmc5733826-1"):
        assert not {each.verdict for each in assessed(case)} & {"leak", "leak masked by fluids"}


def assessed(case: str) -> list[ck.Assessment]:
    return list(ck.assess(ck.read_bytes(example(case), f"{case}.json")))


def at_hour(case: str, hour: float) -> ck.Assessment:
    record = ck.read_bytes(example(case), f"{case}.json")
    assert record.origin is not None
    return next(
        each
        for each in ck.assess(record)
        if (each.time - record.origin).total_seconds() == pytest.approx(hour * 3600.0)
    )


@pytest.mark.parametrize(("case", "hours"), [("pmc10372265-1", (48, 72)), ("desikan2020-1", (96, 120, 144))])
def test_recovery_is_no_leak_though_albumin_is_still_low(case: str, hours: tuple[int, ...]) -> None:
    for hour in hours:
        assert at_hour(case, hour).verdict not in LEAK_VERDICTS
        assert at_hour(case, hour).verdict == "refill"


def test_the_end_of_a_recovery_is_called_so() -> None:
    """Four days after the worst, nothing moves any more, and albumin is still 32 g/L."""
    last = at_hour("pmc10372265-1", 96)
    assert last.verdict in ("refill", "no sign of leak")
    assert last.phase is not None
    assert last.phase.name in ("refill", "recovered")


def test_the_earliest_pair_is_seen() -> None:
    """Hematocrit 58.7 % with albumin still 52 g/L: a leak is possible, dehydration is the rival."""
    early = at_hour("smith2016-1", 0)
    assert early.verdict in LEAK_VERDICTS
    assert {"fluid loss", "leak"} <= {each.mechanism for each in early.differential}
    assert at_hour("smith2016-1", 12).verdict == "leak"


def test_plasma_lost_in_the_demo_attack_is_within_the_published_range() -> None:
    """10 to 70 % of the plasma is lost in attacks (Tahirkheli and Greipp 1999)."""
    change = at_hour("pmc10372265-1", 0).plasma_volume_change_percent
    assert change is not None
    assert -70.0 < change.median < -10.0


def test_results_called_leak_do_not_need_a_low_pressure(rows: dict[str, Attack]) -> None:
    normotensive = rows["lamou2014-1"].red_cells_alone
    assert normotensive is not None
    assert normotensive.verdict in LEAK_VERDICTS
