"""Triggers: was something more often there before the attacks than at other times of the same person?

A case-crossover (Maclure 1991): the hazard window before each attack is set against windows of the same length of the
same person in the same quarter of a year, so that neither the person nor the season can make a difference. The odds
ratio is the conditional one, with its exact interval; no person is too small for it, and "too few" is an answer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from clarkson.errors import SettingError
from clarkson.history.history import History
from clarkson.record.record import Event

Floats = NDArray[np.float64]

LEVEL = 0.90
FEWEST_SETS = 3  # with fewer attacks that can tell, an odds ratio is not worth its number (assumption)
QUARTER_DAYS = 91.3125
AFTER_ATTACK_DAYS = 14.0
"""Time after an onset that is no comparison: the attack itself changes what one does (refill ends within 2 weeks)."""
LOG_LIMIT = 12.0
HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Trigger:
    """What could set off an attack: the words that name it, and when before an attack it is looked for.

    It counts if it happened in the ``window_days`` that end ``gap_days`` before the onset.
    """

    name: str
    words: tuple[str, ...]
    window_days: float
    gap_days: float = 0.0
    source: str = ""

    def named_in(self, text: str) -> bool:
        """Whether one of its words stands in a text.

        >>> TRIGGERS[0].named_in("Influenza A"), TRIGGERS[0].named_in("more fluid")
        (True, False)
        """
        words = "|".join(re.escape(each) for each in self.words)
        return re.search(rf"\b(?:{words})\b", text, re.IGNORECASE) is not None


TRIGGERS = (
    Trigger(
        "infection",
        (
            *(
                "infection",
                "infections",
                "flu",
                "influenza",
                "a cold",
                "common cold",
                "covid",
                "covid-19",
                "virus",
                "viral",
            ),
            *("fever", "bronchitis", "sinusitis", "gastroenteritis", "pneumonia", "sore throat"),
        ),
        14.0,
        2.0,
        "attacks follow a flu-like illness in 34 % (Eo 2018) to 56 % (Kapoor 2010); the prodrome of 1 to 2 days looks "
        "like one and is left out; window: assumption",
    ),
    Trigger(
        "exercise",
        ("exercise", "exertion", "running", "ran", "marathon", "workout", "training", "sport", "hike", "hiking"),
        3.0,
        source="intense exertion is named as rare trigger; one attack 3 days after a strenuous run; window: assumption",
    ),
    Trigger(
        "travel",
        ("travel", "travelled", "traveled", "flight", "journey", "trip"),
        7.0,
        source="no frequency is published; window: assumption",
    ),
    Trigger(
        "menses",
        ("menses", "menstruation", "menstrual", "perimenstrual", "period began"),
        5.0,
        source="attacks around menses are described without a number (Orphanet); window: assumption",
    ),
    Trigger(
        "vaccination",
        ("vaccine", "vaccinated", "vaccination", "jab", "booster"),
        7.0,
        source="attacks within days of a COVID-19 vaccine (Matheny 2021); window: assumption",
    ),
)


@dataclass(frozen=True, slots=True)
class MatchedSet:
    """One attack: whether its hazard window held the trigger, and how many of its comparison windows did."""

    exposed: bool
    comparisons: int
    exposed_comparisons: int

    @property
    def tells(self) -> bool:
        """Whether some windows held the trigger and some did not."""
        held = self.exposed_comparisons + self.exposed
        return 0 < held <= self.comparisons


@dataclass(frozen=True, slots=True)
class Triggered:
    """What attacks say of one trigger.

    ``odds_ratio`` has the exact 90 % interval ``low`` to ``high``; None where too few attacks can tell, and ``words``
    says so.
    """

    trigger: Trigger
    attacks: int
    preceded: int
    windows: int
    windows_with: int
    tell: int
    odds_ratio: float | None
    low: float
    high: float
    words: str


def triggers(histories: Sequence[History], known: Sequence[Trigger] = TRIGGERS) -> tuple[Triggered, ...]:
    """Every trigger, in one person or pooled over people. Only watched time counts.

    >>> triggers([])[0].words
    'infection: too few: no attack has a comparison in watched time'
    """
    return tuple(_triggered(each, [found for person in histories for found in matched(person, each)]) for each in known)


def matched(person: History, trigger: Trigger) -> tuple[MatchedSet, ...]:
    """The matched set of each attack whose hazard window and at least one comparison were watched."""
    times = _times(person, trigger)
    onsets = sorted(each.onset for each in person.attacks)
    found = []
    for onset in onsets:
        if not _watched(person, _window(onset, trigger)):
            continue
        others = [each for each in onsets if each != onset]
        ends = [end for end in _comparisons(onset, trigger) if _comparable(person, end, trigger, (*others, onset))]
        if ends:
            held = sum(_holds(times, _window(end, trigger)) for end in ends)
            found.append(MatchedSet(_holds(times, _window(onset, trigger)), len(ends), held))
    return tuple(found)


def _times(person: History, trigger: Trigger) -> list[datetime]:
    """When the trigger happened; infections have their own place in a history."""
    own: tuple[Event, ...] = person.infections if trigger.name == "infection" else ()
    named = [each for each in person.triggers if trigger.named_in(each.text)]
    return sorted({each.time for each in (*own, *named) if each.time is not None})


def _window(end: datetime, trigger: Trigger) -> tuple[datetime, datetime]:
    stop = end - timedelta(days=trigger.gap_days)
    return stop - timedelta(days=trigger.window_days), stop


def _holds(times: Sequence[datetime], window: tuple[datetime, datetime]) -> bool:
    return any(window[0] <= time < window[1] for time in times)


def _watched(person: History, window: tuple[datetime, datetime]) -> bool:
    return any(span.start <= window[0] and window[1] <= span.stop for span in person.watched)


def _comparisons(onset: datetime, trigger: Trigger) -> Iterator[datetime]:
    """Moments whole windows before and after the onset, in the same quarter of the same year, fixed beforehand."""
    step = timedelta(days=trigger.window_days)
    reach = math.ceil(QUARTER_DAYS / trigger.window_days)
    for number in (*range(-reach, 0), *range(1, reach + 1)):
        end = onset + number * step
        if _quarter(end) == _quarter(onset):
            yield end


def _quarter(time: datetime) -> tuple[int, int]:
    start = time.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return time.year, min(int((time - start) / timedelta(days=QUARTER_DAYS)), 3)


def _comparable(person: History, end: datetime, trigger: Trigger, onsets: Sequence[datetime]) -> bool:
    """Watched, and no part of it is an attack, the time after one, or the hazard window of another."""
    start, stop = _window(end, trigger)
    after = timedelta(days=AFTER_ATTACK_DAYS)
    in_attack = any(start < onset + after and onset < end for onset in onsets)
    hazard = any(start < _window(onset, trigger)[1] and _window(onset, trigger)[0] < stop for onset in onsets)
    return _watched(person, (start, max(stop, end))) and not in_attack and not hazard


def _triggered(trigger: Trigger, sets: Sequence[MatchedSet]) -> Triggered:
    telling = [each for each in sets if each.tells]
    preceded, windows = sum(each.exposed for each in sets), sum(each.comparisons for each in sets)
    windows_with = sum(each.exposed_comparisons for each in sets)
    ratio, low, high = odds_ratio(sets) if len(telling) >= FEWEST_SETS else (None, 0.0, math.inf)
    seen = (
        f"before {preceded} of {len(sets)} attacks, and in {windows_with} of {windows} windows of the same length at "
        "other times"
    )
    if not sets:
        words = f"{trigger.name}: too few: no attack has a comparison in watched time"
    elif ratio is None:
        words = f"{trigger.name}: too few to tell: {seen}"
    else:
        words = f"{trigger.name}: {seen}; odds ratio {_number(ratio)} (90 % interval {_number(low)} to {_number(high)})"
    return Triggered(trigger, len(sets), preceded, windows, windows_with, len(telling), ratio, low, high, words)


def _number(value: float) -> str:
    return "without limit" if math.isinf(value) else f"{value:.2g}"


def odds_ratio(sets: Sequence[MatchedSet]) -> tuple[float, float, float]:
    """Conditional odds ratio with its exact 90 % interval; 0 or infinite where all telling attacks agree.

    Given how many windows of a set held the trigger, m of M + 1, that of the attack did with probability
    r m / (r m + M + 1 - m). The number of attacks with it is a sum of such throws; its distribution is exact. With one
    comparison each this is McNemar's exact test.

    Raises
    ------
    SettingError
        No set can tell.

    >>> pairs = [MatchedSet(True, 1, 0)] * 8 + [MatchedSet(False, 1, 1)] * 2
    >>> [round(each, 2) for each in odds_ratio(pairs)]
    [4.0, 0.97, 26.2]
    """
    telling = [each for each in sets if each.tells]
    if not telling:
        raise SettingError("no attack can tell: in every set all windows held the trigger, or none")
    held = np.array([each.exposed_comparisons + each.exposed for each in telling], dtype=float)
    odds = held / (np.array([each.comparisons + 1 for each in telling]) - held)
    seen = sum(each.exposed for each in telling)

    def shares(log_ratio: float) -> Floats:
        return np.asarray(1.0 / (1.0 + 1.0 / (math.exp(log_ratio) * odds)), dtype=float)

    tail = (1.0 - LEVEL) / 2.0
    ratio = _where(lambda at: float(shares(at).sum()) - seen)
    low = _where(lambda at: float(_sum_of_throws(shares(at))[seen:].sum()) - tail) if seen else -math.inf
    high = (
        _where(lambda at: tail - float(_sum_of_throws(shares(at))[: seen + 1].sum()))
        if seen < len(telling)
        else math.inf
    )
    one_sided = {0: 0.0, len(telling): math.inf}
    return one_sided.get(seen, math.exp(ratio)), math.exp(low), math.exp(high)


def _sum_of_throws(chances: Floats) -> Floats:
    """Distribution of how many of independent throws with these chances come true."""
    total = np.ones(1)
    for chance in chances:
        total = np.convolve(total, (1.0 - chance, chance))
    return total


def _where(rising: Callable[[float], float]) -> float:
    """Log ratio at which a rising function is 0, by bisection."""
    below, above = -LOG_LIMIT, LOG_LIMIT
    for _ in range(HALVINGS):
        middle = 0.5 * (below + above)
        below, above = (middle, above) if rising(middle) < 0.0 else (below, middle)
    return 0.5 * (below + above)
