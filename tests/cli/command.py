"""Runs the command as a person does: in its own process, with its own streams."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from clarkson.engine.kernel import cache_folder

ATTACK = "example:pmc10372265-1"


def run(
    *arguments: str | Path, stdin: bytes | None = None, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """One finished run of ``clarkson``; ``variables`` are added to a bare environment.

    Compiled equations are shared with the other tests: a bare home would compile them in every run.
    """
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(cwd or "/nonexistent"),
        "CLARKSON_NO_BROWSER": "1",
        "CLARKSON_CACHE": str(cache_folder()),
    }
    return subprocess.run(
        [sys.executable, "-m", "clarkson", *map(str, arguments)],
        input=b"" if stdin is None else stdin,
        capture_output=True,
        cwd=cwd,
        env={**environment, **variables},
        timeout=300,
        check=False,
    )
