"""Everything that `clarkson evaluate --twin` measures, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clarkson.errors import RecordError
from clarkson.evaluate.twin_inpatients import FOLDER, inpatients
from clarkson.evaluate.twin_steps import Step, Walked, walk, with_peers
from clarkson.evaluate.twin_truth import (
    COMPARED,
    Agreement,
    Blind,
    Ranked,
    Say,
    agreement,
    blinded,
    calibration,
)
from clarkson.examples import example, examples
from clarkson.record.read import read_bytes

OCCASIONS = 2
"""Predicted occasions of each inpatient."""


@dataclass(frozen=True)
class Ahead:
    """One set of people, one step ahead: steps with peers, refusals, seconds of each fit."""

    steps: tuple[Step, ...]
    refused: tuple[str, ...]
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class TwinEvaluation:
    """The figures of every section; ``inpatients`` is None where the data are not there."""

    ranked: tuple[Ranked, ...]
    agreements: tuple[Agreement, ...]
    blinded: tuple[Blind, ...]
    attacks: Ahead
    inpatients: Ahead | None


def evaluate_twin(data: Path | None, *, say: Say = lambda _: None) -> TwinEvaluation:
    """Measure the twin on virtual patients, published attacks, and, where there are data, inpatients.

    Raises
    ------
    RecordError
        ``data`` is given and holds no inpatients.
    """
    if data is not None and not (data / FOLDER).is_dir():
        raise RecordError(f"'{data}' holds no {FOLDER}; docs/data.md says how to get it")
    found = calibration(say=say)
    agreements = []
    for number in range(COMPARED):
        say(f"against a long sampler: patient {number} of {COMPARED}")
        agreements.append(agreement(number))
    wrong = blinded(say=say)
    say("published attacks, one step ahead")
    attacks = on_attacks()
    return TwinEvaluation(
        found, tuple(agreements), wrong, attacks, None if data is None else on_inpatients(data, say=say)
    )


def on_attacks() -> Ahead:
    """Every bundled case."""
    return _together([walk(read_bytes(example(each.id), f"{each.id}.json")) for each in examples()])


def on_inpatients(data: Path, *, say: Say = lambda _: None) -> Ahead:
    """The test half of the inpatients, with and without their doses."""
    walked = []
    for record in inpatients(data, "test"):
        say(f"inpatient {record.subject}")
        walked.append(walk(record, most=OCCASIONS, blind=True))
    return _together(walked)


def _together(walked: Sequence[Walked]) -> Ahead:
    steps = with_peers([step for each in walked for step in each.steps])
    return Ahead(
        tuple(steps),
        tuple(reason for each in walked for reason in each.refused),
        tuple(seconds for each in walked for seconds in each.seconds),
    )
