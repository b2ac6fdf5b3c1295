"""How long does it take to screen a million people, how much memory, and does it grow in proportion?

python -m benchmarks.screen [--people 1000000] [--folder DIR] [--spark]. The people are those of
``clarkson.evaluate.population`` with 50 results each, as OMOP tables in Parquet; ``clarkson screen`` runs in a process
of its own from its start to its last file. Peers in the same run: DuckDB that only loads and sorts the same
measurements, and with --spark Apache Spark on all cores of this machine, which judges the same people.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from pyarrow import parquet

from clarkson.evaluate.population import write_population
from clarkson.record.dataset import Dataset
from clarkson.record.omop import printed_omop
from clarkson.record.table_files import tables_in_folder
from clarkson.screen.screen import standings_here
from clarkson.screen.spark import standings_on_spark

PEOPLE, RESULTS_EACH, CONFOUNDERS_PER_PERSON, FEWER = 1_000_000, 50, 0.02, 10


def population(folder: Path, people: int) -> Path:
    """The OMOP tables of so many people, written if they are not there."""
    if not (folder / "truth.parquet").exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_population(folder, people, RESULTS_EACH, 3, int(CONFOUNDERS_PER_PERSON * people))
    return folder / "omop"


def screened(data: Path) -> tuple[float, float]:
    """Seconds and peak memory (GB, of the largest process) of one whole ``clarkson screen``."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "clarkson", "screen", str(data), "-o", f"{folder}/found"]
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds = time.perf_counter() - begun
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6


def only_sorted(data: Path) -> float:
    """Seconds that DuckDB takes to load the measurements and sort them by person and time, and nothing else."""
    with tempfile.TemporaryDirectory() as spilled:
        connection = duckdb.connect(config={"memory_limit": "2GB", "temp_directory": spilled})
        begun = time.perf_counter()
        query = f"SELECT * FROM read_parquet('{data}/measurement*.parquet') ORDER BY person_id, measurement_datetime"
        for _ in connection.sql(query).to_arrow_reader(131072):
            pass
        return time.perf_counter() - begun


def judged(data: Path, *, spark: bool) -> float:
    """Seconds until it is known how high everybody stands, here or on Spark."""
    tables = tables_in_folder(data)
    dataset = Dataset(tables, printed_omop(tables))
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        begun = time.perf_counter()
        if spark:
            standings_on_spark(data, f"local[{os.cpu_count()}]")(dataset, work)
        else:
            parquet.write_table(dataset.traits(), work / "traits.parquet")
            standings_here(dataset, work, lambda _: None)
        return time.perf_counter() - begun


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--folder", type=Path, help="where the people are kept [a temporary folder]")
    parser.add_argument("--spark", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        few, many = (population(folder / str(count), count) for count in (asked.people // FEWER, asked.people))
        screened(few)  # compiles
        few_seconds, _ = screened(few)
        seconds, gigabytes = screened(many)
        found = {
            "people": asked.people,
            "seconds": seconds,
            "peak_gb_of_a_process": gigabytes,
            f"seconds_of_a_{FEWER}th": few_seconds,
            "ratio_duckdb_sort_alone": seconds / only_sorted(many),
        }
        if asked.spark:
            found["ratio_spark_to_duckdb"] = judged(many, spark=True) / judged(many, spark=False)
    print(json.dumps({name: round(value, 2) for name, value in found.items()}, indent=1))


if __name__ == "__main__":
    main()
