"""The page in a real browser: access, requests, keyboard, forms, width, hostile names, print."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.attack import HOSTILE, assessed
from tests.browser.conftest import AXE, WIDTHS, Open, Shown, leaving

pytestmark = pytest.mark.browser

ASSESSMENTS = assessed()["assessments"]
CSV = "time,test,value,unit\n2026-03-04T08:10Z,Hematocrit,59,%\n"
REFUSED = "Failed to load resource: the server responded with a status of 400 (Bad Request)"


def paste(shown: Shown, text: str) -> None:
    shown.page.get_by_label("Paste results").fill(text)
    with leaving(shown.page):
        shown.page.get_by_role("button", name="Assess").click()


def open_kind(show: Open, kind: str, served: str, inline: str, width: int) -> Shown:
    if kind == "inline":
        return show(inline, width=width)
    if kind in ("start", "error"):
        shown = show(f"{served}/new", width=width)
        if kind == "error":
            paste(shown, "bad")
        return shown
    shown = show(f"{served}/examples/lee2007-1", width=width)
    if kind == "plain":
        shown.page.get_by_role("radio", name="Plain language").check(force=True)
    return shown


def violations(page: Page) -> list[str]:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci --prefix tests/browser")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert len(found["passes"]) > 10
    return [f"{each['id']}: {node['html']}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("kind", ["start", "error", "assessment", "plain", "inline"])
def test_pages_are_accessible_fit_and_stay_at_home(show: Open, served: str, inline: str, kind: str, width: int) -> None:
    shown = open_kind(show, kind, served, inline, width)
    shown.page.wait_for_load_state("networkidle")
    assert violations(shown.page) == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") == width
    assert set(shown.errors) <= ({REFUSED} if kind == "error" else set())
    home = [inline] if kind == "inline" else None
    assert shown.requests == home if home else all(url.startswith(f"{served}/") for url in shown.requests)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_lanes_and_map_are_drawn(show: Open, inline: str, width: int) -> None:
    page = show(inline, width=width).page
    lanes = page.locator("#lanes svg")
    for words in ("Hematocrit", "Albumin", "Heart rate", "Weight", "Fluids and treatment", "Leak"):
        expect(lanes.get_by_text(words).first).to_be_attached()
    chart = page.locator("#map svg")
    for words in ("(or red cells gained)", "posture", "+8 h", "+92 h", "albumin mass lost"):
        expect(chart.get_by_text(words).first).to_be_attached()


def test_keys_move_through_the_times(show: Open, inline: str) -> None:
    page = show(inline).page
    newest = len(ASSESSMENTS) - 1
    shown = page.locator(".assessment:visible")
    expect(shown.locator(".headline")).to_have_text(ASSESSMENTS[newest]["headline"])
    assert page.locator("#spoken").text_content() == ""
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "moment":
            break
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(shown).to_have_count(1)
    expect(shown.locator(".headline")).to_have_text(ASSESSMENTS[newest - 2]["headline"])
    expect(page.locator("#spoken")).to_contain_text(ASSESSMENTS[newest - 2]["headline"])
    expect(page.locator("#map svg text[font-weight='700'], #map svg text[style*='700']")).to_have_text(["+20 h"])


def test_a_point_of_the_map_chooses_its_time(show: Open, inline: str) -> None:
    page = show(inline).page
    page.locator("#map").scroll_into_view_if_needed()
    mark = page.locator("#map svg text", has_text="+8 h").bounding_box()
    assert mark is not None
    page.mouse.click(mark["x"] - 10, mark["y"] + mark["height"] / 2)
    expect(page.locator(".assessment:visible .verdict-time")).to_contain_text("+8 h")


def test_plain_language_changes_words_and_hides_letters(show: Open, inline: str) -> None:
    page = show(inline).page
    expect(page.get_by_role("heading", name="Differential")).to_be_visible()
    expect(page.locator("#map svg").get_by_text("V: plasma volume").first).to_be_attached()
    page.get_by_role("radio", name="Plain language").check(force=True)
    expect(page.get_by_role("heading", name="Differential")).to_be_hidden()
    expect(page.get_by_role("heading", name="What else it could be")).to_be_visible()
    expect(page.get_by_role("columnheader", name="V", exact=True)).to_be_hidden()
    expect(page.locator("#map svg").get_by_text("V: plasma volume")).to_have_count(0)
    expect(page.locator("#map svg").get_by_text("Liquid in the blood vessels").first).to_be_attached()


def test_the_whole_record_can_be_shown_by_key(show: Open, inline: str) -> None:
    page = show(inline).page
    page.get_by_role("button", name="Whole record").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Whole record")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#lanes svg").get_by_text("−306 d")).to_be_attached()


def test_pasted_results_are_assessed(show: Open, served: str) -> None:
    shown = show(served)
    paste(shown, CSV)
    expect(shown.page.get_by_role("heading", level=1)).to_have_text("pasted text")
    expect(shown.page.get_by_text("input pasted text")).to_be_visible()
    expect(shown.page.locator(".assessment:visible").get_by_text("Possible leak", exact=True).first).to_be_visible()
    expect(shown.page.locator("#lanes svg")).to_be_visible()
    assert shown.errors == []


def test_an_uploaded_bundle_is_assessed(show: Open, served: str, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.json"
    entries = [{"resource": observation(*each)} for each in (("4544-3", 62, "%"), ("1751-7", 21, "g/L"))]
    bundle.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}), encoding="utf-8")
    shown = show(served)
    shown.page.get_by_label("Or choose a file").set_input_files(bundle)
    with leaving(shown.page):
        shown.page.get_by_role("button", name="Assess").click()
    expect(shown.page.get_by_text("input bundle.json")).to_be_visible()
    expect(shown.page.locator(".assessment:visible").get_by_text("Leak", exact=True).first).to_be_visible()


def observation(code: str, value: float, unit: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": "2026-03-04T08:10:00Z",
        "valueQuantity": {"value": value, "unit": unit},
    }


def test_a_refusal_says_why_and_keeps_the_text(show: Open, served: str) -> None:
    shown = show(served)
    paste(shown, "bad\n\nrow")
    expect(shown.page.get_by_role("alert")).to_contain_text("'pasted text', line 1: no column with times")
    expect(shown.page.get_by_label("Paste results")).to_have_value("bad\n\nrow")


def hostile() -> str:
    """A CSV whose every text from outside tries to become part of the page."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["patient_id", "time", "test", "value", "unit", "laboratory"])
    for day, hematocrit in ((4, 44), (5, 58)):
        for test, value, unit in (
            ("Hct", hematocrit, "%"),
            ("albumin", 30, "g/L"),
            (f"dose:saline {HOSTILE}", 500, f"mL{HOSTILE}"),
            (f"zinc {HOSTILE}", 5, HOSTILE),
            ("CRP", HOSTILE, "mg/L"),
        ):
            rows.writerow([f"A. Example{HOSTILE}", f"2026-03-0{day}T08:10Z", test, value, unit, HOSTILE])
    return table.getvalue()


