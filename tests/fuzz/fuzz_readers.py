"""Coverage-guided fuzzing of the readers: python tests/fuzz/fuzz_readers.py --seconds 60 [--format csv|fhir|case].

Anything but a ClarksonError that comes out of ``read_bytes`` is a crash; atheris writes the input beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["clarkson.record", "clarkson.units"]):
    import clarkson.record.case
    import clarkson.record.csv_table
    import clarkson.record.fhir
    import clarkson.record.read

from clarkson.errors import ClarksonError
from clarkson.examples import example

SEEDS = {
    "csv": b"patient_id,time,test,value,unit\np,2024-03-01T08:00:00+01:00,Hct,41.2,%\np,2024-06-01,albumin,<15,g/L\n",
    "fhir": b'{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4544-3"}]},'
    b'"effectiveDateTime":"2024-03-01T08:00:00Z","valueQuantity":{"value":52,"unit":"%"}}',
    "case": example("pmid39600049-1"),
}


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
        for kind, seed in SEEDS.items():
            if asked.format in (None, kind):
                (Path(corpus) / kind).write_bytes(seed)
        atheris.Setup(
            [sys.argv[0], f"-max_total_time={asked.seconds}", "-timeout=10", "-rss_limit_mb=2048", corpus], once
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
