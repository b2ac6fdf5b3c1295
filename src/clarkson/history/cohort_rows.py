"""The rows of many people: watched time cut so that each row ends with an attack, or with no attack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clarkson.errors import RecordError
from clarkson.history.drug_names import drug_name
from clarkson.history.history import YEAR, History, Span
from clarkson.history.periods import Period, Place, compared, periods, placed

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Line = tuple[str, float, float, bool, bool, bool]

WINDOW_DAYS = 182.0
"""Time before a start in which attacks may be why it was started: half a year (assumption)."""
REQUIRED = ("person", "start", "stop", "event", "treatment")


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of many people, as columns of n rows; years on one clock that all people share.

    A row is the time after ``start`` up to and with ``stop``; ``event`` says that it ends with an attack. ``treated``:
    on the treatment; ``before``: in the window before a start, where attacks may be the reason for it. ``covariates``
    is (n, k), named by ``names``.

    >>> rows = Rows(np.array(["a", "a"]), np.array([0.0, 1.0]), np.array([1.0, 2.0]), np.array([True, False]),
    ...             np.array([False, True]))
    >>> rows.people, rows.attacks
    (1, 1)
    """

    person: NDArray[Any]
    start: Floats
    stop: Floats
    event: Flags
    treated: Flags
    before: Flags | None = None
    covariates: Floats | None = None
    names: tuple[str, ...] = ()

    @property
    def people(self) -> int:
        """How many people."""
        return len(np.unique(self.person))

    @property
    def attacks(self) -> int:
        """How many attacks."""
        return int(self.event.sum())

    @property
    def years(self) -> Floats:
        """Length of each row, (n,)."""
        return self.stop - self.start

    @property
    def codes(self) -> NDArray[np.int64]:
        """The person of each row as a number, (n,)."""
        return np.unique(self.person, return_inverse=True)[1].reshape(-1).astype(np.int64)

    def design(self) -> Floats:
        """Treatment and covariates, (n, 1 + k)."""
        treated = self.treated.astype(float)[:, None]
        return treated if self.covariates is None else np.hstack([treated, self.covariates])

    def only(self, kept: Flags) -> Rows:
        """The rows of a mask (n,)."""
        return Rows(
            self.person[kept],
            self.start[kept],
            self.stop[kept],
            self.event[kept],
            self.treated[kept],
            None if self.before is None else self.before[kept],
            None if self.covariates is None else self.covariates[kept],
            self.names,
        )


def rows_of(
    histories: Sequence[History], treatment: str, *, drop_qualifying: bool = True, window_days: float = WINDOW_DAYS
) -> Rows:
    """The rows of people's histories for one treatment.

    Time and attacks count as in ``periods.compared``: what washes out is left out, and with ``drop_qualifying`` the
    attacks because of which the treatment began, with the time from them to the start. People who never had it count as
    off it. The clock counts years since a person was first watched. ``before`` marks ``window_days`` before each start.

    >>> rows_of([], "IVIG").people
    0
    """
    return _rows([line for person in histories for line in _lines(person, treatment, drop_qualifying, window_days)])


def _rows(lines: Sequence[Line]) -> Rows:
    columns: list[Sequence[Any]] = list(zip(*lines, strict=True)) if lines else [()] * 6
    person, start, stop, event, treated, before = columns
    return Rows(
        np.array(person, dtype=str),
        np.array(start, dtype=float),
        np.array(stop, dtype=float),
        np.array(event, dtype=bool),
        np.array(treated, dtype=bool),
        np.array(before, dtype=bool),
    )


def counted(rows: Rows, *more: Floats) -> tuple[Floats, Floats, Floats]:
    """Attacks (cells,), years (cells,) and keys of the cells of people whose design is the same.

    A key is the person's number, treatment, covariates, and ``more`` columns of (n,): (cells, 2 + k + more).
    """
    keyed = np.column_stack([rows.codes, rows.design(), *more])
    keys, place = np.unique(keyed, axis=0, return_inverse=True)
    attacks, years = (np.zeros(len(keys)) for _ in range(2))
    np.add.at(attacks, place.reshape(-1), rows.event)
    np.add.at(years, place.reshape(-1), rows.years)
    return attacks, years, keys


