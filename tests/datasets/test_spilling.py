"""What DuckDB spilled to the disk is gone with its process, or with the next one if it was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SPILLS = """
import sys
from clarkson.record.tables import connect
connection = connect()
connection.execute("CREATE TABLE large AS SELECT random() AS a, random()::VARCHAR AS b FROM range(2000000)")
print("spilled", flush=True)
sys.stdin.readline()
"""


@contextmanager
def spilling(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds more than fits into its memory, until its standard input ends."""
    script = place / "spills.py"
    script.write_text(SPILLS, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, script],
        env={**os.environ, "TMPDIR": str(place), "CLARKSON_MEMORY": "60MB"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "spilled\n"
        yield process


def spilled(place: Path) -> dict[str, int]:
    """The bytes in each folder."""
    return {
        each.name: sum(file.stat().st_size for file in each.iterdir())
        for each in place.iterdir()
        if each.name.startswith("clarkson-")
    }


def test_what_a_killed_process_spilled_is_removed_by_the_next_and_what_a_living_one_spilled_is_not(
    tmp_path: Path,
) -> None:
    somebodys = tmp_path / "notes"
    somebodys.mkdir()
    (tmp_path / "clarkson-spill-a link").symlink_to(somebodys)
    (somebodys / "kept").touch()
    with spilling(tmp_path) as living:
        (of_living,) = [name for name, size in spilled(tmp_path).items() if size > 1e6]
        with spilling(tmp_path) as killed:
            (of_killed,) = [name for name, size in spilled(tmp_path).items() if size > 1e6 and name != of_living]
            killed.send_signal(signal.SIGKILL)
        assert {of_living, of_killed} <= spilled(tmp_path).keys()
        assert (tmp_path / of_killed).stat().st_mode & 0o777 == 0o700
        with spilling(tmp_path) as next_one:
            assert of_killed not in spilled(tmp_path)
            assert spilled(tmp_path)[of_living] > 1e6
            next_one.communicate("\n")
        assert spilled(tmp_path).keys() == {of_living, "clarkson-spill-a link"}
        living.communicate("\n")
    assert spilled(tmp_path).keys() == {"clarkson-spill-a link"}
    assert (somebodys / "kept").exists()
