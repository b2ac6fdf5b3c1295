"""What else the record says around a draw: doses, signs, the draw before, a recent leak."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from clarkson.balance.baseline import Baseline
from clarkson.balance.sample import Sample
from clarkson.record.record import Dose, DoseKind, Record
from clarkson.watch.mechanisms import mechanisms

FLUID_HOURS = 48.0
INFUSION_HOURS = 48.0
IMMUNOGLOBULIN_DAYS = 14.0  # hemolysis appears 5 to 10 days after IVIG; protein stays raised longer
TRANSFUSION_DAYS = 14.0
WEIGHT_MEMORY_DAYS = 90.0
LEAK_LASTS_HOURS = 48.0  # 24-36 h (Wu 2019), 1-4 days (PMC3089932)
REFILL_LASTS_HOURS = 240.0  # 48 h to 1 week (Wu 2019), 3-15 days
LOWEST_CRP = 0.3  # mg/L; below it laboratories print what they like
# How much likelier a recorded dose makes the mechanism that it causes (assumptions).
FLUIDS_RAISE = {"leak with fluids": 4.0, "fluid": 3.0}
ALBUMIN_RAISES = {"albumin infusion": 50.0}
RED_CELLS_RAISE = {"transfusion": 50.0}
IMMUNOGLOBULIN_RAISES = {"immunoglobulin window": 50.0}


@dataclass(frozen=True, slots=True)
class Memory:
    """A leak was at least possible: the probabilities of leak and refill at the draw before, and the hours since."""

    leak: float
    refill: float
    hours: float


@dataclass(frozen=True, slots=True)
class Context:
    """Doses near a draw, and what the draw before left in memory."""

    fluid_ml: float | None
    fluids: tuple[Dose, ...]
    albumin: tuple[Dose, ...]
    red_cells: tuple[Dose, ...]
    immunoglobulin: tuple[Dose, ...]
    memory: Memory | None

    def priors(self, prior: float) -> dict[str, float]:
        """The probability of each mechanism before the draw: they sum to one.

        ``prior`` is that of a leak out of the blue. A leak that was probable hours ago goes on, or has
        turned into the refill, which itself lasts for days.
        """
        leaking = returning = 0.0
        if self.memory is not None:
            goes_on = math.exp(-self.memory.hours / LEAK_LASTS_HOURS)
            stays = math.exp(-self.memory.hours / REFILL_LASTS_HOURS)
            leaking = self.memory.leak * goes_on
            returning = self.memory.leak * (1.0 - goes_on) * stays + self.memory.refill * stays
        leaking += (1.0 - leaking - returning) * prior
        rest = 1.0 - leaking - returning
        weights = self._weights()
        leaks = {name for name, each in mechanisms().items() if each.kind == "leak"}
        among_leaks = sum(weights[name] for name in leaks)
        among_rest = sum(weights.values()) - among_leaks
        found = {
            name: leaking * weight / among_leaks if name in leaks else rest * weight / among_rest
            for name, weight in weights.items()
        }
        found["refill"] += returning
        return found

    def _weights(self) -> dict[str, float]:
        weights = {name: each.weight for name, each in mechanisms().items()}
        for given, raised in (
            (self.fluids, FLUIDS_RAISE),
            (self.albumin, ALBUMIN_RAISES),
            (self.red_cells, RED_CELLS_RAISE),
            (self.immunoglobulin, IMMUNOGLOBULIN_RAISES),
        ):
            for name, factor in raised.items() if given else ():
                weights[name] *= factor
        return weights


def _given(record: Record, kinds: tuple[DoseKind, ...], time: datetime, hours: float) -> tuple[Dose, ...]:
    first = time - timedelta(hours=hours)
    return tuple(
        each for each in record.doses if each.kind in kinds and each.start <= time and (each.end or each.start) >= first
    )


def context(record: Record, time: datetime, memory: Memory | None) -> Context:
    """What the record says around ``time``."""
    fluids = _given(record, ("crystalloid", "colloid", "plasma"), time, FLUID_HOURS)
    known = [each.volume_ml for each in fluids if each.volume_ml is not None]
    return Context(
        sum(known) if known else None,
        fluids,
        _given(record, ("albumin",), time, INFUSION_HOURS),
        _given(record, ("red cells",), time, TRANSFUSION_DAYS * 24.0),
        _given(record, ("immunoglobulin",), time, IMMUNOGLOBULIN_DAYS * 24.0),
        memory,
    )


def signs(record: Record, sample: Sample, person: Baseline) -> Mapping[str, float]:
    """The weak signs of a draw in the units of ``mechanisms.toml``."""
    found: dict[str, float] = {}
    for sign, analyte, expected in (
        ("systolic", "systolic_pressure", person.population.systolic_pressure),
        ("heart_rate", "heart_rate", person.population.heart_rate),
        ("creatinine", "creatinine", person.population.creatinine),
    ):
        value = sample.value(analyte)
        if value:
            found[sign] = math.log(value / (person.level(analyte) or expected))
    change = weight_change(record, sample)
    if change is not None:
        found["weight"] = change
    crp = sample.value("crp")
    if crp is not None:
        found["crp"] = math.log(max(crp, LOWEST_CRP))
    lactate = sample.value("lactate")
    if lactate:
        found["lactate"] = math.log(lactate)
    urine = sample.value("urine_protein_creatinine")
    if urine:
        found["urine_protein"] = math.log(urine)
    return found


def weight_change(record: Record, sample: Sample) -> float | None:
    """Log change of body weight against earlier days, or None.

    Of the two newest earlier weights the nearer counts, so that one slip makes no change.
    """
    now = sample.value("weight")
    if not now:
        return None
    first = sample.time - timedelta(days=WEIGHT_MEMORY_DAYS)
    last = sample.time - timedelta(hours=12)
    before = [each for each in record.results if each.analyte == "weight" and first <= each.time <= last]
    changes = [math.log(now / each.value) for each in before[-2:]]
    return min(changes, key=abs) if changes else None
