"""The course of a record in a terminal: one line a draw, the measured values as bars, the path on the map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from clarkson.analytes import analyte
from clarkson.report.drawing import MARKS, balance_map, bars
from clarkson.report.view import moment, percent, signed

Lines = list[RenderableType]

# No green: that no leak was seen is not that there is none.
VERDICTS = {
    "leak": ("▲", "bold red"),
    "leak masked by fluids": ("▲", "bold red"),
    "possible leak": ("△", "bold yellow"),
    "refill": ("◆", "bold magenta"),
    "another mechanism": ("●", "bold cyan"),
}
OTHER_VERDICT = ("○", "bold")
# Of each group the first analyte that was measured twice is drawn.
DRAWN = (("hematocrit", "hemoglobin"), ("albumin", "total_protein"), ("systolic_pressure",), ("weight",))
BAR_LABEL_WIDTH = 19


def symbol(verdict: str) -> str:
    """The sign of a verdict.

    >>> symbol("leak")
    '▲'
    """
    return VERDICTS.get(verdict, OTHER_VERDICT)[0]


def style(verdict: str) -> str:
    """The rich style of a verdict.

    >>> style("no sign of leak")
    'bold'
    """
    return VERDICTS.get(verdict, OTHER_VERDICT)[1]


def heading(words: str, width: int) -> Text:
    """A rule with words in it.

    >>> heading("course", 14).plain
    '── course ────'
    """
    return Text(f"── {words} ".ljust(width, "─"), "dim")


def draws(
    assessments: Sequence[Mapping[str, Any]], relative: bool, rows: int, telling: int | None, width: int
) -> Lines:
    """One line a draw: the ``rows`` newest and the most telling."""
    first = len(assessments) - rows
    shown = [index for index in range(len(assessments)) if index >= first or index == telling]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("time", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for name in ("P(leak)", "plasma", "albumin"):
        table.add_column(name, justify="right", no_wrap=True)
    for index in shown:
        each = assessments[index]
        table.add_row(
            moment(each, relative=relative),
            Text(f"{symbol(each['verdict'])} {each['verdict']}", style(each["verdict"])),
            percent(each["probability"]),
            _median(each["plasma_volume_change_percent"]),
            _median(each["albumin_mass_change_percent"]),
        )
    hidden = len(assessments) - len(shown)
    note = [Text(f"{hidden} earlier draws are not listed; --all shows every draw in full.", "dim")] if hidden else []
    return [heading("course", width), table, *note]


def measured(results: Sequence[Mapping[str, Any]], relative: bool, width: int) -> Lines:
    """Red cells, protein, pressure and weight as bars over time, with first, last, lowest and highest value."""
    usable = [each for each in results if not each["steady"] and not each["comparator"]]
    rows = []
    for group in DRAWN:
        found = ([each for each in usable if each["analyte"] == name] for name in group)
        rows += [next((row for row in found if len(row) > 1), [])]
    rows = [row for row in rows if row]
    if not rows:
        return []
    hours = [each["hours"] for row in rows for each in row]
    span = (min(hours), max(hours))
    ranges = [_range(row) for row in rows]
    columns = width - BAR_LABEL_WIDTH - 2 - max(map(len, ranges))
    lines = [_bar_line(row, span, columns, words) for row, words in zip(rows, ranges, strict=True)]
    by_hour = sorted((each for row in rows for each in row), key=lambda each: float(each["hours"]))
    ends = moment(by_hour[0], relative=relative), moment(by_hour[-1], relative=relative)
    axis = f"{' ' * BAR_LABEL_WIDTH}{ends[0]} to {ends[1]}"
    return [heading("measured", width), *lines, Text(axis, "dim")]


def _range(row: Sequence[Mapping[str, Any]]) -> str:
    known = analyte(row[0]["analyte"])
    values = [float(each["shown_value"]) for each in row]
    first, last, lowest, highest = (
        f"{value:.{known.shown_digits}f}" for value in (values[0], values[-1], min(values), max(values))
    )
    return f"{first} → {last} ({lowest} to {highest} {known.shown_unit})"


def _bar_line(row: Sequence[Mapping[str, Any]], span: tuple[float, float], columns: int, words: str) -> Text:
    hours, values = ([float(each[part]) for each in row] for part in ("hours", "shown_value"))
    return Text(f"{row[0]['label']:<{BAR_LABEL_WIDTH}}{bars(hours, values, columns, span)}  {words}")


def balance_path(assessments: Sequence[Mapping[str, Any]], telling: int | None, width: int) -> Lines:
    """The V-D map with the draws that have both coordinates."""
    placed = [index for index, each in enumerate(assessments) if each["V"] and each["D"]]
    if not placed:
        return []
    points = [(assessments[index]["V"]["median"], assessments[index]["D"]["median"]) for index in placed]
    marked = placed.index(telling) if telling in placed else None
    lines = [Text(line) for line in balance_map(points, width, marked)]
    title = heading("balance against the person's own level, if no red cells were gained or lost", width)
    return [title, *lines, Text(MARKS, "dim")]


def _median(estimate: Mapping[str, float] | None) -> str:
    return "" if estimate is None else f"{signed(estimate['median'])} %"
