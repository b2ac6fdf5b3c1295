"""Results that no body gives together: they are named, and where there are many, nothing is fitted through them."""

from __future__ import annotations

import numpy as np

from clarkson.analytes import analyte
from clarkson.body.person import Floats
from clarkson.twin.body_of import WHILE_FITTED
from clarkson.twin.evidence import Evidence, Row
from clarkson.twin.twin import Member
from clarkson.twin.what_is_seen import scaled, unscaled

FAR = 4.5
"""Errors beyond this many standard deviations contradict the rest; one in thousands of true results does."""

TOO_MANY = 0.2
"""Share of the results above which they are not of one body."""

LEAST_MANY = 3


def contradictions(known: Evidence, members: tuple[Member, ...]) -> tuple[tuple[str, ...], int]:
    """Sentences about results that disagree with everything else, and how many results these are."""
    expected = _expected(known, members)
    apart = known.whitening @ (np.array([row.scaled for row in known.rows]) - np.nanmedian(expected, axis=0))
    far = np.flatnonzero(np.abs(apart) > FAR)
    told = tuple(_sentence(known.rows[place], float(np.nanmedian(expected[:, place]))) for place in far)
    return told, len(far)


def not_of_one_body(known: Evidence, apart: int) -> bool:
    """Whether so many results contradict the rest that nothing should be fitted through them."""
    return apart >= LEAST_MANY and apart > TOO_MANY * len(known.rows)


def _expected(known: Evidence, members: tuple[Member, ...]) -> Floats:
    """What each draw expects of each result, on its scale: (n, m)."""
    times = np.concatenate([[0.0], known.hours])
    at = np.searchsorted(times, [row.hour for row in known.rows])
    found = []
    for member in members:
        course = member.body.courses(member.points, times, known.analytes, tolerance=WHILE_FITTED)
        columns = [
            scaled(row.result.analyte, course[row.result.analyte][:, place].astype(float))
            for row, place in zip(known.rows, at, strict=True)
        ]
        found.append(np.stack(columns, axis=1))
    return np.concatenate(found)


def _sentence(row: Row, expected: float) -> str:
    known, name = analyte(row.result.analyte), row.result.analyte
    value, other = (
        f"{known.shown_factor * each:.{known.shown_digits}f}"
        for each in (row.result.value, float(unscaled(name, np.array(expected))))
    )
    return (
        f"{known.label.lower()} {value} {known.shown_unit} ({row.result.source}), where the other results let "
        f"one expect {other}"
    )
