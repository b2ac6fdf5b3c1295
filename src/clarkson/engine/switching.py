"""A switching linear-Gaussian filter with semi-Markov regimes, for irregular times and missing results.

A state x (D,) follows, within regime j, an Ornstein-Uhlenbeck process

    E[x(t + dt)]   = attractor + exp(-rate dt) (x - attractor) + shift
    Cov[x(t + dt)] = exp(-rate dt) P exp(-rate dt) + spread (1 - exp(-(rate_a + rate_b) dt))

and is seen through rows y = design x + error. Regimes belong to families. A family stays with the
survival of its duration, given for how long it has stood; who leaves goes partly where the family
leads and else where anybody goes. Each regime carries one Gaussian; Gaussians that flow into one
regime are merged by their moments (interacting multiple models). An error is Student-t, as a mixture
of Gaussians; a whole occasion may be foreign: then it says nothing about the state.

Correlated coordinates of ``spread`` must share a rate, or the covariance would not stay one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Places = NDArray[np.int64]

AGES = 12  # so many ages of a family are kept apart; the two closest in weight are merged
# Student-t with 4 degrees of freedom and variance 1 as a mixture: the Gamma law of its precision, cut at 0.5, 5, 25 and
# 60 % of the probability; share and mean variance of each piece.
TAIL_SHARE = np.array([0.400, 0.350, 0.200, 0.045, 0.005])
TAIL_VARIANCE = np.array([0.3309, 0.7144, 1.5926, 4.4614, 19.6638])
NEGLIGIBLE = 1e-5  # of the weight that flows into a regime


@dataclass(frozen=True)
class Regimes:
    """R regimes of M families over D coordinates.

    attractor, rate (R, D), spread (R, D, D); family (R,), share (R,) of its family; ``lasts`` (M,) the
    median duration [h] of a family and ``lasts_log_sd`` (M,) its logarithmic spread (0: exponential);
    ``leads`` (M, M) the probability that who leaves a family goes to another, rows sum to 1 or less.
    """

    attractor: Array
    rate: Array
    spread: Array
    family: Places
    share: Array
    lasts: Array
    lasts_log_sd: Array
    leads: Array


@dataclass(frozen=True)
class Occasions:
    """What was seen of one or many people, occasion after occasion.

    ``people`` (N + 1,) first occasion of each person; ``hours`` (n,); ``prior`` (n, M) where anybody goes;
    ``signs`` (n, M) log weights of the families; ``shift``, ``shift_variance`` (n, D) of known inputs;
    ``rows`` (n + 1,) first row of each occasion; ``design`` (m, D), ``observed`` (m,), ``error`` (m,)
    variances.
    """

    people: Places
    hours: Array
    prior: Array
    signs: Array
    shift: Array
    shift_variance: Array
    rows: Places
    design: Array
    observed: Array
    error: Array


@dataclass(frozen=True)
class Beginning:
    """What is known before the first occasion, S kinds of it: means (S, R, D) and covariances (S, R, D, D) by regime.

    ``foreign_mean`` (S, D) and ``foreign_covariance`` (S, D, D) describe the state behind a foreign occasion.
    """

    mean: Array
    covariance: Array
    foreign_mean: Array
    foreign_covariance: Array


@dataclass(frozen=True)
class Filtered:
    """Weights (n, R) of the regimes before and after each occasion, its log evidence (n,), the probability (n,) that it
    is foreign; with states kept also means (n, R, D), covariances (n, R, D, D), and the ages of the families.

    ``flow`` (n, R, R) is the weight that came from each regime (rows) into each (columns) since the occasion before;
    ``age`` and ``age_share`` are (n, M, AGES).
    """

    before: Array
    after: Array
    evidence: Array
    foreign: Array
    mean_before: Array
    covariance_before: Array
    mean: Array
    covariance: Array
    flow: Array
    age: Array
    age_share: Array


@numba.njit(cache=True, fastmath={"contract", "nsz"})
def _survival(hours: float, median: float, log_sd: float) -> float:
    """Probability that a duration is longer than ``hours``."""
    if log_sd == 0.0:
        return math.exp(-hours * math.log(2.0) / median)
    if hours <= 0.0:
        return 1.0
    return 0.5 * math.erfc(math.log(hours / median) / (log_sd * math.sqrt(2.0)))


@numba.njit(cache=True, fastmath={"contract", "nsz"})
def _begin_ages(age, age_share, lasts):  # type: ignore[no-untyped-def]
    """Nobody knows for how long a family stood at the first occasion: ages spread over its median duration."""
    ages = age.shape[1]
    for family in range(age.shape[0]):
        for place in range(ages):
            age[family, place] = lasts[family] * (place + 0.5) / ages
            age_share[family, place] = 1.0 / ages


@numba.njit(cache=True, fastmath={"contract", "nsz"})
def _enter(age, share, new_age, new_share):  # type: ignore[no-untyped-def]
    """Add an age to a family; where it is full, the two neighbours of least weight are merged first."""
    ages = age.shape[0]
    free = -1
    for place in range(ages):
        if share[place] <= 0.0:
            free = place
    if free < 0:
        lightest, least = 1, math.inf
        for place in range(1, ages):
            if share[place - 1] + share[place] < least:
                lightest, least = place, share[place - 1] + share[place]
        if least > 0.0:
            left, right = share[lightest - 1], share[lightest]
            age[lightest - 1] = (left * age[lightest - 1] + right * age[lightest]) / least
        share[lightest - 1] = least
        free = lightest
    for place in range(free, ages - 1):  # oldest first: what follows moves up, the newest stands last
        age[place], share[place] = age[place + 1], share[place + 1]
    age[ages - 1], share[ages - 1] = new_age, new_share


@numba.njit(cache=True, fastmath={"contract", "nsz"})
def _flow(weight, hours, prior, family, share, lasts, lasts_log_sd, leads, change_hours, age, age_share, flow):  # type: ignore[no-untyped-def]
    """Weights that go from each regime (row) into each (column) in ``hours``; the ages of the families move on."""
    regimes, families, ages = len(weight), len(lasts), age.shape[1]
    total = np.zeros(families)
    for i in range(regimes):
        total[family[i]] += weight[i]
    stays, entering = np.empty(families), np.zeros(families)
    for m in range(families):
        kept = 0.0
        for place in range(ages):
            if age_share[m, place] > 0.0:
                old = _survival(age[m, place], lasts[m], lasts_log_sd[m])
                new = _survival(age[m, place] + hours, lasts[m], lasts_log_sd[m])
                age_share[m, place] *= new / old if old > 1e-12 else 0.0
                age[m, place] += hours
                kept += age_share[m, place]
        stays[m] = kept
    for m in range(families):
        led = 0.0
        for n in range(families):
            led += leads[m, n]
        for n in range(families):
            entering[n] += total[m] * (1.0 - stays[m]) * (leads[m, n] + (1.0 - led) * prior[n])
    keep = math.exp(-hours / change_hours)
    for i in range(regimes):
        m = family[i]
        led = 0.0
        for n in range(families):
            led += leads[m, n]
        for j in range(regimes):
            n = family[j]
            gone = (1.0 - stays[m]) * (leads[m, n] + (1.0 - led) * prior[n]) * share[j]
            if n == m:
                gone += stays[m] * (1.0 - keep) * share[j]
                if i == j:
                    gone += stays[m] * keep
            flow[i, j] = weight[i] * gone
    for n in range(families):
        stayed = total[n] * stays[n]
        everybody = stayed + entering[n]
        if everybody <= 0.0:
            continue
        if stays[n] > 0.0:
            for place in range(ages):
                age_share[n, place] *= stayed / (stays[n] * everybody)
        _enter(age[n], age_share[n], min(0.5 * hours, 0.5 * lasts[n]), entering[n] / everybody)


@numba.njit(cache=True, fastmath={"contract", "nsz"})
def _merge(flow, mean, covariance, merged, merged_covariance, weight):  # type: ignore[no-untyped-def]
    """Moments of what flows into each regime, and its weight."""
    regimes, width = mean.shape
    for j in range(regimes):
        total = 0.0
        for i in range(regimes):
            total += flow[i, j]
        weight[j] = total
        if total <= 0.0:
            merged[j, :] = mean[j]
            merged_covariance[j, :, :] = covariance[j]
            continue
        used = 0.0
        merged[j, :] = 0.0
        for i in range(regimes):
            if flow[i, j] > NEGLIGIBLE * total:
                used += flow[i, j]
        for i in range(regimes):
            if flow[i, j] > NEGLIGIBLE * total:
                part = flow[i, j] / used
                for a in range(width):
                    merged[j, a] += part * mean[i, a]
        merged_covariance[j, :, :] = 0.0
        for i in range(regimes):
            if flow[i, j] > NEGLIGIBLE * total:
                part = flow[i, j] / used
                for a in range(width):
                    away = part * (mean[i, a] - merged[j, a])
                    for b in range(width):
                        merged_covariance[j, a, b] += part * covariance[i, a, b] + away * (mean[i, b] - merged[j, b])


@numba.njit(cache=True, fastmath={"contract", "nsz"})
def _move(mean, covariance, hours, attractor, rate, spread, shift, shift_variance):  # type: ignore[no-untyped-def]
    """Every Gaussian moves on by ``hours`` in its regime."""
    regimes, width = mean.shape
    left = np.empty(width)
    for j in range(regimes):
        for a in range(width):
            left[a] = math.exp(-rate[j, a] * hours)
            mean[j, a] = attractor[j, a] + left[a] * (mean[j, a] - attractor[j, a]) + shift[a]
        for a in range(width):
            for b in range(width):
                both = left[a] * left[b]
                covariance[j, a, b] = both * covariance[j, a, b] + spread[j, a, b] * (1.0 - both)
            covariance[j, a, a] += shift_variance[a]


@numba.njit(cache=True, fastmath={"contract", "nsz"})
def _see(mean, covariance, design, observed, error, log_likelihood):  # type: ignore[no-untyped-def]
    """Condition every Gaussian on the rows of an occasion, one row after the other."""
    regimes, width = mean.shape
    along = np.empty(width)
    for j in range(regimes):
        log_likelihood[j] = 0.0
        for row in range(len(observed)):
            for a in range(width):
                along[a] = 0.0
            for b in range(width):
                slope = design[row, b]
                if slope != 0.0:
                    for a in range(width):
                        along[a] += slope * covariance[j, b, a]
            explained, expected = 0.0, 0.0
            for a in range(width):
                explained += design[row, a] * along[a]
                expected += design[row, a] * mean[j, a]
            away = observed[row] - expected
            density = gain = gain_squared = 0.0
            nearest = math.inf
            for piece in range(len(TAIL_SHARE)):
                variance = explained + TAIL_VARIANCE[piece] * error[row]
                nearest = min(nearest, 0.5 * away * away / variance)
            for piece in range(len(TAIL_SHARE)):
                variance = explained + TAIL_VARIANCE[piece] * error[row]
                part = TAIL_SHARE[piece] * math.exp(nearest - 0.5 * away * away / variance) / math.sqrt(variance)
                density += part
                gain += part / variance
                gain_squared += part / (variance * variance)
            gain /= density
            gain_squared /= density
            log_likelihood[j] += math.log(density) - nearest - 0.9189385332046727
            shrink = gain - away * away * (gain_squared - gain * gain)
            for a in range(width):
                mean[j, a] += along[a] * away * gain
                scaled = shrink * along[a]
                for b in range(width):
                    covariance[j, a, b] -= scaled * along[b]


@numba.njit(cache=True, fastmath={"contract", "nsz"})
def _person(  # type: ignore[no-untyped-def]
    first, last, hours, prior, signs, shift, shift_variance, rows, design, observed, error, foreign_prior,
    start_mean, start_covariance, foreign_mean, foreign_covariance, attractor, rate, spread, family, share, lasts, lasts_log_sd, leads, change_hours,
    before, after, evidence, foreign_found, keep, kept_mean_before, kept_covariance_before, kept_mean,
    kept_covariance, kept_flow, kept_age, kept_age_share,
):  # fmt: skip
    regimes, width = attractor.shape
    families = len(lasts)
    mean, covariance = start_mean.copy(), start_covariance.copy()
    mean_next, covariance_next = np.empty((regimes, width)), np.empty((regimes, width, width))
    weight, log_likelihood = np.empty(regimes), np.empty(regimes)
    flow = np.zeros((regimes, regimes))
    age, age_share = np.empty((families, AGES)), np.empty((families, AGES))
    _begin_ages(age, age_share, lasts)
    strange_mean, strange_covariance = np.empty((1, width)), np.empty((1, width, width))
    strange_likelihood = np.empty(1)
    for k in range(first, last):
        if k == first:
            for j in range(regimes):
                weight[j] = prior[k, family[j]] * share[j]
                for a in range(width):
                    mean[j, a] += shift[k, a]
                    covariance[j, a, a] += shift_variance[k, a]
        else:
            passed = hours[k] - hours[k - 1]
            _flow(
                after[k - 1], passed, prior[k], family, share, lasts, lasts_log_sd, leads, change_hours, age, age_share,
                flow,
            )  # fmt: skip
            _merge(flow, mean, covariance, mean_next, covariance_next, weight)
            mean, mean_next = mean_next, mean
            covariance, covariance_next = covariance_next, covariance
            _move(mean, covariance, passed, attractor, rate, spread, shift[k], shift_variance[k])
        before[k] = weight
        mean_next[:] = mean
        covariance_next[:] = covariance
        top, bottom = rows[k], rows[k + 1]
        _see(mean, covariance, design[top:bottom], observed[top:bottom], error[top:bottom], log_likelihood)
        strange_mean[0], strange_covariance[0] = foreign_mean, foreign_covariance
        _see(
            strange_mean, strange_covariance, design[top:bottom], observed[top:bottom], error[top:bottom],
            strange_likelihood,
        )  # fmt: skip
        largest = -math.inf
        for j in range(regimes):
            if weight[j] > 0.0:
                likely = max(log_likelihood[j], strange_likelihood[0]) + signs[k, family[j]]
                largest = max(largest, math.log(weight[j]) + likely)
        total, odd = 0.0, 0.0
        for j in range(regimes):
            own = (1.0 - foreign_prior) * math.exp(log_likelihood[j] + signs[k, family[j]] - largest)
            strange = foreign_prior * math.exp(strange_likelihood[0] + signs[k, family[j]] - largest)
            if bottom == top:
                own, strange = math.exp(signs[k, family[j]] - largest), 0.0
            after[k, j] = weight[j] * (own + strange)
            total += after[k, j]
            odd += weight[j] * strange
            if strange > 1e-4 * (own + strange):
                _blend(mean[j], covariance[j], mean_next[j], covariance_next[j], strange / (own + strange))
        for j in range(regimes):
            after[k, j] /= total
        evidence[k] = math.log(total) + largest
        foreign_found[k] = odd / total
        if keep:
            kept_mean_before[k] = mean_next
            kept_covariance_before[k] = covariance_next
            kept_mean[k], kept_covariance[k] = mean, covariance
            kept_flow[k] = flow
            kept_age[k], kept_age_share[k] = age, age_share


@numba.njit(cache=True, fastmath={"contract", "nsz"})
def _blend(mean, covariance, other, other_covariance, part):  # type: ignore[no-untyped-def]
    """Moments of a Gaussian and, with probability ``part``, of the one before the occasion was seen."""
    width = len(mean)
    for a in range(width):
        for b in range(width):
            covariance[a, b] = (
                (1.0 - part) * covariance[a, b]
                + part * other_covariance[a, b]
                + part * (1.0 - part) * (mean[a] - other[a]) * (mean[b] - other[b])
            )
    for a in range(width):
        mean[a] = (1.0 - part) * mean[a] + part * other[a]


@numba.njit(cache=True, parallel=True, fastmath={"contract", "nsz"})
def _people(  # type: ignore[no-untyped-def]
    people, hours, prior, signs, shift, shift_variance, rows, design, observed, error, foreign_prior,
    start_mean, start_covariance, foreign_mean, foreign_covariance, start_of, attractor, rate, spread, family, share, lasts, lasts_log_sd, leads,
    change_hours, before, after, evidence, foreign_found, keep, kept_mean_before, kept_covariance_before, kept_mean,
    kept_covariance, kept_flow, kept_age, kept_age_share,
):  # fmt: skip
    for person in numba.prange(len(people) - 1):
        _person(
            people[person], people[person + 1], hours, prior, signs, shift, shift_variance, rows, design, observed,
            error, foreign_prior, start_mean[start_of[person]], start_covariance[start_of[person]],
            foreign_mean[start_of[person]], foreign_covariance[start_of[person]], attractor, rate, spread, family, share, lasts, lasts_log_sd, leads, change_hours, before, after, evidence,
            foreign_found, keep, kept_mean_before, kept_covariance_before, kept_mean, kept_covariance, kept_flow,
            kept_age, kept_age_share,
        )  # fmt: skip


def follow(
    regimes: Regimes,
    seen: Occasions,
    beginning: Beginning,
    begins: Places,
    *,
    foreign_prior: float,
    change_hours: float,
    keep: bool,
) -> Filtered:
    """Filter every person of ``seen``.

    ``begins`` (N,) is the place of each person's beginning in ``beginning``. ``foreign_prior`` is the probability of a foreign occasion, ``change_hours`` how long a regime keeps
    its place within its family, ``keep`` whether states are kept.
    """
    n, (count, width), families = len(seen.hours), regimes.attractor.shape, len(regimes.lasts)
    kept = n if keep else 0
    found = Filtered(
        np.empty((n, count)),
        np.empty((n, count)),
        np.empty(n),
        np.empty(n),
        np.empty((kept, count, width)),
        np.empty((kept, count, width, width)),
        np.empty((kept, count, width)),
        np.empty((kept, count, width, width)),
        np.empty((kept, count, count)),
        np.empty((kept, families, AGES)),
        np.empty((kept, families, AGES)),
    )
    shared = (
        seen.hours, seen.prior, seen.signs, seen.shift, seen.shift_variance, seen.rows, seen.design, seen.observed,
        seen.error, foreign_prior,
    )  # fmt: skip
    course = (
        regimes.attractor, regimes.rate, regimes.spread, regimes.family, regimes.share, regimes.lasts,
        regimes.lasts_log_sd, regimes.leads, change_hours,
    )  # fmt: skip
    kept_arrays = (
        found.before, found.after, found.evidence, found.foreign, keep, found.mean_before, found.covariance_before,
        found.mean, found.covariance, found.flow, found.age, found.age_share,
    )  # fmt: skip
    if len(seen.people) == 2:  # one person needs no threads
        start = begins[0]
        _person(
            seen.people[0], seen.people[1], *shared, beginning.mean[start], beginning.covariance[start],
            beginning.foreign_mean[start], beginning.foreign_covariance[start], *course, *kept_arrays,
        )  # fmt: skip
    else:
        _people(
            seen.people, *shared, beginning.mean, beginning.covariance, beginning.foreign_mean,
            beginning.foreign_covariance, begins, *course, *kept_arrays,
        )  # fmt: skip
    return found


def advance(regimes: Regimes, found: Filtered, place: int, prior: Array, hours: float, change_hours: float) -> Filtered:
    """Where the people of one occasion will be after ``hours``: weights and states before anything new is seen.

    ``place`` is an occasion whose states were kept, ``prior`` (M,) where anybody goes. One occasion comes back, its
    weights and states in ``before``, ``mean_before`` and ``covariance_before``.
    """
    count, width = regimes.attractor.shape
    age, age_share = found.age[place].copy(), found.age_share[place].copy()
    flow, weight = np.zeros((count, count)), np.empty(count)
    mean, covariance = np.empty((count, width)), np.empty((count, width, width))
    _flow(
        found.after[place], hours, prior, regimes.family, regimes.share, regimes.lasts, regimes.lasts_log_sd,
        regimes.leads, change_hours, age, age_share, flow,
    )  # fmt: skip
    _merge(flow, found.mean[place], found.covariance[place], mean, covariance, weight)
    nothing = np.zeros(width)
    _move(mean, covariance, hours, regimes.attractor, regimes.rate, regimes.spread, nothing, nothing)
    return Filtered(
        weight[None], weight[None], np.zeros(1), np.zeros(1), mean[None], covariance[None], mean[None],
        covariance[None], flow[None], age[None], age_share[None],
    )  # fmt: skip
