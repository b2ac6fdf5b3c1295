"""The page of the twin as a file: what it says, what it embeds, and that it asks nobody."""

from __future__ import annotations

import json
import re
from functools import cache
from html import unescape
from typing import Any

import pytest

from clarkson.report.body_figure import PLACES
from clarkson.report.twin_document import twin_document
from clarkson.report.twin_page import render_twin
from clarkson.report.twin_scenarios import SLIDERS, given
from clarkson.twin.summary import DANGERS
from clarkson.twin.what_if import MEASURES, what_if
from tests.twins import twin


@cache
def page(case: str) -> str:
    of = twin(case)
    return render_twin(of, twin_document(of, input_name=f"{case}.json", input_sha256="0" * 64))


@cache
def drawn(case: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="drawn">(.*?)</script>', page(case), re.DOTALL)
    assert found is not None
    parsed: dict[str, Any] = json.loads(found[1])
    return parsed


def said(case: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page(case))).split())


def test_every_setting_of_the_sliders_is_on_the_page() -> None:
    asked = drawn("smith2016-1")["what_if"]
    counts = [len(slider.settings) for slider in SLIDERS]
    doses = counts[0] * counts[1] * counts[2] - 1
    assert len(asked["asked"]) == doses * counts[3]
    assert {len(each["measures"]) for each in asked["asked"].values()} == {len(MEASURES)}
    assert all(len(ends) == len(asked["hours"]) for each in asked["asked"].values() for ends in each["courses"][0])


def test_a_setting_is_the_same_scenario_as_asked_by_hand() -> None:
    places = (2, 0, 1, 1)
    setting = [slider.settings[place] for slider, place in zip(SLIDERS, places, strict=True)]
    _, found = what_if(twin("smith2016-1"), {"by hand": given(setting)})
    told = drawn("smith2016-1")["what_if"]["asked"]["2,0,1,1"]
    for measure, (value, difference) in zip(MEASURES, told["measures"], strict=True):
        for band, shown in ((found.bands, value), (found.differences, difference)):
            assert shown[0] == pytest.approx(measure.factor * band[measure.name].median, rel=6e-3)


def test_words_before_scripts() -> None:
    """Without its script the page still says what is so, what threatens and what is doubted."""
    words = said("smith2016-1")
    assert "Plasma missing: " in words
    for danger in DANGERS:
        assert danger.threshold in words
    for place in PLACES:
        assert place.name.capitalize() in words
    assert "Contradicts the rest" in words
    assert "Not in the record, so assumed" in words
    assert words.count("Research software, not a medical device") >= 2
    for order in ("should give", "recommend", "you are safe"):
        assert order not in words.lower()


def test_plasma_above_rest_is_not_called_missing() -> None:
    assert "Plasma above rest: " in said("pmc10372265-1")
    assert "missing: −" not in said("pmc10372265-1")


def test_the_page_asks_nobody() -> None:
    html = page("smith2016-1")
    assert "default-src 'none'" in unescape(html)
    assert not re.search(r'(?:src|href)="(?!#)', html)
    assert "style=" not in html


def test_a_hostile_name_stays_a_name() -> None:
    of = twin("smith2016-1")
    document = twin_document(of, input_name="</script><img src=x onerror=alert(1)>", input_sha256="0" * 64)
    document["subject"]["id"] = "<b>&"
    html = render_twin(of, document)
    assert "<img" not in html
    assert "<b>" not in html
