"""The kernel of ``engine.switching``: regimes stand side by side, so that loops over them become vector instructions.

A mean is (D, R), a covariance its lower triangle (D (D + 1) / 2, R); of element (a, b) with b <= a the row is
a (a + 1) / 2 + b.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from clarkson.engine.elementary import exp, log

Places = NDArray[np.int64]

AGES = 8  # so many ages of a family are kept apart; the two neighbours of least weight are merged
# Student-t with 4 degrees of freedom and variance 1 as a mixture: the Gamma law of its precision, cut at 1 and 20 % of
# the probability; share and mean variance of each piece, the widest last.
TAIL_SHARE = (0.80, 0.19, 0.01)
TAIL_VARIANCE = (0.5481, 2.2287, 13.805)
PIECES = len(TAIL_SHARE)
REMEMBERED = 0.98  # of a foreign occasion, at each further one
NEGLIGIBLE = 1e-4  # of the weight that flows into a regime
HALF_LOG_TWO_PI = 0.9189385332046727

_compiled: Any = numba.njit(cache=True, fastmath={"contract", "nsz"}, error_model="numpy")
_compiled_for_all_cores: Any = numba.njit(cache=True, parallel=True, fastmath={"contract", "nsz"}, error_model="numpy")


@_compiled
def survival(hours, median, log_sd):  # type: ignore[no-untyped-def]
    """Probability that a duration is longer than ``hours``: lognormal, or exponential where ``log_sd`` is 0."""
    if log_sd == 0.0:
        return math.exp(-hours * math.log(2.0) / median)
    if hours <= 0.0:
        return 1.0
    return 0.5 * math.erfc(math.log(hours / median) / (log_sd * math.sqrt(2.0)))


@_compiled
def _begin_ages(age, age_share, lasts):  # type: ignore[no-untyped-def]
    """Nobody knows for how long a family stood at the first occasion: ages spread over its median duration."""
    for family in range(age.shape[0]):
        for place in range(AGES):
            age[family, place] = lasts[family] * (AGES - place - 0.5) / AGES
            age_share[family, place] = 1.0 / AGES


@_compiled
def _enter(age, share, new_age, new_share):  # type: ignore[no-untyped-def]
    """Add the newest age to a family (oldest first); the two neighbours of least weight make room."""
    lightest, least = 1, math.inf
    for place in range(1, AGES):
        if share[place - 1] + share[place] < least:
            lightest, least = place, share[place - 1] + share[place]
    if least > 0.0:
        left, right = share[lightest - 1], share[lightest]
        age[lightest - 1] = (left * age[lightest - 1] + right * age[lightest]) / least
    share[lightest - 1] = least
    for place in range(lightest, AGES - 1):
        age[place], share[place] = age[place + 1], share[place + 1]
    age[AGES - 1], share[AGES - 1] = new_age, new_share


@_compiled
def _stay(hours, haste, age, age_share, lasts, lasts_log_sd, stays):  # type: ignore[no-untyped-def]
    """Probability that each family stays for ``hours``, exponential ones ``haste`` times less long; ages move on."""
    for m in range(len(lasts)):
        if lasts_log_sd[m] == 0.0:
            stays[m] = survival(hours * haste, lasts[m], 0.0)
            for place in range(AGES):
                age[m, place] += hours
                age_share[m, place] *= stays[m]
            continue
        stays[m] = 0.0
        for place in range(AGES):
            if age_share[m, place] > 1e-9:
                old = survival(age[m, place], lasts[m], lasts_log_sd[m])
                new = survival(age[m, place] + hours, lasts[m], lasts_log_sd[m])
                age_share[m, place] *= new / old if old > 1e-12 else 0.0
                stays[m] += age_share[m, place]
            else:
                age_share[m, place] = 0.0
            age[m, place] += hours


@_compiled
def _flow(  # type: ignore[no-untyped-def]
    weight, hours, haste, prior, family, share, lasts, lasts_log_sd, leads, change_hours, age, age_share, flow
):
    """Weights that go from each regime (row) into each (column) in ``hours``."""
    regimes, families = len(weight), len(lasts)
    total, stays, entering = np.zeros(families), np.empty(families), np.zeros(families)
    for i in range(regimes):
        total[family[i]] += weight[i]
    _stay(hours, haste, age, age_share, lasts, lasts_log_sd, stays)
    goes = np.empty((families, families))
    for m in range(families):
        led = 0.0
        for n in range(families):
            led += leads[m, n]
        for n in range(families):
            goes[m, n] = (1.0 - stays[m]) * (leads[m, n] + (1.0 - led) * prior[n])
            entering[n] += total[m] * goes[m, n]
    keep = math.exp(-hours / change_hours)
    arriving = np.empty((families, regimes))
    for m in range(families):
        for j in range(regimes):
            arriving[m, j] = goes[m, family[j]] * share[j]
            if family[j] == m:
                arriving[m, j] += stays[m] * (1.0 - keep) * share[j]
    for i in range(regimes):
        here = weight[i]
        for j in range(regimes):
            flow[i, j] = here * arriving[family[i], j]
        flow[i, i] += here * stays[family[i]] * keep
    for n in range(families):
        everybody = total[n] * stays[n] + entering[n]
        if everybody > 0.0:
            for place in range(AGES):
                age_share[n, place] *= total[n] / everybody
            _enter(age[n], age_share[n], min(0.5 * hours, 0.5 * lasts[n]), entering[n] / everybody)


@_compiled
def _merge(flow, mean, covariance, merged, merged_covariance, weight):  # type: ignore[no-untyped-def]
    """Moments of what flows into each regime, and its weight."""
    width, regimes = mean.shape
    for j in range(regimes):
        weight[j] = 0.0
    for i in range(regimes):
        for j in range(regimes):
            weight[j] += flow[i, j]
    merged[:] = 0.0
    merged_covariance[:] = 0.0
    part, used, alone = np.empty(regimes), np.zeros(regimes), np.zeros(regimes)
    inverse, limit = np.empty(regimes), np.empty(regimes)
    for j in range(regimes):
        inverse[j] = 1.0 / max(weight[j], 1e-300)
        limit[j] = NEGLIGIBLE * weight[j]
    for i in range(regimes):
        others = 0
        for j in range(regimes):
            part[j] = flow[i, j] * inverse[j] if flow[i, j] > limit[j] else 0.0
            others += 1 if part[j] > 0.0 and j != i else 0
        if others == 0:  # nearly all regimes only keep what was theirs: they are done together below
            alone[i] = part[i]
            continue
        for j in range(regimes):
            used[j] += part[j]
        row = 0
        for a in range(width):
            middle = mean[a, i]
            for j in range(regimes):
                merged[a, j] += part[j] * middle
            for b in range(a + 1):
                moment = covariance[row, i] + middle * mean[b, i]
                for j in range(regimes):
                    merged_covariance[row, j] += part[j] * moment
                row += 1
    row = 0
    for j in range(regimes):
        used[j] += alone[j]
    for a in range(width):
        for j in range(regimes):
            merged[a, j] += alone[j] * mean[a, j]
        for b in range(a + 1):
            for j in range(regimes):
                merged_covariance[row, j] += alone[j] * (covariance[row, j] + mean[a, j] * mean[b, j])
            row += 1
    for j in range(regimes):
        used[j] = 1.0 / used[j] if used[j] > 0.0 else 0.0
    row = 0
    for a in range(width):
        for j in range(regimes):
            merged[a, j] *= used[j]
        for b in range(a + 1):
            for j in range(regimes):
                merged_covariance[row, j] = merged_covariance[row, j] * used[j] - merged[a, j] * merged[b, j]
            row += 1


@_compiled
def _move(mean, covariance, hours, attractor, rate, spread, shift, shift_variance):  # type: ignore[no-untyped-def]
    """Every Gaussian moves on by ``hours`` in its regime."""
    width, regimes = mean.shape
    left = np.ones((width, regimes))
    still = np.ones(width, dtype=np.bool_)
    for a in range(width):
        for j in range(regimes):
            if rate[a, j] != 0.0:
                still[a] = False
        if not still[a]:
            for j in range(regimes):
                left[a, j] = exp(-rate[a, j] * hours)
            for j in range(regimes):
                mean[a, j] = attractor[a, j] + left[a, j] * (mean[a, j] - attractor[a, j])
        for j in range(regimes):
            mean[a, j] += shift[a]
    row = 0
    for a in range(width):
        for b in range(a + 1):
            if not (still[a] and still[b]):
                for j in range(regimes):
                    both = left[a, j] * left[b, j]
                    covariance[row, j] = both * covariance[row, j] + spread[row, j] * (1.0 - both)
            row += 1
        if shift_variance[a] > 0.0:
            for j in range(regimes):
                covariance[row - 1, j] += shift_variance[a]


@_compiled
def _see(mean, covariance, design, observed, error, log_likelihood):  # type: ignore[no-untyped-def]
    """Condition every Gaussian on the rows of an occasion, one row after the other."""
    width, regimes = mean.shape
    along, scaled = np.empty((width, regimes)), np.empty((width, regimes))
    explained, away, shrink, pull, widest, density, gain, gain_squared = np.empty((8, regimes))
    for j in range(regimes):
        log_likelihood[j] = 0.0
    for seen in range(len(observed)):
        along[:] = 0.0
        for b in range(width):
            slope = design[seen, b]
            if slope != 0.0:
                for a in range(width):
                    row = a * (a + 1) // 2 + b if b <= a else b * (b + 1) // 2 + a
                    for j in range(regimes):
                        along[a, j] += slope * covariance[row, j]
        for j in range(regimes):
            explained[j] = 0.0
            away[j] = observed[seen]
        for a in range(width):
            slope = design[seen, a]
            if slope != 0.0:
                for j in range(regimes):
                    explained[j] += slope * along[a, j]
                    away[j] -= slope * mean[a, j]
        for j in range(regimes):
            widest[j] = 0.5 * away[j] * away[j] / (explained[j] + TAIL_VARIANCE[PIECES - 1] * error[seen])
            density[j] = gain[j] = gain_squared[j] = 0.0
        for piece in range(PIECES):
            noise, part = TAIL_VARIANCE[piece] * error[seen], TAIL_SHARE[piece]
            for j in range(regimes):
                precision = 1.0 / (explained[j] + noise)
                found = part * exp(widest[j] - 0.5 * away[j] * away[j] * precision) * math.sqrt(precision)
                density[j] += found
                gain[j] += found * precision
                gain_squared[j] += found * precision * precision
        for j in range(regimes):
            log_likelihood[j] += log(density[j]) - widest[j] - HALF_LOG_TWO_PI
            once, twice = gain[j] / density[j], gain_squared[j] / density[j]
            shrink[j] = once - away[j] * away[j] * (twice - once * once)
            pull[j] = away[j] * once
        row = 0
        for a in range(width):
            for j in range(regimes):
                mean[a, j] += along[a, j] * pull[j]
                scaled[a, j] = along[a, j] * shrink[j]
            for b in range(a + 1):
                for j in range(regimes):
                    covariance[row, j] -= scaled[a, j] * along[b, j]
                row += 1


@_compiled
def _blend(mean, covariance, other, other_covariance, part):  # type: ignore[no-untyped-def]
    """Moments of each Gaussian and, with probability ``part`` (R,), of the one before the occasion was seen."""
    width, regimes = mean.shape
    row = 0
    for a in range(width):
        for b in range(a + 1):
            for j in range(regimes):
                apart = (mean[a, j] - other[a, j]) * (mean[b, j] - other[b, j])
                covariance[row, j] += part[j] * (
                    other_covariance[row, j] - covariance[row, j] + (1.0 - part[j]) * apart
                )
            row += 1
    for a in range(width):
        for j in range(regimes):
            mean[a, j] += part[j] * (other[a, j] - mean[a, j])


@_compiled
def _unpack(mean, covariance, means, covariances):  # type: ignore[no-untyped-def]
    """Regimes first, as the world outside reads them."""
    width, regimes = mean.shape
    row = 0
    for a in range(width):
        for j in range(regimes):
            means[j, a] = mean[a, j]
        for b in range(a + 1):
            for j in range(regimes):
                covariances[j, a, b] = covariances[j, b, a] = covariance[row, j]
            row += 1


@_compiled
def follow_person(  # type: ignore[no-untyped-def]
    first, last, hours, haste, prior, signs, shift, shift_variance, rows, design, observed, error, foreign_prior,
    start_mean, start_covariance, foreign_mean, foreign_covariance, attractor, rate, spread, family, share, lasts,
    lasts_log_sd, leads, change_hours, before, after, evidence, foreign_found, keep, kept_mean_before,
    kept_covariance_before, kept_mean, kept_covariance, kept_flow, kept_age, kept_age_share,
):  # fmt: skip
    """Filter the occasions ``first`` to ``last`` of one person."""
    width, regimes = attractor.shape
    mean, covariance = start_mean.copy(), start_covariance.copy()
    mean_before, covariance_before = np.empty_like(mean), np.empty_like(covariance)
    weight, log_likelihood, part = np.empty(regimes), np.empty(regimes), np.empty(regimes)
    strange_likelihood = np.empty(1)
    flow = np.zeros((regimes, regimes))
    age, age_share = np.empty((len(lasts), AGES)), np.empty((len(lasts), AGES))
    _begin_ages(age, age_share, lasts)
    lately = 0.0
    for k in range(first, last):
        if k == first:
            row = 0
            for a in range(width):
                row += a + 1
                for j in range(regimes):
                    mean[a, j] += shift[k, a]
                    covariance[row - 1, j] += shift_variance[k, a]
            for j in range(regimes):
                weight[j] = prior[k, family[j]] * share[j]
        else:
            passed = hours[k] - hours[k - 1]
            _flow(
                after[k - 1], passed, haste[k], prior[k], family, share, lasts, lasts_log_sd, leads, change_hours, age,
                age_share, flow,
            )  # fmt: skip
            _merge(flow, mean, covariance, mean_before, covariance_before, weight)
            mean, mean_before = mean_before, mean
            covariance, covariance_before = covariance_before, covariance
            _move(mean, covariance, passed, attractor, rate, spread, shift[k], shift_variance[k])
        before[k] = weight
        mean_before[:] = mean
        covariance_before[:] = covariance
        top, bottom = rows[k], rows[k + 1]
        _see(mean, covariance, design[top:bottom], observed[top:bottom], error[top:bottom], log_likelihood)
        strange_likelihood[0] = -math.inf
        if bottom > top:
            _see(
                foreign_mean.copy(), foreign_covariance.copy(), design[top:bottom], observed[top:bottom],
                error[top:bottom], strange_likelihood,
            )  # fmt: skip
        if k > first:
            lately = max(foreign_found[k - 1], REMEMBERED * lately)
        chance = foreign_prior * (1.0 - lately)  # foreign once more is hardly possible: then the person has changed
        strange_log = strange_likelihood[0] + math.log(chance) if chance > 0.0 and bottom > top else -math.inf
        largest = -math.inf
        for j in range(regimes):
            if weight[j] > 0.0:
                likely = max(log_likelihood[j], strange_log) + signs[k, family[j]]
                largest = max(largest, math.log(weight[j]) + likely)
        total, odd, most = 0.0, 0.0, 0.0
        for j in range(regimes):
            own, strange = math.exp(log_likelihood[j] + signs[k, family[j]] - largest), 0.0
            if bottom > top:
                own *= 1.0 - chance
                strange = math.exp(strange_log + signs[k, family[j]] - largest)
            after[k, j] = weight[j] * (own + strange)
            total += after[k, j]
            odd += weight[j] * strange
            part[j] = strange / (own + strange) if own + strange > 0.0 else 0.0
            most = max(most, part[j])
        for j in range(regimes):
            after[k, j] /= total
        evidence[k] = math.log(total) + largest
        foreign_found[k] = min(odd / total, 1.0)
        if most > 1e-4:
            _blend(mean, covariance, mean_before, covariance_before, part)
        if keep:
            _unpack(mean_before, covariance_before, kept_mean_before[k], kept_covariance_before[k])
            _unpack(mean, covariance, kept_mean[k], kept_covariance[k])
            kept_flow[k] = flow
            kept_age[k], kept_age_share[k] = age, age_share


@_compiled_for_all_cores
def follow_people(  # type: ignore[no-untyped-def]
    people, begins, hours, haste, prior, signs, shift, shift_variance, rows, design, observed, error, foreign_prior,
    start_mean, start_covariance, foreign_mean, foreign_covariance, attractor, rate, spread, family, share, lasts,
    lasts_log_sd, leads, change_hours, before, after, evidence, foreign_found, keep, kept_mean_before,
    kept_covariance_before, kept_mean, kept_covariance, kept_flow, kept_age, kept_age_share,
):  # fmt: skip
    """Filter everybody, on all cores."""
    for person in numba.prange(len(people) - 1):
        start = begins[person]
        follow_person(
            people[person], people[person + 1], hours, haste, prior, signs, shift, shift_variance, rows, design,
            observed, error, foreign_prior, start_mean[start], start_covariance[start], foreign_mean[start],
            foreign_covariance[start], attractor, rate, spread, family, share, lasts, lasts_log_sd, leads,
            change_hours, before, after, evidence, foreign_found, keep, kept_mean_before, kept_covariance_before,
            kept_mean, kept_covariance, kept_flow, kept_age, kept_age_share,
        )  # fmt: skip


@_compiled
def advance_person(  # type: ignore[no-untyped-def]
    after, shift, mean, covariance, prior, hours, haste, age, age_share, attractor, rate, spread, family, share, lasts,
    lasts_log_sd, leads, change_hours,
):  # fmt: skip
    """Weights, means, packed covariances and flow ``hours`` later."""
    width, regimes = mean.shape
    flow, weight = np.zeros((regimes, regimes)), np.empty(regimes)
    merged, merged_covariance = np.empty_like(mean), np.empty_like(covariance)
    _flow(after, hours, haste, prior, family, share, lasts, lasts_log_sd, leads, change_hours, age, age_share, flow)
    _merge(flow, mean, covariance, merged, merged_covariance, weight)
    nothing = np.zeros(width)
    _move(merged, merged_covariance, hours, attractor, rate, spread, shift, nothing)
    return weight, merged, merged_covariance, flow
