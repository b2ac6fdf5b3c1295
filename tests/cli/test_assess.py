"""``clarkson assess``: what is printed where, and with which exit code."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from clarkson.examples import example
from tests.cli.command import ATTACK, run, start
from tests.schema import faults

ESCAPE = b"\x1b["
CSV = """patient_id,time,code,value,unit
p1,2026-03-01T08:00:00+01:00,4544-3,44,%
p1,2026-03-01T08:00:00+01:00,1751-7,42,g/L
p1,2026-03-20T06:00:00+01:00,4544-3,61,%
p1,2026-03-20T06:00:00+01:00,1751-7,24,g/L
"""


@pytest.fixture
def labs(tmp_path: Path) -> Path:
    file = tmp_path / "labs.csv"
    file.write_text(CSV, encoding="utf-8")
    return file


def test_an_attack_is_called_a_leak_with_its_numbers() -> None:
    done = run("assess", ATTACK, "--at", "0")
    words = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert "LEAK" in words
    assert "Hematocrit 67.5 %" in words  # the value that the article prints
    assert "not a medical device" in words
    assert done.stderr == b""


def test_piped_output_has_no_colour_and_fits_its_width() -> None:
    done = start("assess", ATTACK, TERM="xterm-256color")
    assert ESCAPE not in done.stdout
    assert max(map(len, done.stdout.decode().splitlines())) <= 100


@cache
def _in_a_terminal(columns: int, **variables: str) -> bytes:
    """What a terminal of that width receives."""
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    environment = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", **variables}
    process = subprocess.Popen(
        [sys.executable, "-m", "clarkson", "assess", ATTACK], stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    received = b""
    try:
        while piece := os.read(ours, 65536):
            received += piece
    except OSError:  # Linux says EIO when the other end is closed
        pass
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return received


def test_a_terminal_gets_colour_unless_no_color_is_set() -> None:
    assert b"\x1b[1;31m" in _in_a_terminal(80)
    assert b"31m" not in _in_a_terminal(80, NO_COLOR="1")


def test_a_narrow_terminal_is_not_overrun() -> None:
    lines = re.sub(rb"\x1b\[[0-9;]*m", b"", _in_a_terminal(80)).decode().splitlines()
    assert max(map(len, lines)) <= 80


def test_nothing_is_ever_green() -> None:
    for colour in (b"32", b"92", b"38;5;2", b"38;5;10"):
        assert not re.search(rb"\x1b\[([0-9;]*;)?" + colour + rb"m", _in_a_terminal(80))


def test_json_is_one_document_that_keeps_the_schema() -> None:
    done = run("assess", ATTACK, "--json")
    document = json.loads(done.stdout)
    assert list(faults(document)) == []
    assert document["input"] == {
        "name": "pmc10372265-1.json",
        "sha256": hashlib.sha256(example("pmc10372265-1")).hexdigest(),
    }
    assert done.stderr == b""


def test_the_same_input_gives_the_same_bytes(labs: Path) -> None:
    assert run("assess", labs, "--json").stdout == start("assess", labs, "--json", PYTHONHASHSEED="7").stdout


def test_standard_input_is_read_like_a_file(labs: Path) -> None:
    from_file = json.loads(run("assess", labs, "--json").stdout)
    from_pipe = json.loads(run("assess", "-", "--json", stdin=labs.read_bytes()).stdout)
    assert from_pipe["input"] == {"name": "standard input", "sha256": from_file["input"]["sha256"]}
    assert [each["verdict"] for each in from_pipe["assessments"]] == [
        each["verdict"] for each in from_file["assessments"]
    ]


def test_at_a_time_nothing_later_is_known() -> None:
    document = json.loads(run("assess", ATTACK, "--at", "24", "--json").stdout)
    assert {each["hours"] for each in document["results"]} == {0.0, 24.0}
    whole = json.loads(run("assess", ATTACK, "--json").stdout)
    assert document["assessments"] == whole["assessments"][: len(document["assessments"])]


def test_the_prior_moves_the_probability_and_not_the_likelihood_ratio() -> None:
    rare, common = (
        json.loads(run("assess", ATTACK, "--json", "--prior", prior).stdout)["assessments"][0]
        for prior in ("0.0001", "0.2")
    )
    assert rare["probability"] < common["probability"]
    for each in (rare, common):  # Bayes: the odds afterwards are the odds before times the ratio
        odds = each["prior"] / (1 - each["prior"]) * each["likelihood_ratio"]
        assert each["probability"] == pytest.approx(odds / (1 + odds), rel=2e-3)


def test_sex_and_age_choose_the_population(labs: Path) -> None:
    woman = json.loads(run("assess", labs, "--json", "--sex", "female", "--age", "40").stdout)
    assert woman["subject"]["sex"] == "female"
    assert woman["subject"]["age_years"] == 40


@pytest.mark.parametrize(("level", "code"), [("leak", 3), ("possible", 3)])
def test_fail_on_tells_a_script_that_a_leak_was_found(level: str, code: int) -> None:
    done = run("assess", ATTACK, "--fail-on", level, "--json")
    assert done.returncode == code
    assert json.loads(done.stdout)["assessments"]


def test_fail_on_stays_quiet_without_a_leak(tmp_path: Path) -> None:
    calm = tmp_path / "calm.csv"
    calm.write_text("".join(CSV.splitlines(keepends=True)[:3]), encoding="utf-8")
    assert run("assess", calm, "--fail-on", "possible", "--sex", "male", "--age", "50").returncode == 0


def test_the_page_is_written_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("old", encoding="utf-8")
    done = run("assess", ATTACK, "--html", page)
    assert done.returncode == 0, done.stderr
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html>")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]
    assert done.stderr.decode() == f"Wrote {page}\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["assess", "nowhere.csv"], "nowhere.csv"),
        (["assess", "."], "folder"),
        (["assess", "example:nobody"], "clarkson examples"),
        (["assess", ATTACK, "--html", "no/such/folder/page.html"], "no/such/folder"),
        (["assess", ATTACK, "--html", "/dev/null"], "is no file"),
        (["assess", ATTACK, "--at", "yesterday"], "hours from its start"),
        (["assess", "labs.csv", "--at", "2026-03-02T08:00"], "offset"),
        (["assess", "labs.csv", "--at", "soon"], "2026-03-01T14:05+01:00"),
        (["assess", "noise.bin"], "noise.bin"),
        (["assess", "empty.csv"], "empty.csv"),
    ],
)
def test_what_fails_says_so_in_a_sentence_and_leaves_nothing(arguments: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "labs.csv").write_text(CSV, encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    page = [] if "--html" in arguments else ["--html", "page.html"]
    done = run(*arguments, *page, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stdout == b""
    assert says in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["asses"],
        ["assess"],
        ["assess", ATTACK, "--prior", "0"],
        ["assess", ATTACK, "--prior", "1"],
        ["assess", ATTACK, "--prior", "nan"],
        ["assess", ATTACK, "--age", "-3"],
        ["assess", ATTACK, "--age", "nan"],
        ["assess", ATTACK, "--sex", "unknown"],
        ["assess", ATTACK, "--fail-on", "anything"],
        ["serve", "--port", "70000"],
    ],
)
def test_wrong_use_is_exit_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr


def test_a_terminal_without_unicode_still_gets_the_sentences() -> None:
    done = start("assess", ATTACK, PYTHONIOENCODING="latin-1")
    assert done.returncode == 0, done.stderr
    assert b"? LEAK" in done.stdout
    asked = "assess", ATTACK, "--json"
    assert start(*asked, PYTHONIOENCODING="latin-1").stdout == run(*asked).stdout


def test_a_closed_pipe_is_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m clarkson assess {ATTACK} --json | head -n 1; echo ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == b"{\n0\n"
    assert done.stderr == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_an_error() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "clarkson", "assess", ATTACK],
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert b"No space left" in done.stderr
    assert done.stderr.count(b"\n") == 1


def test_text_of_a_record_cannot_steer_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "labs.csv"
    file.write_text(CSV + "p1,2026-03-20T06:00:00+01:00,4544-3,\x1b]0;title\x07\x1b[2J,%\n", encoding="utf-8")
    done = run("assess", file)
    assert done.returncode == 0, done.stderr
    assert b"\x1b" not in done.stdout
    assert b"line 6" in done.stdout  # it is listed as not used
