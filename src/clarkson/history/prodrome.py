"""The prodrome: which symptoms came before attacks in this person, and how often they came without one.

Two questions. How often was the symptom followed by an attack (of its episodes)? And how much more often does it stand
in the days before an attack than in other days (the likelihood ratio, which can be set beside any prior)? Every share
has the prior Beta(1/2, 1/2), so three of three is never "always". What is published stands beside it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from clarkson.balance.balance import Estimate
from clarkson.engine.shares import likely_shares, share_quantiles
from clarkson.history.history import History, Span

LEVEL = 0.90
WITHIN_DAYS = 3.0
"""How soon an attack must follow: the prodrome lasts 6 to 12 h (Wu 2019), 1 to 2 days (PMC3089932); a day of margin."""
AFTER_ONSET_DAYS = 14.0
"""After an onset symptoms belong to the attack and its refill (3 to 15 days, UCLouvain)."""
FEW = 3  # fewer attacks, or episodes, than this are called few (assumption)
GRID = 400


@dataclass(frozen=True, slots=True)
class Symptom:
    """A symptom of the prodrome: its words, and what is published of it."""

    name: str
    words: tuple[str, ...]
    published: str


SYMPTOMS = (
    Symptom(
        "flu-like illness or muscle pain",
        ("flu", "flu-like", "myalgia", "muscle pain", "muscle aches", "aching", "rhinorrhea", "runny nose", "cold"),
        "at the onset in 56 % (14 of 25 people, Kapoor 2010); before it in 34 % (Eo 2018)",
    ),
    Symptom(
        "tiredness",
        ("tired", "tiredness", "fatigue", "malaise", "weakness", "exhaustion", "exhausted"),
        "growing malaise 6 to 12 h before (12 people, 66 attacks, Wu 2019); no number",
    ),
    Symptom(
        "dizziness on standing",
        ("dizzy", "dizziness", "lightheaded", "lightheadedness", "faint", "fainted", "syncope"),
        "6 to 12 h before (Wu 2019); no number",
    ),
    Symptom(
        "little urine", ("oliguria", "anuria", "little urine", "no urine"), "6 to 12 h before (Wu 2019); no number"
    ),
    Symptom("thirst", ("thirst", "thirsty", "extreme thirst"), "named as an early sign (NORD); no number"),
    Symptom(
        "nausea or belly pain",
        ("nausea", "nauseous", "vomiting", "abdominal pain", "belly pain", "stomach pain", "diarrhea", "diarrhoea"),
        "named as early signs (NORD; PMC3089932); no number",
    ),
    Symptom("weight gain", ("weight gain", "gained weight"), "1 to 2 days before (PMC3089932); no number"),
    Symptom(
        "swelling",
        ("swelling", "swollen", "edema", "oedema", "puffy"),
        "in 65 % of published attacks, not said whether before them (Eo 2018)",
    ),
)
NOT_PUBLISHED = "nothing published as a sign before attacks"


@dataclass(frozen=True, slots=True)
class Prodrome:
    """One symptom in one person.

    ``followed`` of ``episodes`` had an attack within ``within_days``; ``preceded`` of ``attacks`` had the symptom
    before them; ``quiet_with`` of ``quiet_windows`` of the same length without an attack had it. ``follows`` is the
    probability that an attack follows, ``likelihood_ratio`` how much more often it stands before an attack; None where
    no time could tell. Medians with 90 % intervals.
    """

    symptom: str
    within_days: float
    episodes: int
    followed: int
    attacks: int
    preceded: int
    quiet_windows: int
    quiet_with: int
    follows: Estimate | None
    likelihood_ratio: Estimate | None
    published: str
    words: str


def prodrome(history: History, *, within_days: float = WITHIN_DAYS) -> tuple[Prodrome, ...]:
    """Every symptom that the history holds, the most telling first.

    >>> prodrome(History("nobody"))
    ()
    """
    found: dict[str, tuple[str, list[datetime]]] = {}
    for event in history.symptoms:
        if event.time is not None:
            for name, published in _names(event.text):
                found.setdefault(name, (published, []))[1].append(event.time)
    said = [
        _of_symptom(history, name, published, sorted(times), timedelta(days=within_days))
        for name, (published, times) in found.items()
    ]
    return tuple(sorted(said, key=lambda each: -(each.likelihood_ratio.low if each.likelihood_ratio else 0.0)))


def _names(text: str) -> list[tuple[str, str]]:
    """The symptoms that a text names; one that is not known goes by its own words."""
    known = [(each.name, each.published) for each in SYMPTOMS if _named(each.words, text)]
    return known or [(text.strip().lower(), NOT_PUBLISHED)]


def _named(words: Sequence[str], text: str) -> bool:
    return re.search(rf"\b(?:{'|'.join(map(re.escape, words))})\b", text, re.IGNORECASE) is not None


def _of_symptom(history: History, name: str, published: str, times: Sequence[datetime], within: timedelta) -> Prodrome:
    onsets = sorted(each.onset for each in history.attacks)
    after = timedelta(days=AFTER_ONSET_DAYS)
    before = [each for each in times if not any(onset <= each < onset + after for onset in onsets)]
    episodes = [
        each
        for each in _episodes(before, within)
        if any(span.start <= each[0] and each[-1] + within <= span.stop for span in history.watched)
        or any(each[0] < onset <= each[-1] + within for onset in onsets)
    ]
    followed = sum(any(each[0] < onset <= each[-1] + within for onset in onsets) for each in episodes)
    judged = [onset for onset in onsets if _seen_before(history.watched, onset, within)]
    preceded = sum(any(onset - within <= each < onset for each in before) for onset in judged)
    quiet = _quiet_windows(history.watched, onsets, within)
    quiet_with = sum(any(window.start <= each < window.stop for each in before) for window in quiet)
    follows = share(followed, len(episodes)) if episodes else None
    ratio = ratio_of_shares(preceded, len(judged), quiet_with, len(quiet)) if judged and quiet else None
    days = f"{within / timedelta(days=1):g} days"
    words = _words(name, days, (followed, len(episodes)), (preceded, len(judged)), (quiet_with, len(quiet)), ratio)
    return Prodrome(
        name,
        within / timedelta(days=1),
        len(episodes),
        followed,
        len(judged),
        preceded,
        len(quiet),
        quiet_with,
        follows,
        ratio,
        published,
        words,
    )


def _episodes(times: Sequence[datetime], within: timedelta) -> list[list[datetime]]:
    """Entries that follow each other within the window are one episode."""
    found: list[list[datetime]] = []
    for time in times:
        if found and time - found[-1][-1] <= within:
            found[-1].append(time)
        else:
            found.append([time])
    return found


def _seen_before(watched: Sequence[Span], onset: datetime, within: timedelta) -> bool:
    return any(span.start <= onset - within and onset <= span.stop for span in watched)


def _quiet_windows(watched: Sequence[Span], onsets: Sequence[datetime], within: timedelta) -> list[Span]:
    """Watched time without an attack, its prodrome and its refill, in windows laid end to end."""
    after = timedelta(days=AFTER_ONSET_DAYS)
    found = []
    for span in watched:
        start = span.start
        for onset in (*(each for each in onsets if span.start <= each < span.stop), None):
            stop = span.stop if onset is None else onset - within
            while start + within <= stop:
                found.append(Span(start, start + within))
                start += within
            if onset is not None:
                start = max(start, onset + after)
    return found


def share(yes: int, of: int) -> Estimate:
    """The share that stands behind so many of so many: median and 90 % interval of its beta distribution.

    >>> each = share(3, 3)
    >>> round(each.low, 2), round(each.median, 2)
    (0.56, 0.93)
    """
    tail = (1.0 - LEVEL) / 2.0
    low, middle, high = share_quantiles(yes, of, [tail, 0.5, 1.0 - tail])
    return Estimate(float(middle), float(low), float(high))


def ratio_of_shares(yes: int, of: int, other_yes: int, other_of: int) -> Estimate:
    """One share divided by another: median and 90 % interval, both with the beta prior.

    >>> each = ratio_of_shares(4, 5, 10, 100)
    >>> each.low < 8.0 < each.high
    True
    """
    ratios = likely_shares(yes, of, GRID)[:, None] / likely_shares(other_yes, other_of, GRID)[None]
    tail = (1.0 - LEVEL) / 2.0
    low, middle, high = np.quantile(ratios, [tail, 0.5, 1.0 - tail])
    return Estimate(float(middle), float(low), float(high))


def _words(
    name: str,
    days: str,
    followed: tuple[int, int],
    preceded: tuple[int, int],
    quiet: tuple[int, int],
    ratio: Estimate | None,
) -> str:
    counts = (
        f"{name}: {followed[0]} of {followed[1]} episodes were followed by an attack within {days}; before "
        f"{preceded[0]} of {preceded[1]} attacks, and in {quiet[0]} of {quiet[1]} windows of {days} without one"
    )
    if ratio is None:
        return f"{counts}. Too few to tell: no attack, or no other time, was watched."
    numbers = f"{_two(ratio.median)} (90 % interval {_two(ratio.low)} to {_two(ratio.high)})"
    few = " Few attacks: the interval is wide." if preceded[1] < FEW else ""
    if ratio.low > 1.0:
        return f"{counts}. It speaks for an attack to come: likelihood ratio {numbers}.{few}"
    if ratio.high < 1.0:
        return f"{counts}. It is rarer before attacks: likelihood ratio {numbers}.{few}"
    return f"{counts}. It tells little: likelihood ratio {numbers}.{few}"


def _two(value: float) -> str:
    return f"{value:.2g}" if value < 100.0 else f"{value:.0f}"
