"""The page of the twin in a real browser: access, width, sliders by mouse and key, and that it asks nobody."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import WIDTHS, Open
from tests.browser.test_page_in_browser import violations

pytestmark = pytest.mark.browser


def drawn(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page.locator("#drawn").text_content() or "")
    return found


def first_number(text: str) -> float:
    found = re.search(r"[\d.]+", text)
    assert found is not None
    return float(found[0])


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_the_page_is_accessible_fits_and_stays_at_home(show: Open, twin_file: str, width: int) -> None:
    shown = show(twin_file, width=width)
    assert violations(shown.page) == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") == width
    assert shown.errors == []
    assert shown.requests == [twin_file]


def test_courses_are_drawn_with_their_results(show: Open, twin_file: str) -> None:
    page = show(twin_file).page
    charts = page.locator("#charts figure")
    assert charts.count() >= 6
    hematocrit = charts.filter(has_text="Hematocrit")
    expect(hematocrit.locator(".point")).to_have_count(2)
    expect(charts.filter(has_text="Albumin").locator(".apart")).to_have_count(1)
    assert "NaN" not in page.locator("#charts").inner_html()


def test_a_slider_shows_a_scenario_beside_no_change_and_both_harms(show: Open, twin_file: str) -> None:
    page = show(twin_file).page
    words = page.locator("#what-if-words")
    expect(words).to_contain_text("No change")
    assert page.locator(".asked path").count() == 0
    page.get_by_label("Crystalloid").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("In this model, with crystalloid 1 L now, against no change")
    page.get_by_label("Begun after").focus()
    page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("begun after 12 h")
    assert page.locator(".asked path").count() == 12
    found = drawn(page)["what_if"]
    place = next(at for at, each in enumerate(found["measures"]) if each["name"] == "water_at_end")
    middle = found["asked"]["2,0,0,1"]["measures"][place][1][0]
    row = page.locator("#measures tr", has_text="water in the body at the end")
    difference = row.locator("td").last.inner_text()
    assert difference.startswith("+")
    assert first_number(difference) == pytest.approx(middle, abs=0.051)
    for side in ("Under-perfusion", "Overload"):
        expect(page.locator("#measures").get_by_text(side)).to_be_visible()
    page.get_by_label("Crystalloid").focus()
    page.keyboard.press("Home")
    expect(words).to_contain_text("No change")


def test_the_body_follows_its_slider(show: Open, twin_file: str) -> None:
    page = show(twin_file).page
    body = drawn(page)["body"]
    limbs = page.locator('.water[data-place="1"]')
    now = float(limbs.get_attribute("opacity") or "")
    page.get_by_label("Time:").focus()
    page.keyboard.press("Home")
    expect(page.locator("#when-words")).to_have_text(f"{-body['hours'][0]:g} h before the last result")
    expect(limbs).to_have_attribute("opacity", "0.000")
    page.keyboard.press("End")
    expect(page.locator("#when-words")).to_have_text("72 h after the last result")
    assert float(limbs.get_attribute("opacity") or "") >= now
    middle = body["places"][1]["litres"][0][-1]
    # A half is rounded one way here and another there.
    assert first_number(page.locator('td[data-place="1"]').inner_text()) == pytest.approx(middle, abs=0.051)


def test_without_a_script_the_tables_say_it(show: Open, twin_file: str) -> None:
    page = show(twin_file, script=False).page
    expect(page.get_by_role("heading", name="What threatens")).to_be_visible()
    expect(page.get_by_text("Plasma missing:")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Hematocrit").first).to_be_visible()
    expect(page.locator("#sliders")).to_be_hidden()


def test_a_twin_can_be_asked_for_on_the_first_page(show: Open, served: str) -> None:
    page = show(f"{served}/new").page
    page.get_by_label("Paste results").fill(
        "time,test,value,unit\n2026-03-04T08:10Z,Hematocrit,59,%\n2026-03-04T08:10Z,Albumin,24,g/L\n"
        "2026-03-04T16:10Z,Hematocrit,55,%\n2026-03-04T16:10Z,Albumin,22,g/L\n"
    )
    with page.expect_navigation(timeout=120_000):
        page.get_by_role("button", name="Fit the twin").click(timeout=120_000)
    expect(page.get_by_role("heading", name="The twin of")).to_be_visible()
    expect(page.locator("#charts figure").first).to_be_visible()
    assert page.locator("#what-if-words").text_content() != ""
