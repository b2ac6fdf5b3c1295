"""The watch over many records, on all cores: episodes, traits, and the results of those who will be reviewed."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from typing import Any

import pyarrow as pa

from clarkson.record.canonical_columns import RESULT_COLUMNS, batch_of
from clarkson.record.record import Record
from clarkson.screen.causes import named
from clarkson.screen.episodes import episodes_of
from clarkson.screen.schema import EPISODES

AT_ONCE = 100  # people that a core takes at a time
FEW = 200  # people for whom further processes are not started
WATCHING_SECONDS = 2.0
TRAITS = pa.schema(
    [
        ("subject", pa.string()),
        ("sex", pa.string()),
        ("age_years", pa.float64()),
        ("diagnoses", pa.list_(pa.string())),
        ("named", pa.bool_()),
    ]
)
"""One row for everybody who was followed; ``named``: capillary leak syndrome stands among the diagnoses."""


@dataclass(frozen=True, slots=True)
class Found:
    """Some people who were followed: ``TRAITS``, ``EPISODES`` and the results of those with an episode or asked for."""

    traits: pa.Table
    episodes: pa.Table
    results: pa.Table


def followed(records: Iterable[Record], count: int, evidence: float, also: frozenset[str]) -> Iterator[Found]:
    """Follow ``count`` records, some at a time, in their order. Of people in ``also`` the results are given too."""
    people = iter(records)
    groups = iter(lambda: list(islice(people, AT_ONCE)), [])
    cores = os.cpu_count() or 1
    if count <= FEW or cores == 1:
        yield from (follow_some(each, evidence, also) for each in groups)
        return
    with ProcessPoolExecutor(cores, get_context("spawn"), _die_with, (os.getpid(),)) as pool:
        waiting: deque[Future[Found]] = deque()
        for each in groups:
            waiting.append(pool.submit(follow_some, each, evidence, also))
            if len(waiting) > 2 * cores:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def follow_some(records: list[Record], evidence: float, also: frozenset[str]) -> Found:
    """Follow these records."""
    traits: list[dict[str, Any]] = []
    episodes: list[dict[str, Any]] = []
    results = []
    for record in records:
        found = episodes_of(record, evidence=evidence)
        episodes += found
        traits.append(
            {
                "subject": record.subject,
                "sex": record.sex,
                "age_years": record.age_years,
                "diagnoses": list(record.diagnoses),
                "named": named(record),
            }
        )
        if found or record.subject in also:
            results.append(batch_of([(record.subject, each) for each in record.results]))
    return Found(
        pa.Table.from_pylist(traits, TRAITS),
        pa.Table.from_pylist(episodes, EPISODES),
        pa.Table.from_batches(results, RESULT_COLUMNS),
    )


def _die_with(parent: int) -> None:
    """A process whose parent was killed would wait for work for ever."""

    def watching() -> None:
        with suppress(KeyboardInterrupt):
            while os.getppid() == parent:
                time.sleep(WATCHING_SECONDS)
        os._exit(1)

    threading.Thread(target=watching, daemon=True).start()
