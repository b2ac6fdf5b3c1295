"""NEWS2, the National Early Warning Score of the Royal College of Physicians (2017), from what records hold."""

from __future__ import annotations

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.evaluate.measured import Measured

# Points of each band: the highest whole number (temperature: tenth of a degree) that still gets them.
Bands = tuple[tuple[float, int], ...]
ABOVE = float("inf")
RESPIRATORY_RATE: Bands = ((8, 3), (11, 1), (20, 0), (24, 2), (ABOVE, 3))
OXYGEN_SATURATION_PERCENT: Bands = ((91, 3), (93, 2), (95, 1), (ABOVE, 0))
SYSTOLIC_PRESSURE: Bands = ((90, 3), (100, 2), (110, 1), (219, 0), (ABOVE, 3))
PULSE: Bands = ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (ABOVE, 3))
TEMPERATURE_TENTHS: Bands = ((350, 3), (360, 1), (380, 0), (390, 1), (ABOVE, 2))


def points(values: Array, bands: Bands) -> Array:
    """Points (n,) of values (n,), rounded to whole numbers as on the chart; NaN stays NaN.

    >>> points(np.array([8.0, 16.0, 25.0]), RESPIRATORY_RATE)
    array([3., 0., 3.])
    """
    highest = np.array([each[0] for each in bands])
    given = np.array([each[1] for each in bands], dtype=np.float64)
    return np.where(np.isnan(values), np.nan, given[np.searchsorted(highest[:-1], np.rint(values))])


def news2(drawn: Measured) -> Array:
    """NEWS2 (n,) of the vital signs around each draw, saturation on scale 1.

    Records say neither whether a person breathes oxygen nor how awake they are: both count 0, so the
    score may be up to 5 points too low. NaN where one of the five signs is missing.
    """
    return (
        points(drawn.level("respiratory_rate"), RESPIRATORY_RATE)
        + points(100.0 * drawn.level("oxygen_saturation"), OXYGEN_SATURATION_PERCENT)
        + points(drawn.level("systolic_pressure"), SYSTOLIC_PRESSURE)
        + points(drawn.level("heart_rate"), PULSE)
        + points(10.0 * drawn.level("temperature"), TEMPERATURE_TENTHS)
    )
