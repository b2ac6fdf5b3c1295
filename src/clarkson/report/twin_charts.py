"""What the page of the twin draws over time: the fitted hours and the hours ahead, with the results on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from clarkson.analytes import analyte
from clarkson.report.twin_document import ENDS
from clarkson.report.twin_scenarios import SHOWN, short
from clarkson.twin.summary import DANGERS

BLOOD_AND_PRESSURE = (
    ("hematocrit", "hemoglobin"),
    ("albumin", "total_protein"),
    ("mean_pressure", "systolic_pressure"),
    ("heart_rate",),
)
OF_THE_BODY = (("plasma_volume_change",), ("water_gain",), ("swelling_lung",), ("muscle_compartment_pressure",))

AT = {danger.name: danger.at for danger in DANGERS}
LUNG_LINES = ((AT["lung edema"], "interstitial edema"), (AT["flooded lung"], "alveolar edema"))
LINES: Mapping[str, tuple[tuple[float, str], ...]] = {
    "swelling_lung": LUNG_LINES,
    "mean_pressure": ((AT["low pressure"], f"{AT['low pressure']:g} mmHg"),),
    "plasma_volume_change": ((0.0, "at rest"),),
}
"""Thresholds and their words."""


def chosen(group: Sequence[str], document: Mapping[str, Any]) -> str | None:
    """Of a group the first that was measured is drawn, else the first that is known.

    >>> chosen(("a", "b"), {"results": [{"analyte": "b"}], "curves": {"outputs": []}})
    'b'
    """
    measured = {each["analyte"] for each in document["results"]}
    known = {each["name"] for each in document["curves"]["outputs"]}
    return next((name for there in (measured, known) for name in group if name in there), None)


def course_charts(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fitted hours and the hours ahead of what was measured and of the body, with the results on them."""
    curves = {each["name"]: each for each in document["curves"]["outputs"]}
    found = []
    for group in (*BLOOD_AND_PRESSURE, *OF_THE_BODY):
        name = chosen(group, document)
        if name is None:
            continue
        label, unit, factor = _how(name)
        found.append({
            "label": label,
            "unit": unit,
            **{end: [None if value is None else short(factor * value) for value in curves[name][end]]
               for end in ENDS},
            "points": [
                {
                    "x": each["hours"],
                    **{part: short(factor * each[part]) for part in ("value", "low", "high")},
                    "shown": each["shown"],
                    "contradicts": each["contradicts"],
                }
                for each in document["results"] if each["analyte"] == name
            ],
            "lines": [{"y": at, "words": words} for at, words in LINES.get(name, ())],
        })  # fmt: skip
    return found


def _how(name: str) -> tuple[str, str, float]:
    """Label, unit and factor of an output as it is drawn."""
    for output, label, unit, factor in SHOWN:
        if output == name:
            return label, unit, factor
    if name == "muscle_compartment_pressure":
        return "Muscle compartment pressure", "mmHg", 1.0
    known = analyte(name)
    return known.label, known.shown_unit, known.shown_factor
