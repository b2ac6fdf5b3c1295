"""The resources of a FHIR document: each once, in its newest version, with the place where it stands."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from clarkson.errors import RecordError
from clarkson.record.fhir_elements import members, table, tables, text
from clarkson.record.record import Skipped, Source
from clarkson.record.times import instant

# Which of two versions of a resource stands where neither says when it was updated.
_STANDING = {"registered": 0, "preliminary": 0, "amended": 2, "corrected": 2, "cancelled": 3, "entered-in-error": 3}
_FINAL = 1
# These help to read others and give nothing of their own.
HELPING = frozenset({"Patient", "DiagnosticReport", "Medication"})
# What of a place stands inside the resource.
INSIDE = re.compile(r"\.(component|contained)(\[\d+\])?.*$")
_WITHDRAWN = frozenset({"entered-in-error", "cancelled"})


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource, where it stands, the address of its entry, and the resource that contains it."""

    body: Mapping[str, Any]
    source: Source
    address: str = ""
    container: Resource | None = None

    @property
    def kind(self) -> str:
        """Its resourceType, or ""."""
        return text(self.body, "resourceType")

    @property
    def id(self) -> str:
        """Its id, or ""."""
        return text(self.body, "id")

    def resolved(self, reference: str) -> str:
        """What a reference from this resource names, in one spelling, or "" if it names nothing.

        The id of a contained resource means something only within its container.

        >>> whole = Resource({"resourceType": "DiagnosticReport", "id": "r"}, Source("b.json", "entry[0]"))
        >>> whole.resolved("Observation/7/_history/2"), whole.resolved("urn:uuid:abc"), whole.resolved("#hct")
        ('7', 'abc', 'entry[0]#hct')
        """
        reference = reference.strip()
        if reference.startswith("#"):
            return f"{(self.container or self).source.place}{reference}"
        return reference.removeprefix("urn:uuid:").split("/_history")[0].rsplit("/", 1)[-1]

    def names(self) -> tuple[str, ...]:
        """Each spelling by which others may name this resource: its id, and the address of its entry."""
        own = (f"#{self.id}",) if self.container else (self.id, self.address)
        return tuple(dict.fromkeys(name for each in own if each != "#" and (name := self.resolved(each))))


def bundled(data: Mapping[str, Any], name: str, skipped: list[Skipped]) -> list[Resource]:
    """The document itself, or every resource in the entries of its Bundles, however nested.

    What is no resource is added to ``skipped``.
    """
    found: list[Resource] = []
    waiting = deque([(data, "", "")])
    while waiting:
        body, place, address = waiting.popleft()
        kind, own = text(body, "resourceType"), text(body, "id")
        source = Source(name, place or (f"{kind}/{own}" if own else kind))
        if kind != "Bundle":
            found.append(Resource(body, source, address))
            continue
        if any(text(each, "relation") == "next" for each in tables(body.get("link"))):
            skipped.append(Skipped(source, "more pages follow this one; they were not read"))
        for where, entry in members(body, "entry"):
            inside = f"{place}.{where}".lstrip(".")
            inner = table(table(entry).get("resource"))
            if not inner:
                reason = "it has no resource" if isinstance(entry, dict) else "not as FHIR R4 says: it is no object"
                skipped.append(Skipped(Source(name, inside), reason))
            elif table(entry).get("modifierExtension"):
                skipped.append(Skipped(Source(name, inside), "it has a modifier extension, which changes its meaning"))
            else:
                label = f"{text(inner, 'resourceType')}/{text(inner, 'id')}" if text(inner, "id") else ""
                waiting.append((inner, f"{inside} {label}".strip(), text(table(entry), "fullUrl")))
    return found


def contained(resource: Resource, skipped: list[Skipped]) -> Iterator[Resource]:
    """The resources that stand inside another one."""
    for where, inner in members(resource.body, "contained"):
        source = Source(resource.source.file, f"{resource.source.place}.{where}")
        if not isinstance(inner, dict):
            skipped.append(Skipped(source, "not as FHIR R4 says: it is no object"))
            continue
        if "contained" in inner:
            reason = "not as FHIR R4 says: nothing may stand inside what is contained"
            skipped.append(Skipped(Source(source.file, f"{source.place}.contained"), reason))
        yield Resource(inner, source, container=resource)


def withdrawn(resource: Resource) -> str:
    """Why nothing of a resource may be used, or ""."""
    status = text(resource.body, "status")
    if resource.kind in ("Observation", "DiagnosticReport") and status in _WITHDRAWN:
        return f"its status is '{status}'"
    if resource.body.get("modifierExtension"):
        return "it has a modifier extension, which changes its meaning"
    return ""


def newest(resources: list[Resource], skipped: list[Skipped]) -> list[Resource]:
    """One version of each resource; the others are added to ``skipped``.

    The version updated last stands, else the higher versionId, else a correction, else the later in the document.
    """
    kept: dict[tuple[str, str], Resource] = {}
    for each in resources:
        # Two servers may use the same id for different things.
        server = each.address.split("/_history")[0] if each.address.startswith("http") else each.id
        key = (each.kind, server if each.id else each.source.place)
        older = kept.get(key)
        if older is not None:
            stands = _newer(older, each)
            other = older if stands is each else each
            reason = "repeats" if other.body == stands.body else "is an older version of"
            skipped.append(Skipped(other.source, f"{reason} {stands.source.place}", each.kind))
            kept[key] = stands
        else:
            kept[key] = each
    return list(kept.values())


def _newer(first: Resource, second: Resource) -> Resource:
    updated = _updated(first), _updated(second)
    if updated[0] is not None and updated[1] is not None and updated[0] != updated[1]:
        return first if updated[0] > updated[1] else second
    version = _version(first), _version(second)
    if version[0] is not None and version[1] is not None and version[0] != version[1]:
        return first if version[0] > version[1] else second
    standing = _STANDING.get(text(first.body, "status"), _FINAL), _STANDING.get(text(second.body, "status"), _FINAL)
    return first if standing[0] > standing[1] else second


def _updated(resource: Resource) -> datetime | None:
    try:
        return instant(text(table(resource.body.get("meta")), "lastUpdated"), None)[0]
    except RecordError:
        return None


def _version(resource: Resource) -> int | None:
    printed = text(table(resource.body.get("meta")), "versionId")
    return int(printed) if printed.isascii() and printed.isdigit() and len(printed) < 10 else None
