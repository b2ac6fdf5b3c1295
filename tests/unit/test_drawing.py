"""The map and the bars put things where they belong."""

from __future__ import annotations

import math

import pytest

from clarkson.report.drawing import BARS, balance_map, bars

LEAK = (math.log(0.4), -math.log(0.3))  # 60 % of the plasma and 70 % of the albumin mass gone


def place(lines: list[str], mark: str) -> tuple[int, int]:
    """Row and column of a mark."""
    return next((row, line.index(mark)) for row, line in enumerate(lines) if mark in line)


def tick(lines: list[str], label: str) -> int:
    """The column that a tick of the lower axis stands over, at the middle of its label."""
    return lines[-2].index(label) + len(label) // 2


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_leak_stands_left_of_and_above_the_cross(width: int) -> None:
    lines = balance_map([(0.0, 0.0), LEAK], width)
    (first_row, first_column), (row, column) = place(lines, "○"), place(lines, "●")
    assert row < first_row
    assert column < first_column
    assert max(map(len, lines)) <= width


def test_a_mark_stands_over_its_tick() -> None:
    for percent in (-60, -40, -20, 25, 50):
        lines = balance_map([(math.log1p(percent / 100), 0.0)], 100)
        assert abs(place(lines, "●")[1] - tick(lines, f"{percent:+d} %")) <= 1


def test_a_row_is_labelled_by_the_albumin_that_is_left() -> None:
    lines = balance_map([(0.0, -math.log(0.4))], 80)
    assert lines[place(lines, "●")[0]].startswith(" -60 %")


def test_water_loss_stands_on_the_axis() -> None:
    lines = balance_map([(0.0, 0.0), (math.log(0.8), 0.0)], 80)
    assert place(lines, "○")[0] == place(lines, "●")[0]


def test_the_most_telling_draw_is_marked() -> None:
    assert place(balance_map([(0.0, 0.0), LEAK, (0.2, 0.1)], 80, telling=1), "▲")[1] < 40


@pytest.mark.parametrize("far", [(-4.0, 3.0), (3.0, -2.0), (0.0, 9.0)])
def test_an_extreme_point_is_still_drawn(far: tuple[float, float]) -> None:
    assert place(balance_map([(0.0, 0.0), far], 60), "●")


def test_a_short_peak_is_not_lost_between_columns() -> None:
    hours = [float(hour) for hour in range(100)]
    values = [60.0 if hour == 50 else 44.0 for hour in hours]
    assert BARS[-1] in bars(hours, values, 10, (0.0, 99.0))


def test_bars_leave_a_gap_where_nothing_was_measured() -> None:
    assert bars([0.0, 100.0], [1.0, 2.0], 11, (0.0, 100.0)) == "▁         █"
    assert bars([0.0, 0.0], [5.0, 5.0], 3, (0.0, 0.0)).strip() in BARS
