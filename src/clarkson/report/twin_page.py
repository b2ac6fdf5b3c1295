"""The page of the twin: what is so now, what comes, what if, what to measure next, and how far to believe it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clarkson.report.body_figure import body_figure, fullness
from clarkson.report.page import environment, inlined
from clarkson.report.twin_charts import course_charts
from clarkson.report.twin_scenarios import SLIDERS, scenarios
from clarkson.report.twin_words import COUNTS, ahead, likely_phases, plasma, reading_range, spread, telling_tests
from clarkson.twin.twin import Twin

STYLES = ("page.css", "twin.css")
SCRIPTS = ("twin_shared.js", "twin_course.js", "twin_body.js", "twin_what_if.js")
TESTS_SHOWN = 8


def render_twin(twin: Twin, document: Mapping[str, Any], *, inline: bool = True) -> str:
    """The page of a twin and its document, as HTML; ``inline`` as in ``page.render``.

    Every setting of the sliders is computed here, which takes some seconds.
    """
    found = {each["name"]: each for each in document["quantities"]}
    return (
        environment()
        .get_template("twin.html")
        .render(
            document=document,
            found=found,
            phases=likely_phases(document),
            forecast=_forecast(document),
            tests=telling_tests(document)[:TESTS_SHOWN],
            spread=spread,
            plasma=plasma(found),
            ahead=ahead,
            fullness=fullness,
            counts=COUNTS,
            sliders=SLIDERS,
            body=(body := body_figure(twin)),
            drawn={
                "hours": document["curves"]["hours"],
                "charts": course_charts(document),
                "body": body,
                "what_if": scenarios(twin),
            },
            styles=STYLES,
            scripts=SCRIPTS,
            inlined=inlined(STYLES, SCRIPTS) if inline else None,
        )
    )


def _forecast(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Expected readings by analyte, those of a known level first, one column an hour."""
    rows: dict[str, dict[str, Any]] = {}
    for each in document["forecast"]:
        row = rows.setdefault(each["analyte"], {"label": each["label"], "known": each["level_known"], "cells": []})
        row["cells"].append({"hours": each["hours"], "shown": each["shown"], "range": reading_range(each)})
    return sorted(rows.values(), key=lambda row: not row["known"])
