"""Who should be looked at first: people with episodes that nothing recorded explains, that came again and went away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

Row = Mapping[str, Any]
# Decimal logarithms, as if each were a factor of the likelihood (assumptions; science: base rates of recurrence).
STRONGEST_EPISODE = 4.0  # no single episode says more than a factor of 10,000
EXPLAINED = 0.25  # what an episode with a recorded cause counts of one without
RECURRED = 1.7  # a factor of 50 for an episode weeks after another
RECOVERED = 1.0  # a factor of 10 for an episode that went away
EXPLAINED_AGAIN = 0.5  # of these two where a cause is recorded: the same shock again and again is a sign in itself
APART = timedelta(days=30)  # an episode this long after the end of another is a recurrence


def ranked(traits: Iterable[Row], episodes: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    """The rows of ``schema.PEOPLE``, those to look at first in front; equal scores in the order of subjects.

    >>> ranked([], {})
    []
    """
    rows = [_person(each, episodes[each["subject"]]) for each in traits if each["subject"] in episodes]
    rows.sort(key=lambda row: (-row["score"], len(row["subject"]), row["subject"]))
    return [{"rank": place, **row} for place, row in enumerate(rows, start=1)]


def _person(traits: Row, episodes: Sequence[Row]) -> dict[str, Any]:
    unexplained = [each for each in episodes if each["kind"] == "unexplained"]
    recovered = [each for each in episodes if each["recovered"]]
    again = _recurrences(episodes)
    score = sum(min(each["float_value"], STRONGEST_EPISODE) * _of(EXPLAINED, each) for each in episodes)
    score += sum(RECURRED * _of(EXPLAINED_AGAIN, *pair) for pair in again)
    score += sum(RECOVERED * _of(EXPLAINED_AGAIN, each) for each in recovered)
    causes = sorted({cause for each in episodes for cause in each["causes"]})
    return {
        "subject": traits["subject"],
        "subject_id": episodes[0]["subject_id"],
        "score": round(score, 6),
        "episodes": len(episodes),
        "unexplained": len(unexplained),
        "recovered": len(recovered),
        "likelihood_ratio": max(each["likelihood_ratio"] for each in episodes),
        "causes": causes,
        "sex": traits["sex"],
        "age_years": traits["age_years"],
        "diagnoses": traits["diagnoses"],
        "reasons": [
            *_reasons(len(episodes), len(unexplained), len(recovered), len(again)),
            *([f"Recorded near an episode: {', '.join(causes)}."] if causes else []),
            *(["Capillary leak syndrome stands among the diagnoses."] if traits["named"] else []),
        ],
    }


def _recurrences(episodes: Sequence[Row]) -> list[tuple[Row, Row]]:
    return [(before, after) for before, after in pairwise(episodes) if after["start"] - before["end"] >= APART]


def _of(share: float, *episodes: Row) -> float:
    """1, or ``share`` where every one of the episodes has a recorded cause."""
    return share if all(each["kind"] == "secondary" for each in episodes) else 1.0


def _reasons(episodes: int, unexplained: int, recovered: int, recurrences: int) -> list[str]:
    found = [f"{episodes} episode{'s' * (episodes > 1)}, {unexplained} without a recorded cause."]
    if recurrences:
        found.append(f"It came again {recurrences} time{'s' * (recurrences > 1)} after a month or more.")
    if recovered:
        found.append(f"Blood was the person's own again after {recovered} of them.")
    return found
