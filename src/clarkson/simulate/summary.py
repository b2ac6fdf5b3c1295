"""A simulation in a few lines for a person, and as plain data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from clarkson.body.attack import Attack
from clarkson.engine.integrate import Status
from clarkson.simulate.durations import duration_words
from clarkson.simulate.infections import YEAR_H
from clarkson.simulate.outcome import EXTREMES, Outcome
from clarkson.simulate.scenario import Scenario

FOOTER = "A simulation, not a forecast for a person. Research software, not a medical device."

LONG_H = 1000.0
"""Times on longer courses are said in days."""

MOST_ATTACKS = 12
"""Attacks that are listed; of more, the rest are counted."""


def summary(scenario: Scenario, outcomes: Sequence[Outcome], *, typical: bool) -> str:
    """What was simulated, the extremes, the attacks, and who could not be computed to the end.

    >>> from clarkson.simulate.simulate import simulate
    >>> print(str(simulate("healthy")).splitlines()[0])
    A healthy man for 30 days
    """
    lines = [scenario.title or "A simulation", _who(scenario, len(outcomes), typical=typical), ""]
    lines += _one(outcomes[0]) if typical else _many(outcomes)
    lines += ["", *_deaths(outcomes, typical=typical), *_failures(outcomes), FOOTER]
    return "\n".join(lines)


def _who(scenario: Scenario, count: int, *, typical: bool) -> str:
    person = scenario.person
    noun = {"female": "woman", "male": "man"}[person.sex]
    size = f"{person.age_years:g} years, {person.height_cm:g} cm, {person.weight_kg:g} kg"
    disease = "" if scenario.disease == "none" else f", {scenario.disease}"
    who = (
        f"The typical {noun} of {size}{disease}"
        if typical
        else f"{count} people drawn around a {noun} of {size}{disease}"
    )
    return f"{who}; {_length(scenario.duration_h)}."


def _length(hours: float) -> str:
    years = hours / YEAR_H
    return (
        f"{years:g} {'year' if years == 1.0 else 'years'}"
        if years >= 1.0 and float(f"{years:.3g}") == years
        else duration_words(hours)
    )


def _one(outcome: Outcome) -> list[str]:
    lines = [f"{'':<24}{'at the start':>14}{'extreme':>14}   when"]
    for each, start, value, at in zip(EXTREMES, outcome.at_start, outcome.value, outcome.at_h, strict=True):
        when = "" if each.words(value) == each.words(start) else f"   {_when(at, outcome.years)}"
        lines.append(f"{each.label:<24}{each.words(start):>14}{each.words(value):>14}{when}")
    lines.append("")
    if not outcome.attacks:
        lines.append("No attack.")
    for number, attack in enumerate(outcome.attacks[:MOST_ATTACKS], 1):
        lines.append(f"Attack {number}: {_attack(attack, outcome.years)}.")
    if len(outcome.attacks) > MOST_ATTACKS:
        lines.append(f"... and {len(outcome.attacks) - MOST_ATTACKS} more.")
    return lines


def _attack(attack: Attack, years: float) -> str:
    words = [
        f"gaps open from {_when(attack.leak_from, years)}",
        f"onset {_when(attack.onset, years)}",
        f"worst {_when(attack.peak, years)} with {100.0 * attack.plasma_lost:.0f} % of the plasma volume gone",
    ]
    if math.isnan(attack.leak_end):
        return ", ".join([*words, "the leak lasts to the end"])
    over = "not over" if math.isnan(attack.recovery) else f"over {_when(attack.recovery, years)}"
    return ", ".join([*words, f"leak ends {_when(attack.leak_end, years)}", over])


def _when(hours: float, years: float) -> str:
    """A time on a course of so many years: in hours, or in days where hours would be long numbers."""
    return f"day {hours / 24.0 + 1.0:.0f}" if years * YEAR_H > LONG_H else f"{hours:.0f} h"


def _many(outcomes: Sequence[Outcome]) -> list[str]:
    values = np.array([each.value for each in outcomes])
    starts = np.array([each.at_start for each in outcomes])
    low, middle, high = np.nanquantile(values, (0.05, 0.5, 0.95), axis=0)
    begins = np.nanmedian(starts, axis=0)
    lines = [f"{'':<24}{'at the start':>14}{'extreme':>14}   5 % to 95 % of people"]
    for index, each in enumerate(EXTREMES):
        spread = f"{each.words(low[index]).removesuffix(each.unit).strip()} to {each.words(high[index])}"
        lines.append(f"{each.label:<24}{each.words(begins[index]):>14}{each.words(middle[index]):>14}   {spread}")
    found = [len(each.attacks) for each in outcomes]
    years = sum(each.years for each in outcomes)
    struck = sum(count > 0 for count in found)
    lines += ["", f"{struck} of {len(outcomes)} people had an attack, {sum(found)} attacks in all."]
    if years / len(outcomes) >= 1.0:
        lines.append(f"Attacks per person and year: {sum(found) / years:.2f}.")
    return lines


def _deaths(outcomes: Sequence[Outcome], *, typical: bool) -> list[str]:
    died = [each for each in outcomes if math.isfinite(each.died_at)]
    if not died:
        return []
    if typical:
        when = _when(died[0].died_at, died[0].years)
        return [
            f"The course ends at {when.removeprefix('at ')}: this body could not have gone on without organ support."
        ]
    people = "1 person" if len(died) == 1 else f"{len(died)} people"
    return [
        f"The course of {people} of {len(outcomes)} ends in death, as this body counts it; nothing is shown after it."
    ]


def _failures(outcomes: Sequence[Outcome]) -> list[str]:
    lines = []
    for status in sorted({each.status for each in outcomes} - {Status.DONE}):
        numbers = [each.person for each in outcomes if each.status == status]
        named = ", ".join(map(str, numbers[:10])) + (", ..." if len(numbers) > 10 else "")
        people = "1 person" if len(numbers) == 1 else f"{len(numbers)} people"
        lines.append(f"{people} could not be computed to the end ({Status(status).sentence}): number {named}.")
    return lines


def as_dict(scenario: Scenario, outcomes: Sequence[Outcome], *, typical: bool, seed: int) -> dict[str, Any]:
    """The same as plain data, for JSON: numbers in the units of the body's outputs, None where there is none.

    >>> from clarkson.simulate.simulate import simulate
    >>> simulate("healthy").to_dict()["people"][0]["attacks"]
    []
    """
    return {
        "title": scenario.title,
        "person": {name: getattr(scenario.person, name) for name in ("sex", "age_years", "height_cm", "weight_kg")},
        "disease": scenario.disease,
        "duration_h": scenario.duration_h,
        "typical": typical,
        "seed": seed,
        "people": [
            {
                "person": each.person,
                "status": Status(each.status).sentence,
                "failed_at_h": _finite(each.failed_at),
                "died_at_h": _finite(each.died_at),
                "extremes": {
                    extreme.name: {"at_start": _finite(start), "value": _finite(value), "at_h": _finite(at)}
                    for extreme, start, value, at in zip(EXTREMES, each.at_start, each.value, each.at_h, strict=True)
                },
                "attacks": [{name: _finite(value) for name, value in vars(attack).items()} for attack in each.attacks],
            }
            for each in outcomes
        ],
        "note": FOOTER,
    }


def _finite(value: float) -> float | None:
    """As many digits as single precision holds; None where there is no number."""
    return float(f"{value:.6g}") if math.isfinite(value) else None
