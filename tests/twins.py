"""Twins of published cases for the tests that show them: fitted once for all of them, since a fit takes ten seconds."""

from __future__ import annotations

from functools import cache

import clarkson as ck
from clarkson.examples import example
from clarkson.twin.twin import Twin


@cache
def twin(case: str) -> Twin:
    """The twin of a case, with fewer draws than usual."""
    return ck.fit(ck.read_bytes(example(case), f"{case}.json"), draws=100)
