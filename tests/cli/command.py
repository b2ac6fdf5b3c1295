"""Runs the command as a person does, in this process or in its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

from clarkson.cli import main
from clarkson.engine.kernel import cache_folder

ATTACK = "example:pmc10372265-1"


def run(
    *arguments: str | Path, stdin: bytes | None = None, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """One finished run of ``clarkson`` in this process; ``variables`` are added to a bare environment.

    The streams are files: whole bytes, and descriptors that the command may close.
    """
    words = list(map(str, arguments))
    with ExitStack() as changed, tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        changed.enter_context(patch.dict(os.environ, _environment(cwd, variables), clear=True))
        changed.enter_context(patch.object(sys, "argv", ["clarkson", *words]))
        changed.enter_context(patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin or b""), encoding="utf-8")))
        for name, file in (("stdout", out), ("stderr", err)):
            stream = changed.enter_context(file.open("w", encoding="utf-8", newline="\n"))
            changed.enter_context(patch.object(sys, name, stream))
        if cwd is not None:
            changed.enter_context(_folder(cwd))
        code = _code()
        sys.stdout.flush()
        sys.stderr.flush()
        return subprocess.CompletedProcess(["clarkson", *words], code, out.read_bytes(), err.read_bytes())


def start(
    *arguments: str | Path, stdin: bytes | None = None, cwd: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """The same in a process of its own: for what only a process has, as its start, its streams and its hash seed."""
    return subprocess.run(
        [sys.executable, "-m", "clarkson", *map(str, arguments)],
        input=b"" if stdin is None else stdin,
        capture_output=True,
        cwd=cwd,
        env=_environment(cwd, variables),
        timeout=300,
        check=False,
    )


def _environment(cwd: Path | None, variables: dict[str, str]) -> dict[str, str]:
    """Compiled equations are shared with the other tests: a bare home would compile them in every run."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(cwd or "/nonexistent"),
        "CLARKSON_NO_BROWSER": "1",
        "CLARKSON_CACHE": str(cache_folder()),
        **variables,
    }


@contextmanager
def _folder(place: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(place)
    try:
        yield
    finally:
        os.chdir(before)


def _code() -> int:
    """The exit code that the process would have had."""
    try:
        main()
    except SystemExit as leaving:
        return int(leaving.code or 0)
    except Exception:
        traceback.print_exc()  # as Python does, which leaves with 1
        return 1
    return 0
