"""Screening a population in which the leaks are known: found, told apart, the same after a kill, and nobody named."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from clarkson.errors import RecordError, SettingError
from clarkson.evaluate.population import Written, write_population
from clarkson.record.copies import copied_records
from clarkson.record.dataset import Dataset
from clarkson.record.open_dataset import open_dataset
from clarkson.record.parquet_writing import write_meds
from clarkson.screen.parts import SIEVED_COLUMNS, stand
from clarkson.screen.schema import EPISODES, MEDS_LABEL, PEOPLE
from clarkson.screen.screen import Settings, screen
from clarkson.screen.sieve import STANDS_AT
from clarkson.watch.assess import assess

PEOPLE_COUNT, PLANTED = 400, 3
SETTINGS = Settings(negatives=20)
FILES = {"episodes", "people", "negatives", "results", "labels", "cohort"}


def quietly(words: str) -> None:
    assert words


@pytest.fixture(scope="module")
def population(tmp_path_factory: pytest.TempPathFactory) -> Written:
    place = tmp_path_factory.mktemp("population")
    return write_population(place, people=PEOPLE_COUNT, planted=PLANTED, confounders=60, seed=5)


@pytest.fixture(scope="module")
def planted(population: Written) -> set[str]:
    truth = parquet.read_table(population.truth).to_pylist()
    return {str(row["person_id"]) for row in truth if row["kind"] == "SCLS"}


@pytest.fixture(scope="module")
def screened(population: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("screened") / "found"
    screen(population.data, folder, SETTINGS, tell=quietly)
    return folder


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parquet.read_table(folder / f"{name}.parquet").to_pylist()
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in sorted(folder.rglob("*")) if each.is_file()}


def test_the_planted_are_in_front(screened: Path, planted: set[str]) -> None:
    people = rows(screened, "people")
    assert [row["rank"] for row in people] == list(range(1, len(people) + 1))
    assert planted <= {row["subject"] for row in people}
    assert people[0]["subject"] in planted


def test_an_episode_is_what_assess_says_of_that_draw(population: Written, screened: Path, planted: set[str]) -> None:
    dataset = open_dataset(population.data)
    for subject in planted:
        said = {each.time.replace(tzinfo=None): each for each in assess(dataset.record(subject))}
        for row in (row for row in rows(screened, "episodes") if row["subject"] == subject):
            there = said[row["peak"]]
            assert row["likelihood_ratio"] == pytest.approx(there.likelihood_ratio, rel=1e-9)
            assert row["start"] <= row["peak"] <= row["end"]
            # The watch's own state, and the estimate from the draw against the baseline: two ways to the same loss.
            assert there.D is None or abs(row["D"] - there.D.median) < 3.0 * row["D_sd"] + 0.1


def test_copied_rows_give_the_records_that_the_data_set_gives(population: Written, tmp_path: Path) -> None:
    dataset = open_dataset(population.data)
    assert isinstance(dataset, Dataset)
    names = dataset.people[::7]
    dataset.copy_rows(pa.table({"subject": names, "part": [place % 3 for place in range(len(names))]}), tmp_path)
    parts = [{each.subject: each for each in copied_records(tmp_path, part)} for part in range(3)]
    assert [len(each) for each in parts] == [len(names[part::3]) for part in range(3)]
    for name in names[:40]:
        copied, read = parts[names.index(name) % 3][name], dataset.record(name)
        assert (copied.results, copied.doses, copied.events) == (read.results, read.doses, read.events)
        assert (copied.sex, copied.age_years, copied.diagnoses) == (read.sex, read.age_years, read.diagnoses)


def test_every_file_has_its_columns_and_only_its_owner_reads_it(screened: Path) -> None:
    assert {each.name for each in screened.iterdir()} == {f"{name}.parquet" for name in FILES} | {
        "run.json",
        "summary.md",
    }
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in screened.iterdir())
    assert parquet.read_schema(screened / "episodes.parquet").equals(EPISODES)
    assert parquet.read_schema(screened / "people.parquet").equals(PEOPLE)
    assert parquet.read_schema(screened / "labels.parquet").equals(pa.schema(MEDS_LABEL))


def test_labels_are_meds_and_the_cohort_is_omop(screened: Path) -> None:
    from meds.schema import LabelSchema

    LabelSchema.validate(parquet.read_table(screened / "labels.parquet"))
    called = [row for row in rows(screened, "episodes") if row["boolean_value"]]
    cohort = rows(screened, "cohort")
    assert [(row["subject_id"], row["cohort_start_date"]) for row in cohort] == [
        (row["subject_id"], row["start"].date()) for row in called
    ]
    assert all(row["cohort_start_date"] <= row["cohort_end_date"] for row in cohort)


def test_random_people_have_no_episode_and_results_of_all_are_there(screened: Path) -> None:
    negatives = {row["subject"] for row in rows(screened, "negatives")}
    people = {row["subject"] for row in rows(screened, "people")}
    assert len(negatives) == SETTINGS.negatives
    assert not negatives & people
    assert {row["subject"] for row in rows(screened, "results")} == negatives | people


def test_a_recorded_cause_makes_an_episode_secondary(screened: Path) -> None:
    for row in rows(screened, "episodes"):
        causes = [each for each in row["causes"] if "heart failure" not in each]
        assert row["kind"] == ("secondary" if causes else "unexplained")


def test_killed_at_any_moment_it_ends_in_the_same_bytes(population: Written, screened: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    words = ["screen", str(population.data), "-o", str(folder), "--negatives", str(SETTINGS.negatives)]
    command = [sys.executable, "-m", "clarkson", *words]
    for seconds in (1.0, 2.5, 3.5, 4.5, 6.0):
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            running.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(running.pid, signal.SIGKILL)
            running.wait()
    if not (folder / "run.json").exists():
        subprocess.run(command, check=True, capture_output=True)
    assert contents(folder) == contents(screened)


@pytest.mark.parametrize("moved", [0, 1, 5, 8])
def test_killed_while_it_writes_the_last_files_it_ends_in_the_same_bytes(
    moved: int, population: Written, screened: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, done = Path.replace, list[Path]()

    def cut_off(path: Path, target: Path) -> Path:
        if target.parent == tmp_path:
            if len(done) == moved:
                raise KeyboardInterrupt
            done.append(target)
        return replace(path, target)

    def no_tidying(folder: Path, **_: object) -> None:
        if folder == tmp_path / "work":
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", cut_off)
        patched.setattr("clarkson.screen.screen.shutil.rmtree", no_tidying)
        with pytest.raises(KeyboardInterrupt):
            screen(population.data, tmp_path, SETTINGS, tell=quietly)
    assert (tmp_path / "run.json").exists() == (moved == 8)
    screen(population.data, tmp_path, SETTINGS, tell=quietly)
    assert contents(tmp_path) == contents(screened)


def test_what_was_begun_otherwise_is_not_mixed(population: Written, screened: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="finished screening"):
        screen(population.data, screened, SETTINGS, tell=quietly)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "settings.json").write_text(json.dumps({"evidence": 7.0}))
    with pytest.raises(SettingError, match=r"evidence was 7\.0 and is 100\.0"):
        screen(population.data, tmp_path, SETTINGS, tell=quietly)


def test_what_is_no_data_set_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="no file or folder"):
        screen(tmp_path / "none", tmp_path / "found", SETTINGS, tell=quietly)
    assert not (tmp_path / "found").exists()


def test_the_same_people_as_meds_have_the_same_episodes(population: Written, screened: Path, tmp_path: Path) -> None:
    from datetime import UTC, datetime

    names = [row["subject"] for row in [*rows(screened, "people"), *rows(screened, "negatives")]]
    dataset = open_dataset(population.data)
    (tmp_path / "meds").mkdir()
    write_meds((dataset.record(name) for name in sorted(names)), tmp_path / "meds", datetime(2026, 1, 1, tzinfo=UTC))
    screen(tmp_path / "meds", tmp_path / "found", Settings(negatives=0), tell=quietly)
    expected = {(row["subject"], row["start"], row["verdict"]) for row in rows(screened, "episodes")}
    assert {(row["subject"], row["start"], row["verdict"]) for row in rows(tmp_path / "found", "episodes")} == expected


def test_the_summary_names_nobody_and_no_small_count(population: Written, tmp_path: Path) -> None:
    folder = tmp_path / "found"
    command = [sys.executable, "-m", "clarkson", "screen", str(population.data), "-o", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert (folder / "summary.md").read_text() == done.stdout
    counts = json.loads((folder / "run.json").read_text())["counts"]
    assert counts["people"] <= counts["people_in_data"] == PEOPLE_COUNT
    assert 0 < counts["people_with_recurrence"] < 11
    assert "fewer than 11 with more than one of those" in done.stdout
    assert f"about {PEOPLE_COUNT} people in the data set" in done.stdout
    assert str(population.data.parent) not in done.stdout
    # Every number that is printed is round, or part of the wording.
    printed = [line for line in done.stdout.splitlines() if line.startswith("- ") and "fewer than 11" not in line]
    assert all(line.split("about ")[1].split()[0].replace(",", "").endswith("0") for line in printed)


def test_it_runs_where_no_network_is(population: Written, tmp_path: Path) -> None:
    alone = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("unshare may not make a network of its own here")
    folder = tmp_path / "found"
    command = [*alone, sys.executable, "-m", "clarkson", "screen", str(population.data), "-o", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    assert (folder / "run.json").exists()


@st.composite
def people(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for name in draw(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)):
        sex = draw(st.sampled_from(["female", "male", None]))
        for hours in sorted(draw(st.lists(st.integers(0, 2000), max_size=8))):
            analyte = draw(st.integers(0, 4))
            usual = (0.42, 140.0, 4.7, 42.0, 70.0)[analyte]
            row = {"subject": name, "time_us": hours * 3_600_000_000, "analyte": analyte}
            found.append({**row, "value": usual * draw(st.floats(0.3, 1.8)), "sex": sex, "age_years": 50.0})
    return found


@settings(deadline=None)  # the first one waits for the compiler
@given(people())
def test_it_does_not_matter_with_whom_a_person_comes(results: list[dict[str, Any]]) -> None:
    ordered = sorted(results, key=lambda row: (row["subject"], row["time_us"], row["analyte"], row["value"]))
    together = dict(zip(*stand(pa.Table.from_pylist(ordered, SIEVED_COLUMNS)).to_pydict().values(), strict=True))
    for name in {row["subject"] for row in ordered}:
        alone = pa.Table.from_pylist([row for row in ordered if row["subject"] == name], SIEVED_COLUMNS)
        assert stand(alone).to_pydict() == {"subject": [name], "standing": [together[name]]}


def _standing(*draws: tuple[float, float, float]) -> float:
    """How high a woman of 50 stands by draws of hour, hematocrit [1] and albumin [g/L]."""
    found = [
        {
            "subject": "a",
            "time_us": int(hours * 3.6e9),
            "analyte": code,
            "value": value,
            "sex": "female",
            "age_years": 50.0,
        }
        for hours, hematocrit, albumin in draws
        for code, value in ((0, hematocrit), (3, albumin))
    ]
    return float(stand(pa.Table.from_pylist(found, SIEVED_COLUMNS))["standing"][0].as_py())


def test_a_leak_stands_higher_than_thirst_and_saline() -> None:
    steady = [(day * 24.0, 0.42, 42.0) for day in (0, 30, 60)]
    assert _standing(*steady, (2160.0, 0.55, 25.0)) > 5.0
    assert _standing(*steady, (2160.0, 0.48, 48.0)) < 0.5  # thirst lifts both
    assert _standing(*steady, (2160.0, 0.37, 36.0)) < 0.5  # saline dilutes both


def test_a_leak_of_a_person_who_was_ill_before_stands_high() -> None:
    ill = (0.0, 0.33, 26.0)
    assert _standing(ill, (24.0, 0.33, 13.0)) > STANDS_AT  # refilled as fast as it leaks
    assert _standing(ill, (24.0, 0.40, 22.0)) > STANDS_AT
    assert _standing(ill, (24.0, 0.27, 20.0)) < STANDS_AT  # saline
    assert _standing(ill, (24.0, 0.40, 33.0)) < STANDS_AT  # fluids taken off
    assert _standing(ill, (240.0, 0.33, 13.0)) < STANDS_AT  # ten days are long enough for the liver and the kidneys


def test_draws_of_a_course_do_not_hide_it() -> None:
    steady = [(day * 24.0, 0.42, 42.0) for day in (0, 30, 60)]
    slow = [(2160.0 + 24.0 * day, 0.42 + 0.02 * day, 42.0 - 2.5 * day) for day in range(5)]
    assert _standing(*steady, *slow) >= _standing(*steady, slow[-1]) > STANDS_AT


def test_a_process_that_follows_ends_with_the_one_that_was_killed(population: Written, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "clarkson", "screen", str(population.data), "-o", str(tmp_path / "found")]
    running = subprocess.Popen([*command, "--everybody"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    children: list[int] = []
    while not children and running.poll() is None:
        time.sleep(0.2)
        listed = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
        children = [int(each) for each in listed if b"spawn_main" in _command_of(int(each))]
    running.kill()
    running.wait()
    assert children
    until = time.monotonic() + 60.0
    while any(_command_of(each) for each in children) and time.monotonic() < until:
        time.sleep(0.5)
    assert not any(_command_of(each) for each in children)


def _command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
