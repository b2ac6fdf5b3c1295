"""Whose a FHIR resource is. Two people are never taken for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clarkson.errors import RecordError
from clarkson.record.fhir_elements import SUBJECT, table, tables, text
from clarkson.record.fhir_resources import Resource
from clarkson.record.people import listed, several

OF_A_PERSON = frozenset({"Patient", "Observation", "DiagnosticReport", "MedicationAdministration", "Condition"})


@dataclass(frozen=True, slots=True)
class People:
    """The people of a document in its order, and the spellings by which resources refer to what is in it."""

    names: tuple[str, ...]
    person: Mapping[str, str]
    other: Mapping[str, str]


def people_in(resources: list[Resource]) -> People:
    """Everyone whose resources these are."""
    person: dict[str, str] = {}
    owners: dict[str, Resource] = {}
    for each in (one for one in resources if one.kind == "Patient"):
        identifiers = [spelled for one in tables(each.body.get("identifier")) if (spelled := _identifier(one))]
        # An id of R4 cannot be every name: what our own Bundles call a person stands among the identifiers.
        own = next((spelled.removeprefix(f"{SUBJECT}|") for spelled in identifiers if spelled.startswith(SUBJECT)), "")
        name = own or each.id or next(iter((*each.names(), *identifiers)), each.source.place)
        # The same id in two containers, or on two servers, is one person only if everything else is the same too.
        first = owners.setdefault(name, each)
        if (first.body, first.address) != (each.body, each.address):
            name = each.source.place
        person[each.source.place] = name
        for spelled in (*each.names(), *identifiers):
            person.setdefault(spelled, name)
    other = {spelled: each.kind for each in resources if each.kind != "Patient" for spelled in each.names()}
    unnamed = People((), person, other)
    subjects = (
        subject(each, unnamed) for each in resources if each.kind in OF_A_PERSON and not other_subject(each, unnamed)
    )
    return People(tuple(name for name in dict.fromkeys(subjects) if name), person, other)


def subject(resource: Resource, people: People) -> str:
    """The name of the person whose resource it is, or "" if it does not say."""
    if resource.kind == "Patient":
        return people.person[resource.source.place]
    named = _reference(resource)
    for spelled in (resource.resolved(text(named, "reference")), _identifier(table(named.get("identifier")))):
        if spelled:
            return people.person.get(spelled, spelled)
    return text(named, "display")


def other_subject(resource: Resource, people: People) -> str:
    """What a resource is about where that is no person ("Device/1"), or ""."""
    named = _reference(resource)
    reference = text(named, "reference")
    parts = reference.split("/_history")[0].rsplit("/", 2)
    kind = parts[-2] if len(parts) > 1 else text(named, "type")
    spelled = resource.resolved(reference)
    if not kind and spelled not in people.person:
        kind = people.other.get(spelled, "")
    return (reference or kind) if kind not in ("", "Patient") else ""


def _reference(resource: Resource) -> Mapping[str, Any]:
    """The subject of a resource, or of the one that contains it."""
    own = table(resource.body.get("subject")) or table(resource.body.get("patient"))
    return own or (_reference(resource.container) if resource.container else {})


def _identifier(identifier: Mapping[str, Any]) -> str:
    value = text(identifier, "value")
    return f"{text(identifier, 'system')}|{value}".lstrip("|") if value else ""


def person_of(people: People, name: str, patient: str | None) -> str:
    """The one person of a document, or the one that ``patient`` names; "" if it names nobody.

    Raises
    ------
    RecordError
        The document holds several people and ``patient`` names none of them.
    """
    if patient is not None and patient not in people.names:
        raise RecordError(f"'{name}' has nothing of '{patient}'; it has {listed(people.names)}")
    if patient is None and len(people.names) > 1:
        raise several(people.names, name)
    return patient or next(iter(people.names), "")
