"""What is told of attacks over years: the document keeps its schema, words and page say what it says, and no more."""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import clarkson as ck
from clarkson.errors import SettingError
from clarkson.examples import example
from clarkson.history.history import history
from clarkson.report.history_charts import strip
from clarkson.report.history_document import history_document
from clarkson.report.history_page import render_history
from clarkson.report.history_sentences import PITFALLS, treatment_sentences
from clarkson.report.history_treatments import estimated
from clarkson.report.history_words import words
from tests.schema import HISTORY_SCHEMA, faults

DIARY = Path(__file__).parents[2] / "examples" / "diary.csv"
ORDERS = ("should give", "recommend", "we advise", "you are safe", "should stop", "must be given", "go on with")
RELAPSES = """patient_id,time,code,value,unit,sex,age
p,2024-01-10T08:00Z,hematocrit,38,%,female,40
p,2024-01-10T08:00Z,albumin,42,g/L,female,40
p,2024-03-01T08:00Z,event:symptom,crash with dizziness,,female,40
p,2024-03-01T12:00Z,hematocrit,39,%,female,40
p,2024-03-01T12:00Z,albumin,43,g/L,female,40
p,2024-05-01T08:00Z,event:symptom,another crash,,female,40
"""


@cache
def _made(case: str, treatment: str | None = None) -> dict[str, Any]:
    if case == "diary":
        record = ck.read(DIARY)
    elif case == "relapses":
        record = ck.read_bytes(RELAPSES.encode(), "relapses.csv")
    else:
        record = ck.read_bytes(example(case), f"{case}.json")
    return history_document(record, history(record), treatment=treatment, input_name="made", input_sha256="0" * 64)


def made(case: str, treatment: str | None = None) -> dict[str, Any]:
    return copy.deepcopy(_made(case, treatment))


def said(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.split("</style>")[1])).split())


@pytest.mark.parametrize("case", ["diary", "relapses", "lee2007-1", "pmc10372265-1", "omj3682-1"])
def test_the_document_keeps_its_schema(case: str) -> None:
    document = made(case)
    assert list(faults(document, HISTORY_SCHEMA)) == []
    json.dumps(document, allow_nan=False)


def test_the_schema_refuses_what_it_should() -> None:
    assert set(made("diary")) == set(HISTORY_SCHEMA["properties"])
    for path, value in (
        (("schema_version",), "2.0"),
        (("surplus",), 1),
        (("attacks", 0, "found"), "guessed"),
        (("attacks", 0, "grade"), 5),
        (("treatments", 0, "probability_halved"), 1.5),
        (("treatments", 0, "graded", "surplus"), 1),
        (("rates", "overall", "attacks"), -1),
        (("triggers", 0, "odds_ratio"), "many"),
    ):
        broken: Any = made("diary")
        place = broken
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        assert list(faults(broken, HISTORY_SCHEMA)), path


def test_the_answer_stands_in_words_with_the_numbers_of_the_counts() -> None:
    """7 attacks in 2.7 years off, none in 2.7 years on: 2.6 a year; exact one-sided p is (1/2)^7."""
    told = " ".join(treatment_sentences({"name": "IVIG", **estimated(7, 2.7, 0, 2.7, "IVIG", dropped=1)}))
    assert "On IVIG 0 attacks in 2.7 years, against 2.6 a year off it (7 attacks in 2.7 years)." in told
    assert f"two-sided p {2 * 0.5**7:#.2g}" in told
    assert "times likelier if it at least halves attacks than if it does nothing" in told
    assert "chance and regression to the mean alone would give" in told


def test_a_treatment_that_does_nothing_is_called_so() -> None:
    told = " ".join(treatment_sentences({"name": "x", **estimated(20, 2.0, 10, 1.0, "x", dropped=0)}))
    assert "times likelier if it does nothing than if it at least halves attacks" in told
    assert "for" not in re.findall(r"speaks (\w+)", told)


def test_a_short_time_says_how_long_until_it_could_be_told() -> None:
    facts = estimated(7, 2.7, 0, 0.5, "x", dropped=0)
    told = " ".join(treatment_sentences({"name": "x", **facts}))
    months = [each["months"] for each in facts["still_needed"]]
    assert 12.0 < months[0] < 48.0
    assert f"a true ratio of 0.1 after {months[0]:.0f} months more on it" in told
    # At a half, seven attacks are too few to know the earlier rate: twice the Poisson tail of 7 at 3.5 is above 5 %.
    assert months[2] is None
    assert "a true ratio of 0.5 never. No duration suffices" in told


@pytest.mark.parametrize("counts", [(0, 0.0, 0, 0.0), (0, 2.0, 0, 3.0), (0, 0.0, 3, 1.0), (3, 1.0, 0, 0.0)])
def test_counts_that_compare_nothing_say_so(counts: tuple[int, float, int, float]) -> None:
    told = " ".join(treatment_sentences({"name": "x", **estimated(*counts, "x", dropped=0)}))
    assert "These counts cannot tell whether it helps." in told
    assert "likelier" not in told
    assert "nan" not in told
    assert "inf" not in told


