"""FHIR R4: the official examples, and each rule on a small bundle."""

from __future__ import annotations

import json
import os
import re
import tarfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import clarkson as ck
from clarkson.errors import ClarksonError, RecordError

ARCHIVES = Path(os.environ.get("CLARKSON_DATA", "")) / "fhir-r4-examples"
official = pytest.mark.skipif(not ARCHIVES.is_dir(), reason="CLARKSON_DATA names no folder with fhir-r4-examples")


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    found = {}
    for archive in sorted(ARCHIVES.glob("*.tar.gz")):
        with tarfile.open(archive) as opened:
            for member in opened.getmembers():
                content = opened.extractfile(member)
                if member.name.endswith(".json") and content is not None:
                    found[Path(member.name).name] = content.read()
    return found


def shown(record: ck.Record) -> dict[str, str]:
    return {each.analyte: f"{each.raw_value} {each.raw_unit}" for each in record.results}


@official
@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (
            "Bundle-101.json",
            {"hemoglobin": 176.0, "erythrocytes": 5.9, "hematocrit": 0.55, "mcv": 99.0, "platelets": 444.0},
        ),
        (
            "Bundle-ghp.json",
            {"albumin": 42.0, "total_protein": 67.0, "creatinine": 90.0, "sodium": 140.0, "hematocrit": 0.55},
        ),
        ("Bundle-report.json", {"hematocrit": 0.27, "leukocytes": 31.9, "platelets": 84.0}),
        ("Observation-blood-pressure.json", {"systolic_pressure": 107.0, "diastolic_pressure": 60.0}),
        ("Observation-blood-pressure-dar.json", {"systolic_pressure": 107.0}),
        ("Observation-blood-pressure-cancel.json", {}),
        ("observation-cbc-hematocrit.json", {"hematocrit": 0.43}),
    ],
)
def test_official_examples(files: dict[str, bytes], file: str, expected: dict[str, float]) -> None:
    """The numbers were read from the files by eye."""
    found = {each.analyte: each.value for each in ck.read_bytes(files[file], file).results}
    assert {key: found.get(key) for key in expected} == pytest.approx(expected)
    if not expected:
        assert not found


@official
@pytest.mark.data
def test_a_result_without_a_time_takes_that_of_its_report(files: dict[str, bytes]) -> None:
    record = ck.read_bytes(files["Bundle-ghp.json"], "Bundle-ghp.json")
    assert {each.time.isoformat() for each in record.results if each.analyte == "albumin"} == {
        "2015-08-16T06:40:17+00:00"
    }


def places(body: dict[str, Any], place: str = "") -> dict[str, bool]:
    """Where each thing stands that must be accounted for, found without the reader; true if it is a must.

    Reports, Patients, Medications and entries are accounted for only if something is wrong with them.
    """
    kind, own = body.get("resourceType", ""), body.get("id", "")
    here = place or (f"{kind}/{own}" if own else kind)
    found: dict[str, bool] = {}
    if kind == "Bundle":
        found[here] = False
        for number, entry in enumerate(body.get("entry", [])):
            where = f"{place}.entry[{number}]".lstrip(".")
            inner = entry.get("resource")
            label = f" {inner['resourceType']}/{inner['id']}" if inner and "id" in inner else ""
            found |= places(inner, where + label) if inner else {where: True}
        return found
    if kind == "Observation":
        parts = {f"{here}.component[{number}]": True for number in range(len(body.get("component", [])))}
        own_value = any(key.startswith("value") or key == "dataAbsentReason" for key in body)
        found |= {**parts, here: own_value or not parts}
    else:
        found[here] = kind not in ("Patient", "DiagnosticReport", "Medication")
    for number, inner in enumerate(body.get("contained", [])):
        found |= places(inner, f"{here}.contained[{number}]")
    return found


def parents(place: str) -> list[str]:
    return [place[:cut] for cut in range(len(place)) if place[cut] == "."]


