"""Drawn in characters: a measured course as a row of bars, and a person's path on the V-D map."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

BARS = "▁▂▃▄▅▆▇█"
MARKS = "○ first   ▲ most telling   ● newest"
MAP_ROWS = 13
MARGIN = 7
V_SPAN = (-1.0, 0.55)  # plasma volume from 37 % to 173 % of one's own: what most paths need
D_SPAN = (-0.4, 1.05)  # albumin mass from 149 % down to 35 %
TICKS_PERCENT = (-90, -80, -60, -40, -20, 0, 25, 50, 100, 200)
WORDS = (("leak", "leak with fluids"), ("water loss", "fluid, refill"))


def bars(hours: Sequence[float], values: Sequence[float], width: int, span: tuple[float, float]) -> str:
    """Values over time as ``width`` characters; a stretch without a value stays blank.

    ``span`` is the first and the last hour of the row. The lowest value is the lowest bar; where several
    values fall on one character, the one farthest from the median is drawn, so that no peak is lost.

    >>> bars([0, 24, 48], [1.0, 3.0, 2.0], 5, (0, 48))
    '▁ █ ▅'
    """
    low, high, middle = min(values), max(values), median(values)
    row = [" "] * width
    shown: dict[int, float] = {}
    for hour, value in zip(hours, values, strict=True):
        cell = _cell(hour, span, width)
        if cell not in shown or abs(value - middle) >= abs(shown[cell] - middle):
            shown[cell] = value
    for cell, value in shown.items():
        share = (value - low) / (high - low) if high > low else 0.5
        row[cell] = BARS[round(share * (len(BARS) - 1))]
    return "".join(row)


def balance_map(points: Sequence[tuple[float, float]], width: int, telling: int | None = None) -> list[str]:
    """The path through (V, D) as lines of at most ``width`` characters.

    V runs to the right (plasma volume), D upwards (albumin mass lost); both axes are labelled in
    percent of the person's own level. The first point is ○, the newest ●, that at ``telling`` ▲.

    >>> len(balance_map([(0.0, 0.0), (-0.9, 1.2)], 60))
    15
    """
    frame = _Frame(width - MARGIN, _around([v for v, _ in points], V_SPAN), _around([d for _, d in points], D_SPAN))
    grid = _empty(frame)
    for start, end in pairwise(points):
        for row, column in _between(frame.cell(*start), frame.cell(*end)):
            grid[row][column] = "·"
    marks = {0: "○"} | ({} if telling is None else {telling: "▲"}) | {len(points) - 1: "●"}
    for index, point in enumerate(points):
        row, column = frame.cell(*point)
        grid[row][column] = marks.get(index, "∙")
    for index in marks:  # drawn last, so that no other point of the path hides them
        row, column = frame.cell(*points[index])
        grid[row][column] = marks[index]
    rows = [f"{frame.row_label(row):>{MARGIN - 1}} {''.join(cells)}".rstrip() for row, cells in enumerate(grid)]
    return [*rows, " " * MARGIN + frame.column_labels(), " " * MARGIN + "up: albumin mass   right: plasma volume"]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a (V, D) stands in the grid of characters."""

    columns: int
    v_span: tuple[float, float]
    d_span: tuple[float, float]

    def cell(self, v: float, d: float) -> tuple[int, int]:
        return MAP_ROWS - 1 - _cell(d, self.d_span, MAP_ROWS), _cell(v, self.v_span, self.columns)

    def row_label(self, row: int) -> str:
        for percent in TICKS_PERCENT:
            log_change = -math.log1p(percent / 100)
            if _within(log_change, self.d_span) and self.cell(0.0, log_change)[0] == row:
                return f"{percent:+d} %" if percent else "0"
        return ""

    def column_labels(self) -> str:
        line = [" "] * self.columns
        free_from = 0
        for percent in TICKS_PERCENT:
            log_change = math.log1p(percent / 100)
            label = f"{percent:+d} %" if percent else "0"
            start = self.cell(log_change, 0.0)[1] - len(label) // 2
            if _within(log_change, self.v_span) and free_from <= start <= self.columns - len(label):
                line[start : start + len(label)] = label
                free_from = start + len(label) + 2
        return "".join(line).rstrip()


def _empty(frame: _Frame) -> list[list[str]]:
    """The cross of no change and the words of the four corners."""
    grid = [[" "] * frame.columns for _ in range(MAP_ROWS)]
    zero_row, zero_column = frame.cell(0.0, 0.0)
    for cells in grid:
        cells[zero_column] = "│"
    grid[zero_row] = ["─"] * frame.columns
    grid[zero_row][zero_column] = "┼"
    for (left, right), row in zip(WORDS, (0, MAP_ROWS - 1), strict=True):
        grid[row][1 : 1 + len(left)] = left
        grid[row][frame.columns - len(right) - 1 : frame.columns - 1] = right
    return grid


def _between(start: tuple[int, int], end: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The cells of a straight line, its ends included."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    for step in range(steps + 1):
        share = step / steps
        yield round(start[0] + share * (end[0] - start[0])), round(start[1] + share * (end[1] - start[1]))


def _cell(value: float, span: tuple[float, float], cells: int) -> int:
    low, high = span
    share = (value - low) / (high - low) if high > low else 0.0
    return min(cells - 1, max(0, round(share * (cells - 1))))


def _within(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value <= span[1]


def _around(values: Sequence[float], span: tuple[float, float]) -> tuple[float, float]:
    return min([span[0], *(value - 0.1 for value in values)]), max([span[1], *(value + 0.2 for value in values)])
