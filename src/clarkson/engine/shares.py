"""What a count of people says of the share behind it: the posterior under the prior of Jeffreys, Beta(1/2, 1/2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import betaincinv

from clarkson.engine.gaussian import Array

PRIOR = 0.5
"""Both numbers of the prior: worth one observation, half of it each way, so three of three is never "always"."""


def share_quantiles(count: int, of: int, at: Sequence[float] | Array) -> Array:
    """Quantiles (Q,) at the probabilities ``at`` (Q,) of the share behind ``count`` of ``of``.

    >>> share_quantiles(0, 10, [0.975]).round(3).tolist()
    [0.217]
    """
    return np.asarray(betaincinv(PRIOR + count, PRIOR + of - count, at), dtype=float)


def likely_shares(count: int, of: int, number: int) -> Array:
    """``number`` evenly likely values of that share, lowest first.

    >>> likely_shares(1, 2, 3).round(2).tolist()
    [0.22, 0.5, 0.78]
    """
    return share_quantiles(count, of, (np.arange(number) + 0.5) / number)
