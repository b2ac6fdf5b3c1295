"""What else the record says around a draw: doses and symptoms, and how they move what one expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

from clarkson.record.record import Dose, DoseKind, Record
from clarkson.watch.mechanisms import mechanisms

FLUID_HOURS = 48.0
INFUSION_HOURS = 48.0
IMMUNOGLOBULIN_DAYS = 14.0  # hemolysis appears 5 to 10 days after IVIG; protein stays raised longer
TRANSFUSION_DAYS = 14.0
SYMPTOM_HOURS = 72.0
# How much likelier a recorded dose makes the mechanism that it causes (assumptions).
FLUIDS_RAISE = {"leak with fluids": 4.0, "fluid": 3.0}
ALBUMIN_RAISES = {"albumin infusion": 50.0}
RED_CELLS_RAISE = {"transfusion": 50.0}
IMMUNOGLOBULIN_RAISES = {"immunoglobulin window": 50.0}
RAISED = (FLUIDS_RAISE, ALBUMIN_RAISES, RED_CELLS_RAISE, IMMUNOGLOBULIN_RAISES)
# A symptom of the last days makes every illness likelier than a steady state; it hardly says which (assumption).
SYMPTOMS_RAISE = {"leak": 1.0, "refill": 1.0, "other": 2.0, "steady": 1.0}
SYMPTOMS_RAISE_LEAK = 2.0


@dataclass(frozen=True, slots=True)
class Context:
    """Doses near a draw, and whether there were symptoms in the days before."""

    fluid_ml: float | None
    fluids: tuple[Dose, ...]
    albumin: tuple[Dose, ...]
    red_cells: tuple[Dose, ...]
    immunoglobulin: tuple[Dose, ...]
    symptoms: tuple[str, ...]

    def priors(self, prior: float) -> Mapping[str, float]:
        """The probability of each mechanism before the results of the draw; they sum to one.

        ``prior`` is that of a leak without any symptom.
        """
        given = tuple(map(bool, (self.fluids, self.albumin, self.red_cells, self.immunoglobulin)))
        return _priors(prior, given, bool(self.symptoms))


@lru_cache(maxsize=256)
def _priors(prior: float, given: tuple[bool, ...], symptoms: bool) -> Mapping[str, float]:
    weights = {name: each.weight for name, each in mechanisms().items()}
    for there, raised in zip(given, RAISED, strict=True):
        for name, factor in raised.items() if there else ():
            weights[name] *= factor
    odds = prior / (1.0 - prior)
    if symptoms:
        odds *= SYMPTOMS_RAISE_LEAK
        weights = {name: weight * SYMPTOMS_RAISE[mechanisms()[name].kind] for name, weight in weights.items()}
    # In their order: the sum of a set would hang on the process.
    leaks = [name for name, each in mechanisms().items() if each.kind == "leak"]
    among_leaks = sum(weights[name] for name in leaks)
    among_rest = sum(weights.values()) - among_leaks
    return MappingProxyType(
        {
            name: (odds * weight / among_leaks if name in leaks else weight / among_rest) / (1.0 + odds)
            for name, weight in weights.items()
        }
    )


def _given(doses: Sequence[Dose], kinds: tuple[DoseKind, ...], time: datetime, hours: float) -> tuple[Dose, ...]:
    first = time - timedelta(hours=hours)
    return tuple(each for each in doses if each.kind in kinds and (each.end or each.start) >= first)


def context(record: Record, time: datetime) -> Context:
    """What the record says around ``time``."""
    doses = [each for each in record.doses if not each.lasting and each.start <= time]
    fluids = _given(doses, ("crystalloid", "colloid", "plasma"), time, FLUID_HOURS)
    known = [each.volume_ml for each in fluids if each.volume_ml is not None]
    symptoms = tuple(
        each.text
        for each in record.events
        if each.kind == "symptom"
        and each.time is not None
        and time - timedelta(hours=SYMPTOM_HOURS) <= each.time <= time
    )
    return Context(
        sum(known) if known else None,
        fluids,
        _given(doses, ("albumin",), time, INFUSION_HOURS),
        _given(doses, ("red cells",), time, TRANSFUSION_DAYS * 24.0),
        _given(doses, ("immunoglobulin",), time, IMMUNOGLOBULIN_DAYS * 24.0),
        symptoms,
    )
