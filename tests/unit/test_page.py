"""The page, read as a browser would read its HTML: numbers by hand from ``attack``, and nothing unescaped."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import timedelta, timezone
from html.parser import HTMLParser
from typing import Any, get_args

import pytest

from clarkson.record.record import Event
from clarkson.report.charts import charts
from clarkson.report.document import document
from clarkson.report.page import asset, render
from clarkson.report.view import look, pills
from clarkson.watch.assess import assess
from clarkson.watch.assessment import Verdict
from tests.browser.attack import HOSTILE, assessed, attack

PAGE = assessed()
HTML = render(PAGE, inline=True)
SERVED = render(PAGE, inline=False)


class Reader(HTMLParser):
    """Tags with their attributes, the content of scripts and styles, and what is said to a reader."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self.said = ""
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in = tag

    def handle_endtag(self, tag: str) -> None:
        self._in = ""
        self.said += " " if tag in ("td", "th", "li", "p", "dd", "dt") else ""

    def handle_data(self, data: str) -> None:
        if self._in in ("script", "style"):
            self.raw.append((self._in, data))
        else:
            self.said += data


def words(html: str) -> str:
    return " ".join(Reader(html).said.replace("\N{NO-BREAK SPACE}", " ").split())


def drawn(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="charts">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    parsed: dict[str, Any] = json.loads(found[1])
    return parsed


def test_every_verdict_has_a_word_and_an_icon() -> None:
    looks = {verdict: look(verdict) for verdict in get_args(Verdict)}
    assert len({each.word for each in looks.values()}) == len(looks)
    assert all(each.icon and each.plain for each in looks.values())


def test_no_sign_of_leak_is_not_green() -> None:
    tone = look("no sign of leak").tone
    colour = re.search(rf"\.tone-{tone} {{ --tone: var\(--(\w+)\); --tint: #(\w+)", asset("page.css"))
    assert colour is not None
    value = re.search(rf"--{colour[1]}: #(\w+);", asset("page.css"))
    assert value is not None
    for hexadecimal in (value[1], colour[2]):
        red, green, blue = (int(hexadecimal[place : place + 2], 16) for place in (0, 2, 4))
        assert green <= max(red, blue)


def test_pills_show_the_newest_values_against_the_expected() -> None:
    newest = {**PAGE["assessments"][-1], "likelihood_ratio": 0.04}
    hematocrit, albumin, pressure, plasma, ratio, sample = pills({**PAGE, "assessments": [newest]})
    assert (hematocrit.value, albumin.value, pressure.value) == ("36.0 %", "33.0 g/L", "131 mmHg")
    assert hematocrit.word == f"expected {PAGE['baseline'][0]['shown']}"
    assert hematocrit.detail == "at +92 h; before that 42.0 %"
    assert pressure.word == "mean 90 mmHg"
    change = PAGE["assessments"][-1]["plasma_volume_change_percent"]
    assert plasma.value == f"{change['median']:+.0f} %"
    assert plasma.word == f"90 % range {change['low']:+.0f} to {change['high']:+.0f} %"
    assert plasma.detail.startswith("against own baseline")
    assert (ratio.value, ratio.word) == ("0.04", "speaks strongly against a leak")
    assert (sample.value, sample.word) == ("+92 h", "after the start of the record")


def test_hemoglobin_stands_in_for_a_missing_hematocrit() -> None:
    without = {**PAGE, "results": [each for each in PAGE["results"] if each["analyte"] != "hematocrit"]}
    assert (pills(without)[0].label, pills(without)[0].value) == ("Hemoglobin", "12.3 g/dL")


def test_every_assessment_is_in_the_page_without_its_script() -> None:
    said = words(HTML)
    for entry in PAGE["assessments"]:
        for sentence in (entry["headline"], *entry["reasons"], *(each["text"] for each in entry["warnings"])):
            assert sentence in said
        for other in entry["differential"]:
            assert all(sign in said for sign in (other["label"], *other["speaks_for"], *other["speaks_against"]))
        assert all(f"{test['label']}: {test['why']}" in said for test in entry["next_tests"])


def test_every_result_stands_in_the_table_with_its_source() -> None:
    said = words(HTML)
    for result in PAGE["results"]:
        assert re.search(rf"{result['label']}[a-z -]*{re.escape(result['shown'])} {result['source']}\b", said), result


def test_skipped_questions_come_first_with_their_reason() -> None:
    said = words(HTML)
    first, second = said.index("was it 2.9 g/dL?"), said.index("unit 'xyz' is unknown")
    assert said.index("Not used (2)") < first < second
    assert "Please check: albumin 2.9 g/L is implausibly low" in said


def test_notice_and_limits_stand_on_the_page() -> None:
    assert words(HTML).count("Research software, not a medical device.") >= 2
    assert "How it works, and its limits" in words(HTML)
    assert "you are safe" not in HTML


@pytest.mark.parametrize(("prior", "probability"), [("1 in 10,000", "50 %"), ("1 in 100", "more than 99 %")])
def test_other_priors_follow_bayes(prior: str, probability: str) -> None:
    # 9999 against prior odds of 1 to 9999 are even odds.
    entry = {**PAGE["assessments"][-1], "likelihood_ratio": 9999.0}
    said = words(render({**PAGE, "assessments": [entry]}, inline=True))
    assert f"{prior} {probability}" in said


def test_times_without_dates_are_hours_from_the_start() -> None:
    assert "+92 h" in words(HTML)
    assert "2026" not in words(HTML)


def test_times_with_dates_stay_in_the_zone_of_the_record() -> None:
    # The start is 07:10 in UTC: 08:10 one hour east of it.
    record = attack(zone=timezone(timedelta(hours=1)), dates=True)
    said = words(render(document(assess(record), record, input_name="labs.csv", input_sha256=""), inline=True))
    assert "4 Mar 2026, 08:10" in said
    assert "UTC+01:00" in said
    assert "07:10" not in said


def test_an_hour_that_was_not_known_is_not_claimed() -> None:
    known = attack(dates=True)
    days = replace(
        known,
        doses=tuple(replace(each, exact_time=False) for each in known.doses),
        events=tuple(replace(each, exact_time=False) for each in known.events),
    )
    said, plain = (
        words(render(document(assess(each), each, input_name="labs.csv", input_sha256=""), inline=True))
        for each in (days, known)
    )
    dated = [each for each in (*days.doses, *days.events) if not isinstance(each, Event) or each.time]
    assert said.count("about ") - plain.count("about ") == len(dated)


def test_axis_of_a_dated_record_is_its_clock() -> None:
    record = attack(zone=timezone(timedelta(hours=1)), dates=True)
    found = charts(document(assess(record), record, input_name="labs.csv", input_sha256=""))
    midnight = 1772582400000.0  # 2026-03-04T00:00:00Z
    assert midnight + (8 * 60 + 10) * 60_000 in found["moments"]


def test_lanes_carry_what_was_measured() -> None:
    found = drawn(HTML)
    lines = {line["label"]: line for lane in found["lanes"] for line in lane["lines"]}
    peak = max(lines["Hematocrit"]["points"], key=lambda point: float(point["y"]))
    assert (peak["x"], peak["y"], peak["shown"]) == (8 * 3.6e6, 59.0, "59.0 %")
    assert lines["Hematocrit"]["band"]["low"] < 44 < lines["Hematocrit"]["band"]["high"]
    assert {point["method"] for point in lines["Hemoglobin"]["points"]} == {"laboratory", "finger-prick"}
    crystalloid = next(dose for dose in found["doses"] if dose["kind"] == "crystalloid")
    assert (crystalloid["from"], crystalloid["to"], crystalloid["amount"]) == (7 * 3.6e6, 15 * 3.6e6, "4000 mL")


def test_shading_covers_the_time_from_verdict_to_verdict() -> None:
    verdicts = {0: "possible leak", 8: "leak", 20: "leak", 44: "refill"}
    entry = PAGE["assessments"][-1]
    course = [{**entry, "hours": float(hours), "verdict": verdict} for hours, verdict in verdicts.items()]
    spans = charts({**PAGE, "assessments": course})["spans"]
    hour = 3.6e6
    assert [(span["word"], span["from"], span["to"]) for span in spans] == [
        ("Possible leak", 0, 8 * hour),
        ("Leak", 8 * hour, 44 * hour),
        ("Refill", 44 * hour, None),
    ]


def test_map_has_the_assessments_with_both_coordinates() -> None:
    both = [index for index, entry in enumerate(PAGE["assessments"]) if entry["V"] and entry["D"]]
    path = charts(PAGE)["path"]
    assert [point["index"] for point in path] == both
    assert len(both) < len(PAGE["assessments"])  # the finger-prick alone has no D
    assert all(point["V"]["low"] <= point["V"]["median"] <= point["V"]["high"] for point in path)


def test_empty_lanes_say_so_in_words() -> None:
    bare = {**PAGE, "results": [r for r in PAGE["results"] if r["analyte"] != "weight"], "doses": []}
    said = words(render(bare, inline=True))
    assert "Weight: nothing in this record." in said
    assert "Fluids and treatment: nothing in this record." in said


def test_a_record_without_results_still_makes_a_page() -> None:
    nobody = attack(rows=0)
    said = words(render(document(assess(nobody), nobody, input_name="empty.csv", input_sha256=""), inline=True))
    assert "Too few data" in said
    assert "Newest result none" in said


def test_the_inline_page_refers_to_nothing() -> None:
    reader = Reader(HTML)
    assert not [tag for tag, _ in reader.tags if tag in ("link", "img", "iframe", "object", "embed", "base")]
    for tag, attributes in reader.tags:
        assert not attributes.keys() & {"src", "srcset", "style", "onclick"}, tag
        assert (attributes.get("href") or "#main") == "#main"


def test_the_policy_of_the_inline_page_names_its_own_script_and_style() -> None:
    reader = Reader(HTML)
    policy = next(a["content"] for tag, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    blocks = [text for tag, text in reader.raw if not text.startswith("{")]
    assert len(blocks) == 6
    for text in blocks:
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy


def test_the_served_page_has_no_inline_script_or_style() -> None:
    reader = Reader(SERVED)
    assert [kind for kind, text in reader.raw if text.strip()] == ["script"]  # the data, which do not run
    assert not [tag for tag, attributes in reader.tags if "style" in attributes]
    addresses = {a.get("src") or a.get("href") for tag, a in reader.tags if tag in ("script", "link")} - {None}
    assert addresses
    assert all(str(address).startswith("/static/") for address in addresses)


def test_names_from_outside_are_escaped_everywhere() -> None:
    record = attack(names=HOSTILE)
    html = render(document(assess(record), record, input_name=HOSTILE, input_sha256=""), inline=False)
    assert HOSTILE in Reader(html).said
    assert "<img" not in html
    assert html.count("</script>") == html.count("<script") == 6


def test_same_document_gives_the_same_page() -> None:
    assert render(PAGE, inline=True) == HTML
