"""The twin on one sheet: what was measured, what the bodies did and what they do next, with their bands.

It reads the JSON document of ``twin_document`` and decides nothing about the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from clarkson.analytes import analyte
from clarkson.body.person import Floats
from clarkson.report.twin_charts import BLOOD_AND_PRESSURE, LUNG_LINES, chosen
from clarkson.report.twin_document import ENDS
from clarkson.simulate.plot import (
    BLACK,
    BLUE,
    GREEN,
    HOURS_A_DAY,
    ORANGE,
    PLACES,
    RED,
    STYLE,
    check_kind,
    settle,
    undated,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Facts = Mapping[str, Any]

FOOTER = "Fitted by a model: 50 and 90 % of its bodies. Research software, not a medical device."
PURPLE = "#7A0019"
COLOURS = (RED, BLUE, BLACK, GREEN)
"""Of the groups of ``twin_charts.BLOOD_AND_PRESSURE``."""


def plot_twin(document: Facts, path: str | Path) -> None:
    """Draw the fitted hours and the hours ahead to an SVG, PNG or PDF file: the same document gives the same bytes.

    Raises SettingError where the name of the file tells no kind of picture that is known.
    """
    check_kind(path)
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.ticker import MultipleLocator

    with mpl.rc_context(STYLE):
        hours = np.array(document["curves"]["hours"], dtype=float)
        curves = {each["name"]: each for each in document["curves"]["outputs"]}
        groups = zip(BLOOD_AND_PRESSURE, COLOURS, strict=True)
        shown = [(name, colour) for group, colour in groups if (name := chosen(group, document))]
        heights = [1.5] * len(shown) + [1.6, 2.2, 1.3, 1.0]
        figure = Figure(figsize=(9.5, 1.15 * sum(heights) + 1.0), layout="constrained")
        FigureCanvasAgg(figure)
        lanes: Sequence[Any] = figure.subplots(len(heights), 1, sharex=True, height_ratios=heights)
        for axes, (name, colour) in zip(lanes, shown, strict=False):
            _fitted(axes, hours, curves[name], document["results"], colour)
        plasma, water, lung, gap = lanes[len(shown) :]
        _band(plasma, hours, curves["plasma_volume_change"], PURPLE, 100.0)
        plasma.axhline(0.0, color="#AAAAAA", linewidth=0.8)
        _label(plasma, "Plasma volume,\nchange [%]")
        _doses(plasma, document["doses"])
        _water(water, hours, curves)
        _band(lung, hours, curves["swelling_lung"], "#CC79A7")
        for threshold, words in LUNG_LINES:
            lung.axhline(threshold, color="#AAAAAA", linewidth=0.8, linestyle=":")
            lung.text(hours[0], threshold, f" {words}", fontsize=7, color="#777777", va="bottom")
        lung.set_ylim(0.8, max(2.2, lung.get_ylim()[1]))
        _label(lung, "Lung water,\nof rest")
        _band(gap, hours, curves["open_gap"], ORANGE)
        _label(gap, "Gaps open")
        for axes in lanes:
            axes.axvspan(0.0, hours[-1], color="#F4F4F4", linewidth=0, zorder=-5)
            axes.axvline(0.0, color="#555555", linewidth=0.8)
        lanes[0].annotate("last result", (0.0, 1.0), xycoords=("data", "axes fraction"), xytext=(3, 2),
                          textcoords="offset points", fontsize=8, color="#555555")  # fmt: skip
        lanes[0].set_title(_title(document), loc="left", fontsize=12, fontweight="bold", pad=16)
        lanes[-1].set_xlim(hours[0], hours[-1])
        lanes[-1].xaxis.set_major_locator(MultipleLocator(_days_apart(hours)))
        lanes[-1].set_xlabel("Hours from the last result")
        lanes[-1].annotate(FOOTER, (0.0, 0.0), xycoords="axes fraction", xytext=(0, -42), textcoords="offset points",
                           fontsize=7.5, color="#555555")  # fmt: skip
        settle(figure)
        figure.savefig(path, dpi=150, metadata=undated(Path(path)))


def _days_apart(hours: Floats) -> float:
    """Hours between ticks: whole days, about ten of them."""
    return HOURS_A_DAY * max(1.0, round(float(hours[-1] - hours[0]) / HOURS_A_DAY / 10.0))


def _title(document: Facts) -> str:
    return f"{document['subject']['id']}: the twin, {document['diagnostics']['draws']} bodies"


def _fitted(axes: Axes, hours: Floats, curve: Facts, results: Sequence[Facts], colour: str) -> None:
    """The bands of an analyte, and its results with the errors that the twin believes in."""
    known = analyte(curve["name"])
    factor = known.shown_factor
    _band(axes, hours, curve, colour, factor)
    for marker, contradicts in (("o", False), ("X", True)):
        rows = [each for each in results if each["analyte"] == known.key and each["contradicts"] is contradicts]
        if not rows:
            continue
        at, value, low, high = (
            np.array([each[part] for each in rows], dtype=float) for part in ("hours", "value", "low", "high")
        )
        reach = np.abs(factor * np.stack([value - low, high - value]))
        axes.errorbar(at, factor * value, reach, fmt=marker, color="black", markersize=4, linewidth=0.7, capsize=2,
                      label="contradicts the rest" if contradicts else None)  # fmt: skip
    if any(each["contradicts"] and each["analyte"] == known.key for each in results):
        axes.legend(frameon=False, fontsize=8, loc="best")
    _label(axes, f"{known.label}\n[{known.shown_unit}]")


def _band(axes: Axes, hours: Floats, curve: Facts, colour: str, factor: float = 1.0) -> None:
    """Median with bands of 50 and 90 %; gaps where no body is left."""
    ends = {end: factor * np.array([np.nan if value is None else value for value in curve[end]])
            for end in ENDS}  # fmt: skip
    axes.fill_between(hours, ends["low_90"], ends["high_90"], color=colour, alpha=0.14, linewidth=0)
    axes.fill_between(hours, ends["low_50"], ends["high_50"], color=colour, alpha=0.26, linewidth=0)
    axes.plot(hours, ends["median"], color=colour, linewidth=1.4)


def _water(axes: Axes, hours: Floats, curves: Mapping[str, Facts]) -> None:
    """Medians of the litres beyond rest by place, stacked."""
    parts = []
    for output, _, _ in PLACES:
        middle = np.array([np.nan if value is None else value for value in curves[output]["median"]])
        parts.append(middle - middle[0])
    colours, names = [colour for _, _, colour in PLACES], [name for _, name, _ in PLACES]
    axes.stackplot(hours, [np.minimum(part, 0.0) for part in parts], colors=colours, linewidth=0)
    axes.stackplot(hours, [np.maximum(part, 0.0) for part in parts], colors=colours, labels=names, linewidth=0)
    axes.axhline(0.0, color="#222222", linewidth=0.8)
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], labels[::-1], loc="upper left", bbox_to_anchor=(1.005, 1.02), frameon=False, fontsize=8,
                handlelength=1.2)  # fmt: skip
    _label(axes, "Water beyond rest\n[L], medians")


def _doses(axes: Axes, doses: Sequence[Facts]) -> None:
    """When something was given, at the lower edge."""
    if doses:
        at = [each["hours"] for each in doses]
        axes.plot(at, np.zeros(len(at)), "^", color="#555555", markersize=5, clip_on=False,
                  transform=axes.get_xaxis_transform(), label="given")  # fmt: skip
        axes.legend(frameon=False, fontsize=8, loc="lower right", handletextpad=0.2)


def _label(axes: Axes, words: str) -> None:
    axes.set_ylabel(words, fontsize=8.5)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#EEEEEE", linewidth=0.6)
    axes.set_axisbelow(True)
