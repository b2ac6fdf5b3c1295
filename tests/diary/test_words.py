"""Entries in words: what is read, what is refused, and that what is printed reads back as the same."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clarkson.analytes import analyte
from clarkson.diary.fields import lines_in
from clarkson.diary.prodrome import PRODROME
from clarkson.diary.shown import error_of, shown_facts
from clarkson.diary.words import EXAMPLES, Stop, read_words, words_of
from clarkson.errors import ClarksonError
from clarkson.record.record import Dose, Event, Result
from tests.diary.written import NOW, entry_words


def results(words: str) -> list[tuple[str, float, str, str]]:
    read = read_words(words, NOW)
    assert isinstance(read, tuple)
    return [(each.analyte, each.value, each.method, each.laboratory) for each in read if isinstance(each, Result)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("hemoglobin 17.2 g/dL", [("hemoglobin", 172.0, "finger-prick", "")]),
        ("Hb 17,2 g/dl meter HemoCue Hb 301", [("hemoglobin", 172.0, "finger-prick", "HemoCue Hb 301")]),
        ("hemoglobin 172 g/L laboratory St. Mary", [("hemoglobin", 172.0, "laboratory", "St. Mary")]),
        ("Hct 48%", [("hematocrit", 0.48, "finger-prick", "")]),
        ("albumin 29 g/L", [("albumin", 29.0, "laboratory", "")]),
        ("BP 92/60", [("systolic_pressure", 92.0, "cuff", ""), ("diastolic_pressure", 60.0, "cuff", "")]),
        ("pulse 110", [("heart_rate", 110.0, "cuff", "")]),
        ("weight 71.2 kg", [("weight", 71.2, "scale", "")]),
        ("spo2 94 %", [("oxygen_saturation", 0.94, "other", "")]),
    ],
)
def test_results_are_read(words: str, expected: list[tuple[str, float, str, str]]) -> None:
    assert results(words) == expected


@pytest.mark.parametrize(
    ("words", "kind", "what", "amount", "unit", "hours"),
    [
        ("IVIG 70 g over 4 h", "immunoglobulin", "IVIG", 70.0, "g", 4.0),
        ("IVIG 2 g/kg over 2 days", "immunoglobulin", "IVIG", 2.0, "g/kg", 48.0),
        ("albumin 20 % 100 mL", "albumin", "albumin 20 %", 100.0, "mL", None),
        ("albumin 25 g", "albumin", "albumin", 25.0, "g", None),
        ("terbutaline 5 mg", "prophylaxis", "terbutaline", 5.0, "mg", None),
        ("saline 0.5 L over 60 min", "crystalloid", "saline", 0.5, "L", 1.0),
        ("took paracetamol 500 mg", "other", "paracetamol", 500.0, "mg", None),
    ],
)
def test_single_doses_are_read(words: str, kind: str, what: str, amount: float, unit: str, hours: float | None) -> None:
    (dose,) = read_words(words, NOW)  # type: ignore[misc]
    assert isinstance(dose, Dose)
    assert (dose.kind, dose.what, dose.amount, dose.unit, dose.lasting) == (kind, what, amount, unit, False)
    assert (None if dose.end is None else (dose.end - dose.start).total_seconds() / 3600.0) == hours


@pytest.mark.parametrize(
    ("words", "what", "amount", "every_h"),
    [
        ("start theophylline 300 mg twice a day", "theophylline", 300.0, 12.0),
        ("start vitamin D 1000 IU daily", "vitamin D", 1000.0, 24.0),
        ("start IVIG 70 g every 4 weeks", "IVIG", 70.0, 672.0),
        ("start prednisone 5 mg 3 times a day", "prednisone", 5.0, 8.0),
        ("start midodrine", "midodrine", None, None),
    ],
)
def test_treatments_that_go_on_are_read(words: str, what: str, amount: float | None, every_h: float | None) -> None:
    (dose,) = read_words(words, NOW)  # type: ignore[misc]
    assert isinstance(dose, Dose)
    assert (dose.what, dose.amount, dose.every_h, dose.lasting, dose.end) == (what, amount, every_h, True, None)


@pytest.mark.parametrize(
    ("words", "kind", "text"),
    [
        ("symptom lightheaded", "symptom", "lightheaded"),
        ("Attack", "attack", "attack"),
        ("attack severe,  hospital", "attack", "severe, hospital"),
        ("infection cold", "infection", "cold"),
        ("trigger travel", "trigger", "travel"),
        ("note slept badly", "other", "slept badly"),
    ],
)
def test_events_are_read(words: str, kind: str, text: str) -> None:
    (event,) = read_words(words, NOW)  # type: ignore[misc]
    assert isinstance(event, Event)
    assert (event.kind, event.text, event.time) == (kind, text, NOW)


def test_a_stop_names_what_is_stopped() -> None:
    assert read_words("stop theophylline", NOW) == Stop("theophylline")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("", "nothing was written"),
        ("hemoglobin 17", "which is right"),
        ("hemoglobin 17 g", "measures something else"),
        ("hemoglobin 172 g/dL", "outside what living people have"),
        ("hemoglobin 1,234 g/L", "could be two"),
        ("hemoglobin 17.2 g/dL 18 g/dL", "write it like 'hemoglobin"),
        ("hemoglobn 17 g/dL", "no test and no treatment"),
        ("paracetamol 500 mg", "'took paracetamol 500 mg'"),
        ("albumin 31 g/L meter X", "not measured with a meter"),
        ("weight 71.2", "71.2 kg or 71.2 lb"),
        ("blood pressure 92", "both numbers"),
        ("blood pressure 60/92", "is the higher one"),
        ("blood pressure 12/8", "outside what living people have"),
        ("terbutaline", "does not say how much"),
        ("IVIG 700 g", "more than anybody is given"),
        ("IVIG -5 g", "write it like"),
        ("theophylline 300 mg twice a day", "'start theophylline 300 mg twice a day'"),
        ("start theophylline 300 mg every now and then", "does not say how often"),
        ("start", "what was started"),
        ("stop", "what was stopped"),
        ("symptom", "symptom lightheaded"),
        ("note =cmd()", "begins with a sign"),
        ("note a\x07b", "cannot be printed"),
        ("note " + "a" * 300, "at most 200 letters"),
    ],
)
def test_what_is_not_clear_is_refused_with_how_to_write_it(words: str, sentence: str) -> None:
    with pytest.raises(ClarksonError, match=sentence.replace("(", r"\(")):
        read_words(words, NOW)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(entry_words)
def test_what_is_printed_reads_back_as_the_same(words: str) -> None:
    read = read_words(words, NOW)
    assert isinstance(read, tuple)
    assert read_words(words_of(read), NOW) == read


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_with_a_sentence(words: str) -> None:
    # Anything else that is raised fails here.
    with suppress(ClarksonError):
        read = read_words(words, NOW)
        assert isinstance(read, Stop) or read_words(words_of(read), NOW) == read


@pytest.mark.parametrize("words", EXAMPLES)
def test_every_example_reads(words: str) -> None:
    assert read_words(words, NOW)


def test_the_error_of_a_meter_is_that_of_the_vocabulary() -> None:
    # PLoS ONE 2023, n = 306: SD 0.93 g/dL at 14 g/dL; 90 % of a normal distribution lie within 1.645 SD.
    (result,) = read_words("hemoglobin 14 g/dL", NOW)  # type: ignore[misc]
    assert isinstance(result, Result)
    assert error_of(result) == pytest.approx(10 * 0.93 * 1.645, rel=0.01)
    assert shown_facts([result]) == "Hemoglobin 14.0 g/dL ± 1.5 (finger-prick, 90 %)"
    assert analyte("hemoglobin").method_cv_percent["finger-prick"] == 6.6


def test_an_assumed_error_says_so() -> None:
    assert shown_facts(read_words("Hct 48 %", NOW)) == "Hematocrit 48.0 % ± 3.2 (finger-prick, 90 %, assumed)"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "lines"),
    [
        ({"kind": ["symptoms"], "symptom": ["nausea", "fainting"], "other": ["cold hands"]},
         ["symptom nausea", "symptom fainting", "symptom cold hands"]),
        ({"kind": ["result"], "test": ["hemoglobin g/dL"], "value": ["17.2"], "how": [""], "by": ["HemoCue"]},
         ["hemoglobin 17.2 g/dL meter HemoCue"]),
        ({"kind": ["result"], "test": ["albumin g/L"], "value": ["29"], "how": ["laboratory"], "by": [""]},
         ["albumin 29 g/L laboratory"]),
        ({"kind": ["attack"], "severity": ["severe"], "where": ["hospital"]}, ["attack severe, hospital"]),
        ({"kind": ["dose"], "what": ["IVIG"], "amount": ["70"], "unit": ["g"], "hours": ["4"]},
         ["took IVIG 70 g over 4 h"]),
        ({"kind": ["start"], "what": ["theophylline"], "amount": ["300"], "unit": ["mg"], "often": ["twice a day"]},
         ["start theophylline 300 mg twice a day"]),
    ],
)  # fmt: skip
def test_fields_become_words_that_can_be_read(fields: dict[str, list[str]], lines: list[str]) -> None:
    assert lines_in(fields) == lines
    for line in lines:
        assert read_words(line, NOW)


def test_a_unit_is_never_chosen_for_a_person() -> None:
    with pytest.raises(ClarksonError, match="unit is missing"):
        lines_in({"kind": ["dose"], "what": ["terbutaline"], "amount": ["5"], "unit": [""]})


def test_every_symptom_that_is_offered_can_be_read_and_has_a_source() -> None:
    for name, source in PRODROME:
        (event,) = read_words(f"symptom {name}", datetime(2026, 3, 4, tzinfo=UTC))  # type: ignore[misc]
        assert isinstance(event, Event)
        assert event.text == name
        assert source
