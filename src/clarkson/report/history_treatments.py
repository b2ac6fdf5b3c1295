"""What a history says of one treatment: the comparison, its effect, what chance would give, how long until known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from clarkson.history.drug_names import drug_name
from clarkson.history.duration import months_still_needed, months_without_attack
from clarkson.history.effect import effect
from clarkson.history.graded import Depth, graded
from clarkson.history.graded_course import Excursion, off_and_on
from clarkson.history.history import History
from clarkson.history.periods import compared
from clarkson.history.published import prior_of
from clarkson.history.regression_to_mean import no_effect
from clarkson.report.history_sentences import treatment_sentences

RATIOS = (0.1, 0.25, 0.5)
"""True ratios for which the time until it could be told is given."""

CLUSTERED = 0.5
"""Dispersion between half-years for the second look at chance: it doubles the variance at four attacks a year
(assumption)."""


OF_THE_EFFECT = (
    *("probability_lower", "probability_halved", "probability_no_effect"),
    *("before_lower", "before_halved", "before_no_effect"),
    *("times_likelier", "at_most_times_likelier"),
)


def treatment_facts(of: History, treatment: str, seen: Sequence[Excursion]) -> dict[str, Any]:
    """The facts of one treatment for the document; ``seen`` are the excursions of the record.

    Raises
    ------
    SettingError
        The history holds no such treatment.
    """
    found = compared(of, treatment)
    dropped = len(found.qualifying)
    counts = (found.off_attacks, found.off_years, found.on_attacks, found.on_years)
    told = estimated(*counts, treatment, dropped=dropped)
    facts = {
        "name": drug_name(treatment),
        **told,
        "dropped": [each.onset.isoformat() for each in found.qualifying],
        "not_compared": {
            "attacks": len(found.others),
            "before_years": found.before_years,
            "carry_over_years": found.carry_over_years,
            "immortal_years": found.immortal_years,
        },
        "graded": _graded(of, treatment, found.off_years, found.on_years, seen),
        "remarks": [*found.remarks, *told["remarks"]],
    }
    return facts | {"sentences": treatment_sentences(facts)}


def estimated(
    off_attacks: int, off_years: float, on_attacks: int, on_years: float, treatment: str, *, dropped: int
) -> dict[str, Any]:
    """What bare counts say of a treatment; ``dropped`` attacks are no part of them and still tell of the person's rate.

    >>> round(estimated(7, 2.7, 0, 2.7, "IVIG", dropped=1)["months_without_attack"])
    14
    """
    counts = (off_attacks, off_years, on_attacks, on_years)
    prior = prior_of(treatment)
    found = effect(*counts, prior)
    per_year = off_attacks / off_years if off_years else 0.0
    return {
        "off_attacks": off_attacks,
        "off_years": off_years,
        "on_attacks": on_attacks,
        "on_years": on_years,
        "prior": {"name": prior.name, "words": prior.words},
        "ratio": asdict(found.ratio),
        "ratio_50": asdict(found.ratio_50),
        **{part: getattr(found, part) for part in OF_THE_EFFECT},
        "test": asdict(found.test),
        "no_effect": asdict(no_effect(*counts, qualifying=dropped, prior=prior)),
        "no_effect_clustered": asdict(no_effect(*counts, qualifying=dropped, clustering=CLUSTERED, prior=prior)),
        "still_needed": [asdict(months_still_needed(*counts, each)) for each in RATIOS],
        "months_without_attack": months_without_attack(per_year) if per_year else None,
        "remarks": list(found.remarks),
    }


def _graded(
    of: History, treatment: str, off_years: float, on_years: float, seen: Sequence[Excursion]
) -> dict[str, Any] | None:
    """Excursions beside counted attacks: per month with a draw, so that more draws are no worse year."""
    off, on = off_and_on(of, treatment, seen)
    if not off or not on or not off_years or not on_years:
        return None
    off_depths, on_depths = ([Depth(max(each.size, 0.0), each.sd) for each in side] for side in (off, on))
    found = asdict(graded(off_depths, len(off) / 12.0, on_depths, len(on) / 12.0))
    return {**found, "off_months": len(off), "on_months": len(on)}
