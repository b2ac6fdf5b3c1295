"""The review in a real browser: access, width, keys, with and without JavaScript, and that it asks nobody else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from clarkson.screen.found import open_screening
from clarkson.screen.reviews import read_reviews
from clarkson.serve.review import review_app
from tests.browser.conftest import WIDTHS, Open, Shown, leaving
from tests.browser.test_page_in_browser import violations
from tests.screen.review_folder import write_screening

pytestmark = pytest.mark.browser

KEY = "key"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_screening(tmp_path / "found")


@pytest.fixture
def review(folder: Path) -> Iterator[str]:
    """The address of a served review."""
    application = review_app(open_screening(folder), key=KEY)
    server = uvicorn.Server(uvicorn.Config(application, port=0, log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    server.should_exit = True
    thread.join()


def begun(show: Open, review: str, *, width: int = WIDTHS["desktop"], script: bool = True) -> Shown:
    """The page of the first person, for a reviewer who has typed a name."""
    shown = show(f"{review}?key={KEY}", width=width, script=script)
    shown.page.get_by_label("Name or initials").fill("Anna")
    with leaving(shown.page):
        shown.page.get_by_role("button", name="Begin").click()
    with leaving(shown.page):
        shown.page.get_by_role("link", name="Begin").click()
    return shown


def press(page: Page, key: str) -> None:
    with leaving(page):
        page.keyboard.press(key)


def open_everything(page: Page) -> None:
    for each in page.locator("details").all():
        each.evaluate("each => { each.open = true }")


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_page_is_accessible_fits_and_stays_at_home(show: Open, review: str, width: int) -> None:
    shown = begun(show, review, width=width)
    page = shown.page

    def fits() -> None:
        open_everything(page)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width

    fits()
    for key in ("y", "n", "u"):
        press(page, key)
        fits()
        press(page, "Enter")
    page.goto(review)
    fits()
    page.goto(f"{review}ranked")
    fits()
    with leaving(page):
        page.get_by_role("button", name="Open the ranked list").click()
    fits()
    assert shown.errors == []
    assert all(url.startswith(review) for url in shown.requests)
    assert page.locator("main img").count() == 0


def test_the_lanes_are_drawn_and_shaded_only_after_the_answer(show: Open, review: str) -> None:
    page = begun(show, review).page
    for _ in range(10):
        lanes = page.locator("#lanes svg")
        for words in ("Hematocrit", "Albumin", "Systolic pressure", "Creatinine"):
            expect(lanes.get_by_text(words).first).to_be_attached()
        assert lanes.get_by_text("Episode").count() == 0
        press(page, "y")
        if page.get_by_text("No episode.").count() == 0:
            expect(page.locator("#lanes svg").get_by_text("Episode 1").first).to_be_attached()
            return
        press(page, "Enter")
    raise AssertionError("no candidate in the queue")


def test_keys_answer_unless_one_writes_or_has_switched_them_off(show: Open, review: str, folder: Path) -> None:
    page = begun(show, review).page
    page.get_by_label("Reason").press_sequentially("many yes and no")
    page.keyboard.press("Enter")  # a reason is no answer
    page.locator("h1").click()
    press(page, "y")
    expect(page.get_by_role("status")).to_contain_text("Kept: yes. many yes and no")
    page.keyboard.press("n")  # nothing is open that could be answered
    press(page, "Enter")
    page.get_by_label("The keys y, n and u answer").uncheck()
    page.locator("h1").click()
    page.keyboard.press("n")
    page.reload()
    page.keyboard.press("n")
    assert len(read_reviews(folder / "reviews.jsonl").judgements) == 1
    page.get_by_label("The keys y, n and u answer").check()
    page.locator("h1").click()
    press(page, "u")
    expect(page.get_by_role("status")).to_contain_text("Kept: unsure.")
    given = read_reviews(folder / "reviews.jsonl").judgements
    assert [each.answer for each in given] == ["yes", "unsure"]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_an_answer_is_given_and_changed_on_a_telephone(show: Open, review: str, folder: Path, script: bool) -> None:
    shown = begun(show, review, width=WIDTHS["phone"], script=script)
    page = shown.page
    for each in page.locator(".answer button[name=answer]").all():
        box = each.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["y"] + box["height"] <= 900  # in reach without scrolling
    page.get_by_label("Reason").fill("albumin fell alone")
    with leaving(page):
        page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Kept: no. albumin fell alone")
    page.get_by_text("Change the answer").click()
    expect(page.get_by_label("Reason")).to_have_value("albumin fell alone")
    with leaving(page):
        page.get_by_role("button", name="Unsure").click()
    with leaving(page):
        page.get_by_role("link", name="Next person").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Person 2 of 10")
    assert [each.answer for each in read_reviews(folder / "reviews.jsonl").judgements] == ["no", "unsure"]
    assert shown.errors == []


def test_the_table_of_days_holds_what_is_drawn(show: Open, review: str) -> None:
    page = begun(show, review, script=False).page
    page.locator("summary", has_text="Each day in numbers").click()
    rows = page.locator(".days tbody tr")
    expect(rows).to_have_count(6)
    expect(page.locator(".days thead")).to_contain_text("Creatinine, µmol/L")
