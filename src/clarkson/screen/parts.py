"""The people of a data set in parts that fit into memory, and who of a part stands high enough to be followed."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from clarkson.analytes import Sex
from clarkson.balance.population import Population, population
from clarkson.record.rows import OLDEST_YEARS, age_at
from clarkson.record.tables import connect, literal
from clarkson.screen.sieve import Columns, Whole, expected, standing

_US_PER_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1)
SIEVED_COLUMNS = pa.schema(
    [
        ("subject", pa.string()),
        ("time_us", pa.int64()),
        ("analyte", pa.int8()),
        ("value", pa.float64()),
        ("sex", pa.string()),
        ("born", pa.date32()),
        ("age_years", pa.float64()),
    ]
)
"""One row a result; ``analyte`` is a place in ``sieve.SIEVED``. The traits of a person stand in their first row, which
may be a row without a result."""
STANDING = pa.schema([("subject", pa.string()), ("standing", pa.float64())])


def read_part(folder: Path, traits: Path) -> pa.Table:
    """The results in a folder as ``SIEVED_COLUMNS``, person by person in the order of time."""
    connection = connect()
    files, people = literal(folder / "*.parquet"), literal(traits)
    return connection.sql(
        f"SELECT r.subject, r.time_us, r.analyte, r.value, p.sex, p.born, p.age_years FROM read_parquet({files}) r"
        f" LEFT JOIN read_parquet({people}) p ON r.subject = p.subject"
        " WHERE r.value IS NOT NULL ORDER BY r.subject, r.time_us, r.analyte, r.value"
    ).to_arrow_table()


def stand(results: pa.Table) -> pa.Table:
    """Everybody in ``SIEVED_COLUMNS`` and how high they stand (``sieve.standing``), as ``STANDING``.

    The rows of a person stand together in the order of time; people are judged one by one, so that it does not matter
    with whom they come.

    >>> stand(SIEVED_COLUMNS.empty_table()).num_rows
    0
    """
    subject = results.column("subject").combine_chunks()
    if not len(subject):
        return STANDING.empty_table()
    codes = subject.dictionary_encode()
    first = np.flatnonzero(np.diff(codes.indices.to_numpy(), prepend=-1))
    there = pc.is_valid(results.column("value")).to_numpy()
    counts = np.add.reduceat(there, first, dtype=np.int64)
    judged = counts > 0
    if not judged.any():
        return STANDING.empty_table()
    measured = results.filter(pa.array(there))
    time_us, analyte, value = (measured.column(name).to_numpy() for name in ("time_us", "analyte", "value"))
    bounds = np.concatenate([[0], counts[judged]]).cumsum()
    kinds, kind = _kinds(results.take(pa.array(first[judged])), time_us[bounds[1:] - 1])
    columns = Columns(bounds, time_us, analyte.astype(np.int64), value)
    subjects = codes.dictionary.filter(pa.array(judged))
    return pa.table([subjects, pa.array(standing(columns, expected(kinds, kind)))], schema=STANDING)


def _kinds(people: pa.Table, newest_us: Whole) -> tuple[list[Population], Whole]:
    """The populations that occur, and which one is whose."""
    found: dict[tuple[str | None, int | None], int] = {}
    traits = zip(*(people.column(name).to_pylist() for name in ("sex", "born", "age_years")), strict=True)
    days = (newest_us // _US_PER_DAY).tolist()
    kind = [
        found.setdefault((sex, _age(age, born, day)), len(found))
        for (sex, born, age), day in zip(traits, days, strict=True)
    ]
    return [population(_sex(sex), age) for sex, age in found], np.array(kind, dtype=np.int64)


def _sex(word: str | None) -> Sex | None:
    return "female" if word == "female" else "male" if word == "male" else None


def _age(age_years: float | None, born: date | None, day: int) -> int | None:
    """Age in whole years at the newest result."""
    if age_years is None and born is not None:
        age_years = age_at(born, _EPOCH + timedelta(days=day))
    return int(age_years) if age_years is not None and 0.0 <= age_years <= OLDEST_YEARS else None