def test_every_estimate_has_its_pitfalls_beside_it() -> None:
    document = made("diary")
    text, page = " ".join(words(document).split()), said(render_history(document))
    assert len(document["treatments"]) == 2
    assert text.count("What can still mislead") == 2
    for each in PITFALLS:
        assert page.count(" ".join(each.split())) == 2
        assert each in text
    for each in document["treatments"]:
        for sentence in (*each["sentences"], *each["remarks"]):
            assert " ".join(sentence.split()) in text
            assert " ".join(sentence.split()) in page
        assert each["prior"]["words"] in page


def test_one_treatment_alone_by_any_of_its_names() -> None:
    assert [each["name"] for each in made("diary", "IVIG")["treatments"]] == ["immunoglobulin"]
    with pytest.raises(SettingError, match="holds no treatment 'aspirin'; it holds: theophylline, immunoglobulin"):
        made("diary", "aspirin")


def test_words_fit_a_terminal_and_order_nothing() -> None:
    for case in ("diary", "relapses", "lee2007-1"):
        text = words(made(case))
        assert max(map(len, text.splitlines())) <= 100
        assert not [order for order in ORDERS if order in text.lower()]
        assert "Research software, not a medical device" in text
        assert "no reason to stop one" in " ".join(text.split())


def test_the_strip_stands_for_every_attack_treatment_and_silence() -> None:
    document = made("diary")
    drawn = strip(document)
    assert drawn is not None
    assert len(drawn.stems) == len(document["attacks"]) == 9
    assert [each.x for each in drawn.stems] == sorted(each.x for each in drawn.stems)
    assert [each.name for each in drawn.lanes[:2]] == ["Theophylline", "Immunoglobulin"]
    assert len(drawn.lanes[1].marks) == 36
    tallest = min(range(9), key=lambda place: drawn.stems[place].y)
    lost = [each["plasma_lost_percent"] or {"median": 0.0} for each in document["attacks"]]
    assert tallest == max(range(9), key=lambda place: lost[place]["median"])
    assert "▲" in words(document)


def test_time_that_nobody_watched_is_drawn_and_said() -> None:
    text = (
        "time,test,value,unit\n2010-01-01T08:00Z,hematocrit,40,%\n2010-06-01T08:00Z,hematocrit,40,%\n"
        "2018-01-01T08:00Z,event:attack,fainted,\n2018-06-01T08:00Z,hematocrit,40,%\n"
    )
    record = ck.read_bytes(text.encode(), "gap.csv")
    document = history_document(record, history(record), input_name="gap", input_sha256="0" * 64)
    drawn = strip(document)
    assert drawn is not None
    assert len(drawn.unwatched) == 1
    page = render_history(document)
    assert "Hatched: nobody watched" in page
    assert "Blank: nobody watched" in words(document)
    assert "nobody can say whether an attack would have been noticed" in said(page)


def test_a_record_without_attacks_is_not_called_safe() -> None:
    record = ck.read_bytes(b"time,test,value,unit\n2024-01-01T08:00Z,hematocrit,40,%\n", "one.csv")
    document = history_document(record, history(record), input_name="one", input_sha256="0" * 64)
    for told in (words(document), said(render_history(document))):
        assert "That does not exclude one" in told


def test_relapses_of_another_illness_are_weighed() -> None:
    document = made("relapses")
    assert [each["says"] for each in document["relapses"]][1] == "nothing was measured"
    page = said(render_history(document))
    assert "Were these relapses a leak?" in page
    assert "Which test at the next one would settle it" in page
    assert "WERE THESE RELAPSES A LEAK?" in words(document)


def test_the_page_asks_nobody_and_says_it_in_tables() -> None:
    html = render_history(made("diary"))
    assert "default-src 'none'" in unescape(html)
    assert not re.search(r'(?:src|href)="(?!#)', html)
    assert "style=" not in html
    page = said(html)
    for part in ("11 Jan 2021", "intensive care, fasciotomy", "Theophylline", "cold, sore throat", "Infection"):
        assert part in page
    assert not [order for order in ORDERS if order in page.lower()]


def test_a_hostile_name_stays_a_name() -> None:
    document = made("diary")
    document["subject"]["id"] = "</script><img src=x onerror=alert(1)>"
    document["attacks"][0]["words"] = "<b>&"
    document["exposures"][0]["name"] = "<i>"
    html = render_history(document)
    assert "<img" not in html
    assert "<b>" not in html.split("</style>")[1]
    assert "<i>" not in html.split("</style>")[1]
    assert "\x1b" not in words({**document, "subject": {**document["subject"], "id": "\x1b[31m"}})
