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
WITHIN = 21  # points by which an interval between two occasions is described
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
    """The phase at a draw of the course.

    ``balances`` are those of the draws of these weeks up to it, ``attack_before`` is the newest attack. None where
    neither a leak nor its refill is possible and no attack came before.
    """
    shares, now = followed.mechanisms_at(place), followed.draws[place].time
    found: dict[Name, float] = {name: sum(shares[each] for each in families) for name, families in _FAMILIES.items()}
    likeliest = max(found, key=lambda name: found[name])
    quiet = 1.0 - sum(found.values())
    lately = attack_before is not None and now - attack_before <= timedelta(days=RECOVERED_FOR_DAYS)
    if lately and quiet > found[likeliest]:
        return Phase("recovered", quiet, None, None, None)
    if found[likeliest] < NAMED_FROM:
        return None
    name = likeliest
    if likeliest == "leak":
        early = all(each.V is None or each.V.median > math.log(1.0 - PLASMA_LOST) for each in balances)
        if shares["leak plateau"] > max(shares["leak"], shares["leak with fluids"]):
            name = "plateau"
        elif early and shares["leak"] > shares["leak with fluids"]:
            name = "prodrome"
    began_as = ("leak plateau",) if name == "plateau" else _FAMILIES[likeliest]
    median, low, high = _began(followed, place, began_as)
    return Phase(name, found[likeliest], median, low, high)


def _began(followed: Followed, place: int, families: tuple[str, ...]) -> tuple[datetime, datetime, datetime]:
    """Median and 90 % interval of when these families began, from their ages in the filter.

    What began between two occasions may have begun at any time between them.
    """
    occasion = int(followed.places[place])
    kept, shares, hours = followed.filtered, followed.mechanisms_at(place), followed.occasions.hours
    begun, weights = [], []
    for family in families:
        at = followed.watch.names.index(family)
        for age, share in zip(kept.age[occasion, at], kept.age_share[occasion, at], strict=True):
            start = hours[occasion] - age
            after = int(np.searchsorted(hours[: occasion + 1], start, side="right"))
            within = [start] if after in (0, occasion + 1) else np.linspace(hours[after - 1], hours[after], WITHIN)
            begun += list(within)
            weights += [shares[family] * share / len(within)] * len(within)
    order = np.argsort(begun)
    reached = np.cumsum(np.array(weights)[order]) / sum(weights)
    now = followed.draws[place].time
    low, median, high = (
        now
        + timedelta(
            hours=float(begun[order[min(int(np.searchsorted(reached, each)), len(order) - 1)]] - hours[occasion])
        )
        for each in (0.05, 0.5, 0.95)
    )
    return median, low, high
