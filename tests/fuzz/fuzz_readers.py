"""Coverage-guided fuzzing of the readers: python tests/fuzz/fuzz_readers.py --seconds 60 [--format csv|fhir|case].

Anything but a ClarksonError that comes out of ``read_bytes`` is a crash; atheris writes the input beside it.
JSON is changed as a tree, since almost every changed byte of it would only be refused as no JSON.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["clarkson.record", "clarkson.units"]):
    import clarkson.record.case
    import clarkson.record.csv_table
    import clarkson.record.fhir
    import clarkson.record.read

from clarkson.errors import ClarksonError
from clarkson.examples import example

CSV = b"patient_id,time,test,value,unit\np,2024-03-01T08:00:00+01:00,Hct,41.2,%\np,2024-06-01T08:00Z,albumin,<15,g/L\n"
WIDE = "hours;Hct [%];albumin (g/L)\n0;41,2;38\n6,5;52;<20\n".encode("utf-16")
NOW = "2024-03-01T08:00:00Z"
PERSON = {"reference": "urn:uuid:a"}


def observation(code: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": PERSON,
        "effectiveDateTime": NOW,
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        **more,
    }


PRESSURE = {
    "code": {"coding": [{"system": "http://loinc.org", "code": "8480-6"}]},
    "valueQuantity": {"value": 92, "unit": "mmHg"},
}
DOSE = {
    "resourceType": "MedicationAdministration",
    "status": "completed",
    "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Albumin 20 %"}}],
    "medicationReference": {"reference": "#m"},
    "subject": PERSON,
    "effectivePeriod": {"start": NOW, "end": "2024-03-01T12:00:00Z"},
    "dosage": {"dose": {"value": 100, "unit": "mL"}},
}
RESOURCES: list[dict[str, Any]] = [
    {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": "1964-03-01",
        "identifier": [{"system": "urn:x", "value": "7"}],
    },
    observation("4544-3", 52, "%", id="x", meta={"versionId": "2", "lastUpdated": NOW}),
    observation("1751-7", 24, "g/L", status="amended", hasMember=[{"reference": "Observation/x"}]),
    observation("85354-9", 1, "1", component=[PRESSURE], dataAbsentReason={"text": "clotted"}),
    {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "subject": {"identifier": {"system": "urn:x", "value": "7"}},
        "issued": NOW,
        "contained": [observation("718-7", 18, "g/dL", id="hb")],
        "result": [{"reference": "#hb"}],
    },
    DOSE,
    {
        "resourceType": "Condition",
        "code": {"text": "MGUS"},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "onsetDateTime": "2020-01-01",
    },
]
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "link": [{"relation": "self"}],
    "entry": [{"fullUrl": f"urn:uuid:{'abcdefg'[place]}", "resource": body} for place, body in enumerate(RESOURCES)],
}
SEEDS = {
    "csv": [CSV, WIDE],
    "fhir": [json.dumps(each).encode() for each in (BUNDLE, RESOURCES[1], RESOURCES[3])],
    "case": [example("pmid39600049-1"), example("desikan2020-1")],
}
ODD: list[Any] = [None, True, 0, -1, 1e308, -0.0, 2**63, "", "x", "#", "#m", "1e9", "2024", "9999-12-31", [], {}, [[]]]
LARGEST = 16384


def nodes(body: Any) -> list[tuple[Any, Any]]:
    """Each container with each of its keys."""
    pairs: list[tuple[Any, Any]] = []
    waiting = [body]
    while waiting:
        each = waiting.pop()
        keys = list(each) if isinstance(each, dict) else range(len(each)) if isinstance(each, list) else ()
        pairs += [(each, key) for key in keys]
        waiting += [each[key] for key in keys]
    return pairs


def changed(data: bytes, largest: int, seed: int) -> bytes:
    """The input with some parts swapped, repeated or replaced; every fourth time only its bytes are changed."""
    chance = random.Random(seed)
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        body = None
    pairs = nodes(body)
    if not pairs or chance.random() < 0.25:
        return bytes(atheris.Mutate(data, largest))
    for _ in range(chance.randint(1, 4)):
        container, key = chance.choice(pairs)
        other, place = chance.choice(pairs)
        # What was replaced a moment ago may have taken the place with it.
        with contextlib.suppress(KeyError, IndexError):
            match chance.randrange(5):
                case 0:
                    container[key] = chance.choice(ODD)
                case 1:
                    container[key] = json.loads(json.dumps(other[place]))
                case 2 if isinstance(container, list):
                    container.append(json.loads(json.dumps(container[key])))
                case 3 if isinstance(container[key], str):
                    text = atheris.Mutate(container[key].encode(errors="replace"), 40)
                    container[key] = bytes(text).decode("utf-8", errors="replace")
                case _:
                    del container[key]
    written = json.dumps(body).encode()
    return written if len(written) <= largest else data[:largest]


def main() -> None:
    """Fuzz one format, or each by its own sniffing, for a time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--format", choices=sorted(SEEDS), default=None)
    asked = parser.parse_args()

    def once(data: bytes) -> None:
        with contextlib.suppress(ClarksonError):
            clarkson.record.read.read_bytes(data, "fuzz", format=asked.format)

    with tempfile.TemporaryDirectory() as corpus:
        for kind, seeds in SEEDS.items():
            for place, seed in enumerate(seeds if asked.format in (None, kind) else ()):
                clarkson.record.read.read_bytes(seed, kind)  # a seed that is refused reaches nothing
                (Path(corpus) / f"{kind}-{place}").write_bytes(seed)
        limits = [f"-max_total_time={asked.seconds}", f"-max_len={LARGEST}", "-timeout=10", "-rss_limit_mb=2048"]
        atheris.Setup([sys.argv[0], *limits, corpus], once, custom_mutator=changed)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
