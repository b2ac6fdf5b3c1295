"""Learn the watch's parameters from training people: the largest likelihood of their results, held near the table.

What is learned: how steady people vary, the shape of the common mechanisms of illness and care, and how much commoner
these are in hospital. What is not: everything about a leak and its refill, which stays as the science gives it. No
label is used, only results; people are split by the hash of their id (``split``), and only the training half is seen.
"""

from __future__ import annotations

import json
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
from clarkson.watch.learned import Learned, Pull, Shape, Variation
from clarkson.watch.occasions import Prepared, begin, prepare, together
from clarkson.watch.regimes import build

TRAINING_PRIOR = 0.001  # of a leak at any one draw among people of the training sets (assumption)
VARIES = ("plasma", "red_cells", "cell_size", "albumin", "globulin", "sodium", "creatinine")
SHAPED = ("hospital course",)
MOVED = ("plasma", "red_cells", "albumin", "globulin")
IN_HOSPITAL = (
    *("posture", "fluid loss", "bleed", "fluid", "transfusion", "inflammation", "sepsis with fluids"),
    "hospital course",
)
DRAWN = ("plasma", "red_cells", "albumin", "sodium", "creatinine")
FIRST_HASTE = 9.0  # where the search for the haste of hospitals begins
FIRST_COMMON = {
    "hospital course": 12.0,
    "fluid": 4.0,
}  # and for how much commoner a mechanism is there, 1 for the others
FIRST_PULLS = {"hematocrit": Pull(-1.0, 0.15, 8.0), "albumin": Pull(3.2, 0.15, 24.0)}  # and for care
PULL_SD = 0.5
FIRST_DRAWN = 0.03  # where the search for the SD of hospital draws begins
# How far the data may pull from the table: standard deviations of the changes (assumptions).
VARIATION_SD, SHIFT_SD, WIDTH_SD, SPEED_SD, COMMON_SD = 0.5, 0.10, 0.3, 0.5, 1.5


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
    """The training half of some records, their weak signs and doses left out: few sets record what was given."""
    found = []
    for record in records:
        person = prepare(record, prior=TRAINING_PRIOR)
        if split(record.subject) == "train" and len(person.hours):
            nothing = np.zeros_like(person.shift)
            found.append(replace(person, signs=np.zeros_like(person.signs), shift=nothing, shift_variance=nothing))
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


def _varied(values: Array, table: Learned) -> Learned:
    """The table with another variation; values are changes in units of what each may move."""
    given = iter(values.tolist())
    variation = dict(table.variation)
    for name in VARIES:
        old = table.variation[name]
        slow, hours, draw = (math.exp(VARIATION_SD * next(given)) for _ in range(3))
        variation[name] = Variation(old.slow * slow, old.hours * hours, old.draw * draw)
    return replace(table, variation=variation)


def _cared_for(values: Array, table: Learned) -> Learned:
    """The table with other mechanisms of illness and care."""
    given = iter(values.tolist())
    shapes = {
        name: Shape(
            {each: SHIFT_SD * next(given) for each in MOVED},
            math.exp(WIDTH_SD * next(given)),
            math.exp(SPEED_SD * next(given)),
            1.0 / (1.0 + math.exp(-next(given))),
        )
        for name in SHAPED
    }
    in_hospital = {name: FIRST_COMMON.get(name, 1.0) * math.exp(COMMON_SD * next(given)) for name in IN_HOSPITAL}
    drawn = {name: FIRST_DRAWN * math.exp(next(given)) for name in DRAWN}
    haste = FIRST_HASTE * math.exp(next(given))
    return replace(
        table,
        shapes=shapes,
        in_hospital=in_hospital,
        hospital_draw=drawn,
        hospital_haste=haste,
        pulls={
            name: Pull(
                first.target + PULL_SD * next(given),
                first.share * math.exp(PULL_SD * next(given)),
                first.hours * math.exp(PULL_SD * next(given)),
            )
            for name, first in FIRST_PULLS.items()
        },
    )


VARIED_SIZE = 3 * len(VARIES)
CARED_FOR_SIZE = (len(MOVED) + 3) * len(SHAPED) + len(IN_HOSPITAL) + len(DRAWN) + 1 + 3 * 2


def learn(
    outpatients: Training,
    inpatients: Training,
    table: Learned,
    *,
    rounds: int = 30,
    say: Callable[[str], None] = lambda _: None,
) -> Learned:
    """The parameters of the largest posterior: variation from outpatients, then illness and care from inpatients.

    Needs scipy (the ``evaluate`` extra).
    """
    steady = _largest(outpatients, table, _varied, VARIED_SIZE, rounds, say)
    return _largest(inpatients, steady, _cared_for, CARED_FOR_SIZE, rounds, say)


def _largest(
    people: Training,
    table: Learned,
    at: Callable[[Array, Learned], Learned],
    size: int,
    rounds: int,
    say: Callable[[str], None],
) -> Learned:
    from scipy.optimize import minimize

    results = sum(len(each.observed) for each in people.people)

    def loss(values: Array) -> float:
        return (0.5 * float(values @ values) - log_evidence(people, at(values, table))) / results

    def report(values: Array) -> None:
        say(f"{len(people.people)} people, {results} results: log posterior a result {-loss(values):.5f}")

    options = {"maxiter": rounds, "eps": 1e-2, "maxfun": 10**6}
    found = minimize(loss, np.zeros(size), method="L-BFGS-B", callback=report, options=options)
    return at(np.asarray(found.x), table)


def written(found: Learned, provenance: Mapping[str, str | int | float]) -> str:
    """The text of ``learned.toml``."""
    lines = [
        "# How people's blood moves when no mechanism of mechanisms.toml is at work, and what illness and care do to",
        "# it, in logarithms. Written by `clarkson learn`.",
        "",
        "[provenance]",
        *(f"{key} = {json.dumps(value)}" for key, value in provenance.items()),
    ]
    for name, each in found.variation.items():
        lines += ["", f"[variation.{name}]", f"slow = {each.slow:.4g}", f"hours = {each.hours:.4g}"]
        lines += [f"draw = {each.draw:.4g}"]
    for name, shape in found.shapes.items():
        moved = ", ".join(f"{key} = {value:.4f}" for key, value in shape.moved.items())
        lines += ["", f'[shape."{name}"]', f"moved = {{ {moved} }}"]
        lines += [f"widened = {shape.widened:.4g}", f"faster = {shape.faster:.4g}", f"begun = {shape.begun:.4g}"]
    lines += ["", "[in_hospital]", *(f'"{name}" = {each:.4g}' for name, each in found.in_hospital.items())]
    lines += ["", "[hospital_draw]", *(f"{name} = {each:.4g}" for name, each in found.hospital_draw.items())]
    lines += ["", "[hospital]", f"haste = {found.hospital_haste:.4g}"]
    for name, pull in found.pulls.items():
        lines += ["", f"[pull.{name}]", f"target = {pull.target:.4g}", f"share = {pull.share:.4g}"]
        lines += [f"hours = {pull.hours:.4g}"]
    return "\n".join(lines) + "\n"
