"""People of clinosim, a generator of hospital patients that shares no code with Clarkson: one folder a disease.

``scripts/clinosim`` makes the files. The lines of one person become one Bundle, which the FHIR reader reads.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from clarkson.errors import RecordError
from clarkson.record.fhir import read_fhir
from clarkson.record.fhir_elements import table, text
from clarkson.record.record import Record

FILES = ("Patient", "Observation", "MedicationAdministration", "Condition")
DISEASES = {
    "sepsis": "sepsis",
    "gi_bleeding": "bleeding",
    "liver_cirrhosis_decompensated": "cirrhosis",
    "industrial_burn_severe": "burns",
    "diabetic_ketoacidosis": "diabetic ketoacidosis",
}


def read_clinosim(folder: Path) -> Iterator[tuple[str, Record]]:
    """Disease and record of every person, disease by disease, in the order of their ids.

    clinosim gives the first person of every disease the same id, so the disease is part of the name.

    Raises
    ------
    RecordError
        ``folder`` holds none of the diseases, a file is missing, a line is no JSON object or says not whose it is.

    >>> list(read_clinosim(Path("nowhere")))
    Traceback (most recent call last):
    ...
    clarkson.errors.RecordError: 'nowhere' holds no people of clinosim; scripts/clinosim makes them
    """
    found = [(name, folder / place / "fhir_r4") for place, name in DISEASES.items() if (folder / place).is_dir()]
    if not found:
        raise RecordError(f"'{folder}' holds no people of clinosim; scripts/clinosim makes them")
    for name, place in found:
        for person, resources in sorted(_people(place).items()):
            bundle = {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [{"resource": each} for each in resources],
            }
            known = f"{name}/{person}"
            yield name, replace(read_fhir(bundle, known, timezone=None, patient=None), subject=known)


def _people(folder: Path) -> Mapping[str, list[Mapping[str, Any]]]:
    """The resources of each person."""
    people: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for kind in FILES:
        file = folder / f"{kind}.ndjson"
        if not file.is_file():
            raise RecordError(f"'{file.name}' is missing in '{folder}'; scripts/clinosim makes it")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if not line.strip():
                continue
            try:
                resource = table(json.loads(line))
            except json.JSONDecodeError as error:
                raise RecordError(f"'{file.name}', line {number}, is no JSON: {error.msg}") from None
            named = text(resource, "id") if kind == "Patient" else text(table(resource.get("subject")), "reference")
            person = named.rpartition("/")[2]
            if not person:
                raise RecordError(f"'{file.name}', line {number}, does not say whose it is")
            people[person].append(resource)
    return people
