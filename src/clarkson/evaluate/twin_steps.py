"""One step ahead: each next hematocrit, albumin and pressure from a twin of what was known before, beside peers.

The twin of an occasion is fitted to everything measured up to it. Doses that begun before the predicted result are
known, as they are to a physician; peers see the earlier values of the analyte only, the watch the whole record before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from clarkson.balance.sample import samples
from clarkson.body.person import Floats
from clarkson.engine import scores
from clarkson.errors import FitError
from clarkson.evaluate.forecasts import watch_forecast
from clarkson.evaluate.peers import Peer, fit_gaussian_process, fit_last_value
from clarkson.evaluate.series import Series
from clarkson.record.record import Record
from clarkson.simulate.schedule import Given
from clarkson.twin.evidence import Evidence, evidence
from clarkson.twin.expected import readings
from clarkson.twin.fit import fitted
from clarkson.twin.what_is_seen import scaled

GROUPS: Mapping[str, tuple[str, ...]] = {
    "hematocrit": ("hematocrit",),
    "albumin": ("albumin",),
    "pressure": ("systolic_pressure", "mean_pressure"),
}
"""What is predicted; of pressures the first that the person has."""

WATCHED = ("hematocrit", "albumin")
TWIN, BLIND, WATCH = "twin", "twin without the doses", "watch"
LAST, PROCESS = "last value carried forward", "Gaussian process"
FOLDS = 10
NEAR = timedelta(hours=2)
"""An occasion of the twin and a draw of the watch this close are one."""

SHARES = (np.arange(200) + 0.5) / 200.0
"""Even quantiles that stand for a distribution."""

Fitted = Callable[[Series], tuple[Floats, Floats]]


@dataclass(frozen=True, eq=False)
class Step:
    """One predicted result: ``place`` in the person's ``series``, and by method draws (n,) on its scale."""

    group: str
    series: Series
    place: int
    hours: float
    draws: Mapping[str, Floats]

    @property
    def observed(self) -> float:
        """What was read, on the scale of the analyte."""
        return float(self.series.values[self.place])


@dataclass(frozen=True, eq=False)
class Walked:
    """The steps of one person, and the occasions at which the twin was refused, with the reason."""

    steps: tuple[Step, ...]
    refused: tuple[str, ...]
    seconds: tuple[float, ...]


def walk(record: Record, *, most: int | None = None, blind: bool = False) -> Walked:
    """Steps over the fitted days of a record, at ``most`` of its occasions, evenly spread.

    ``blind``: also by a twin that knows no doses.
    """
    try:
        known = evidence(record)
    except FitError as error:
        return Walked((), (str(error),), ())
    whole = {group: found for group, names in GROUPS.items() if (found := _series(known, names))}
    versions = {TWIN: known}
    if blind:
        versions[BLIND] = replace(known, doses=replace(known.doses, given=()))
    pairs = [
        (before, after)
        for before, after in zip(known.hours[:-1], known.hours[1:], strict=True)
        if any(_predicted(series, before, after) for _, series in whole.values())
    ]
    if most is not None and len(pairs) > most:
        pairs = [pairs[place] for place in np.linspace(0, len(pairs) - 1, most).round().astype(int)]
    watched = {group: _watched(record, group) for group in WATCHED if pairs and group in whole}
    steps, refused, seconds = list[Step](), list[str](), list[float]()
    for before, after in pairs:
        started = time.perf_counter()
        told: dict[str, dict[str, Floats]] = {}
        try:
            for name, version in versions.items():
                told[name] = _twin(version, before, after, whole)
        except FitError as error:
            refused.append(str(error))
            continue
        seconds.append((time.perf_counter() - started) / len(versions))
        for group, (_, series) in whole.items():
            place = _predicted(series, before, after)
            if place:
                draws = {name: each[group] for name, each in told.items()}
                if group in watched and (seen := watched[group](known.start + timedelta(hours=after))) is not None:
                    draws[WATCH] = seen
                steps.append(Step(group, series, place, float(after - before), draws))
    return Walked(tuple(steps), tuple(refused), tuple(seconds))


