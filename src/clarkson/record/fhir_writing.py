"""A record as FHIR R4 resources, which the FHIR reader reads back as the same record.

What R4 has no element for (a steady level, an hour that was estimated, a dose that lasts) stands in extensions of our
own, which ``fhir_extensions.json`` defines. A systolic and a diastolic pressure that were measured together are one
Observation, the panel that profiles of blood pressure ask for.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from clarkson.analytes import analyte
from clarkson.record.fhir_elements import (
    ESTIMATED,
    EVENT_KIND,
    EVERY_H,
    LASTING,
    LOINC,
    NUMBERS,
    PRINTED_UNIT,
    PRINTED_VALUE,
    STEADY,
    SUBJECT,
    TRAIT,
    UCUM,
)
from clarkson.record.printing import writing_of
from clarkson.record.record import Dose, Event, Record, Result, Source
from clarkson.units import ucum_codes

CATEGORIES = "http://terminology.hl7.org/CodeSystem/observation-category"
BASE = "http://clarkson.invalid/fhir"
"""Where the resources of a Bundle would lie if there were a server: nowhere."""

_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
_CONDITIONS = "http://terminology.hl7.org/CodeSystem/condition-category"
_CATEGORY_NAMES = {"vital-signs": "Vital Signs", "laboratory": "Laboratory", "survey": "Survey"}
_PRESSURES, _PANEL = ("systolic_pressure", "diastolic_pressure"), "85354-9"
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


def category_of(code: str) -> list[dict[str, Any]]:
    """The category of an Observation, with its name."""
    return [{"coding": [{"system": CATEGORIES, "code": code, "display": _CATEGORY_NAMES[code]}]}]


def resources_of(record: Record) -> list[dict[str, Any]]:
    """The Patient of a record, then its results, doses and events in their order."""
    told = {each.text for each in record.events if each.kind == "diagnosis"}
    return [
        _patient(record),
        *(_observation(places, record) for places in _observed(record)),
        *(_administration(each, place, record) for place, each in enumerate(record.doses)),
        *(_condition(each, place, record) for place, each in enumerate(record.events)),
        *(
            _condition(Event("diagnosis", text, None, Source("")), len(record.events) + place, record)
            for place, text in enumerate(each for each in record.diagnoses if each not in told)
        ),
    ]


def observation_ids(record: Record) -> list[str]:
    """The id of the Observation that holds each result, in the order of the results."""
    found = {place: fhir_id("result", places[0]) for places in _observed(record) for place in places}
    return [found[place] for place in range(len(record.results))]


def _observed(record: Record) -> Iterator[tuple[int, ...]]:
    """The places of the results in each Observation: one, or the two pressures that belong together."""
    waiting: dict[tuple[object, ...], dict[str, list[int]]] = {}
    for place, each in enumerate(record.results):
        if each.analyte in _PRESSURES:
            kept = waiting.setdefault(_circumstances(each), {name: [] for name in _PRESSURES})
            kept[each.analyte].append(place)
    partner = {
        upper: lower for kept in waiting.values() for upper, lower in zip(*kept.values(), strict=False)
    }  # fmt: skip
    lower = set(partner.values())
    for place in range(len(record.results)):
        if place in partner:
            yield place, partner[place]
        elif place not in lower:
            yield (place,)


def _circumstances(result: Result) -> tuple[object, ...]:
    return result.time, result.method, result.status, result.laboratory, result.steady, result.exact_time


def _patient(record: Record) -> dict[str, Any]:
    traits = [
        {"url": f"{TRAIT}{name}", "valueDecimal": value}
        for name in NUMBERS
        if (value := getattr(record, name)) is not None
    ]
    cited = [{"url": f"{TRAIT}citation", "valueString": record.citation}] if record.citation else []
    sex = {"gender": record.sex} if record.sex else {}
    named = {"identifier": [{"system": SUBJECT, "value": record.subject}]} if record.subject else {}
    more = {"extension": [*traits, *cited]} if traits or cited else {}
    return {"resourceType": "Patient", "id": fhir_id(record.subject), **more, **named, **sex}


def _observation(places: tuple[int, ...], record: Record) -> dict[str, Any]:
    results = [record.results[place] for place in places]
    first = results[0]
    marks = [
        {"url": url, "valueBoolean": True}
        for url, holds in ((STEADY, first.steady), (ESTIMATED, not first.exact_time))
        if holds
    ]
    if len(results) > 1:
        code = {"coding": [{"system": LOINC, "code": _PANEL}], "text": "Blood pressure"}
        measured: dict[str, Any] = {
            "component": [
                {
                    **_extended(_as_printed(each)),
                    "code": _code(each, analyte(each.analyte).loinc[0]),
                    "valueQuantity": _quantity(each),
                }
                for each in results
            ]
        }
    else:
        code, measured = _code(first, *_codes_of(first)), {"valueQuantity": _quantity(first)}
        marks += _as_printed(first)
    vital = analyte(first.analyte).kind == "vital sign"
    return {
        "resourceType": "Observation",
        "id": fhir_id("result", places[0]),
        **_extended(marks),
        "status": first.status,
        "category": category_of("vital-signs" if vital else "laboratory"),
        "code": code,
        "subject": patient_reference(record),
        "effectiveDateTime": instant(first.time),
        **({"performer": [{"display": first.laboratory}]} if first.laboratory else {}),
        "method": {"text": first.method},
        **measured,
    }


def loinc_of(result: Result) -> str:
    """The LOINC code of a result: that of its method, if there is one."""
    entry = analyte(result.analyte)
    by_method = (code for code, method in entry.loinc_method.items() if method == result.method)
    return next(by_method, entry.loinc[0])


def _codes_of(result: Result) -> tuple[str, ...]:
    """The LOINC code of a result, and for a vital sign the one of R4's profiles beside that of its method."""
    entry = analyte(result.analyte)
    general = entry.loinc[:1] if entry.kind == "vital sign" else ()
    return tuple(dict.fromkeys((loinc_of(result), *general)))


