"""FHIR R4: a Bundle of any type, or a single resource, of one person.

Read tolerantly: only the elements that are needed are looked at, and one bad resource never stops the
others; it is listed with the reason. Results are matched by LOINC code only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

import orjson

from clarkson.analytes import Sex
from clarkson.errors import RecordError
from clarkson.record.doses import kind_of, kind_of_code, volume_ml
from clarkson.record.fhir_elements import (
    ESTIMATED,
    EVENT_KIND,
    EVERY_H,
    LASTING,
    NUMBERS,
    RELATIVE,
    TRAIT,
    codings,
    number,
    said_number,
    said_text,
    says,
    table,
    tables,
    text,
    when,
    words_of,
)
from clarkson.record.fhir_observation import read_observation
from clarkson.record.fhir_people import OF_A_PERSON, People, other_subject, people_in, person_of, subject
from clarkson.record.fhir_resources import Resource, bundled, contained, newest, withdrawn
from clarkson.record.record import Dose, DoseKind, Event, EventKind, Record, Result, Skipped, Source
from clarkson.record.repeats import settle
from clarkson.record.rhythm import every_h_of
from clarkson.record.times import ORIGIN

_SEX: Mapping[str, Sex] = {"female": "female", "male": "male"}
_NOT_GIVEN = frozenset({"not-done", "entered-in-error", "unknown"})
_NOT_TRUE = frozenset({"refuted", "entered-in-error"})
_READ = frozenset({"DiagnosticReport", "Patient", "Medication"})
_DAYS_PER_YEAR = 365.25
OF_ANOTHER = "it belongs to another person"


def read_fhir(data: Mapping[str, Any], name: str, *, timezone: str | None, patient: str | None) -> Record:
    """The record of a parsed FHIR R4 document; ``patient`` picks one person by id.

    Raises
    ------
    RecordError
        It holds several people and ``patient`` names none of them.
    """
    skipped: list[Skipped] = []
    resources = bundled(data, name, skipped)
    record = record_of_resources(resources, name, timezone=timezone, patient=patient, skipped=skipped)
    tags = tables(table(data.get("meta")).get("tag"))
    relative = any(text(each, "system") == RELATIVE for each in tags)
    return replace(record, origin=ORIGIN) if relative else record


def record_of_resources(
    resources: list[Resource], name: str, *, timezone: str | None, patient: str | None, skipped: list[Skipped]
) -> Record:
    """The record of resources that were found in one document, or are known to belong together.

    ``skipped`` is what was left out on the way to them. Raises RecordError as ``read_fhir`` does.
    """
    usable = list(_usable(newest(resources, skipped), skipped))
    people = people_in(usable)
    person = person_of(people, name, patient)
    mine = list(_of(person, people, usable, skipped))
    report_times = _report_times(mine, timezone)
    medications = {spelled: each for each in mine if each.kind == "Medication" for spelled in each.names()}
    results: list[Result] = []
    doses: list[Dose] = []
    events: list[Event] = []
    for each in mine:
        try:
            if each.kind == "Observation":
                time = next((report_times[spelled] for spelled in each.names() if spelled in report_times), None)
                found, left = read_observation(each.body, each.source, timezone, time)
                results += found
                skipped += left
            elif each.kind == "MedicationAdministration":
                doses.append(_dose(each, medications, timezone))
            elif each.kind == "Condition":
                events.append(_diagnosis(each, timezone))
            elif each.kind not in _READ:
                skipped.append(
                    Skipped(each.source, f"Clarkson does not use {each.kind or 'a resource without a type'}")
                )
        except RecordError as error:
            skipped.append(Skipped(each.source, str(error), each.kind))
    settled, repeats = settle(results)
    patient_body = next((each.body for each in mine if each.kind == "Patient"), {})
    said = tables(patient_body.get("extension"))
    traits = {
        key: value
        for each in said
        for key in NUMBERS
        if text(each, "url") == f"{TRAIT}{key}" and (value := number(each.get("valueDecimal"))) is not None
    }
    return Record(
        subject=person or name,
        results=settled,
        doses=tuple(sorted(doses, key=lambda each: each.start)),
        events=tuple(events),
        sex=_SEX.get(text(patient_body, "gender")),
        age_years=traits.get("age_years", _age(patient_body, settled, timezone)),
        height_cm=traits.get("height_cm"),
        weight_kg=traits.get("weight_kg"),
        citation=said_text(patient_body, f"{TRAIT}citation") or "",
        diagnoses=tuple(dict.fromkeys(each.text for each in events if each.kind == "diagnosis")),
        skipped=(*skipped, *repeats),
    )


def read_fhir_lines(lines: list[bytes], name: str, *, timezone: str | None, patient: str | None) -> Record:
    """The record in lines of which each is a resource; a line that is none is skipped with its number.

    Raises
    ------
    RecordError
        They are of several people and ``patient`` names none of them.
    """
    skipped: list[Skipped] = []
    resources: list[Resource] = []
    for place, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        source = Source(name, f"line {place}")
        try:
            body = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            skipped.append(Skipped(source, f"it is no JSON: {error.msg}"))
            continue
        if isinstance(body, dict):
            resources.append(Resource(body, source))
        else:
            skipped.append(Skipped(source, "not as FHIR R4 says: it is no object"))
    return record_of_resources(resources, name, timezone=timezone, patient=patient, skipped=skipped)


def people_of(resources: list[Resource]) -> tuple[str, ...]:
    """Everyone to whom one of these resources belongs."""
    return people_in(list(_usable(newest(resources, []), []))).names


def _usable(resources: list[Resource], skipped: list[Skipped]) -> Iterator[Resource]:
    """The resources and what they contain; what one contains falls with it."""
    waiting = deque(resources)
    while waiting:
        each = waiting.popleft()
        reason = withdrawn(each)
        if reason:
            skipped.append(Skipped(each.source, reason, words_of(table(each.body.get("code"))) or each.kind))
            continue
        yield each
        if each.container is None:
            waiting.extendleft(reversed(list(contained(each, skipped))))


def _of(person: str, people: People, resources: list[Resource], skipped: list[Skipped]) -> Iterator[Resource]:
    """The resources of one person, and those that are nobody's, such as a Medication."""
    for each in resources:
        reason = _not_of(person, people, each) if each.kind in OF_A_PERSON else ""
        if reason:
            skipped.append(Skipped(each.source, reason, each.kind))
        else:
            yield each


