"""Repeats and corrections: the same result twice is read once, a corrected one replaces the older."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import attrgetter

from clarkson.record.record import Result, Skipped, Status

_time = attrgetter("time")
_measured = attrgetter("analyte", "time", "method", "steady")
_STANDING: Mapping[Status, int] = {"preliminary": 0, "final": 1, "corrected": 2}


def settle(results: Iterable[Result]) -> tuple[tuple[Result, ...], tuple[Skipped, ...]]:
    """The results in time order without repeats, and what was left out with the reason.

    Of the results of one analyte by one method at one time a corrected one replaces all that are not, and
    a final one the preliminary. Two results repeat each other if their value and comparator are the same too.
    """
    everything = [(_measured(each), each) for each in results]
    standing: dict[tuple[object, ...], Result] = {}
    for measured, each in everything:
        best = standing.setdefault(measured, each)
        if _STANDING[each.status] > _STANDING[best.status]:
            standing[measured] = each
    if len(standing) == len(everything):
        return tuple(sorted(standing.values(), key=_time)), ()
    kept: dict[tuple[object, ...], Result] = {}
    skipped: list[Skipped] = []
    for measured, each in everything:
        best = standing[measured]
        key = (*measured, each.value, each.comparator)
        if _STANDING[each.status] < _STANDING[best.status]:
            replacement = "correction" if best.status == "corrected" else "final result"
            skipped.append(Skipped(each.source, f"replaced by the {replacement} at {best.source.place}", _text(each)))
        elif key in kept:
            skipped.append(Skipped(each.source, f"repeats {kept[key].source.place}", _text(each)))
        else:
            kept[key] = each
    return tuple(sorted(kept.values(), key=_time)), tuple(skipped)


def _text(result: Result) -> str:
    return f"{result.analyte} {result.raw_value or result.value} {result.raw_unit}".strip()
