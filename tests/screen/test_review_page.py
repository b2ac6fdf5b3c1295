"""The page of a review, asked over HTTP without a network."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pyarrow.compute as pc
import pytest
from pyarrow import parquet

from clarkson.errors import SettingError
from clarkson.screen.found import open_screening
from tests.screen.review_folder import CANDIDATES, HOSTILE, NEGATIVES, REASON, write_screening
from tests.screen.reviewer import Reviewer, main_of, number_of, text

# What only the screening knows, and what would tell a candidate from a random person.
FOUND = (
    "Episode",
    "episode ",
    "rank ",
    "4,800",
    "2,400",
    REASON,
    "pancreatitis",
    "random people",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_screening(tmp_path / "found")


def test_everybody_is_in_the_queue_in_one_order_that_follows_neither_rank_nor_kind(folder: Path) -> None:
    queue = open_screening(folder).queue
    assert sorted(queue) == sorted((*CANDIDATES, *NEGATIVES))
    assert open_screening(folder).queue == queue
    assert [each for each in queue if each in CANDIDATES] != list(CANDIDATES)
    kinds = [each in CANDIDATES for each in queue]
    assert kinds not in (sorted(kinds), sorted(kinds, reverse=True))


@pytest.mark.parametrize("subject", [*CANDIDATES, NEGATIVES[0]])
def test_nothing_that_was_found_is_told_before_the_answer(folder: Path, subject: str) -> None:
    reviewer, number = Reviewer(folder, "Anna"), number_of(folder, subject)
    before = reviewer.get(f"/person/{number}").text
    for each in FOUND:
        assert each not in main_of(before), each
    data = json.loads(re.findall(r'id="charts">(.*?)</script>', before, re.DOTALL)[0])
    assert (data["spans"], data["moments"]) == ([], [])
    assert [lane["title"] for lane in data["lanes"]] == [
        "Hematocrit and hemoglobin", "Albumin and total protein", "Blood pressure and heart rate", "Creatinine",
    ]  # fmt: skip
    assert "Do you see a capillary leak in this record?" in before


def test_pages_of_both_kinds_differ_before_the_answer_only_in_who_and_what_was_measured(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")

    def shape(subject: str) -> list[str]:
        html = reviewer.get(f"/person/{number_of(folder, subject)}").text
        return re.findall(r"<[a-z0-9]+", html.replace("&lt;", ""))

    assert shape("p-3") == shape("q-2")


def test_after_the_answer_the_findings_are_shown_with_what_they_stand_on(folder: Path) -> None:
    reviewer, number = Reviewer(folder, "Anna"), number_of(folder, "p-2")
    after = reviewer.answer(number, "yes", "albumin fell").text
    said = text(after)
    for each in (
        "Kept: yes.", "2 episodes, 1 of them without a cause in the record; rank 2.", REASON, "female · 46 years",
        "monoclonal gammopathy", "That is no diagnosis", "V, plasma volume, ± standard deviation −0.72 ± 0.11",
        "D, albumin mass lost, ± standard deviation +1.20 ± 0.16", "Likelihood ratio of a leak 4,800",
        "Hematocrit, before and at its highest 41.0 to 59.0 %", "Albumin, before and at its lowest 42.0 to 26.0 g/L",
        "Plasma missing 51 %", "Recovered afterwards yes", "Causes in the record near it none",
        "Causes in the record near it pancreatitis", "Recovered afterwards nothing was measured",
        "3 Mar 2151, 12:00 Hematocrit 59.0 % 59 % laboratory labevents.csv, line 23", "Anna: yes, albumin fell",
    ):  # fmt: skip
        assert each in said, each
    data = json.loads(re.findall(r'id="charts">(.*?)</script>', after, re.DOTALL)[0])
    assert [span["word"] for span in data["spans"]] == ["Episode 1", "Episode 2"]
    assert all(span["to"] - span["from"] >= 12 * 3.6e6 for span in data["spans"])
    assert "Next person" in said


def test_the_tests_of_an_episode_begin_two_days_before_it_and_end_with_it(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")
    html = reviewer.answer(number_of(folder, "p-3"), "yes").text
    rows = re.findall(r'<tr><th scope="row">(\d+ Mar 2151, \d\d:\d\d)</th><td>(\w+)', html)
    assert rows[0] == ("1 Mar 2151, 06:00", "Hematocrit")
    assert rows[-1][0] == "4 Mar 2151, 00:00"
    assert {name for _, name in rows} == {"Hematocrit", "Hemoglobin", "Albumin", "Total"}


def test_a_random_person_is_named_as_such_after_the_answer(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")
    said = text(reviewer.answer(number_of(folder, "q-1"), "no").text)
    assert "No episode. This is one of the random people whom the screening left alone." in said


def test_answers_of_others_are_hidden_until_ones_own(folder: Path) -> None:
    number = number_of(folder, "p-3")
    Reviewer(folder, "Bo").answer(number, "no", "a transfusion")
    anna = Reviewer(folder, "Anna")
    assert "transfusion" not in main_of(anna.get(f"/person/{number}").text).replace("bleeding or transfusion", "")
    assert "Bo: no, a transfusion" in text(anna.answer(number, "yes").text)


def test_the_queue_goes_through_everybody_once(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")
    seen = []
    for _ in range(10):
        number = int(re.findall(r"Person (\d+) of 10", reviewer.get("/next").text)[0])
        seen.append(number)
        reviewer.answer(number, "no")
    assert seen == list(range(1, 11))
    assert "You have answered about everybody." in reviewer.get("/next").text


def test_the_ranked_list_is_opened_once_and_ends_blinding(folder: Path) -> None:
    reviewer, number = Reviewer(folder, "Anna"), number_of(folder, "p-3")
    asked = text(reviewer.get("/ranked").text)
    assert "counts as not blind" in asked
    assert "p-3" not in asked
    opened = text(reviewer.post("/ranked").text)
    assert [opened.index(each) for each in ("1 p-1", "2 p-2", "3 p-3", "4 p-4")] == sorted(
        opened.index(each) for each in ("1 p-1", "2 p-2", "3 p-3", "4 p-4")
    )
    assert "rank 3" in text(reviewer.get(f"/person/{number}").text)
    reviewer.answer(number, "yes")
    said = text(reviewer.get("/").text)
    assert "Anna 1 0 0 9 0 opened" in said
    assert "First answers alone, given blind" in said
    assert "rank " not in main_of(Reviewer(folder, "Bo").get(f"/person/{number}").text)


def test_the_first_page_says_where_the_review_stands(folder: Path) -> None:
    anna, bo = Reviewer(folder, "Anna"), Reviewer(folder, "bo")
    for subject, one, other in (
        ("p-2", "yes", "yes"), ("p-3", "yes", "no"), ("p-4", "yes", "yes"), (HOSTILE, "no", "no"),
        ("q-1", "no", "no"), ("q-2", "no", "unsure"),
    ):  # fmt: skip
        anna.answer(number_of(folder, subject), one)
        bo.answer(number_of(folder, subject), other)
    said = text(anna.get("/").text)
    # By hand: kappa (4/6 - 15/36) / (1 - 15/36); alpha 1 - 11 x 4 / (144 - 25 - 36 - 1).
    for each in (
        "Positive predictive value 67 %: 2 of 3 candidates.", "Wilson interval (95 %) 21 to 94 %",
        "Bayesian interval (95 %, prior Beta ½, ½) 18 to 96 %", "Unsure 0 Tied 1",
        "If none, or all, of these were cases 50 to 75 %", "No case: 1 of 1 (100 %).",
        "Candidates not answered about 0 of 4",
        "Random people not answered about 4 of 6", "Anna and bo 6 4 (67 %) +0.43",
        "Krippendorff's alpha over all reviewers: +0.46.", "at least",
    ):  # fmt: skip
        assert each in said, each


def test_an_answer_can_be_changed_and_a_refused_one_changes_nothing(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")
    reviewer.answer(1, "yes", "first")
    assert "Kept: no." in reviewer.answer(1, "no", "second thoughts").text
    refused = reviewer.answer(2, "<maybe>", "a reason that was typed")
    assert refused.status_code == 422
    assert "&lt;maybe&gt;" in refused.text
    assert 'value="a reason that was typed"' in refused.text
    lines = (folder / "reviews.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(each)["answer"] for each in lines] == ["yes", "no"]
    assert stat.S_IMODE((folder / "reviews.jsonl").stat().st_mode) == 0o600


def test_a_damaged_line_is_said_on_the_page(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")
    reviewer.answer(1, "yes")
    (folder / "reviews.jsonl").write_bytes((folder / "reviews.jsonl").read_bytes()[:-9])
    assert "it was cut off while it was written" in reviewer.get("/").text


def test_answers_about_people_of_another_folder_do_not_count(folder: Path) -> None:
    line = {"time": "2026-01-01T00:00:00Z", "reviewer": "Anna", "subject": "stranger", "answer": "yes", "reason": ""}
    (folder / "reviews.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    said = text(Reviewer(folder, "Anna").get("/").text)
    assert "1 answers are about people who are not in this folder" in said
    assert "No answer about a candidate yet." in said


def test_a_name_is_asked_for_and_one_spelling_kept(folder: Path) -> None:
    nobody = Reviewer(folder)
    assert "Who reviews?" in nobody.get("/next").text
    assert "Who reviews?" in nobody.get("/person/1").text
    assert nobody.answer(1, "yes").status_code == 200
    assert not (folder / "reviews.jsonl").exists()
    assert "a reviewer needs a name" in nobody.post("/reviewer", data={"name": " "}).text
    Reviewer(folder, "Zoë").answer(1, "yes")
    assert "You review as Zoë" in Reviewer(folder, "ZOË").get("/").text


def test_the_name_of_the_command_line_stands(folder: Path) -> None:
    reviewer = Reviewer(folder, "Somebody", reviewer="Anna")
    html = reviewer.get("/").text
    assert "You review as Anna" in html
    assert 'action="/reviewer"' not in html
    with pytest.raises(SettingError):
        Reviewer(folder, reviewer="")


def test_who_it_is_stands_over_candidates_and_random_people_alike(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")
    candidate = text(reviewer.get(f"/person/{number_of(folder, 'p-3')}").text)
    assert "p-3 · female · 46 years · monoclonal gammopathy" in candidate
    random = text(reviewer.get(f"/person/{number_of(folder, 'q-1')}").text)
    assert "q-1 · male · 70 years · hypertension" in random


def test_the_page_says_what_it_is_and_never_safe_proof_or_green(folder: Path) -> None:
    reviewer = Reviewer(folder, "Anna")
    css = reviewer.get("/static/review.css").text
    pages = [reviewer.get("/").text, reviewer.answer(1, "no").text, reviewer.post("/ranked").text]
    for html in pages:
        assert "Research software, not a medical device." in html
        assert not re.search(r"\bsafe\b|\bconfirmed\b|\bproves\b|\bproven\b|all is well", text(html), re.IGNORECASE)
    for colour in re.findall(r"#([0-9a-f]{6})\b", css):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
        assert not green > max(red, blue) + 16, colour


def test_a_person_without_results_has_a_page(folder: Path) -> None:
    table = parquet.read_table(folder / "results.parquet")
    kept = table.filter(pc.not_equal(table.column("subject"), "q-1"))
    parquet.write_table(kept, folder / "results.parquet")
    said = text(Reviewer(folder, "Anna").get(f"/person/{number_of(folder, 'q-1')}").text)
    assert "Creatinine: nothing in this record." in said
