"""Assess a record: walk its draws in time order, each seen only with what came before it."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from clarkson.balance.balance import balance
from clarkson.balance.baseline import baseline
from clarkson.balance.observation import observe
from clarkson.balance.population import population
from clarkson.balance.sample import Sample, samples
from clarkson.errors import SettingError
from clarkson.record.record import Record
from clarkson.watch.assessment import DEFAULT_PRIOR, LEAK_VERDICTS, Assessed, Assessment
from clarkson.watch.context import Memory, context, signs
from clarkson.watch.mechanisms import Timing, mechanisms
from clarkson.watch.reading import believable, read
from clarkson.watch.reviewed import Reviewed
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
    draws = samples(record)
    steady = [each for each in draws if each.steady]
    past: list[tuple[Sample, Assessment]] = []
    for sample in (each for each in draws if not each.steady):
        level = _steady_before(record, sample.time, steady, past)
        past.append((sample, say(_review(record, sample, level, past, prior))))
    return Assessed(record, prior, tuple(each for _, each in past))


def _review(
    record: Record, sample: Sample, steady: list[Sample], past: list[tuple[Sample, Assessment]], prior: float
) -> Reviewed:
    person = baseline(population(record.sex, record.age_years), steady)
    memory = _memory(sample.time, past)
    around = context(record, sample.time, memory)
    without = ("total_protein",) if around.immunoglobulin else ()
    everything = observe(sample, person.mean, without=without)
    seen = believable(everything, person)
    odd = tuple(name for name in everything.analytes if name not in seen.analytes)
    before = _draw_before(sample, past)
    earlier = None if before is None else believable(observe(before, person.mean, without=without), person)
    timing = Timing(
        _days(before, sample) if before else 1.0,
        math.inf if person.newest is None else abs(sample.time - person.newest) / timedelta(days=1),
        memory.leak + memory.refill if memory else 0.0,
    )
    found = signs(record, sample, person)
    priors = around.priors(prior)
    reading = read(seen, person, earlier=earlier, timing=timing, signs=found, priors=priors, prior=prior)
    change = balance(seen, person)
    called = verdict(sample, reading, change, person, memory, record.age_years)
    return Reviewed(record, sample, person, seen, odd, timing, before, around, found, change, reading, called, prior)


def _days(first: Sample, second: Sample) -> float:
    return (second.time - first.time) / timedelta(days=1)


def _draw_before(sample: Sample, past: list[tuple[Sample, Assessment]]) -> Sample | None:
    """The newest draw of the last days that measured red cells, else the newest that measured protein."""
    recent = [each for each, _ in past if sample.time - each.time <= timedelta(days=EARLIER_DAYS)]
    with_red_cells = [each for each in recent if each.red_cells]
    candidates = with_red_cells or [each for each in recent if each.proteins]
    return candidates[-1] if candidates else None


def _memory(time: datetime, past: list[tuple[Sample, Assessment]]) -> Memory | None:
    """What the newest draw left, if a leak was at least possible in the last weeks."""
    recent = [each for each in past if time - each[0].time <= timedelta(days=RECOVERY_DAYS)]
    if not any(each.verdict in LEAK_VERDICTS for _, each in recent):
        return None
    sample, last = recent[-1]
    return Memory(last.probability, last.mechanisms["refill"], (time - sample.time) / timedelta(hours=1))


def _steady_before(
    record: Record, time: datetime, declared: list[Sample], past: list[tuple[Sample, Assessment]]
) -> list[Sample]:
    """Draws that tell the person's own level: declared ones, and older quiet ones outside attacks."""
    attacks = [each.time for each in record.events if each.kind == "attack" and each.time is not None]
    attacks += [each.time for _, each in past if each.verdict in LEAK_VERDICTS]
    quiet = [
        sample
        for sample, each in past
        if time - sample.time > timedelta(days=EARLIER_DAYS)
        and each.probability < POSSIBLE_AT
        and _lasting(each.mechanism)
        and not any(_disturbed(sample.time, attack) for attack in attacks)
    ]
    return [*declared, *quiet]


def _lasting(mechanism: str) -> bool:
    """Whether the draw shows the person's level of these weeks: steady, or a slow course."""
    found = mechanisms()[mechanism]
    return found.kind == "steady" or (found.kind == "other" and found.course == "slow")


def _disturbed(time: datetime, attack: datetime) -> bool:
    return attack - timedelta(days=BEFORE_ATTACK_DAYS) <= time <= attack + timedelta(days=RECOVERY_DAYS)
