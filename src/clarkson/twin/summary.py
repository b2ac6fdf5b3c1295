"""What the twin says in one look: how much is gone, where it is, what phase it is, and what threatens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from clarkson.body.attack import PLASMA_BACK, attacks
from clarkson.body.person import Floats
from clarkson.twin.twin import Courses, Twin

PHASES = ("no attack", "leak begun", "leak", "plateau", "refill", "over")
"""By the definition of ``body.attack``: gaps open and less than 10 % lost; losing; still open after the worst; closed
and coming back; back to within 5 % with the water gone."""


@dataclass(frozen=True, slots=True)
class Band:
    """A median with its 50 and 90 % intervals."""

    median: float
    low_50: float
    high_50: float
    low_90: float
    high_90: float


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named quantity now: ``factor`` and ``digits`` say how it is printed in ``unit``."""

    name: str
    what: str
    unit: str
    band: Band
    factor: float = 1.0
    digits: int = 0


@dataclass(frozen=True, slots=True)
class Threat:
    """The probability that a threshold is crossed in the hours ahead if care goes on as it has."""

    name: str
    what: str
    threshold: str
    now: float
    ahead: float


@dataclass(frozen=True, slots=True)
class Summary:
    """``quantities`` at the last result; ``phases``: probability of each; hours count from the last result.

    ``not_alive``: share of the bodies that the model does not keep alive in the hours ahead (a proxy).
    """

    quantities: tuple[Quantity, ...]
    phases: Mapping[str, float]
    threats: tuple[Threat, ...]
    not_alive: float
    leaks: Mapping[int, float]
    hours_ahead: float

    def __getitem__(self, name: str) -> Band:
        """The band of a quantity by its name."""
        return next(each.band for each in self.quantities if each.name == name)


@dataclass(frozen=True, slots=True)
class Danger:
    """An output whose crossing of a threshold is dangerous, by a sign: +1 above it, −1 below it."""

    name: str
    what: str
    threshold: str
    output: str
    at: float
    sign: float


DANGERS = (
    Danger("lung edema", "interstitial lung edema", "lung water above 1.4 times rest", "swelling_lung", 1.4, 1.0),
    Danger("flooded lung", "alveolar lung edema", "lung water above 2 times rest", "swelling_lung", 2.0, 1.0),
    Danger(
        "compartment",
        "raised compartment pressure",
        "within 30 mmHg of the diastolic pressure",
        "compartment_margin",
        30.0,
        -1.0,
    ),
    Danger("low pressure", "low arterial pressure", "mean pressure below 65 mmHg", "mean_pressure", 65.0, -1.0),
    Danger("low output", "low cardiac output", "below 60 % of rest", "output_share", 0.6, -1.0),
)
"""Lung water of 1.4 (interstitial) and 2 times (alveolar): registry of the body. Compartment: McQueen and Court-Brown,
J Bone Joint Surg Br 1996. Mean pressure of 65 mmHg: Surviving Sepsis 2021. Output: assumption."""


