"""The watch over many records, on all cores: episodes, traits, and the results of those who will be reviewed."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numba
import pyarrow as pa

from clarkson.record.canonical_columns import RESULT_COLUMNS, batch_of
from clarkson.record.copies import copied_records
from clarkson.record.record import Record
from clarkson.screen.causes import named
from clarkson.screen.episodes import Row, episodes_of
from clarkson.screen.schema import EPISODES

FEW = 2  # parts for which further processes are not started
WATCHING_SECONDS = 2.0
PEOPLE_AT_ONCE = 100
NEW_OBJECTS = 100_000  # before the collector looks for cycles: records have none
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


def followed(folder: Path, parts: Sequence[int], evidence: float, also: frozenset[str]) -> Iterator[tuple[int, Found]]:
    """Follow the people of some parts that ``Dataset.copy_rows`` copied, part by part.

    Of people in ``also`` the results are given even without an episode.
    """
    follow_one = partial(follow_part, folder, evidence=evidence, also=also)
    cores = os.cpu_count() or 1
    if len(parts) <= FEW or cores == 1:
        yield from zip(parts, map(follow_one, parts), strict=True)
        return
    with ProcessPoolExecutor(cores, get_context("spawn"), _as_worker, (os.getpid(),)) as pool:
        yield from zip(parts, pool.map(follow_one, parts), strict=True)


def follow_part(folder: Path, part: int, *, evidence: float, also: frozenset[str]) -> Found:
    """Follow the people of one part."""
    traits: list[dict[str, Any]] = []
    episodes: list[dict[str, Any]] = []
    results = []
    for record, found in _with_episodes(copied_records(folder, part), evidence):
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


def _with_episodes(records: Iterator[Record], evidence: float) -> Iterator[tuple[Record, list[Row]]]:
    while some := list(islice(records, PEOPLE_AT_ONCE)):
        yield from zip(some, episodes_of(some, evidence=evidence), strict=True)


def _as_worker(parent: int) -> None:
    """One core for each process; and one whose parent was killed would wait for work for ever."""
    numba.set_num_threads(1)
    gc.set_threshold(NEW_OBJECTS)

    def watching() -> None:
        with suppress(KeyboardInterrupt):
            while os.getppid() == parent:
                time.sleep(WATCHING_SECONDS)
        os._exit(1)

    threading.Thread(target=watching, daemon=True).start()
