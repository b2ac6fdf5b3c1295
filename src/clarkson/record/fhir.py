"""FHIR R4: a Bundle of any type, or a single resource, of one person.

Read tolerantly: only the elements that are needed are looked at, and one bad resource never stops the
others; it is listed with the reason. Results are matched by LOINC code only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clarkson.analytes import Sex
from clarkson.errors import RecordError
from clarkson.record.doses import kind_of, kind_of_code, volume_ml
from clarkson.record.fhir_elements import codings, number, table, tables, text, when, words_of
from clarkson.record.fhir_observation import read_observation
from clarkson.record.record import Dose, Event, Record, Result, Skipped, Source
from clarkson.record.repeats import settle

_SEX: Mapping[str, Sex] = {"female": "female", "male": "male"}
_NOT_GIVEN = frozenset({"not-done", "entered-in-error", "unknown"})
_NOT_TRUE = frozenset({"refuted", "entered-in-error"})
_READ = ("Observation", "DiagnosticReport", "Patient", "MedicationAdministration", "Condition", "Medication")
_OF_A_PERSON = ("Patient", "Observation", "DiagnosticReport", "MedicationAdministration", "Condition")
_DAYS_PER_YEAR = 365.25
_FIRST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class _Resource:
    """A resource, where it stands, and the address by which others name it."""

    kind: str
    body: Mapping[str, Any]
    source: Source
    address: str

    @property
    def id(self) -> str:
        return text(self.body, "id")


def read_fhir(data: Mapping[str, Any], name: str, *, timezone: str | None, patient: str | None) -> Record:
    """The record of a parsed FHIR R4 document; ``patient`` picks one person by id.

    Raises
    ------
    RecordError
        It holds several people and ``patient`` names none of them.
    """
    skipped: list[Skipped] = []
    resources = _newest(list(_resources(data, name, skipped)), skipped)
    aliases = _aliases(resources)
    person = _person(resources, aliases, name, patient)
    mine = [each for each in resources if _subject(each, aliases) in ("", person)]
    others = [each for each in resources if _subject(each, aliases) not in ("", person)]
    skipped += [Skipped(each.source, "it belongs to another person", each.kind) for each in others]
    report_times = _report_times(mine, timezone)
    results: list[Result] = []
    doses: list[Dose] = []
    events: list[Event] = []
    for each in mine:
        try:
            if each.kind == "Observation":
                time = report_times.get(_last_part(each.address)) or report_times.get(each.id)
                found, left = read_observation(each.body, each.source, timezone, time)
                results += found
                skipped += left
            elif each.kind == "MedicationAdministration":
                doses.append(_dose(each, mine, timezone))
            elif each.kind == "Condition":
                events.append(_diagnosis(each, timezone))
            elif each.kind not in _READ:
                skipped.append(
                    Skipped(each.source, f"Clarkson does not use a {each.kind or 'resource without a type'}")
                )
        except RecordError as error:
            skipped.append(Skipped(each.source, str(error), each.kind))
    settled, repeats = settle(results)
    patient_body = next((each.body for each in mine if each.kind == "Patient"), {})
    return Record(
        subject=person or name,
        results=settled,
        doses=tuple(sorted(doses, key=lambda each: each.start)),
        events=tuple(events),
        sex=_SEX.get(text(patient_body, "gender")),
        age_years=_age(patient_body, settled, timezone),
        diagnoses=tuple(each.text for each in events),
        skipped=(*skipped, *repeats),
    )


def _resources(data: Mapping[str, Any], name: str, skipped: list[Skipped]) -> Iterator[_Resource]:
    """Every resource: entries of Bundles, also nested ones, and contained resources."""
    waiting = [(data, "", "")]
    while waiting:
        body, place, address = waiting.pop(0)
        kind = text(body, "resourceType")
        source = Source(name, place or (f"{kind}/{text(body, 'id')}" if text(body, "id") else kind))
        if kind == "Bundle":
            entries = body.get("entry", [])
            if not isinstance(entries, list):
                skipped.append(Skipped(source, "its 'entry' is no list"))
                continue
            for number_, entry in enumerate(entries):
                inner = table(table(entry).get("resource"))
                where = f"{place}.entry[{number_}]".lstrip(".")
                if inner:
                    label = f"{text(inner, 'resourceType')}/{text(inner, 'id')}" if text(inner, "id") else ""
                    waiting.append((inner, f"{where} {label}".strip(), text(table(entry), "fullUrl")))
                else:
                    skipped.append(Skipped(Source(name, where), "it has no resource"))
            continue
        yield _Resource(kind, body, source, address)
        for number_, inner in enumerate(tables(body.get("contained"))):
            where = f"{source.place}.contained[{number_}]"
            inherited = {"subject": body["subject"]} if "subject" in body and "subject" not in inner else {}
            waiting.append(({**inner, **inherited}, where, f"#{text(inner, 'id')}"))


def _newest(resources: list[_Resource], skipped: list[Skipped]) -> list[_Resource]:
    """One version of each resource: the one updated last, else the later one in the document."""
    kept: dict[tuple[str, str, str], _Resource] = {}
    for place, each in enumerate(resources):
        key = (each.kind, each.address, each.id) if each.id else (each.kind, str(place), "")
        if key[2]:
            key = (each.kind, each.address if each.address.startswith("#") else "", each.id)
        older = kept.get(key)
        if older is not None:
            replaced, newer = (older, each) if _updated(each) >= _updated(older) else (each, older)
            reason = "repeats" if replaced.body == newer.body else "is an older version of"
            skipped.append(Skipped(replaced.source, f"{reason} {newer.source.place}", each.kind))
            kept[key] = newer
        else:
            kept[key] = each
    return list(kept.values())


def _updated(resource: _Resource) -> str:
    return text(table(resource.body.get("meta")), "lastUpdated")


def _aliases(resources: list[_Resource]) -> dict[str, str]:
    """The id of each Patient by the last part of the address of its entry: references may use either."""
    return {_last_part(each.address): each.id for each in resources if each.kind == "Patient" and each.address}


def _last_part(reference: str) -> str:
    return reference.removeprefix("urn:uuid:").split("/_history")[0].rsplit("/", 1)[-1].lstrip("#")


def _subject(resource: _Resource, aliases: Mapping[str, str]) -> str:
    """The id of the person whose resource it is, or "" if it does not say."""
    if resource.kind == "Patient":
        return resource.id
    reference = table(resource.body.get("subject")) or table(resource.body.get("patient"))
    named = _last_part(text(reference, "reference"))
    return aliases.get(named, named)


def _person(resources: list[_Resource], aliases: Mapping[str, str], name: str, patient: str | None) -> str:
    people = list(dict.fromkeys(_subject(each, aliases) for each in resources if each.kind in _OF_A_PERSON))
    people = [each for each in people if each]
    if patient is not None and patient not in people:
        raise RecordError(f"'{name}' has nothing of '{patient}'; it has {_listed(people)}")
    if patient is None and len(people) > 1:
        raise RecordError(
            f"'{name}' holds {len(people)} people ({_listed(people)}); a record is one person's: "
            "pick one with --patient"
        )
    return patient or (people[0] if people else "")


def _listed(people: list[str]) -> str:
    return ", ".join(f"'{each}'" for each in people[:_FIRST_PEOPLE]) + (", ..." if len(people) > _FIRST_PEOPLE else "")


def _report_times(resources: list[_Resource], timezone: str | None) -> dict[str, tuple[datetime, bool]]:
    """For each result that a report names, and each member of such a panel, the time of the report.

    Results often carry no time of their own. Keys are the last parts of references.
    """
    members = {
        each.id: [_last_part(text(one, "reference")) for one in tables(each.body.get("hasMember"))]
        for each in resources
        if each.kind == "Observation"
    }
    times: dict[str, tuple[datetime, bool]] = {}
    for each in resources:
        if each.kind == "DiagnosticReport":
            try:
                time = when(each.body, timezone)
            except RecordError:
                continue
            waiting = [_last_part(text(one, "reference")) for one in tables(each.body.get("result"))]
            while waiting:
                named = waiting.pop()
                if named not in times:
                    times[named] = time
                    waiting += members.get(named, [])
    return times


def _dose(resource: _Resource, others: list[_Resource], timezone: str | None) -> Dose:
    body = resource.body
    status = text(body, "status")
    if status in _NOT_GIVEN:
        raise RecordError(f"its status is '{status}'")
    if body.get("modifierExtension"):
        raise RecordError("it has a modifier extension, which changes its meaning")
    concept = table(body.get("medicationCodeableConcept")) or _medication(resource, others)
    what = words_of(concept) or text(table(body.get("medicationReference")), "display")
    if not what:
        raise RecordError("it does not name what was given")
    start, _ = when(body, timezone)
    end = text(table(body.get("effectivePeriod")), "end")
    dose = table(table(body.get("dosage")).get("dose"))
    amount, unit = number(dose.get("value")), text(dose, "unit") or text(dose, "code")
    coded = next((kind for system, code in codings(concept) if (kind := kind_of_code(system, code))), None)
    return Dose(
        coded or kind_of(what),
        what,
        start,
        resource.source,
        end=_end(end, timezone),
        amount=amount,
        unit=unit,
        volume_ml=volume_ml(amount, unit),
    )


def _end(printed: str, timezone: str | None) -> datetime | None:
    return when({"effectiveDateTime": printed}, timezone)[0] if printed else None


def _medication(resource: _Resource, others: list[_Resource]) -> Mapping[str, Any]:
    named = text(table(resource.body.get("medicationReference")), "reference")
    for each in others:
        if each.kind == "Medication" and named and named in (each.address, f"Medication/{each.id}", f"#{each.id}"):
            return table(each.body.get("code"))
    return {}


def _diagnosis(resource: _Resource, timezone: str | None) -> Event:
    body = resource.body
    status = next((code for _, code in codings(table(body.get("verificationStatus")))), "")
    if status in _NOT_TRUE:
        raise RecordError(f"its verification status is '{status}'")
    if body.get("modifierExtension"):
        raise RecordError("it has a modifier extension, which changes its meaning")
    what = words_of(table(body.get("code")))
    if not what:
        raise RecordError("it does not name the condition")
    try:
        time = when({"effectiveDateTime": body.get("onsetDateTime")}, timezone)[0]
    except RecordError:
        time = None
    return Event("diagnosis", what, time, resource.source)


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
