"""Scores of one-step-ahead predictions: CRPS and coverage by method, all on the same values, paired differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clarkson.body.person import Floats
from clarkson.evaluate.detection import LEVEL, RESAMPLES, SEED, Estimate
from clarkson.evaluate.twin_steps import Step, crps


@dataclass(frozen=True, slots=True)
class Score:
    """One method on ``values`` values of ``people`` people that the twin and it both predict.

    crps: on the scale of the analyte, lower is better; ``of_twin`` the twin's at the same values; ``less`` how much
    lower the twin's is, in percent, with an interval over people (none with fewer than four); inside: shares;
    bias: median of the method less what was read.
    """

    method: str
    people: int
    values: int
    crps: float
    of_twin: float
    less: Estimate | None
    inside_50: float
    inside_90: float
    bias: float


FEWEST = 4
"""People below which no interval over people is given."""


def score(steps: Sequence[Step], method: str, twin: str) -> Score | None:
    """How a method did, beside the twin; None where it predicted nothing."""
    both = [each for each in steps if method in each.draws]
    if not both:
        return None
    own, other = (np.array([crps(each.draws[name], each.observed) for each in both]) for name in (twin, method))
    ends = np.array([np.quantile(each.draws[method], [0.05, 0.25, 0.5, 0.75, 0.95]) for each in both])
    observed = np.array([each.observed for each in both])
    people = np.array([each.series.person for each in both])
    return Score(
        method,
        len(set(people)),
        len(both),
        float(other.mean()),
        float(own.mean()),
        _less(own, other, people) if method != twin and len(set(people)) >= FEWEST else None,
        float(((ends[:, 1] < observed) & (observed < ends[:, 3])).mean()),
        float(((ends[:, 0] < observed) & (observed < ends[:, 4])).mean()),
        float((ends[:, 2] - observed).mean()),
    )


def _less(own: Floats, other: Floats, people: np.ndarray[tuple[int], np.dtype[np.str_]]) -> Estimate:
    """By how many percent one mean is lower, people resampled."""
    names = np.unique(people)
    sums = np.array([[own[people == name].sum(), other[people == name].sum()] for name in names])
    draws = np.random.default_rng(SEED).multinomial(len(names), np.full(len(names), 1.0 / len(names)), RESAMPLES)
    totals = np.vstack([np.ones(len(names)), draws]) @ sums
    found = 100.0 * (1.0 - totals[:, 0] / totals[:, 1])
    low, high = np.quantile(found[1:], ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0))
    return Estimate(float(found[0]), float(low), float(high))
