"""The vocabulary: every entry complete, sane, and found by what laboratories print."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields

import pytest

from clarkson.analytes import (
    Analyte,
    analyte,
    analyte_named,
    analyte_of_loinc,
    analytes,
    method_of_loinc,
)
from clarkson.errors import UnknownAnalyteError

ENTRIES = list(analytes().values())
EACH = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)

# Within- and between-person CV in percent: Dot 1992 (PMID 1497462), NHANES and Warren 2010 (PMC2930221);
# between-person CVs of the blood count follow from the limits of NORIP 2004 (see the derivation below).
PUBLISHED_WITHIN = {
    "hematocrit": 2.9,
    "hemoglobin": 2.8,
    "erythrocytes": 3.0,
    "mcv": 1.1,
    "mchc": 1.6,
    "leukocytes": 10.8,
    "platelets": 6.7,
    "m_protein": 7.8,
    "systolic_pressure": 8.6,
    "diastolic_pressure": 8.6,
}
# Male limits of NORIP 2004, doi 10.1080/00365510410002797.
NORIP = {
    "hematocrit": (0.395, 0.500),
    "hemoglobin": (134, 170),
    "erythrocytes": (4.25, 5.71),
    "mcv": (82, 98),
    "mchc": (317, 357),
    "leukocytes": (3.5, 8.8),
    "platelets": (145, 348),
}
# Numbers that were recalled and not retrieved: they must say so.
RECALLED = [
    ("albumin", "within_person_cv_percent"),
    ("albumin", "between_person_cv_percent"),
    ("total_protein", "within_person_cv_percent"),
    ("globulin", "reference"),
    ("igg", "reference"),
    ("creatinine", "between_person_cv_percent"),
    ("urea_nitrogen", "within_person_cv_percent"),
    ("sodium", "within_person_cv_percent"),
    ("calcium", "within_person_cv_percent"),
    ("potassium", "within_person_cv_percent"),
    ("bicarbonate", "within_person_cv_percent"),
    ("crp", "reference"),
    ("creatine_kinase", "within_person_cv_percent"),
    ("osmolality", "within_person_cv_percent"),
    ("heart_rate", "within_person_cv_percent"),
    ("weight", "within_person_cv_percent"),
    ("temperature", "within_person_cv_percent"),
]


def test_the_agreed_keys_are_all_there() -> None:
    agreed = (
        "hematocrit hemoglobin erythrocytes mcv mchc leukocytes platelets "
        "albumin total_protein globulin igg m_protein "
        "creatinine urea_nitrogen sodium potassium chloride calcium bicarbonate osmolality "
        "crp lactate creatine_kinase tryptase ldh "
        "urine_protein urine_protein_creatinine urine_albumin_creatinine urine_output "
        "systolic_pressure diastolic_pressure mean_pressure central_venous_pressure "
        "heart_rate respiratory_rate oxygen_saturation temperature weight"
    )
    assert set(agreed.split(" ")) <= set(analytes())


@EACH
def test_an_entry_says_where_it_comes_from_and_how_it_is_coded(entry: Analyte) -> None:
    assert len(entry.source) > 15
    assert entry.loinc
    assert all(re.fullmatch(r"\d{3,5}-\d", code) for code in entry.loinc)
    assert set(entry.loinc_method) <= set(entry.loinc)
    assert entry.key == entry.key.lower()
    assert entry.names


@pytest.mark.parametrize("code", [code for entry in ENTRIES for code in entry.loinc])
def test_a_loinc_code_has_its_check_digit(code: str) -> None:
    # LOINC's check digit (mod 10 of Luhn) catches a mistyped or invented code.
    body, check = code.split("-")
    odd, even = body[::-1][::2], body[::-1][1::2]
    total = sum(int(digit) for digit in str(int(odd[::-1]) * 2)) + sum(int(digit) for digit in even)
    assert int(check) == -total % 10


@EACH
def test_the_numbers_of_an_entry_are_in_order(entry: Analyte) -> None:
    assert entry.plausible.low < entry.plausible.high
    for interval in entry.reference.values():
        assert entry.plausible.low <= interval.low < interval.high <= entry.plausible.high
    spreads = [entry.within_person_cv_percent, entry.between_person_cv_percent, *entry.method_cv_percent.values()]
    assert all(spread > 0 for spread in spreads if spread is not None)
    assert entry.shown_factor > 0
    assert entry.shown_digits >= 0


@EACH
def test_a_result_without_a_named_method_has_a_noise(entry: Analyte) -> None:
    if entry.key != "central_venous_pressure":
        assert entry.usual_method in entry.method_cv_percent


@EACH
def test_what_is_assumed_names_numbers_of_the_entry(entry: Analyte) -> None:
    known = {field.name for field in fields(Analyte)}
    for name in entry.assumed:
        field, _, method = name.partition(".")
        assert field in known
        assert getattr(entry, field) is not None
        assert not method or method in entry.method_cv_percent


@EACH
def test_every_plausible_range_is_graded_as_a_judgement(entry: Analyte) -> None:
    assert "plausible" in entry.assumed


@pytest.mark.parametrize(("key", "field"), RECALLED)
def test_a_recalled_number_is_graded_as_assumed(key: str, field: str) -> None:
    assert field in analyte(key).assumed


@pytest.mark.parametrize(("key", "cv"), PUBLISHED_WITHIN.items())
def test_a_published_variation_is_the_published_number(key: str, cv: float) -> None:
    assert analyte(key).within_person_cv_percent == cv
    assert "within_person_cv_percent" not in analyte(key).assumed


@pytest.mark.parametrize(("key", "limits"), NORIP.items())
def test_the_spread_between_persons_follows_from_the_published_limits(key: str, limits: tuple[float, float]) -> None:
    entry = analyte(key)
    assert (entry.reference["male"].low, entry.reference["male"].high) == limits
    low, high = limits
    total = 100 * (high - low) / (2 * 1.96) / ((high + low) / 2)
    within, between = entry.within_person_cv_percent, entry.between_person_cv_percent
    assert within is not None
    assert between is not None
    # The limits hold both spreads; the blood count is near enough to normal for a tenth.
    assert (within**2 + between**2) ** 0.5 == pytest.approx(total, rel=0.1)


def test_no_name_and_no_code_belongs_to_two() -> None:
    def folded(name: str) -> str:
        return " ".join(name.lower().replace("_", " ").replace("-", " ").split())

    names = Counter(name for e in ENTRIES for name in {folded(n) for n in (e.key, e.label, *e.names)})
    codes = Counter(code for entry in ENTRIES for code in entry.loinc)
    assert [name for name, count in names.items() if count > 1] == []
    assert [code for code, count in codes.items() if count > 1] == []


@EACH
def test_an_entry_is_found_by_each_name_and_code(entry: Analyte) -> None:
    for name in (entry.key, entry.label, *entry.names):
        assert analyte_named(name) is entry
        assert analyte_named(f"  {name.upper()} ") is entry
    for code in entry.loinc:
        assert analyte_of_loinc(code) is entry


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        ("sbp", "systolic_pressure"),
        ("dbp", "diastolic_pressure"),
        ("cvp", "central_venous_pressure"),
        ("wbc", "leukocytes"),
        ("Hematocrit", "hematocrit"),
        ("Ht", "hematocrit"),
        ("HGB", "hemoglobin"),
        ("Platelet Count", "platelets"),
        ("total_protein", "total_protein"),
        ("Protein, Total", "total_protein"),
        ("Urea Nitrogen", "urea_nitrogen"),
        ("BUN", "urea_nitrogen"),
        ("Urea", "urea"),
        ("Pulse Rate", "heart_rate"),
        ("Creatine Kinase (CK)", "creatine_kinase"),
        ("C-Reactive Protein", "crp"),
        ("K", "potassium"),
        ("IgG", "igg"),
        ("White Blood Cells", "leukocytes"),
    ],
)
def test_printed_names_are_known(printed: str, key: str) -> None:
    found = analyte_named(printed)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("printed", ["pCO2", "glucose", "ionized calcium", "PCR", "albumin, urine", ""])
def test_a_name_of_something_else_is_nobodys(printed: str) -> None:
    assert analyte_named(printed) is None


def test_ionized_calcium_and_urine_albumin_are_not_taken_for_others() -> None:
    assert analyte_of_loinc("1994-3") is None
    assert analyte_of_loinc("14957-5") is None


@pytest.mark.parametrize(
    ("code", "key", "method"),
    [
        ("2862-1", "albumin", "electrophoresis"),
        ("1751-7", "albumin", None),
        ("48703-3", "hematocrit", "blood gas"),
        ("2947-0", "sodium", "blood gas"),
        ("33358-3", "m_protein", "electrophoresis"),
        ("76534-7", "systolic_pressure", "cuff"),
        ("76215-3", "systolic_pressure", "arterial line"),
        ("8480-6", "systolic_pressure", None),
    ],
)
def test_a_code_may_tell_the_method(code: str, key: str, method: str | None) -> None:
    found = analyte_of_loinc(code)
    assert found is not None
    assert found.key == key
    assert method_of_loinc(code) == method


def test_an_unknown_code_tells_no_method() -> None:
    assert method_of_loinc("0-0") is None


@pytest.mark.parametrize(
    ("key", "method"), [("systolic_pressure", "cuff"), ("weight", "scale"), ("albumin", "laboratory")]
)
def test_the_usual_method_is_the_one_at_hand(key: str, method: str) -> None:
    assert analyte(key).usual_method == method


@pytest.mark.parametrize(
    ("key", "extreme"),
    [
        ("hematocrit", 0.80),
        ("hemoglobin", 230),
        ("albumin", 10),
        ("total_protein", 14),
        ("lactate", 19.1),
        ("leukocytes", 69),
        ("diastolic_pressure", 27),
        ("systolic_pressure", 40),
        ("weight", 140),
        ("urine_output", 27 / 24),
    ],
)
def test_what_attacks_reached_is_plausible(key: str, extreme: float) -> None:
    assert extreme in analyte(key).plausible


def test_a_value_is_shown_as_people_read_it() -> None:
    assert analyte("hemoglobin").shown(227) == "22.7 g/dL"
    assert analyte("leukocytes").shown(32) == "32.0 10⁹/L"
    assert analyte("systolic_pressure").shown(92.4) == "92 mmHg"


def test_an_unknown_key_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UnknownAnalyteError, match=r"'zinc' is no analyte.*hematocrit"):
        analyte("zinc")