def _code(result: Result, *loinc: str) -> dict[str, Any]:
    return {"coding": [{"system": LOINC, "code": each} for each in loinc], "text": analyte(result.analyte).label}


def _quantity(result: Result) -> dict[str, Any]:
    written = writing_of(result)
    quantity: dict[str, Any] = {"value": written.number}
    if result.comparator:
        quantity["comparator"] = result.comparator
    if written.unit:
        quantity["unit"] = written.unit
    if written.unit in ucum_codes():
        quantity |= {"system": UCUM, "code": written.unit}
    return quantity


def _as_printed(result: Result) -> list[dict[str, Any]]:
    """The text and the unit that were printed, where a number of JSON does not say them: 3.50 is 3.5 there."""
    written = writing_of(result)
    if not result.raw_value.strip() or (f"{result.comparator}{written.number:.10g}", written.unit) == (
        result.raw_value,
        result.raw_unit,
    ):
        return []
    unit = [{"url": PRINTED_UNIT, "valueString": result.raw_unit}] if result.raw_unit.strip() else []
    return [{"url": PRINTED_VALUE, "valueString": result.raw_value}, *unit]


def _extended(extensions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"extension": extensions} if extensions else {}


def _administration(dose: Dose, place: int, record: Record) -> dict[str, Any]:
    when: dict[str, Any] = {"effectiveDateTime": instant(dose.start)}
    if dose.end is not None:
        when = {"effectivePeriod": {"start": instant(dose.start), "end": instant(dose.end)}}
    amount = {} if dose.amount is None else {"value": dose.amount}
    quantity = {**amount, **({"unit": dose.unit} if dose.unit else {})}
    marks = [
        {"url": url, "valueBoolean": True}
        for url, holds in ((LASTING, dose.lasting), (ESTIMATED, not dose.exact_time))
        if holds
    ]
    every = [] if dose.every_h is None else [{"url": EVERY_H, "valueDecimal": dose.every_h}]
    return {
        "resourceType": "MedicationAdministration",
        "id": fhir_id("dose", place),
        **_extended([*marks, *every]),
        "status": "in-progress" if dose.lasting and dose.end is None else "completed",
        "category": {"text": dose.kind},
        "medicationCodeableConcept": {"text": dose.what},
        "subject": patient_reference(record),
        **when,
        **({"dosage": {"dose": quantity}} if quantity else {}),
    }


def _condition(event: Event, place: int, record: Record) -> dict[str, Any]:
    estimated = [] if event.exact_time else [{"url": ESTIMATED, "valueBoolean": True}]
    return {
        "resourceType": "Condition",
        "id": fhir_id("event", place),
        "extension": [{"url": EVENT_KIND, "valueCode": event.kind}, *estimated],
        "clinicalStatus": {"coding": [{"system": _CLINICAL, "code": "active"}]},
        "category": [{"coding": [{"system": _CONDITIONS, "code": "problem-list-item"}]}],
        "code": {"text": event.text},
        "subject": patient_reference(record),
        **({"onsetDateTime": instant(event.time)} if event.time is not None else {}),
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
    entries = [{"fullUrl": f"{BASE}/{each['resourceType']}/{each['id']}", "resource": each} for each in resources]
    return {"resourceType": "Bundle", **meta, "type": "collection", "entry": entries}
