"""Whether the intervals of ``history`` hold the truth as often as they say, by simulation.

A Bayesian interval holds the truth in 90 of 100 people whose true values come from its prior; for other people it can
do better or worse, and that is shown. An exact interval holds it at least as often whoever they are: counts are whole
numbers, so it is too wide, most of all where few attacks are expected. The mid-p interval is near 90 on average.
Clustered attacks break them all, and that is shown too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clarkson.history.conditional import mid_p_rate_interval, ratio_interval
from clarkson.history.duration import months_per_arm, months_per_arm_closed_form
from clarkson.history.effect import ratio_quantiles
from clarkson.history.graded import SHIFT_WORTH, SIZE_SPREAD, SPREAD_WORTH, Depth, graded_power, ratios
from clarkson.history.published import FLAT, PUBLISHED, UNPUBLISHED, Prior
from clarkson.history.rate import rate
from clarkson.history.regression_to_mean import SPELL_YEARS, no_effect, selected
from clarkson.history.trial import DAYS_PER_YEAR, Course, Person, plan
from clarkson.history.trial_analysis import analyse, levels

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Interval = Callable[..., tuple[float, float]]
OFF_YEARS, ON_YEARS = 3.0, 2.0
CLUSTERING = 0.5  # dispersion of the own rate from one half-year to the next, where attacks are made to cluster
_ENDS = np.array([0.05, 0.95])


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often a 90 % interval held the truth; ``below`` and ``above``: how often the truth lay outside, and where.

    ``holds`` says whether the interval's model is that of the people.
    """

    interval: str
    people_from: str
    holds: bool
    people: int
    held: float
    below: float
    above: float


