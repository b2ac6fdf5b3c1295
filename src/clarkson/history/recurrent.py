"""Recurrent attacks of many people: how many times as many come on a treatment.

Andersen-Gill is written out here: of the libraries at hand, statsmodels 0.15 counts a row that begins at an event among
those at risk of that event, and neither its robust variance nor that of lifelines 0.30 agrees with R's for rows that
begin late. ``tests/history/test_recurrent.py`` holds R's figures. The negative binomial is statsmodels'.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from clarkson.errors import SettingError
from clarkson.history.cohort_rows import Floats, Rows, counted

LEVEL = 0.90
ANDERSEN_GILL = "Andersen-Gill, robust variance"
NEGATIVE_BINOMIAL = "negative binomial, robust variance"
FEWEST_PEOPLE = 2
LOG_RATIO_LIMIT = 12.0  # beyond a ratio of e^12 nothing is told apart
HALVINGS = 60
MOST_STEPS = 50
LEAST_INFORMATION = 1e-6  # less is rounding: nobody off and on treatment was watched at the same time


@dataclass(frozen=True, slots=True)
class RateRatio:
    """Attacks on a treatment for each attack off it, with its 90 % interval.

    ``ratio`` is None where the people cannot tell, and ``remark`` says why. ``log_se`` is the standard error of its
    logarithm, None where there is none (no attack on one side: the interval has then one end).
    """

    method: str
    ratio: float | None
    low: float
    high: float
    people: int
    attacks: int
    log_se: float | None = None
    remark: str = ""

    def __str__(self) -> str:
        """Ratio and interval, or why there is none."""
        if self.ratio is None:
            return f"{self.method}: {self.remark}"
        return f"{self.method}: {self.ratio:.2f} (90 % interval {self.low:.2f} to {self.high:.2f})"


def recurrent(rows: Rows) -> tuple[RateRatio, ...]:
    """What each model of recurrent events says; the treatment's ratio, adjusted for the covariates of the rows.

    The negative binomial needs ``clarkson[cohort]``; without it, only the first is there.

    >>> years = np.array([1.0, 1.0, 1.0, 1.0])
    >>> rows = Rows(np.array(["a", "a", "b", "b"]), 0 * years, years, np.array([True, False, True, True]),
    ...             np.array([False, True, False, True]))
    >>> recurrent(rows)[0].attacks
    3
    """
    return andersen_gill(rows), negative_binomial(rows)


def too_little(rows: Rows, method: str) -> RateRatio | None:
    """Why the rows carry no ratio at all, or None."""
    reason = ""
    if rows.people < FEWEST_PEOPLE:
        reason = f"people who can be compared: {rows.people}, too few to say how much people differ"
    elif rows.attacks == 0:
        reason = "nobody had an attack"
    elif rows.treated.all() or not rows.treated.any():
        reason = "there is no time " + ("off" if rows.treated.any() else "on") + " the treatment"
    if not reason:
        return None
    return RateRatio(method, None, 0.0, math.inf, rows.people, rows.attacks, None, reason)


def one_sided(rows: Rows, method: str, odds: Floats) -> RateRatio | None:
    """The ratio where all attacks lie on one side; None where both sides have some.

    ``odds`` (attacks,) are those of each attack lying on treatment if it does nothing. The one end of the interval is
    where this would happen one time in twenty if attacks came by chance alone; that people differ is not in it.
    """
    on, off = int(rows.event[rows.treated].sum()), int(rows.event[~rows.treated].sum())
    if on and off:
        return None
    inverse = odds if off else 1.0 / np.maximum(odds, 1e-12)

    def chance(log_ratio: float) -> float:
        return float(np.exp(-np.log1p(math.exp(log_ratio) * inverse).sum()))

    below, above = -LOG_RATIO_LIMIT, LOG_RATIO_LIMIT
    for _ in range(HALVINGS):
        middle = 0.5 * (below + above)
        below, above = (middle, above) if chance(middle) > (1.0 - LEVEL) / 2.0 else (below, middle)
    end = 0.5 * (below + above)
    where = "on" if off else "off"
    remark = f"no attack {where} treatment: one end of the interval, from chance alone"
    low, high = (0.0, math.exp(end)) if off else (math.exp(-end), math.inf)
    return RateRatio(method, 0.0 if off else math.inf, low, high, rows.people, rows.attacks, None, remark)


def from_log(rows: Rows, method: str, log_ratio: float, log_se: float) -> RateRatio:
    """A ratio with its interval; Student's t, for a variance between few people is itself uncertain."""
    if not (math.isfinite(log_ratio) and math.isfinite(log_se)) or abs(log_ratio) > LOG_RATIO_LIMIT:
        remark = "the model finds no ratio in these rows"
        return RateRatio(method, None, 0.0, math.inf, rows.people, rows.attacks, None, remark)
    half = float(stdtrit(rows.people - 1, (1.0 + LEVEL) / 2.0)) * log_se
    low, high = math.exp(log_ratio - half), math.exp(log_ratio + half)
    return RateRatio(method, math.exp(log_ratio), low, high, rows.people, rows.attacks, log_se)


