"""What reviewers judged: a file that only grows, one line of JSON a judgement, readable by its owner only.

Two kinds of lines: a judgement (time, reviewer, subject, answer, reason), and that a reviewer opened the ranked list
(time, reviewer, opened). From their order follows whether an answer was given blind.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from clarkson.errors import SettingError, StoreError

Answer = Literal["yes", "no", "unsure"]
ANSWERS: tuple[Answer, ...] = get_args(Answer)
REVIEWS = "reviews.jsonl"
LONGEST_NAME, LONGEST_REASON = 60, 2000
_MODE = 0o600
_OPENED = "ranked list"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One answer of one reviewer about one person.

    ``blind`` is true for a reviewer's first answer about a person, given before they opened the ranked list: what the
    screening found had not been shown to them.
    """

    time: datetime
    reviewer: str
    subject: str
    answer: Answer
    reason: str
    blind: bool


@dataclass(frozen=True, slots=True)
class Reviews:
    """Every judgement in the order of the file, who opened the ranked list, and a sentence for each line not read."""

    judgements: tuple[Judgement, ...] = ()
    opened: frozenset[str] = frozenset()
    damaged: tuple[str, ...] = ()

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Everybody who judged or opened the list, by name."""
        return tuple(sorted({each.reviewer for each in self.judgements} | self.opened))


Given = Mapping[str, Mapping[str, Judgement]]
"""Judgements that count: by subject, then by reviewer."""


def newest(judgements: Iterable[Judgement]) -> Given:
    """The newest judgement of each reviewer about each person.

    >>> newest([])
    {}
    """
    found: dict[str, dict[str, Judgement]] = {}
    for each in judgements:
        found.setdefault(each.subject, {})[each.reviewer] = each
    return found


def first_blind(judgements: Iterable[Judgement]) -> Given:
    """The judgements that were given blind: at most one of each reviewer about each person.

    >>> first_blind([])
    {}
    """
    return newest(each for each in judgements if each.blind)


def read_reviews(path: Path) -> Reviews:
    """What stands in the file; nothing where there is none. A line that cannot be read is named, and does not count.

    Raises
    ------
    StoreError
        The file is there and cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return Reviews()
    except OSError as error:
        raise StoreError(f"the judgements in '{path}' cannot be read: {error.strerror}") from None
    judged: list[Judgement] = []
    answered: set[tuple[str, str]] = set()
    opened: set[str] = set()
    damaged: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = _read(line)
            if found.get("opened") is not None:
                opened.add(found["reviewer"])
                continue
            who = (found["reviewer"], found["subject"])
            blind = who not in answered and found["reviewer"] not in opened
            judged.append(Judgement(**found, blind=blind))
            answered.add(who)
        except (ValueError, KeyError, TypeError):
            damaged.append(_damage(path.name, number, last=number == len(lines)))
    return Reviews(tuple(judged), frozenset(opened), tuple(damaged))


def _damage(name: str, number: int, *, last: bool) -> str:
    why = "it was cut off while it was written" if last else "it is damaged"
    return f"Line {number} of {name} does not count, because {why}. It stays in the file."


def _read(line: bytes) -> dict[str, Any]:
    """The fields of a line, each of the kind it must be."""
    found = json.loads(line.decode())
    time = datetime.fromisoformat(found["time"])
    names = ("reviewer", "opened") if "opened" in found else ("reviewer", "subject", "answer", "reason")
    fields: dict[str, Any] = {name: found[name] for name in names}
    if time.tzinfo is None or not all(isinstance(each, str) for each in fields.values()):
        raise ValueError
    if "answer" in fields and fields["answer"] not in ANSWERS:
        raise ValueError
    return {"time": time, **fields}


def judge(path: Path, reviewer: str, subject: str, answer: str, reason: str = "") -> None:
    """Keep one answer. It is on the disk when this returns; one that already stands is not written again.

    Raises
    ------
    SettingError
        The answer is none of yes, no and unsure, or the reason is too long.
    StoreError
        It could not be kept.
    """
    if answer not in ANSWERS:
        raise SettingError(f"an answer is yes, no or unsure, and '{answer}' is none of them")
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise SettingError(f"the reason has {len(reason)} characters; {LONGEST_REASON} can be kept")
    standing = newest(read_reviews(path).judgements).get(subject, {}).get(reviewer)
    if standing is None or (standing.answer, standing.reason) != (answer, reason):
        _append(path, {"reviewer": reviewer, "subject": subject, "answer": answer, "reason": reason})


def open_list(path: Path, reviewer: str) -> None:
    """Keep that a reviewer opened the ranked list: no later answer of theirs is blind.

    Raises
    ------
    StoreError
        It could not be kept.
    """
    if reviewer not in read_reviews(path).opened:
        _append(path, {"reviewer": reviewer, "opened": _OPENED})


def checked_reviewer(name: str, known: Iterable[str] = ()) -> str:
    """A reviewer's name as it is kept; one that differs from a ``known`` name in its capitals alone is that one.

    Raises
    ------
    SettingError
        It is empty, too long, or holds what cannot be printed.

    >>> checked_reviewer(" anna  berg ", ["Anna Berg"])
    'Anna Berg'
    """
    said = " ".join(name.split())
    if not said:
        raise SettingError("a reviewer needs a name; initials are enough")
    if len(said) > LONGEST_NAME or not said.isprintable():
        raise SettingError(f"a reviewer's name has at most {LONGEST_NAME} characters, all of which can be printed")
    return next((each for each in known if each.casefold() == said.casefold()), said)


def _append(path: Path, fields: Mapping[str, str]) -> None:
    """Write one line at the end and wait for the disk. A line that was cut off before is ended first."""
    line = json.dumps({"time": datetime.now(UTC).isoformat(timespec="milliseconds"), **fields}, ensure_ascii=False)
    try:
        new = not path.exists()
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _MODE)
        try:
            end = os.lseek(handle, 0, os.SEEK_END)
            cut_off = end > 0 and _byte(handle, end - 1) != b"\n"
            _whole(lambda rest: os.write(handle, rest), (b"\n" if cut_off else b"") + f"{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        if new:
            _keep_name(path.parent)
    except OSError as error:
        raise StoreError(f"the answer was not kept in '{path}': {error.strerror}") from None


def _byte(handle: int, place: int) -> bytes:
    os.lseek(handle, place, os.SEEK_SET)
    return os.read(handle, 1)


def _whole(write: Callable[[bytes], int], data: bytes) -> None:
    while data:
        data = data[write(data) :]


def _keep_name(folder: Path) -> None:
    """Wait until the disk has the name of a new file; not every system lets a folder be opened for that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
