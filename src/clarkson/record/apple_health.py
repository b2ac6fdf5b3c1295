"""Apple Health: the export of a telephone, with the FHIR records that hospitals sent to it.

It is read as a stream: an export may hold millions of readings, most of them none that Clarkson uses.
"""

from __future__ import annotations

import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from xml.etree import ElementTree

import orjson

from clarkson.analytes import Sex
from clarkson.errors import RecordError
from clarkson.record.concepts import concept_sets
from clarkson.record.fhir import OF_ANOTHER, people_of, record_of_resources
from clarkson.record.fhir_resources import Resource
from clarkson.record.measured import measured
from clarkson.record.record import Event, Record, Result, Skipped, Source
from clarkson.record.repeats import settle
from clarkson.record.times import instant

EXPORT = "export.xml"
_CLINICAL = "clinical-records"
_SEX: Mapping[str, Sex] = {"HKBiologicalSexFemale": "female", "HKBiologicalSexMale": "male"}
_UNITS = {"count/min": "/min", "degC": "Cel", "degF": "[degF]", "lb": "[lb_av]"}
_NOT_PRESENT = "HKCategoryValueSeverityNotPresent"
_TELLING_BYTES = 8192
_LARGEST_DOCUMENT = 16 * 1024 * 1024
_DAYS_PER_YEAR = 365.25
_R4 = "4."


def is_apple_health(path: Path) -> bool:
    """Whether a file or a folder is an export of Apple Health."""
    if path.is_dir():
        return (path / EXPORT).is_file()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return any(name.endswith(f"/{EXPORT}") or name == EXPORT for name in archive.namelist())
    with path.open("rb") as file:
        return b"<!DOCTYPE HealthData" in file.read(_TELLING_BYTES)


