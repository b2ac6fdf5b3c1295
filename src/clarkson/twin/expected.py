"""What a laboratory or a cuff would read of the bodies of a twin: with the errors that the twin believes in.

A body that wandered off from the results at the end is expected to come back to its course within about a day; until
then its readings are off likewise.
"""

from __future__ import annotations

import numpy as np

from clarkson.analytes import analyte
from clarkson.body.person import Floats
from clarkson.twin.twin import Twin
from clarkson.twin.what_is_seen import FREEDOM, SEEN, errors, relative, scaled, unscaled

DEFAULT_BETWEEN_PERCENT = 10.0
"""How people differ where the vocabulary does not know (assumption)."""


def readings(twin: Twin, name: str, hour: float, values: Floats, random: np.random.Generator) -> Floats:
    """Readings (n,) of an analyte at an hour from the start, where the bodies of the draws have ``values`` (n,)."""
    known = twin.known
    expected = errors(name, float(np.nanmedian(values)), analyte(name).usual_method)
    # What contradicts everything else says nothing of where the body wandered.
    kept = np.setdiff1d(np.arange(len(known.rows)), [each.place for each in twin.apart])
    with_rows = known.wandering(name, hour, expected)[kept]
    gain = np.linalg.solve(known.covariance[np.ix_(kept, kept)], with_rows)
    left = expected.together**2 + expected.alone**2 - float(gain @ with_rows)
    spread = np.sqrt(max(left, 0.0) + expected.assay**2 + expected.biology**2)
    read = scaled(name, values) + twin.residuals[:, kept] @ gain + spread * random.standard_t(FREEDOM, len(values))
    if not level_is_known(twin, name):
        read = read + between_people(name, float(np.nanmedian(values))) * random.standard_normal(len(values))
    return unscaled(name, read)


def level_is_known(twin: Twin, name: str) -> bool:
    """Whether the person's own level was fitted, by this analyte or one of its group."""
    return any(SEEN[each].group == SEEN[name].group for each in twin.known.analytes)


def between_people(name: str, value: float) -> float:
    """Standard deviation between people on the scale of the analyte.

    >>> 0.02 < between_people("albumin", 42.0) < 0.12
    True
    """
    share = (analyte(name).between_person_cv_percent or DEFAULT_BETWEEN_PERCENT) / 100.0
    return share * relative(name, value)
