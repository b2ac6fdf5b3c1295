"""Alarms among people who are not known to leak, and one-step-ahead prediction, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from clarkson.evaluate.detection import Estimate
from clarkson.evaluate.detection_tables import figure, table
from clarkson.evaluate.prediction import Row, prediction_table
from clarkson.evaluate.quiet import Alarmed, Called

_UNITS = {"outpatients": ("person-years", 1.0), "inpatients": ("100 patient-days", 100.0)}


def alarm_table(found: Alarmed) -> str:
    """One set: the watch at its two levels, by diagnosis, and every rule against it at equal sensitivity."""
    unit, times = _UNITS[found.setting]
    per = f"per {unit}" if found.setting == "inpatients" else "per person-year"
    lines = [
        f"### {found.name}",
        "",
        f"{found.people} people, {found.draws} draws, {found.units / times:,.1f} {unit}. "
        "After an alarm 72 h of silence.",
        "",
        *table(
            ["group", "people", unit, f"possible leak or leak, {per}", f"leak, {per}"],
            [
                (
                    each.name,
                    str(each.people),
                    f"{each.units / times:,.1f}",
                    _rate(each.possible, times),
                    _rate(each.leak, times),
                )
                for each in found.groups
            ]
            + [
                (
                    "**all**",
                    str(found.people),
                    f"{found.units / times:,.1f}",
                    _rate(found.possible, times),
                    _rate(found.leak, times),
                )
            ],
        ),
        "",
        "Each rule at its published threshold, and the watch at the sensitivity that the rule has on virtual "
        "leaks, both on the draws that the rule can score:",
        "",
        *table(
            ["rule", "threshold", "sensitivity on virtual leaks", f"alarms {per}", f"of the watch, {per}", "ratio"],
            [
                (
                    each.rule.method,
                    f"{each.rule.threshold:g}",
                    f"{each.sensitivity:.2f}",
                    _rate(each.rule, times),
                    _rate(each.watch, times),
                    "" if not each.rule.alarms else f"{each.watch.alarms / each.rule.alarms:.2f}",
                )
                for each in sorted(found.against, key=lambda each: -each.sensitivity)
            ],
        ),
    ]
    best = max(found.against, key=lambda each: each.sensitivity, default=None)
    if best is not None and best.rule.alarms:
        lines += [
            "",
            f"At the sensitivity of the best rule ({best.rule.method} from {best.rule.threshold:g}, "
            f"{best.sensitivity:.2f}) the watch raises {best.watch.alarms / best.rule.alarms:.2f} of its alarms.",
        ]
    return "\n".join(lines)


def _rate(called: Called, times: float) -> str:
    rate = called.rate
    return figure(Estimate(rate.value * times, rate.low * times, rate.high * times))


def forecast_table(name: str, analyte: str, rows: Sequence[Row]) -> str:
    """One analyte of one set."""
    return "\n".join([f"### {name}: {analyte}", "", prediction_table(rows)])
