"""How long does a person wait for the command, and how much of that is Python starting?

Every command runs in its own process, warm (the first runs are not counted), and is compared with an
empty Python of the same environment measured in the same run. The median and the slowest are told.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

WARM_UP = 2
RUNS = 15
DRAWS = 10
PANEL = (("4544-3", "%", 45.0), ("718-7", "g/dL", 15.0), ("1751-7", "g/L", 42.0), ("2885-2", "g/L", 70.0))


def labs() -> bytes:
    """A CSV of 50 results: ten draws of hematocrit, hemoglobin, albumin, total protein, and the pressure."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("patient_id", "time", "code", "value", "unit"))
    for draw in range(DRAWS):
        time_of_draw = f"2026-03-{draw + 1:02d}T08:00:00+00:00"
        swing = 1 + 0.02 * math.sin(draw)
        for code, unit, value in PANEL:
            writer.writerow(("p1", time_of_draw, code, f"{value * swing:.1f}", unit))
        writer.writerow(("p1", time_of_draw, "8480-6", f"{125 * swing:.0f}", "mm[Hg]"))
    return text.getvalue().encode()


def seconds(task: Callable[[], object]) -> list[float]:
    """How long each counted run of the task took."""
    taken = []
    for run in range(WARM_UP + RUNS):
        started = time.perf_counter()
        task()
        if run >= WARM_UP:
            taken.append(time.perf_counter() - started)
    return taken


def command(*arguments: str) -> Callable[[], object]:
    """A run of this Python in its own process."""
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


def measured() -> dict[str, list[float]]:
    """Seconds of every run, by what was run."""
    from clarkson.record.read import read_bytes
    from clarkson.watch.assess import assess

    data = labs()
    record = read_bytes(data, "labs.csv")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "labs.csv")
        file.write_bytes(data)
        return {
            "python -c pass": seconds(command("-c", "pass")),
            "python -c 'import numpy'": seconds(command("-c", "import numpy")),
            "clarkson --help": seconds(command("-m", "clarkson", "--help")),
            "clarkson assess (50 results)": seconds(command("-m", "clarkson", "assess", str(file))),
            "clarkson assess --json": seconds(command("-m", "clarkson", "assess", str(file), "--json")),
            "read_bytes() in-process": seconds(lambda: read_bytes(data, "labs.csv")),
            "assess() in-process": seconds(lambda: assess(record)),
        }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--json", action="store_true", help="one JSON document of named figures")
    as_json = arguments.parse_args().json
    figures = {
        name: {"median_s": round(statistics.median(taken), 5), "slowest_s": round(max(taken), 5)}
        for name, taken in measured().items()
    }
    bare = figures["python -c pass"]["median_s"]
    for each in figures.values():
        each["times_bare_python"] = round(each["median_s"] / bare, 2)
    if as_json:
        print(json.dumps({"question": "how long does a person wait", "runs": RUNS, "figures": figures}, indent=1))
        return
    table = Table("what", "median [ms]", "slowest [ms]", "x bare Python", box=None)
    for name, each in figures.items():
        middle, slowest = (f"{1000 * each[key]:.1f}" for key in ("median_s", "slowest_s"))
        table.add_row(name, middle, slowest, f"{each['times_bare_python']:.2f}")
    print(f"{RUNS} warm runs each")
    Console(width=100, markup=False).print(table)


if __name__ == "__main__":
    main()
