"""Virtual trials with a known effect: what each method of comparing treatments makes of them.

People have attacks by chance, each at a rate of their own, more of them in winter; then they begin a treatment that
prevents a known share of the attacks (each attack that would come is struck out with that chance, so the rate ratio is
exact for any course). It begins at a date that has nothing to do with attacks (the diagnosis); or after the first bad
spell since that date, as in life; or after the first bad spell of all, with nothing but good time before.

The courses come from a declared generator, or from the simulator's natural histories.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from clarkson.history.attacks import Attack
from clarkson.history.cohort_rows import Rows, rows_of
from clarkson.history.conditional import ratio_interval
from clarkson.history.exposures import Exposure
from clarkson.history.history import YEAR, History, Span
from clarkson.history.published import PUBLISHED
from clarkson.history.recurrent import ANDERSEN_GILL, NEGATIVE_BINOMIAL, RateRatio, andersen_gill, negative_binomial
from clarkson.history.self_controlled import WITH_WINDOW, WITHOUT_WINDOW, self_controlled
from clarkson.simulate.history import natural_history
from clarkson.simulate.infections import YEAR_H, Infections

Floats = NDArray[np.float64]
Start = Literal["at random", "after a bad spell", "after the first bad spell"]
Courses = Callable[[int, np.random.Generator], list[Floats]]

RATIOS = (1.0, 0.5, 0.2)
SIZES = (12, 40, 120)
STARTS: tuple[Start, ...] = ("at random", "after a bad spell", "after the first bad spell")
SIMULATED_STARTS = STARTS[:2]
TRIALS = {12: 100, 40: 100, 120: 50}
"""Trials of each kind by people: a share of 90 % is then known within 5 (12, 40) or 7 points (120), 90 % interval."""
SIMULATED_SIZE = 40
YEARS = 5.0
WINTER = 0.6  # the season of the simulator's infections
WINDOW_YEARS = 0.5
"""A bad spell is two attacks within half a year; the window before a start is as long (assumption)."""
BAD = 2
DELAY_YEARS = 30.0 / 365.25
"""From the attack that was too much to the first dose (assumption)."""
FIRST_YEAR = 1.0
"""Watched before a diagnosis at least; twice as much after it."""

SIMULATED_PEOPLE = 16
SIMULATED_INFECTIONS = (1.0, 3.0, 8.0)
"""Infections per year of three groups of simulated people, so that they differ in their rates (assumption)."""

FROM = datetime(2000, 1, 1, tzinfo=UTC)  # midwinter, as hour 0 of the simulator
TREATMENT = "immunoglobulin"
NAIVE = "before and after"
DROPPED = "; qualifying attacks dropped"
"""As ``history.periods.compared`` does: the attacks that led to the treatment go, the wait before them stays."""
METHODS = (
    *(f"{name}{how}" for name in (NAIVE, ANDERSEN_GILL, NEGATIVE_BINOMIAL) for how in ("", DROPPED)),
    *(WITHOUT_WINDOW, f"{WITHOUT_WINDOW}{DROPPED}", WITH_WINDOW),
)


@dataclass(frozen=True, slots=True)
class Score:
    """One method on one kind of trial.

    ``median`` is the median ratio found, ``cover`` the share of intervals that hold the truth, ``below`` the share that
    lie wholly below 1 (a finding that the treatment helps), ``told`` the share of trials that gave an interval.
    """

    start: Start
    ratio: float
    people: int
    method: str
    trials: int
    median: float
    cover: float
    below: float
    told: float


def generated(people: int, random: np.random.Generator) -> list[Floats]:
    """Onsets in years of people whose rates are Gamma as in the published series; the season is the simulator's."""
    rates = random.gamma(PUBLISHED.shape, 1.0 / PUBLISHED.rate, people)
    return [_seasonal(rate, random) for rate in rates]


def _seasonal(rate: float, random: np.random.Generator) -> Floats:
    """Onsets in [0, YEARS) of a Poisson process with a winter peak."""
    highest = rate * (1.0 + WINTER)
    at = np.sort(random.uniform(0.0, YEARS, random.poisson(highest * YEARS)))
    return np.asarray(at[random.uniform(0.0, highest, len(at)) < rate * (1.0 + WINTER * np.cos(2.0 * np.pi * at))])


@cache
def bank() -> tuple[Floats, ...]:
    """Onsets in years of simulated people without prophylaxis, a group for each rate of infections."""
    found = []
    for seed, per_year in enumerate(SIMULATED_INFECTIONS):
        lives = natural_history(
            "attack", YEARS, n=SIMULATED_PEOPLE, seed=seed, infections=Infections(per_year=per_year)
        )
        found += [np.array([attack.onset for attack in each.attacks]) / YEAR_H for each in lives.outcomes]
    return tuple(found)


def simulated(people: int, random: np.random.Generator) -> list[Floats]:
    """Onsets of people drawn from the simulator's natural histories, with replacement."""
    return [bank()[place] for place in random.integers(0, len(bank()), people)]


