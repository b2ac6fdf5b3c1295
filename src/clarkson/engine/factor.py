"""The sparse factorisation of I/(hγ) − J, worked out once on the pattern of J and written down as plain operations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Elimination:
    """The order of pivots, and every step of elimination.

    `slots` are the places (row, column) of the factor that are not zero, fill-in and diagonal included. `steps` holds
    for each pivot its rows below and its columns to the right, both in terms of the original numbering.
    """

    order: tuple[int, ...]
    slots: tuple[tuple[int, int], ...]
    steps: tuple[tuple[int, tuple[int, ...], tuple[int, ...]], ...]


def eliminate(size: int, pattern: Iterable[tuple[int, int]]) -> Elimination:
    """Choose pivots on the diagonal with the least fill-in (Markowitz), for a matrix with these places not zero.

    The diagonal of I/(hγ) − J is large for small steps, so no pivoting for size is done.

    >>> arrow = eliminate(3, [(0, 1), (0, 2), (1, 0), (2, 0)])
    >>> arrow.order, len(arrow.slots)
    ((1, 0, 2), 7)
    """
    rows: list[set[int]] = [{row} for row in range(size)]
    columns: list[set[int]] = [{column} for column in range(size)]
    for row, column in pattern:
        rows[row].add(column)
        columns[column].add(row)
    left = set(range(size))
    order: list[int] = []
    steps = []
    slots: set[tuple[int, int]] = {(row, column) for row in range(size) for column in rows[row]}
    while left:
        pivot = min(left, key=lambda k: ((len(rows[k] & left) - 1) * (len(columns[k] & left) - 1), k))
        left.remove(pivot)
        below = tuple(sorted(columns[pivot] & left))
        right = tuple(sorted(rows[pivot] & left))
        for row in below:
            for column in right:
                rows[row].add(column)
                columns[column].add(row)
                slots.add((row, column))
        order.append(pivot)
        steps.append((pivot, below, right))
    return Elimination(tuple(order), tuple(sorted(slots)), tuple(steps))
