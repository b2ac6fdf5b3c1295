"""The body with the water in it: what each place holds beyond rest, over time, and how full it is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from clarkson.body.person import Floats
from clarkson.report.twin_scenarios import short
from clarkson.twin.summary import bands, together
from clarkson.twin.twin import Twin

EVERY_H = 3.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where water can be: the output, its name, the litres at which it is drawn full, and decimals worth printing."""

    output: str
    name: str
    full: float
    digits: int


PLACES = (
    Place("edema_face", "face", 0.6, 2),
    Place("edema_arms_legs", "arms and legs", 6.0, 1),
    Place("edema_abdomen", "abdominal wall and organs", 1.0, 2),
    Place("edema_lung", "lungs", 0.5, 2),
    Place("pleural_fluid", "pleura", 1.5, 2),
    Place("peritoneal_fluid", "peritoneum", 3.0, 2),
    Place("pericardial_fluid", "around the heart", 0.3, 2),
)
"""Litres at which a place is drawn full are a choice of this figure."""


def body_figure(twin: Twin) -> dict[str, Any]:
    """Hours from the last result, litres beyond rest by place, and the plasma over that at rest: median and 90 %.

    ``now`` is the place of the last result among the hours.
    """
    times, plasma = together(twin.past, twin.future, "plasma_volume_change")
    wanted = np.concatenate([np.arange(-EVERY_H * (twin.now_h // EVERY_H), 0.0, EVERY_H),
                             np.arange(0.0, times[-1] - twin.now_h + 0.1, EVERY_H)])  # fmt: skip
    at = np.abs(times[None] - twin.now_h - wanted[:, None]).argmin(axis=1)

    def ends(values: Floats) -> list[list[float | None]]:
        found = bands(values[:, at])
        return [[short(value) for value in found[:, column]] for column in (0, 3, 4)]

    places = []
    for place in PLACES:
        litres = together(twin.past, twin.future, place.output)[1]
        places.append(
            {
                "output": place.output,
                "name": place.name,
                "full": place.full,
                "digits": place.digits,
                "litres": ends(litres - litres[:, :1]),
            }
        )
    return {
        "hours": wanted.tolist(),
        "now": int(np.flatnonzero(wanted == 0.0)[0]),
        "places": places,
        "plasma": ends(100.0 * (1.0 + plasma)),
    }


def fullness(litres: float | None, full: float) -> float:
    """How strongly a place is coloured, 0 to 1: by the root of its litres, so that a little shows.

    >>> fullness(1.5, 6.0), fullness(-0.2, 6.0), fullness(None, 6.0)
    (0.5, 0.0, 0.0)
    """
    return round(math.sqrt(min(max((litres or 0.0) / full, 0.0), 1.0)), 3)
