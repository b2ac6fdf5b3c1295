"""``clarkson import`` is killed at moments spread over its run: what it said is there, whole, and nothing else is.

The real command runs in a child that is forked from a process in which everything is imported: to start an interpreter
as often would take as long again.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pyarrow as pa
import pytest
from pyarrow import parquet

from clarkson.record.open_dataset import open_dataset
from clarkson.record.record import Record
from clarkson.store.bodies import rows_of
from clarkson.store.opening import make_store, open_store
from tests.datasets.postgres import server
from tests.datasets.sets import omop_folder

ON_SQLITE, ON_POSTGRESQL, FINISHED_EVERY = 50, 8, 10
COPIES = 4
SEED = 20260301
FORKS = """
import os, sys
import clarkson.cli, clarkson.intake, clarkson.record.open_dataset, clarkson.store.opening, psycopg, pyarrow
pyarrow.table([[""]], ["looks for pandas, once"])
while line := sys.stdin.readline():
    dataset, store, said = line.rstrip().split("\\t")
    child = os.fork()
    if child == 0:
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT, 0o600), 1)
        sys.argv = ["clarkson", "import", dataset, "--store", store]
        try:
            clarkson.cli.main()
        except SystemExit as left:
            # To take down all that was imported lasts longer than the import.
            os._exit(left.code)
    print("child", child, flush=True)
    # Not before it is asked for: until then the number is that of the child, even if it has ended.
    sys.stdin.readline()
    print(os.waitpid(child, 0)[1], flush=True)
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """What an import printed, how long it ran, and its exit code: negative where a signal ended it."""

    said: str
    seconds: float
    code: int


class Importer:
    """Runs ``clarkson import DATASET``, and kills it when it is told to."""

    def __init__(self, forks: subprocess.Popen[str], folder: Path) -> None:
        self._forks, self._said = forks, folder / "said"

    def run(self, dataset: Path, store: str, killed_after_s: float | None = None) -> Ended:
        assert self._forks.stdin is not None
        assert self._forks.stdout is not None
        self._said.unlink(missing_ok=True)
        self._forks.stdin.write(f"{dataset}\t{store}\t{self._said}\n")
        self._forks.stdin.flush()
        child, start = int(self._forks.stdout.readline().removeprefix("child ")), time.monotonic()
        assert child > 1
        if killed_after_s is not None:
            time.sleep(killed_after_s)
            os.kill(child, signal.SIGKILL)
        self._forks.stdin.write("\n")
        self._forks.stdin.flush()
        code = os.waitstatus_to_exitcode(int(self._forks.stdout.readline()))
        return Ended(self._said.read_text() if self._said.exists() else "", time.monotonic() - start, code)


@pytest.fixture(scope="module")
def importer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Importer]:
    folder = tmp_path_factory.mktemp("importer")
    environment = {**os.environ, "TMPDIR": str(folder), "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        [sys.executable, "-c", FORKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as forks:
        yield Importer(forks, folder)
        assert forks.stdin is not None
        forks.stdin.close()


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three people with their results, several times over under other names."""
    folder = omop_folder(tmp_path_factory.mktemp("killed") / "omop")
    for name in ("person", "measurement"):
        file = folder / f"{name}.parquet"
        table = parquet.read_table(file)
        place, people = table.schema.get_field_index("person_id"), table.column("person_id").to_pylist()
        copies = [
            table.set_column(place, "person_id", pa.array([each + 100 * copy for each in people]))
            for copy in range(COPIES)
        ]
        parquet.write_table(pa.concat_tables(copies), file)
    return folder


@pytest.fixture(scope="module")
def expected(dataset: Path) -> dict[str, Record]:
    return {each.subject: each for each in open_dataset(dataset)}


def arrived(said: str) -> set[str]:
    """Everyone of whom an import said that they have arrived; a line that was cut short says nothing."""
    return {line.split(":")[0] for line in said.splitlines(keepends=True) if line.endswith("\n")}


def lose_nothing(
    importer: Importer, dataset: Path, expected: dict[str, Record], new_store: Callable[[], str], kills: int
) -> int:
    """Kill that many imports, each into a new store, and give how many were killed between two people."""
    run_s = importer.run(dataset, new_store()).seconds
    chance = random.Random(SEED)
    killed, interrupted = 0, 0
    for number in range(kills):
        store = new_store()
        ended = importer.run(dataset, store, chance.uniform(0.0, run_s))
        opened = open_store(store)
        there = opened.people()
        assert arrived(ended.said) <= set(there)
        for name in there:
            assert opened.record(name) == expected[name]
        opened.close()
        killed += ended.code == -signal.SIGKILL
        interrupted += 0 < len(there) < len(expected)
        if ended.code == 0:
            # The machine has less to do than when the run was timed.
            run_s = min(run_s, ended.seconds)
        if number % FINISHED_EVERY == 0:
            finish(importer, dataset, expected, store)
    assert killed >= kills / 4
    return interrupted


def finish(importer: Importer, dataset: Path, expected: dict[str, Record], store: str) -> None:
    """The next import of the same set ends well, and the one after it changes nothing."""
    finished, again = importer.run(dataset, store), importer.run(dataset, store)
    assert (finished.code, again.code) == (0, 0)
    assert arrived(finished.said) == arrived(again.said) == set(expected)
    assert all(" 0 new facts" in line for line in again.said.splitlines())
    opened = open_store(store)
    for name, record in expected.items():
        assert opened.record(name) == record
        assert opened.purge(name) == sum(1 for _ in rows_of(record))
    opened.close()


def test_a_killed_import_into_sqlite_loses_nothing(
    importer: Importer, dataset: Path, expected: dict[str, Record], tmp_path: Path
) -> None:
    empty, numbers = tmp_path / "empty.db", count()
    make_store(str(empty)).close()

    def new_store() -> str:
        return str(shutil.copy(empty, tmp_path / f"{next(numbers)}.db"))

    assert lose_nothing(importer, dataset, expected, new_store, ON_SQLITE) > 0


def test_a_killed_import_into_postgresql_loses_nothing(
    importer: Importer, dataset: Path, expected: dict[str, Record]
) -> None:
    with server() as address:
        numbers = count()

        def new_store() -> str:
            name = f"store{next(numbers)}"
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}".encode())
            place = address.rsplit("/", 1)[0] + f"/{name}"
            make_store(place).close()
            return place

        lose_nothing(importer, dataset, expected, new_store, ON_POSTGRESQL)