@official
@pytest.mark.data
def test_every_official_file_is_read_or_refused_and_nothing_is_lost(files: dict[str, bytes]) -> None:
    values, people = 0, list[str]()
    for name, content in files.items():
        try:
            record = ck.read_bytes(content, name)
        except ClarksonError as error:
            if name == "package.json":
                continue
            people += re.findall("holds ([0-9]+) people", str(error))
            record = ck.read_bytes(content, name, patient=re.findall("'([^']*)'", str(error))[1])
        kinds = (record.results, record.doses, record.events, record.skipped)
        listed = Counter(each.source.place for kind in kinds for each in kind)
        expected = places(json.loads(content))
        assert set(listed) <= set(expected), name
        for place, must in expected.items():
            assert listed[place] <= 1, (name, place)
            assert listed[place] or not must or any(listed[each] for each in parents(place)), (name, place)
        values += len(record.results)
    assert (len(files), sorted(people)) == (308, ["12", "2", "2", "4", "5"])
    assert values > 50


def observation(code: str = "4544-3", value: float = 52.0, unit: str = "%", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "effectiveDateTime": "2024-03-01T08:00:00Z",
        "valueQuantity": {"value": value, "unit": unit},
        **more,
    }


def entries(*listed: dict[str, Any], patient: str | None = None, **more: Any) -> ck.Record:
    body = {"resourceType": "Bundle", "type": "collection", "entry": list(listed), **more}
    return ck.read_bytes(json.dumps(body).encode(), "bundle.json", patient=patient)


def bundle(*resources: dict[str, Any], patient: str | None = None, **more: Any) -> ck.Record:
    return entries(*({"resource": each} for each in resources), patient=patient, **more)


def report(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "contained": [body],
        "result": [{"reference": "#a"}],
        **more,
    }


def hematocrits(record: ck.Record) -> list[float]:
    return [each.value for each in record.results if each.analyte == "hematocrit"]


def test_traits_come_from_the_patient() -> None:
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1964-03-01"}
    record = bundle(patient, observation(subject={"reference": "Patient/p"}))
    assert (record.subject, record.sex) == ("p", "female")
    assert record.age_years == pytest.approx(60.0, abs=0.1)


def test_references_by_the_address_of_the_entry() -> None:
    record = entries(
        {"fullUrl": "urn:uuid:abc", "resource": {"resourceType": "Patient", "id": "p", "gender": "male"}},
        {"resource": observation(subject={"reference": "urn:uuid:abc"})},
    )
    assert (record.subject, record.sex, len(record.results)) == ("p", "male", 1)


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered", "unknown", ""])
def test_results_that_do_not_stand_are_listed(status: str) -> None:
    record = bundle(observation(status=status))
    assert not record.results
    assert "status" in record.skipped[0].reason


def test_preliminary_and_corrected_are_marked_and_the_correction_wins() -> None:
    record = bundle(
        observation("1751-7", 40.0, "g/L", id="a", status="preliminary"),
        observation("1751-7", 24.0, "g/L", id="b", status="corrected"),
        observation("718-7", 180.0, "g/L", status="preliminary"),
    )
    assert {each.analyte: (each.value, each.status) for each in record.results} == {
        "albumin": (24.0, "corrected"),
        "hemoglobin": (180.0, "preliminary"),
    }
    assert "replaced by the correction" in record.skipped[0].reason


def test_the_newer_version_of_a_resource_counts() -> None:
    old = observation("1751-7", 40.0, "g/L", id="a", meta={"lastUpdated": "2024-03-01T09:00:00Z"})
    new = observation("1751-7", 24.0, "g/L", id="a", meta={"lastUpdated": "2024-03-01T10:00:00Z"}, status="amended")
    for order in ((old, new), (new, old)):
        record = bundle(*order)
        assert [each.value for each in record.results] == [24.0]
        assert "older version" in record.skipped[0].reason


@pytest.mark.parametrize(
    ("stands", "falls"),
    [
        ({"meta": {"lastUpdated": "2024-03-01T09:00:00Z"}}, {"meta": {"lastUpdated": "2024-03-01T10:00:00+02:00"}}),
        ({"meta": {"versionId": "10"}}, {"meta": {"versionId": "9"}}),
        ({"status": "amended"}, {"status": "final"}),
        ({"status": "final"}, {"status": "preliminary"}),
    ],
)
def test_which_of_two_versions_stands(stands: dict[str, Any], falls: dict[str, Any]) -> None:
    pair = observation(value=54.0, id="a", **stands), observation(value=40.0, id="a", **falls)
    assert hematocrits(bundle(*pair)) == hematocrits(bundle(*pair[::-1])) == [0.54]


