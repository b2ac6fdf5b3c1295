"""The page of the diary, asked over HTTP without a network, while the command line writes into the same store."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from clarkson.errors import FitError
from clarkson.loopback import DIARY_PAGES
from clarkson.report.diary_page import NEWEST
from clarkson.serve.app import app
from clarkson.serve.diary import add_diary
from clarkson.serve.options import Options
from clarkson.store.opening import make_store, open_store
from tests.browser.attack import assessed
from tests.cli.command import start

HOSTILE = "a</script><img src=x onerror=alert(1)>"


class Page:
    """The diary page of one person on a store, and what it was asked to assess."""

    def __init__(self, place: str, subject: str = "me") -> None:
        self.assessed: list[bytes] = []
        self.application: FastAPI = app(self._assess, self._fit)
        add_diary(
            self.application,
            subject,
            partial(open_store, place, who="reader"),
            assess=self._assess,
            pages={**DIARY_PAGES, "twin": ("Fit the twin", self._fit)},
        )

    def _assess(self, data: bytes, _name: str, _said: Options) -> dict[str, Any]:
        self.assessed.append(data)
        return assessed()

    def _fit(self, _data: bytes, _name: str, _said: Options) -> str:
        raise FitError("the record has no <hematocrit>")

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._ask("GET", path))

    def post(self, path: str, **more: Any) -> httpx.Response:
        return asyncio.run(self._ask("POST", path, **more))

    def add(self, **fields: Any) -> httpx.Response:
        return self.post("/diary/add", data=fields)

    async def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.application, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url="http://testserver", follow_redirects=True
        ) as client:
            return await client.request(method, path, **more)


@pytest.fixture
def place(tmp_path: Path) -> str:
    where = str(tmp_path / "store.db")
    make_store(where).close()
    return where


@pytest.fixture
def page(place: str) -> Page:
    return Page(place)


def numbers(html: str) -> list[int]:
    return [int(each) for each in re.findall(r'id="entry-(\d+)"', html)]


def shown(html: str) -> list[str]:
    return [" ".join(each.split()) for each in re.findall(r'class="at number">[^<]*</span>([^<]*)</p>', html)]


def test_an_empty_diary_says_what_it_does_not_do(page: Page) -> None:
    html = page.get("/diary").text
    assert "Nothing is written yet." in html
    assert "The diary does not watch you" in html
    assert "a leak can start within hours" in html
    assert "Research software, not a medical device." in html


def test_nothing_on_it_is_green_or_says_safe(page: Page) -> None:
    page.add(kind="result", test="hemoglobin g/dL", value="14.2")
    everything = page.get("/diary").text + page.get("/static/diary.css").text
    assert not re.search(r"\bsafe\b|all is well|\bgreen\b|\bnormal\b", everything, re.IGNORECASE)
    colours = re.findall(r"#([0-9a-f]{6}|[0-9a-f]{3})\b", page.get("/static/diary.css").text)
    for colour in (each if len(each) == 6 else "".join(2 * sign for sign in each) for each in colours):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
        assert not green > max(red, blue) + 16, colour


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kind": "symptoms", "symptom": ["nausea", "fainting"], "other": ""},
         ["Symptom: fainting", "Symptom: nausea"]),
        ({"kind": "result", "test": "hemoglobin g/dL", "value": "17.2", "how": "", "by": "HemoCue"},
         ["Hemoglobin 17.2 g/dL ± 1.9 (finger-prick, 90 %), HemoCue"]),
        ({"kind": "pressure", "upper": "92", "lower": "60", "pulse": "110"},
         ["Heart rate 110 /min ± 4 (cuff, 90 %, assumed)", "Blood pressure 92/60 mmHg ± 5/3 (cuff, 90 %, assumed)"]),
        ({"kind": "weight", "value": "71,2", "unit": "kg"}, ["Weight 71.2 kg ± 0.2 (scale, 90 %, assumed)"]),
        ({"kind": "attack", "severity": "severe", "where": "hospital", "text": ""}, ["Attack: severe, hospital"]),
        ({"kind": "happened", "what": "infection", "text": "cold"}, ["Infection: cold"]),
        ({"kind": "dose", "what": "IVIG", "amount": "70", "unit": "g", "hours": "4"}, ["IVIG 70 g over 4 h"]),
        ({"kind": "start", "what": "theophylline", "amount": "300", "unit": "mg", "often": "twice a day"},
         ["Theophylline 300 mg twice a day (it goes on)"]),
        ({"kind": "words", "words": "note slept badly"}, ["Note: slept badly"]),
    ],
)  # fmt: skip
def test_every_form_writes_what_it_says(page: Page, fields: dict[str, Any], expected: list[str]) -> None:
    answer = page.add(**fields)
    assert (answer.status_code, answer.url.path) == (200, "/diary")
    assert sorted(shown(answer.text)) == sorted(expected)
    assert "Written down:" in answer.text


def test_a_refusal_says_why_and_keeps_what_was_typed(page: Page) -> None:
    answer = page.add(kind="result", test="hemoglobin g/dL", value="172", by="HemoCue <1>")
    assert answer.status_code == 400
    assert "outside what living people have" in answer.text
    assert 'value="172"' in answer.text
    assert 'value="HemoCue &lt;1&gt;"' in answer.text
    assert numbers(page.get("/diary").text) == []
    assert page.add(kind="words", words="pulse 90", at="2999-01-01T08:00").status_code == 422
    assert "nothing was filled in" in page.add(kind="symptoms").text
    assert page.add(kind="something").status_code == 400


def test_an_entry_is_corrected_or_taken_back_with_a_reason(page: Page, place: str) -> None:
    (number,) = numbers(page.add(kind="words", words="hemoglobin 17.2 g/dL").text)
    refused = page.post("/diary/correct", data={"number": number, "words": "hemoglobin 12 g/dL", "do": "correct"})
    assert "a correction needs a reason" in refused.text
    changed = page.post(
        "/diary/correct", data={"number": number, "words": "hemoglobin 12 g/dL", "why": "misread", "do": "correct"}
    )
    assert shown(changed.text) == ["Hemoglobin 12.0 g/dL ± 1.3 (finger-prick, 90 %)"]
    assert "by reader: misread" in changed.text
    (number,) = numbers(changed.text)
    gone = page.post("/diary/correct", data={"number": number, "words": "", "why": "not mine", "do": "withdraw"})
    assert "was taken back" in gone.text
    assert numbers(gone.text) == []
    assert [each.withdrawn.rsplit(": ")[1] for each in open_store(place).history("me")] == ["misread", "not mine"]


def test_a_treatment_is_stopped_by_its_button(page: Page) -> None:
    started = page.add(kind="start", what="theophylline", amount="300", unit="mg", often="daily", at="2026-01-01T08:00")
    (number,) = numbers(started.text)
    assert "It was stopped" in started.text
    stopped = page.add(kind="stop", number=number, at="2026-02-01T09:30")
    assert shown(stopped.text) == ["Theophylline 300 mg daily (stopped 2026-02-01 09:30)"]
    assert "It was stopped" not in stopped.text


def test_a_form_sent_twice_arrives_once(page: Page) -> None:
    token = re.search(r'name="token" value="(\w+)"', page.get("/diary").text)
    assert token
    for _ in range(2):
        answer = page.add(kind="words", words="symptom nausea", token=token[1])
    assert len(numbers(answer.text)) == 1


def test_out_and_in_as_csv(page: Page, place: str) -> None:
    page.add(kind="words", words="attack severe, hospital")
    page.add(kind="words", words="hemoglobin 17.2 g/dL meter HemoCue")
    text = page.get("/diary.csv")
    assert text.headers["content-disposition"] == 'attachment; filename="diary.csv"'
    other = Page(place, "anna")
    file = {"file": ("diary.csv", text.content, "text/csv")}
    refused = other.post("/diary/import", files=file)
    assert (refused.status_code, "has no results of &#39;anna&#39;" in refused.text) == (400, True)
    taken = other.post("/diary/import", files=file, data={"patient": "me"})
    assert sorted(shown(taken.text)) == sorted(shown(page.get("/diary").text))
    assert "no file was chosen" in other.post("/diary/import", files={"file": ("", b"", "text/csv")}).text
    partly = other.post(
        "/diary/import", files={"file": ("a.csv", b"time,test,value,unit\n2222-01-01T08:00Z,Hct,40,%\n")}
    )
    assert "1 could not be used: a.csv, line 2: 2222-01-01T08:00:00+00:00 lies in the future" in partly.text


def test_the_diary_is_assessed_and_the_twin_says_why_not(page: Page) -> None:
    assert "nothing is written in the diary yet" in page.get("/diary/assessment").text
    page.post("/diary/about", data={"sex": "female", "age": "45"})
    page.add(kind="words", words="hematocrit 58 % laboratory")
    assert assessed()["assessments"][-1]["headline"] in page.get("/diary/assessment").text
    (data,) = page.assessed
    assert b"hematocrit,58,%,laboratory" in data
    assert b"female,45" in data
    twin = page.get("/diary/twin")
    assert (twin.status_code, "the record has no &lt;hematocrit&gt;" in twin.text) == (422, True)


@pytest.mark.parametrize("path", ["add", "correct", "about", "import"])
@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "http://evil.example"}])
def test_a_foreign_page_changes_nothing(page: Page, path: str, headers: dict[str, str]) -> None:
    answer = page.post(f"/diary/{path}", data={"kind": "words", "words": "attack"}, headers=headers)
    assert answer.status_code == 403
    assert numbers(page.get("/diary").text) == []


def test_another_name_for_this_machine_is_refused(page: Page) -> None:
    assert page.post("/diary/add", data={"kind": "words"}, headers={"host": "evil.example"}).status_code == 400


def test_what_a_person_typed_never_becomes_part_of_the_page(page: Page) -> None:
    html = page.add(kind="words", words=f"note {HOSTILE}").text
    assert "<img" not in html
    assert "a&lt;/script&gt;" in html
    assert "<img" not in page.add(kind="words", words=HOSTILE).text
    assert "<img" not in page.get("/diary?kept=<img>&said=<img>").text


def test_page_and_command_line_write_into_one_store_at_once(page: Page, place: str, tmp_path: Path) -> None:
    page.add(kind="words", words="symptom nausea")
    done = start("diary", "add", "pulse", "110", cwd=tmp_path, CLARKSON_STORE=place)
    assert done.returncode == 0, done.stderr
    assert "Heart rate 110 /min ± 4 (cuff, 90 %, assumed)" in shown(page.get("/diary").text)
    listed = start("diary", "show", cwd=tmp_path, CLARKSON_STORE=place).stdout.decode()
    assert "Symptom: nausea" in listed
    assert "Heart rate 110 /min" in listed


def test_the_pages_of_two_people_never_mix(place: str) -> None:
    mine, hers = Page(place), Page(place, "anna")
    (number,) = numbers(mine.add(kind="words", words="hemoglobin 18.3 g/dL").text)
    hers.add(kind="words", words="hemoglobin 13.1 g/dL")
    for fields in ({"words": "hemoglobin 12 g/dL", "do": "correct"}, {"words": "", "do": "withdraw"}):
        answer = hers.post("/diary/correct", data={"number": number, "why": "x", **fields})
        assert f"the diary of &#39;anna&#39; has no entry {number}" in answer.text
    assert hers.add(kind="stop", number=number).status_code == 400
    assert "18.3" not in hers.get("/diary").text + hers.get("/diary.csv").text + hers.get(f"/diary?kept={number}").text
    assert "13.1" not in mine.get("/diary").text + mine.get("/diary.csv").text
    assert "me" not in re.findall(
        r"[\w']+", Page(place, "carl").get("/diary/assessment").text.split("Not possible.")[1][:60]
    )
    assert numbers(mine.get("/diary").text) == [number]


def test_who_read_changed_and_took_out_is_in_the_audit_log(page: Page, place: str) -> None:
    page.add(kind="words", words="pulse 117")  # and its page is shown
    page.get("/diary.csv")
    page.get("/diary/assessment")
    store = open_store(place)
    lines = [line for line in store.audit() if line[1] == "reader"]
    assert [line[2] for line in lines] == ["import", "read history", "export", "read to show"]
    assert {line[3] for line in lines} == {store.hashed("me")}
    assert "117" not in repr(lines)


def test_many_entries_come_in_parts(page: Page) -> None:
    rows = "".join(
        f"2026-01-{day:02}T{hour:02}:00Z,pulse,{60 + hour},/min\n" for day in (1, 2, 3) for hour in range(24)
    )
    page.post("/diary/import", files={"file": ("a.csv", f"time,test,value,unit\n{rows}".encode(), "text/csv")})
    assert len(numbers(page.get("/diary").text)) == NEWEST
    assert f"{72 - NEWEST} earlier entries" in page.get("/diary").text
    assert len(numbers(page.get("/diary?all=true").text)) == 72


def test_a_store_that_is_gone_is_said(page: Page, place: str) -> None:
    Path(place).unlink()
    for answer in (page.get("/diary"), page.add(kind="words", words="attack"), page.get("/diary.csv")):
        assert (answer.status_code, "The diary cannot be read: there is no store at" in answer.text) == (503, True)


def test_a_diary_needs_a_name(place: str) -> None:
    from clarkson.errors import SettingError

    with pytest.raises(SettingError, match="cannot name a person"):
        Page(place, "#1")


def test_further_pages_are_made_of_the_diary(place: str) -> None:
    page = Page(place)
    assert page.get("/diary/letter").status_code == 400
    page.add(kind="words", words="attack severe, hospital", at="2024-03-04T08:30")
    assert "Attacks over years" in page.get("/diary").text
    assert "1 a" in page.get("/diary/attacks").text
    letter = page.get("/diary/letter")
    assert letter.status_code == 200
    assert "4 Mar 2024" in letter.text


def test_what_is_known_of_the_person_stands_in_the_form(place: str) -> None:
    page = Page(place)
    assert "selected>female" not in page.get("/diary").text
    page.post("/diary/about", data={"sex": "female", "age": "45"})
    shown = page.get("/diary").text
    assert "selected>female" in shown
    assert 'name="age" value="45"' in shown
