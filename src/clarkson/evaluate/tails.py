"""Heavy tails: steps of real people are mostly smaller than a Gaussian expects, and now and then far larger."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.engine.scores import log_score
from clarkson.evaluate.peers import Peer, least
from clarkson.evaluate.series import Series


@dataclass(frozen=True, slots=True)
class Tails:
    """The error of a prediction in units of its standard deviation: mostly ``narrow``, else ``wide``."""

    share: float
    narrow: float
    wide: float

    def around(self, means: Array, sds: Array) -> tuple[Array, Array, Array]:
        """Weights, means and standard deviations, each (n, 2), of the mixtures around Gaussians (n,)."""
        weights = np.tile([self.share, 1.0 - self.share], (len(means), 1))
        return weights, np.stack([means, means], axis=1), np.outer(sds, [self.narrow, self.wide])


def fit_tails(peer: Peer, train: Sequence[Series]) -> Tails:
    """The tails with the largest likelihood of the training errors of a fitted peer; one person must have two values.

    >>> from clarkson.evaluate.peers import LastValue
    >>> people = [Series("a", np.arange(4.0), np.array([0.0, 0.1, 0.0, 0.1]))]
    >>> 0.0 < fit_tails(LastValue(0.01, 0.0, 24.0), people).share < 1.0
    True
    """
    predicted = [(each.values, *peer.predict(each)) for each in train if len(each.values) > 1]
    errors = np.concatenate([((values - means) / sds)[1:] for values, means, sds in predicted])

    def model(place: Array) -> Tails:
        return Tails(1.0 / (1.0 + math.exp(-float(place[0]))), *np.exp(place[1:]).tolist())

    def surprise(place: Array) -> float:
        mixtures = model(place).around(np.zeros(len(errors)), np.ones(len(errors)))
        return float(log_score(*mixtures, errors).mean())

    return model(least(surprise, np.array([1.5, -0.3, 0.5]), [(-2.0, 6.0), (-3.0, 0.5), (-0.5, 2.5)]))