def _series(known: Evidence, names: Sequence[str]) -> tuple[str, Series] | None:
    """The first of the analytes that was measured twice, and its values on their scale."""
    for name in names:
        rows = sorted((row for row in known.rows if row.result.analyte == name), key=lambda row: row.hour)
        if len(rows) > 1:
            hours, values = np.array([row.hour for row in rows]), np.array([row.scaled for row in rows])
            return name, Series(known.record.subject, hours, values)
    return None


def _predicted(series: Series, before: float, after: float) -> int:
    """The place of the value at ``after``, if there is one and an earlier one was known; else 0."""
    found = np.flatnonzero(series.hours == after)
    return int(found[0]) if len(found) and series.hours[0] <= before else 0


def _twin(known: Evidence, before: float, after: float, whole: Mapping[str, tuple[str, Series]]) -> dict[str, Floats]:
    """Draws (n,) of every group at an hour, from what was known at an earlier one."""
    twin = fitted(known.until(before))
    gap = after - twin.now_h
    begun = [Given(each.at_h - twin.now_h, each.dose) for each in known.doses.given if twin.now_h <= each.at_h < after]
    future = twin.ahead(begun, hours=gap, every=gap / max(round(gap), 1))
    random = np.random.default_rng(0)
    found = {}
    for group, (name, series) in whole.items():
        if _predicted(series, before, after):
            found[group] = scaled(name, readings(twin, name, float(after), future.held(name)[:, -1], random))
    return found


def _watched(record: Record, analyte: str) -> Callable[[datetime], Floats | None]:
    """The watch's own forecasts of the draws of a record: at a time, draws in even quantiles."""
    times = [each.time for each in samples(record) if not each.steady and (each.value(analyte) or 0.0) > 0.0]
    weights, means, sds = watch_forecast(record, analyte)

    def at(wanted: datetime) -> Floats | None:
        near = [place for place, time in enumerate(times) if abs(time - wanted) <= NEAR]
        if not near or len(times) != len(means):
            return None
        place = slice(near[-1], near[-1] + 1)
        return np.array([scores.quantiles(weights[place], means[place], sds[place], share)[0] for share in SHARES])

    return at


def with_peers(steps: Sequence[Step]) -> list[Step]:
    """The steps with the peers beside, each fitted to the other people (in ten folds)."""
    people = sorted({each.series.person for each in steps})
    found = []
    for group in GROUPS:
        own = [each for each in steps if each.group == group]
        every = {each.series.person: each.series for each in own}
        for fold in range(min(FOLDS, len(people))):
            held = {person for number, person in enumerate(people) if number % FOLDS == fold}
            train = [series for person, series in every.items() if person not in held]
            test = [each for each in own if each.series.person in held]
            if not test or not train:
                continue
            fits: dict[str, Peer] = {LAST: fit_last_value(train), PROCESS: fit_gaussian_process(train)}
            found += [
                replace(
                    step, draws={**step.draws, **{name: _gaussian(fit.predict, step) for name, fit in fits.items()}}
                )
                for step in test
            ]
    return found


def _gaussian(predict: Fitted, step: Step) -> Floats:
    """Even quantiles of what a peer predicts at the place of a step."""
    from scipy.special import ndtri

    mean, sd = (each[step.place] for each in predict(step.series))
    found: Floats = mean + sd * ndtri(SHARES)
    return found


def crps(draws: Floats, observed: float) -> float:
    """Continuous ranked probability score of draws (n,) of equal weight.

    >>> crps(np.array([0.0, 0.0]), 1.0)
    1.0
    """
    ordered, count = np.sort(draws), len(draws)
    within = float(((2.0 * np.arange(1, count + 1) - count - 1.0) * ordered).sum()) / count**2
    return float(np.abs(ordered - observed).mean()) - within
