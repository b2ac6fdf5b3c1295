"""Repeats and corrections: the same result twice is read once, a corrected one replaces the older."""

from __future__ import annotations

from collections.abc import Iterable

from clarkson.record.record import Result, Skipped


def settle(results: Iterable[Result]) -> tuple[tuple[Result, ...], tuple[Skipped, ...]]:
    """The results in time order without repeats, and what was left out with the reason.

    Two results repeat each other if analyte, time, value, comparator and method are the same. Where a
    corrected result stands at the same time, those that are not corrected are left out.
    """
    kept: dict[tuple[object, ...], Result] = {}
    skipped: list[Skipped] = []
    everything = list(results)
    corrected = {(each.analyte, each.time): each for each in everything if each.status == "corrected"}
    for each in everything:
        correction = corrected.get((each.analyte, each.time))
        key = (each.analyte, each.time, each.value, each.comparator, each.method, each.steady)
        if correction is not None and each.status != "corrected":
            skipped.append(
                Skipped(each.source, f"replaced by the correction at {correction.source.place}", _text(each))
            )
        elif key in kept:
            skipped.append(Skipped(each.source, f"repeats {kept[key].source.place}", _text(each)))
        else:
            kept[key] = each
    return tuple(sorted(kept.values(), key=lambda each: each.time)), tuple(skipped)


def _text(result: Result) -> str:
    return f"{result.analyte} {result.raw_value or result.value} {result.raw_unit}".strip()
