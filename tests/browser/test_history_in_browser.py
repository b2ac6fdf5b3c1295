"""The page of attacks over years, and the letter, in a real browser: access, width, print, and that they ask nobody."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import expect

from clarkson.history.history import history
from clarkson.record.read import read
from clarkson.report.history_document import history_document
from clarkson.report.history_page import render_history
from clarkson.report.letter import letter_html
from clarkson.watch.assess import assess
from tests.browser.conftest import WIDTHS, Open, leaving
from tests.browser.test_page_in_browser import violations

pytestmark = pytest.mark.browser

DIARY = Path(__file__).parents[2] / "examples" / "diary.csv"


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Addresses of the two pages as files."""
    folder = tmp_path_factory.mktemp("years")
    record = read(DIARY)
    of = history(record)
    made = {
        "attacks": render_history(history_document(record, of, input_name="diary.csv", input_sha256="0" * 64)),
        "letter": letter_html(assess(record), of, input_name="diary.csv", input_sha256="0" * 64),
    }
    for name, html in made.items():
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in made}


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("kind", ["attacks", "letter"])
def test_pages_are_accessible_fit_and_stay_at_home(show: Open, pages: dict[str, str], kind: str, width: int) -> None:
    shown = show(pages[kind], width=width)
    for closed in shown.page.locator("summary").all():
        closed.click()
    assert violations(shown.page) == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") == width
    assert shown.errors == []
    assert shown.requests == [pages[kind]]


def test_the_answer_stands_beneath_its_figure_even_without_a_script(show: Open, pages: dict[str, str]) -> None:
    page = show(pages["attacks"], script=False).page
    expect(page.locator(".strip .stem")).to_have_count(9)
    treatment = page.locator("article", has_text="On immunoglobulin 0 attacks in 2.7 years")
    figure, words = treatment.locator(".ratios").bounding_box(), treatment.locator(".headline").bounding_box()
    assert figure is not None
    assert words is not None
    assert words["y"] >= figure["y"] + figure["height"]
    assert treatment.locator(".interval").count() == 3


def test_the_letter_prints_on_one_page_of_a4(show: Open, pages: dict[str, str]) -> None:
    printed = show(pages["letter"]).page.pdf(format="A4", prefer_css_page_size=True)
    assert len(pikepdf.open(io.BytesIO(printed)).pages) == 1


def test_attacks_can_be_asked_for_on_the_first_page(show: Open, served: str) -> None:
    page = show(f"{served}/new").page
    page.get_by_label("Or choose a file").set_input_files(DIARY)
    with leaving(page):
        page.get_by_role("button", name="Attacks over years").click()
    expect(page.get_by_role("heading", name="Attacks of made-up-diary")).to_be_visible()
    expect(page.get_by_text("On immunoglobulin 0 attacks in 2.7 years")).to_be_visible()
    page.get_by_role("link", name="Assess other results").click()
    page.get_by_label("Paste results").fill("time,test\n1,2\n")
    with leaving(page):
        page.get_by_role("button", name="Attacks over years").click()
    expect(page.get_by_role("alert")).to_contain_text("Not possible.")
