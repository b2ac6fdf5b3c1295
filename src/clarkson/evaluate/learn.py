"""Learn the watch's parameters from training people: the largest likelihood of their results, held near the table.

What is learned: how steady people vary, the shape of the common mechanisms of illness and care, and how much commoner
these are in hospital. What is not: everything about a leak and its refill, which stays as the science gives it. No
label is used, only results; people are split by the hash of their id (``split``), and only the training half is seen.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.engine.switching import follow
from clarkson.engine.switching_kernel import Places
from clarkson.record.record import Record
from clarkson.watch.coordinates import COORDINATES
from clarkson.watch.follow import FOREIGN_PRIOR, PLACE_HOURS, narrowed
from clarkson.watch.learned import Learned, Shape, Variation
from clarkson.watch.occasions import Prepared, begin, prepare, together
from clarkson.watch.regimes import build

TRAINING_PRIOR = 0.001  # of a leak at any one draw among people of the training sets (assumption)
VARIES = ("plasma", "red_cells", "albumin", "globulin", "sodium", "weight", "creatinine")
SHAPED = ("sepsis with fluids", "bleed", "fluid", "transfusion", "inflammation", "fluid loss")
MOVED = ("plasma", "red_cells", "albumin")
IN_HOSPITAL = (
    "posture",
    "fluid loss",
    "bleed",
    "fluid",
    "transfusion",
    "inflammation",
    "sepsis with fluids",
    "unknown",
)
# How far the data may pull from the table: standard deviations of the changes (assumptions).
VARIATION_SD, SHIFT_SD, WIDTH_SD, SPEED_SD, COMMON_SD = 0.5, 0.15, 0.3, 0.5, 1.5


def split(person: str) -> str:
    """The half a person belongs to, by the hash of the id: "train" or "test".

    >>> split("132539") in ("train", "test")
    True
    """
    return "test" if zlib.crc32(person.encode()) % 2 else "train"


@dataclass(frozen=True)
class Training:
    """The prepared people and the coordinates that their results see."""

    people: tuple[Prepared, ...]
    active: Places


def training(records: Sequence[Record]) -> Training:
    """The training half of some records, their weak signs left out."""
    found = []
    for record in records:
        person = prepare(record, prior=TRAINING_PRIOR)
        if split(record.subject) == "train" and len(person.hours):
            found.append(replace(person, signs=np.zeros_like(person.signs)))
    seen = np.zeros(COORDINATES, dtype=np.bool_)
    for each in found:
        seen |= (each.design != 0.0).any(axis=0)
    return Training(tuple(found), np.flatnonzero(seen))


def log_evidence(people: Training, parameters: Learned) -> float:
    """Log likelihood of all results of the training people, each given those before."""
    found = build(parameters)
    beginning, begins = begin(found, people.people, people.active)
    filtered = follow(
        narrowed(found.regimes, people.active),
        together(people.people, found, people.active),
        beginning,
        begins,
        foreign_prior=FOREIGN_PRIOR,
        change_hours=PLACE_HOURS,
        keep=False,
    )
    return float(filtered.evidence.sum())


def _unpacked(values: Array, table: Learned) -> Learned:
    """The parameters at a place: every value is a change of the table in units of what it may move."""
    given = iter(values.tolist())
    variation = dict(table.variation)
    for name in VARIES:
        old = variation[name]
        slow, hours, draw = (math.exp(VARIATION_SD * next(given)) for _ in range(3))
        variation[name] = Variation(old.slow * slow, old.hours * hours, old.draw * draw)
    shapes = {
        name: Shape(
            {each: SHIFT_SD * next(given) for each in MOVED},
            math.exp(WIDTH_SD * next(given)),
            math.exp(SPEED_SD * next(given)),
        )
        for name in SHAPED
    }
    in_hospital = {name: math.exp(COMMON_SD * next(given)) for name in IN_HOSPITAL}
    return Learned(variation, shapes, in_hospital, table.provenance)


SIZE = 3 * len(VARIES) + (len(MOVED) + 2) * len(SHAPED) + len(IN_HOSPITAL)


def learn(
    people: Training, table: Learned, *, rounds: int = 40, say: Callable[[str], None] = lambda _: None
) -> tuple[Learned, Mapping[str, float]]:
    """The parameters of the largest posterior, from the table's; and the log likelihood before and after.

    Needs scipy (the ``evaluate`` extra).
    """
    from scipy.optimize import minimize

    results = sum(len(each.observed) for each in people.people)

    def loss(values: Array) -> float:
        penalty = 0.5 * float(values @ values)
        return (penalty - log_evidence(people, _unpacked(values, table))) / results

    start = np.zeros(SIZE)
    first = loss(start)

    def report(values: Array) -> None:
        say(f"log likelihood a result {-loss(values):.5f}")

    found = minimize(
        loss, start, method="L-BFGS-B", callback=report, options={"maxiter": rounds, "eps": 1e-3, "maxfun": 10**6}
    )
    best = _unpacked(found.x, table)
    return best, {"before": -first, "after": -float(found.fun), "results": float(results)}
