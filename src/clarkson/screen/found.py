"""What a screening wrote into a folder, as a review needs it: candidates, random negatives, episodes, results."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from clarkson.errors import RecordError
from clarkson.record.canonical_columns import RESULT_COLUMNS
from clarkson.screen.schema import EPISODES, NEGATIVES, PEOPLE, RUN

Row = Mapping[str, Any]
TRAITS = ("sex", "age_years", "diagnoses")
_SHUFFLED = "clarkson review"


@dataclass(frozen=True, slots=True)
class Screening:
    """A screening that was opened.

    ``people`` are the candidates by subject in the order of their rank, ``negatives`` the random people without an
    episode. ``queue`` is everybody, shuffled by a hash of the subject: the order is the same at each opening and for
    each reviewer, and tells nothing. ``screened`` is how many people were screened in all.
    """

    folder: Path
    people: Mapping[str, Row]
    negatives: Mapping[str, Row]
    episodes: Mapping[str, tuple[Row, ...]]
    queue: tuple[str, ...]
    screened: int

    def traits(self, subject: str) -> Row:
        """Sex, age and diagnoses."""
        row = self.people.get(subject) or self.negatives[subject]
        return {each: row[each] for each in TRAITS}


def open_screening(folder: Path) -> Screening:
    """Open the folder that ``clarkson screen`` wrote.

    Raises
    ------
    RecordError
        It is none: a file or a column is missing, or a person is a candidate and a negative at once.
    """
    people = {row["subject"]: row for row in _rows(folder, "people.parquet", PEOPLE)}
    negatives = {row["subject"]: row for row in _rows(folder, "negatives.parquet", NEGATIVES)}
    _table(folder, "results.parquet", RESULT_COLUMNS, [("subject", "==", "")])
    if both := people.keys() & negatives.keys():
        raise RecordError(f"'{min(both)}' stands in people.parquet and in negatives.parquet of '{folder}'")
    episodes: dict[str, list[Row]] = {}
    for row in sorted(_rows(folder, "episodes.parquet", EPISODES), key=lambda each: str(each["start"])):
        episodes.setdefault(row["subject"], []).append(row)
    return Screening(
        folder,
        dict(sorted(people.items(), key=lambda each: (each[1]["rank"], each[0]))),
        negatives,
        {subject: tuple(rows) for subject, rows in episodes.items()},
        tuple(sorted((*people, *negatives), key=_place)),
        _screened(folder),
    )


def results_of(screening: Screening, subject: str) -> list[Row]:
    """The results of one person in the order of their times; canonical columns.

    Raises
    ------
    RecordError
        The results cannot be read any more.
    """
    table = _table(screening.folder, "results.parquet", RESULT_COLUMNS, [("subject", "==", subject)])
    rows: list[Row] = table.sort_by("time").to_pylist()
    return rows


def _place(subject: str) -> bytes:
    return hashlib.sha256(f"{_SHUFFLED}\0{subject}".encode()).digest()


def _rows(folder: Path, name: str, schema: pa.Schema) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _table(folder, name, schema).to_pylist()
    return rows


def _table(folder: Path, name: str, schema: pa.Schema, filters: list[tuple[str, str, str]] | None = None) -> pa.Table:
    path = folder / name
    if not path.is_file():
        raise RecordError(f"'{folder}' has no {name}: it is no folder that 'clarkson screen' wrote")
    try:
        table = parquet.read_table(path, filters=filters)
    except (pa.ArrowException, OSError) as error:
        raise RecordError(f"'{path}' cannot be read: {str(error).splitlines()[0]}") from None
    if missing := [each for each in schema.names if each not in table.column_names]:
        raise RecordError(f"'{path}' has no column {', '.join(missing)}: it is none that 'clarkson screen' wrote")
    return table


def _screened(folder: Path) -> int:
    """How many people were screened, as run.json says."""
    try:
        return int(json.loads((folder / RUN).read_bytes())["counts"]["people"])
    except FileNotFoundError:
        raise RecordError(f"'{folder}' has no {RUN}: it is no folder that 'clarkson screen' finished") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise RecordError(f"{RUN} in '{folder}' does not say how many people were screened") from None