def trial(
    people: int, ratio: float, start: Start, random: np.random.Generator, courses: Courses = generated
) -> tuple[History, ...]:
    """The histories of the people of one virtual trial.

    >>> len(trial(12, 0.5, "at random", np.random.default_rng(1)))
    12
    """
    found = []
    for number, would_be in enumerate(courses(people, random)):
        begun = _begun(would_be, start, random)
        kept = (would_be < begun) | (random.uniform(size=len(would_be)) < ratio)
        attacks = tuple(Attack(_time(onset), _time(onset), "entered") for onset in would_be[kept].tolist())
        given = () if begun >= YEARS else (Exposure(TREATMENT, "immunoglobulin", _time(begun)),)
        found.append(History(f"{number}", None, (Span(FROM, _time(YEARS)),), attacks, given))
    return tuple(found)


def _time(years: float) -> datetime:
    return FROM + years * YEAR


def _begun(onsets: Floats, start: Start, random: np.random.Generator) -> float:
    """When a person begins treatment, YEARS if never."""
    diagnosed = float(random.uniform(FIRST_YEAR, YEARS - 2.0 * FIRST_YEAR))
    if start == "at random":
        return diagnosed
    since = 0.0 if start == "after the first bad spell" else diagnosed
    spells = onsets[BAD - 1 :][onsets[BAD - 1 :] - onsets[: len(onsets) - BAD + 1] <= WINDOW_YEARS]
    begun = spells[spells >= since][:1] + DELAY_YEARS
    return float(begun[0]) if len(begun) and begun[0] < YEARS else YEARS


def methods(people: Sequence[History]) -> dict[str, RateRatio]:
    """What each method says of the people of a trial."""
    rows, dropped = (rows_of(people, TREATMENT, drop_qualifying=drop) for drop in (False, True))
    return {
        NAIVE: before_and_after(rows, NAIVE),
        f"{NAIVE}{DROPPED}": before_and_after(dropped, f"{NAIVE}{DROPPED}"),
        ANDERSEN_GILL: andersen_gill(rows),
        f"{ANDERSEN_GILL}{DROPPED}": andersen_gill(dropped),
        NEGATIVE_BINOMIAL: negative_binomial(rows),
        f"{NEGATIVE_BINOMIAL}{DROPPED}": negative_binomial(dropped),
        WITHOUT_WINDOW: self_controlled(rows, window=False),
        WITH_WINDOW: self_controlled(rows),
        f"{WITHOUT_WINDOW}{DROPPED}": self_controlled(dropped, window=False),
    }


def before_and_after(rows: Rows, method: str) -> RateRatio:
    """Attacks per year on treatment against those before it, of the people who began it; as if all were one person."""
    own = rows.only(np.isin(rows.person, rows.person[rows.treated]))
    off, on = (int(own.event[side].sum()) for side in (~own.treated, own.treated))
    off_years, on_years = (float(own.years[side].sum()) for side in (~own.treated, own.treated))
    if not (off + on) or not off_years or not on_years:
        return RateRatio(method, None, 0.0, np.inf, own.people, off + on, None, "nothing to compare")
    low, high = ratio_interval(off, off_years, on, on_years)
    ratio = (on / on_years) / (off / off_years) if off else np.inf
    return RateRatio(method, ratio, low, high, own.people, off + on)


def scores(
    start: Start, ratio: float, people: int, *, trials: int, seed: int = 0, courses: Courses = generated
) -> tuple[Score, ...]:
    """Every method on so many trials of one kind."""
    random = np.random.default_rng([seed, people, round(100 * ratio), STARTS.index(start)])
    runs = [methods(trial(people, ratio, start, random, courses)) for _ in range(trials)]
    return tuple(_score(start, ratio, people, name, [each[name] for each in runs]) for name in METHODS)


def _score(start: Start, ratio: float, people: int, method: str, found: Sequence[RateRatio]) -> Score:
    told = [each for each in found if each.ratio is not None]
    middle = float(np.median([each.ratio for each in told if each.ratio is not None])) if told else float("nan")
    cover = float(np.mean([each.low <= ratio <= each.high for each in told])) if told else float("nan")
    below = float(np.mean([each.high < 1.0 for each in told])) if told else float("nan")
    return Score(start, ratio, people, method, len(found), middle, cover, below, len(told) / len(found))


def virtual_trials(*, say: Callable[[str], None] = lambda _: None) -> tuple[Score, ...]:
    """Every start, effect and size with the declared generator."""
    found: list[Score] = []
    for start in STARTS:
        for people in SIZES:
            say(f"virtual trials of {people} people, treatment begun {start}")
            for ratio in RATIOS:
                found += scores(start, ratio, people, trials=TRIALS[people])
    return tuple(found)


def simulated_trials(*, say: Callable[[str], None] = lambda _: None) -> tuple[Score, ...]:
    """The same with courses of the simulator, one size, without the hopeless start."""
    say("virtual trials with natural histories of simulated people")
    found: list[Score] = []
    for start in SIMULATED_STARTS:
        for ratio in RATIOS:
            count = TRIALS[SIMULATED_SIZE]
            found += scores(start, ratio, SIMULATED_SIZE, trials=count, courses=simulated)
    return tuple(found)
