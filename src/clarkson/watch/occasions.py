"""From records to the occasions of the filter: rows, inputs, signs and prior of every draw."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from clarkson.balance.observation import ALBUMIN_MASS, HIGHEST_HEMATOCRIT, RED_CELLS, albumin_share
from clarkson.balance.population import ALBUMIN, HEMATOCRIT, Population, population
from clarkson.balance.sample import Sample, samples
from clarkson.body.blood import logit
from clarkson.engine.gaussian import Array
from clarkson.engine.switching import Beginning, Occasions
from clarkson.engine.switching_kernel import Places
from clarkson.record.record import Record
from clarkson.watch import coordinates
from clarkson.watch.context import context
from clarkson.watch.inputs import inputs
from clarkson.watch.learned import Pull
from clarkson.watch.mechanisms import mechanisms
from clarkson.watch.odd import odd
from clarkson.watch.regimes import ARTEFACT, Watch
from clarkson.watch.signs import WEIGHT_MEMORY_DAYS, sign_weights, signs

BASELINE_BEFORE = timedelta(days=30)  # a declared steady state whose time is not before the course is put there
NOT_STEADY = -40.0
FIRST_DOSES = timedelta(hours=48)
HOSPITAL_GAP = timedelta(hours=80)  # draws as close as this are made of people in hospital (assumption)
NAMES = tuple(name for name in mechanisms() if name != ARTEFACT)
PULLED = (("hematocrit", coordinates.FIRST_CHANGE + RED_CELLS), ("albumin", coordinates.FIRST_CHANGE + ALBUMIN_MASS))
FARTHEST = 0.5  # care pulls a level by what it would from here, however far away it is (assumption)
HEALTHY_SD = 1.0  # a level above the mean of healthy people less one SD is not pulled (assumption)
PULL_FORGOTTEN = timedelta(hours=160)
_LEAKS = np.array([mechanisms()[name].kind == "leak" for name in NAMES])


@dataclass(frozen=True)
class Prepared:
    """One record's n occasions with m rows, before variation and regimes are chosen.

    ``draws`` are those of the course, ``places`` theirs among the occasions. ``quantity`` (m,) is the place in
    ``coordinates.QUANTITIES`` of what varies in a row from draw to draw beside the assay, -1 for none. ``hospital``
    (n,) marks draws soon after another, ``before`` (n, 2) holds the logit of the hematocrit and the logarithm of the
    albumin (g/L) that were measured before it in these days, NaN where none was, ``since`` (n, 2) how many hours ago.
    """

    record: Record
    people: Population
    draws: tuple[Sample, ...]
    places: Places
    hours: Array
    prior: Array
    hospital: NDArray[np.bool_]
    before: Array
    since: Array
    signs: Array
    shift: Array
    shift_variance: Array
    rows: Places
    design: Array
    observed: Array
    assay: Array
    quantity: Places


_laboratory = attrgetter("method", "laboratory")


def _first_laboratories(draws: Sequence[Sample]) -> dict[str, tuple[str, str]]:
    """The method and laboratory that measured each analyte first."""
    first: dict[str, tuple[str, str]] = {}
    for sample in draws:
        for key, result in sample.results.items():
            if key not in first:
                first[key] = _laboratory(result)
    return first


def _rows(
    sample: Sample,
    albumin_share: float,
    without: tuple[str, ...],
    first: Mapping[str, tuple[str, str]],
) -> list[coordinates.Row]:
    """The equations of the results of one draw."""
    rows = []
    repeated = ("mcv",) if {"hematocrit", "erythrocytes"} <= sample.results.keys() else ()
    for key in coordinates.ANALYTES:
        result = sample.results.get(key)
        if result is None or result.value <= 0.0 or key in repeated or key in without:
            continue
        other = first[key] != _laboratory(result)
        rows.append(coordinates.row(key, result.value, result.method, albumin_share, other))
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


def _first_weight(record: Record) -> float | None:
    weights = [(each.time, each.value) for each in record.results if each.analyte == "weight" and not each.comparator]
    return min(weights)[1] if weights else None


def _weight_unknown(draws: Sequence[Sample], place: int) -> float:
    """Variance of the person's own log weight, where it was not seen for so long that it may be another now."""
    if "weight" not in draws[place].results:
        return 0.0
    last = next((each.time for each in reversed(draws[:place]) if "weight" in each.results), None)
    known = last is None or abs(draws[place].time - last) <= timedelta(days=WEIGHT_MEMORY_DAYS)
    return 0.0 if known else coordinates.WEIGHT_LOG_SD**2


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


