"""The emergency letter: one page for any record, what it says and never says, and that a screen reader can read it."""

from __future__ import annotations

import io
import re
import sys
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdfua import Confidence, Severity, validate

import clarkson as ck
from clarkson.balance.balance import Estimate
from clarkson.errors import SettingError
from clarkson.examples import example, examples
from clarkson.history.attacks import Attack
from clarkson.history.exposures import Exposure
from clarkson.history.history import History, history
from clarkson.record.record import Dose, Event, Record, Result, Source
from clarkson.report.letter import SOURCES, letter_html, letter_pdf
from clarkson.watch.assessment import Assessed
from tests.pango import needs_pango

SHA = "0" * 64
START = datetime(2010, 1, 1, 8, tzinfo=UTC)
SOURCE = Source("made.csv")
DIARY = Path(__file__).parents[2] / "examples" / "diary.csv"
ORDERS = ("should be given", "should give", "recommend", "we advise", "you are safe", "must be given", "bolus")


@cache
def of(case: str) -> tuple[Assessed, History]:
    record = ck.read(DIARY, timezone=None) if case == "diary" else ck.read_bytes(example(case), f"{case}.json")
    return ck.assess(record), history(record)


def pdf(assessed: Assessed, years: History) -> bytes:
    needs_pango()
    return letter_pdf(assessed, years, input_name="made.csv", input_sha256=SHA)


def html(assessed: Assessed, years: History) -> str:
    return letter_html(assessed, years, input_name="made.csv", input_sha256=SHA)


def said(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("</style>")[1])).split())


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def made(
    *, attacks: int = 0, treatments: int = 0, text: str = "a word", litres: float = 0.0, diagnoses: int = 1
) -> tuple[Assessed, History]:
    """A record with so many attacks and treatments, and the same text wherever a text can stand."""
    onsets = [START + timedelta(days=50 * number) for number in range(attacks)]
    results = [
        Result(key, value, onset + timedelta(hours=5), SOURCE)
        for onset in onsets
        for key, value in (("hematocrit", 0.6), ("albumin", 20.0), ("systolic_pressure", 70.0), ("lactate", 4.0))
    ]
    doses = tuple(Dose("crystalloid", text, onset, SOURCE, volume_ml=1000.0 * litres) for onset in onsets)
    events = tuple(Event("symptom", f"lung edema {text}", onset + timedelta(days=2), SOURCE) for onset in onsets)
    exposures = tuple(
        Exposure(text, "prophylaxis", START + timedelta(days=each), None if each % 2 else START, text, (START,))
        for each in range(treatments)
    )
    record = Record(text, tuple(results), doses, events, "female", 44.0, diagnoses=(text,) * diagnoses, citation=text)
    lost = Estimate(52.0, 41.0, 61.0)
    years = History(
        text,
        attacks=tuple(Attack(each, each, "entered", 3, lost, lost, text) for each in onsets),
        exposures=exposures,
    )
    return Assessed(record, 0.01, ()), years


@pytest.mark.parametrize("case", [each.id for each in examples()])
def test_every_published_case_fits_on_one_page(case: str) -> None:
    assert len(opened(pdf(*of(case))).pages) == 1


@pytest.mark.parametrize("text", ["W" * 300, "漢" * 300, "م" * 300, "<b>&\n\x00" * 60, "﷽" * 90])
def test_sixty_attacks_and_thirty_treatments_fit_whatever_the_words(text: str) -> None:
    found = opened(pdf(*made(attacks=60, treatments=30, text=text, litres=9.0, diagnoses=9)))
    assert len(found.pages) == 1


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    attacks=st.integers(0, 60),
    treatments=st.integers(0, 30),
    text=st.text(st.characters(codec="utf-8"), max_size=250),
    litres=st.floats(0.0, 40.0),
    diagnoses=st.integers(0, 9),
)
def test_any_record_fits_on_one_a4_page(
    attacks: int, treatments: int, text: str, litres: float, diagnoses: int
) -> None:
    found = opened(pdf(*made(attacks=attacks, treatments=treatments, text=text, litres=litres, diagnoses=diagnoses)))
    assert len(found.pages) == 1
    assert [round(float(each)) for each in found.pages[0].mediabox] == [0, 0, 595, 842]


def test_attacks_without_a_row_are_counted_in_words() -> None:
    page = said(html(*made(attacks=60)))
    assert "60 attacks in the record" in page
    rows = len(re.findall(r"60\.0 % 20\.0 g/L", page))
    assert f"{60 - rows} other attacks from 1 Jan 2010" in page
    assert 1 <= rows < 60


def test_the_attack_with_the_thickest_blood_has_a_row_though_it_is_old() -> None:
    assessed, years = made(attacks=60)
    worst = Result("hematocrit", 0.77, START + timedelta(hours=6), SOURCE)
    record = Record("p", (worst, *assessed.record.results), assessed.record.doses, sex="female")
    page = html(Assessed(record, 0.01, ()), years)
    assert re.search(r"<th scope=\"row\">1 Jan 2010</th><td>77.0 %", page)


def test_a_text_that_is_cut_says_so() -> None:
    assessed, years = made(attacks=1, text="x" * 300)
    page = said(html(assessed, years))
    assert "x" * 170 not in page
    assert "x…" in page
    assert "A text that ends in “…” was cut short" in page


