"""Where a review stands: agreement, predictive value and specificity from the judgements that count."""

from __future__ import annotations

from dataclasses import dataclass

from clarkson.screen.agreement import Pair, krippendorff_alpha, pairs
from clarkson.screen.found import Screening
from clarkson.screen.predictive_value import Judged, Specificity, judged, specificity
from clarkson.screen.reviews import Given


@dataclass(frozen=True, slots=True)
class Standing:
    """Numbers of a review; ``alpha`` is Krippendorff's over all reviewers, None where it is not defined."""

    pairs: tuple[Pair, ...]
    alpha: float | None
    candidates: Judged
    negatives: Judged
    specificity: Specificity | None


def standing(screening: Screening, given: Given) -> Standing:
    """The numbers of the judgements ``given``; those about people who are not in the folder do not count."""
    answers = {
        subject: {reviewer: each.answer for reviewer, each in by_reviewer.items()}
        for subject, by_reviewer in given.items()
        if subject in screening.people or subject in screening.negatives
    }
    by_subject = {subject: list(each.values()) for subject, each in answers.items()}
    candidates, negatives = judged(by_subject, screening.people), judged(by_subject, screening.negatives)
    return Standing(
        pairs(answers),
        krippendorff_alpha(by_subject.values()),
        candidates,
        negatives,
        specificity(candidates, negatives, len(screening.people), screening.screened),
    )