def andersen_gill(rows: Rows) -> RateRatio:
    """Rate ratio of the model of Andersen and Gill with the variance of Lin, Wei, Yang and Ying (2000).

    People are compared with those who are watched at the same time of the clock; nothing is assumed of how an attack
    changes the next.
    """
    refused = too_little(rows, ANDERSEN_GILL)
    if refused is not None:
        return refused
    one = one_sided(rows, ANDERSEN_GILL, _odds_at_attacks(rows))
    if one is not None:
        return one
    coefficients, _, robust = cox(rows)
    return from_log(rows, ANDERSEN_GILL, float(coefficients[0]), float(robust[0]))


def _odds_at_attacks(rows: Rows) -> Floats:
    """At each attack, how many are watched on treatment for each one off it."""
    at = rows.stop[rows.event]
    on = _sum_at_risk(rows, at, rows.treated.astype(float))
    off = _sum_at_risk(rows, at, (~rows.treated).astype(float))
    return np.asarray(on / np.maximum(off, 1.0), dtype=float)


def _sum_at_risk(rows: Rows, at: Floats, values: Floats) -> Floats:
    """Sum of values (n, ...) over the rows that are watched at each time, start < time <= stop: (times, ...)."""
    total = np.zeros((len(at), *values.shape[1:]))
    for edge, sign in ((rows.start, 1.0), (rows.stop, -1.0)):
        order = np.argsort(edge, kind="stable")
        running = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values[order], axis=0)])
        total += sign * running[np.searchsorted(edge[order], at)]
    return total


def cox(rows: Rows) -> tuple[Floats, Floats, Floats]:
    """Coefficients of treatment and covariates (1 + k,), their model-based and their robust standard errors.

    Partial likelihood with Breslow's ties; the robust variance sums score residuals by person. Not a number where the
    search does not end, or nobody can be compared.
    """
    design = rows.design()
    at, place, attacks = np.unique(rows.stop[rows.event], return_inverse=True, return_counts=True)
    seen = design[rows.event].sum(0)
    coefficients = np.zeros(design.shape[1])
    nothing = np.full_like(coefficients, np.nan)
    for _ in range(MOST_STEPS):
        mean, information, _ = _at_risk(rows, design, coefficients, at, attacks)
        if np.linalg.eigvalsh(information)[0] < LEAST_INFORMATION:
            return nothing, nothing, nothing
        step = np.linalg.lstsq(information, seen - attacks @ mean, rcond=None)[0]
        coefficients = coefficients + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-9:
            break
    else:
        return nothing, nothing, nothing
    mean, information, hazard = _at_risk(rows, design, coefficients, at, attacks)
    inverse = np.linalg.inv(information)
    residuals = -np.exp(design @ coefficients)[:, None] * (
        design * _over_row(rows, at, hazard)[:, None] - _over_row(rows, at, hazard[:, None] * mean)
    )
    residuals[rows.event] += design[rows.event] - mean[place.reshape(-1)]
    of_people = np.zeros((rows.people, design.shape[1]))
    np.add.at(of_people, rows.codes, residuals)
    robust = inverse @ (of_people.T @ of_people) @ inverse
    return coefficients, np.sqrt(np.diag(inverse)), np.sqrt(np.diag(robust))


