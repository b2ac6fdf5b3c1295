"""How long until we could know: months of watching until a test would tell a true ratio from none.

The test is the two-sided mid-p test of ``conditional.py`` at 5 %, the chance of a "yes" 80 %.
Counts of both times are Poisson, so the power is averaged over them; nothing is approximated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtri

from clarkson.errors import SettingError
from clarkson.history.conditional import check_counts, mid_p_two_sided
from clarkson.history.published import MONTHS_PER_YEAR

Array = NDArray[np.float64]
ERROR = 0.05  # two-sided
POWER = 0.80
CLOSE = 0.001  # attacks: where the search stops
LONGEST_YEARS = 100.0
_FAR = 9.0  # standard deviations of a Poisson count that are looked at


def months_per_arm(off_per_year: float, ratio: float) -> float:
    """Months off and the same on treatment for 80 % power, exact.

    Raises
    ------
    SettingError
        The rate is not above 0, or the ratio not between 0 and 1.

    >>> round(months_per_arm(2.6, 0.25))
    76
    """
    _check(off_per_year, ratio)
    return _expected_off(ratio) / off_per_year * MONTHS_PER_YEAR


@cache
def _expected_off(ratio: float) -> float:
    """Attacks to be expected off treatment for the power."""
    below, above = 0.0, 2.0 * expected_attacks(ratio) / (1.0 + ratio) + 20.0
    while above - below > CLOSE:
        middle = 0.5 * (below + above)
        below, above = (below, middle) if power_of_equal_arms(middle, ratio) >= POWER else (middle, above)
    return above


def power_of_equal_arms(expected_off: float, ratio: float) -> float:
    """Power with so many attacks expected off treatment, ratio times as many on it, in times of one length.

    >>> round(power_of_equal_arms(10.0, 0.1), 2)
    0.83
    """
    mean = expected_off * (1.0 + ratio)
    if mean <= 0.0:
        return 0.0
    far = _FAR * math.sqrt(mean) + 10.0
    totals = np.arange(max(0, math.floor(mean - far)), math.ceil(mean + far) + 1, dtype=float)
    chance = np.exp(totals * math.log(mean) - mean - gammaln(totals + 1.0))
    share = ratio / (1.0 + ratio)
    return float(sum(p * _power_of_total(int(total), share) for p, total in zip(chance, totals, strict=True)))


@cache
def _power_of_total(total: int, share: float) -> float:
    counts = np.arange(total + 1.0)
    log = gammaln(total + 1.0) - gammaln(counts + 1.0) - gammaln(total - counts + 1.0)
    chance = np.exp(log + counts * math.log(share) + (total - counts) * math.log1p(-share))
    return float(chance[_telling(total)].sum())


@cache
def _telling(total: int) -> NDArray[np.bool_]:
    """Which counts on treatment, of so many in two times of one length, the test calls a difference."""
    counts = np.arange(total + 1)
    return np.asarray(mid_p_two_sided(counts, np.full_like(counts, total), 0.5) <= ERROR)


def expected_attacks(ratio: float) -> float:
    """Attacks in both arms together by the normal approximation of the binomial.

    >>> round(expected_attacks(0.5))
    68
    """
    share = ratio / (1.0 + ratio)
    either, power = float(ndtri(1.0 - ERROR / 2.0)), float(ndtri(POWER))
    return (0.5 * either + power * math.sqrt(share * (1.0 - share))) ** 2 / (share - 0.5) ** 2


def months_per_arm_closed_form(off_per_year: float, ratio: float) -> float:
    """The closed form: a little short where few attacks are expected.

    >>> [round(months_per_arm_closed_form(2.6, ratio)) for ratio in (0.1, 0.25, 0.5, 0.7)]
    [37, 71, 210, 678]
    """
    _check(off_per_year, ratio)
    return expected_attacks(ratio) / (off_per_year * (1.0 + ratio)) * MONTHS_PER_YEAR


def months_without_attack(off_per_year: float) -> float:
    """Months free of attacks after which chance alone leaves 5 %: exp(-rate x time) = 0.05.

    >>> round(months_without_attack(2.6))
    14
    """
    if off_per_year <= 0.0:
        raise SettingError(f"a rate of {off_per_year} attacks a year leaves nothing to wait for; give one above 0")
    return -math.log(0.05) / off_per_year * MONTHS_PER_YEAR


def no_duration_suffices(ratio: float, dispersion: float, blocks: int) -> bool:
    """Whether attacks cluster so much that no length of time tells this ratio.

    With ``dispersion`` from block to block and so many blocks in each arm, the variance of the log ratio never falls
    below 2 dispersion / blocks.

    >>> no_duration_suffices(0.5, 0.5, 6), no_duration_suffices(0.1, 0.5, 6)
    (True, False)
    """
    _check(1.0, ratio)
    if dispersion < 0.0 or blocks < 1:
        raise SettingError("a dispersion is 0 or more, and there is at least 1 block in an arm")
    wanted = float(ndtri(1.0 - ERROR / 2.0)) + float(ndtri(POWER))
    return wanted**2 * 2.0 * dispersion / blocks >= math.log(ratio) ** 2


@dataclass(frozen=True, slots=True)
class Duration:
    """Months more on treatment until the test would tell; None where no duration suffices. ``words`` say why."""

    months: float | None
    ratio: float
    words: str


def months_still_needed(off_attacks: int, off_years: float, on_attacks: int, on_years: float, ratio: float) -> Duration:
    """Months more on treatment until a true ratio would, with 80 % power, be told from none.

    The time off treatment is over: what it does not say cannot be made up for. The rate is the one seen then, and
    the coming attacks are ``ratio`` times that.

    Raises
    ------
    SettingError
        The counts cannot be, or the ratio is not between 0 and 1.

    >>> months_still_needed(7, 2.7, 0, 0.5, 0.1).months
    24.0
    >>> months_still_needed(2, 1.0, 0, 0.5, 0.5).months is None
    True
    """
    check_counts(off_attacks, off_years, on_attacks, on_years)
    _check(1.0, ratio)
    if not off_attacks:
        return Duration(None, ratio, "No attack was seen off the treatment: there is no rate that it could lower.")
    if on_years and _two_sided(off_attacks, off_years, on_attacks, on_years) <= ERROR:
        fewer = on_attacks / on_years < off_attacks / off_years
        return Duration(
            0.0,
            ratio,
            f"The counts differ already, with {'fewer' if fewer else 'more'} attacks a year on the treatment, by "
            f"more than chance would make them in 5 of 100.",
        )
    # Endless time on treatment would make its rate known; the attacks off it would stay as few as they are.
    if _tail_of_known_rate(off_attacks, ratio) > ERROR:
        return Duration(
            None,
            ratio,
            f"No duration suffices: with {off_attacks} attack{'s' * (off_attacks > 1)} off the treatment its rate is "
            f"too uncertain to tell a ratio of {ratio:g}, however long the time on it.",
        )
    per_month = ratio * off_attacks / off_years / MONTHS_PER_YEAR
    months = np.unique(np.concatenate([np.arange(1.0, 121.0), np.arange(126.0, 12.0 * LONGEST_YEARS + 1.0, 6.0)]))
    power = np.array(
        [
            _power_after(off_attacks, off_years, on_attacks, on_years + each / MONTHS_PER_YEAR, per_month * each)
            for each in months
        ]
    )
    # Power goes up in teeth: the answer is the time from which it stays high.
    short = np.flatnonzero(power < POWER)
    if short.size and short[-1] == months.size - 1:
        return Duration(None, ratio, f"No duration below {LONGEST_YEARS:g} years suffices.")
    found = float(months[short[-1] + 1 if short.size else 0])
    return Duration(found, ratio, f"About {found:g} months more, if attacks come at {ratio:g} times the earlier rate.")


def _power_after(off_attacks: int, off_years: float, on_attacks: int, on_years: float, coming: float) -> float:
    """Power where so many more attacks are expected in the coming time, ``on_years`` being all time on treatment."""
    counts = np.arange(math.ceil(coming + _FAR * math.sqrt(coming) + 10.0))
    chance = np.exp(counts * math.log(coming) - coming - gammaln(counts + 1.0))
    on = on_attacks + counts
    telling = mid_p_two_sided(on, on + off_attacks, on_years / (off_years + on_years)) <= ERROR
    fewer = on / on_years < off_attacks / off_years  # a difference the other way is no "yes"
    return float(chance[telling & fewer].sum())


def _two_sided(off_attacks: int, off_years: float, on_attacks: int, on_years: float) -> float:
    total = np.array([off_attacks + on_attacks])
    return float(mid_p_two_sided(np.array([on_attacks]), total, on_years / (off_years + on_years))[0])


def _tail_of_known_rate(off_attacks: int, ratio: float) -> float:
    """Two-sided mid-p of the attacks off treatment if the rate were the known one on treatment."""
    mean = ratio * off_attacks
    counts = np.arange(off_attacks + 1.0)
    chance = np.exp(counts * math.log(mean) - mean - gammaln(counts + 1.0))
    return 2.0 * float(1.0 - chance.sum() + 0.5 * chance[-1])


def _check(off_per_year: float, ratio: float) -> None:
    if not math.isfinite(off_per_year) or off_per_year <= 0.0:
        raise SettingError(f"a rate of {off_per_year} attacks a year cannot be lowered; give one above 0")
    if not 0.0 < ratio < 1.0:
        raise SettingError(f"a ratio of {ratio} is no lowering of attacks; give one between 0 and 1")
