"""An assessed record as a FHIR R4 Bundle: the results, what they say of plasma and albumin, and how that was found.

Plasma volume and albumin mass are Observations with their 90 % interval, derived from the results of the draw; the
probability of a leak is a RiskAssessment; a Provenance says which program made them from what, and when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clarkson.record.fhir_elements import RELATIVE, UCUM
from clarkson.record.fhir_writing import (
    bundle_of,
    category_of,
    fhir_id,
    instant,
    observation_ids,
    patient_reference,
    resources_of,
)
from clarkson.record.record import Record
from clarkson.report.document import NOTICE

_MEASURES = (
    ("plasma-volume-change", "plasma_volume_change_percent", "Plasma volume against the person's own level"),
    (
        "albumin-mass-change",
        "albumin_mass_change_percent",
        "Albumin mass in the vessels against the own level",
    ),
)
_ENDS = (("low", "lower end of the 90 % interval"), ("high", "upper end of the 90 % interval"))
_CODES = "urn:clarkson:measures"
_DEVICE = "Device/clarkson"
_RELATIVE = {"system": RELATIVE, "code": "relative-time", "display": "dates mean nothing, only the time between them"}


def fhir_document(document: Mapping[str, Any], record: Record, recorded: datetime) -> dict[str, Any]:
    """The Bundle of a record and its assessment ``document``; ``recorded`` is when it is written.

    >>> from datetime import UTC
    >>> from clarkson.report.document import document
    >>> from clarkson.watch.assess import assess
    >>> nobody = Record("nobody")
    >>> said = document(assess(nobody), nobody, input_name="nobody.csv", input_sha256="")
    >>> bundle = fhir_document(said, nobody, datetime(2024, 5, 1, tzinfo=UTC))
    >>> [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    ['Patient', 'Device']
    """
    # Of a panel of two results one reference: it holds both.
    held = {
        (each.analyte, instant(each.time), str(each.source)): f"Observation/{own}"
        for each, own in zip(record.results, observation_ids(record), strict=True)
    }
    said: list[dict[str, Any]] = []
    for number, assessment in enumerate(document["assessments"]):
        used = (held.get((each["analyte"], each["time"], each["source"])) for each in assessment["inputs"])
        basis = [{"reference": each} for each in dict.fromkeys(used) if each is not None]
        said += _measured(assessment, number, record, basis)
        said.append(_risk(assessment, number, record, basis))
    produced = [{"reference": f"{each['resourceType']}/{each['id']}"} for each in said]
    made = [*resources_of(record), _device(document), *said]
    if produced:
        made.append(_provenance(document, produced, recorded))
    return bundle_of(made, _RELATIVE if record.origin is not None else None)


def _measured(
    assessment: Mapping[str, Any], number: int, record: Record, basis: Sequence[Mapping[str, str]]
) -> list[dict[str, Any]]:
    found = []
    for code, key, words in _MEASURES:
        estimate = assessment[key]
        if estimate is None:
            continue
        concept = {"coding": [{"system": _CODES, "code": code}], "text": words}
        found.append(
            {
                "resourceType": "Observation",
                "id": fhir_id(code, number),
                "status": "final",
                "category": category_of("survey"),
                "code": concept,
                "subject": patient_reference(record),
                "effectiveDateTime": assessment["time"],
                "valueQuantity": _percent(estimate["median"]),
                "note": [{"text": NOTICE}],
                "method": {"text": "mass balance of red cells and albumin, followed by a switching filter"},
                "device": {"reference": _DEVICE},
                **({"derivedFrom": list(basis)} if basis else {}),
                "component": [
                    {
                        "code": {"coding": [{"system": _CODES, "code": f"{code}-{end}"}], "text": text},
                        "valueQuantity": _percent(estimate[end]),
                    }
                    for end, text in _ENDS
                ],
            }
        )
    return found


def _percent(value: float) -> dict[str, Any]:
    return {"value": value, "unit": "%", "system": UCUM, "code": "%"}


def _risk(
    assessment: Mapping[str, Any], number: int, record: Record, basis: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    prediction: dict[str, Any] = {
        "outcome": {"text": "capillary leak now"},
        "qualitativeRisk": {"text": assessment["verdict"]},
        "whenPeriod": {"start": assessment["time"], "end": assessment["time"]},
    }
    if assessment["probability"] is not None:
        ratio = assessment["likelihood_ratio"]
        prediction["probabilityDecimal"] = assessment["probability"]
        prediction["rationale"] = f"likelihood ratio {ratio:g} on a prior of {assessment['prior']:g}"
    return {
        "resourceType": "RiskAssessment",
        "id": fhir_id("leak", number),
        "status": "final",
        "method": {"text": "switching filter over the mechanisms that move plasma and albumin"},
        "code": {"text": "Capillary leak"},
        "subject": patient_reference(record),
        "occurrenceDateTime": assessment["time"],
        "performer": {"reference": _DEVICE},
        **({"basis": list(basis)} if basis else {}),
        "prediction": [prediction],
        "note": [{"text": text} for text in (assessment["headline"], *assessment["reasons"], NOTICE)],
    }


def _device(document: Mapping[str, Any]) -> dict[str, Any]:
    program = document["program"]
    return {
        "resourceType": "Device",
        "id": "clarkson",
        "deviceName": [{"name": program["name"], "type": "model-name"}],
        "version": [{"value": program["version"]}],
        "note": [{"text": NOTICE}],
    }


def _provenance(
    document: Mapping[str, Any], produced: Sequence[Mapping[str, str]], recorded: datetime
) -> dict[str, Any]:
    source = document["input"]
    return {
        "resourceType": "Provenance",
        "id": "assessment",
        "target": list(produced),
        "recorded": instant(recorded),
        "agent": [{"who": {"reference": _DEVICE}}],
        "entity": [{"role": "source", "what": {"display": f"{source['name']}, SHA-256 {source['sha256']}"}}],
    }
