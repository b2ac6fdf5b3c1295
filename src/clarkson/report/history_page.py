"""The page of attacks over years: the strip, each treatment beside what chance alone would give, what came before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clarkson.report import history_charts as charts
from clarkson.report.history_sentences import PITFALLS, number, span, years
from clarkson.report.history_words import day, graded_words, rate_words
from clarkson.report.page import environment, inlined

STYLES = ("page.css", "history.css")
SCRIPTS = ("history.js",)


def render_history(document: Mapping[str, Any], *, inline: bool = True) -> str:
    """The page of a document of ``history_document``, as HTML; ``inline`` as in ``page.render``."""
    groups = _rate_groups(document)
    bars = charts.per_year_bars([each for _, group in groups for each in group])
    drawn = iter(bars)
    return (
        environment()
        .get_template("history.html")
        .render(
            document=document,
            strip=charts.strip(document),
            wide=charts.WIDTH,
            left=charts.LEFT,
            right=charts.WIDTH - charts.RIGHT,
            row_wide=charts.ROW_WIDE,
            ratio_marks=[(charts.at_ratio(each), f"{each:g}") for each in charts.MARKS_OF_RATIO],
            ratio_bars=charts.ratio_bars,
            rates=[(name, [(each, next(drawn)) for each in group]) for name, group in groups],
            day=lambda time: day(time, document),
            rate_words=rate_words,
            graded_words=graded_words,
            number=number,
            span=span,
            years=years,
            pitfalls=PITFALLS,
            styles=STYLES,
            scripts=SCRIPTS,
            inlined=inlined(STYLES, SCRIPTS) if inline else None,
        )
    )


def _rate_groups(document: Mapping[str, Any]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Rates in groups, each with its name; a group of which nothing is known is left out."""
    rates = document["rates"]
    groups: list[tuple[str, list[Mapping[str, Any]]]] = [("All watched time", [{"name": "all", **rates["overall"]}])]
    if document["exposures"]:
        groups.append(("By treatment", rates["by_treatment"]))
    if document["infections"]:
        near = {"name": "within 14 days of the start of an infection", **rates["after_infection"]}
        groups.append(("After infection", [near, {"name": "at other times", **rates["otherwise"]}]))
    groups.append(("By season", rates["by_season"]))
    groups.append(("By phase of life", rates["by_phase_of_life"]))
    return [(name, group) for name, group in groups if group]
