"""Regression to the mean: what follows a bad time if the treatment does nothing.

Who begins a treatment after many attacks had, in part, bad luck; fewer attacks follow even on a useless drug. True
rates are Gamma between people; counts are Poisson. If a person's rate is constant, the attacks of the coming time are
negative binomial, and why the treatment began does not matter once the counts are given. Between people with this
disease rates differ so widely that a bad year tells much, and the fall is small. It is larger if a person's own rate
goes up and down: ``clustering`` is its dispersion from one half-year to the next (0: constant). No series tells it;
0.5 would double the variance where four attacks are expected in a year. If the time off treatment was itself picked
for being bad, the fall is larger still.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincc

from clarkson.errors import SettingError
from clarkson.history.conditional import check_counts
from clarkson.history.published import PUBLISHED, Prior

Array = NDArray[np.float64]
SPELL_YEARS = 0.5  # how long a good or a bad time lasts (assumption)
_RATES: Array = np.exp(np.linspace(np.log(1e-4), np.log(1e3), 2000))  # attacks per year, even in the logarithm


@dataclass(frozen=True, slots=True)
class Selected:
    """People picked because they had many attacks: their rate then, and what is expected of the same people later."""

    share_of_people: float
    seen_per_year: float
    expected_per_year: float

    @property
    def ratio(self) -> float:
        """The rate ratio that a useless treatment shows."""
        return self.expected_per_year / self.seen_per_year


def selected(mean_per_year: float, dispersion: float, at_least: int, years: float) -> Selected:
    """People with at least so many attacks in so many years, of all people.

    True rates are Gamma with this mean and variance dispersion x mean squared.

    Raises
    ------
    SettingError
        A number is not positive.

    >>> round(selected(1.0, 0.5, 3, 1.0).ratio, 2)
    0.52
    """
    if min(mean_per_year, dispersion, years) <= 0.0 or at_least < 1:
        raise SettingError("people are picked by at least 1 attack in some time, with a rate and a dispersion above 0")
    shape, rate = 1.0 / dispersion, 1.0 / (dispersion * mean_per_year)
    share = _at_least(at_least, shape, rate, years)
    # The mean of the counts from ``at_least`` on: n NB(n; shape) is shape x years / rate x NB(n - 1; shape + 1).
    counted = mean_per_year * years * _at_least(at_least - 1, shape + 1.0, rate, years) / share
    return Selected(share, counted / years, (shape + counted) / (rate + years))


@dataclass(frozen=True, slots=True)
class NoEffect:
    """What chance and regression to the mean alone would give this person.

    ``expected_per_year`` is the mean rate to expect on a treatment that does nothing. ``ratio`` is that against the
    rate seen off treatment, ``low`` to ``high`` the 90 % interval of the ratio that would be counted; None without
    attacks off or time on treatment. The ends are counts and so hold at least 90 %. ``as_low_or_lower`` is the
    probability of so few attacks on treatment or fewer; ``as_low_or_lower_mid`` counts only half of that of exactly
    so many.
    """

    expected_per_year: float
    ratio: float | None
    low: float | None
    high: float | None
    as_low_or_lower: float
    as_low_or_lower_mid: float


def no_effect(
    off_attacks: int,
    off_years: float,
    on_attacks: int,
    on_years: float,
    *,
    qualifying: int = 0,
    clustering: float = 0.0,
    prior: Prior = PUBLISHED,
) -> NoEffect:
    """What a treatment that does nothing would show.

    ``qualifying`` are attacks that were dropped from ``off_attacks`` because the treatment began after them: they are
    no part of the comparison, and still tell of the person's rate. ``clustering``: see the top of this file.

    Raises
    ------
    SettingError
        A count or a time is negative, or there are attacks in no time.

    >>> found = no_effect(5, 1.0, 1, 1.0)
    >>> round(found.ratio, 2), round(found.as_low_or_lower, 2)
    (0.94, 0.12)
    """
    check_counts(off_attacks, off_years, on_attacks, on_years)
    if qualifying < 0 or clustering < 0.0:
        raise SettingError(f"{qualifying} qualifying attacks, clustering {clustering}: give 0 or more of each")
    seen = off_attacks + qualifying
    if clustering:
        weights = _weights(seen, off_years, clustering, prior)
        expected = float(weights @ _RATES)
        spread = _dispersion(on_years, clustering)

        def at_most(count: int) -> float:
            return float(weights @ betainc(1.0 / spread, count + 1.0, 1.0 / (1.0 + spread * _RATES * on_years)))
    else:
        shape, rate = prior.shape + seen, prior.rate + off_years
        expected = shape / rate

        def at_most(count: int) -> float:
            return float(betainc(shape, count + 1.0, rate / (rate + on_years)))

    lower = at_most(on_attacks)
    fewer = at_most(on_attacks - 1) if on_attacks else 0.0
    mid = 0.5 * (lower + fewer)
    if not off_attacks or not on_years:
        return NoEffect(expected, None, None, None, lower, mid)
    unit = off_years / off_attacks
    low, high = (unit * _first(at_most, probability) / on_years for probability in (0.05, 0.95))
    return NoEffect(expected, expected * unit, low, high, lower, mid)


def _dispersion(years: float, clustering: float) -> float:
    """Dispersion of a count over several independent spells."""
    return clustering / max(1.0, years / SPELL_YEARS)


def _weights(attacks: int, years: float, clustering: float, prior: Prior) -> Array:
    """The posterior of the person's mean rate on ``_RATES``, counts being negative binomial around it."""
    size, mean = 1.0 / _dispersion(years, clustering), _RATES * years
    log = prior.shape * np.log(_RATES) - prior.rate * _RATES  # the step is even in the logarithm
    log += attacks * np.log(_RATES) - (size + attacks) * np.log(size + mean)
    weights = np.exp(log - log.max())
    return np.asarray(weights / weights.sum())


def _at_least(count: int, shape: float, rate: float, years: float) -> float:
    return float(betaincc(shape, count, rate / (rate + years))) if count else 1.0


def _first(at_most: Callable[[int], float], probability: float) -> int:
    """The smallest count whose probability, with all below it, reaches this."""
    below, above = -1, 1
    while at_most(above) < probability:
        below, above = above, 2 * above
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if at_most(middle) >= probability else (middle, above)
    return above
