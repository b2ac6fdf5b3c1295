"""How far reviewers agree: share of agreement and Cohen's kappa of each pair, Krippendorff's alpha over all.

Alpha takes any number of reviewers, each of whom may have left people out: with nominal categories and nothing missing
it is Fleiss' kappa but for a correction for few people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Pair:
    """Two reviewers: how many people both judged, about how many they gave one answer, and Cohen's kappa.

    ``kappa`` is None where it is not defined: nobody was judged by both, or both always gave one same answer.
    """

    first: str
    second: str
    both: int
    agreed: int
    kappa: float | None

    @property
    def share(self) -> float | None:
        """The share of agreement; None where nobody was judged by both."""
        return self.agreed / self.both if self.both else None


def pairs(answers: Mapping[str, Mapping[str, str]]) -> tuple[Pair, ...]:
    """Every pair of reviewers; ``answers`` by subject, then by reviewer.

    >>> pairs({"1": {"A": "yes", "B": "yes"}, "2": {"A": "no", "B": "yes"}})
    (Pair(first='A', second='B', both=2, agreed=1, kappa=0.0),)
    """
    reviewers = sorted({name for given in answers.values() for name in given})
    found = []
    for first, second in combinations(reviewers, 2):
        both = [(given[first], given[second]) for given in answers.values() if first in given and second in given]
        found.append(Pair(first, second, len(both), sum(one == other for one, other in both), cohens_kappa(both)))
    return tuple(found)


def cohens_kappa(both: Sequence[tuple[str, str]]) -> float | None:
    """Cohen's kappa (1960) of pairs of answers; None where chance alone would agree every time.

    >>> cohens_kappa([("yes", "yes"), ("no", "no")])
    1.0
    """
    if not both:
        return None
    first, second = Counter(one for one, _ in both), Counter(other for _, other in both)
    observed = sum(one == other for one, other in both) / len(both)
    by_chance = sum(first[each] * second[each] for each in first) / len(both) ** 2
    return None if by_chance == 1.0 else (observed - by_chance) / (1.0 - by_chance)


def krippendorff_alpha(units: Iterable[Sequence[str]]) -> float | None:
    """Krippendorff's alpha of nominal answers; each unit holds the answers about one person.

    None where nobody has two answers, or all answers are the same.

    >>> krippendorff_alpha([["yes", "yes"], ["no", "no"], ["yes"]])
    1.0
    """
    counted = [Counter(unit) for unit in units if len(unit) > 1]
    totals: Counter[str] = sum(counted, Counter())
    number = totals.total()
    expected = number**2 - sum(each**2 for each in totals.values())
    if not expected:
        return None
    observed = sum(
        (unit.total() ** 2 - sum(each**2 for each in unit.values())) / (unit.total() - 1) for unit in counted
    )
    return 1.0 - (number - 1) * observed / expected