def test_a_withdrawn_version_takes_the_result_away() -> None:
    wrong = observation(id="a", status="entered-in-error")
    for pair in ((wrong, observation(id="a")), (observation(id="a"), wrong)):
        assert not bundle(*pair).results


def test_equal_ids_within_two_containers_or_servers_are_two_results() -> None:
    first, second = (observation(value=value, id="a", effectiveDateTime=f"2024-03-0{value % 7}") for value in (40, 55))
    assert sorted(hematocrits(bundle(report(first), report(second)))) == [0.40, 0.55]
    servers = entries(
        {"fullUrl": "https://one.example/Observation/a", "resource": first},
        {"fullUrl": "https://two.example/Observation/a", "resource": second},
    )
    assert sorted(hematocrits(servers)) == [0.40, 0.55]


def test_a_contained_result_takes_the_time_of_its_own_report() -> None:
    first, second = (observation(value=value, id="a") for value in (40, 55))
    del first["effectiveDateTime"], second["effectiveDateTime"]
    record = bundle(
        report(first, effectiveDateTime="2024-03-01T08:00:00Z"),
        report(second, effectiveDateTime="2024-03-02T08:00:00Z"),
    )
    assert [(each.value, each.time.day) for each in record.results] == [(0.40, 1), (0.55, 2)]


@pytest.mark.parametrize("more", [{"status": "entered-in-error"}, {"modifierExtension": [{"url": "x"}]}])
def test_what_a_report_contains_falls_with_it(more: dict[str, Any]) -> None:
    record = bundle(report(observation(id="a"), **more))
    assert not record.results
    assert [each.source.place for each in record.skipped] == ["entry[0]"]


def test_a_report_that_names_nothing_lends_its_time_to_nobody() -> None:
    timeless = observation()
    del timeless["effectiveDateTime"]
    other = {"resourceType": "DiagnosticReport", "issued": "2020-01-01T00:00:00Z", "result": [{"display": "x"}]}
    assert [each.reason for each in bundle(other, timeless).skipped] == ["it has no time"]


def test_more_pages_are_said() -> None:
    record = bundle(observation(), type="searchset", link=[{"relation": "next", "url": "x"}])
    assert "more pages" in record.skipped[0].reason


def test_the_same_result_twice_is_read_once() -> None:
    record = bundle(observation(id="a"), observation(id="b"))
    assert len(record.results) == 1
    assert "repeats" in record.skipped[0].reason


def test_a_comparator_is_kept_and_an_absent_value_named() -> None:
    low = observation("1988-5", 5.0, "mg/L")
    low["valueQuantity"]["comparator"] = "<"
    absent = observation("1751-7")
    del absent["valueQuantity"]
    absent["dataAbsentReason"] = {"text": "clotted"}
    record = bundle(low, absent)
    assert record.results[0].comparator == "<"
    assert "clotted" in record.skipped[0].reason


def test_a_modifier_extension_is_not_understood_and_says_so() -> None:
    record = bundle(observation(modifierExtension=[{"url": "http://example.org/not"}]))
    assert "modifier extension" in record.skipped[0].reason


def test_a_patient_with_a_modifier_extension_lends_no_traits() -> None:
    record = bundle({"resourceType": "Patient", "gender": "male", "modifierExtension": [{"url": "x"}]}, observation())
    assert (record.sex, len(record.results), len(record.skipped)) == (None, 1, 1)


def test_the_ucum_code_is_preferred_and_a_mix_up_asked_about() -> None:
    coded = observation("1751-7", 3.4, "grams")
    coded["valueQuantity"].update(system="http://unitsofmeasure.org", code="g/dL")
    record = bundle(coded, observation("4544-3", 0.45, "%"))
    assert {each.analyte: each.value for each in record.results} == pytest.approx({"albumin": 34.0})
    assert record.skipped[0].question


@pytest.mark.parametrize("time", ["2024", "2024-03", "yesterday", 7, None])
def test_a_time_without_a_day_is_listed(time: object) -> None:
    record = bundle(observation(effectiveDateTime=time))
    assert not record.results
    assert "time" in record.skipped[0].reason


