"""The evaluation's own arithmetic: alarms and snooze, exposure, learned parameters written and read, tables as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clarkson.errors import RecordError
from clarkson.evaluate.as_csv import tables_of
from clarkson.evaluate.evaluation import evaluate
from clarkson.evaluate.first_alarm import first_alarms
from clarkson.evaluate.learn import learn, log_evidence, split, training, written
from clarkson.evaluate.quiet import alarm_count, group_of, units_of
from clarkson.evaluate.scored import WATCH, Scored, scored
from clarkson.evaluate.training import data_hash, training_people
from clarkson.record.record import Record
from clarkson.watch.learned import Variation, learned, read_learned, table
from tests.people import draw, record


def test_an_alarm_silences_its_person_for_the_snooze_and_nobody_else() -> None:
    people = np.array(["a", "a", "a", "a", "b", "b"])
    hours = np.array([0.0, 24.0, 71.0, 72.0, 10.0, 100.0])
    score = np.array([5.0, 9.0, 9.0, 5.0, 5.0, np.nan])
    found = Scored(people, hours, np.arange(6), {WATCH: score})
    assert alarm_count(found, score, 5.0) == 3
    assert alarm_count(found, score, 6.0) == 1
    assert alarm_count(found, score, 10.0) == 0


def test_outpatients_count_years_and_inpatients_days_with_a_result() -> None:
    year = record(draw(0.0, hematocrit=0.4), draw(24.0 * 365.25, hematocrit=0.4))
    assert units_of(year, "outpatients") == pytest.approx(1.0)
    assert units_of(year, "inpatients") == 2.0
    assert units_of(Record("nobody"), "inpatients") == 0.0


def test_the_first_group_that_fits_counts() -> None:
    assert group_of(Record("x", diagnoses=("Acute bleeding", "Septic shock"))) == "sepsis"
    assert group_of(Record("x", diagnoses=("Gastrointestinal bleed",))) == "bleeding"
    assert group_of(Record("x", diagnoses=("Gout",))) == "other"


def test_every_method_scores_every_draw() -> None:
    people = [
        replace(
            record(draw(0.0, hematocrit=0.44, albumin=43.0), draw(24.0, hematocrit=0.60, albumin=24.0)), subject=name
        )
        for name in ("a", "b")
    ]
    found = scored(people)
    assert found.people.tolist() == ["a", "a", "b", "b"]
    assert found.place.tolist() == [0, 1, 0, 1]
    assert {len(each) for each in found.scores.values()} == {4}
    assert found.scores[WATCH][1] > np.log(50.0) > found.scores[WATCH][0]
    assert found.scores["D"][1] == pytest.approx(found.scores["D"][3])


def test_attacks_are_called_before_or_with_the_low_pressure() -> None:
    leads = [each.lead for each in first_alarms() if each.panel == "everything" and each.lead is not None]
    assert len(leads) >= 5
    assert min(leads) >= 0.0


def test_learned_parameters_are_read_as_they_were_written() -> None:
    found = learned()
    again = read_learned(written(found, dict(found.provenance)))
    assert again.variation.keys() == found.variation.keys()
    assert again.in_hospital == pytest.approx(dict(found.in_hospital))
    assert again.hospital_haste == pytest.approx(found.hospital_haste)
    assert {name: each.target for name, each in again.pulls.items()} == pytest.approx(
        {name: each.target for name, each in found.pulls.items()}
    )


def test_what_is_learned_says_from_whom() -> None:
    about = learned().provenance
    assert about["version"] >= 1
    assert len(str(about["sha256"])) == 64
    assert "split" in about


def test_learning_finds_how_little_people_vary() -> None:
    """People whose sodium hardly moves: the likelihood prefers a narrow variation, and the search goes there."""
    random = np.random.default_rng(1)
    people = []
    for number in range(40):
        levels = 140.5 * np.exp(random.normal(0.0, 0.004, 8))
        draws = (draw(24.0 * 30 * n, sodium=float(level)) for n, level in enumerate(levels))
        people.append(replace(record(*draws), subject=str(number)))
    found = training(people)
    assert {each.record.subject for each in found.people} == {
        each for each in map(str, range(40)) if split(each) == "train"
    }
    narrow = replace(table(), variation={**table().variation, "sodium": Variation(0.002, 36.0, 0.002)})
    wide = replace(table(), variation={**table().variation, "sodium": Variation(0.012, 36.0, 0.016)})
    assert log_evidence(found, narrow) > log_evidence(found, wide) + 10.0
    best = learn(found, found, wide, rounds=2)
    assert log_evidence(found, best) > log_evidence(found, wide) + 10.0
    before, after = wide.variation["sodium"], best.variation["sodium"]
    assert np.hypot(after.slow, after.draw) < 0.8 * np.hypot(before.slow, before.draw)


def test_the_split_is_by_person_and_nearly_even() -> None:
    halves = [split(str(number)) for number in range(1000)]
    assert 400 < halves.count("train") < 600
    assert split("132539") == split("132539")


def test_the_hash_sees_every_change(tmp_path: Path) -> None:
    (tmp_path / "set-a.parquet").write_bytes(b"one")
    first = data_hash([tmp_path])
    (tmp_path / "set-a.parquet").write_bytes(b"two")
    assert data_hash([tmp_path]) != first


def test_missing_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="how to get each data set"):
        training_people(tmp_path)
    with pytest.raises(RecordError, match="none of the data sets"):
        evaluate(tmp_path, None)


def test_tables_become_csv_by_their_heading() -> None:
    page = "# Page\n\n## One thing\n\n| a | b |\n| --- | --- |\n| 1, 2 | x |\n\n| c |\n| --- |\n| 3 |\n"
    found = tables_of(page)
    assert list(found) == ["one-thing", "one-thing-2"]
    assert list(csv.reader(io.StringIO(found["one-thing"]))) == [["a", "b"], ["1, 2", "x"]]


def test_times_of_scores_count_from_the_first_draw() -> None:
    found = scored([record(draw(0.0, hematocrit=0.4), draw(30.0, hematocrit=0.4))])
    assert found.hours.tolist() == [0.0, 30.0]
