"""Phase and forecast in words: where in an attack a person is, since when, and which results would come next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clarkson.report.view import moment, percent

PHASES: Mapping[str, tuple[str, str]] = {
    "prodrome": ("Prodrome", "A leak may be beginning"),
    "leak": ("Leak", "Plasma is leaving the vessels"),
    "plateau": ("Plateau", "The leak goes on, the loss grows no more"),
    "refill": ("Refill", "The water is coming back into the vessels"),
    "recovered": ("Recovered", "Neither a leak nor its refill is likely any more"),
    "chronic": ("Chronic leak", "A leak that lasts"),
}


def phase_words(assessment: Mapping[str, Any], *, relative: bool) -> str:
    """The phase with its probability and when it began, or nothing.

    >>> phase_words({"phase": None}, relative=True)
    ''
    """
    phase = assessment["phase"]
    if phase is None:
        return ""
    name, meaning = PHASES[phase["name"]]
    words = f"{name} ({percent(phase['probability'])}): {meaning[0].lower()}{meaning[1:]}"
    if phase["since"] is None:
        return f"{words}."
    began = {
        end: moment({"time": phase["since"][end], "hours": phase["since_hours"][end]}, relative=relative)
        for end in ("median", "low", "high")
    }
    return f"{words}, since about {began['median']} (90 % interval {began['low']} to {began['high']})."


def forecast_words(assessment: Mapping[str, Any]) -> list[str]:
    """One sentence for each time ahead.

    >>> forecast_words({"forecast": []})
    []
    """
    ahead: dict[float, list[str]] = {}
    for each in assessment["forecast"]:
        words = f"{each['label'].lower()} {each['shown']} ({each['shown_low']} to {each['shown_high']})"
        ahead.setdefault(each["hours_ahead"], []).append(words)
    return [f"In {hours:.0f} h: {' and '.join(words)}." for hours, words in ahead.items()]