def _lines(person: History, treatment: str, drop: bool, window_days: float) -> Iterator[Line]:
    name = drug_name(treatment)
    starts = [each.start for each in person.exposures if each.name == name]
    if not starts:
        pieces: tuple[tuple[Place, Period], ...] = tuple(("off", each) for each in periods(person))
    else:
        pieces = placed(person, treatment, drop_qualifying=drop)
    dropped = {each.onset for each in compared(person, treatment).qualifying} if starts and drop else set()
    for place, piece in pieces:
        if place not in ("off", "on"):
            continue
        for start, stop, before in _cut(piece.span, starts if place == "off" else (), timedelta(days=window_days)):
            onsets = [each.onset for each in piece.attacks if start <= each.onset < stop and each.onset not in dropped]
            for first, last, event in _until_each(start, stop, sorted(onsets)):
                origin = person.watched[0].start
                yield person.subject, (first - origin) / YEAR, (last - origin) / YEAR, event, place == "on", before


def _cut(span: Span, starts: Sequence[datetime], window: timedelta) -> Iterator[tuple[datetime, datetime, bool]]:
    """A span cut at the edges of the windows, and whether each piece lies in one."""
    windows = [(start - window, start) for start in starts]
    inner = {edge for each in windows for edge in each if span.start < edge < span.stop}
    for first, last in pairwise(sorted({span.start, span.stop, *inner})):
        yield first, last, any(start <= first < stop for start, stop in windows)


def _until_each(
    start: datetime, stop: datetime, onsets: Sequence[datetime]
) -> Iterator[tuple[datetime, datetime, bool]]:
    """One row up to each onset, and one of what is left."""
    for onset in onsets:
        # An attack at the very start of a piece still needs a moment at risk before it.
        end = max(onset, start + timedelta(seconds=1))
        yield start, end, True
        start = end
    if start < stop:
        yield start, stop, False


def read_rows(path: str | Path) -> Rows:
    """The rows of a CSV or Parquet table: person, start, stop, event, treatment, and any covariates as numbers.

    ``start`` and ``stop`` are years on one clock; ``event`` and ``treatment`` are 0 or 1. A column ``before`` (0 or
    1) marks the windows before a start.

    Raises
    ------
    RecordError
        The table cannot be read, a column is missing, or a row is impossible.
    """
    path = Path(path)
    try:
        table = _table(path)
    except (OSError, ValueError) as wrong:
        raise RecordError(f"'{path}' cannot be read as a table of rows: {wrong}") from None
    missing = [name for name in REQUIRED if name not in table]
    if missing:
        raise RecordError(
            f"'{path}' has no column {', '.join(missing)}; rows of many people need {', '.join(REQUIRED)}"
        )
    names = tuple(name for name in table if name not in (*REQUIRED, "before"))
    numbers = {name: _numbers(path, name, table[name]) for name in table if name != "person"}
    _refuse(path, numbers["stop"] <= numbers["start"], "stops before it starts, or has no length")
    for name in ("event", "treatment", "before"):
        if name in numbers:
            _refuse(path, ~np.isin(numbers[name], (0.0, 1.0)), f"has a value of '{name}' that is neither 0 nor 1")
    rows = Rows(
        np.array([str(each) for each in table["person"]]),
        numbers["start"],
        numbers["stop"],
        numbers["event"] == 1.0,
        numbers["treatment"] == 1.0,
        numbers["before"] == 1.0 if "before" in numbers else None,
        np.column_stack([numbers[name] for name in names]) if names else None,
        names,
    )
    _refuse(path, _overlapping(rows), "overlaps an earlier row of the same person")
    return rows


def _table(path: Path) -> dict[str, list[Any]]:
    import pyarrow.csv
    import pyarrow.parquet

    read: Callable[[Path], Any] = pyarrow.parquet.read_table if path.suffix == ".parquet" else pyarrow.csv.read_csv
    return dict(read(path).to_pydict())


def _numbers(path: Path, name: str, values: Sequence[Any]) -> Floats:
    try:
        found = np.array([np.nan if each is None else float(each) for each in values], dtype=float)
    except (TypeError, ValueError):
        raise RecordError(f"'{path}': column '{name}' holds words where numbers are needed") from None
    _refuse(path, ~np.isfinite(found), f"has no number in column '{name}'")
    return found


def _refuse(path: Path, wrong: Flags, words: str) -> None:
    if wrong.any():
        raise RecordError(f"'{path}': row {int(np.flatnonzero(wrong)[0]) + 1} {words}")


def _overlapping(rows: Rows) -> Flags:
    order = np.lexsort((rows.start, rows.codes))
    person, start, stop = rows.codes[order], rows.start[order], rows.stop[order]
    wrong = np.zeros(len(order), dtype=bool)
    wrong[order[1:]] = (person[1:] == person[:-1]) & (start[1:] < stop[:-1] - 1e-9)
    return wrong