def coverage(people: int = 10_000, seed: int = 1) -> tuple[Coverage, ...]:
    """Every interval, for people who are as it assumes and for people who are not.

    >>> found = coverage(100)
    >>> all(0.5 < each.held <= 1.0 for each in found if each.holds)
    True
    """
    random = np.random.default_rng(seed)
    return (
        *rate_coverage(people, random),
        *ratio_coverage(people, random),
        *regression_coverage(people, random),
        *graded_coverage(max(people // 5, 20), random),
        trial_coverage(max(people // 10, 20), random),
    )


def rate_coverage(people: int, random: np.random.Generator) -> tuple[Coverage, ...]:
    """Intervals of a rate over 3 years: exact (Garwood) and mid-p."""

    def garwood(attacks: int) -> tuple[float, float]:
        found = rate(attacks, OFF_YEARS)
        return found.low or 0.0, found.high or math.inf

    def mid(attacks: int) -> tuple[float, float]:
        return mid_p_rate_interval(attacks, OFF_YEARS)

    rows = []
    published = random.gamma(PUBLISHED.shape, 1.0 / PUBLISHED.rate, people)
    for words, rates, clustering in (
        ("1 attack a year", np.full(people, 1.0), 0.0),
        ("2.6 attacks a year", np.full(people, 2.6), 0.0),
        ("12 attacks a year", np.full(people, 12.0), 0.0),
        ("rates of the published prior", published, 0.0),
        ("rates of the published prior, clustered", published, CLUSTERING),
    ):
        counts = _counts(rates, OFF_YEARS, clustering, random)
        rows += [
            _row("rate, exact (Garwood)", words, not clustering, garwood, (counts,), rates),
            _row("rate, mid-p", words, not clustering, mid, (counts,), rates),
        ]
    return tuple(rows)


def ratio_coverage(people: int, random: np.random.Generator) -> tuple[Coverage, ...]:
    """Intervals of the rate ratio, 3 years off and 2 on treatment."""
    rows = []
    for words, drawn_from, ratio, clustering in (
        ("2.6 a year, ratio 1", None, 1.0, 0.0),
        ("2.6 a year, ratio 0.5", None, 0.5, 0.0),
        ("2.6 a year, ratio 0.1", None, 0.1, 0.0),
        ("published prior", PUBLISHED, None, 0.0),
        ("unpublished prior", UNPUBLISHED, None, 0.0),
        ("flat prior", FLAT, None, 0.0),
        ("published prior, clustered", PUBLISHED, None, CLUSTERING),
        ("2.6 a year, ratio 1, clustered", None, 1.0, CLUSTERING),
    ):
        if drawn_from is None:
            rates, truth = np.full(people, 2.6), np.full(people, ratio)
        else:
            rates, truth = _drawn(drawn_from, people, random)
        counts = (
            _counts(rates, OFF_YEARS, clustering, random),
            _counts(rates * truth, ON_YEARS, clustering, random),
        )
        for name, prior in (("exact", None), ("mid-p", None), ("published", PUBLISHED), ("flat", FLAT)):
            holds = not clustering and (prior is None or prior is drawn_from)
            rows.append(_row(f"ratio, {name}", words, holds, _ratio_interval(name, prior), counts, truth))
        if drawn_from is UNPUBLISHED:
            interval = _ratio_interval("unpublished", UNPUBLISHED)
            rows.append(_row("ratio, unpublished", words, True, interval, counts, truth))
    return tuple(rows)


def regression_coverage(people: int, random: np.random.Generator) -> tuple[Coverage, ...]:
    """What a useless treatment would show: 1 year before, 1 year after, people with an attack and people with three."""
    rates = random.gamma(PUBLISHED.shape, 1.0 / PUBLISHED.rate, people)
    rows = []
    for assumed, true in ((0.0, 0.0), (CLUSTERING, CLUSTERING), (0.0, CLUSTERING)):
        before, after = (_counts(rates, 1.0, true, random) for _ in range(2))
        for at_least in (1, 3):
            picked = before >= at_least
            words = f"published prior, {at_least} or more attacks before{', clustered' if true else ''}"
            name = f"chance and regression{', clustering assumed' if assumed else ''}"
            seen = after[picked] / before[picked]

            def interval(off: int, assumed: float = assumed) -> tuple[float, float]:
                found = no_effect(off, 1.0, 0, 1.0, clustering=assumed)
                return found.low or 0.0, found.high or 0.0

            rows.append(_row(name, words, assumed == true, interval, (before[picked],), seen))
    return tuple(rows)


def graded_coverage(people: int, random: np.random.Generator) -> tuple[Coverage, ...]:
    """Intervals of the ratios of excursions: frequency, size and both, 3 years off and 2 on."""
    rows = []
    for words, error in (("prior of the graded outcome", 0.0), ("the same, sizes measured with an error of 0.3", 0.3)):
        off_rates, on_rates = random.gamma(FLAT.shape, 1.0 / FLAT.rate, (2, people))
        spread = SIZE_SPREAD * np.sqrt(SPREAD_WORTH / random.chisquare(SPREAD_WORTH, people))
        shift = spread / math.sqrt(SHIFT_WORTH) * random.standard_normal(people)
        truth = np.stack([on_rates / off_rates, np.exp(shift), on_rates / off_rates * np.exp(shift)])
        off, on = random.poisson(off_rates * OFF_YEARS), random.poisson(on_rates * ON_YEARS)
        ends = np.empty((3, 2, people))
        for person in range(people):
            sizes = [
                [
                    Depth(float(math.exp(each)), error * float(math.exp(each)))
                    for each in middle + _spread(spread[person], error, count, random)
                ]
                for middle, count in ((0.0, off[person]), (shift[person], on[person]))
            ]
            for number, each in enumerate(ratios(sizes[0], OFF_YEARS, sizes[1], ON_YEARS)[:3]):
                ends[number, :, person] = each.low, each.high
        for number, name in enumerate(("frequency", "size", "severity-weighted rate")):
            rows.append(_found(f"graded, {name}", words, not error, ends[number], truth[number]))
    return tuple(rows)


def _spread(spread: float, error: float, count: int, random: np.random.Generator) -> Array:
    return np.asarray(spread * random.standard_normal(count) + error * random.standard_normal(count))


def trial_coverage(people: int, random: np.random.Generator) -> Coverage:
    """The Bayesian ratio with carry-over of a trial in one person: 6 pairs of half-years, half-life 25 days."""
    made = plan(
        Course("usual", ("IVIG",), 25.0),
        Course("other", ("IVIG",), 25.0),
        Person(3, 2.0, ("IVIG",)),
        start=date(2026, 1, 5),
        block_days=182,
        pairs=6,
        seed=1,
    )
    level = levels(made, len(made.blocks))
    rates, truth = _drawn(UNPUBLISHED, people, random)
    ends = np.empty((2, people))
    for person in range(people):
        attacks = random.poisson(rates[person] / DAYS_PER_YEAR * truth[person] ** level)
        onsets = [made.blocks[0].start + timedelta(days=int(day)) for day in np.repeat(np.arange(level.size), attacks)]
        found = analyse(made, onsets).ratio
        ends[:, person] = found.low, found.high
    return _found("trial, ratio with carry-over", "unpublished prior", True, ends, truth)


def _drawn(prior: Prior, people: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Rates off treatment and ratios from a prior."""
    rates = random.gamma(prior.shape, 1.0 / prior.rate, people)
    if prior.ratio is None:
        return rates, random.gamma(prior.shape, 1.0 / prior.rate, people) / rates
    nothing = random.random(people) < prior.ratio.no_effect
    logs = np.where(
        nothing,
        random.normal(0.0, prior.ratio.drift_sd, people),
        random.normal(prior.ratio.log_median, prior.ratio.log_sd, people),
    )
    return rates, np.exp(logs)


def _counts(rates: Array, years: float, clustering: float, random: np.random.Generator) -> Counts:
    """Attacks in so many years; clustered ones have a rate of their own in every half-year."""
    means = rates * years
    if clustering:
        size = max(1.0, years / SPELL_YEARS) / clustering
        means = means * random.gamma(size, 1.0 / size, rates.size)
    return np.asarray(random.poisson(means))


@cache
def _ratio_interval(name: str, prior: Prior | None) -> Interval:
    @cache
    def interval(off: int, on: int) -> tuple[float, float]:
        if prior is None:
            return ratio_interval(off, OFF_YEARS, on, ON_YEARS, mid_p=name == "mid-p") if off + on else (0.0, math.inf)
        low, high = ratio_quantiles(off, OFF_YEARS, on, ON_YEARS, prior, _ENDS)
        return float(low), float(high)

    return interval


def _row(name: str, words: str, holds: bool, interval: Interval, counts: tuple[Counts, ...], truth: Array) -> Coverage:
    """The interval is made once for every set of counts that was seen."""
    sets, person = np.unique(np.stack(counts, axis=1), axis=0, return_inverse=True)
    ends = np.array([interval(*(int(each) for each in one)) for one in sets])
    return _found(name, words, holds, ends[person.ravel()].T, truth)


def _found(name: str, words: str, holds: bool, ends: Array, truth: Array) -> Coverage:
    below, above = float(np.mean(truth < ends[0])), float(np.mean(truth > ends[1]))
    return Coverage(name, words, holds, truth.size, 1.0 - below - above, below, above)


Row = tuple[Any, ...]


def duration_rows() -> tuple[Row, ...]:
    """Attacks a year off treatment, then months per arm for ratios 0.1, 0.25, 0.5, 0.7: exact and closed form.

    >>> duration_rows()[1][:3]
    (2.6, 43, 37)
    """
    ratios = (0.1, 0.25, 0.5, 0.7)
    return tuple(
        (
            per_year,
            *(
                round(months(per_year, ratio))
                for ratio in ratios
                for months in (months_per_arm, months_per_arm_closed_form)
            ),
        )
        for per_year in (1.0, 2.6, 6.0, 12.0, 24.0)
    )


def regression_rows() -> tuple[Row, ...]:
    """Dispersion, picked by, years, share of people, attacks a year seen, expected, ratio of a useless treatment.

    >>> regression_rows()[0][-1]
    0.52
    """
    return tuple(
        (
            dispersion,
            at_least,
            years,
            round(found.share_of_people, 3),
            round(found.seen_per_year, 1),
            round(found.expected_per_year, 1),
            round(found.ratio, 2),
        )
        for dispersion, at_least, years in ((0.5, 3, 1.0), (1.0, 3, 1.0), (1.0, 2, 0.5))
        for found in (selected(1.0, dispersion, at_least, years),)
    )


def graded_power_rows(people: int = 1000) -> tuple[Row, ...]:
    """Ratio of frequency, ratio of size, then the power of counted attacks, counted excursions and weighted excursions.

    12 excursions a year, a fifth of them attacks, 2 years off and 2 on.

    >>> graded_power_rows(50)[0][:2]
    (1.0, 1.0)
    """
    rows = []
    for frequency, size in ((1.0, 1.0), (0.5, 1.0), (0.25, 1.0), (1.0, 0.5), (0.7, 0.7), (0.5, 0.5)):
        power = graded_power(12.0, 0.2, 2.0, frequency, size, people=people)
        rows.append((frequency, size, power.attacks, power.excursions, power.weighted))
    return tuple(rows)
