"""Virtual people with and without a leak: what each method finds at 95 % specificity, and its alarms by mechanism.

Everybody is simulated (``confounders.py``): leaks by the body and by mass balance, every mechanism that can be taken
for one, and what goes wrong in laboratories. The boosted trees are trained on other people of the same simulators,
which the watch never saw; that makes them the strongest comparator here and says nothing of real patients.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.gaussian import Array
from clarkson.evaluate.boosting import Boosted, train
from clarkson.evaluate.calibration import Bin, calibration, expected_calibration_error
from clarkson.evaluate.confounders import KINDS, Simulated, people
from clarkson.evaluate.detection import Estimate, OperatingPoint, area, at_sensitivity, brier, estimate, sensitivity
from clarkson.evaluate.scored import WATCH, Scored, scored
from clarkson.watch.assessment import DEFAULT_PRIOR

SEED, TRAINING_SEED = 0, 1
PEOPLE, TRAINING_PEOPLE = 60, 60  # of each kind
SPECIFICITY = 0.95
BOOSTED = "gradient boosting, trained on simulated people"
ALL_DRAWS, NO_PROTEIN, NO_COUNT = "all draws", "red cells without protein", "red cells and protein"


@dataclass(frozen=True)
class Virtual:
    """Scored draws of virtual people: of which kind (n,), whether plasma leaks (n,), with what panel (n,)."""

    found: Scored
    kinds: NDArray[np.str_]
    leaks: NDArray[np.bool_]
    panels: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Found:
    """A method on one panel: AUC, sensitivity at 95 % specificity, and the numbers of draws that leak and do not."""

    method: str
    panel: str
    area: Estimate
    sensitivity: Estimate
    leaks: int
    others: int


def _everybody(count: int, seed: int) -> tuple[Simulated, ...]:
    return tuple(each for kind in KINDS for each in people(kind, count, seed))


@cache
def boosted() -> Boosted:
    """The trees, trained on people of another seed."""
    somebody = _everybody(TRAINING_PEOPLE, TRAINING_SEED)
    told = [each for each in somebody if KINDS[each.kind].group != "secondary leak"]
    labels = [np.array([truth.leaks for truth in each.truth], dtype=np.bool_) for each in told]
    return train([each.record for each in told], labels)


@cache
def virtual(count: int = PEOPLE) -> Virtual:
    """Everybody of the evaluation, scored by every method."""
    somebody = _everybody(count, SEED)
    found = scored([each.record for each in somebody], {BOOSTED: boosted().score})
    kinds = np.array([each.kind for each in somebody for _ in each.truth])
    leaks = np.array([truth.leaks for each in somebody for truth in each.truth], dtype=np.bool_)
    panels = np.array([panel for each in somebody for panel in _panels(each)])
    return Virtual(found, kinds, leaks, panels)


def _panels(person: Simulated) -> list[str]:
    from clarkson.balance.sample import samples

    drawn = [each for each in samples(person.record) if not each.steady]
    return [NO_COUNT if each.red_cells and each.proteins else NO_PROTEIN for each in drawn]


def detection(everybody: Virtual) -> tuple[Found, ...]:
    """Every method on all draws, on those with red cells alone, and on those with red cells and protein.

    Draws of sepsis are left out: they leak for another reason.
    """
    told = np.array([KINDS[each].group != "secondary leak" for each in everybody.kinds], dtype=np.bool_)
    rows = []
    for panel in (ALL_DRAWS, NO_COUNT, NO_PROTEIN):
        chosen = told & ((everybody.panels == panel) | (panel == ALL_DRAWS))
        found, labels = everybody.found.only(chosen), everybody.leaks[chosen]
        whose = found.people.tolist()
        for name, score in found.scores.items():
            if not np.isnan(score).all():
                rows.append(
                    Found(
                        name,
                        panel,
                        estimate(area(score, labels), whose),
                        estimate(sensitivity(score, labels, SPECIFICITY), whose),
                        int(labels.sum()),
                        int((~labels).sum()),
                    )
                )
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Alarms:
    """Of one kind of people: draws, and how many of them the watch calls at two levels of the likelihood ratio."""

    kind: str
    group: str
    draws: int
    leaking: int
    possible: int
    leak: int


POSSIBLE_RATIO = 0.10 / 0.90 * (1.0 - DEFAULT_PRIOR) / DEFAULT_PRIOR
LEAK_RATIO = (1.0 - DEFAULT_PRIOR) / DEFAULT_PRIOR


def by_kind(everybody: Virtual) -> tuple[Alarms, ...]:
    """Calls of the watch by kind of person: probability of at least 10 % (possible leak) and 50 % (leak)."""
    score = np.exp(np.nan_to_num(everybody.found.scores[WATCH], nan=-np.inf))
    rows = []
    for kind in KINDS:
        here = everybody.kinds == kind
        rows.append(
            Alarms(
                kind,
                KINDS[kind].group,
                int(here.sum()),
                int((here & everybody.leaks).sum()),
                int((score[here] >= POSSIBLE_RATIO).sum()),
                int((score[here] >= LEAK_RATIO).sum()),
            )
        )
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Predicted probability against truth: bins of equal number, expected calibration error, Brier score."""

    draws: int
    leaking: int
    bins: tuple[Bin, ...]
    error: float
    brier: Estimate


def calibrated(scores: Array, labels: NDArray[np.bool_], whose: Sequence[object]) -> Calibrated:
    """Calibration of the watch on draws of which ``labels`` leak, its prior set to their share."""
    known = ~np.isnan(scores)
    share = float(labels[known].mean())
    odds = np.exp(scores[known]) * share / (1.0 - share) if 0.0 < share < 1.0 else np.exp(scores[known])
    probabilities = odds / (1.0 + odds)
    people_known = [each for each, keep in zip(whose, known, strict=True) if keep]
    return Calibrated(
        int(known.sum()),
        int(labels[known].sum()),
        calibration(probabilities, labels[known]),
        expected_calibration_error(probabilities, labels[known]),
        estimate(brier(probabilities, labels[known]), people_known),
    )


def matched(everybody: Virtual, method: str, threshold: float) -> tuple[OperatingPoint, OperatingPoint]:
    """A rule at its threshold on the draws it can score, and the watch at the same sensitivity on the same draws."""
    told = np.array([KINDS[each].group != "secondary leak" for each in everybody.kinds], dtype=np.bool_)
    chosen = told & ~np.isnan(everybody.found.scores[method])
    labels, score = everybody.leaks[chosen], everybody.found.scores[method][chosen]
    called = score >= threshold
    rule = OperatingPoint(threshold, float(called[labels].mean()), float(called[~labels].mean()))
    watch = everybody.found.scores[WATCH][chosen]
    return rule, at_sensitivity(watch, labels, max(rule.sensitivity, 1e-9))
