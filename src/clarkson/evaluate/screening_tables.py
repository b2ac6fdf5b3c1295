"""The evaluation of the screening as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from clarkson.evaluate.detection_tables import table
from clarkson.evaluate.screening import (
    InData,
    InPopulation,
    screened_people,
    screened_population,
    screened_simulations,
)
from clarkson.screen.base_rates import Counted
from clarkson.screen.base_rates import table as base_rates

Say = Callable[[str], None]


def screening_document(
    population: Path, data: Path | None, foreign: Path | None, clinosim: Path | None, *, say: Say
) -> str:
    """The whole page, measured anew where ``population`` holds no screening yet."""
    found = screened_population(population, say=say)
    parts = [
        "# Evaluation of the screening",
        "",
        "For researchers and health-data teams. Written by `clarkson evaluate --screening FOLDER --data DIR --foreign DIR "
        "--clinosim DIR`, nothing else is in it. What a screening does is in [screen.md](screen.md).",
        "",
        *_population(found),
        "",
        *_people(tuple(screened_people(data, foreign, say=say))),
        *_simulated(tuple(screened_simulations(data, foreign, clinosim, say=say))),
        *_base_rates(found),
    ]
    return "\n".join(parts) + "\n"


def _population(found: InPopulation) -> list[str]:
    kinds = [
        (each.name, *(f"{count:,}" for count in (each.people, each.found, each.unexplained, each.recurrent)))
        for each in found.kinds
    ]
    planted = [
        (
            each.subject,
            "missed" if each.rank is None else f"{each.rank} of {found.candidates:,}",
            f"{each.met} of {each.attacks}",
            ", ".join(each.causes) or "none",
        )
        for each in found.planted
    ]
    return [
        "## A synthetic population",
        "",
        f"{found.people:,} people simulated by Clarkson (`clarkson.evaluate.population`): a simulation by the same hands "
        "proves the pipeline, not the disease. The score was chosen on another, smaller population by another seed.",
        "",
        *table(["kind", "people", "with an episode", "without a recorded cause", "more than one of those"], kinds),
        "",
        "The planted:",
        "",
        *table(["person", "rank", "attacks met by an episode", "causes recorded"], planted),
    ]


def _people(sets: Sequence[InData]) -> list[str]:
    return [
        "## Real people",
        "",
        "Nobody in these sets is known to have the disease; severe illness leaks too. The first columns count all people, "
        "followed without the sieve; *lost* are those with an episode whom the sieve would have left out. The sieve was "
        "chosen on physionet-challenge-2012, mimic-iii-demo, the published attacks and simulated people: those rows are no "
        "independent figures, and the others are small. *The rule* is the phenotype with one episode (phenotype.md).",
        "",
        *_sets(sets),
        "",
    ]


def _simulated(sets: Sequence[InData]) -> list[str]:
    return [
        "## People of other simulators",
        "",
        "Made by programs that share no code with Clarkson and know nothing of capillary leaks, so every find is a false "
        "one. clinosim's patients are confounders, with hemoglobin, hematocrit and albumin ordered daily. Both sets of "
        "Synthea were looked at when it was settled how long a body weight counts: they are no independent figures.",
        "",
        *_sets(sets),
        "",
    ]


def _sets(sets: Sequence[InData]) -> list[str]:
    head = [
        *("set", "people", "stand high", "with an episode", "leak called", "without a recorded cause"),
        *("lost by the sieve", "of those called", "with the rule", "with both"),
    ]
    rows = [
        (
            each.name,
            *(
                f"{count:,}"
                for count in (each.people, each.stand_high, each.episodes, each.called, each.unexplained, each.lost)
            ),
            *(f"{count:,}" for count in (each.lost_called, each.rule, each.both)),
        )
        for each in sets
    ]
    return table(head, rows) if rows else ["None of these sets was at hand."]


def _base_rates(found: InPopulation) -> list[str]:
    ill = [each for each in found.planted if each.rank is not None]
    false = sum(each.unexplained for each in found.kinds if each.name != "SCLS")
    well = found.people - len(found.planted)
    twice = sum(each.recurrent for each in found.kinds if each.name != "SCLS")
    ill_twice = next((each.recurrent for each in found.kinds if each.name == "SCLS"), 0)
    sensitivity = Counted(len(ill), len(found.planted))
    return [
        "## What it would mean among a million",
        "",
        "From the counts in the synthetic population: sensitivity from three people, specificity from a simulation. Anyone "
        "with an episode that no cause explains:",
        "",
        "```",
        base_rates(sensitivity, Counted(well - false, well)).rstrip(),
        "```",
        "",
        "Only those with more than one such episode:",
        "",
        "```",
        base_rates(Counted(ill_twice, len(found.planted)), Counted(well - twice, well)).rstrip(),
        "```",
    ]
