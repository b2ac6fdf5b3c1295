"""What the next results would be, if care goes on as it has: every laboratory value and vital sign, hours ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clarkson.twin.expected import readings
from clarkson.twin.summary import Band, band
from clarkson.twin.twin import Twin
from clarkson.twin.what_is_seen import SEEN

FORECAST_HOURS = (6.0, 24.0, 72.0)


@dataclass(frozen=True, slots=True)
class Expected:
    """A result as it would be read some hours after the last one: canonical unit, with the errors of a reading.

    ``fitted`` is false where the analyte was never measured in these days: then the person's own level is not known.
    """

    analyte: str
    hours: float
    band: Band
    fitted: bool


def forecast(twin: Twin, hours: Sequence[float] = FORECAST_HOURS) -> tuple[Expected, ...]:
    """Every analyte of the twin at each of these hours after the last result; bodies that are no longer alive are held
    at their last value.

    Raises ValueError where an hour lies beyond what is computed.
    """
    future, found = twin.future, []
    random = np.random.default_rng(twin.seed)
    for hour in hours:
        place = round(hour)
        if not 0 <= place < len(future.times):
            raise ValueError(f"{hour:g} h is beyond the {future.times[-1] - future.times[0]:g} h that are computed")
        for name in SEEN:
            read = readings(twin, name, float(future.times[place]), future.held(name)[:, place], random)
            found.append(Expected(name, float(hour), band(read), name in twin.known.analytes))
    return tuple(found)
