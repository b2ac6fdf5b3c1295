"""The watch's own one-step-ahead predictions, in the form in which ``prediction.py`` scores them."""

from __future__ import annotations

import numpy as np

from clarkson.evaluate.prediction import Mixtures
from clarkson.record.record import Record
from clarkson.watch.assessment import DEFAULT_PRIOR
from clarkson.watch.follow import follow
from clarkson.watch.forecast import predicted


def watch_forecast(record: Record, analyte: str) -> Mixtures:
    """Weights, means and standard deviations (n, R) of each value of the analyte before it was seen.

    >>> [part.shape for part in watch_forecast(Record("nobody"), "albumin")]
    [(0, 0), (0, 0), (0, 0)]
    """
    followed = follow(record, prior=DEFAULT_PRIOR)
    rows = [
        predicted(followed, followed.filtered, int(place), analyte)
        for sample, place in zip(followed.draws, followed.places, strict=True)
        if (sample.value(analyte) or 0.0) > 0.0
    ]
    found = [each for each in rows if each is not None]
    if not found:
        nothing = np.zeros((0, 0))
        return nothing, nothing, nothing
    return (
        np.array([each.weights for each in found]),
        np.array([each.means for each in found]),
        np.array([each.sds for each in found]),
    )
