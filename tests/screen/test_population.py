"""A population to screen: what was written is what is read, the planted are there, and a seed gives the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import compute, parquet

from clarkson.errors import SettingError
from clarkson.evaluate.population import Written, write_population
from clarkson.record.open_dataset import open_dataset
from clarkson.record.record import Result

PEOPLE, PLANTED, CONFOUNDERS = 300, 3, 60
SETTINGS: dict[str, Any] = {"people": PEOPLE, "planted": PLANTED, "confounders": CONFOUNDERS, "seed": 1}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_population(tmp_path_factory.mktemp("population"), **SETTINGS)


@pytest.fixture(scope="module")
def truth(written: Written) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = parquet.read_table(written.truth).to_pylist()
    return rows


def test_nothing_is_lost_on_the_way_through_the_omop_reader(written: Written) -> None:
    account = open_dataset(written.data).account()
    assert account.pieces == dict(written.rows)
    assert account.lost == 0
    assert account.people == PEOPLE
    assert sum(account.results.values()) + sum(account.skipped.values()) == written.rows["measurement"]
    assert account.skipped == {}
    assert sum(account.doses.values()) == written.rows["drug_exposure"]
    assert account.events == {
        "diagnosis": written.rows["condition_occurrence"],
        "procedure": written.rows["procedure_occurrence"],
    }


def test_the_truth_stands_outside_of_the_data_and_counts_everybody(
    written: Written, truth: list[dict[str, Any]]
) -> None:
    assert written.truth.parent == written.data.parent
    assert sorted(each.name for each in written.data.iterdir()) == sorted(f"{name}.parquet" for name in written.rows)
    assert [each["person_id"] for each in truth] == list(range(1, PEOPLE + 1))
    kinds = Counter(each["kind"] for each in truth)
    assert kinds["SCLS"] == PLANTED
    assert kinds["steady"] == PEOPLE - PLANTED - CONFOUNDERS
    assert kinds == Counter(written.kinds)


def test_the_planted_have_several_attacks_years_apart_that_are_drawn_before_during_and_after(
    written: Written, truth: list[dict[str, Any]]
) -> None:
    people = open_dataset(written.data)
    for each in truth:
        if each["kind"] != "SCLS":
            assert each["attacks"] == []
            continue
        record = people.record(str(each["person_id"]))
        times = [result.time.replace(tzinfo=None) for result in record.results if result.analyte == "albumin"]
        onsets: list[datetime] = each["attacks"]
        assert 3 <= len(onsets) <= 6
        for onset in onsets:
            days = [(time - onset).total_seconds() / 86400.0 for time in times]
            assert any(-0.1 <= day <= 3.0 for day in days)
        assert (onsets[-1] - onsets[0]).days > 365
        assert not any("capillary" in event.text.lower() for event in record.events)


def test_an_attack_concentrates_the_blood_and_takes_albumin(written: Written, truth: list[dict[str, Any]]) -> None:
    """A leak takes 10 % of the plasma or more: hematocrit 0.42 becomes 0.45, albumin falls (science, 3.2)."""
    people = open_dataset(written.data)
    for each in (one for one in truth if one["kind"] == "SCLS"):
        results = people.record(str(each["person_id"])).results
        red_cells, albumin = (_near_and_far(results, name, each["attacks"]) for name in ("hematocrit", "albumin"))
        assert max(red_cells[0]) > 1.07 * float(np.median(red_cells[1]))
        assert min(albumin[0]) < 0.90 * float(np.median(albumin[1]))


def _near_and_far(results: Iterable[Result], analyte: str, attacks: list[datetime]) -> tuple[list[float], list[float]]:
    """Values within four days after an onset, and all others."""
    found: tuple[list[float], list[float]] = ([], [])
    for each in results:
        if each.analyte == analyte:
            days = [(each.time.replace(tzinfo=None) - onset).total_seconds() / 86400.0 for onset in attacks]
            found[0 if any(-0.1 <= day <= 4.0 for day in days) else 1].append(each.value)
    return found


def test_people_have_about_as_many_results_as_were_asked_for_and_a_fifth_never_albumin(tmp_path: Path) -> None:
    more = write_population(tmp_path, people=3000, planted=0, confounders=0, results_each=30.0, seed=4)
    assert more.rows["measurement"] / 3000 == pytest.approx(30.0, rel=0.1)
    found = parquet.read_table(more.data / "measurement.parquet")
    albumin = found.filter(compute.equal(found["measurement_concept_id"], 3024561))
    chemistry = found.filter(compute.is_in(found["measurement_concept_id"], compute.cast([3019550, 3020630], "int32")))
    share = len(set(albumin["person_id"].to_pylist())) / len(set(chemistry["person_id"].to_pylist()))
    assert share == pytest.approx(0.8, abs=0.05)


def test_values_of_ordinary_people_are_those_of_people(written: Written, truth: list[dict[str, Any]]) -> None:
    """Medians of NHANES adults: hematocrit 0.39 to 0.45, albumin 41 to 45 g/L (balance/population.toml)."""
    steady = {str(each["person_id"]) for each in truth if each["kind"] == "steady" and not each["stay"]}
    found = open_dataset(written.data).results().read_all().select(["subject", "analyte", "value"]).to_pylist()
    values = {
        name: [each["value"] for each in found if each["analyte"] == name and each["subject"] in steady]
        for name in ("hematocrit", "albumin", "sodium")
    }
    assert 0.38 < float(np.median(values["hematocrit"])) < 0.45
    assert 38.0 < float(np.median(values["albumin"])) < 46.0
    assert 137.0 <= float(np.median(values["sodium"])) <= 145.0


def test_a_seed_gives_the_same_bytes_on_any_number_of_threads(written: Written, tmp_path: Path) -> None:
    again = write_population(tmp_path, **SETTINGS, threads=1)
    for name in written.rows:
        assert (again.data / f"{name}.parquet").read_bytes() == (written.data / f"{name}.parquet").read_bytes()
    assert again.truth.read_bytes() == written.truth.read_bytes()


def test_more_planted_people_than_people_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="do not fit"):
        write_population(tmp_path, people=10, planted=3, confounders=8)