def prepare(record: Record, *, prior: float) -> Prepared:
    """The occasions of a record: its draws, and weighings between them; declared steady draws come first.

    >>> prepare(Record("nobody"), prior=0.01).hours.shape
    (0,)
    """
    everything = samples(record)
    steady = [each for each in everything if each.steady]
    course = [each for each in everything if not each.steady]
    draws = [*steady, *sorted([*course, *_weighings(record, everything)], key=lambda each: each.time)]
    drawn = {id(each) for each in course}
    places = np.array(
        [place for place, each in enumerate(draws) if len(steady) <= place and id(each) in drawn], dtype=np.int64
    )
    people = population(record.sex, record.age_years)
    share, first, own = albumin_share(people.mean), _first_laboratories(draws), _own_levels(steady)
    hours = _hours(draws, len(steady))
    rows, bounds = list[coordinates.Row](), [0]
    shift, shift_variance = np.zeros((2, len(draws), coordinates.COORDINATES))
    prior_of = np.zeros((len(draws), len(NAMES)))
    hospital = np.zeros(len(draws), dtype=np.bool_)
    before, since_then = np.full((2, len(draws), len(PULLED)), np.nan)
    seen_signs = []
    for place, sample in enumerate(draws):
        around = context(record, sample.time)
        without = (*odd(sample, people), *(("total_protein",) if around.immunoglobulin else ()))
        rows += _rows(sample, share, without, first)
        bounds.append(len(rows))
        hospital[place] = place > len(steady) and sample.time - draws[place - 1].time < HOSPITAL_GAP
        if hospital[place]:
            before[place], since_then[place] = levels_before(draws[len(steady) : place], sample.time, people)
        since = draws[place - 1].time if place > len(steady) else sample.time - FIRST_DOSES
        if not sample.steady:
            shift[place], shift_variance[place] = inputs(record, since, sample.time)
        shift_variance[place, coordinates.PERSON_WEIGHT] += _weight_unknown(draws, place)
        priors = around.priors(prior)
        prior_of[place] = [priors[name] for name in NAMES]
        seen_signs.append({} if sample.steady else signs(record, sample, people, own))
    prior_of /= prior_of.sum(axis=1, keepdims=True)
    weights = sign_weights(seen_signs, hours.tolist(), NAMES)
    for place in range(len(steady)):
        weights[place] += [0.0 if mechanisms()[name].kind == "steady" else NOT_STEADY for name in NAMES]
    return Prepared(
        record,
        people,
        tuple(course),
        places,
        hours,
        prior_of,
        hospital,
        before,
        since_then,
        weights,
        shift,
        shift_variance,
        np.array(bounds),
        np.array([each.design for each in rows]).reshape(-1, coordinates.COORDINATES),
        np.array([each.observed for each in rows]),
        np.array([each.assay for each in rows]),
        np.array([each.quantity for each in rows], dtype=np.int64),
    )


def together(people: Sequence[Prepared], found: Watch, active: Places) -> Occasions:
    """The occasions of several records for the filter, over the coordinates ``active``."""
    draw = np.array([*(found.learned.variation[name].draw ** 2 for name in coordinates.QUANTITIES), 0.0])
    rows = np.concatenate([[0], *(np.diff(each.rows) for each in people)]).cumsum()
    beyond = found.learned.hospital_draw
    raised = np.array([found.learned.in_hospital.get(name, 1.0) for name in NAMES])
    return Occasions(
        np.cumsum([0, *(len(each.hours) for each in people)]),
        np.concatenate([each.hours for each in people]),
        np.concatenate([np.where(each.hospital, found.learned.hospital_haste, 1.0) for each in people]),
        np.concatenate([_in_hospital(each, raised) for each in people]),
        np.concatenate([each.signs for each in people]),
        np.ascontiguousarray(np.concatenate([_cared_for(each, found.learned.pulls) for each in people])[:, active]),
        np.ascontiguousarray(np.concatenate([_unsure(each, beyond) for each in people])[:, active]),
        rows,
        np.ascontiguousarray(np.concatenate([each.design for each in people])[:, active]),
        np.concatenate([each.observed for each in people]),
        np.concatenate([each.assay + draw[each.quantity] + _own_beyond(each, beyond) for each in people]),
    )


def _unsure(person: Prepared, beyond: Mapping[str, float]) -> Array:
    """Variance (n, 20) of the inputs, with what handling and posture do to a draw in hospital."""
    variance = person.shift_variance.copy()
    variance[person.hospital, coordinates.DRAW_PLASMA] += beyond.get("plasma", 0.0) ** 2
    variance[person.hospital, coordinates.DRAW_RED_CELLS] += beyond.get("red_cells", 0.0) ** 2
    return variance


