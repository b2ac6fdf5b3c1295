"""What the next results would be, if nothing more is given: every laboratory value and vital sign, hours ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clarkson.analytes import analyte
from clarkson.body.person import Floats
from clarkson.twin.summary import Band, band
from clarkson.twin.twin import Twin
from clarkson.twin.what_is_seen import FREEDOM, SEEN, scaled, spread, unscaled

FORECAST_HOURS = (6.0, 24.0, 72.0)
DEFAULT_BETWEEN_PERCENT = 10.0
"""How people differ where the vocabulary does not know (assumption)."""


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
    """Every analyte of the twin at each of these hours after the last result.

    Raises ValueError where an hour lies beyond what is computed.
    """
    future, found = twin.future, []
    random = np.random.default_rng(twin.seed)
    for hour in hours:
        place = round(hour)
        if not 0 <= place < len(future.times):
            raise ValueError(f"{hour:g} h is beyond the {future.times[-1] - future.times[0]:g} h that are computed")
        for name in SEEN:
            read = readings(name, future[name][:, place], random, own_level=_level_known(twin, name))
            found.append(Expected(name, float(hour), band(read), name in twin.known.analytes))
    return tuple(found)


def _level_known(twin: Twin, name: str) -> bool:
    """Whether the person's own level was fitted, by this analyte or one of its group."""
    return any(SEEN[each].group == SEEN[name].group for each in twin.known.analytes)


def readings(name: str, values: Floats, random: np.random.Generator, *, own_level: bool = True) -> Floats:
    """Values (n,) as a laboratory or a cuff would read them: with the errors that the twin believes in, and where the
    person's own level is not known, with how people differ."""
    known = np.where(np.isfinite(values), values, np.nan)
    usual = float(np.nanmedian(known))
    own, shared = spread(name, usual, analyte(name).usual_method)
    read = scaled(name, known) + float(np.hypot(own, shared)) * random.standard_t(FREEDOM, len(values))
    if not own_level:
        between = (analyte(name).between_person_cv_percent or DEFAULT_BETWEEN_PERCENT) / 100.0
        unit = {"logit": 1.0 / (1.0 - usual), "log": 1.0, "plain": usual}[SEEN[name].scale]
        read = read + between * unit * random.standard_normal(len(values))
    return unscaled(name, read)