def _not_of(person: str, people: People, resource: Resource) -> str:
    """Why a resource is not taken for this person's, or ""."""
    if other := other_subject(resource, people):
        return f"it is about {other}, which is no person"
    owner = subject(resource, people)
    if owner and owner != person:
        return OF_ANOTHER
    if not owner and len(people.names) > 1:
        return "it does not say whose it is, and there are several people"
    return ""


def _report_times(resources: list[Resource], timezone: str | None) -> dict[str, tuple[datetime, bool]]:
    """For each result that a report names, and each member of such a panel, the time of the report.

    Results often carry no time of their own. Keys are resolved references.
    """
    panels = {
        spelled: [each.resolved(text(one, "reference")) for one in tables(each.body.get("hasMember"))]
        for each in resources
        if each.kind == "Observation"
        for spelled in each.names()
    }
    times: dict[str, tuple[datetime, bool]] = {}
    for each in resources:
        if each.kind == "DiagnosticReport":
            try:
                time = when(each.body, timezone)
            except RecordError:
                continue
            waiting = [each.resolved(text(one, "reference")) for one in tables(each.body.get("result"))]
            while waiting:
                named = waiting.pop()
                if named and named not in times:
                    times[named] = time
                    waiting += panels.get(named, [])
    return times


def _dose(resource: Resource, medications: Mapping[str, Resource], timezone: str | None) -> Dose:
    body = resource.body
    status = text(body, "status")
    if status in _NOT_GIVEN:
        raise RecordError(f"its status is '{status}'")
    reference = table(body.get("medicationReference"))
    medication = medications.get(resource.resolved(text(reference, "reference")))
    concept = table(body.get("medicationCodeableConcept")) or table(medication.body.get("code") if medication else None)
    what = words_of(concept) or text(reference, "display")
    if not what:
        raise RecordError("it does not name what was given")
    dosage = table(body.get("dosage"))
    if dosage.get("modifierExtension"):
        raise RecordError("its dosage has a modifier extension, which changes its meaning")
    start, exact = when(body, timezone)
    end, exact_end = _end(text(table(body.get("effectivePeriod")), "end"), timezone)
    if end is not None and end < start:
        raise RecordError("it ends before it starts")
    dose = table(dosage.get("dose"))
    amount, unit = number(dose.get("value")), text(dose, "unit") or text(dose, "code")
    if amount is not None and amount < 0:
        raise RecordError(f"its amount is negative: {amount:g} {unit}".rstrip())
    coded = next((kind for system, code in codings(concept) if (kind := kind_of_code(system, code))), None)
    said = words_of(table(body.get("category")))
    named = next((each for each in get_args(DoseKind) if each == said), None)
    return Dose(
        named or coded or kind_of(what),
        what,
        start,
        resource.source,
        end=end,
        amount=amount,
        unit=unit,
        volume_ml=volume_ml(amount, unit),
        lasting=says(body, LASTING),
        every_h=None if (every := said_number(body, EVERY_H)) is None else every_h_of(every),
        exact_time=exact and exact_end and not says(body, ESTIMATED),
    )


def _end(printed: str, timezone: str | None) -> tuple[datetime | None, bool]:
    """When it ended, and whether the hour of that is exact."""
    return when({"effectiveDateTime": printed}, timezone) if printed else (None, True)


def _diagnosis(resource: Resource, timezone: str | None) -> Event:
    body = resource.body
    status = next((code for _, code in codings(table(body.get("verificationStatus")))), "")
    if status in _NOT_TRUE:
        raise RecordError(f"its verification status is '{status}'")
    what = words_of(table(body.get("code")))
    if not what:
        raise RecordError("it does not name the condition")
    time: datetime | None = None
    exact = True
    with suppress(RecordError):
        time, exact = when({"effectiveDateTime": body.get("onsetDateTime")}, timezone)
    named = said_text(body, EVENT_KIND)
    kinds: tuple[EventKind, ...] = get_args(EventKind)
    kind: EventKind = next((each for each in kinds if each == named), "diagnosis")
    return Event(kind, what, time, resource.source, exact and not says(body, ESTIMATED))


def _age(patient: Mapping[str, Any], results: tuple[Result, ...], timezone: str | None) -> float | None:
    """Age in years at the newest result."""
    try:
        born = when({"effectiveDateTime": patient.get("birthDate")}, timezone)[0]
    except RecordError:
        return None
    if not results:
        return None
    age = (results[-1].time - born).total_seconds() / 86400.0 / _DAYS_PER_YEAR
    return round(age, 1) if 0.0 <= age <= 130.0 else None
