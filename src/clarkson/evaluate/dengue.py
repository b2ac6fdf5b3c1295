"""Real leak with a label: the dengue children of Park 2018, 257 with two days each, 51 of whom leaked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.gaussian import Array
from clarkson.evaluate.detection import Comparison, Estimate, area, compare, estimate, sensitivity
from clarkson.evaluate.rules import RULES
from clarkson.evaluate.scored import WATCH, Scored, scored, watch_score
from clarkson.record.park import read_park
from clarkson.record.record import Record

FOLDER = "dengue-plosntd"
LEAKED = "dengue hemorrhagic fever"
SPECIFICITY = 0.95
WITHOUT_TRAITS = "the watch, age and sex withheld"
PLATELETS = "platelet count, lowest worst"
WITH_PLATELETS = "the watch and the platelet count (cross-validated)"
FOLDS = 10


@dataclass(frozen=True, slots=True)
class MethodFound:
    """How well a method tells who leaked: AUC, sensitivity at 95 % specificity, and the AUC of the watch beside it."""

    name: str
    area: Estimate
    sensitivity: Estimate
    watch_above: Comparison


@dataclass(frozen=True, slots=True)
class Dengue:
    """The children, how many leaked, and every method: those on hematocrit and albumin first, then those with more."""

    children: int
    leaked: int
    same_analytes: tuple[MethodFound, ...]
    more_analytes: tuple[MethodFound, ...]


def _last(found: Scored) -> Scored:
    """The last draw of each child."""
    last = np.ones(len(found.people), dtype=np.bool_)
    last[:-1] = found.people[1:] != found.people[:-1]
    return found.only(last)


def _without_traits(record: Record) -> Array:
    return watch_score(replace(record, sex=None, age_years=_MIDDLE_AGE))


_MIDDLE_AGE = 9.0  # a child of the middle age band: only that they are children is told


def _platelets(record: Record) -> Array:
    """Minus the log platelet count (draws,)."""
    from clarkson.balance.sample import samples

    return np.array([-np.log(each.value("platelets") or np.nan) for each in samples(record)])


def _with_platelets(score: Array, platelets: Array, labels: NDArray[np.bool_]) -> Array:
    """Log odds (n,) of a logistic regression on both, each child scored by one that did not see it."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    both = np.column_stack([score, platelets])
    both = (both - both.mean(axis=0)) / both.std(axis=0)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    found: Array = cross_val_predict(LogisticRegression(), both, labels, cv=folds, method="decision_function")
    return found


def dengue(data: Path) -> Dengue:
    """Every method on the children, at their second draw.

    Raises
    ------
    RecordError
        The data set is not in ``data``.
    """
    children = tuple(read_park(data / FOLDER))
    leaked = {each.subject for each in children if any(text.startswith(LEAKED) for text in each.diagnoses)}
    bare = tuple(_of_two_analytes(each) for each in children)
    found = _last(scored(bare, {WITHOUT_TRAITS: _without_traits}))
    labels = np.array([each in leaked for each in found.people], dtype=np.bool_)
    counted = _last(scored(children, {PLATELETS: _platelets}))
    more: Mapping[str, Array] = {
        PLATELETS: counted.scores[PLATELETS],
        WITH_PLATELETS: _with_platelets(found.scores[WATCH], counted.scores[PLATELETS], labels),
    }
    usable = [WATCH, WITHOUT_TRAITS, *(name for name in RULES if not np.isnan(found.scores[name]).all())]
    watch = found.scores[WATCH]
    people = found.people.tolist()
    return Dengue(
        len(children),
        int(labels.sum()),
        tuple(_method(name, found.scores[name], watch, labels, people) for name in usable),
        tuple(_method(name, each, watch, labels, people) for name, each in more.items()),
    )


def _of_two_analytes(record: Record) -> Record:
    """The record with hematocrit and albumin only, so that every method sees the same."""
    return replace(record, results=tuple(each for each in record.results if each.analyte in ("hematocrit", "albumin")))


def _method(name: str, score: Array, watch: Array, labels: NDArray[np.bool_], people: Sequence[str]) -> MethodFound:
    return MethodFound(
        name,
        estimate(area(score, labels), people),
        estimate(sensitivity(score, labels, SPECIFICITY), people),
        compare(area(watch, labels), area(score, labels), people),
    )
