"""The phase of an attack at a draw, and since when, by the one definition of ``docs/attack.md``."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from clarkson.balance.balance import Balance
from clarkson.body.attack import PLASMA_LOST
from clarkson.watch.follow import Followed

Name = Literal["prodrome", "leak", "plateau", "refill", "recovered", "chronic"]
_FAMILIES: dict[Name, tuple[str, ...]] = {
    "leak": ("leak", "leak plateau", "leak with fluids"),
    "chronic": ("chronic leak",),
    "refill": ("refill",),
}
NAMED_FROM = 0.10  # a phase is named only where a leak or its refill is at least possible
RECOVERED_FOR_DAYS = 60.0  # so long after an attack a steady person is called recovered


@dataclass(frozen=True, slots=True)
class Phase:
    """The likeliest phase with its probability, and when it began: median and 90 % interval, None where unknown."""

    name: Name
    probability: float
    since: datetime | None
    since_low: datetime | None
    since_high: datetime | None


def phase(followed: Followed, place: int, balances: list[Balance], *, attack_before: datetime | None) -> Phase | None:
    """The phase at a draw of the course; ``balances`` are those of the draws up to it, ``attack_before`` the newest attack.

    None where neither a leak nor its refill is possible and no attack came before.
    """
    shares = followed.mechanisms_at(place)
    found = {name: sum(shares[each] for each in families) for name, families in _FAMILIES.items()}
    likeliest = max(found, key=lambda name: found[name])
    if found[likeliest] < NAMED_FROM:
        now = followed.draws[place].time
        if attack_before is None or now - attack_before > timedelta(days=RECOVERED_FOR_DAYS):
            return None
        return Phase("recovered", 1.0 - sum(found.values()), None, None, None)
    name = likeliest
    if likeliest == "leak":
        early = all(each.V is None or each.V.median > math.log(1.0 - PLASMA_LOST) for each in balances)
        if shares["leak plateau"] > max(shares["leak"], shares["leak with fluids"]):
            name = "plateau"
        elif early and shares["leak"] > shares["leak with fluids"]:
            name = "prodrome"
    median, low, high = _began(followed, place, _FAMILIES[likeliest])
    return Phase(name, found[likeliest], median, low, high)


def _began(followed: Followed, place: int, families: tuple[str, ...]) -> tuple[datetime, datetime, datetime]:
    """Median and 90 % interval of when these families began, from their ages in the filter."""
    occasion = int(followed.places[place])
    kept, shares = followed.filtered, followed.mechanisms_at(place)
    places = [followed.watch.names.index(each) for each in families]
    ages = kept.age[occasion][places].ravel()
    weights = np.concatenate(
        [shares[each] * kept.age_share[occasion][at] for each, at in zip(families, places, strict=True)]
    )
    order = np.argsort(ages)
    reached = np.cumsum(weights[order]) / weights.sum()
    hours = [float(ages[order][min(np.searchsorted(reached, each), len(ages) - 1)]) for each in (0.5, 0.95, 0.05)]
    now = followed.draws[place].time
    median, earliest, latest = (now - timedelta(hours=each) for each in hours)
    return median, earliest, latest
