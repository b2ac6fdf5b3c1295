"""The analysis of a trial in one person, as its plan fixed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clarkson.balance.balance import Estimate
from clarkson.errors import SettingError
from clarkson.history.conditional import ConditionalTest, conditional_test
from clarkson.history.published import UNPUBLISHED, Prior
from clarkson.history.randomised_pairs import pair_test
from clarkson.history.ratio import LOG_RATIOS, posterior
from clarkson.history.trial import DAYS_PER_YEAR, Plan, fingerprint

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a trial says: attacks in the counted days of complete pairs, and the ratio of the other course to the usual.

    ``p`` is two-sided, of the randomisation test. ``test`` takes the pairs' attacks together. ``ratio`` and
    ``probability_lower`` are Bayesian, over all days, with carry-over. ``remarks`` say what was left out.
    """

    pairs: int
    usual_attacks: int
    other_attacks: int
    years_each: float
    p: float
    test: ConditionalTest
    ratio: Estimate
    probability_lower: float
    remarks: tuple[str, ...]


def analyse(
    plan: Plan, onsets: Sequence[date], *, until: date | None = None, prior: Prior = UNPUBLISHED
) -> TrialResult:
    """The result from the onsets of attacks, of the pairs that were complete at ``until`` (all by default).

    Raises
    ------
    SettingError
        The plan was changed after it was made, no pair is complete, or the prior has no ratio.

    >>> from datetime import date, timedelta
    >>> from clarkson.history.trial import Course, Person, plan
    >>> every = {weeks: Course(f"every {weeks} weeks", ("IVIG",), 25.0) for weeks in (3, 4)}
    >>> severe = Person(3, 2.0, ("IVIG",))
    >>> made = plan(every[4], every[3], severe, start=date(2026, 1, 5), block_days=182, pairs=6, seed=7)
    >>> onsets = [each.counted_from + timedelta(days=9) for each in made.blocks if each.course == "every 4 weeks"]
    >>> found = analyse(made, onsets)
    >>> found.usual_attacks, found.other_attacks, found.p
    (6, 0, 0.03125)
    """
    if fingerprint(plan.usual, plan.other, plan.blocks, plan.analysis) != plan.fingerprint:
        raise SettingError("the plan was changed after it was made; analyse the trial by the plan as it was")
    if prior.ratio is None:
        raise SettingError(f"the prior '{prior.name}' has no ratio, which carry-over needs; use another")
    last = until or plan.blocks[-1].stop
    complete = [pair for pair in zip(plan.blocks[::2], plan.blocks[1::2], strict=True) if pair[1].stop <= last]
    if not complete:
        raise SettingError(f"no pair of blocks is complete on {last}: the trial cannot be analysed yet")
    blocks = [block for pair in complete for block in pair]
    counts = {plan.usual.name: 0, plan.other.name: 0}
    differences = []
    for pair in complete:
        seen = {each.course: sum(each.counted_from <= day < each.stop for day in onsets) for each in pair}
        for course, attacks in seen.items():
            counts[course] += attacks
        differences.append(seen[plan.other.name] - seen[plan.usual.name])
    first, stop = blocks[0].start, blocks[-1].stop
    inside = [day for day in onsets if first <= day < stop]
    usual, other = counts[plan.usual.name], counts[plan.other.name]
    years = len(complete) * plan.counted_days / DAYS_PER_YEAR
    found = posterior(prior.ratio, _with_carry_over(plan, len(blocks), inside, prior))
    low, median, high = found.quantiles(np.array([0.05, 0.5, 0.95]))
    return TrialResult(
        len(complete),
        usual,
        other,
        years,
        pair_test(differences),
        conditional_test(usual, years, other, years),
        Estimate(float(median), float(low), float(high)),
        found.below(1.0),
        _remarks(plan, len(complete), len(onsets) - len(inside), len(inside) - usual - other),
    )


def _with_carry_over(plan: Plan, blocks: int, onsets: Sequence[date], prior: Prior) -> Array:
    """Log likelihood of the log ratio over all days: a day's rate is ratio^level, the level that of the other course.

    It goes from 0 (the usual course) to 1 with the slower half-life, day by day, and back. The person's rate is
    averaged.
    """
    days, years = _exposure(plan, blocks)
    at = days[[(day - plan.blocks[0].start).days for day in onsets]].sum() if onsets else 0.0
    return np.asarray(LOG_RATIOS * at - (prior.shape + len(onsets)) * np.log(prior.rate + years))


@cache
def _exposure(plan: Plan, blocks: int) -> tuple[Array, Array]:
    """The level of every day, and for every log ratio the years that count as so many on the usual course."""
    days = levels(plan, blocks)
    return days, np.array([float(np.exp(each * days).sum()) for each in LOG_RATIOS]) / DAYS_PER_YEAR


def levels(plan: Plan, blocks: int) -> Array:
    """How far the body is from the usual course (0) to the other (1), on every day of so many blocks."""
    half_life = max(plan.usual.half_life_days, plan.other.half_life_days)
    stays = 0.5 ** (1.0 / half_life) if half_life else 0.0
    found, level = [], 0.0
    for block in plan.blocks[:blocks]:
        goal = 1.0 if block.course == plan.other.name else 0.0
        for _ in range((block.stop - block.start).days):
            level = goal + (level - goal) * stays
            found.append(level)
    return np.array(found)


def _remarks(plan: Plan, pairs: int, outside: int, washing_out: int) -> tuple[str, ...]:
    said = []
    planned = len(plan.other_first)
    if pairs < planned:
        said.append(
            f"{pairs} of {planned} pairs are complete: the smallest p that they can give is {2.0 / 2**pairs:g}, and "
            f"a look before the end spends the error of the test."
        )
    if outside:
        said.append(f"{outside} onset{'s' * (outside > 1)} outside the complete pairs were left out.")
    if washing_out:
        said.append(
            f"{washing_out} onset{'s' * (washing_out > 1)} in days that are not counted: only the Bayesian ratio "
            f"uses them."
        )
    return tuple(said)
