"""Printed units: what is converted, what is refused, and what is asked about."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clarkson.analytes import analyte, analytes
from clarkson.errors import UnitError, UnknownAnalyteError
from clarkson.units import canonical, from_canonical

# What laboratories print, and the canonical value worked out by hand.
PRINTED = [
    ("albumin", 3.5, "g/dL", 35),
    ("albumin", 3.5, "g%", 35),
    ("albumin", 3.5, "gm/dL", 35),
    ("albumin", 3.5, "G/DL", 35),
    ("albumin", 3.5, "g/100mL", 35),
    ("albumin", 3.5, "g / 100 ml", 35),
    ("albumin", 3500, "mg%", 35),
    ("albumin", 35, "g/L", 35),
    ("albumin", 35, "g.L-1", 35),
    ("albumin", 35, "mg/mL", 35),
    ("hematocrit", 42, "%", 0.42),
    ("hematocrit", 57, "%", 0.57),
    ("hematocrit", 0.42, "L/L", 0.42),
    ("hematocrit", 0.42, "l/l", 0.42),
    ("hematocrit", 0.42, "1", 0.42),
    ("hematocrit", 0.42, "fraction", 0.42),
    ("hematocrit", 0.42, "ratio", 0.42),
    ("hematocrit", 0.42, "{ratio}", 0.42),
    ("hematocrit", 42, "vol%", 0.42),
    ("hematocrit", 42, "", 0.42),
    ("hematocrit", 0.42, "", 0.42),
    ("hematocrit", 42, "NO UNITS", 0.42),
    ("hemoglobin", 14, "g/dL", 140),
    ("hemoglobin", 14, "g%", 140),
    ("hemoglobin", 140, "g/L", 140),
    ("mchc", 33.5, "%", 335),
    ("mchc", 33.5, "g/dL", 335),
    ("leukocytes", 7.2, "K/uL", 7.2),
    ("leukocytes", 7.2, "K/µL", 7.2),
    ("leukocytes", 7.2, "K/μL", 7.2),
    ("leukocytes", 7.2, "THOU/uL", 7.2),
    ("leukocytes", 7.2, "10^3/uL", 7.2),
    ("leukocytes", 7.2, "10^9/L", 7.2),
    ("leukocytes", 7.2, "10⁹/L", 7.2),
    ("leukocytes", 7.2, "x10*9/L", 7.2),
    ("leukocytes", 7.2, "×10⁹/L", 7.2),
    ("leukocytes", 7.2, "x10E3/uL", 7.2),
    ("leukocytes", 7.2, "10E9/L", 7.2),
    ("leukocytes", 7.2, "10**9/L", 7.2),
    ("leukocytes", 7.2, "10^3/mm3", 7.2),
    ("leukocytes", 7.2, "10³/mm³", 7.2),
    ("leukocytes", 7.2, "G/L", 7.2),
    ("leukocytes", 7.2, "GI/L", 7.2),
    ("leukocytes", 7200, "/uL", 7.2),
    ("leukocytes", 7200, "/mm3", 7.2),
    ("leukocytes", 7200, "cells/uL", 7.2),
    ("leukocytes", 7200, "cells/cumm", 7.2),
    ("leukocytes", 17400, "/mm2 (as printed)", 17.4),
    ("leukocytes", 7.2, "10*3/uL{cells}", 7.2),
    ("platelets", 250, "10^3/uL", 250),
    ("platelets", 250000, "/mm3", 250),
    ("platelets", 0.25, "M/uL", 250),
    ("erythrocytes", 4.8, "M/uL", 4.8),
    ("erythrocytes", 4.8, "m/uL", 4.8),
    ("erythrocytes", 4.8, "MILL/uL", 4.8),
    ("erythrocytes", 4.8, "10^12/L", 4.8),
    ("erythrocytes", 4.8, "10*6/uL", 4.8),
    ("erythrocytes", 4.8, "T/L", 4.8),
    ("erythrocytes", 4800000, "/uL", 4.8),
    ("mcv", 90, "µm³", 90),
    ("igg", 379, "mg/dL", 3.79),
    ("sodium", 140, "mEq/L", 140),
    ("potassium", 4.1, "meq/L", 4.1),
    ("chloride", 102, "mEq/L", 102),
    ("bicarbonate", 19, "mEq/L", 19),
    ("calcium", 4.8, "mEq/L", 2.4),
    ("crp", 0.96, "mg/dL", 9.6),
    ("creatine_kinase", 200, "IU/L", 200),
    ("creatine_kinase", 5, "µkat/L", 300),
    ("tryptase", 11, "ng/mL", 11),
    ("osmolality", 290, "mOsm/kg", 290),
    ("osmolality", 290, "mosm/kg{H2O}", 290),
    ("urine_protein", 30, "mg/dL", 0.3),
    ("urine_protein_creatinine", 0.2, "mg/mg", 200),
    ("urine_protein_creatinine", 200, "mg/g{creat}", 200),
    ("urine_output", 300, "mL/12 h", 25),
    ("urine_output", 372, "mL/24 h", 15.5),
    ("urine_output", 6000, "mL/day", 250),
    ("urine_output", 2.4, "L/(24.h)", 100),
    ("systolic_pressure", 120, "mmHg", 120),
    ("systolic_pressure", 120, "mm Hg", 120),
    ("systolic_pressure", 120, "mm[Hg]", 120),
    ("central_venous_pressure", -3, "mmHg", -3),
    ("heart_rate", 88, "bpm", 88),
    ("heart_rate", 88, "beats/min", 88),
    ("heart_rate", 88, "BEATS/MIN", 88),
    ("heart_rate", 88, "{beats}/min", 88),
    ("respiratory_rate", 18, "insp/min", 18),
    ("oxygen_saturation", 97, "%", 0.97),
    ("oxygen_saturation", 100, "%", 1),
    ("temperature", 37, "C", 37),
    ("temperature", 37, "degC", 37),
    ("temperature", 37, "Deg. C", 37),
    ("temperature", 98.6, "F", 37),
    ("temperature", 98.6, "?F", 37),
    ("temperature", 98.6, "[degF]", 37),
    ("temperature", 310.15, "K", 37),
    ("weight", 70, "kg", 70),
    ("weight", 70000, "g", 70),
    ("weight", 100, "lb", 45.359237),
    ("weight", 100, "LBS", 45.359237),
]

# Factors that clinical chemistry publishes, with the digits that they are published with.
PUBLISHED = [
    ("creatinine", 1, "mg/dL", 88.4, 1e-4),
    ("creatinine", 88.4, "umol/L", 88.4, 0),
    ("creatinine", 0.0884, "mmol/L", 88.4, 1e-12),
    ("urea_nitrogen", 10, "mg/dL", 3.57, 1e-3),
    ("urea", 30, "mg/dL", 30 / 6.006, 1e-3),
    ("calcium", 10, "mg/dL", 2.5, 5e-3),
    ("lactate", 18, "mg/dL", 18 * 0.111, 1e-3),
    ("hemoglobin", 8.7, "mmol/L", 87 * 1.6114, 1e-9),
    ("albumin", 600, "umol/L", 600 / 15.05, 1e-3),
    ("systolic_pressure", 16, "kPa", 16 * 7.5006, 1e-5),
    ("central_venous_pressure", 3, "cmH2O", 3 * 0.7356, 1e-4),
    ("urine_protein_creatinine", 100, "mg/mmol", 884, 1e-4),
    ("urine_albumin_creatinine", 3.4, "g/mol", 30, 5e-3),
]

# A pair that cannot be true, and the reading that a person is offered.
ASKED = [
    ("hematocrit", 0.45, "%", "0.45 L/L"),
    ("hematocrit", 42, "1", "42 %"),
    ("hematocrit", 42, "L/L", "42 %"),
    ("hematocrit", 42, "fraction", "42 %"),
    ("albumin", 42, "g/dL", "42 g/L"),
    ("albumin", 4.2, "g/L", "4.2 g/dL"),
    ("total_protein", 7.0, "g/L", "7 g/dL"),
    ("hemoglobin", 140, "g/dL", "140 g/L"),
    ("hemoglobin", 14, "g/L", "14 g/dL"),
    ("hemoglobin", 23, "g/L", "23 g/dL"),
    ("hemoglobin", 6.4, "g/L", "6.4 g/dL or 6.4 mmol/L"),
    ("mchc", 33, "g/L", "33 g/dL"),
    ("platelets", 250000, "10^9/L", "250000 /uL"),
    ("platelets", 250, "/uL", "250 10^9/L"),
    ("leukocytes", 7200, "K/uL", "7200 /uL"),
    ("systolic_pressure", 16, "mmHg", "16 kPa"),
    ("systolic_pressure", 16, "mm[Hg]", "16 kPa"),
    ("diastolic_pressure", 11, "mmHg", "11 kPa"),
    ("creatinine", 90, "mg/dL", "90 umol/L"),
    ("creatinine", 1.1, "umol/L", "1.1 mg/dL"),
    ("calcium", 9.5, "mmol/L", "9.5 mg/dL"),
    ("igg", 900, "g/L", "900 mg/dL"),
    ("temperature", 98.6, "C", "98.6 °F"),
    ("temperature", 37, "F", "37 °C"),
    ("weight", 70000, "kg", "70000 g"),
    ("oxygen_saturation", 0.97, "%", "0.97 fraction"),
    ("sodium", 14, "mmol/L", "no usual unit"),
    ("crp", 999, "mg/L", "no usual unit"),
    ("albumin", 42, "", "42 g/L"),
    ("albumin", 4.2, "-", "4.2 g/dL"),
    ("oxygen_saturation", 97, "", "97 %"),
    ("platelets", 250, "none", "250 10^9/L"),
    ("weight", 70, " ", "70 kg or 70 lb"),
    ("hematocrit", 5, "", "no usual unit"),
]

# Units that are none, or that measure something else: no reading is offered, only what is usual.
REFUSED = [
    ("albumin", 4, "foo"),
    ("albumin", 4, "mEq/L"),
    ("albumin", 4, "meq/L"),
    ("creatinine", 4, "mEq/L"),
    ("albumin", 42, "K/uL"),
    ("albumin", 60, "%"),
    ("hemoglobin", 95, "%"),
    ("hematocrit", 0.42, "rad"),
    ("leukocytes", 7, "[IU]/L"),
    ("leukocytes", 7, "kelvin/L"),
    ("leukocytes", 7, "/mm2"),
    ("heart_rate", 70, "Bq"),
    ("urine_output", 50, "mL/min/{1.73_m2}"),
    ("urine_output", 50, "mL/kg/h"),
    ("urine_output", 50, "mL"),
    ("systolic_pressure", 120, "kg"),
    ("crp", 20, "nmol/L"),
    ("osmolality", 290, "mmol/L"),
    ("weight", 70, "10*99999999/L"),
    ("weight", 70, "m" + "9" * 30),
]


@pytest.mark.parametrize(("key", "value", "unit", "expected"), PRINTED)
def test_what_laboratories_print_is_converted(key: str, value: float, unit: str, expected: float) -> None:
    assert canonical(key, value, unit) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("key", "value", "unit", "expected", "tolerance"), PUBLISHED)
def test_molar_and_pressure_factors_are_the_published_ones(
    key: str, value: float, unit: str, expected: float, tolerance: float
) -> None:
    assert canonical(key, value, unit) == pytest.approx(expected, rel=tolerance)


def test_urea_and_its_nitrogen_are_not_the_same_mass() -> None:
    ratio = canonical("urea_nitrogen", 30, "mg/dL") / canonical("urea", 30, "mg/dL")
    assert ratio == pytest.approx(2.14, rel=2e-3)


def test_percent_conversion_keeps_the_printed_digits() -> None:
    assert [canonical("hematocrit", percent, "%") for percent in (29, 35, 57, 58)] == [0.29, 0.35, 0.57, 0.58]


@pytest.mark.parametrize(("key", "value", "unit", "offer"), ASKED)
def test_an_impossible_pair_is_a_question_with_the_readings_that_fit(
    key: str, value: float, unit: str, offer: str
) -> None:
    with pytest.raises(UnitError) as caught:
        canonical(key, value, unit)
    assert caught.value.question
    assert offer in str(caught.value)
    assert analyte(key).label in str(caught.value)


@pytest.mark.parametrize(("key", "value", "unit"), REFUSED)
def test_a_unit_of_something_else_is_refused(key: str, value: float, unit: str) -> None:
    with pytest.raises(UnitError, match="usual is") as caught:
        canonical(key, value, unit)
    assert not caught.value.question
    assert unit in str(caught.value)


@pytest.mark.parametrize("key", ["albumin", "creatinine", "crp", "weight", "igg", "osmolality", "lactate"])
def test_equivalents_are_amounts_only_for_ions(key: str) -> None:
    with pytest.raises(UnitError, match="ion of known charge"):
        canonical(key, 40, "mEq/L")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(UnitError, match="is no number") as caught:
        canonical("albumin", value, "g/L")
    assert not caught.value.question


@pytest.mark.parametrize("unit", ["g/L", "", "g/dL"])
def test_a_negative_value_is_refused_as_not_measured(unit: str) -> None:
    with pytest.raises(UnitError, match=r"cannot be negative; many files write -1") as caught:
        canonical("albumin", -1, unit)
    assert not caught.value.question


@pytest.mark.parametrize("key", ["platelets", "creatine_kinase", "sodium", "leukocytes"])
def test_a_row_of_nines_is_asked_about_even_where_it_could_be_true(key: str) -> None:
    with pytest.raises(UnitError, match="was it measured") as caught:
        canonical(key, 9999, {"platelets": "/uL", "creatine_kinase": "U/L"}.get(key, analyte(key).unit))
    assert caught.value.question


@pytest.mark.parametrize("key", list(analytes()))
def test_the_canonical_unit_itself_changes_nothing(key: str) -> None:
    entry = analyte(key)
    middle = (entry.plausible.low + entry.plausible.high) / 2
    assert canonical(key, middle, entry.unit) == middle
    assert canonical(key, entry.plausible.low, entry.unit) == entry.plausible.low
    assert canonical(key, entry.plausible.high, entry.unit) == entry.plausible.high


@pytest.mark.parametrize("key", [key for key in analytes() if key != "hematocrit"])
def test_only_a_hematocrit_may_come_without_a_unit(key: str) -> None:
    entry = analyte(key)
    value = entry.reference["male"].high if entry.reference else entry.plausible.high / 2
    with pytest.raises(UnitError, match="has no unit") as caught:
        canonical(key, value, "")
    assert caught.value.question


@pytest.mark.parametrize("key", list(analytes()))
def test_what_is_shown_reads_back_as_the_same_value(key: str) -> None:
    entry = analyte(key)
    value = entry.reference["male"].high if entry.reference else entry.plausible.high / 2
    number, unit = entry.shown(value).split(" ", 1)
    assert canonical(key, float(number), unit) == pytest.approx(
        value, abs=0.5 * 10**-entry.shown_digits / entry.shown_factor * 1.001
    )


def test_an_unknown_analyte_is_refused() -> None:
    with pytest.raises(UnknownAnalyteError):
        canonical("zinc", 1, "g/L")
    with pytest.raises(UnknownAnalyteError):
        from_canonical("zinc", 1, "g/L")


# The pairs that the published cases of capillary leak are printed in, with the extremes found there.
@pytest.mark.parametrize(
    ("key", "unit", "low", "high"),
    [
        ("albumin", "g/L", 19, 31.6),
        ("albumin", "g/dL", 1.2, 5.2),
        ("bicarbonate", "mEq/L", 13.9, 19),
        ("creatinine", "mg/dL", 0.87, 4.17),
        ("creatinine", "umol/L", 98, 324),
        ("crp", "mg/L", 3.1, 222.29),
        ("crp", "mg/dL", 0.37, 0.96),
        ("central_venous_pressure", "cmH2O", 3, 3),
        ("central_venous_pressure", "mmHg", 0, 0),
        ("diastolic_pressure", "mmHg", 27, 90),
        ("heart_rate", "/min", 70, 180),
        ("hematocrit", "%", 25.5, 69),
        ("hematocrit", "L/L", 0.36, 0.55),
        ("hemoglobin", "g/L", 114, 227),
        ("hemoglobin", "g/dL", 8.4, 23),
        ("igg", "mg/dL", 379, 379),
        ("lactate", "mmol/L", 1.7, 19.1),
        ("platelets", "/mm2 (as printed)", 93000, 147000),
        ("platelets", "/mm3", 430000, 430000),
        ("platelets", "/uL", 44000, 253000),
        ("platelets", "10^3/mm3", 48, 528),
        ("potassium", "mEq/L", 4, 5.3),
        ("systolic_pressure", "mmHg", 40, 130),
        ("sodium", "mEq/L", 130, 142),
        ("total_protein", "g/L", 14, 59.6),
        ("total_protein", "g/dL", 3.7, 5.6),
        ("urine_output", "mL/24 h", 27, 372),
        ("leukocytes", "10^3/mm3", 1.9, 10.03),
        ("leukocytes", "10^3/uL", 7.8, 69),
        ("weight", "kg", 34.3, 140),
    ],
)
def test_published_cases_read_without_a_question(key: str, unit: str, low: float, high: float) -> None:
    assert canonical(key, low, unit) <= canonical(key, high, unit)


UNITS_OF = {
    "albumin": ["g/L", "g/dL", "mg/dL", "umol/L"],
    "hemoglobin": ["g/L", "g/dL", "mmol/L"],
    "hematocrit": ["%", "1"],
    "creatinine": ["mg/dL", "umol/L", "mmol/L"],
    "calcium": ["mg/dL", "mmol/L", "mEq/L"],
    "platelets": ["/uL", "K/uL", "10*9/L"],
    "urine_protein_creatinine": ["mg/g", "mg/mmol", "g/mol", "mg/mg"],
    "systolic_pressure": ["mmHg", "kPa", "cmH2O", "mbar"],
    "temperature": ["C", "F", "K"],
    "urine_output": ["mL/h", "mL/24 h", "L/day", "mL/min"],
    "weight": ["kg", "lb", "g"],
}


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    key = draw(st.sampled_from(sorted(UNITS_OF)))
    return key, draw(st.sampled_from(UNITS_OF[key]))


@st.composite
def plausible_values(draw: st.DrawFn) -> tuple[str, str, float]:
    key, unit = draw(pairs())
    span = analyte(key).plausible
    width = span.high - span.low
    return key, unit, span.low + draw(st.floats(0.001, 0.999)) * width


@given(plausible_values())
def test_there_and_back_is_the_same_value(drawn: tuple[str, str, float]) -> None:
    key, unit, value = drawn
    printed = from_canonical(key, value, unit)
    assert canonical(key, printed, unit) == pytest.approx(value, rel=1e-12)


@given(plausible_values(), st.floats(0.001, 0.999))
def test_order_is_kept(drawn: tuple[str, str, float], share: float) -> None:
    key, unit, value = drawn
    low = analyte(key).plausible.low
    below = low + share * (value - low)
    assert from_canonical(key, below, unit) <= from_canonical(key, value, unit)
    assert canonical(key, from_canonical(key, below, unit), unit) <= value * (1 + 1e-12)


@given(plausible_values(), st.floats(0.01, 1))
def test_conversion_is_a_straight_line_through_zero_but_for_temperature(
    drawn: tuple[str, str, float], share: float
) -> None:
    key, unit, value = drawn
    if key == "temperature":
        key, unit = "albumin", "g/dL"
    whole, part = from_canonical(key, value, unit), from_canonical(key, value * share, unit)
    assert part == pytest.approx(whole * share, rel=1e-12)


@given(
    st.sampled_from(sorted(analytes())),
    st.floats(allow_nan=True, allow_infinity=True),
    st.one_of(st.text(max_size=12), st.text("gmLdkuPaHh[]{}/.*^0123456789%-()eqx", max_size=14)),
)
@settings(deadline=None)
def test_any_text_is_a_plausible_value_or_a_sentence(key: str, value: float, unit: str) -> None:
    try:
        outcome: float | str = canonical(key, value, unit)
    except UnitError as error:
        outcome = str(error)
    if isinstance(outcome, str):
        assert outcome.startswith(analyte(key).label)
    else:
        assert outcome in analyte(key).plausible


def test_common_units_do_not_load_the_slow_parser() -> None:
    code = (
        "import sys; from clarkson.units import canonical; canonical('albumin', 3.5, 'gm/dL'); "
        "canonical('leukocytes', 7, 'K/uL'); canonical('systolic_pressure', 16, 'kPa'); "
        "print(sorted({'pint', 'ucumvert', 'lark', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def data() -> Path:
    folder = os.environ.get("CLARKSON_DATA")
    if not folder:
        pytest.skip("CLARKSON_DATA names no folder of real data")
    return Path(folder)


CDISC_KEYS = {
    "ALB": "albumin",
    "PROT": "total_protein",
    "HCT": "hematocrit",
    "HGB": "hemoglobin",
    "RBC": "erythrocytes",
    "WBC": "leukocytes",
    "PLAT": "platelets",
    "CREAT": "creatinine",
    "BUN": "urea_nitrogen",
    "CA": "calcium",
    "SODIUM": "sodium",
    "K": "potassium",
    "CL": "chloride",
    "CK": "creatine_kinase",
    "MCHC": "mchc",
    "MCV": "mcv",
}


@pytest.mark.data
def test_a_trials_own_conversions_agree(data: Path) -> None:
    # The trial's laboratory converted every result itself: as printed (ORRES) and standard (STRES).
    parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra 'evaluate'")
    rows = parquet.read_table(data / "cdisc-pilot01" / "sdtm_lb.parquet").to_pylist()
    compared = 0
    for row in rows:
        key = CDISC_KEYS.get(row["LBTESTCD"])
        printed, standard = row["LBORRES"], row["LBSTRESN"]
        if key is None or standard is None or not printed or printed[0] in "<>":
            continue
        ours = canonical(key, float(printed), row["LBORRESU"])
        theirs = canonical(key, standard, row["LBSTRESU"])
        # It rounds its factors: 88.4 for creatinine, 0.357 for urea, 0.62058 for hemoglobin in mmol/L.
        assert ours == pytest.approx(theirs, rel=2e-4), row
        compared += 1
    assert compared > 25_000