def test_hostile_names_are_harmless(show: Open, served: str) -> None:
    shown = show(served)
    paste(shown, hostile())
    shown.page.wait_for_load_state("networkidle")
    for index in range(2):
        shown.page.locator(f'input[name="moment"][value="{index}"]').check(force=True)
    expect(shown.page.get_by_role("heading", level=1)).to_have_text(f"A. Example{HOSTILE}")
    box = shown.page.locator("#lanes").bounding_box()
    assert box is not None
    for share in range(1, 20):
        shown.page.mouse.move(box["x"] + box["width"] * share / 20, box["y"] + box["height"] - 90)
    assert shown.page.locator("img").count() == 0
    assert shown.page.title().startswith("A. Example</script>")
    assert shown.errors == []


def test_without_script_every_assessment_can_be_read(show: Open, inline: str) -> None:
    page = show(inline, script=False).page
    expect(page.locator(".assessment:visible")).to_have_count(len(ASSESSMENTS))


def test_print_leaves_out_what_only_a_screen_needs(show: Open, inline: str, tmp_path: Path) -> None:
    page = show(inline).page
    page.emulate_media(media="print")
    for name in (".controls", ".times", ".tools"):
        expect(page.locator(name)).to_be_hidden()
    expect(page.get_by_text("Research software, not a medical device.").first).to_be_visible()
    file = tmp_path / "page.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    assert file.stat().st_size > 20_000
