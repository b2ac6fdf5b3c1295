"""What is recorded near an episode: codes and words of every reader, denials, and the days within which each counts."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from clarkson.examples import examples
from clarkson.intake import input_at, record_of
from clarkson.record.open_dataset import open_dataset
from clarkson.record.record import Dose, DoseKind, Event, EventKind, Record, Source
from clarkson.screen.causes import UNDATED, catalogue, causes, facts, labels, named

START = datetime(2026, 3, 10, 8, tzinfo=UTC)
END = START + timedelta(days=2)
SOURCE = Source("planted")
needs_data = pytest.mark.skipif("CLARKSON_DATA" not in os.environ, reason="CLARKSON_DATA is unset")


def near(*, events: tuple[Event, ...] = (), doses: tuple[Dose, ...] = (), diagnoses: tuple[str, ...] = ()) -> list[str]:
    return list(causes(Record("a", events=events, doses=doses, diagnoses=diagnoses), START, END))


def event(text: str, days: float, kind: EventKind = "diagnosis") -> Event:
    return Event(kind, text, START + timedelta(days=days), SOURCE)


def dose(what: str, days: float, kind: DoseKind = "other", lasts_days: float = 0) -> Dose:
    start = START + timedelta(days=days)
    return Dose(kind, what, start, SOURCE, end=start + timedelta(days=lasts_days))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        # As MIMIC prints a title and a code without, then MEDS, CLIF, OMOP without a vocabulary, FHIR a bare code.
        ("Septicemia due to escherichia coli [E. coli]", "sepsis"),
        ("ICD-9 78552", "sepsis"),
        ("ICD 10 A419", "sepsis"),
        ("ICD10CM A41.9", "sepsis"),
        ("concept 132797", "sepsis"),
        ("91302008", "sepsis"),
        ("R65.21", "sepsis"),
        ("Full thickness burn", "burn"),
        ("Dengue with warning signs", "dengue"),
        ("ICD-10 A97.1", "dengue"),
        ("Hyperstimulation of ovaries", "ovarian hyperstimulation"),
        ("N98.1", "ovarian hyperstimulation"),
        ("concept 4108705", "transfusion"),
        ("Acute pancreatitis, unspecified", "pancreatitis"),
        ("ICD-9 5770", "pancreatitis"),
        ("Anaphylactic shock", "anaphylaxis"),
        ("Haemophagocytic lymphohistiocytosis", "hemophagocytic syndrome"),
        ("Cytokine release syndrome, grade 3", "cytokine release or CAR-T cells"),
        ("Toxic effect of snake venom", "venom or poison"),
        ("Pre-eclampsia", "pre-eclampsia"),
        ("Alcoholic cirrhosis of liver", "cirrhosis"),
        ("Congestive heart failure, unspecified", "heart failure"),
        ("nephrotic syndrome", "nephrotic syndrome"),
        ("Gastric ulcer with hemorrhage, without mention of obstruction", "bleeding"),
    ],
)
def test_a_diagnosis_is_found_as_readers_print_it(text: str, label: str) -> None:
    assert near(events=(event(text, -1),)) == [label]


@pytest.mark.parametrize(
    ("what", "label"),
    [
        ("tagraxofusp-erzs 1 mg/mL", "tagraxofusp or denileukin"),
        ("Aldesleukin", "interleukin-2"),
        ("L01BC05", "gemcitabine"),
        ("clofarabine 20 MG Injection", "clofarabine"),
        ("tisagenlecleucel", "cytokine release or CAR-T cells"),
        ("pegfilgrastim", "granulocyte growth factor"),
    ],
)
def test_a_drug_is_found_by_its_name_or_code(what: str, label: str) -> None:
    assert near(doses=(dose(what, -3),)) == [label]


@pytest.mark.parametrize(
    "text",
    [
        "Diverticulosis of colon (without mention of hemorrhage)",
        "Closed fracture of surgical neck of humerus",
        "History of sepsis",
        "Sepsis ruled out",
        "no sepsis",
        "Late effect of burn",
        "Dengue vaccination",
        "heartburn",
        "Heart failure education",
        "ICD-9 5672",
        "concept 91302008",
        "Transfusion of plasma",
        "Assessment using Car, Relax, Alone, Forget, Friends, Trouble Screening Test",
        "upper respiratory infection",
        "COVID-19 vaccine",
        "fasciotomy of the leg",
        "polycythemia vera",
        "I78.8",
    ],
)
def test_what_is_denied_or_means_something_else_is_no_cause(text: str) -> None:
    assert near(events=(event(text, -1),)) == []


@pytest.mark.parametrize(
    ("text", "kind", "days", "counts"),
    [
        ("Sepsis", "diagnosis", -14, True),
        ("Sepsis", "diagnosis", -15, False),
        ("Sepsis", "diagnosis", 2 + 7, True),
        ("Sepsis", "diagnosis", 2 + 8, False),
        ("Hemicolectomy", "procedure", -7, True),
        ("Hemicolectomy", "procedure", 1, False),
        ("Hemodialysis", "procedure", 1, False),
        ("Cirrhosis of liver", "diagnosis", -3650, True),
        ("Cirrhosis of liver", "diagnosis", 30, False),
        ("fell, cut an artery", "bleed", 0, True),
    ],
)
def test_each_counts_within_its_days(text: str, kind: EventKind, days: float, counts: bool) -> None:
    assert bool(near(events=(event(text, days, kind),))) is counts


def test_red_cells_count_by_their_kind_until_the_last_draw_and_while_they_run() -> None:
    assert near(doses=(dose("OR Cell Saver Intake", 1, "red cells"),)) == ["transfusion"]
    assert near(doses=(dose("1 unit", 3, "red cells"),)) == []
    assert near(doses=(dose("Aldesleukin", -30, lasts_days=20),)) == ["interleukin-2"]


def test_an_undated_diagnosis_counts_and_says_so_and_a_date_is_better() -> None:
    undated = Event("diagnosis", "Severe sepsis", None, SOURCE)
    assert near(events=(undated,), diagnoses=("Severe sepsis",)) == ["sepsis" + UNDATED]
    assert near(events=(undated, event("Septic shock", 0))) == ["sepsis"]
    # A record lists the diagnoses of its events once more: the date of the event holds.
    assert near(events=(event("Sepsis", -400),), diagnoses=("Sepsis",)) == []


def test_several_causes_are_sorted() -> None:
    events = (event("Septic shock; gastrointestinal bleeding", -1), event("Acute pancreatitis", -2))
    assert near(events=events) == ["bleeding", "pancreatitis", "sepsis"]


@pytest.mark.parametrize(
    ("diagnosis", "says"),
    [
        ("Systemic capillary leak syndrome", True),
        ("Clarkson's disease", True),
        ("SCLS, acute", True),
        ("ICD-11 1008326816", True),
        ("Secondary capillary leak syndrome", False),
        ("I78.8", False),
        ("Septic shock", False),
    ],
)
def test_the_disease_itself(diagnosis: str, says: bool) -> None:
    assert named(Record("a", diagnoses=(diagnosis,))) is says
    assert named(Record("a", events=(event(diagnosis, -4000),))) is says


def test_published_cases_of_the_disease_have_no_cause_and_secondary_ones_have() -> None:
    for each in examples():
        record = record_of(*input_at(f"example:{each.id}"))
        found = causes(record, record.results[0].time, record.results[-1].time)
        assert named(record) == each.diagnosis.startswith("SCLS"), each.id
        assert bool(found) == each.diagnosis.startswith("secondary"), each.id


def test_every_cause_has_a_source_and_says_which_codes_nobody_read() -> None:
    for each in catalogue():
        assert each.source
        assert each.words
        assert set(each.assumed) <= set(each.codes)
    assert len({each.label for each in catalogue()}) == len(catalogue())


@needs_data
def test_mimic_demo() -> None:
    folder = Path(os.environ["CLARKSON_DATA"]) / "mimic-iii-demo-1.4"
    coded = duckdb.connect().execute(
        f"SELECT subject_id::VARCHAR, bool_or(icd9_code LIKE '038%' OR icd9_code IN ('78552', '99591', '99592'))"
        f" FROM '{folder}/diagnoses_icd.parquet' GROUP BY 1 ORDER BY 1 LIMIT 12"
    )
    data = open_dataset(folder)
    for subject, septic in coded.fetchall():
        assert any("sepsis" in labels(fact) for fact in facts(data.record(subject))) == septic, subject


@needs_data
def test_synthea_27(tmp_path: Path) -> None:
    tables = ("PERSON", "MEASUREMENT", "CONDITION_OCCURRENCE", "PROCEDURE_OCCURRENCE", "CONCEPT")
    with zipfile.ZipFile(Path(os.environ["CLARKSON_DATA"]) / "synthea27nj-omop54" / "Synthea27Nj_5.4.zip") as packed:
        packed.extractall(tmp_path, [f"{name}.csv" for name in tables])
    texts = {fact.text: labels(fact) for record in open_dataset(tmp_path) for fact in facts(record)}
    burns = {"Epidermal burn of skin", "Partial thickness burn", "Full thickness burn"}
    assert {text for text, found in texts.items() if "burn" in found} == burns
    assert texts["Intravenous blood transfusion of packed cells"] == {"transfusion"}
    assert not texts["Viral sinusitis"]
