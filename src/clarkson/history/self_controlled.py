"""Self-controlled case series: each person is compared with nobody but themselves.

Conditional on how many attacks a person had, where they fell depends on the rate ratio alone (Farrington 1995), so
everything about a person that stays the same leaves the sum. The method needs that attacks do not lead to treatment.
They do: treatment begins after a bad spell. So the time before each start has a rate of its own here (the window of
``Rows.before``), which takes out the attacks that were the reason for it.

What this cannot mend: treatment that begins after a bad spell leaves, before the window, only time without such a
spell, so the rate off treatment comes out somewhat too low and the treatment somewhat too weak.
``docs/history-evaluation.md`` says by how much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clarkson.errors import SettingError
from clarkson.history.cohort_rows import Flags, Floats, Rows, counted
from clarkson.history.recurrent import MOST_STEPS, RateRatio, from_log, one_sided, too_little

WITH_WINDOW = "self-controlled, window before the start"
WITHOUT_WINDOW = "self-controlled, no window"


def self_controlled(rows: Rows, *, window: bool = True) -> RateRatio:
    """The rate ratio within people, by conditional Poisson regression; variance between people, each left out in turn.

    Covariates of the rows (a season, an age) are adjusted for where they change within a person. With ``window`` the
    time before each start has its own rate; without, attacks that led to treatment count against the time off it.

    Raises
    ------
    SettingError
        A window is asked for and the rows mark none.

    >>> rows = Rows(np.array(["a", "a", "b", "b"]), np.array([0., 1, 0, 1]), np.array([1., 2, 1, 2]),
    ...             np.array([True, False, True, True]), np.array([False, True, False, True]))
    >>> round(self_controlled(rows, window=False).ratio, 2)
    0.5
    """
    if window and rows.before is None:
        raise SettingError("the rows mark no window before a start: give a column 'before', or ask for no window")
    method = WITH_WINDOW if window else WITHOUT_WINDOW
    before = rows.before if window and rows.before is not None else np.zeros(len(rows.event), dtype=bool)
    informative = _on_both_sides(rows, before)
    if not informative.any():
        return RateRatio(
            method, None, 0.0, np.inf, rows.people, rows.attacks, None,
            "nobody was watched both off and on treatment and had an attack in that time",
        )  # fmt: skip
    told = rows.only(informative)
    before = before[informative]
    outside = told.only(~before)
    refused = too_little(outside, method)
    if refused is not None:
        return refused
    one = one_sided(outside, method, _odds_of_people(outside))
    if one is not None:
        return one
    log_ratio, log_se = _conditional_poisson(told, before)
    return from_log(told, method, log_ratio, log_se)


def _on_both_sides(rows: Rows, before: Flags) -> Flags:
    """Rows (n,) of people with an attack, and with time on treatment and off it outside the window."""
    people = rows.codes
    sides = [rows.treated, ~rows.treated & ~before, rows.event]
    counts = [np.bincount(people, side, minlength=rows.people) for side in sides]
    return np.asarray(np.logical_and.reduce([each > 0 for each in counts])[people], dtype=bool)


def _odds_of_people(rows: Rows) -> Floats:
    """For each attack, years on treatment for each year off it of that person."""
    on = np.bincount(rows.codes, rows.years * rows.treated)
    off = np.bincount(rows.codes, rows.years * ~rows.treated)
    odds = on / np.maximum(off, 1e-12)
    return np.asarray(odds[rows.codes[rows.event]], dtype=float)


def _conditional_poisson(rows: Rows, before: Flags) -> tuple[float, float]:
    """Log ratio and its standard error, each person left out in turn."""
    attacks, years, keys = counted(rows, *([before.astype(float)] if before.any() else []))
    found = conditional_poisson(attacks, years, keys[:, 1:], keys[:, 0].astype(int))
    return float(found.coefficients[0]), float(found.jackknife[0])


@dataclass(frozen=True, slots=True, eq=False)
class Conditional:
    """Coefficients (k,) of a conditional Poisson regression, and three standard errors of each.

    ``model`` holds if attacks come by chance; ``robust`` sums squared scores by person; ``jackknife`` leaves each
    person out in turn, by one step of the search. Where people are few the second is too small, most of all if one of
    them has most of the attacks.
    """

    coefficients: Floats
    model: Floats
    robust: Floats
    jackknife: Floats


def conditional_poisson(attacks: Floats, years: Floats, design: Floats, people: NDArray[np.int64]) -> Conditional:
    """The conditional Poisson regression; not a number where the search does not end.

    Cells (n,) with attacks, years, a design (n, k) and the number of their person, from 0. Given a person's attacks,
    each falls into a cell with a chance in proportion to years times exp(design coefficients). The one of statsmodels
    0.15 leaves out people with the same count in every cell, who do tell where their years differ, and has no variance
    by person.
    """
    of_person = np.zeros((people.max() + 1, len(people)))
    of_person[people, np.arange(len(people))] = 1.0
    total = of_person @ attacks
    coefficients = np.zeros(design.shape[1])
    for _ in range(MOST_STEPS):
        share = years * np.exp(design @ coefficients)
        share = share / (of_person @ share)[people]
        mean = of_person @ (share[:, None] * design)
        scores = of_person @ (attacks[:, None] * design) - total[:, None] * mean
        information = design.T @ ((total[people] * share)[:, None] * design) - mean.T @ (total[:, None] * mean)
        step = np.linalg.lstsq(information, scores.sum(0), rcond=None)[0]
        coefficients = coefficients + np.clip(step, -2.0, 2.0)
        # A window without attacks has a rate that goes to zero: its step stays, and moves nothing else.
        if abs(step[0]) < 1e-9 and np.abs(step * scores.sum(0)).max() < 1e-9:
            inverse = np.linalg.pinv(information)
            robust = inverse @ (scores.T @ scores) @ inverse
            own = _information_of_each(of_person, total, share, mean, design)
            left_out = np.einsum("gij,gj->gi", np.linalg.pinv(information - own), scores)
            jackknife = np.sqrt((1.0 - 1.0 / len(total)) * np.square(left_out).sum(0))
            return Conditional(coefficients, np.sqrt(np.diag(inverse)), np.sqrt(np.diag(robust)), jackknife)
    nothing = np.full_like(coefficients, np.nan)
    return Conditional(nothing, nothing, nothing, nothing)


def _information_of_each(of_person: Floats, total: Floats, share: Floats, mean: Floats, design: Floats) -> Floats:
    """What each person adds to the information, (people, k, k)."""
    second = np.einsum("gn,ni,nj->gij", of_person * share, design, design)
    return np.asarray(total[:, None, None] * (second - mean[:, :, None] * mean[:, None]), dtype=float)
