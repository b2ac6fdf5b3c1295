"""The other commands, and the promises that hold for all of them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from clarkson.examples import example, examples
from clarkson.store.opening import make_store
from tests.cli.command import ATTACK, run, start
from tests.datasets.sets import omop_folder

BARRED = """
import socket, sys
def barred(self, address):
    raise AssertionError(f"a connection to {address} was tried")
socket.socket.connect = socket.socket.connect_ex = barred
from clarkson.cli import main
sys.argv[0] = "clarkson"
main()
"""


@pytest.mark.parametrize(
    "words",
    [
        *("attacks {}", "convert {} --to csv -o a.csv", "watch {}", "letter {} -o a.html", "import {} --as me"),
        *("simulate healthy", "parameters susceptibility", "export latex -o a.md", "doctor"),
        *("db people", "diary add hematocrit 41 %", "check omop"),
    ],
)
def test_a_command_works_in_a_process_of_its_own(words: str, tmp_path: Path) -> None:
    """Most tests share a process, where what a command forgot to import is there already."""
    omop_folder(tmp_path / "omop")
    make_store(str(tmp_path / "store.db")).close()
    done = start(*words.format(ATTACK).split(), cwd=tmp_path, CLARKSON_STORE=str(tmp_path / "store.db"))
    assert done.returncode == 0, done.stderr


def test_demo_without_a_browser_prints_a_leak_and_ends() -> None:
    done = run("demo")
    assert done.returncode == 0, done.stderr
    assert "LEAK" in done.stdout.decode()
    assert f"clarkson serve {ATTACK}" in done.stdout.decode()


def test_examples_lists_every_bundled_case() -> None:
    words = run("examples").stdout.decode()
    assert len(examples()) == 31
    for each in examples():
        assert each.id in words


@pytest.mark.parametrize("case", [each.id for each in examples()])
def test_a_case_names_its_article(case: str) -> None:
    entry = next(each for each in examples() if each.id == case)
    assert re.search(r"https?://", entry.citation)
    assert example(case).startswith(b"{")


def test_doctor_finds_everything_working() -> None:
    done = run("doctor")
    assert done.returncode == 0, done.stdout
    words = done.stdout.decode()
    assert "FAIL" not in words
    assert re.search(r"ok +numpy: \d", words)


@pytest.mark.parametrize("command", [["--help"], ["assess", "--help"], ["--version"]])
def test_help_loads_no_numerics(command: list[str]) -> None:
    """What makes help slow is an import; how slow it is, is measured in benchmarks/assess.py."""
    loaded = "print(sorted({'numpy', 'fastapi', 'rich'} & set(sys.modules)))"
    asked = f"import sys; from clarkson.cli import _run; _run({command!r}); {loaded}"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", [["assess", ATTACK], ["assess", ATTACK, "--json"], ["examples"], ["demo"]])
def test_no_command_opens_a_connection(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BARRED, *command],
        capture_output=True,
        env={"PATH": os.environ["PATH"], "CLARKSON_NO_BROWSER": "1"},
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def served(*arguments: str, **variables: str) -> Iterator[str]:
    """The address that a running command prints; it is interrupted in the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "clarkson", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PATH": os.environ["PATH"], **variables},
    )
    assert process.stdout is not None
    found = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+/", line) for line in process.stdout)))
    try:
        yield found[0]
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert errors == ""


def test_serve_shows_the_record_on_loopback() -> None:
    with served("serve", ATTACK, "--port", "0") as address, urllib.request.urlopen(address, timeout=20) as answer:
        assert b"pmc10372265-1" in answer.read()


def test_demo_opens_a_browser_where_there_is_a_display(tmp_path: Path) -> None:
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n', encoding="utf-8")
    browser.chmod(0o700)
    with served("demo", DISPLAY=":99", BROWSER=f"{browser} %s") as address:
        with urllib.request.urlopen(address, timeout=20) as answer:
            assert b"pmc10372265-1" in answer.read()
        assert opened.read_text(encoding="utf-8").strip() == address


def test_a_taken_port_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert done.stdout == b""
    assert b"port" in done.stderr


def test_an_interrupt_is_exit_code_130(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "clarkson", "assess", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    )
    time.sleep(2.0)  # long enough to wait for its input
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err
