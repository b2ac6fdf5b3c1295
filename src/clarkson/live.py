"""A record that grows: each time it is longer, assessed again, and what changed put into words."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from clarkson.report.ahead import forecast_words, phase_words
from clarkson.report.view import moment, percent, ratio, signed

POLL_SECONDS = 1.0


def growing(path: Path, *, poll_seconds: float = POLL_SECONDS) -> Iterator[bytes]:
    """The bytes of a file, at once and again whenever they have changed."""
    seen: bytes | None = None
    stamp: tuple[int, int] | None = None
    while True:
        found = path.stat()
        if (found.st_mtime_ns, found.st_size) != stamp:
            stamp = (found.st_mtime_ns, found.st_size)
            data = path.read_bytes()
            if data != seen:
                seen = data
                yield data
        time.sleep(poll_seconds)


def lines(stream: IO[bytes]) -> Iterator[bytes]:
    """What a stream has brought so far, after each of its lines; at its end the iteration ends."""
    so_far = b""
    for line in stream:
        so_far += line
        yield so_far


def changes(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[str]:
    """What an assessment document says that the one before did not: new draws, changed verdicts, what was not read.

    >>> empty = {"assessments": [], "skipped": [], "relative_time": True}
    >>> changes(empty, empty)
    []
    """
    relative = bool(now["relative_time"])
    known = {each["time"]: each for each in before["assessments"]} if before else {}
    words = []
    for each in now["assessments"]:
        old = known.pop(each["time"], None)
        if old is None:
            words += _new(each, relative)
        elif old["verdict"] != each["verdict"]:
            words.append(
                f"{moment(each, relative=relative)}  changed from {old['verdict']} to {each['verdict']}: "
                f"{each['headline']}"
            )
        elif [used["shown"] for used in old["inputs"]] != [used["shown"] for used in each["inputs"]]:
            words.append(
                f"{moment(each, relative=relative)}  still {each['verdict']} with results that came later or were "
                f"corrected ({_figures(each)})."
            )
    words += [f"{moment(gone, relative=relative)}  is no longer in the record." for gone in known.values()]
    old_skipped = {(each["source"], each["reason"]) for each in before["skipped"]} if before else set()
    words += [
        f"not used: {each['source']}: {each['reason']}"
        for each in now["skipped"]
        if (each["source"], each["reason"]) not in old_skipped
    ]
    return words


def _new(each: Mapping[str, Any], relative: bool) -> list[str]:
    words = [f"{moment(each, relative=relative)}  {each['verdict']}: {each['headline']} ({_figures(each)})"]
    phase = phase_words(each, relative=relative)
    if phase:
        words.append(f"    {phase}")
    ahead = forecast_words(each)
    return words + ([f"    expected {ahead[0][0].lower()}{ahead[0][1:]}"] if ahead else [])


def _figures(each: Mapping[str, Any]) -> str:
    figures = [f"probability {percent(each['probability'])}"]
    if each["likelihood_ratio"] is not None:
        figures.append(f"likelihood ratio {ratio(each['likelihood_ratio'])}")
    plasma = each["plasma_volume_change_percent"]
    if plasma is not None:
        figures.append(f"plasma volume {signed(plasma['median'])} %")
    return ", ".join(figures)


def times_and_ratios(document: Mapping[str, Any]) -> tuple[Sequence[datetime], Sequence[float | None]]:
    """Time and likelihood ratio of every draw of a document."""
    draws = document["assessments"]
    return [datetime.fromisoformat(each["time"]) for each in draws], [each["likelihood_ratio"] for each in draws]
