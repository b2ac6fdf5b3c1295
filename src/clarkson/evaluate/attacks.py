"""The published attacks, each assessed without a personal baseline: what is called, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace

from clarkson.examples import Group, example, examples
from clarkson.record.read import read_bytes
from clarkson.watch.assess import assess
from clarkson.watch.assessment import LEAK_VERDICTS, Assessed, Assessment, Verdict

_RED_CELLS = {"hematocrit", "hemoglobin", "erythrocytes"}
_PROTEINS = {"albumin", "total_protein"}


@dataclass(frozen=True, slots=True)
class Attack:
    """What one published episode was called.

    ``both`` is the assessment of the first draw with red cells and protein, ``red_cells_alone`` the
    most alarming one among draws with red cells only, ``after_return`` the draws that were called a
    leak although the hematocrit had come back to or below the expected level after its peak.
    """

    id: str
    group: Group
    diagnosis: str
    both: Assessment | None
    red_cells_alone: Assessment | None
    after_return: tuple[Assessment, ...]
    draws: int


def attacks() -> tuple[Attack, ...]:
    """Every bundled case, its declared baseline left out.

    >>> len(attacks())
    31
    """
    return tuple(_attack(each.id, each.group, each.diagnosis) for each in examples())


def _attack(case: str, group: Group, diagnosis: str) -> Attack:
    record = read_bytes(example(case), f"{case}.json")
    # What the source only calls a baseline is left out; what it also prints as an observation stays one.
    observed = tuple(replace(each, steady=False) for each in record.results if "baseline" not in each.source.place)
    assessed = assess(replace(record, results=observed))
    both = [each for each in assessed if _measured(each, _RED_CELLS) and _measured(each, _PROTEINS)]
    alone = [each for each in assessed if _measured(each, _RED_CELLS) and not _measured(each, _PROTEINS)]
    in_attack = [each for each in both if _hours(assessed, each) >= 0.0]
    return Attack(
        case,
        group,
        diagnosis,
        in_attack[0] if in_attack else None,
        max(alone, key=lambda each: each.probability) if alone else None,
        _called_after_return(assessed),
        len(assessed),
    )


def _hours(assessed: Assessed, assessment: Assessment) -> float:
    origin = assessed.record.origin
    return 0.0 if origin is None else (assessment.time - origin).total_seconds() / 3600.0


def _measured(assessment: Assessment, analytes: set[str]) -> bool:
    return any(each.analyte in analytes for each in assessment.inputs)


def _called_after_return(assessed: Assessed) -> tuple[Assessment, ...]:
    with_plasma = [each for each in assessed if each.V is not None]
    if not with_plasma:
        return ()
    peak = min(with_plasma, key=lambda each: each.V.median if each.V else 0.0)
    return tuple(
        each
        for each in with_plasma
        if each.time > peak.time and each.V and each.V.median >= 0.0 and each.verdict in LEAK_VERDICTS
    )


def called(rows: tuple[Attack, ...]) -> tuple[int, int]:
    """How many attacks with red cells and protein were called a leak in any of its three degrees, of how many."""
    with_both = [each.both for each in rows if each.group == "attack" and each.both is not None]
    return sum(each.verdict in LEAK_VERDICTS for each in with_both), len(with_both)


def verdict_of(assessment: Assessment | None) -> Verdict | None:
    """The verdict, or None where there is no such draw."""
    return None if assessment is None else assessment.verdict