def _at_risk(
    rows: Rows, design: Floats, coefficients: Floats, at: Floats, attacks: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    """Mean of the design over those at risk at each time (times, 1 + k), the information, the hazard (times,)."""
    weight = np.exp(design @ coefficients)
    total = _sum_at_risk(rows, at, weight)
    mean = _sum_at_risk(rows, at, weight[:, None] * design) / total[:, None]
    square = _sum_at_risk(rows, at, weight[:, None, None] * design[:, :, None] * design[:, None]) / total[:, None, None]
    information = np.einsum("t,tij->ij", attacks, square - mean[:, :, None] * mean[:, None])
    return mean, information, attacks / total


def _over_row(rows: Rows, at: Floats, increments: Floats) -> Floats:
    """Sum of increments (times, ...) over the times in each row: (n, ...)."""
    running = np.concatenate([np.zeros((1, *increments.shape[1:])), np.cumsum(increments, axis=0)])
    return np.asarray(
        running[np.searchsorted(at, rows.stop, "right")] - running[np.searchsorted(at, rows.start, "right")]
    )


def negative_binomial(rows: Rows) -> RateRatio:
    """Rate ratio of the negative binomial: each person's counts vary more than chance, as with a gamma frailty.

    One count a person, side and set of covariates, years as exposure, variance by person.

    Raises
    ------
    SettingError
        statsmodels is not installed.
    """
    refused = too_little(rows, NEGATIVE_BINOMIAL)
    if refused is not None:
        return refused
    on, off = (rows.years[rows.treated].sum(), rows.years[~rows.treated].sum())
    one = one_sided(rows, NEGATIVE_BINOMIAL, np.full(rows.attacks, on / off))
    if one is not None:
        return one
    attacks, years, keys = counted(rows)
    design = np.column_stack([np.ones(len(keys)), keys[:, 1:]])
    log_ratio, log_se = _fit_negative_binomial(attacks, years, design, keys[:, 0])
    return from_log(rows, NEGATIVE_BINOMIAL, log_ratio, log_se)


def models(what: str) -> Any:
    """The module of statsmodels' models.

    Raises SettingError where it is not installed.
    """
    try:
        import statsmodels.api as found
    except ImportError:
        raise SettingError(
            f"{what} needs statsmodels, which is not installed: pip install 'clarkson[cohort]'"
        ) from None
    return found


def _fit_negative_binomial(attacks: Floats, years: Floats, design: Floats, people: Floats) -> tuple[float, float]:
    """Log ratio of column 1 and its robust standard error; the Poisson where counts vary no more than chance."""
    sm = models("the negative binomial")
    groups = {"groups": people.astype(int), "use_correction": False}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a search that does not end; that is looked at below
        poisson = sm.GLM(attacks, design, family=sm.families.Poisson(), exposure=years)
        start = poisson.fit()
        fits: list[Callable[[], Any]] = [
            lambda: sm.NegativeBinomial(attacks, design, exposure=years).fit(
                start_params=[*start.params, 0.5], method="bfgs", disp=0, cov_type="cluster", cov_kwds=groups
            ),
            lambda: poisson.fit(cov_type="cluster", cov_kwds=groups),
        ]
        for fit in fits:
            try:
                found = fit()
            except (np.linalg.LinAlgError, ValueError):
                continue
            if found.converged and np.isfinite(found.bse[1]):
                return float(found.params[1]), float(found.bse[1])
    return math.nan, math.nan
