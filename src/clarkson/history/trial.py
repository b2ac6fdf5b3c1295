"""A trial in one person: two courses of treatment in blocks, their order drawn by lot, the analysis fixed beforehand.

Blocks come in pairs, one of each course; which comes first is drawn for every pair. The first part of every block,
three half-lives of the slower drug, is not counted: what was given before still acts. No block is ever planned that
leaves a person without the prophylaxis that they need: such plans are refused with the reason. What is left compares
doses, intervals and additions. A plan is on paper: a physician and an ethics committee decide.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from clarkson.errors import SettingError, TrialRefusedError
from clarkson.history.published import no_prophylaxis_survival, published_name, withdrawal_survival
from clarkson.history.randomised_pairs import TrialPower, trial_power

HALF_LIVES = 3  # time not counted: an eighth is left. IgG of 3 to 4 weeks: 9 to 12 weeks
SEVERE_GRADE = 3  # life-threatening in spite of intravenous fluid
DAYS_PER_YEAR = 365.25
LONGEST_PAIRS = 12  # every order is looked at: 4,096
WHO_DECIDES = (
    "This is a plan on paper. Whether it may be done, a physician and an ethics committee decide; it stops when they "
    "say so, or the person does."
)
ALLOWED = "Two doses, two intervals or an addition to the prophylaxis that goes on can be compared."
NO_PROOF = "Few people and no proof of the cause, but too much to risk."
RATIOS = (0.1, 0.25, 0.5)  # true ratios for which the power is printed


@dataclass(frozen=True, slots=True)
class Course:
    """One of the two courses: its name, what is given in it against attacks (all of it), and the slowest half-life."""

    name: str
    given: tuple[str, ...]
    half_life_days: float


@dataclass(frozen=True, slots=True)
class Person:
    """What decides whether a trial may be planned.

    ``worst_grade`` of any attack (1 to 4, None: unknown), attacks per year now, and the prophylaxis that is taken or
    was.
    """

    worst_grade: int | None
    attacks_per_year: float
    prophylaxis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its course, its first day, the first day that is counted, and the day after its last."""

    course: str
    start: date
    counted_from: date
    stop: date


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: the calendar and the analysis. ``fingerprint`` shows later that neither was changed.

    ``other_first`` says for every pair whether the other course comes first. ``smallest_p`` is the smallest two-sided p
    that so many pairs can give. ``power`` is for each true ratio of ``RATIOS``.
    """

    usual: Course
    other: Course
    blocks: tuple[Block, ...]
    other_first: tuple[bool, ...]
    counted_days: int
    seed: int
    smallest_p: float
    power: tuple[TrialPower, ...]
    analysis: tuple[str, ...]
    verdict: str
    fingerprint: str


def plan(usual: Course, other: Course, person: Person, *, start: date, block_days: int, pairs: int, seed: int) -> Plan:
    """A randomised plan, or the reason why there is none.

    Raises
    ------
    TrialRefusedError
        An arm would withhold what the person needs, or the blocks are too short for the drugs.
    SettingError
        A number is impossible.

    >>> every = {weeks: Course(f"every {weeks} weeks", ("IVIG 1 g/kg",), 25.0) for weeks in (3, 4)}
    >>> severe = Person(3, 2.0, ("IVIG",))
    >>> made = plan(every[4], every[3], severe, start=date(2026, 1, 5), block_days=182, pairs=6, seed=7)
    >>> len(made.blocks), made.smallest_p
    (12, 0.03125)
    """
    _check(usual, other, person, block_days, pairs)
    reasons = refusals(usual, other, person, block_days=block_days)
    if reasons:
        raise TrialRefusedError(" ".join(("No trial is planned.", *reasons, ALLOWED, WHO_DECIDES)))
    waiting = _waiting_days(usual, other)
    order = random.Random(seed)
    other_first = tuple(order.random() < 0.5 for _ in range(pairs))
    courses = [name for first in other_first for name in _order(usual.name, other.name, first)]
    blocks = []
    for number, name in enumerate(courses):
        begin = start + timedelta(days=number * block_days)
        blocks.append(Block(name, begin, begin + timedelta(days=waiting), begin + timedelta(days=block_days)))
    counted = block_days - waiting
    expected = person.attacks_per_year * counted / DAYS_PER_YEAR
    power = tuple(trial_power(expected, ratio, pairs) for ratio in RATIOS)
    analysis = _analysis(usual, other, pairs, waiting)
    return Plan(
        usual,
        other,
        tuple(blocks),
        other_first,
        counted,
        seed,
        2.0 / 2**pairs,
        power,
        analysis,
        _verdict(power, expected * 2 * pairs, len(blocks) * block_days),
        fingerprint(usual, other, tuple(blocks), analysis),
    )


def fingerprint(usual: Course, other: Course, blocks: tuple[Block, ...], analysis: tuple[str, ...]) -> str:
    """SHA-256 of what a plan fixes beforehand.

    >>> len(fingerprint(Course("a", (), 0.0), Course("b", (), 0.0), (), ()))
    64
    """
    return hashlib.sha256(repr((usual, other, blocks, analysis)).encode()).hexdigest()


def refusals(usual: Course, other: Course, person: Person, *, block_days: int) -> tuple[str, ...]:
    """Why a trial is refused, as sentences; none where it may be planned.

    >>> nothing, ivig = Course("nothing", (), 0.0), Course("IVIG", ("IVIG",), 25.0)
    >>> refusals(ivig, nothing, Person(1, 1.0, ()), block_days=365)
    ()
    >>> len(refusals(ivig, nothing, Person(None, 1.0, ()), block_days=365))
    1
    """
    said = []
    withdrawn, never, source = withdrawal_survival()
    for name in dict.fromkeys(known for each in person.prophylaxis if (known := published_name(each))):
        without = [course.name for course in (usual, other) if name not in _published(course)]
        if without:
            said.append(
                f"'{without[0]}' leaves out {name}, which this person takes or took: of people whose immunoglobulins "
                f"were withdrawn {withdrawn} % lived after 10 years, of the others {never} % ({_short(source)}). "
                f"{NO_PROOF}"
            )
    bare = [course.name for course in (usual, other) if not _published(course)]
    if bare and (person.worst_grade is None or person.worst_grade >= SEVERE_GRADE):
        without_percent, with_percent, source = no_prophylaxis_survival()
        grade = "of unknown grade" if person.worst_grade is None else f"of grade {person.worst_grade}"
        said.append(
            f"'{bare[0]}' holds no prophylaxis with a published series, and this person had an attack {grade}: in "
            f"the registry {without_percent} % lived after 5 years without prophylaxis, {with_percent} % with it "
            f"({_short(source)}). {NO_PROOF}"
        )
    waiting = _waiting_days(usual, other)
    if 2 * waiting > block_days:
        said.append(
            f"{waiting} days of every block are not counted, because what was given before still acts ({HALF_LIVES} "
            f"half-lives): that is more than half of a block of {block_days} days. Blocks of {2 * waiting} days or "
            "more would do."
        )
    return tuple(said)


def _published(course: Course) -> set[str]:
    return {known for each in course.given if (known := published_name(each))}


def _short(source: str) -> str:
    return source.split(",")[0]


def _waiting_days(usual: Course, other: Course) -> int:
    return round(HALF_LIVES * max(usual.half_life_days, other.half_life_days))


def _order(usual: str, other: str, other_first: bool) -> tuple[str, str]:
    return (other, usual) if other_first else (usual, other)


def _check(usual: Course, other: Course, person: Person, block_days: int, pairs: int) -> None:
    if not 1 <= pairs <= LONGEST_PAIRS or block_days < 1:
        raise SettingError(f"a trial has 1 to {LONGEST_PAIRS} pairs of blocks of at least a day, and this has {pairs}")
    if usual.name == other.name:
        raise SettingError(f"both courses are called '{usual.name}'; give them different names")
    if min(usual.half_life_days, other.half_life_days) < 0.0 or not person.attacks_per_year > 0.0:
        raise SettingError("a half-life is 0 or more days, and the attacks per year are above 0")


def _analysis(usual: Course, other: Course, pairs: int, waiting: int) -> tuple[str, ...]:
    return (
        f"Outcome: onsets of attacks in the counted days; the first {waiting} days of every block are not counted.",
        f"Statistic: attacks on '{other.name}' less attacks on '{usual.name}', over complete pairs.",
        f"Test: randomisation, two-sided, over all {2**pairs} orders that the lot could have given; 5 %.",
        "Beside it: the rate ratio given the attacks of every pair together (exact, mid-p, 90 %), and a Bayesian "
        "rate ratio over all days in which the level moves to that of the new course with the half-life.",
        "It is analysed once, at the end. Whoever looks earlier spends the error of the test.",
    )


def _verdict(power: Sequence[TrialPower], expected: float, days: int) -> str:
    years = days / DAYS_PER_YEAR
    begin = f"{years:.1f} years, about {expected:.0f} attacks expected in the counted days without any effect. "
    said = ", ".join(f"{each.power:.0%} if attacks fall to {each.ratio:g} times".replace("%", " %") for each in power)
    middle = power[1].power
    if middle < 0.5:
        judged = "Hopeless for anything but near-total suppression: " if power[0].power >= 0.8 else "Hopeless: "
        return begin + judged + f"the chance to tell is {said}."
    return begin + f"The chance to tell is {said}."
