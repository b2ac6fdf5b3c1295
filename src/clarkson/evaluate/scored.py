"""Every method on the same draws: one row a draw, one column a method."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clarkson.balance.sample import samples
from clarkson.engine.gaussian import Array
from clarkson.evaluate import rules
from clarkson.record.record import Record
from clarkson.watch.assessment import DEFAULT_PRIOR
from clarkson.watch.follow import follow
from clarkson.watch.reading import reading

WATCH = "the watch"
Method = Callable[[Record], Array]


def watch_score(record: Record) -> Array:
    """Log likelihood ratio (draws,) that the watch gives each draw: of everything so far, leak against no leak.

    A draw without blood results that could tell is NaN.

    >>> watch_score(Record("nobody")).shape
    (0,)
    """
    followed = follow(record, prior=DEFAULT_PRIOR)
    ratios = [reading(followed, place).likelihood_ratio for place in range(len(followed.draws))]
    tells = [bool(each.red_cells or each.proteins) for each in followed.draws]
    return np.array([np.log(each) if told else np.nan for each, told in zip(ratios, tells, strict=True)])


@dataclass(frozen=True)
class Scored:
    """n draws: whose (n,), when (n,) in hours from the person's first draw, which of the person's draws (n,), and the
    score (n,) of every method by name."""

    people: NDArray[np.str_]
    hours: Array
    place: NDArray[np.int64]
    scores: Mapping[str, Array]

    def only(self, rows: NDArray[np.bool_]) -> Scored:
        """Some of the draws."""
        scores = {name: each[rows] for name, each in self.scores.items()}
        return Scored(self.people[rows], self.hours[rows], self.place[rows], scores)


def scored(records: Sequence[Record], more: Mapping[str, Method] | None = None) -> Scored:
    """Score every draw of the records by the watch, the known rules, and ``more`` methods by name."""
    people: list[str] = []
    hours: list[float] = []
    places: list[int] = []
    columns: dict[str, list[Array]] = {}
    for record in records:
        followed = watch_score(record)
        drawn = [each.time for each in samples(record) if not each.steady]
        found = {WATCH: followed, **rules.scores(record), **{name: each(record) for name, each in (more or {}).items()}}
        for name, each in found.items():
            columns.setdefault(name, []).append(each)
        people += [record.subject] * len(followed)
        places += list(range(len(followed)))
        hours += [(each - drawn[0]).total_seconds() / 3600.0 for each in drawn]
    scores = {name: np.concatenate(each) if each else np.zeros(0) for name, each in columns.items()}
    return Scored(np.array(people, dtype=np.str_), np.array(hours), np.array(places, dtype=np.int64), scores)
