"""What the numbers of a treatment mean, as sentences: the comparison, chance, and how long until it could be known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from clarkson.report.view import percent, ratio

Facts = Mapping[str, Any]

HARDLY = (0.5, 2.0)
"""Likelihood ratios between these hardly tell (as in ``view.strength``)."""

PITFALLS = (
    "Regression to the mean: a treatment that is begun after a bad time looks good by itself. The attack because of "
    "which it was begun is dropped and what chance alone would give is printed; a bad year before it is not taken out.",
    "Immortal time: until the first infusion no attack could count against it. That time is not compared.",
    "Seeing more: after a diagnosis more is measured, so attacks are found that would have been missed before.",
    "Drifting severity: what somebody calls an attack can change over years.",
    "Seasons, epidemics and vaccinations differ between the two times.",
    "Treatments that run together cannot be told apart.",
    "Who feels well stops, and who died writes no more: those who go on are not everybody.",
    "Excursions of plasma stand in for attacks: that they follow the same causes has not been shown.",
)
"""What can make a treatment look better or worse than it is; printed beside every estimate."""


def treatment_sentences(facts: Facts) -> list[str]:
    """The sentences of one treatment, the answer first.

    >>> from clarkson.report.history_treatments import estimated
    >>> treatment_sentences({"name": "IVIG", **estimated(7, 2.7, 0, 2.7, "IVIG", dropped=1)})[0]
    'On IVIG 0 attacks in 2.7 years, against 2.6 a year off it (7 attacks in 2.7 years).'
    """
    return [*_counts(facts), *_likelier(facts), *_chance(facts), *_test(facts), *_until(facts)]


def _counts(facts: Facts) -> Iterator[str]:
    on = f"On {facts['name']} {attacks(facts['on_attacks'])} in {years(facts['on_years'])}"
    if not facts["on_years"]:
        on = f"No time on {facts['name']} can be compared"
    if not facts["off_years"]:
        yield f"{on}; no time off it can be compared."
        return
    per_year = facts["off_attacks"] / facts["off_years"]
    off = f"{attacks(facts['off_attacks'])} in {years(facts['off_years'])}"
    yield f"{on}, against {number(per_year)} a year off it ({off})."


def _compares(facts: Facts) -> bool:
    return bool(facts["on_years"] and facts["off_years"] and facts["on_attacks"] + facts["off_attacks"])


def _likelier(facts: Facts) -> Iterator[str]:
    if not _compares(facts):
        yield "These counts cannot tell whether it helps."
        return
    likelier = facts["times_likelier"]
    if HARDLY[0] < likelier < HARDLY[1]:
        yield (
            f"The data hardly tell: they are {number(likelier)} times as likely if it at least halves attacks as if it "
            "does nothing."
        )
    elif likelier > 1.0:
        yield (
            f"The data are {ratio(likelier)} times likelier if it at least halves attacks than if it does nothing "
            f"(whatever is believed of it beforehand, at most {ratio(facts['at_most_times_likelier'])})."
        )
    else:
        against = ratio(1.0 / likelier)
        yield f"The data are {against} times likelier if it does nothing than if it at least halves attacks."
    nothing = ""
    if facts["probability_no_effect"] is not None:
        nothing = (
            f", that it does nothing {percent(facts['probability_no_effect'])} "
            f"(before: {percent(facts['before_no_effect'])})"
        )
    yield (
        f"Attacks on it come at {number(facts['ratio']['median'])} times the rate off it (90 % interval "
        f"{span(facts['ratio']['low'], facts['ratio']['high'])}). The probability that it at least halves them is "
        f"{percent(facts['probability_halved'])} (before these data: {percent(facts['before_halved'])}){nothing}."
    )


def _chance(facts: Facts) -> Iterator[str]:
    alone = facts["no_effect"]
    if not facts["on_years"]:
        return
    clustered = facts["no_effect_clustered"]["as_low_or_lower"]
    rare = (
        f"in {percent(alone['as_low_or_lower'])} of such histories ({percent(clustered)} if bad half-years come and go)"
    )
    if alone["ratio"] is None:
        yield (
            f"If it did nothing, chance and regression to the mean alone would give "
            f"{number(alone['expected_per_year'])} attacks a year, and so few or fewer {rare}."
        )
        return
    yield (
        f"If it did nothing, chance and regression to the mean alone would give {number(alone['ratio'])} times the "
        f"rate off it (90 % interval {span(alone['low'], alone['high'])}), and so few attacks or fewer {rare}."
    )


def _test(facts: Facts) -> Iterator[str]:
    test = facts["test"]
    if _compares(facts):
        yield (
            f"Exact test, which needs no belief: two-sided p {number(test['two_sided_exact'])} (mid-p "
            f"{number(test['two_sided_mid'])}); 90 % interval of the rate ratio {span(*test['exact'])}."
        )


def _until(facts: Facts) -> Iterator[str]:
    needed = facts["still_needed"]
    if all(each["words"] == needed[0]["words"] for each in needed):
        yield needed[0]["words"]
        return
    parts = [f"a true ratio of {each['ratio']:g} {_wait(each['months'])}" for each in needed]
    reason = next((f" {each['words']}" for each in reversed(needed) if each["months"] is None), "")
    yield f"Until it could be told (80 % power, 5 % error): {'; '.join(parts)}.{reason}"


def _wait(months: float | None) -> str:
    if months is None:
        return "never"
    if months == 0.0:
        return "already"
    return f"after {months:.0f} months more on it" if months < 48.0 else f"after {months / 12.0:.0f} years more on it"


def attacks(count: int) -> str:
    """How many attacks.

    >>> attacks(1), attacks(0)
    ('1 attack', '0 attacks')
    """
    return f"{count} attack{'' if count == 1 else 's'}"


def years(length: float) -> str:
    """A length of time; months where it is short.

    >>> years(2.68), years(0.25)
    ('2.7 years', '3.0 months')
    """
    return f"{length:.1f} years" if length >= 1.0 else f"{12.0 * length:.1f} months"


def number(value: float | None) -> str:
    """A number with two figures.

    >>> number(0.0294), number(2.593), number(14.6), number(None)
    ('0.029', '2.6', '15', 'without limit')
    """
    if value is None:
        return "without limit"
    if value == 0.0 or value >= 10.0:
        return f"{value:,.0f}"
    return f"{value:#.2g}" if value >= 0.001 else "less than 0.001"


def span(low: float | None, high: float | None) -> str:
    """The ends of an interval, an open one said.

    >>> span(0.00263, 0.25), span(0.5, None)
    ('0.0026 to 0.25', '0.50 to without limit')
    """
    return f"{number(low)} to {number(high)}"
