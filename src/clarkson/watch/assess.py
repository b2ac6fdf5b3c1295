"""Assess a record: walk its draws in time order, each seen only with what came before it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from clarkson.balance.balance import Balance, balance
from clarkson.balance.baseline import baseline, with_draw
from clarkson.balance.observation import observe
from clarkson.balance.population import population
from clarkson.balance.sample import Sample, samples
from clarkson.errors import SettingError
from clarkson.record.record import Record
from clarkson.watch.assessment import DEFAULT_PRIOR, LEAK_VERDICTS, Assessed, Assessment
from clarkson.watch.context import context
from clarkson.watch.follow import Followed, follow
from clarkson.watch.forecast import forecast
from clarkson.watch.mechanisms import mechanisms
from clarkson.watch.odd import odd
from clarkson.watch.phase import phase
from clarkson.watch.reading import reading
from clarkson.watch.reviewed import Reviewed
from clarkson.watch.signs import signs
from clarkson.watch.verdict import POSSIBLE_AT, verdict
from clarkson.watch.words import say

EARLIER_DAYS = 14.0  # older draws belong to the baseline, newer ones to the course
RECOVERY_DAYS = 30.0  # after an attack blood is below the person's own level for weeks
BEFORE_ATTACK_DAYS = 3.0


def assess(record: Record, *, prior: float = DEFAULT_PRIOR) -> Assessed:
    """The assessment of every draw of a record.

    ``prior`` is the probability of a leak at any one draw before its results are seen.

    Raises
    ------
    SettingError
        ``prior`` is not between 0 and 1.

    >>> len(assess(Record("nobody")))
    0
    """
    if not 0.0 < prior < 1.0:
        raise SettingError(f"the prior must lie between 0 and 1 and is {prior:g}; 0.01 means 1 in 100")
    followed = follow(record, prior=prior)
    walk = _Walk(followed)
    return Assessed(record, prior, tuple(walk.step(place) for place in range(len(followed.draws))))


class _Walk:
    """What is remembered from draw to draw: the person's own level, and when a leak was possible."""

    def __init__(self, followed: Followed) -> None:
        record = followed.record
        self.followed = followed
        self.people = population(record.sex, record.age_years)
        self.person = baseline(self.people, [each for each in samples(record) if each.steady])
        self.own = {
            key: level for key in ("systolic_pressure", "heart_rate", "creatinine") if (level := self.person.level(key))
        }
        self.attacks = [each.time for each in record.events if each.kind == "attack" and each.time is not None]
        self.past: list[Reviewed] = []
        self.waiting = 0  # first draw of the past that is not yet old enough to tell the person's level

    def step(self, place: int) -> Assessment:
        sample = self.followed.draws[place]
        self._learn(sample.time)
        reviewed = self._review(sample, place)
        self.past.append(reviewed)
        if reviewed.verdict in LEAK_VERDICTS:
            self.attacks.append(sample.time)
        return say(reviewed)

    def _learn(self, now: datetime) -> None:
        """Older quiet draws outside attacks join the baseline."""
        while self.waiting < len(self.past):
            each = self.past[self.waiting]
            if now - each.sample.time <= timedelta(days=EARLIER_DAYS):
                return
            quiet = each.reading.probability < POSSIBLE_AT and _lasting(each.reading.most_probable())
            if quiet and not any(_disturbed(each.sample.time, attack) for attack in self.attacks):
                self.person = with_draw(self.person, each.sample)
            self.waiting += 1

    def _review(self, sample: Sample, place: int) -> Reviewed:
        record, person = self.followed.record, self.person
        around = context(record, sample.time)
        without = ("total_protein",) if around.immunoglobulin else ()
        left_out = odd(sample, self.people)
        seen = observe(sample, person.mean, without=(*without, *left_out))
        change = balance(seen, person)
        found = reading(self.followed, place)
        recent = [each for each in self.past if sample.time - each.sample.time <= timedelta(days=RECOVERY_DAYS)]
        leak_before = any(each.verdict in LEAK_VERDICTS for each in recent)
        called = verdict(sample, found, change, person, leak_before, record.age_years)
        return Reviewed(
            record=record,
            sample=sample,
            person=person,
            seen=seen,
            odd=left_out,
            days=math.inf if person.newest is None else abs(sample.time - person.newest) / timedelta(days=1),
            earlier_sample=self._draw_before(sample),
            context=around,
            signs=signs(record, sample, self.people, self.own),
            balance=change,
            reading=found,
            verdict=called,
            prior=self.followed.prior,
            phase=phase(self.followed, place, self._volumes(sample, change), attack_before=self._attack_before(sample)),
            forecast=forecast(self.followed, place, self.people),
        )

    def _volumes(self, sample: Sample, change: Balance) -> list[Balance]:
        """The balances of the last days and of this draw."""
        recent = [each for each in self.past if sample.time - each.sample.time <= timedelta(days=EARLIER_DAYS)]
        return [*(each.balance for each in recent), change]

    def _attack_before(self, sample: Sample) -> datetime | None:
        told = [each.time for each in self.followed.record.events if each.kind == "attack" and each.time is not None]
        called = [each.sample.time for each in self.past if each.verdict in ("leak", "leak masked by fluids")]
        return max((each for each in (*told, *called) if each <= sample.time), default=None)

    def _draw_before(self, sample: Sample) -> Sample | None:
        """The newest draw of the last days that measured red cells, else the newest that measured protein."""
        days = timedelta(days=EARLIER_DAYS)
        recent = [each.sample for each in self.past if sample.time - each.sample.time <= days]
        with_red_cells = [each for each in recent if each.red_cells]
        candidates = with_red_cells or [each for each in recent if each.proteins]
        return candidates[-1] if candidates else None


def _lasting(mechanism: str) -> bool:
    """Whether the draw shows the person's level of these weeks: steady, or a slow course."""
    found = mechanisms()[mechanism]
    return found.kind == "steady" or (found.kind == "other" and found.slow)


def _disturbed(time: datetime, attack: datetime) -> bool:
    return attack - timedelta(days=BEFORE_ATTACK_DAYS) <= time <= attack + timedelta(days=RECOVERY_DAYS)
