"""Judgements that are kept: on the disk, one line each, never lost and never overwritten."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clarkson.errors import SettingError, StoreError
from clarkson.screen.reviews import checked_reviewer, first_blind, judge, newest, open_list, read_reviews

KILLED = """
import sys
from pathlib import Path
from clarkson.screen.reviews import judge
path = Path(sys.argv[1])
for number in range(10_000):
    judge(path, "Anna", f"p-{number}", "yes", "because")
    print(number, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reviews.jsonl"


def test_nothing_stands_where_nobody_judged(path: Path) -> None:
    assert read_reviews(path).judgements == ()
    assert not path.exists()


def test_a_judgement_is_one_line_that_its_owner_alone_can_read(path: Path) -> None:
    before = os.umask(0)
    try:
        judge(path, "Anna", "p 1\n", "unsure", "  albumin\n only ")
    finally:
        os.umask(before)
    (line,) = path.read_text(encoding="utf-8").splitlines()
    found = json.loads(line)
    assert {name: found[name] for name in ("reviewer", "subject", "answer", "reason")} == {
        "reviewer": "Anna", "subject": "p 1\n", "answer": "unsure", "reason": "albumin only",
    }  # fmt: skip
    assert next(iter(found)) == "time"
    assert found["time"].endswith("+00:00")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_reviews(path).judgements[0].subject == "p 1\n"


def test_the_newest_counts_and_the_earlier_ones_stay(path: Path) -> None:
    judge(path, "Anna", "p", "yes")
    judge(path, "Bo", "p", "yes")
    judge(path, "Anna", "p", "no", "a transfusion")
    judge(path, "Anna", "p", "no", "a transfusion")
    reviews = read_reviews(path)
    assert [each.answer for each in reviews.judgements] == ["yes", "yes", "no"]
    assert {name: each.answer for name, each in newest(reviews.judgements)["p"].items()} == {"Anna": "no", "Bo": "yes"}
    assert {name: each.answer for name, each in first_blind(reviews.judgements)["p"].items()} == {
        "Anna": "yes", "Bo": "yes",
    }  # fmt: skip


def test_no_answer_is_blind_once_the_ranked_list_was_opened(path: Path) -> None:
    judge(path, "Anna", "p", "yes")
    open_list(path, "Anna")
    open_list(path, "Anna")
    judge(path, "Anna", "q", "yes")
    judge(path, "Bo", "q", "yes")
    reviews = read_reviews(path)
    assert [(each.reviewer, each.subject, each.blind) for each in reviews.judgements] == [
        ("Anna", "p", True), ("Anna", "q", False), ("Bo", "q", True),
    ]  # fmt: skip
    assert reviews.opened == {"Anna"}
    assert len(path.read_bytes().splitlines()) == 4


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_was_cut_off_is_said_and_what_follows_it_stands(path: Path, cut: int) -> None:
    judge(path, "Anna", "p", "yes")
    judge(path, "Anna", "é" * 40, "yes")
    path.write_bytes(path.read_bytes()[:-cut])
    reviews = read_reviews(path)
    whole = cut == 1  # only the end of the line is missing
    assert [each.subject for each in reviews.judgements][:1] == ["p"]
    assert len(reviews.judgements) == (2 if whole else 1)
    assert reviews.damaged == (
        () if whole else
        ("Line 2 of reviews.jsonl does not count, because it was cut off while it was written. It stays in the file.",)
    )  # fmt: skip
    judge(path, "Anna", "q", "no")
    after = read_reviews(path)
    assert after.judgements[-1].subject == "q"
    assert len(after.judgements) == len(reviews.judgements) + 1
    assert len(after.damaged) == len(reviews.damaged)


NO_JUDGEMENTS = (
    b"3",
    b"[]",
    b"{}",
    b"\xff",
    b'{"time": "2026-01-01T00:00:00", "reviewer": "A", "subject": "p", "answer": "yes", "reason": ""}',
    b'{"time": "2026-01-01T00:00:00Z", "reviewer": "A", "subject": "p", "answer": "perhaps", "reason": ""}',
    b'{"time": "2026-01-01T00:00:00Z", "reviewer": "A", "subject": 7, "answer": "yes", "reason": ""}',
)


@pytest.mark.parametrize("line", NO_JUDGEMENTS)
def test_a_line_that_is_no_judgement_does_not_count(path: Path, line: bytes) -> None:
    judge(path, "Anna", "p", "yes")
    path.write_bytes(line + b"\n\n" + path.read_bytes())
    reviews = read_reviews(path)
    assert len(reviews.judgements) == 1
    assert reviews.damaged == ("Line 1 of reviews.jsonl does not count, because it is damaged. It stays in the file.",)


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_what_was_acknowledged_survives_kill_9(path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", KILLED, path], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"0\n"
    time.sleep(0.05)
    writer.send_signal(signal.SIGKILL)
    acknowledged = writer.stdout.read().count(b"\n") + 1
    writer.stdout.close()
    writer.wait()
    assert len(read_reviews(path).judgements) >= acknowledged
    judge(path, "Bo", "p-0", "no")
    assert newest(read_reviews(path).judgements)["p-0"]["Bo"].answer == "no"


def test_what_cannot_be_kept_is_refused(path: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="'maybe' is none of them"):
        judge(path, "Anna", "p", "maybe")
    with pytest.raises(SettingError, match="2001 characters"):
        judge(path, "Anna", "p", "yes", "a" * 2001)
    assert not path.exists()
    with pytest.raises(StoreError, match="was not kept"):
        judge(tmp_path / "nowhere" / "reviews.jsonl", "Anna", "p", "yes")
    path.mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        read_reviews(path)


@pytest.mark.parametrize("name", ["", "  ", "a" * 61, "a\x00b"])
def test_a_name_that_cannot_be_kept_is_refused(name: str) -> None:
    with pytest.raises(SettingError):
        checked_reviewer(name)
