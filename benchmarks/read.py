"""How many results does Clarkson read in a second from each kind of data set, to canonical columns?

A million people's worth is not needed to see it: OMOP and MEDS as Parquet with four million rows, FHIR Bulk Data with a
million Observations of which every tenth is a blood pressure of two components. Beside each a peer that does less: the
same file only parsed (orjson, one process) or only loaded (pyarrow), without units, times or reasons; a ratio below 1
says how much longer Clarkson takes. With --large 1 it tells instead how much memory 1 GB of NDJSON takes, and a quarter
of it: the columns, and everybody's record as ``clarkson check`` reads them.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import orjson
from pyarrow import parquet

from clarkson.record.open_dataset import open_dataset

ROWS, LINES, PER_PERSON = 4_000_000, 1_000_000, 50
TESTS = (
    ("4544-3", 3023314, "%", 42.0),
    ("718-7", 3000963, "g/dL", 14.0),
    ("1751-7", 3024561, "g/dL", 4.1),
    ("2951-2", 3019550, "mmol/L", 140.0),
    ("2160-0", 3016723, "mg/dL", 0.9),
    ("8867-4", 3027018, "/min", 80.0),
    ("8480-6", 3004249, "mm[Hg]", 120.0),
    ("8302-2", 3036277, "cm", 170.0),
)
PEAK = """
import resource, sys
from clarkson.record.open_dataset import open_dataset
people = open_dataset(sys.argv[1]) if "people" in {0!r} else None
{0}
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
QUESTIONS = {
    "results": "all(batch.num_rows for batch in people.results())",
    "check": "assert people.account().lost == 0",
    "pyarrow": "import pyarrow.json; pyarrow.json.read_json(sys.argv[1])",
}


def column(place: int, rows: str = "i") -> str:
    """SQL that takes a column of TESTS for row ``rows``, the tests one after the other."""
    return f"({json.dumps([test[place] for test in TESTS]).replace(chr(34), chr(39))})[1 + {rows} % {len(TESTS)}]"


def write_omop(folder: Path, rows: int) -> None:
    """An OMOP folder of so many measurements."""
    folder.mkdir()
    connection = duckdb.connect()
    value = f"round({column(3)} * (0.9 + 0.2 * random()), 2)"
    connection.execute(
        f"COPY (SELECT i // {PER_PERSON} AS person_id, 8507 AS gender_concept_id, 1960 AS year_of_birth"
        f" FROM range(0, {rows}, {PER_PERSON}) t(i)) TO '{folder}/person.parquet'"
    )
    connection.execute(
        "COPY (SELECT 2000000000 + i AS concept_id, 'concept ' || i AS concept_name, 'SNOMED' AS vocabulary_id,"
        f" i::VARCHAR AS concept_code FROM range(500000) t(i)) TO '{folder}/concept.parquet'"
    )
    connection.execute(
        f"COPY (SELECT i AS measurement_id, i // {PER_PERSON} AS person_id, {column(1)} AS measurement_concept_id,"
        " DATE '2020-01-01' AS measurement_date, TIMESTAMP '2020-01-01 06:00:00' + INTERVAL 1 HOUR * (i % 240)"
        f" AS measurement_datetime, {value} AS value_as_number, 0 AS unit_concept_id, {column(2)} AS unit_source_value,"
        f" 0 AS operator_concept_id FROM range({rows}) t(i)) TO '{folder}/measurement.parquet'"
    )


def write_meds(folder: Path, rows: int) -> None:
    """A MEDS folder of so many events."""
    (folder / "data").mkdir(parents=True)
    duckdb.connect().execute(
        f"COPY (SELECT i // {PER_PERSON} AS subject_id, TIMESTAMP '2020-01-01 06:00:00' + INTERVAL 1 HOUR * (i % 240)"
        f" AS \"time\", 'LOINC//' || {column(0)} || '//' || {column(2)} AS code,"
        f" ({column(3)} * (0.9 + 0.2 * random()))::FLOAT AS numeric_value FROM range({rows}) t(i))"
        f" TO '{folder}/data/0.parquet'"
    )


