"""Twins of published cases for the tests that show them: fitted once for all of them, since a fit takes ten seconds."""

from __future__ import annotations

from functools import cache

from clarkson.examples import example
from clarkson.record.read import read_bytes
from clarkson.record.record import Record
from clarkson.twin.fit import fit
from clarkson.twin.twin import Twin


@cache
def twin_of(record: Record, seed: int = 0) -> Twin:
    """The twin of a record, with fewer draws than usual."""
    return fit(record, draws=100, seed=seed)


def twin(case: str) -> Twin:
    """The twin of a case."""
    return twin_of(read_bytes(example(case), f"{case}.json"))