def test_a_date_is_noon_a_period_its_start() -> None:
    record = bundle(
        observation(effectiveDateTime="2024-03-01"),
        observation(
            "1751-7", 40.0, "g/L", effectiveDateTime=None, effectivePeriod={"start": "2024-03-02T06:00:00+01:00"}
        ),
    )
    assert [(each.time.isoformat(), each.exact_time) for each in record.results] == [
        ("2024-03-01T12:00:00+00:00", False),
        ("2024-03-02T06:00:00+01:00", True),
    ]


@pytest.mark.parametrize(("time", "exact"), [("2024-03-01", False), ("2024-03-01T12:00:00Z", True)])
def test_a_date_of_a_condition_or_a_dose_is_not_exact(time: str, exact: bool) -> None:
    named = {"text": "albumin 20 %"}
    given = {"resourceType": "MedicationAdministration", "status": "completed", "medicationCodeableConcept": named}
    record = bundle(
        {"resourceType": "Condition", "code": {"text": "influenza"}, "onsetDateTime": time},
        {**given, "effectiveDateTime": time},
        {**given, "effectivePeriod": {"start": "2024-03-01T08:00:00Z", "end": time}},
    )
    assert [each.exact_time for each in record.events] == [exact]
    assert [each.exact_time for each in record.doses] == [exact] * 2


def test_unknown_codes_and_codes_of_other_systems_are_not_guessed() -> None:
    other = observation()
    other["code"] = {"coding": [{"system": "http://snomed.info/sct", "code": "4544-3"}], "text": "Hematocrit"}
    record = bundle(other, observation("9999-9"))
    assert not record.results
    assert [each.reason for each in record.skipped] == ["it has no LOINC code", "Clarkson does not use LOINC 9999-9"]


def test_electrophoresis_and_blood_gas_are_other_methods() -> None:
    record = bundle(observation("2862-1", 40.0, "g/L"), observation("48703-3", 45.0, "%"))
    assert {each.analyte: each.method for each in record.results} == {
        "albumin": "electrophoresis",
        "hematocrit": "blood gas",
    }


def administration(what: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "MedicationAdministration",
        "status": "completed",
        "medicationCodeableConcept": what,
        "effectivePeriod": {"start": "2024-03-01T08:00:00Z", "end": "2024-03-01T12:00:00Z"},
        "dosage": {"dose": {"value": 1, "unit": "L"}},
        **more,
    }


@pytest.mark.parametrize(
    ("concept", "kind"),
    [
        ({"text": "Sodium chloride 0.9 %"}, "crystalloid"),
        ({"coding": [{"system": "http://www.whocc.no/atc", "code": "B05AA01"}], "text": "Alburex"}, "albumin"),
        (
            {"coding": [{"system": "http://www.whocc.no/atc", "code": "J06BA02", "display": "Privigen"}]},
            "immunoglobulin",
        ),
        (
            {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "1745276", "display": "x"}]},
            "vasopressor",
        ),
        ({"text": "Furosemide"}, "diuretic"),
        ({"text": "Terbutaline"}, "prophylaxis"),
    ],
)
def test_doses_by_code_and_by_words(concept: dict[str, Any], kind: str) -> None:
    (dose,) = bundle(administration(concept)).doses
    assert dose.kind == kind
    assert dose.volume_ml == 1000.0
    assert dose.end is not None


def test_each_dose_has_the_medication_that_it_contains() -> None:
    doses = []
    for hour, what in (("08", "Albumin 20 %"), ("10", "Sodium chloride 0.9 %")):
        medication = {"resourceType": "Medication", "id": "med", "code": {"text": what}}
        start = {"start": f"2024-03-01T{hour}:00:00Z"}
        dose = administration({}, contained=[medication], medicationReference={"reference": "#med"})
        doses.append({**dose, "effectivePeriod": start})
    assert [each.kind for each in bundle(*doses).doses] == ["albumin", "crystalloid"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"effectivePeriod": {"start": "2024-03-02T08:00:00Z", "end": "2024-03-01T08:00:00Z"}}, "ends before"),
        ({"dosage": {"dose": {"value": -500, "unit": "mL"}}}, "negative: -500 mL"),
        ({"dosage": {"dose": {"value": 1, "unit": "L"}, "modifierExtension": [{"url": "x"}]}}, "modifier extension"),
    ],
)
def test_an_impossible_dose_is_listed(more: dict[str, Any], why: str) -> None:
    record = bundle(administration({"text": "saline"}, **more))
    assert not record.doses
    assert why in record.skipped[0].reason