def write_fhir(file: Path, lines: int) -> None:
    """A file of so many Observations, each tenth a panel of two pressures."""

    def quantity(value: float, unit: str) -> dict[str, object]:
        return {"value": round(value, 2), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}

    def concept(code: str) -> dict[str, object]:
        return {"coding": [{"system": "http://loinc.org", "code": code, "display": f"test {code}"}]}

    with file.open("wb") as out:
        for number in range(lines):
            loinc, _, unit, value = TESTS[number % len(TESTS)]
            resource = {
                "resourceType": "Observation",
                "id": f"o{number}",
                "meta": {"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab"]},
                "status": "final",
                "category": [{"coding": [{"code": "laboratory"}]}],
                "code": concept(loinc),
                "subject": {"reference": f"Patient/p{number // PER_PERSON}"},
                "effectiveDateTime": f"2020-01-{1 + number % 28:02d}T{number % 24:02d}:15:00+01:00",
                "issued": "2020-02-01T09:15:00.123+01:00",
            }
            if number % 10 == 9:
                resource["code"] = concept("85354-9")
                resource["component"] = [
                    {"code": concept("8480-6"), "valueQuantity": quantity(100 + number % 40, "mm[Hg]")},
                    {"code": concept("8462-4"), "valueQuantity": quantity(60 + number % 30, "mm[Hg]")},
                ]
            else:
                resource["valueQuantity"] = quantity(value * (0.9 + (number % 21) / 100), unit)
            out.write(orjson.dumps(resource) + b"\n")


def timed(path: Path) -> tuple[int, float]:
    """How many results were read, and in how many seconds from opening the data set."""
    start = time.perf_counter()
    results = sum(batch.num_rows for batch in open_dataset(path).results())
    return results, time.perf_counter() - start


def only_loaded(file: Path) -> float:
    """Seconds in which pyarrow loads a file."""
    start = time.perf_counter()
    parquet.read_table(file)
    return time.perf_counter() - start


def only_parsed(file: Path) -> float:
    """Seconds in which orjson parses the lines of a file."""
    start = time.perf_counter()
    with file.open("rb") as lines:
        for line in lines:
            orjson.loads(line)
    return time.perf_counter() - start


def speeds(folder: Path, scale: float) -> dict[str, float]:
    """Pieces a second by kind of data set, and how that compares with the peer."""
    rows, lines = int(ROWS * scale), int(LINES * scale)
    write_omop(folder / "omop", rows)
    write_meds(folder / "meds", rows)
    write_fhir(folder / "observations.ndjson", lines)
    figures: dict[str, float] = {}
    for name, path, pieces, peer, file, alone in (
        ("omop", folder / "omop", rows, "pyarrow", folder / "omop" / "measurement.parquet", only_loaded),
        ("meds", folder / "meds", rows, "pyarrow", folder / "meds" / "data" / "0.parquet", only_loaded),
        ("fhir_bulk", folder / "observations.ndjson", lines, "orjson", folder / "observations.ndjson", only_parsed),
    ):
        results, seconds = timed(path)
        figures[f"{name}_pieces_per_second"] = round(pieces / seconds)
        figures[f"{name}_results_per_second"] = round(results / seconds)
        figures[f"{name}_ratio_{peer}"] = round(alone(file) / seconds, 3)
    return figures


def asked(path: Path, question: str) -> tuple[float, float]:
    """Seconds and the greatest memory [MB] of a process that opens a data set and asks it one thing."""
    start = time.perf_counter()
    printed = subprocess.run([sys.executable, "-c", PEAK.format(QUESTIONS[question]), path], check=True, text=True,
                             stdout=subprocess.PIPE).stdout  # fmt: skip
    return time.perf_counter() - start, float(printed) / 1024.0


def memory(folder: Path, gigabytes: float) -> dict[str, float]:
    """How long one large file takes and how much memory, for each question, and for pyarrow to load it.

    Beside it the same of a quarter of the file: memory that is bounded is no more for the whole.
    """
    file = folder / "large.ndjson"
    write_fhir(file, 10_000)
    lines = int(10_000 * gigabytes * 1e9 / file.stat().st_size)
    figures: dict[str, float] = {}
    for name, share in (("quarter", 4), ("large", 1)):
        write_fhir(file, lines // share)
        figures[f"{name}_gigabytes"] = round(file.stat().st_size / 1e9, 2)
        for question in QUESTIONS:
            seconds, peak = asked(file, question)
            figures |= {f"{name}_{question}_seconds": round(seconds, 1), f"{name}_{question}_peak_mb": round(peak)}
            print(f"{name} {question}: {seconds:.1f} s, {peak:.0f} MB", file=sys.stderr)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="of the number of rows")
    parser.add_argument("--large", type=float, metavar="GB", help="measure the memory for one NDJSON file of that size")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="clarkson-read-"))
    try:
        figures = speeds(folder, given.scale) if given.large is None else memory(folder, given.large)
    finally:
        shutil.rmtree(folder)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