def _own_beyond(person: Prepared, beyond: Mapping[str, float]) -> Array:
    """Variance (m,) that the results of single quantities have in hospital beyond that of steady people."""
    of_row = np.repeat(person.hospital, np.diff(person.rows))
    extra = np.array([*(beyond.get(name, 0.0) ** 2 for name in coordinates.QUANTITIES), 0.0])
    extra[: coordinates.QUANTITIES.index("cell_size")] = 0.0  # plasma and red cells are shared by the rows of a draw
    return np.where(of_row, extra[person.quantity], 0.0)


def levels_before(draws: Sequence[Sample], now: datetime, people: Population) -> tuple[Array, Array]:
    """Newest hematocrit and albumin (2,) of these days, as logit and logarithm, and how many hours (2,) ago.

    NaN where a level was not measured, or is as in healthy people: care pulls what illness has moved.
    """
    levels, hours = np.full((2, len(PULLED)), np.nan)
    for place, (key, person) in enumerate((("hematocrit", HEMATOCRIT), ("albumin", ALBUMIN))):
        for each in reversed(draws):
            if now - each.time > PULL_FORGOTTEN:
                break
            value = each.value(key)
            if value:
                level = logit(min(value, HIGHEST_HEMATOCRIT)) if key == "hematocrit" else math.log(value)
                if level < people.mean[person] - HEALTHY_SD * math.sqrt(people.covariance[person, person]):
                    levels[place], hours[place] = level, (now - each.time) / timedelta(hours=1)
                break
    return levels, hours


def _cared_for(person: Prepared, pulls: Mapping[str, Pull]) -> Array:
    """The inputs (n, 20), with the pull of care on hematocrit and albumin since the occasion before."""
    gaps, shift = np.diff(person.hours, prepend=0.0), person.shift.copy()
    for place in np.flatnonzero(~np.isnan(person.before).all(axis=1)):
        since = person.since[place]
        shift[place] += pulled(person.before[place], np.maximum(since - gaps[place], 0.0), since, pulls)
    return shift


def pulled(levels: Array, start: Array, end: Array, pulls: Mapping[str, Pull]) -> Array:
    """What care does (20,) from ``start`` to ``end`` (2,), hours after hematocrit and albumin were at ``levels``."""
    shift = np.zeros(coordinates.COORDINATES)
    for place, (key, coordinate) in enumerate(PULLED):
        if key in pulls and not math.isnan(levels[place]):
            pull = pulls[key]
            away = min(max(pull.target - levels[place], -FARTHEST), FARTHEST)
            reached = math.exp(-start[place] / pull.hours) - math.exp(-end[place] / pull.hours)
            shift[coordinate] = away * pull.share * reached
    return shift


def _in_hospital(person: Prepared, raised: Array) -> Array:
    """The prior (n, M) with what is commoner in hospital raised there; that of a leak stays."""
    prior = person.prior.copy()
    here = prior[person.hospital] * np.where(_LEAKS, 1.0, raised)
    rest = here[:, ~_LEAKS].sum(axis=1, keepdims=True)
    leak = here[:, _LEAKS].sum(axis=1, keepdims=True)
    prior[person.hospital] = np.where(_LEAKS, here, here * (1.0 - leak) / np.where(rest > 0.0, rest, 1.0))
    return prior


def begin(found: Watch, people: Sequence[Prepared], active: Places) -> tuple[Beginning, Places]:
    """What is known of each person before the first draw, and which beginning is whose."""
    kinds: dict[tuple[str, float | None], int] = {}
    whose: list[int] = []
    beginnings: list[tuple[Array, Array]] = []
    for each in people:
        kind = (each.people.name, each.record.weight_kg or _first_weight(each.record))
        if kind not in kinds:
            kinds[kind] = len(beginnings)
            beginnings.append(coordinates.beginning(each.people, kind[1]))
        whose.append(kinds[kind])
    mean, covariance = np.array([each[0] for each in beginnings]), np.array([each[1] for each in beginnings])
    block = np.ix_(np.arange(len(found.start)), active, active)
    return Beginning(
        found.start[:, active] + mean[:, None, active],
        found.start_spread[block] + covariance[:, active][:, :, active][:, None],
        found.foreign[active] + mean[:, active],
        found.foreign_spread[np.ix_(active, active)] + covariance[:, active][:, :, active],
    ), np.array(whose, dtype=np.int64)


def _own_levels(steady: Sequence[Sample]) -> dict[str, float]:
    """Median of the declared steady values of pressure, pulse and creatinine."""
    levels = {}
    for key in ("systolic_pressure", "heart_rate", "creatinine"):
        values = [sample.results[key].value for sample in steady if key in sample.results]
        if values:
            levels[key] = float(np.median(values))
    return levels
