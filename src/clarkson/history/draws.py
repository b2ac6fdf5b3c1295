"""The draws of years: does plasma leak at each, and how much is missing.

The probability is that of the watch with what was known at the draw. In hindsight a leak that an infection set off is
often taken for part of the inflammation, so later draws are not asked. V and D are measured against the person's own
level of that time: the quiet draws around it, before and after, so that a level that drifts is no excursion.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clarkson.balance.balance import Balance, balance
from clarkson.balance.baseline import Baseline, baseline
from clarkson.balance.observation import observe
from clarkson.balance.population import population
from clarkson.balance.sample import Sample, samples
from clarkson.record.record import Record
from clarkson.watch.assess import BEFORE_ATTACK_DAYS, RECOVERY_DAYS
from clarkson.watch.assessment import DEFAULT_PRIOR
from clarkson.watch.context import IMMUNOGLOBULIN_DAYS
from clarkson.watch.follow import Followed, follow
from clarkson.watch.mechanisms import mechanisms
from clarkson.watch.odd import odd
from clarkson.watch.verdict import LEAK_AT, POSSIBLE_AT

LEVEL_STEP = 6
"""The level moves on every so many quiet draws, and rests on three times as many. Assumption: their mean then varies a
quarter as much as one draw, and a draw among them hides a twentieth of its own excursion."""


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw: the probability of a leak, and its balance against the level of that time.

    ``quiet`` draws show the person's own level; ``spoilt`` ones are another person's or of no use.
    """

    sample: Sample
    leak: float
    quiet: bool
    spoilt: bool
    balance: Balance

    @property
    def time(self) -> datetime:
        """When it was drawn."""
        return self.sample.time

    @property
    def leaks(self) -> bool:
        """Whether a leak is probable, and red cells were measured."""
        return not self.spoilt and bool(self.sample.red_cells) and self.leak >= LEAK_AT

    @property
    def whole(self) -> bool:
        """Whether red cells and protein were both measured: with one of them nobody can call a leak."""
        return bool(self.sample.red_cells and self.sample.proteins)


def draws(record: Record) -> tuple[Draw, ...]:
    """Every draw of a record that is not declared steady, in time order.

    >>> draws(Record("nobody"))
    ()
    """
    followed = follow(record, prior=DEFAULT_PRIOR)
    if not followed.draws:
        return ()
    spoilt = followed.probabilities[:, -1] >= LEAK_AT
    leak = followed.leak
    possible = [each.time for each, at in zip(followed.draws, leak, strict=True) if at >= POSSIBLE_AT]
    entered = [each.time for each in record.events if each.kind == "attack" and each.time is not None]
    attacks = sorted([*possible, *entered])
    quiet = [
        bool(each.red_cells or each.proteins)
        and not strange
        and at < POSSIBLE_AT
        and _lasting(followed, place)
        and not _disturbed(each.time, attacks)
        for place, (each, at, strange) in enumerate(zip(followed.draws, leak, spoilt, strict=True))
    ]
    levels = _Levels(record, [each for each, still in zip(followed.draws, quiet, strict=True) if still])
    return tuple(
        Draw(each, float(at), still, bool(strange), levels.balance(each))
        for each, at, still, strange in zip(followed.draws, leak, quiet, spoilt, strict=True)
    )


def _lasting(followed: Followed, place: int) -> bool:
    """Whether a draw shows the person's level of these weeks: steady, or a slow course."""
    likeliest = mechanisms()[followed.names[int(followed.probabilities[place].argmax())]]
    return likeliest.kind == "steady" or (likeliest.kind == "other" and likeliest.slow)


def _disturbed(time: datetime, attacks: Sequence[datetime]) -> bool:
    """Whether an attack was so near that the draw does not show the person's own level; ``attacks`` are sorted."""
    place = bisect(attacks, time + timedelta(days=BEFORE_ATTACK_DAYS))
    return place > 0 and time - attacks[place - 1] <= timedelta(days=RECOVERY_DAYS)


class _Levels:
    """The person's own level at any time, from the quiet draws around it."""

    def __init__(self, record: Record, quiet: Sequence[Sample]) -> None:
        self.people = population(record.sex, record.age_years)
        self.declared = [each for each in samples(record) if each.steady]
        self.quiet = quiet
        self.times = [each.time for each in quiet]
        self.infusions = sorted(each.start for each in record.doses if each.kind == "immunoglobulin")
        self.known: dict[int, Baseline] = {}

    def balance(self, sample: Sample) -> Balance:
        """The balance of a draw against the level of its time."""
        person = self._level(bisect(self.times, sample.time) // LEVEL_STEP)
        place = bisect(self.infusions, sample.time)
        raised = place > 0 and sample.time - self.infusions[place - 1] <= timedelta(days=IMMUNOGLOBULIN_DAYS)
        without = (*odd(sample, self.people), *(("total_protein",) if raised else ()))
        return balance(observe(sample, person.mean, without=without), person)

    def _level(self, step: int) -> Baseline:
        if step not in self.known:
            around = self.quiet[LEVEL_STEP * max(step - 1, 0) : LEVEL_STEP * (step + 2)]
            self.known[step] = baseline(self.people, [*self.declared, *around])
        return self.known[step]
