"""The diary in a real browser: access, width, forms with and without JavaScript, and that it asks nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import expect

from clarkson.diary.diary import write
from clarkson.loopback import DIARY_PAGES, assessed, fitted
from clarkson.serve.app import app
from clarkson.serve.diary import add_diary
from clarkson.store.opening import make_store, open_store
from tests.browser.conftest import WIDTHS, Open, Shown, leaving
from tests.browser.test_page_in_browser import violations

pytestmark = pytest.mark.browser

HOSTILE = "note a</script><img src=x onerror=alert(1)>"
REFUSED = "Failed to load resource: the server responded with a status of 400 (Bad Request)"


@pytest.fixture
def place(tmp_path: Path) -> str:
    """A store in which a diary has begun."""
    where = str(tmp_path / "store.db")
    store = make_store(where, who="reader")
    for words, at in (
        ("hemoglobin 17.2 g/dL meter HemoCue", "2026-03-04T08:30Z"),
        ("blood pressure 92/60", "2026-03-04T08:35Z"),
        ("start theophylline 300 mg twice a day", "2026-01-01T08:00Z"),
        (HOSTILE, "2026-01-02T08:00Z"),
    ):
        write(store, "me", [words], at=at)
    store.close()
    return where


@pytest.fixture
def diary(place: str) -> Iterator[str]:
    """The address of a served diary."""
    application = app(assessed, fitted)
    add_diary(application, "me", partial(open_store, place, who="reader"), assess=assessed, pages=DIARY_PAGES)
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/diary"
    server.should_exit = True
    thread.join()


def send(shown: Shown, card: str, button: str = "Write down") -> None:
    with leaving(shown.page):
        shown.page.locator("details.card", has_text=card).get_by_role("button", name=button).click()


def opened(shown: Shown, card: str) -> None:
    shown.page.locator("details.card > summary", has_text=card).click()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_the_page_is_accessible_fits_and_stays_at_home(show: Open, diary: str, width: int) -> None:
    shown = show(diary, width=width)
    assert violations(shown.page) == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") == width
    for card in shown.page.locator("details").all():
        card.evaluate("each => { each.removeAttribute('name'); each.open = true }")
    assert violations(shown.page) == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") == width
    assert shown.errors == []
    assert all(url.startswith(diary.removesuffix("diary")) for url in shown.requests)
    assert shown.page.locator("main img").count() == 0


def test_what_a_finger_must_hit_is_large_enough(show: Open, diary: str) -> None:
    shown = show(diary, width=WIDTHS["phone"])
    opened(shown, "Symptoms")
    for each in shown.page.locator(".card > summary, .box, .card[open] button").all():
        box = each.bounding_box()
        assert box is not None
        assert box["height"] >= 44


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_day_is_written_down(show: Open, diary: str, script: bool) -> None:
    shown = show(diary, width=WIDTHS["phone"], script=script)
    page = shown.page
    opened(shown, "Symptoms")
    page.get_by_text("lightheaded", exact=True).click()
    page.get_by_text("extreme thirst", exact=True).click()
    send(shown, "Symptoms")
    expect(page.get_by_role("status")).to_contain_text("Symptom: lightheaded")
    opened(shown, "Blood test")
    page.get_by_label("Test and unit").select_option("hemoglobin g/dL")
    page.get_by_label("Value").fill("15.1")
    send(shown, "Blood test")
    expect(page.get_by_role("status")).to_contain_text("Hemoglobin 15.1 g/dL ± 1.6 (finger-prick, 90 %)")
    opened(shown, "Start of a treatment")
    card = page.locator("details.card", has_text="Start of a treatment")
    card.get_by_label("What").fill("terbutaline")
    card.get_by_label("How much each time").fill("5")
    card.get_by_label("Unit").select_option("mg")
    card.get_by_label("How often").select_option("every 8 h")
    send(shown, "Start of a treatment")
    expect(page.locator(".going")).to_contain_text("Terbutaline 5 mg three times a day")
    with leaving(page):
        page.get_by_role("button", name="It was stopped: Terbutaline").click()
    expect(page.locator(".going")).not_to_contain_text("Terbutaline")
    assert shown.errors == []


def test_an_entry_is_corrected_only_with_a_reason(show: Open, diary: str) -> None:
    shown = show(diary, width=WIDTHS["phone"])
    entry = shown.page.locator(".entries > li", has_text="Hemoglobin 17.2")
    entry.locator("summary").click()
    entry.get_by_label("What should stand").fill("hemoglobin 12.7 g/dL meter HemoCue")
    entry.get_by_role("button", name="Correct").click()
    assert entry.get_by_label("Reason").evaluate("each => each.validity.valueMissing")
    entry.get_by_label("Reason").fill("read it wrong")
    with leaving(shown.page):
        entry.get_by_role("button", name="Correct").click()
    expect(shown.page.get_by_role("status")).to_contain_text("Hemoglobin 12.7 g/dL")
    shown.page.locator(".fallen summary").click()
    expect(shown.page.locator(".fallen")).to_contain_text("by reader: read it wrong")


def test_a_refusal_opens_the_form_again_with_what_was_typed(show: Open, diary: str) -> None:
    shown = show(diary)
    opened(shown, "In words")
    shown.page.get_by_label("Entry").fill("hemoglobin 17")
    send(shown, "In words")
    expect(shown.page.get_by_role("alert")).to_contain_text("which is right?")
    expect(shown.page.get_by_label("Entry")).to_have_value("hemoglobin 17")
    assert set(shown.errors) <= {REFUSED}
    assert violations(shown.page) == []


def test_the_diary_leads_to_its_assessment(show: Open, diary: str) -> None:
    shown = show(diary)
    with leaving(shown.page):
        shown.page.get_by_role("link", name="Assess this diary").click()
    expect(shown.page.get_by_role("heading", level=1)).to_have_text("me")
    assert shown.errors == []
