"""What a screening may be expected to find among a million people, before anyone opens a chart.

With a prior π, the share of people who have the disease: true finds π Se, false finds (1 − π)(1 − Sp), and the
predictive value of a find πSe / (πSe + (1 − π)(1 − Sp)).

A sensitivity or specificity that was counted is not known exactly. Its posterior under the prior of Jeffreys is
Beta(k + 1/2, n − k + 1/2): the middle is the median, the interval the central 95 %. So no false find among n people
still means that some may be expected.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from clarkson.engine.shares import likely_shares, share_quantiles
from clarkson.errors import SettingError

PEOPLE = 1_000_000
PRIORS = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2)
"""From anyone to people in shock with concentrated blood and an M-protein, which is a guess."""

CONFIDENCE = 0.95
_TAIL = (1.0 - CONFIDENCE) / 2.0
_GRID = 801


@dataclass(frozen=True, slots=True)
class Counted:
    """A share that was counted: ``count`` of ``of`` people.

    >>> Counted(3, 3).of
    3
    """

    count: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.of or self.of < 1:
            raise SettingError(f"{self.count} of {self.of} is no share of people: say how many of how many, as 3 of 3")


Share: TypeAlias = "float | Counted"


@dataclass(frozen=True, slots=True)
class Expected:
    """A number with its 95 % interval; both ends are the number itself where the shares are taken as known."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BaseRate:
    """What is expected at one prior, in people per million.

    ``predictive_value`` is a share, ``charts`` how many charts are opened for each true find.
    """

    prior: float
    ill: float
    true_finds: Expected
    missed: Expected
    false_finds: Expected
    predictive_value: Expected
    charts: Expected