def band(values: Floats) -> Band:
    """Median and intervals of draws (n,); those that failed are left out.

    >>> band(np.arange(101.0)).high_90
    95.0
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return Band(*([float("nan")] * 5))
    low_90, low_50, middle, high_50, high_90 = (
        float(each) for each in np.quantile(known, [0.05, 0.25, 0.5, 0.75, 0.95])
    )
    return Band(middle, low_50, high_50, low_90, high_90)


def bands(values: Floats) -> Floats:
    """The same of a course (n, T): (T, 5) in the order of ``Band``, NaN where every draw failed.

    >>> bands(np.arange(101.0)[:, None]).tolist()
    [[50.0, 25.0, 75.0, 5.0, 95.0]]
    """
    found = np.full((values.shape[1], 5), np.nan)
    known = np.isfinite(values).any(axis=0)
    found[known] = np.nanquantile(values[:, known], [0.5, 0.25, 0.75, 0.05, 0.95], axis=0).T
    return found


def summary(twin: Twin) -> Summary:
    """The twin in numbers, at the last result and in the hours ahead."""
    past, future = twin.past, twin.future
    return Summary(
        tuple(_quantities(twin, past, future)),
        phases(twin),
        tuple(_threat(each, future) for each in DANGERS),
        1.0 - float(future.lives.mean()),
        {member.leaks: member.probability for member in twin.members},
        float(future.times[-1] - future.times[0]),
    )


def _quantities(twin: Twin, past: Courses, future: Courses) -> Sequence[Quantity]:
    def now(output: str) -> Floats:
        return past[output][:, -1]

    def gained(output: str) -> Floats:
        return past[output][:, -1] - past[output][:, 0]

    lost = -past["plasma_volume_change"]
    rest_ml = 1000.0 * past["plasma_volume"][:, 0]
    found = [
        Quantity("plasma_lost", "plasma missing", "%", band(lost[:, -1]), 100.0),
        Quantity("plasma_lost_ml", "plasma missing", "mL", band(lost[:, -1] * rest_ml)),
        Quantity("plasma_lost_most", "plasma missing at the worst", "%", band(lost.max(axis=1)), 100.0),
        Quantity("albumin_lost", "albumin missing from plasma", "g", band(-gained("plasma_albumin_mass"))),
        Quantity("weight_gain", "water gained", "kg", band(gained("water_gain")), digits=1),
    ]
    places = (
        ("edema_arms_legs", "water in arms and legs", 1),
        ("edema_abdomen", "water in the abdominal wall and organs", 1),
        ("edema_face", "water in the face", 2),
        ("edema_lung", "water in the lungs", 2),
        ("pleural_fluid", "fluid in the pleura", 2),
        ("peritoneal_fluid", "fluid in the peritoneum", 2),
        ("pericardial_fluid", "fluid around the heart", 3),
    )
    found += [Quantity(name, what, "L", band(gained(name)), digits=digits) for name, what, digits in places]
    onset = twin.unknown("leak_onset") if "leak_onset" in twin.names else np.full(len(twin), np.nan)
    closes = _closes(past, future)
    found += [
        Quantity("leak_onset", "the leak began, hours before the last result", "h", band(twin.now_h - onset)),
        Quantity("leak_closes", "the leak closes, hours after the last result", "h", band(closes)),
        Quantity("refilled", "plasma is back, hours after the last result", "h", band(_refilled(past, future))),
        Quantity("unrecorded_fluid", "crystalloid that nobody recorded", "L", band(twin.unknown("unrecorded_fluid")),
                 digits=1),
    ]  # fmt: skip
    return found


def together(past: Courses, future: Courses, output: str) -> tuple[Floats, Floats]:
    """One output over the whole time: times (T,), values (n, T)."""
    return np.concatenate([past.times, future.times[1:]]), np.concatenate([past[output], future[output][:, 1:]], axis=1)


def _closes(past: Courses, future: Courses) -> Floats:
    """Hours (n,) from the last result until gaps are closed, 0 where they are, NaN where they never opened."""
    times, gap = together(past, future, "open_gap")
    opened = gap > 0.05
    last = np.where(opened.any(axis=1), gap.shape[1] - 1 - np.argmax(opened[:, ::-1], axis=1), -1)
    hours = np.maximum(times[np.maximum(last, 0)] - past.times[-1], 0.0)
    return np.where(last < 0, np.nan, hours)


def _refilled(past: Courses, future: Courses) -> Floats:
    """Hours (n,) from the last result until plasma is back within 5 %: 0 where it is, the end where it is not yet."""
    missing = ~(future["plasma_volume_change"] >= -PLASMA_BACK)
    back = np.argmin(missing, axis=1)
    hours = np.where(missing.all(axis=1), future.times[-1], future.times[back]) - past.times[-1]
    return np.where((past["plasma_volume_change"] < -PLASMA_BACK).any(axis=1), hours, np.nan)


def danger_course(danger: Danger, course: Courses) -> Floats:
    """The output that is judged (n, T)."""
    if danger.output == "compartment_margin":
        return course["diastolic_pressure"] - course["muscle_compartment_pressure"]
    return course[danger.output]


def crossed(danger: Danger, course: Courses) -> Floats:
    """Whether each draw is beyond the threshold at each time, (n, T) of 0 and 1."""
    away = danger.sign * (danger_course(danger, course) - danger.at)
    return np.where(np.isnan(away), np.nan, (away > 0.0).astype(float))


def _threat(danger: Danger, future: Courses) -> Threat:
    beyond = crossed(danger, future)
    # A body that the model does not keep alive counts by what it crossed before.
    now, ahead = float(np.nanmean(beyond[:, 0])), float(np.fmax.reduce(beyond, axis=1).mean())
    return Threat(danger.name, danger.what, danger.threshold, now, ahead)


def phases(twin: Twin) -> dict[str, float]:
    """Probability of each phase at the last result."""
    found = phase_of_draws(twin, np.array([twin.now_h]))[:, 0]
    return {name: float((found == number).mean()) for number, name in enumerate(PHASES)}


def phase_of_draws(twin: Twin, hours: Floats) -> Floats:
    """Number in ``PHASES`` of every draw at hours (T,) from the start, (n, T)."""
    past, future = twin.past, twin.future
    times, change = together(past, future, "plasma_volume_change")
    gap, gain = (together(past, future, name)[1] for name in ("open_gap", "water_gain"))
    found = np.zeros((len(change), len(hours)))
    for draw in range(len(change)):
        for attack in attacks(times, change[draw], gap[draw], gain[draw]):
            edges = (attack.leak_from, attack.onset, attack.peak, attack.leak_end, attack.recovery)
            for number, edge in enumerate(edges, start=1):
                if np.isfinite(edge):
                    found[draw, hours >= edge] = number
    return found


@cache
def phase_words() -> Mapping[str, str]:
    """What each phase means, for a person."""
    return {
        "no attack": "no loss of a tenth of the plasma in these days",
        "leak begun": "gaps are open, less than a tenth of the plasma is gone",
        "leak": "plasma is leaving faster than it returns",
        "plateau": "the worst is past, gaps are still open",
        "refill": "gaps are closed, fluid returns into the vessels",
        "over": "plasma is back and the water is gone",
    }
