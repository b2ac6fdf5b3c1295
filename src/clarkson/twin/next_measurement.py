"""Which test, at which hour, would tell most: the doubt that it is expected to take away.

Each draw is taken as the truth in turn: its result is drawn with the errors of a reading, and every draw is weighted by
how well it explains that result. What is left of the doubt, averaged over such truths, is what the test leaves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clarkson.analytes import analyte
from clarkson.body.person import Floats
from clarkson.twin.summary import PHASES, phase_of_draws
from clarkson.twin.twin import Twin
from clarkson.twin.what_is_seen import SEEN, errors, scaled

NEXT_HOURS = (0.0, 2.0, 6.0, 12.0, 24.0)


@dataclass(frozen=True, slots=True)
class Informative:
    """A test at an hour after the last result.

    plasma: share of the standard deviation of the plasma lost at that hour that it is expected to take away; phase: the
    same of the doubt (entropy) about the phase; bits: what both are worth together, by which tests are ranked.
    """

    analyte: str
    hours: float
    plasma: float
    phase: float
    bits: float


def next_measurements(twin: Twin, hours: Sequence[float] = NEXT_HOURS) -> tuple[Informative, ...]:
    """Every analyte at every hour, the most informative first."""
    future = twin.future
    random = np.random.default_rng(twin.seed)
    at = future.times[0] + np.array(hours)
    phase = phase_of_draws(twin, at)
    found = []
    for column, hour in enumerate(hours):
        place = round(hour)
        lost = future["plasma_volume_change"][:, place]
        for name in SEEN:
            found.append(_informative(name, hour, future[name][:, place], lost, phase[:, column], random))
    return tuple(sorted(found, key=lambda each: (-each.bits, each.hours, each.analyte)))


def _informative(
    name: str, hour: float, values: Floats, lost: Floats, phase: Floats, random: np.random.Generator
) -> Informative:
    alive = np.isfinite(values) & np.isfinite(lost)
    middle = scaled(name, values[alive])
    error = errors(name, float(np.median(values[alive])), analyte(name).usual_method).total
    seen = middle + error * random.standard_normal(len(middle))
    logs = -0.5 * np.square((seen[:, None] - middle[None]) / error)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    # The truth itself is left out: it would explain its own result too well where draws are few.
    np.fill_diagonal(weights, 0.0)
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)
    after = weights @ np.square(lost[alive]) - np.square(weights @ lost[alive])
    before = float(np.var(lost[alive]))
    left = float(np.mean(np.maximum(after, 0.0))) / before if before > 0.0 else 1.0
    shares = np.stack([phase[alive] == number for number in range(len(PHASES))], axis=1).astype(float)
    doubt = float(_entropy(shares.mean(axis=0)))
    rest = float(np.mean(_entropy(weights @ shares)))
    gained = max(doubt - rest, 0.0)
    bits = gained - 0.5 * math.log2(min(max(left, 1e-6), 1.0))
    return Informative(name, float(hour), max(1.0 - math.sqrt(left), 0.0), gained / doubt if doubt > 0.0 else 0.0, bits)


def _entropy(shares: Floats) -> Floats:
    """Entropy in bits over the last axis."""
    total: Floats = -np.where(shares > 0.0, shares * np.log2(np.maximum(shares, 1e-300)), 0.0).sum(axis=-1)
    return total
