"""The pages of a review: where it stands, one person, the ranked list, and what could not be done."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from clarkson.analytes import analyte
from clarkson.report import review_charts
from clarkson.report.page import environment
from clarkson.report.view import ratio, signed

SCRIPTS = ("echarts.min.js", "shared.js", "lanes.js", "review.js")
QUESTION = "Do you see a capillary leak in this record?"
REASONS = (
    "hematocrit up while albumin down",
    "recovered within days",
    "dehydration",
    "bleeding or transfusion",
    "sepsis",
    "surgery or injury",
    "protein lost by kidney or gut",
    "liver disease",
    "drug",
    "error of a laboratory",
    "too few results",
)
"""Suggestions for a reason, for and against; a reviewer writes any other."""

Row = Mapping[str, Any]


def render_overview(**facts: Any) -> str:
    """The first page: who reviews, how far they are, agreement and predictive value so far."""
    return _render("review.html", **facts)


def render_list(**facts: Any) -> str:
    """The ranked list, or the question whether it shall be opened."""
    return _render("review_list.html", **facts)


def render_refusal(error: str) -> str:
    """A page that says why something was not possible."""
    return _render("review_refusal.html", error=error)


def render_person(results: Sequence[Row], episodes: Sequence[Row], **facts: Any) -> str:
    """The page of one person; ``episodes`` is empty as long as nothing that was found may be shown."""
    drawn = review_charts.charts(results, episodes)
    measured, by_day = review_charts.days(results)
    most = max(range(len(episodes)), key=lambda place: episodes[place]["likelihood_ratio"] or 0.0, default=-1)
    return _render(
        "review_person.html",
        charts=drawn,
        chosen=most,
        episodes=[(each, review_charts.telling_results(each, results)) for each in episodes],
        measured=measured,
        by_day=by_day,
        question=QUESTION,
        suggestions=REASONS,
        scripts=SCRIPTS,
        results=len(results),
        **facts,
    )


def _render(name: str, **facts: Any) -> str:
    return (
        environment()
        .get_template(name)
        .render(
            inlined=None,
            said=review_charts.said,
            shown=review_charts.shown,
            label=lambda key: analyte(key).label,
            share=share,
            span=span,
            plus_minus=plus_minus,
            change=change,
            known=known,
            weight=lambda value: ratio(value) if known(value) else "not known",
            **facts,
        )
    )


def known(value: float | datetime | None) -> bool:
    """Whether there is a number: neither null nor NaN.

    >>> known(None), known(math.nan), known(0.0)
    (False, False, True)
    """
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def share(value: float | None) -> str:
    """A share in percent: one decimal only where a whole number would say none or all.

    >>> share(0.5), share(0.9987), share(1.0), share(None)
    ('50 %', '99.9 %', '100 %', 'not known')
    """
    if value is None:
        return "not known"
    percent = 100.0 * value
    if 0.0 < percent < 1.0 or 99.0 < percent < 100.0:
        return f"{min(max(percent, 0.1), 99.9):.1f} %"
    return f"{percent:.0f} %"


def span(interval: tuple[float, float]) -> str:
    """An interval of shares.

    >>> span((0.205, 0.731))
    '20 to 73 %'
    """
    low, high = map(share, interval)
    return f"{low.removesuffix(' %')} to {high}"


def plus_minus(value: float | None, sd: float | None) -> str:
    """A coordinate with its standard deviation.

    >>> plus_minus(-0.421, 0.11), plus_minus(None, None)
    ('−0.42 ± 0.11', 'not measured')
    """
    if value is None or not known(value):
        return "not measured"
    return signed(value, 2) if sd is None or not known(sd) else f"{signed(value, 2)} ± {sd:.2f}"


def change(before: float | None, then: float | None, unit: str, digits: int = 0) -> str:
    """From one level to another.

    >>> change(40.0, 58.3, "%"), change(None, 21.0, "g/L")
    ('40 to 58 %', 'to 21 g/L')
    """
    if then is None or not known(then):
        return "not measured"
    start = "" if before is None or not known(before) else f"{before:.{digits}f} "
    return f"{start}to {then:.{digits}f} {unit}"
