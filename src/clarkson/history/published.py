"""What was known before: priors of attack rates and of rate ratios, from the published series.

``published.toml`` holds the numbers and their sources. Three priors come of them:

- ``PUBLISHED`` for immunoglobulins, theophylline and terbutaline. The rate ratio is a mixture of two: it does nothing
  (log ratio normal around 0, so narrow that the ratio stays within 20 %), or it does what the series say (log ratio
  normal, with the mean and the spread of three published ratios). The first has half of the probability, because the
  series are small and uncontrolled, began after bad times, and good courses are published more often.
- ``UNPUBLISHED`` for any other treatment: the same, with the second part centred on no change.
- ``FLAT``: both rates independent, each Gamma(1/2, 1/2 year). Nothing published enters.

The rate off treatment is Gamma distributed between people. Its shape is the likeliest one for the lowest, the median
and the highest of the registry's 28 rates; its scale gives a median between the registry's (some were treated) and that
before immunoglobulins (they began after a bad time), weighted by people. The registry's rates are themselves counts
over some years and nobody without an attack is in it: the prior is a little too wide, and is for people who have
attacks.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from scipy.special import gammainc, gammaincinv, gammaln, ndtri

MONTHS_PER_YEAR = 12.0
JEFFREYS = 0.5  # shape, and events per year's rate, of the flat prior (Jeffreys, with half a year of watching)
_NO_DOSE = re.compile(r"(?<![\d.,])0(?:[.,]0*)?\s*(?:g|mg|ml)\b")  # "IVIG 0 g/kg" is none
_SHAPES = np.arange(0.20, 5.0, 0.005)


@dataclass(frozen=True, slots=True)
class RatioPrior:
    """Prior of the log rate ratio: two normals.

    ``no_effect`` is the weight of the first, around 0 with SD ``drift_sd``; the second has ``log_median`` and
    ``log_sd``.
    """

    no_effect: float
    drift_sd: float
    log_median: float
    log_sd: float


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before the counts.

    Attacks per year are Gamma(``shape``, ``rate``) with ``rate`` in years. With ``ratio`` this is the rate off
    treatment, and that on treatment is ratio times it; without, both rates are independent and have this prior.
    """

    name: str
    words: str
    shape: float
    rate: float
    ratio: RatioPrior | None

    @property
    def median_per_year(self) -> float:
        """Median attacks per year between people."""
        return float(gammaincinv(self.shape, 0.5)) / self.rate


def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("clarkson.history").joinpath("published.toml").read_text(encoding="utf-8"))


_NUMBERS = _table()
_TREATMENTS: Mapping[str, list[str]] = _NUMBERS["treatments"]


def shape_of_rates(median: float, lowest: float, highest: float, people: int) -> float:
    """The gamma shape for which the median, the lowest and the highest of so many rates are likeliest.

    The density of three order statistics, with the median of the distribution at the median seen.

    >>> round(shape_of_rates(1.23, 0.13, 21.18, 28), 2)
    0.61
    """
    rate = gammaincinv(_SHAPES, 0.5) / median
    likelihood = np.zeros(_SHAPES.size)
    for seen in (lowest, median, highest):
        likelihood += _SHAPES * np.log(rate) + (_SHAPES - 1.0) * math.log(seen) - rate * seen - gammaln(_SHAPES)
    between = (people - 3) / 2.0
    below, above = gammainc(_SHAPES, rate * lowest), gammainc(_SHAPES, rate * highest)
    likelihood += between * (np.log(0.5 - below) + np.log(above - 0.5))
    return float(_SHAPES[np.argmax(likelihood)])


def ratio_where_free(share_free: float, median_per_year: float, years: float, shape: float) -> float:
    """The rate ratio at which a share of people has no attack in so many years.

    Rates before are Gamma with this shape and median; a share (b / (b + ratio years))^shape of the people has none.

    >>> round(ratio_where_free(15 / 18, 2.6, 32 / 12, 0.6), 3)
    0.016
    """
    rate = float(gammaincinv(shape, 0.5)) / median_per_year
    return rate / years * float(share_free ** (-1.0 / shape) - 1.0)


def _shape() -> float:
    seen = _NUMBERS["registry"]
    return shape_of_rates(seen["median_per_year"], seen["lowest_per_year"], seen["highest_per_year"], seen["patients"])


def _median_per_year() -> float:
    series = (_NUMBERS["registry"], _NUMBERS["before_immunoglobulin"])
    people = sum(each["patients"] for each in series)
    return math.exp(sum(each["patients"] * math.log(each["median_per_year"]) for each in series) / people)


