"""How numbers are written in sentences."""

from __future__ import annotations

from clarkson.balance.balance import Estimate


def ratio(value: float) -> str:
    """A likelihood ratio with two figures.

    >>> ratio(4813.0), ratio(0.0321), ratio(7.2), ratio(3e9)
    ('4,800', '0.032', '7.2', 'more than 1,000,000')
    """
    if value >= 1e6:
        return "more than 1,000,000"
    if value < 1e-6:
        return "less than 0.000001"
    if value >= 10:
        digits = len(str(int(value))) - 2
        return f"{round(value, -digits):,.0f}"
    return f"{value:.2g}" if value >= 1e-4 else f"{value:.6f}"


def chance(probability: float) -> str:
    """A probability as a percentage that never says 0 or 100.

    >>> chance(0.982), chance(0.9999), chance(0.0004)
    ('98 %', 'more than 99 %', 'less than 1 %')
    """
    if probability > 0.99:
        return "more than 99 %"
    if probability < 0.01:
        return "less than 1 %"
    return f"{100 * probability:.0f} %"


def one_in(probability: float) -> str:
    """A small prior as people say it.

    >>> one_in(0.01), one_in(0.3)
    ('1 in 100', '30 %')
    """
    return f"1 in {1 / probability:,.0f}" if probability <= 0.1 else f"{100 * probability:.0f} %"


def loss(change: Estimate) -> str:
    """A loss in percent with its 90 % interval, from a change in percent.

    >>> loss(Estimate(-60.2, -70.0, -48.0))
    '60 % (90 % interval 48 to 70 %)'
    """
    return f"{-change.median:.0f} % (90 % interval {-change.high:.0f} to {-change.low:.0f} %)".replace("-", "−")


def signed(change: Estimate) -> str:
    """A change in percent with its 90 % interval.

    >>> signed(Estimate(12.0, -3.4, 30.0))
    '+12 % (90 % interval −3 to +30 %)'
    """
    return f"{change.median:+.0f} % (90 % interval {change.low:+.0f} to {change.high:+.0f} %)".replace("-", "−")


def duration(hours: float) -> str:
    """A stretch of time.

    >>> duration(7.0), duration(72.0)
    ('7 h', '3 days')
    """
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
