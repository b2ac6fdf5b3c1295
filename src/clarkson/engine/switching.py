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

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Timer
from typing import Any

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.engine.switching_kernel import AGES, Places, advance_person, follow_people, follow_person

PATIENCE_SECONDS = 2.0


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

    ``people`` (N + 1,) first occasion of each person; ``hours`` (n,); ``haste`` (n,) how many
    times faster exponential families end before an occasion; ``prior`` (n, M) where anybody goes;
    ``signs`` (n, M) log weights of the families; ``shift``, ``shift_variance`` (n, D) of known inputs;
    ``rows`` (n + 1,) first row of each occasion; ``design`` (m, D), ``observed`` (m,), ``error`` (m,)
    variances.
    """

    people: Places
    hours: Array
    haste: Array
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


_lower = cache(np.tril_indices)  # places of the lower triangle


def _packed(matrices: Array) -> Array:
    """Lower triangles (..., D (D + 1) / 2, R) of symmetric matrices (..., R, D, D)."""
    rows, columns = _lower(matrices.shape[-1])
    return np.ascontiguousarray(np.moveaxis(matrices[..., rows, columns], -2, -1))


def _across(vectors: Array) -> Array:
    """(..., R, D) as (..., D, R): the regimes stand side by side, for vector instructions."""
    return np.ascontiguousarray(np.swapaxes(vectors, -1, -2))


def _course(regimes: Regimes, change_hours: float) -> tuple[object, ...]:
    return (
        _across(regimes.attractor),
        _across(regimes.rate),
        _packed(regimes.spread),
        regimes.family,
        regimes.share,
        regimes.lasts,
        regimes.lasts_log_sd,
        regimes.leads,
        change_hours,
    )


@contextmanager
def _patience(kernel: Any) -> Iterator[None]:
    """Say on a terminal that the first run on a machine compiles, if it does."""
    if kernel.signatures or not sys.stderr.isatty():
        yield
        return
    words = "Compiling the filter: once on this machine, half a minute."
    waiting = Timer(PATIENCE_SECONDS, lambda: print(words, file=sys.stderr))  # noqa: T201
    waiting.start()
    try:
        yield
    finally:
        waiting.cancel()


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

    ``begins`` (N,) is the place of each person's beginning in ``beginning``. ``foreign_prior`` is the probability of a
    foreign occasion, ``change_hours`` how long a regime keeps its place within its family, ``keep`` whether states are
    kept. Several people are followed on all cores.
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
        np.zeros((kept, count, count)),
        np.empty((kept, families, AGES)),
        np.empty((kept, families, AGES)),
    )
    saw = (
        seen.hours,
        seen.haste,
        seen.prior,
        seen.signs,
        seen.shift,
        seen.shift_variance,
        seen.rows,
        seen.design,
        seen.observed,
        seen.error,
        foreign_prior,
    )
    starts = (
        _across(beginning.mean),
        _packed(beginning.covariance),
        beginning.foreign_mean[..., None].copy(),
        _packed(beginning.foreign_covariance[:, None]),
    )
    out = (
        found.before,
        found.after,
        found.evidence,
        found.foreign,
        keep,
        found.mean_before,
        found.covariance_before,
        found.mean,
        found.covariance,
        found.flow,
        found.age,
        found.age_share,
    )
    if len(seen.people) == 2:
        one = tuple(each[begins[0]] for each in starts)
        with _patience(follow_person):
            follow_person(seen.people[0], seen.people[1], *saw, *one, *_course(regimes, change_hours), *out)
    elif len(seen.people) > 2:
        with _patience(follow_people):
            follow_people(seen.people, begins, *saw, *starts, *_course(regimes, change_hours), *out)
    return found


def advance(
    regimes: Regimes, seen: Occasions, found: Filtered, place: int, hours: float, change_hours: float, shift: Array
) -> Filtered:
    """Where the person of one occasion will be after ``hours``: weights and states before anything new is seen.

    ``place`` is an occasion of ``seen`` whose states were kept; prior and haste stay what they were there,
    ``shift`` (D,) is what known inputs will do. One
    occasion comes back, its weights and states in ``before``, ``mean_before`` and ``covariance_before``, and in
    ``flow`` who came from where.
    """
    age, age_share = found.age[place].copy(), found.age_share[place].copy()
    weight, mean, packed, flow = advance_person(
        found.after[place],
        np.ascontiguousarray(shift),
        _across(found.mean[place]),
        _packed(found.covariance[place]),
        seen.prior[place],
        hours,
        seen.haste[place],
        age,
        age_share,
        *_course(regimes, change_hours),
    )
    width = len(mean)
    covariance = np.empty((len(weight), width, width))
    rows, columns = np.tril_indices(width)
    covariance[:, rows, columns] = covariance[:, columns, rows] = packed.T
    ahead, spread, nothing = mean.T[None], covariance[None], np.zeros(1)
    return Filtered(
        weight[None],
        weight[None],
        nothing,
        nothing,
        ahead,
        spread,
        ahead,
        spread,
        flow[None],
        age[None],
        age_share[None],
    )