def test_it_says_what_the_person_is_like_between_attacks() -> None:
    page = said(html(*of("diary")))
    for part in ("38.0 %", "40.8 g/L", "118 mmHg", "114 to 122 mmHg", "10 own", "SCLS acute, monoclonal gammopathy"):
        assert part in page, part
    assert "does not name SCLS" not in page


def test_it_says_what_attacks_and_harms_were() -> None:
    page = said(html(*of("diary")))
    assert "9 attacks in the record" in page
    assert "11 Jan 2021 64.0 % 17.0 g/L 64 mmHg 7.8 mmol/L" in page
    assert "5 Oct 2020: phlebotomy 450 mL, for suspected polycythemia vera" in page
    assert "9.0 L of fluid around the attack of 18 Nov 2019" in page
    assert "pulmonary edema as the fluid came back" in page
    assert "since 15 Mar 2023, last 19 Nov 2025" in page


def test_days_are_those_of_the_person_and_not_of_greenwich() -> None:
    late = datetime.fromisoformat("2024-03-02T00:30:00+02:00")
    record = Record("p", (Result("hematocrit", 0.6, late, SOURCE),), sex="male", age_years=50.0)
    page = html(Assessed(record, 0.01, ()), History("p", attacks=(Attack(late.astimezone(UTC), late, "entered"),)))
    assert "2 Mar 2024" in page
    assert "1 Mar 2024" not in page


def test_a_record_of_something_else_is_not_called_scls() -> None:
    page = said(html(*of("pmc10553106-1")))
    assert "The record does not name SCLS: whether this letter applies is for a physician to say." in page


def test_nobody_has_measured_anything() -> None:
    nobody = Record("nobody")
    page = said(html(Assessed(nobody, 0.01, ()), History("nobody")))
    assert "No attack in the record" in page
    assert "That does not exclude one." in page
    assert "average of people of this age and sex" in page
    assert "no dated facts" in page


@pytest.mark.parametrize("case", ["diary", "lee2007-1", "pmc10372265-1"])
def test_it_orders_nothing_and_leaves_lines_to_fill_in(case: str) -> None:
    page = said(html(*of(case)))
    assert not [order for order in ORDERS if order in page.lower()]
    for line in ("Name", "Born", "Allergies", "Physician", "Center for SCLS", "Relative", "signature", "Telephone"):
        assert line in page
    for part in ("orders no treatment", "must not delay care", "Too little flow harms as well", SHA, "Clarkson 0"):
        assert part in page


def test_every_source_is_cited_and_every_citation_has_a_source() -> None:
    page = html(*of("diary"))
    cited = {int(each) for group in re.findall(r"<sup>([\d,]+)</sup>", page) for each in group.split(",")}
    assert cited == set(range(1, len(SOURCES) + 1))
    for place, source in enumerate(SOURCES.values(), 1):
        assert f"<b>{place}</b> {source.replace('&', '&amp;')}" in page


def test_the_html_asks_nobody_and_keeps_a_hostile_name_a_name() -> None:
    page = html(*made(attacks=1, text="<img src=http://x.invalid/a.png><script>"))
    assert "default-src 'none'" in unescape(page)
    assert not re.search(r"(?:src|href)\s*=\s*\"", page)
    assert "<img" not in page
    assert "<script" not in page


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://127.0.0.1:9/a.png", "data:image/png;base64,aaaa"])
def test_an_address_in_the_page_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    from weasyprint.urls import FatalURLFetchingError

    monkeypatch.setattr("clarkson.report.letter._page", lambda *_: f"<html><img src='{address}'></html>")
    with pytest.raises(FatalURLFetchingError):
        pdf(*made())


def test_the_pdf_is_tagged_titled_and_has_its_fonts(tmp_path: Path) -> None:
    file = tmp_path / "letter.pdf"
    file.write_bytes(pdf(*of("diary")))
    findings = validate(str(file)).findings
    assert not [each for each in findings if each.severity is Severity.ERROR]
    # What is left is a guess of the checker about tables: their cells name their headers, as is seen below.
    assert {each.rule_id for each in findings if each.confidence is Confidence.CERTAIN} == set()
    found = pikepdf.open(file)
    assert str(found.Root.Lang) == "en"
    assert bool(found.Root.MarkInfo.Marked)
    assert "pdfuaid" in found.Root.Metadata.read_bytes().decode()
    assert str(found.docinfo["/Title"]) == "Emergency letter: systemic capillary leak syndrome, made-up-diary"
    roles = [str(each.get("/S")) for each in structure(found.Root.StructTreeRoot)]
    assert roles.count("/H1") == 1
    assert roles.count("/H2") == 6
    cells = [each for each in structure(found.Root.StructTreeRoot) if str(each.get("/S")) == "/TD"]
    assert len(cells) > 40
    assert all(len(each.A.Headers) for each in cells)
    fonts = [font for page in found.pages for font in page.Resources.Font.values()]
    assert fonts
    for font in fonts:
        described = font.DescendantFonts[0].FontDescriptor
        assert any(name in described for name in ("/FontFile2", "/FontFile3"))


def structure(element: Any) -> list[Any]:
    """Every element below one of a structure tree."""
    found = []
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            found += [kid, *structure(kid)]
    return found


def test_the_same_record_gives_the_same_bytes() -> None:
    assert pdf(*of("lee2007-1")) == pdf(*of("lee2007-1"))


def test_without_weasyprint_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(SettingError, match=r"clarkson\[report\].*\.html"):
        pdf(*made())
    assert "Emergency letter" in html(*made())
