"""A real PostgreSQL server for the tests, in a folder of its own, on a port of its own, on loopback."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []


def programs() -> Path | None:
    """Where initdb and pg_ctl lie, or None."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).parent
    return _PLACES[-1] if _PLACES else None


@contextmanager
def server() -> Iterator[str]:
    """The address of a new empty database of a new server, which ends with the block."""
    where = programs()
    if where is None:
        pytest.skip("needs PostgreSQL (apt-get install postgresql)")
    # The server refuses to run as root.
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    folder = Path(tempfile.mkdtemp(prefix="clarkson-postgres-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        if as_user:
            shutil.chown(folder, "postgres")
        data = folder / "data"

        def run(*command: str | Path) -> None:
            subprocess.run([*as_user, *map(str, command)], check=True, capture_output=True, timeout=120)

        run(where / "initdb", "-D", data, "-U", "clarkson", "--auth=trust", "--no-sync")
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c fsync=off"
        run(where / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://clarkson@127.0.0.1:{port}/postgres"
        finally:
            run(where / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
