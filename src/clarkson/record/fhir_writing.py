"""A record as FHIR R4 resources, which the FHIR reader reads back as the same record.

What R4 has no element for (a steady level, an hour that was estimated) stands in extensions of our own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clarkson.analytes import analyte
from clarkson.record.fhir_elements import ESTIMATED, EVENT_KINDS, LOINC, NUMBERS, STEADY, TRAIT, UCUM
from clarkson.record.printing import number_and_unit
from clarkson.record.record import Dose, Record, Result
from clarkson.units import ucum_codes

CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9\-.]")
_LONGEST_ID = 64


def fhir_id(*parts: object) -> str:
    """An id of R4 made of parts; what an id cannot hold makes it a digest.

    >>> fhir_id("result", 7)
    'result-7'
    """
    text = "-".join(map(str, parts))
    if _NOT_IN_ID.search(text) or not 0 < len(text) <= _LONGEST_ID:
        return hashlib.sha256(text.encode()).hexdigest()[:_LONGEST_ID]
    return text


def patient_reference(record: Record) -> dict[str, str]:
    """The reference to the person of a record."""
    return {"reference": f"Patient/{fhir_id(record.subject)}"}


def resources_of(record: Record) -> list[dict[str, Any]]:
    """The Patient of a record, then its results, doses and events in their order."""
    told = {each.text for each in record.events if each.kind == "diagnosis"}
    return [
        _patient(record),
        *(_observation(each, place, record) for place, each in enumerate(record.results)),
        *(_administration(each, place, record) for place, each in enumerate(record.doses)),
        *(_condition(each.kind, each.text, each.time, place, record) for place, each in enumerate(record.events)),
        *(
            _condition("diagnosis", text, None, len(record.events) + place, record)
            for place, text in enumerate(each for each in record.diagnoses if each not in told)
        ),
    ]


def _patient(record: Record) -> dict[str, Any]:
    traits = [
        {"url": f"{TRAIT}{name}", "valueDecimal": value}
        for name in NUMBERS
        if (value := getattr(record, name)) is not None
    ]
    cited = [{"url": f"{TRAIT}citation", "valueString": record.citation}] if record.citation else []
    sex = {"gender": record.sex} if record.sex else {}
    named = {"identifier": [{"system": "urn:clarkson:subject", "value": record.subject}]} if record.subject else {}
    more = {"extension": [*traits, *cited]} if traits or cited else {}
    return {"resourceType": "Patient", "id": fhir_id(record.subject), **more, **named, **sex}


def _observation(result: Result, place: int, record: Record) -> dict[str, Any]:
    entry = analyte(result.analyte)
    by_method = (code for code, method in entry.loinc_method.items() if method == result.method)
    code = next(by_method, entry.loinc[0])
    number, unit = number_and_unit(result)
    quantity: dict[str, Any] = {"value": number, "unit": unit}
    if unit in ucum_codes():
        quantity |= {"system": UCUM, "code": unit}
    if result.comparator:
        quantity["comparator"] = result.comparator
    extensions = [
        {"url": url, "valueBoolean": True}
        for url, holds in ((STEADY, result.steady), (ESTIMATED, not result.exact_time))
        if holds
    ]
    category = "vital-signs" if entry.kind == "vital sign" else "laboratory"
    return {
        "resourceType": "Observation",
        "id": fhir_id("result", place),
        **({"extension": extensions} if extensions else {}),
        "status": result.status,
        "category": [{"coding": [{"system": CATEGORIES, "code": category}]}],
        "code": {"coding": [{"system": LOINC, "code": code}], "text": entry.label},
        "subject": patient_reference(record),
        "effectiveDateTime": instant(result.time),
        **({"performer": [{"display": result.laboratory}]} if result.laboratory else {}),
        "valueQuantity": quantity,
        "method": {"text": result.method},
    }


def _administration(dose: Dose, place: int, record: Record) -> dict[str, Any]:
    when: dict[str, Any] = {"effectiveDateTime": instant(dose.start)}
    if dose.end is not None:
        when = {"effectivePeriod": {"start": instant(dose.start), "end": instant(dose.end)}}
    given: dict[str, Any] = {}
    if dose.amount is not None:
        quantity: dict[str, Any] = {"value": dose.amount}
        given = {"dosage": {"dose": quantity | ({"unit": dose.unit} if dose.unit else {})}}
    return {
        "resourceType": "MedicationAdministration",
        "id": fhir_id("dose", place),
        "status": "completed",
        "category": {"text": dose.kind},
        "medicationCodeableConcept": {"text": dose.what},
        "subject": patient_reference(record),
        **when,
        **given,
    }


def _condition(kind: str, text: str, time: datetime | None, place: int, record: Record) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": fhir_id("event", place),
        "clinicalStatus": {"coding": [{"system": _CLINICAL, "code": "active"}]},
        "category": [{"coding": [{"system": EVENT_KINDS, "code": kind}]}],
        "code": {"text": text},
        "subject": patient_reference(record),
        **({"onsetDateTime": instant(time)} if time is not None else {}),
    }


def instant(time: datetime) -> str:
    """A time as R4 writes it.

    >>> from datetime import UTC
    >>> instant(datetime(2024, 5, 1, 8, 30, tzinfo=UTC))
    '2024-05-01T08:30:00+00:00'
    """
    return time.isoformat()


def bundle_of(resources: list[dict[str, Any]], tag: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A collection of resources."""
    meta = {"meta": {"tag": [dict(tag)]}} if tag else {}
    entries = [{"fullUrl": f"urn:clarkson:{each['resourceType']}:{each['id']}", "resource": each} for each in resources]
    return {"resourceType": "Bundle", **meta, "type": "collection", "entry": entries}
