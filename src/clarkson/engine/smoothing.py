"""Smoothing after the switching filter: weights and states of every occasion, given everything before and after it.

Weights by Kim's backward recursion; states by the Rauch-Tung-Striebel step for each pair of regimes that carries
weight, merged by moments.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from clarkson.engine.gaussian import Array
from clarkson.engine.switching import Filtered, Occasions, Regimes

NEGLIGIBLE = 1e-4


@dataclass(frozen=True)
class Smoothed:
    """Weights (n, R), means (n, R, D) and covariances (n, R, D, D) given all occasions."""

    weights: Array
    mean: Array
    covariance: Array


def smooth(regimes: Regimes, seen: Occasions, found: Filtered) -> Smoothed:
    """Smooth the course of one person whose states were kept."""
    weights, mean, covariance = found.after.copy(), found.mean.copy(), found.covariance.copy()
    for k in range(len(weights) - 2, -1, -1):
        shares = found.flow[k + 1] / np.maximum(found.before[k + 1], 1e-300) * weights[k + 1]
        weights[k] = shares.sum(axis=1) / shares.sum()
        hours = float(seen.hours[k + 1] - seen.hours[k])
        left = np.exp(-regimes.rate * hours)
        for i in range(len(regimes.family)):
            total = shares[i].sum()
            if total <= 0.0:
                continue
            into = np.flatnonzero(shares[i] > NEGLIGIBLE * total)
            part = shares[i, into] / shares[i, into].sum()
            both = left[into, :, None] * left[into, None, :]
            ahead = regimes.attractor[into] + left[into] * (found.mean[k, i] - regimes.attractor[into])
            ahead += seen.shift[k + 1]
            spread = both * found.covariance[k, i] + regimes.spread[into] * (1.0 - both)
            spread += np.diag(seen.shift_variance[k + 1])
            gain = np.linalg.solve(spread, left[into, :, None] * found.covariance[k, i]).transpose(0, 2, 1)
            means = found.mean[k, i] + np.einsum("jab,jb->ja", gain, mean[k + 1, into] - ahead)
            apart = gain @ (covariance[k + 1, into] - spread) @ gain.transpose(0, 2, 1)
            mean[k, i] = part @ means
            away = means - mean[k, i]
            covariance[k, i] = found.covariance[k, i] + np.einsum("j,jab->ab", part, apart)
            covariance[k, i] += np.einsum("j,ja,jb->ab", part, away, away)
    return Smoothed(weights, mean, covariance)
