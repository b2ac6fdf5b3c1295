"""Every setting of the sliders of the page, computed beforehand on the same bodies, so that the page asks nobody.

A scenario is what the model does, not what should be done: the sliders begin at nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from clarkson.body.person import Floats
from clarkson.simulate.schedule import Given
from clarkson.twin.summary import Band, bands
from clarkson.twin.twin import Twin
from clarkson.twin.what_if import MEASURES, Scenario, each_what_if

EVERY_H = 3
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Slider:
    """One thing that can be varied: its settings, the first of which is nothing (or now), and the dose of a setting."""

    name: str
    label: str
    unit: str
    settings: tuple[float, ...]
    dose: str = ""


SLIDERS = (
    Slider("crystalloid", "Crystalloid, over 2 h", "L", (0.0, 0.5, 1.0, 2.0), "crystalloid {:g} L over 2 h"),
    Slider("albumin", "Albumin 20 %, over 2 h", "mL", (0.0, 100.0, 200.0), "albumin 20 % {:g} mL over 2 h"),
    Slider("furosemide", "Furosemide", "mg", (0.0, 20.0, 40.0), "furosemide {:g} mg"),
    Slider("begin", "Begun after", "h", (0.0, 12.0, 24.0)),
)

SHOWN: tuple[tuple[str, str, str, float], ...] = (
    ("hematocrit", "Hematocrit", "%", 100.0),
    ("albumin", "Albumin", "g/L", 1.0),
    ("mean_pressure", "Mean pressure", "mmHg", 1.0),
    ("plasma_volume_change", "Plasma volume, change from rest", "%", 100.0),
    ("water_gain", "Water gained", "L", 1.0),
    ("swelling_lung", "Lung water, of rest", "times", 1.0),
)
"""What is drawn of a scenario: output, label, unit, factor."""


def given(setting: Sequence[float]) -> tuple[Given, ...]:
    """The doses of one setting of the sliders.

    >>> list(map(str, given((1.0, 0.0, 20.0, 12.0))))
    ['at 12 h: crystalloid 1 L over 2 h', 'at 12 h: furosemide 20 mg']
    """
    *amounts, begin = setting
    return tuple(
        Given(begin, slider.dose.format(amount)) for slider, amount in zip(SLIDERS, amounts, strict=False) if amount
    )


def scenarios(twin: Twin) -> dict[str, Any]:
    """The sliders, what is drawn and measured, and by the places of the sliders ("1,0,0,2") what comes of it.

    Bands of courses are median and 90 %, one every three hours; of measures value and difference to no change, paired.
    """
    every = slice(None, None, EVERY_H)
    settings = {
        ",".join(map(str, places)): [slider.settings[place] for slider, place in zip(SLIDERS, places, strict=True)]
        for places in product(*(range(len(slider.settings)) for slider in SLIDERS))
        if any(places[:-1])
    }
    base, *asked = (
        (each.name, each.courses.times[every], _told(each, every))
        for each in each_what_if(twin, {key: given(setting) for key, setting in settings.items()})
    )
    return {
        "sliders": [{"name": each.name, "unit": each.unit, "settings": each.settings} for each in SLIDERS],
        "hours": (base[1] - twin.now_h).tolist(),
        "outputs": [{"label": label, "unit": unit} for _, label, unit, _ in SHOWN],
        "measures": [{"name": each.name, "what": each.what, "unit": each.unit, "harm": each.harm,
                      "digits": each.digits} for each in MEASURES],
        "base": base[2],
        "asked": {key: told for key, _, told in asked},
    }  # fmt: skip


def _told(scenario: Scenario, every: slice) -> dict[str, Any]:
    return {
        "alive": round(1.0 - scenario.not_alive, 3),
        "courses": [_ends(factor * bands(scenario.courses[name][:, every])) for name, _, _, factor in SHOWN],
        "measures": [
            [_band(of[each.name], each.factor) for of in (scenario.bands, scenario.differences)] for each in MEASURES
        ],
    }


def _ends(course: Floats) -> list[list[float | None]]:
    """Median and 90 % ends of a course (T, 5), each (T,)."""
    return [[short(value) for value in course[:, column]] for column in (0, 3, 4)]


def _band(of: Band, factor: float) -> list[float | None]:
    return [short(factor * value) for value in (of.median, of.low_90, of.high_90)]


def short(value: float) -> float | None:
    """Three significant digits, None where the number is none.

    >>> short(61.239), short(float("nan"))
    (61.2, None)
    """
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
