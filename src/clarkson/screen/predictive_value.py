"""What judgements say of a screening: its positive predictive value, and from random negatives its specificity."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from scipy.special import ndtri

from clarkson.engine.shares import share_quantiles

CONFIDENCE = 0.95

Consensus = Literal["yes", "no", "unsure", "tie"]
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Share:
    """``count`` of ``of``, with two 95 % intervals: of Wilson, and the middle of the posterior under Beta(1/2, 1/2)."""

    count: int
    of: int
    wilson: Interval
    bayes: Interval

    @property
    def share(self) -> float | None:
        """The share itself; None of nobody."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Judged:
    """People by the consensus about them: ``cases`` among those with a clear one; ``unsure`` and ``ties`` stand apart.

    ``lowest`` and ``highest`` are the share of cases if none, or all, of the unsure and tied ones were cases; None
    where nobody was judged.
    """

    cases: Share
    unsure: int
    ties: int
    lowest: float | None
    highest: float | None

    @property
    def people(self) -> int:
        """How many were judged by anybody."""
        return self.cases.of + self.unsure + self.ties


@dataclass(frozen=True, slots=True)
class Specificity:
    """The share of people who are no case that the screening left alone, and what it is at least (95 %)."""

    estimate: float | None
    at_least: float


def wilson(count: int, of: int, confidence: float = CONFIDENCE) -> Interval:
    """The score interval of Wilson (1927) for a share, without correction for continuity.

    >>> [round(each, 4) for each in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    if of == 0:
        return 0.0, 1.0
    z = float(ndtri(0.5 + confidence / 2.0))
    share = count / of
    middle = share + z**2 / (2 * of)
    half = z * math.sqrt(share * (1.0 - share) / of + z**2 / (4 * of**2))
    whole = 1.0 + z**2 / of
    return (0.0 if count == 0 else (middle - half) / whole), (1.0 if count == of else (middle + half) / whole)


def jeffreys(count: int, of: int, confidence: float = CONFIDENCE) -> Interval:
    """The equal-tailed posterior interval of a share under the prior Beta(1/2, 1/2).

    >>> [round(each, 3) for each in jeffreys(0, 10)]
    [0.0, 0.217]
    """
    tail = (1.0 - confidence) / 2.0
    low, high = share_quantiles(count, of, [tail, 1.0 - tail]).tolist()
    return low, high


def share(count: int, of: int) -> Share:
    """A share with its intervals.

    >>> share(3, 4).share
    0.75
    """
    return Share(count, of, wilson(count, of), jeffreys(count, of))


def consensus(answers: Iterable[str]) -> Consensus:
    """The answer that most reviewers gave; a tie where two are equally frequent.

    >>> consensus(["yes", "yes", "no"]), consensus(["yes", "unsure"])
    ('yes', 'tie')
    """
    (first, most), *others = Counter(answers).most_common(2)
    if others and others[0][1] == most:
        return "tie"
    return "yes" if first == "yes" else "no" if first == "no" else "unsure"


def judged(answers: Mapping[str, Collection[str]], among: Collection[str]) -> Judged:
    """The consensus about those of ``among`` of whom there are ``answers`` (by subject).

    Among candidates, the share of cases is the positive predictive value.

    >>> judged({"1": ["yes"], "2": ["no"], "3": ["yes"]}, ["1", "2"]).cases.share
    0.5
    """
    found = Counter(consensus(answers[each]) for each in among if answers.get(each))
    clear, apart = found["yes"] + found["no"], found["unsure"] + found["tie"]
    people = clear + apart
    return Judged(
        share(found["yes"], clear),
        found["unsure"],
        found["tie"],
        found["yes"] / people if people else None,
        (found["yes"] + apart) / people if people else None,
    )


def specificity(candidates: Judged, negatives: Judged, flagged: int, screened: int) -> Specificity | None:
    """Specificity of the screening; None where no random negative has a clear consensus, or nobody was left alone.

    Of ``screened`` people ``flagged`` are candidates. The bound takes the low ends of both Wilson intervals: each fails
    with a probability of 2.5 %, both together with at most 5 %. Without a judged candidate it counts every one of them
    as wrongly flagged.

    >>> nobody, ten = judged({}, []), judged({f"{n}": ["no"] for n in range(10)}, [f"{n}" for n in range(10)])
    >>> round(specificity(nobody, ten, 100, 10_000).at_least, 3)
    0.986
    """
    left_alone = screened - flagged
    if negatives.cases.of == 0 or left_alone <= 0:
        return None

    def among_no_cases(case_share_left: float, case_share_flagged: float) -> float:
        right, wrong = left_alone * (1.0 - case_share_left), flagged * (1.0 - case_share_flagged)
        return right / (right + wrong) if right + wrong else 0.0

    cases, missed = candidates.cases, negatives.cases
    estimate = None if cases.share is None else among_no_cases(missed.share or 0.0, cases.share)
    return Specificity(estimate, among_no_cases(missed.wilson[1], cases.wilson[0]))
