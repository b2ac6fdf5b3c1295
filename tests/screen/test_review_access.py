"""Who may see a review and who may write into it, and folders that are none."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from clarkson.errors import RecordError
from clarkson.screen import schema
from clarkson.screen.found import open_screening
from tests.screen.review_folder import write_screening
from tests.screen.reviewer import Reviewer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_screening(tmp_path / "found")


@pytest.mark.parametrize("path", ["/", "/next", "/person/1", "/ranked"])
def test_without_the_key_nothing_is_shown(folder: Path, path: str) -> None:
    stranger = Reviewer(folder, "Anna", key="another kéy")
    answered = stranger.get(path)
    assert answered.status_code == 403
    assert "needs its key" in answered.text
    assert "p-2" not in answered.text
    assert stranger.answer(1, "yes").status_code == 403
    assert not (folder / "reviews.jsonl").exists()


@pytest.mark.parametrize("path", ["/person/1", "/reviewer", "/ranked"])
@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_a_form_of_another_site_is_refused(folder: Path, path: str, headers: dict[str, str]) -> None:
    reviewer = Reviewer(folder, "Anna")
    assert reviewer.post(path, data={"answer": "yes", "name": "Eve"}, headers=headers).status_code == 403
    assert not (folder / "reviews.jsonl").exists()


def test_another_name_of_the_machine_is_refused_and_no_page_is_kept_by_a_browser(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")
    assert reviewer.get("/", headers={"host": "evil.example"}).status_code == 400
    answered = reviewer.get("/person/1")
    assert answered.headers["cache-control"] == "no-store"
    assert "default-src 'self'" in answered.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/person/0", "/person/11", "/person/x", "/elsewhere"])
def test_what_is_not_there_is_said(folder: Path, path: str) -> None:
    answered = Reviewer(folder, "Anna").get(path)
    assert answered.status_code == 404
    assert "Not possible." in answered.text


@pytest.mark.parametrize("name", ["people.parquet", "episodes.parquet", "negatives.parquet", "results.parquet"])
def test_a_folder_that_no_screening_wrote_is_refused(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordError, match=f"{name}' cannot be read"):
        open_screening(folder)
    parquet.write_table(pa.table({"other": [1]}), folder / name)
    with pytest.raises(RecordError, match=r"has no column .*subject|cannot be read"):
        open_screening(folder)
    (folder / name).unlink()
    with pytest.raises(RecordError, match=f"has no {name}"):
        open_screening(folder)


def test_a_screening_that_was_not_finished_is_refused(folder: Path) -> None:
    (folder / "run.json").write_text("{}")
    with pytest.raises(RecordError, match=r"run\.json .* does not say how many"):
        open_screening(folder)
    (folder / "run.json").unlink()
    with pytest.raises(RecordError, match=r"has no run\.json"):
        open_screening(folder)


def test_one_person_of_both_kinds_is_refused(folder: Path) -> None:
    parquet.write_table(pa.Table.from_pylist([{"subject": "p-2"}], schema.NEGATIVES), folder / "negatives.parquet")
    with pytest.raises(RecordError, match="'p-2' stands in"):
        open_screening(folder)


def test_a_folder_that_goes_away_is_said(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")
    (folder / "results.parquet").unlink()
    answered = reviewer.get("/person/1")
    assert answered.status_code == 503
    assert "has no results.parquet" in answered.text
