"""The emergency letter: one A4 page for a physician who has never seen the disease, as HTML or PDF.

It tells what the disease is, this person's own levels and attacks, and what did harm before, each with its source. It
gives no order and no dose.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from clarkson.errors import SettingError
from clarkson.history.history import History
from clarkson.report.letter_facts import Letter, letter_facts
from clarkson.report.page import environment, inlined
from clarkson.watch.assessment import Assessed

ROOM = 8
"""Rows for attacks."""

TRIED = (("large", ROOM), ("", ROOM), ("", 5), ("", 3), ("small", ROOM), ("small", 4), ("small", 1))
"""Size of the letters and rows for attacks, until it fits on one page."""

NO_PDF = (
    "a letter as PDF needs WeasyPrint and Pango: pip install 'clarkson[report]', apt install libpangoft2-1.0-0; "
    "or name a file that ends in .html"
)
TOO_LONG = "the letter does not fit on one page with the fonts of this machine; install DejaVu or Liberation Sans"

SOURCES: Mapping[str, str] = MappingProxyType({
    "druey": "Druey & Parikh 2017, PMC5481509",
    "triad": "BMJ Case Rep 2018, PMC6119378",
    "wu": "Wu 2019, Intern Emerg Med 14:723",
    "phases": "PMC3089932",
    "lamou": "Lamou 2014, J Med Case Rep 8:196",
    "albumin": "case report 2024, PMID 39600049",
    "care": "Pineton de Chambrun 2017, Crit Care Med 45(7)",
    "kapoor": "Kapoor 2010, PMC2947962",
    "blood": "Blood 2006;108:4909",
    "erven": "van Erven 2020, BMJ Case Rep 13:e232500",
    "arrest": "case report 2021, PMC8432311",
    "mimics": "Xie 2014, omicsonline.org 2155-9899-5-213",
    "ivig": "PMID 12749010",
})  # fmt: skip
"""What the sentences of the letter rest on."""


def letter_html(assessed: Assessed, of: History, *, input_name: str, input_sha256: str) -> str:
    """The letter of an assessed record and its history, as one HTML file that asks nobody for anything."""
    return _page(letter_facts(assessed, of, room=ROOM, input_name=input_name, input_sha256=input_sha256))


def letter_pdf(assessed: Assessed, of: History, *, input_name: str, input_sha256: str) -> bytes:
    """The letter as a PDF of one page that screen readers can read (PDF/UA-1); the same input gives the same bytes.

    Attacks for which the page has no room are summed up in one line that says how many they are.

    Raises
    ------
    SettingError
        WeasyPrint or Pango is not installed, or the fonts of this machine are too wide for one page.
    """
    for size, room in TRIED:
        facts = letter_facts(assessed, of, room=room, input_name=input_name, input_sha256=input_sha256)
        printed = _printed(_page(facts, size))
        if len(printed.pages) == 1:
            return bytes(printed.write_pdf(pdf_variant="pdf/ua-1"))
    raise SettingError(TOO_LONG)


def _page(facts: Letter, size: str = "") -> str:
    return (
        environment()
        .get_template("letter.html")
        .render(
            letter=facts,
            subject=facts.heading["subject"],
            document=facts.heading,
            size=size,
            sources=SOURCES,
            numbers={name: place for place, name in enumerate(SOURCES, 1)},
            inlined=inlined(("letter.css",), ()),
        )
    )


def _printed(html: str) -> Any:
    """The page as WeasyPrint lays it out; whatever address stands in it is refused, and printing fails."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):  # OSError: Pango is missing
        raise SettingError(NO_PDF) from None
    nobody = URLFetcher(allowed_protocols=(), fail_on_errors=True)
    return HTML(string=html, url_fetcher=nobody).render(pdf_variant="pdf/ua-1")
