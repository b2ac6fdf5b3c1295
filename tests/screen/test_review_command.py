"""clarkson review, as a person types it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from tests.cli.command import run
from tests.screen.review_folder import write_screening


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C as a signal is of POSIX")
def test_it_serves_on_this_machine_behind_its_key_until_interrupted(tmp_path: Path) -> None:
    folder = write_screening(tmp_path / "found")
    command = [sys.executable, "-m", "clarkson", "review", str(folder), "--reviewer", "Anna", "--port", "0"]
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert serving.stdout is not None
    try:
        address = serving.stdout.readline().decode().split()[0]
        assert urlsplit(address).hostname == "127.0.0.1"
        page = build_opener(HTTPCookieProcessor()).open(address, timeout=20).read().decode()
        assert "You review as Anna" in page
        assert "found" in page
        with pytest.raises(HTTPError, match="403"):
            build_opener().open(address.split("?")[0], timeout=20)
    finally:
        serving.send_signal(signal.SIGINT)
        _, errors = serving.communicate(timeout=20)
    assert errors == b""
    assert sorted(each.name for each in folder.iterdir() if each.suffix == ".jsonl") == []


def test_a_folder_that_no_screening_wrote_is_refused_in_one_sentence(tmp_path: Path) -> None:
    done = run("review", tmp_path, "--port", "0")
    assert done.returncode == 1
    assert done.stdout == b""
    assert done.stderr.decode() == (
        f"clarkson: '{tmp_path}' has no people.parquet: it is no folder that 'clarkson screen' wrote\n"
    )
    assert run("review", tmp_path / "nowhere").returncode == 2
