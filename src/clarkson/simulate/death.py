"""Where a course ends because the body could not have gone on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clarkson.body.person import Floats

FATAL = 0.5
"""Danger to life (the output `death_risk`) at which a course ends: an oxygen debt of six hours. Source: assumption."""


def died_at(times: Floats, danger: NDArray[np.float32]) -> Floats:
    """The first time (n,) [h] at which danger to life (n, T) is more than one half; NaN where it never is.

    What the equations say of a body after that has no meaning, and is not shown.

    >>> died_at(np.array([0.0, 1.0, 2.0]), np.array([[0.0, 0.1, 0.2], [0.0, 0.7, 0.9]], dtype=np.float32))
    array([nan,  1.])
    """
    fatal = danger > FATAL
    return np.where(fatal.any(axis=1), times[np.argmax(fatal, axis=1)], np.nan)
