"""Results that no body gives together: they are named, and where there are many, nothing is fitted through them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clarkson.analytes import analyte
from clarkson.body.person import Floats
from clarkson.twin.body_of import WHILE_FITTED
from clarkson.twin.evidence import Evidence, Row
from clarkson.twin.member import Member
from clarkson.twin.what_is_seen import scaled, unscaled

FAR = 4.5
"""Errors beyond this many standard deviations contradict the rest; one in thousands of true results does."""

TOO_MANY = 0.2
"""Share of the results above which they are not of one body."""

LEAST_MANY = 3


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A row, by its number, that disagrees with everything else: its result, and what the rest lets one expect."""

    place: int
    sentence: str


def contradictions(known: Evidence, members: tuple[Member, ...]) -> tuple[Contradiction, ...]:
    """Results that disagree with all others and with every body, the worst first, each judged without those before."""
    expected = np.nanmedian(_expected(known, members), axis=0)
    residuals = np.array([row.scaled for row in known.rows]) - expected
    found: list[Contradiction] = []
    kept = list(range(len(known.rows)))
    while kept:
        inverse = np.linalg.inv(known.covariance[np.ix_(kept, kept)])
        by_others = (inverse @ residuals[kept]) / np.sqrt(np.diag(inverse))
        by_body = residuals[kept] / np.sqrt(np.diag(known.covariance)[kept])
        worst = int(np.argmax(np.maximum(np.abs(by_others), np.abs(by_body))))
        if max(abs(by_others[worst]), abs(by_body[worst])) <= FAR:
            break
        shift = 0.0
        if abs(by_others[worst]) > abs(by_body[worst]):
            shift = residuals[kept[worst]] - by_others[worst] / np.sqrt(inverse[worst, worst])
        place = kept.pop(worst)
        found.append(Contradiction(place, _sentence(known.rows[place], float(expected[place] + shift))))
    return tuple(found)


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