@dataclass(frozen=True, slots=True)
class BaseRates:
    """What is expected at each prior, from one sensitivity and one specificity.

    >>> round(base_rates(0.9, 0.9999, [1e-6]).rows[0].predictive_value.value, 4)
    0.0089
    """

    sensitivity: Expected
    specificity: Expected
    counted: bool
    rows: tuple[BaseRate, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON: numbers with their intervals, infinite ones as None."""
        return {
            "people": PEOPLE,
            "confidence": CONFIDENCE if self.counted else None,
            "sensitivity": _plain(self.sensitivity),
            "specificity": _plain(self.specificity),
            "rows": [
                {
                    "prior": row.prior,
                    "ill": row.ill,
                    **{name: _plain(getattr(row, name)) for name in _COLUMNS},
                }
                for row in self.rows
            ],
        }

    def __str__(self) -> str:
        return _text(self)


def base_rates(sensitivity: Share, specificity: Share, priors: Sequence[float] = PRIORS) -> BaseRates:
    """The true and false finds to expect among a million people at each prior.

    ``specificity`` as counts are the people left alone of all without the disease.

    Raises
    ------
    SettingError
        A share is not from 0 to 1, a prior not between them, or there is none.

    >>> round(base_rates(0.9, 0.9999, [1e-4]).rows[0].false_finds.value)
    100
    """
    if not priors:
        raise SettingError("at least one prior is needed, such as 1e-6")
    for prior in priors:
        if not 0.0 < prior < 1.0:
            raise SettingError(f"a prior is between 0 and 1, such as 1e-6: not {prior:g}")
    found, alarmed = _known(sensitivity, "sensitivity"), _known(_others(specificity), "specificity")
    false = alarmed.expected
    return BaseRates(
        found.expected,
        Expected(1.0 - false.value, 1.0 - false.high, 1.0 - false.low),
        isinstance(sensitivity, Counted) or isinstance(specificity, Counted),
        tuple(_row(prior, found, alarmed) for prior in priors),
    )


def table(sensitivity: Share, specificity: Share, priors: Sequence[float] = PRIORS) -> str:
    """The same as text.

    >>> table(0.9, 0.9999).splitlines()[0]
    'Of 1,000,000 people, before anyone opens a chart: sensitivity 90 %, specificity 99.99 %'
    """
    return str(base_rates(sensitivity, specificity, priors))


@dataclass(frozen=True, eq=False, slots=True)
class _Known:
    """What is known of a share: its middle and ends, and quantiles (Q,) that stand for its posterior."""

    expected: Expected
    quantiles: NDArray[np.float64]


def _known(share: Share, name: str) -> _Known:
    if not isinstance(share, Counted):
        if not 0.0 <= share <= 1.0:
            raise SettingError(f"a {name} is from 0 to 1, such as 0.9")
        return _Known(Expected(share, share, share), np.array([share]))
    low, middle, high = share_quantiles(share.count, share.of, [_TAIL, 0.5, 1.0 - _TAIL]).tolist()
    return _Known(Expected(middle, low, high), likely_shares(share.count, share.of, _GRID))


def _others(share: Share) -> Share:
    """The share of the others."""
    return Counted(share.of - share.count, share.of) if isinstance(share, Counted) else 1.0 - share


def _row(prior: float, found: _Known, alarmed: _Known) -> BaseRate:
    ill, well = PEOPLE * prior, PEOPLE * (1.0 - prior)
    true, false = found.expected, alarmed.expected
    # False finds for each true one; of both posteriors together.
    with np.errstate(divide="ignore", invalid="ignore"):
        burden = well * alarmed.quantiles[None, :] / (ill * found.quantiles[:, None])
        middle = _ratio(well * false.value, ill * true.value)
    low, high = (
        (float(np.quantile(burden, at, method="inverted_cdf")) for at in (_TAIL, 1.0 - _TAIL))
        if burden.size > 1
        else (middle, middle)
    )
    return BaseRate(
        prior,
        ill,
        Expected(ill * true.value, ill * true.low, ill * true.high),
        Expected(ill * (1.0 - true.value), ill * (1.0 - true.high), ill * (1.0 - true.low)),
        Expected(well * false.value, well * false.low, well * false.high),
        Expected(1.0 / (1.0 + middle), 1.0 / (1.0 + high), 1.0 / (1.0 + low)),
        Expected(1.0 + middle, 1.0 + low, 1.0 + high),
    )


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0.0 else math.inf


_COLUMNS = ("true_finds", "missed", "false_finds", "predictive_value", "charts")
_SHOWN = {
    "true_finds": "true finds",
    "false_finds": "false finds",
    "predictive_value": "PPV",
    "charts": "charts per true find",
}


def _text(found: BaseRates) -> str:
    rows = [("prior", *_SHOWN.values())]
    for row in found.rows:
        shown = {name: (getattr(row, name), _percent if name == "predictive_value" else _number) for name in _SHOWN}
        rows.append((_prior(row.prior), *(_spread(*each, found.counted) for each in shown.values())))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    known = ", ".join(
        f"{name} {_spread(each, _percent, found.counted)}"
        for name, each in (("sensitivity", found.sensitivity), ("specificity", found.specificity))
    )
    ends = (
        ["In brackets the central 95 %: of counts the posterior under the prior of Jeffreys."] if found.counted else []
    )
    return "\n".join([f"Of {PEOPLE:,} people, before anyone opens a chart: {known}", "", *lines, "", *ends, _SAYS])


_SAYS = (
    "A find is a reason to open a chart, not a diagnosis. All numbers are expectations; the prior is yours to choose."
)


def _spread(found: Expected, word: Callable[[float], str], counted: bool) -> str:
    middle = word(found.value)
    return f"{middle} ({word(found.low)} to {word(found.high)})" if counted and found.low < found.high else middle


def _prior(prior: float) -> str:
    one_in = 1.0 / prior
    return f"1 in {one_in:,.0f}" if math.isclose(one_in, round(one_in), rel_tol=1e-6) else f"{prior:g}"


def _number(value: float) -> str:
    if math.isinf(value):
        return "no end"
    return f"{value:,.0f}" if value >= 10.0 else f"{value:.2g}"


def _percent(share: float) -> str:
    """A share in percent, with as many digits as tell it from 0 and from 100."""
    if share in (0.0, 1.0):
        return f"{100.0 * share:.0f} %"
    if share > 0.995:
        away = 1.0 - share
        digits = max(0, -math.floor(math.log10(100.0 * away)) + 1)
        return f"{100.0 * share:.{digits}f}".rstrip("0").rstrip(".") + " %"
    return f"{100.0 * share:.2g} %"


def _plain(found: Expected) -> dict[str, float | None]:
    return {
        name: value if math.isfinite(value) else None
        for name, value in (("value", found.value), ("low", found.low), ("high", found.high))
    }