_DAMAGED = (
    *(OSError, EOFError, LookupError, NotImplementedError, RuntimeError, ValueError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What ``zipfile`` and the parser of XML raise where an archive is cut, damaged, encrypted, packed in another way, or
written in an encoding that there is not."""


def read_apple_health(path: Path) -> Record:
    """The record in an export: the zip file, the folder that it unpacks to, or its ``export.xml``.

    The clinical records beside it are taken for the same person's, as the export says, whatever ids hospitals gave.

    Raises
    ------
    RecordError
        It is no export, or damaged.
    """
    try:
        with _opened(path) as (file, documents):
            return _read(path, file, documents)
    except ElementTree.ParseError as error:
        raise RecordError(f"'{path.name}' is damaged: {error}") from None
    except _DAMAGED as error:
        raise RecordError(f"'{path.name}' cannot be read: {error}") from None


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], Iterator[tuple[str, bytes]]]]:
    """The export itself, and the clinical records beside it with their names."""
    if path.is_file() and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.rsplit("/", 1)[-1] == EXPORT]
            if not names:
                raise RecordError(f"'{path.name}' has no {EXPORT}")
            inside = (
                (each.filename.rsplit("/", 1)[-1], archive.read(each))
                for each in archive.infolist()
                if f"{_CLINICAL}/" in each.filename
                and each.filename.endswith(".json")
                and each.file_size <= _LARGEST_DOCUMENT
            )
            with archive.open(names[0]) as file:
                yield file, inside
        return
    export = path / EXPORT if path.is_dir() else path
    beside = sorted((export.parent / _CLINICAL).glob("*.json"))
    with export.open("rb") as file:
        yield file, ((each.name, each.read_bytes()) for each in beside if each.stat().st_size <= _LARGEST_DOCUMENT)


def _read(path: Path, file: IO[bytes], documents: Iterator[tuple[str, bytes]]) -> Record:
    results: list[Result] = []
    events: list[Event] = []
    skipped: list[Skipped] = []
    unread: Counter[str] = Counter()
    versions: dict[str, str] = {}
    person: Mapping[str, str] = {}
    pairs = ElementTree.iterparse(file, events=("start", "end"))
    _, root = next(pairs)
    if root.tag != "HealthData":
        raise RecordError(f"'{path.name}' is no export of Apple Health: it begins with <{root.tag}>")
    number, inside = 0, 0
    for happening, element in pairs:
        # A pair of pressures stands twice: alone, and within its Correlation.
        inside += (element.tag == "Correlation") * (1 if happening == "start" else -1)
        if happening == "start":
            continue
        if element.tag == "Record" and not inside:
            number += 1
            found = _record(element, Source(EXPORT, f"Record {number}"))
            if isinstance(found, Result):
                results.append(found)
            elif isinstance(found, Event):
                events.append(found)
            elif isinstance(found, Skipped):
                skipped.append(found)
            else:
                unread[element.get("type", "what has no type")] += 1
        elif element.tag == "Me":
            person = dict(element.attrib)
        elif element.tag == "ClinicalRecord":
            versions[element.get("resourceFilePath", "").rsplit("/", 1)[-1]] = element.get("fhirVersion", "")
        if element.tag in ("Record", "Correlation", "Workout", "ActivitySummary", "ClinicalRecord"):
            root.clear()
    skipped += [
        Skipped(Source(EXPORT, f"{count} Records"), f"Clarkson does not use {name}", count=count)
        for name, count in sorted(unread.items())
    ]
    record = _clinical(documents, versions, skipped)
    settled, repeats = settle((*results, *record.results))
    return replace(
        record,
        subject=path.stem,
        results=settled,
        events=(*record.events, *events),
        sex=_SEX.get(person.get("HKCharacteristicTypeIdentifierBiologicalSex", ""), record.sex),
        age_years=_age_years(person.get("HKCharacteristicTypeIdentifierDateOfBirth", ""), settled),
        weight_kg=next((each.value for each in settled if each.analyte == "weight"), None),
        skipped=(*record.skipped, *repeats),
    )


def _record(element: ElementTree.Element, source: Source) -> Result | Event | Skipped | None:
    """What a Record is; None if it is nothing that Clarkson uses."""
    kind, value = element.get("type", ""), element.get("value", "")
    reading = concept_sets()["apple"]["readings"].get(kind)
    symptom = concept_sets()["apple"]["symptoms"].get(kind)
    if reading is None and symptom is None:
        return None
    try:
        time = _time(element.get("startDate", ""))
    except RecordError as error:
        return Skipped(source, str(error), kind)
    if symptom is not None:
        if value == _NOT_PRESENT:
            return Skipped(source, "it says that the symptom was absent", symptom)
        return Event("symptom", symptom, time, source)
    unit = element.get("unit", "")
    # Apple prints a saturation of 97 % as 0.97 with the unit "%".
    if reading["analyte"] == "oxygen_saturation" and unit == "%":
        unit = "1"
    return measured(reading["analyte"], value, _UNITS.get(unit, unit), time, source, method=reading["method"])


def _time(printed: str) -> datetime:
    """The time of "2024-03-31 08:30:00 +0200"."""
    return instant(printed.replace(" ", "T", 1).replace(" ", ""), None)[0]


def _clinical(documents: Iterator[tuple[str, bytes]], versions: Mapping[str, str], skipped: list[Skipped]) -> Record:
    """What hospitals sent: every person in it is the one of the export."""
    resources: list[Resource] = []
    for name, data in documents:
        version = versions.get(name, "")
        try:
            body: Any = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            skipped.append(Skipped(Source(name), f"it is no JSON: {error}"))
            continue
        if not isinstance(body, dict):
            skipped.append(Skipped(Source(name), "it is no FHIR resource"))
        elif version and not version.startswith(_R4):
            skipped.append(Skipped(Source(name), f"it is FHIR {version}; Clarkson reads R4"))
        else:
            place = f"{body.get('resourceType', '')}/{body.get('id', '')}"
            resources.append(Resource(body, Source(name, place)))
    found = [
        record_of_resources(resources, _CLINICAL, timezone=None, patient=each, skipped=[])
        for each in people_of(resources)
    ]
    if not found:
        return Record("", skipped=tuple(skipped))
    return replace(
        found[0],
        results=tuple(one for each in found for one in each.results),
        doses=tuple(sorted((one for each in found for one in each.doses), key=lambda dose: dose.start)),
        events=tuple(one for each in found for one in each.events),
        diagnoses=tuple(dict.fromkeys(one for each in found for one in each.diagnoses)),
        skipped=(*skipped, *dict.fromkeys(one for each in found for one in each.skipped if one.reason != OF_ANOTHER)),
    )


def _age_years(born: str, results: tuple[Result, ...]) -> float | None:
    if not born or not results:
        return None
    try:
        years = (results[-1].time - instant(born, "UTC")[0]).days / _DAYS_PER_YEAR
    except RecordError:
        return None
    return round(years, 1) if years >= 0.0 else None
