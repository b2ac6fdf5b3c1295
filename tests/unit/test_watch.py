"""The watch through its public doors: order, corrections, doses, laboratories, alarms, hindsight, live."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clarkson as ck
from clarkson.errors import SettingError
from clarkson.live import changes, growing
from clarkson.record.record import Dose, Event, Source
from clarkson.watch.alarm import alarms, budget, level_of, rates, snooze
from clarkson.watch.follow import follow, likelihood_ratios
from clarkson.watch.hindsight import hindsight
from clarkson.watch.inputs import inputs
from clarkson.watch.learned import learned
from clarkson.watch.occasions import pulled
from tests.people import START, draw, record

ATTACK = ((0.0, 0.60, 24.0), (24.0, 0.58, 19.0), (72.0, 0.43, 26.0), (120.0, 0.40, 31.0))


def course(*draws: tuple[float, float, float]) -> ck.Record:
    return record(*(draw(hours, hematocrit=h, albumin=a) for hours, h, a in draws))


@given(st.integers(0, 10**6))
@settings(max_examples=25, deadline=None)
def test_the_order_of_arrival_changes_nothing(seed: int) -> None:
    whole = course(*ATTACK)
    shuffled = list(whole.results)
    random.Random(seed).shuffle(shuffled)
    first, second = follow(whole, prior=0.01), follow(replace(whole, results=tuple(shuffled)), prior=0.01)
    assert np.array_equal(first.probabilities, second.probabilities)
    assert np.array_equal(first.filtered.mean, second.filtered.mean)


def test_a_late_result_changes_the_draws_from_its_time_on_and_none_before() -> None:
    without, with_late = course(ATTACK[0], *ATTACK[2:]), course(*ATTACK)
    before, after = list(ck.assess(without)), list(ck.assess(with_late))
    assert before[0].mechanisms == pytest.approx(after[0].mechanisms, rel=1e-12, abs=1e-15)
    assert before[1].mechanisms != pytest.approx(after[2].mechanisms, rel=1e-3)


def test_a_result_that_is_there_twice_counts_once() -> None:
    whole = course(*ATTACK)
    twice = replace(whole, results=(*whole.results, *whole.results))
    assert [each.probability for each in ck.assess(whole)] == [each.probability for each in ck.assess(twice)]


def test_a_weight_of_years_ago_says_nothing_of_water() -> None:
    year = 365.0 * 24.0
    level = {"hematocrit": 0.41, "albumin": 43.0}
    grown = record(*(draw(place * 3.0 * year, **level, weight=kg) for place, kg in enumerate((4.7, 19.0, 33.0, 60.0))))
    assert max(ratios(grown)) < 1.0
    water, dry = (
        record(*(draw(place * 48.0, **level, weight=kg) for place, kg in enumerate((60.0, 60.0, last))))
        for last in (66.0, 60.0)
    )
    assert ratios(water)[-1] > 4.0 * ratios(dry)[-1]


def ratios(of: ck.Record) -> list[float]:
    return [each.likelihood_ratio for each in ck.assess(of) if each.likelihood_ratio is not None]


def test_many_at_once_are_judged_as_each_alone() -> None:
    ill = record(*(draw(hours, hematocrit=h, albumin=a, sodium=138.0) for hours, h, a in ATTACK))
    weighed = record(draw(0.0, hematocrit=0.41, weight=70.0), draw(48.0, hemoglobin=139.0, creatinine=90.0))
    pulse_alone = record(draw(0.0, heart_rate=120.0))
    people = [ill, ck.Record("nobody"), weighed, pulse_alone, course(*ATTACK)]
    for each, together in zip(people, likelihood_ratios(people, prior=0.01), strict=True):
        assert together == pytest.approx(follow(each, prior=0.01).likelihood_ratio, rel=1e-9)
    assert [len(each) for each in likelihood_ratios([pulse_alone], prior=0.01)] == [1]


def test_the_phase_goes_through_an_attack() -> None:
    phases = [each.phase for each in ck.assess(course(*ATTACK, (720.0, 0.44, 42.0)))]
    names = [each.name if each else None for each in phases]
    assert names[0] in ("leak", "plateau")
    assert names[1] == "plateau"
    assert names[2:4] == ["refill", "refill"]
    assert names[4] == "recovered"


def test_the_beginning_lies_between_the_draws_that_frame_it() -> None:
    quiet = ((-72.0, 0.44, 43.0), (-24.0, 0.44, 43.0))
    found = list(ck.assess(course(*quiet, *ATTACK)))[2].phase
    assert found is not None
    assert found.since is not None
    assert found.since_low is not None
    assert found.since_high is not None
    assert START - timedelta(hours=24) <= found.since_low <= found.since <= found.since_high <= START


def test_the_forecast_of_a_steady_person_is_the_level_and_widens() -> None:
    found = list(ck.assess(course(*((24.0 * 14 * n, 0.44, 43.0) for n in range(6)))))[-1].forecast
    hematocrit = [each for each in found if each.analyte == "hematocrit"]
    assert [each.hours for each in hematocrit] == [6.0, 24.0, 48.0]
    assert all(abs(each.median - 0.44) < 0.01 and each.low < 0.44 < each.high for each in hematocrit)
    widths = [each.high - each.low for each in hematocrit]
    assert widths == sorted(widths)


def test_in_a_leak_the_forecast_of_albumin_lies_below_its_level() -> None:
    found = ck.assess(course(ATTACK[0]))[0].forecast
    assert all(each.median < 38.0 for each in found if each.analyte == "albumin")


def test_a_known_transfusion_explains_a_rise_of_hematocrit() -> None:
    before = [draw(-24.0 * 30 * n, hematocrit=0.40, albumin=42.0) for n in range(1, 5)]
    now = draw(0.0, hematocrit=0.49, albumin=42.0)
    units = Dose(
        "red cells", "red cells", START - timedelta(hours=10), Source("test"), amount=900.0, unit="mL", volume_ml=900.0
    )
    without, with_units = ck.assess(record(*before, now))[-1], ck.assess(record(*before, now, doses=(units,)))[-1]
    assert without.likelihood_ratio is not None
    assert with_units.likelihood_ratio is not None
    assert with_units.likelihood_ratio < without.likelihood_ratio


def test_red_cells_add_their_share_and_albumin_its_strength() -> None:
    """300 mL of red cells at 60 % in 28 mL/kg of 75 kg; 100 mL of albumin 20 % are 20 g in 126 g."""
    unit = Dose("red cells", "red cells", START, Source("t"), amount=300.0, unit="mL", volume_ml=300.0)
    shift, variance = inputs(record(doses=(unit,)), None, START)
    assert shift.max() == pytest.approx(np.log1p(180.0 / 2100.0))
    assert variance.max() == pytest.approx((0.5 * shift.max()) ** 2)
    strong, weak = (
        inputs(record(doses=(replace(unit, kind="albumin", what=f"{percent} %", volume_ml=100.0),)), None, each)[0]
        for percent, each in ((20, START), (5, START))
    )
    assert strong.max() == pytest.approx(np.log1p(20.0 / 126.0))
    assert weak.max() == pytest.approx(np.log1p(5.0 / 126.0))


def test_another_laboratory_weakens_a_change_of_albumin() -> None:
    """Bromocresol green and purple differ by about 6 g/L: a step with the laboratory is hardly a loss."""
    own = [draw(-24.0 * 30 * n, hematocrit=0.43, albumin=43.0) for n in range(1, 5)]
    now = draw(0.0, hematocrit=0.46, albumin=36.5)
    moved = tuple(replace(each, laboratory="elsewhere") for each in now)
    same, other = ck.assess(record(*own, now))[-1], ck.assess(record(*own, moved))[-1]
    assert same.likelihood_ratio is not None
    assert other.likelihood_ratio is not None
    assert other.likelihood_ratio < 0.6 * same.likelihood_ratio


def test_another_persons_sample_is_an_artefact_and_leaves_the_next_draw_alone() -> None:
    own = [draw(-24.0 * 30 * n, hematocrit=0.44, hemoglobin=148.0, mcv=92.0, albumin=43.0) for n in range(1, 5)]
    mixed_up = draw(0.0, hematocrit=0.33, hemoglobin=108.0, mcv=76.0, albumin=30.0)
    after = draw(24.0, hematocrit=0.44, hemoglobin=148.0, mcv=92.0, albumin=43.0)
    found = list(ck.assess(record(*own, mixed_up, after)))
    assert found[-2].mechanism == "artefact"
    assert found[-1].verdict == "no sign of leak"


def test_a_symptom_is_weak_evidence() -> None:
    symptom = Event("symptom", "lightheaded", START - timedelta(hours=5), Source("test"))
    plain, told = (
        ck.assess(replace(course(ATTACK[0]), events=events))[0].likelihood_ratio for events in ((), (symptom,))
    )
    assert plain is not None
    assert told is not None
    assert 1.0 < told / plain < 3.0


def test_hindsight_knows_more_than_the_first_draw_and_ends_where_live_ends() -> None:
    found = hindsight(course((0.0, 0.52, 36.0), *((h + 24.0, x, a) for h, x, a in ATTACK)))
    assert found[0].probability > found[0].live
    assert found[-1].probability == pytest.approx(found[-1].live, abs=1e-6)
    assert found[1].plasma_volume_change_percent.median < -30.0


def test_a_budget_buys_a_level_and_a_smaller_one_a_higher_level() -> None:
    levels = [level_of(budget(each))[0] for each in ("4/year", "1/year")]
    assert levels == sorted(levels)
    for each in rates():
        expected = [each.expected(level) for level in each.levels]
        assert expected == sorted(expected, reverse=True)
    with pytest.raises(SettingError, match="smaller than what was measured"):
        level_of(budget("0.000001/year"))
    for words in ("0/year", "one a year", "1/fortnight", "-1/day"):
        with pytest.raises(SettingError, match="false alarms per time"):
            budget(words)


def test_a_snooze_is_a_snooze() -> None:
    times = [START + timedelta(hours=hours) for hours in (0, 24, 71, 72, 100)]
    found = alarms(times, [50.0, 500.0, 5000.0, 60.0, 60.0], 20.0, snooze("72h"))
    assert [each.time for each in found] == [times[0], times[3]]
    assert not alarms(times, [1.0, None, 2.0, 3.0, 4.0], 20.0)


def document(text: str) -> dict[str, object]:
    from clarkson.intake import document_of

    return document_of(text.encode(), "labs.csv", sex="male", age_years=50.0)


HEAD = "time,code,value,unit\n"
QUIET = "2024-03-01T08:00Z,4544-3,44,%\n2024-03-01T08:00Z,1751-7,43,g/L\n"
LEAK = "2024-03-05T08:00Z,4544-3,60,%\n2024-03-05T08:00Z,1751-7,24,g/L\n"


def test_only_what_changed_is_said() -> None:
    first, second = document(HEAD + QUIET), document(HEAD + QUIET + LEAK)
    assert changes(None, first)[0].startswith("1 Mar 2024")
    assert changes(first, first) == []
    said = changes(first, second)
    assert "leak" in said[0]
    assert not any(each.startswith("1 Mar") for each in said)
    corrected = document(HEAD + QUIET.replace("44,%", "45,%") + LEAK)
    assert any("came later or were corrected" in each for each in changes(second, corrected))
    assert any("no longer in the record" in each for each in changes(second, first))


def test_a_growing_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "labs.csv"
    file.write_text(HEAD + QUIET)
    versions = growing(file, poll_seconds=0.01)
    assert next(versions).endswith(b"43,g/L\n")

    def append() -> None:
        time.sleep(0.1)
        with file.open("a") as more:
            more.write(LEAK)

    writer = threading.Thread(target=append)
    writer.start()
    assert next(versions).endswith(b"24,g/L\n")
    writer.join()


def test_following_standard_input_says_each_draw_once() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "clarkson", "watch", "-", "--follow", "--sex", "male", "--alarm-budget", "4/year"],
        input=(HEAD + QUIET + LEAK).encode(),
        capture_output=True,
        check=True,
    )
    lines = done.stdout.decode().splitlines()
    assert sum(line.startswith("5 Mar 2024, 08:00  possible leak") for line in lines) == 1
    assert sum("changed from possible leak to leak" in line for line in lines) == 1
    assert sum(line.startswith("ALARM") for line in lines) == 1


@given(st.floats(0.15, 0.7), st.lists(st.floats(0.0, 100.0), min_size=3, max_size=3))
@settings(max_examples=50, deadline=None)
def test_the_pull_of_care_is_the_same_however_often_one_looks(hematocrit: float, hours: list[float]) -> None:
    first, middle, last = (np.full(2, each) for each in sorted(hours))
    levels, pulls = np.array([np.log(hematocrit / (1.0 - hematocrit)), np.nan]), learned().pulls
    once = pulled(levels, first, last, pulls)
    twice = pulled(levels, first, middle, pulls) + pulled(levels, middle, last, pulls)
    assert twice == pytest.approx(once, abs=1e-12)


def test_a_change_that_stays_is_no_mix_up() -> None:
    """After one draw that fits nobody known, the same blood again is hardly somebody else's once more."""
    own = [draw(-24.0 * 30 * n, hematocrit=0.44, hemoglobin=148.0, mcv=92.0, albumin=43.0) for n in range(1, 5)]
    other = {"hematocrit": 0.33, "hemoglobin": 108.0, "mcv": 76.0, "albumin": 30.0}
    found = list(ck.assess(record(*own, *(draw(24.0 * n, **other) for n in range(3)))))
    assert found[-3].mechanism == "artefact"
    assert found[-2].mechanisms["artefact"] < 0.5 * found[-3].mechanisms["artefact"]
    assert found[-2].mechanism != "artefact"
