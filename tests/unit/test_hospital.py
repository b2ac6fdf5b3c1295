"""People of clinosim: a made-up folder of its shape, and the files of scripts/clinosim where they are at hand."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from clarkson.balance.sample import samples
from clarkson.errors import RecordError
from clarkson.record.clinosim import DISEASES, FILES, read_clinosim
from clarkson.record.record import Record

MADE = Path(os.environ.get("CLARKSON_CLINOSIM", "nowhere"))
LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"
HEMATOCRIT, HEMOGLOBIN, ALBUMIN, LACTATE = "4544-3", "718-7", "1751-7", "2524-7"
MORNING, NEXT_MORNING = "2024-06-15T06:30:00Z", "2024-06-16T06:30:00.250000Z"

made = pytest.mark.skipif(not MADE.is_dir(), reason="CLARKSON_CLINOSIM names no folder that scripts/clinosim made")


def patient(person: str, gender: str = "female", born: str = "1950-01-01") -> dict[str, Any]:
    return {"resourceType": "Patient", "id": person, "gender": gender, "birthDate": born}


def result(person: str, code: str, value: float, unit: str, time: str = MORNING) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"{person}-{code}-{time}",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}], "text": code},
        "subject": {"reference": f"Patient/{person}"},
        "effectiveDateTime": time,
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
    }


def dose(person: str, what: str, milliliters: float, status: str = "completed") -> dict[str, Any]:
    return {
        "resourceType": "MedicationAdministration",
        "id": f"{person}-{what}-{status}",
        "status": status,
        "medicationCodeableConcept": {"text": what},
        "subject": {"reference": f"Patient/{person}"},
        "effectiveDateTime": MORNING,
        "dosage": {"dose": {"value": milliliters, "unit": "mL", "system": UCUM, "code": "mL"}},
    }


def diagnosis(person: str, what: str) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": f"{person}-{what}",
        "code": {"text": what},
        "subject": {"reference": f"Patient/{person}"},
    }


def write(folder: Path, disease: str, *resources: Mapping[str, Any]) -> None:
    """One NDJSON file a kind of resource, as FHIR bulk export has it."""
    place = folder / disease / "fhir_r4"
    place.mkdir(parents=True)
    for kind in FILES:
        lines = [json.dumps(each) for each in resources if each["resourceType"] == kind]
        (place / f"{kind}.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")


def values(record: Record) -> list[tuple[str, float]]:
    return [(each.analyte, round(each.value, 6)) for each in record.results]


def test_lines_of_a_person_become_one_record(tmp_path: Path) -> None:
    write(
        tmp_path,
        "gi_bleeding",
        patient("pt-2", "male"),
        patient("pt-1", "female"),
        result("pt-1", HEMOGLOBIN, 9.4, "g/dL"),
        result("pt-2", HEMOGLOBIN, 12.0, "g/dL"),
        result("pt-1", HEMATOCRIT, 27.6, "%", NEXT_MORNING),
        result("pt-1", ALBUMIN, 4.3, "g/dL"),
        diagnosis("pt-1", "Acute gastric ulcer with hemorrhage"),
        dose("pt-1", "NS 0.9 % saline", 1000.0),
    )
    (group, first), (other_group, second) = read_clinosim(tmp_path)
    assert (group, other_group) == ("bleeding", "bleeding")
    assert values(first) == [("hemoglobin", 94.0), ("albumin", 43.0), ("hematocrit", 0.276)]
    assert values(second) == [("hemoglobin", 120.0)]
    assert (first.sex, second.sex) == ("female", "male")
    assert first.age_years == pytest.approx(74.5, abs=0.05)
    assert first.diagnoses == ("Acute gastric ulcer with hemorrhage",)
    assert [(each.kind, each.volume_ml) for each in first.doses] == [("crystalloid", 1000.0)]
    assert not second.doses
    assert [sorted(each.results) for each in samples(first)] == [["albumin", "hemoglobin"], ["hematocrit"]]


def test_nothing_read_is_lost(tmp_path: Path) -> None:
    lines = [
        patient("pt-1"),
        result("pt-1", HEMOGLOBIN, 13.0, "g/dL"),
        result("pt-1", HEMOGLOBIN, 134.0, "g/dL", NEXT_MORNING),
        result("pt-1", LACTATE, 2.0, "mmol/L"),
        result("pt-1", "80288-4", 1.0, "1"),
        dose("pt-1", "saline", 500.0),
        dose("pt-1", "saline", 500.0, status="not-done"),
        diagnosis("pt-1", "Sepsis"),
    ]
    write(tmp_path, "sepsis", *lines)
    ((_, record),) = read_clinosim(tmp_path)
    assert values(record) == [("hemoglobin", 130.0), ("lactate", 2.0)]
    assert len(record.doses) == 1
    reasons = [each.reason for each in record.skipped]
    assert len(reasons) == 3
    assert sum("134 g/dL" in each for each in reasons) == 1
    assert sum("80288-4" in each for each in reasons) == 1
    assert sum("not-done" in each for each in reasons) == 1
    used = len(record.results) + len(record.doses) + len(record.events)
    assert used + len(record.skipped) == len(lines) - 1, "every line but the Patient is used or skipped"


def test_the_disease_is_that_of_the_folder_not_of_the_list_of_diagnoses(tmp_path: Path) -> None:
    """clinosim writes "Viral pneumonia" as the main diagnosis of most of its burns."""
    write(tmp_path, "industrial_burn_severe", patient("pt-1"), diagnosis("pt-1", "Viral pneumonia"))
    write(tmp_path, "diabetic_ketoacidosis", patient("pt-1"), diagnosis("pt-1", "Type 2 diabetes (DM)"))
    found = {group: record.diagnoses for group, record in read_clinosim(tmp_path)}
    assert found == {"burns": ("Viral pneumonia",), "diabetic ketoacidosis": ("Type 2 diabetes (DM)",)}


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    write(tmp_path, "sepsis", patient("pt-1"))
    file = tmp_path / "sepsis" / "fhir_r4" / "Observation.ndjson"
    file.write_text(json.dumps(result("pt-1", ALBUMIN, 3.0, "g/dL")) + '\n\n{"resourceType": \n', encoding="utf-8")
    with pytest.raises(RecordError, match=r"'Observation\.ndjson', line 3, is no JSON"):
        list(read_clinosim(tmp_path))


def test_people_of_two_diseases_stay_two_though_their_id_is_one(tmp_path: Path) -> None:
    for disease in DISEASES:
        write(tmp_path, disease, patient("pt-1"), result("pt-1", HEMOGLOBIN, 13.0, "g/dL"))
    assert len({record.subject for _, record in read_clinosim(tmp_path)}) == len(DISEASES)


def test_a_line_of_nobody_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "sepsis", patient("pt-1"), {**result("pt-1", ALBUMIN, 3.0, "g/dL"), "subject": {}})
    with pytest.raises(RecordError, match=r"'Observation\.ndjson', line 1, does not say whose it is"):
        list(read_clinosim(tmp_path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, "sepsis", patient("pt-1"))
    (tmp_path / "sepsis" / "fhir_r4" / "Condition.ndjson").unlink()
    with pytest.raises(RecordError, match=r"'Condition\.ndjson' is missing"):
        list(read_clinosim(tmp_path))


@pytest.fixture(scope="module")
def people() -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for group, record in read_clinosim(MADE):
        found.setdefault(group, []).append(record)
    return found


@pytest.mark.data
@made
@pytest.mark.parametrize(("place", "group"), DISEASES.items())
def test_files_of_clinosim_are_read_whole(place: str, group: str, people: dict[str, list[Record]]) -> None:
    """Counted without the reader: people, blood tests by code, and everything that can be used or skipped."""
    folder = MADE / place / "fhir_r4"
    lines = {
        kind: [json.loads(line) for line in (folder / f"{kind}.ndjson").read_text(encoding="utf-8").splitlines()]
        for kind in FILES
    }
    measured = lines["Observation"]
    records = people[group]
    assert len(records) == len(lines["Patient"]) >= 40
    assert all(each.sex is not None and each.age_years is not None for each in records)
    codes = Counter(each["code"]["coding"][0]["code"] for each in measured)
    found = Counter(each.analyte for record in records for each in record.results)
    assert found["hemoglobin"] == codes[HEMOGLOBIN] > 0
    assert found["hematocrit"] == codes[HEMATOCRIT]
    assert found["albumin"] == codes[ALBUMIN]
    assert sum(len(each.events) for each in records) == len(lines["Condition"])
    given = len(lines["MedicationAdministration"])
    own = sum(not each.get("component") or any(key.startswith("value") for key in each) for each in measured)
    parts = sum(len(each.get("component", ())) for each in measured)
    kept = sum(len(each.results) + len(each.doses) + len(each.skipped) for each in records)
    assert kept == given + own + parts


@pytest.mark.data
@made
@pytest.mark.parametrize("group", DISEASES.values())
def test_red_cells_and_albumin_are_measured_together_in_some_of_every_disease(
    group: str, people: dict[str, list[Record]]
) -> None:
    """A change of their ratio, which is what a leak does, can be seen in a person only from the second time on."""
    both = [sum(bool(draw.red_cells and draw.proteins) for draw in samples(record)) for record in people[group]]
    assert sum(each > 1 for each in both) >= 10