def test_what_was_not_given_or_is_not_so_is_listed() -> None:
    refuted = {
        "resourceType": "Condition",
        "code": {"text": "Sepsis"},
        "verificationStatus": {"coding": [{"code": "refuted"}]},
    }
    record = bundle(
        administration({"text": "Albumin"}, status="not-done"),
        refuted,
        {"resourceType": "Condition", "code": {"text": "MGUS"}},
    )
    assert not record.doses
    assert record.diagnoses == ("MGUS",)
    assert {each.reason for each in record.skipped} == {
        "its status is 'not-done'",
        "its verification status is 'refuted'",
    }


def test_several_people_are_refused_until_one_is_picked() -> None:
    two = [observation(value=float(40 + n), subject={"reference": f"Patient/{n}"}) for n in range(2)]
    with pytest.raises(RecordError, match=r"2 people .*--patient"):
        bundle(*two)
    record = bundle(*two, patient="1")
    assert hematocrits(record) == [0.41]
    assert "another person" in record.skipped[0].reason


def patient(address: str, **more: Any) -> dict[str, Any]:
    return {"fullUrl": address, "resource": {"resourceType": "Patient", **more}}


@pytest.mark.parametrize(
    "two",
    [
        [patient("urn:uuid:a", gender="male"), patient("urn:uuid:b", gender="female")],
        [patient("https://one.example/Patient/1", id="1"), patient("https://two.example/Patient/1", id="1")],
        [{"resource": observation(subject={"identifier": {"value": each}})} for each in "ab"],
        [{"resource": observation(subject={"display": each})} for each in ("Ann", "Bea")],
        [
            {
                "resource": observation(
                    subject={"reference": "#p"},
                    contained=[{"resourceType": "Patient", "id": "p", "birthDate": each}],
                )
            }
            for each in ("1950-01-01", "1980-01-01")
        ],
    ],
    ids=["by address", "by server", "by identifier", "by display", "contained"],
)
def test_two_people_are_never_one(two: list[dict[str, Any]]) -> None:
    with pytest.raises(RecordError, match="holds 2 people"):
        entries(*two)


def test_one_person_is_found_by_each_spelling() -> None:
    record = entries(
        patient("urn:uuid:abc", id="p", identifier=[{"system": "urn:x", "value": "7"}]),
        *(
            {"resource": observation(value=40.0 + place, subject=subject)}
            for place, subject in enumerate(
                [
                    {"reference": "Patient/p"},
                    {"reference": "https://a.example/Patient/p/_history/3"},
                    {"reference": "urn:uuid:abc"},
                    {"identifier": {"system": "urn:x", "value": "7"}},
                    {},
                ]
            )
        ),
    )
    assert (record.subject, len(record.results), record.skipped) == ("p", 5, ())


def test_what_is_not_the_person_is_not_theirs() -> None:
    one, two = ({"reference": f"Patient/{each}"} for each in (1, 2))
    record = bundle(
        observation(value=40.0, subject=one),
        observation(value=41.0, subject=two),
        observation(value=42.0),
        observation(value=43.0, subject={"reference": "Device/1"}),
        observation(value=44.0, focus=[{"reference": "RelatedPerson/1"}], subject=one),
        patient="1",
    )
    assert hematocrits(record) == [0.40]
    assert [each.reason for each in record.skipped] == [
        "it belongs to another person",
        "it does not say whose it is, and there are several people",
        "it is about Device/1, which is no person",
        "it was not measured on the person but on its focus",
    ]


@pytest.mark.parametrize(
    "broken",
    [
        {"resourceType": "Observation", "status": "final", "code": "4544-3", "valueQuantity": {"value": 40}},
        observation(valueQuantity=[]),
        observation(valueQuantity={"value": "52", "unit": "%"}),
        {**observation(), "code": {"coding": {"code": "4544-3"}}},
        {"resourceType": "MedicationAdministration", "dosage": [], "effectiveDateTime": {}},
        {"resourceType": "Condition", "code": []},
        {"resourceType": 7},
        {},
    ],
)
def test_a_bad_resource_never_stops_the_others(broken: dict[str, Any]) -> None:
    record = bundle(broken, observation("1751-7", 40.0, "g/L"))
    assert [each.analyte for each in record.results] == ["albumin"]
    assert len(record.skipped) == 1
