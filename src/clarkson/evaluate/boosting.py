"""A gradient-boosted classifier as a peer: it learns from labelled draws what the rules only assume.

Needs scikit-learn (the ``evaluate`` extra).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clarkson.body.blood import logit
from clarkson.engine.gaussian import Array
from clarkson.errors import SettingError
from clarkson.evaluate.measured import Measured, earlier, first, last, measured
from clarkson.evaluate.rules import shock_index
from clarkson.record.record import Record

# All that a record may hold at a draw; a level that was not measured is NaN, which the trees take as it is.
LEVELS = (
    "hemoglobin",
    "erythrocytes",
    "mcv",
    "albumin",
    "total_protein",
    "sodium",
    "leukocytes",
    "platelets",
    "creatinine",
    "urea_nitrogen",
    "crp",
    "lactate",
    "systolic_pressure",
    "heart_rate",
    "weight",
)
SEED = 20240301
TREES, LEAVES, LEARNING_RATE, SMALLEST_LEAF = 300, 15, 0.05, 20
THREADS = 1  # waking threads for each tree costs more than the trees: a person has few draws, a tree few rows
_SEX = {"female": 0.0, "male": 1.0}


@dataclass(frozen=True)
class Boosted:
    """A trained classifier; ``seen`` are the features that vary among its training people."""

    trees: Any
    seen: NDArray[np.intp]

    def score(self, record: Record) -> Array:
        """Probability (draws,) of a leak at each draw of the record that is not steady, as in the training people."""
        from threadpoolctl import threadpool_limits

        rows = features(record)
        if not len(rows):
            return np.zeros(0)
        with threadpool_limits(THREADS, "openmp"):
            probabilities: Array = self.trees.predict_proba(rows[:, self.seen])[:, 1]
        return probabilities


def features(record: Record) -> Array:
    """What the classifier sees of each draw that is not steady (draws, features); NaN where unknown.

    Levels, their changes from the last and the first earlier draw, V and D from both, hours since both, how many draws
    came before, sex and age.

    >>> len(features(Record("nobody")))
    0
    """
    drawn = measured(record)
    now = _levels(drawn)
    hours = drawn.hours
    columns = [
        *now,
        *(each - earlier(each, last) for each in now),
        *(each - earlier(each, first) for each in now),
        hours - earlier(hours, last),
        hours,
        np.arange(len(hours), dtype=np.float64),
        np.full(len(hours), _SEX.get(drawn.sex or "", np.nan)),
        np.full(len(hours), np.nan if drawn.age_years is None else drawn.age_years),
    ]
    return np.column_stack(columns)[drawn.scored]


def _levels(drawn: Measured) -> list[Array]:
    """The levels (n,), with ln(plasma / red cells) and ln(red cells / albumin): their changes are V and D."""
    plasma = np.array([-logit(each) if 0.0 < each < 1.0 else np.nan for each in drawn.hematocrit])
    deficit, _ = drawn.albumin_deficit
    return [drawn.hematocrit, plasma, deficit, shock_index(drawn), *(drawn.level(each) for each in LEVELS)]


def train(records: Sequence[Record], labels: Sequence[NDArray[np.bool_]]) -> Boosted:
    """A classifier from people and the labels (draws,) of each, true where plasma leaks.

    Raises
    ------
    SettingError
        The labels of a person are not one a draw, or all are the same.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    rows = [features(each) for each in records]
    for record, found, known in zip(records, rows, labels, strict=True):
        if len(found) != len(known):
            raise SettingError(
                f"'{record.subject}' has {len(found)} draws to learn from and {len(known)} labels; give one a draw"
            )
    known_labels = np.concatenate([np.zeros(0, dtype=np.bool_), *labels])
    if len(np.unique(known_labels)) < 2:
        raise SettingError("all labels are the same; training needs draws with and without a leak")
    trees = HistGradientBoostingClassifier(
        max_iter=TREES,
        max_leaf_nodes=LEAVES,
        learning_rate=LEARNING_RATE,
        min_samples_leaf=SMALLEST_LEAF,
        early_stopping=False,
        random_state=SEED,
    )
    table = np.vstack([each for each in rows if len(each)])
    seen = np.flatnonzero([len(np.unique(column[~np.isnan(column)])) > 1 for column in table.T])
    with threadpool_limits(THREADS, "openmp"):
        return Boosted(trees.fit(table[:, seen], known_labels), seen)
