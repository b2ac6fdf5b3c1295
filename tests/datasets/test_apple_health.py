"""The export of a telephone: zip, folder and file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

import clarkson as ck
from clarkson.errors import RecordError

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout|ActivitySummary|ClinicalRecord)*)>
]>
<HealthData locale="en_US">
 <ExportDate value="2024-05-01 10:00:00 +0200"/>
 <Me HKCharacteristicTypeIdentifierDateOfBirth="1980-03-01"
     HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexFemale"/>
"""
WHEN = 'startDate="2024-04-30 08:15:00 +0200" endDate="2024-04-30 08:15:00 +0200"'
QUANTITY, CATEGORY = "HKQuantityTypeIdentifier", "HKCategoryTypeIdentifier"


def reading(kind: str, value: str, unit: str, when: str = WHEN) -> str:
    return f'<Record type="{QUANTITY}{kind}" sourceName="Cuff" unit="{unit}" {when} value="{value}"/>\n'


BODY = "".join(
    [
        reading("BloodPressureSystolic", "92", "mmHg"),
        reading("BloodPressureDiastolic", "55", "mmHg"),
        f'<Correlation type="HKCorrelationTypeIdentifierBloodPressure" {WHEN}>\n',
        reading("BloodPressureSystolic", "92", "mmHg"),
        reading("BloodPressureDiastolic", "55", "mmHg"),
        "</Correlation>\n",
        reading("OxygenSaturation", "0.97", "%"),
        reading("BodyMass", "150", "lb"),
        reading("BodyTemperature", "98.6", "degF"),
        reading("HeartRate", "70", "count/min") * 3,
        reading("RestingHeartRate", "64", "count/min"),
        reading("BodyMass", "150", "lb", 'startDate="yesterday"'),
        f'<Record type="{CATEGORY}Dizziness" {WHEN} value="HKCategoryValueSeverityModerate"/>\n',
        f'<Record type="{CATEGORY}Nausea" {WHEN} value="HKCategoryValueSeverityNotPresent"/>\n',
        '<ClinicalRecord fhirVersion="4.0.1" resourceFilePath="/clinical-records/LabResult-1.json"/>\n',
        '<ClinicalRecord fhirVersion="1.0.2" resourceFilePath="/clinical-records/LabResult-2.json"/>\n',
    ]
)


def laboratory(name: str, patient: str, value: float) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "4544-3"}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2024-04-30T09:00:00+02:00",
        "valueQuantity": {"value": value, "unit": "%"},
    }


def export(folder: Path, body: str = BODY) -> Path:
    (folder / "clinical-records").mkdir(parents=True)
    (folder / "export.xml").write_text(f"{HEAD}{body}</HealthData>\n", encoding="utf-8")
    for number, patient in ((1, "here"), (2, "here"), (3, "there")):
        document = json.dumps(laboratory(f"o{number}", patient, 50.0 + number))
        (folder / "clinical-records" / f"LabResult-{number}.json").write_text(document)
    (folder / "clinical-records" / "LabResult-4.json").write_text("{ not json")
    return folder


def zipped(folder: Path) -> Path:
    file = folder.parent / "export.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, Path("apple_health_export") / path.relative_to(folder))
    return file


@pytest.mark.parametrize("form", ["folder", "zip", "file"])
def test_an_export_is_one_persons_record(tmp_path: Path, form: str) -> None:
    folder = export(tmp_path / "apple_health_export")
    place = {"folder": folder, "zip": zipped(folder), "file": folder / "export.xml"}[form]
    record = ck.read(place)
    assert record.sex == "female"
    assert record.age_years == pytest.approx(44.2, abs=0.1)
    found = sorted((each.analyte, round(each.value, 2)) for each in record.results)
    assert found == [
        ("diastolic_pressure", 55.0),
        ("heart_rate", 64.0),
        ("hematocrit", 0.51),
        ("hematocrit", 0.53),
        ("oxygen_saturation", 0.97),
        ("systolic_pressure", 92.0),
        ("temperature", 37.0),
        ("weight", 68.04),
    ]
    assert [(each.kind, each.text) for each in record.events] == [("symptom", "dizziness")]
    assert record.results[0].time.isoformat() == "2024-04-30T08:15:00+02:00"


def test_what_is_not_used_is_listed(tmp_path: Path) -> None:
    record = ck.read(export(tmp_path / "export"))
    reasons = {each.reason: each.count for each in record.skipped}
    assert reasons["Clarkson does not use HKQuantityTypeIdentifierHeartRate"] == 3
    assert reasons["it is FHIR 1.0.2; Clarkson reads R4"] == 1
    assert reasons["it says that the symptom was absent"] == 1
    assert any("is no time" in each for each in reasons)
    assert any("it is no JSON" in each for each in reasons)


def test_damage_is_said(tmp_path: Path) -> None:
    folder = export(tmp_path / "export")
    (folder / "export.xml").write_text(HEAD + BODY, encoding="utf-8")
    with pytest.raises(RecordError, match=r"export.* is damaged"):
        ck.read(folder)
    (folder / "export.xml").write_text("<Other/>", encoding="utf-8")
    with pytest.raises(RecordError, match="is no export of Apple Health"):
        ck.read(folder, format="apple-health")


def test_an_entity_that_grows_is_refused(tmp_path: Path) -> None:
    folder = export(tmp_path / "export")
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(12))
    bomb = f'<!DOCTYPE HealthData [<!ENTITY e0 "x">{entities}]><HealthData><Me a="&e12;"/></HealthData>'
    (folder / "export.xml").write_text(bomb, encoding="utf-8")
    with pytest.raises(RecordError, match="is damaged"):
        ck.read(folder)
