"""Follow a person through time: the switching filter over a record's draws, forward as they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import numpy as np

from clarkson.balance.population import Population, population
from clarkson.balance.sample import Sample, samples
from clarkson.engine.gaussian import Array
from clarkson.engine.switching import Beginning, Filtered, Occasions, Places, Regimes
from clarkson.engine.switching import follow as filtered
from clarkson.record.record import Record, Result
from clarkson.watch import coordinates
from clarkson.watch.context import context
from clarkson.watch.inputs import inputs
from clarkson.watch.mechanisms import mechanisms
from clarkson.watch.odd import odd
from clarkson.watch.regimes import ARTEFACT, Variation, Watch, variation, watch
from clarkson.watch.signs import sign_weights, signs

FOREIGN_PRIOR = 0.004  # one draw in 250 is another person's, or spoilt (assumption)
PLACE_HOURS = 96.0  # how long a leak keeps its size class (assumption)
BASELINE_BEFORE = timedelta(days=30)  # a declared steady state whose time is not before the course is put there
NOT_STEADY = -40.0
FIRST_DOSES = timedelta(hours=48)


@dataclass(frozen=True)
class Followed:
    """A record's draws and what the filter made of them.

    ``draws`` (n) are the draws that are not declared steady; ``names`` (M) the mechanisms, the artefact last;
    ``active`` (A,) the coordinates that were carried, ``filtered`` the filter's output at all occasions (declared steady draws and
    weighings between draws too), ``places`` (n,) the draws among them.
    """

    record: Record
    prior: float
    draws: tuple[Sample, ...]
    watch: Watch
    active: tuple[int, ...]
    regimes: Regimes
    occasions: Occasions
    filtered: Filtered
    places: Places

    @cached_property
    def probabilities(self) -> Array:
        """Probability (n, M + 1) of each mechanism at each draw, the artefact last.

        A foreign draw is an artefact unless a leak was going on, which it can neither show nor end.
        """
        course = self.places
        after, before = self._families(self.filtered.after[course]), self._families(self.filtered.before[course])
        before *= np.exp(self.occasions.signs[course])
        strange = self.filtered.foreign[course, None] * before / before.sum(axis=1, keepdims=True)
        strange[:, self._leaks] = 0.0
        return np.hstack([np.maximum(after - strange, 0.0), strange.sum(axis=1, keepdims=True)])

    def _families(self, weights: Array) -> Array:
        """Weights (n, M) of the families from those of the regimes (n, R)."""
        found = np.zeros((len(self.watch.names), len(weights)))
        np.add.at(found, self.regimes.family, weights.T)
        return found.T

    @cached_property
    def _leaks(self) -> list[int]:
        return [place for place, name in enumerate(self.watch.names) if mechanisms()[name].kind == "leak"]

    @property
    def names(self) -> tuple[str, ...]:
        """The mechanisms in the order of ``probabilities``."""
        return (*self.watch.names, ARTEFACT)

    @cached_property
    def leak(self) -> Array:
        """Probability (n,) that plasma leaks."""
        return np.asarray(self.probabilities[:, self._leaks].sum(axis=1))

    def mechanisms_at(self, place: int) -> Mapping[str, float]:
        """Probability of each mechanism by name at one draw."""
        return {name: float(each) for name, each in zip(self.names, self.probabilities[place], strict=True)}


def _laboratory(result: Result) -> str:
    return f"{result.method}/{result.laboratory}"


def _first_laboratories(draws: Sequence[Sample]) -> dict[str, str]:
    """The method and laboratory that measured each analyte first."""
    first: dict[str, str] = {}
    for sample in draws:
        for key, result in sample.results.items():
            first.setdefault(key, _laboratory(result))
    return first


def _rows(
    sample: Sample,
    people: Population,
    without: tuple[str, ...],
    first: Mapping[str, str],
    usual: Mapping[str, Variation],
) -> list[tuple[float, Array, float]]:
    """Observed value, design and error variance of the results of one draw."""
    rows = []
    repeated = ("mcv",) if {"hematocrit", "erythrocytes"} <= set(sample.results) else ()
    for key in coordinates.ANALYTES:
        result = sample.results.get(key)
        if result is None or result.value <= 0.0 or key in repeated or key in without:
            continue
        other = first[key] != _laboratory(result)
        observed, design, factor = coordinates.row(key, result.value, people, other_laboratory=other)
        error = (coordinates.assay_cv(key, result.method) * factor) ** 2
        own = coordinates.own_draw_variation(key)
        rows.append((observed, design, error + (usual[own].draw ** 2 if own else 0.0)))
    return rows


def _weighings(record: Record, draws: Sequence[Sample]) -> list[Sample]:
    """Body weights of other times than the draws, one a day."""
    seen = {each.results["weight"].time for each in draws if "weight" in each.results}
    days = {each.time.date() for each in draws if "weight" in each.results}
    found = []
    for result in record.results:
        usable = result.analyte == "weight" and not result.comparator and not result.steady
        if usable and result.time not in seen and result.time.date() not in days:
            days.add(result.time.date())
            found.append(Sample(result.time, {"weight": result}))
    return found


def _hours(occasions: Sequence[Sample], declared: int) -> Array:
    """Hours of the occasions; declared steady ones that are not at least weeks before the course are put there."""
    if not occasions:
        return np.zeros(0)
    times = [each.time for each in occasions]
    if 0 < declared < len(occasions):
        late = times[declared - 1] + BASELINE_BEFORE - times[declared]
        if late > timedelta(0):
            times[:declared] = [time - late for time in times[:declared]]
    return np.array([(time - times[0]) / timedelta(hours=1) for time in times])


def follow(
    record: Record, *, prior: float, usual: Mapping[str, Variation] | None = None, keep: bool = True
) -> Followed:
    """Filter a record; ``prior`` is the probability of a leak at any one draw before its results are seen.

    ``usual`` replaces the variation of steady people, ``keep`` says whether states are kept for forecasts.

    >>> len(follow(Record("nobody"), prior=0.01).draws)
    0
    """
    everything = samples(record)
    steady = [each for each in everything if each.steady]
    course = [each for each in everything if not each.steady]
    draws = [*steady, *sorted([*course, *_weighings(record, everything)], key=lambda each: each.time)]
    drawn = {id(each) for each in course}
    places = np.array(
        [place for place, each in enumerate(draws) if len(steady) <= place and id(each) in drawn], dtype=np.int64
    )
    usual_here = variation() if usual is None else usual
    found = watch(usual)
    people = population(record.sex, record.age_years)
    first = _first_laboratories(draws)
    hours = _hours(draws, len(steady))
    rows, bounds = [], [0]
    shift, shift_variance = np.zeros((2, len(draws), coordinates.COORDINATES))
    prior_of = np.zeros((len(draws), len(found.names)))
    seen_signs = []
    for place, sample in enumerate(draws):
        around = context(record, sample.time)
        without = (*odd(sample, people), *(("total_protein",) if around.immunoglobulin else ()))
        rows += _rows(sample, people, without, first, usual_here)
        bounds.append(len(rows))
        since = draws[place - 1].time if place > len(steady) else sample.time - FIRST_DOSES
        if not sample.steady:
            shift[place], shift_variance[place] = inputs(record, since, sample.time)
        priors = around.priors(prior)
        prior_of[place] = [priors[name] for name in found.names]
        prior_of[place] /= prior_of[place].sum()
        seen_signs.append({} if sample.steady else signs(record, sample, people, _own_levels(steady)))
    weights = sign_weights(seen_signs, hours.tolist(), found.names)
    for place in range(len(steady)):
        weights[place] += [0.0 if mechanisms()[name].kind == "steady" else NOT_STEADY for name in found.names]
    design = np.array([each[1] for each in rows]).reshape(-1, coordinates.COORDINATES)
    active = np.arange(coordinates.COORDINATES)
    occasions = Occasions(
        np.array([0, len(draws)]),
        hours,
        prior_of,
        weights,
        np.ascontiguousarray(shift[:, active]),
        np.ascontiguousarray(shift_variance[:, active]),
        np.array(bounds),
        np.ascontiguousarray(design[:, active]),
        np.array([each[0] for each in rows]),
        np.array([each[2] for each in rows]),
    )
    narrow = narrowed(found.regimes, active)
    beginning = begin(found, people, record.weight_kg, active)
    outcome = filtered(
        narrow,
        occasions,
        beginning,
        np.zeros(1, dtype=np.int64),
        foreign_prior=FOREIGN_PRIOR,
        change_hours=PLACE_HOURS,
        keep=keep,
    )
    return Followed(record, prior, tuple(course), found, tuple(active.tolist()), narrow, occasions, outcome, places)


def narrowed(regimes: Regimes, active: Array) -> Regimes:
    """The regimes over some of the coordinates; nothing is lost, because the others are never seen."""
    return Regimes(
        np.ascontiguousarray(regimes.attractor[:, active]),
        np.ascontiguousarray(regimes.rate[:, active]),
        np.ascontiguousarray(regimes.spread[:, active][:, :, active]),
        regimes.family,
        regimes.share,
        regimes.lasts,
        regimes.lasts_log_sd,
        regimes.leads,
    )


def begin(found: Watch, people: Population, weight_kg: float | None, active: Array) -> Beginning:
    """What is known of a person of these people before the first draw, over some of the coordinates."""
    mean, covariance = coordinates.beginning(people, weight_kg)
    block = np.ix_(active, active)
    return Beginning(
        np.ascontiguousarray((found.start + mean)[None][:, :, active]),
        np.ascontiguousarray((found.start_spread + covariance)[None][:, :, active][:, :, :, active]),
        (found.foreign + mean)[None, active],
        np.ascontiguousarray((found.foreign_spread + covariance)[block][None]),
    )


def _own_levels(steady: Sequence[Sample]) -> dict[str, float]:
    """Median of the declared steady values of pressure, pulse and creatinine."""
    levels = {}
    for key in ("systolic_pressure", "heart_rate", "creatinine"):
        values = [sample.results[key].value for sample in steady if key in sample.results]
        if values:
            levels[key] = float(np.median(values))
    return levels