def published_ratios() -> dict[str, float]:
    """The three published rate ratios that the prior stands on, by series.

    >>> {name: round(ratio, 3) for name, ratio in published_ratios().items()}
    {'Xie 2015': 0.016, 'Tahirkheli 1999': 0.033, 'Moyon 2022': 0.4}
    """
    on, before = _NUMBERS["on_immunoglobulin"], _NUMBERS["before_immunoglobulin"]
    withdrawal = _NUMBERS["withdrawal_of_immunoglobulin"]
    return {
        "Xie 2015": ratio_where_free(
            on["free_of_attacks"] / on["patients"],
            before["median_per_year"],
            on["median_months"] / MONTHS_PER_YEAR,
            _shape(),
        ),
        "Tahirkheli 1999": 1.0 / float(_NUMBERS["on_theophylline_and_terbutaline"]["fold"]),
        "Moyon 2022": withdrawal["relapses_never_withdrawn"] / withdrawal["relapses_withdrawn"],
    }


def _priors() -> tuple[Prior, Prior, Prior]:
    shape = _shape()
    rate = float(gammaincinv(shape, 0.5)) / _median_per_year()
    nothing = _NUMBERS["no_effect"]
    logs = np.log(list(published_ratios().values()))
    as_published = RatioPrior(nothing["probability"], nothing["drift_sd"], float(logs.mean()), float(logs.std(ddof=1)))
    either_way = math.log(_NUMBERS["unpublished"]["factor_90_percent"]) / float(ndtri(0.95))
    unpublished = RatioPrior(nothing["probability"], nothing["drift_sd"], 0.0, either_way)
    return (
        Prior(
            "published",
            "Rates as in the registry and before immunoglobulins; even odds that the treatment does nothing or that "
            "it does what three small, uncontrolled series say. Such series began after bad times, and good courses "
            "are published more often: the published part is too hopeful, the even odds make up for it by judgement.",
            shape,
            rate,
            as_published,
        ),
        Prior(
            "unpublished",
            "Rates as in the registry and before immunoglobulins; no series of this treatment is known: even odds "
            "that it does nothing, else any change within a factor of about 4 either way.",
            shape,
            rate,
            unpublished,
        ),
        Prior(
            "flat",
            "Nothing published enters: the rates off and on treatment are unknown and independent (Gamma 1/2, 1/2 "
            "year).",
            JEFFREYS,
            JEFFREYS,
            None,
        ),
    )


PUBLISHED, UNPUBLISHED, FLAT = _priors()


def published_name(treatment: str) -> str | None:
    """Which treatment with a published series a name means: immunoglobulin, theophylline, terbutaline, or None.

    >>> published_name("IVIG 1 g/kg monthly"), published_name("vitamin K")
    ('immunoglobulin', None)
    """
    words = treatment.lower()
    if _NO_DOSE.search(words) or any(each in words for each in _NUMBERS["not_given"]["words"]):
        return None
    return next((name for name, known in _TREATMENTS.items() if any(each in words for each in known)), None)


def prior_of(treatment: str) -> Prior:
    """The prior for a treatment by its name.

    >>> prior_of("theophylline").name, prior_of("vitamin K").name
    ('published', 'unpublished')
    """
    return UNPUBLISHED if published_name(treatment) is None else PUBLISHED


def sources() -> tuple[tuple[str, str, str], ...]:
    """What each number of the priors is, its source, and how it is known (read, secondary, assumed).

    >>> sources()[0][2]
    'read'
    """
    return tuple((each["what"], each["source"], each["grade"]) for each in _NUMBERS.values() if "source" in each)


def withdrawal_survival() -> tuple[int, int, str]:
    """Survival at 10 years in percent where immunoglobulins were withdrawn and where never, and the source.

    >>> withdrawal_survival()[:2]
    (50, 83)
    """
    each = _NUMBERS["withdrawal_of_immunoglobulin"]
    return (
        each["survival_10_years_withdrawn_percent"],
        each["survival_10_years_never_withdrawn_percent"],
        each["source"],
    )


def no_prophylaxis_survival() -> tuple[int, int, str]:
    """Survival at 5 years in percent without and with prophylaxis, and the source.

    >>> no_prophylaxis_survival()[:2]
    (20, 85)
    """
    each = _NUMBERS["no_prophylaxis"]
    return each["survival_5_years_without_percent"], each["survival_5_years_with_percent"], each["source"]
