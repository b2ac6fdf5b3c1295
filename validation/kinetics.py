"""Numbers that the studies read off their curves: half-lives, and the volume kinetics of Hahn and Ståhle."""

from __future__ import annotations

import numpy as np
from scipy.linalg import expm
from scipy.optimize import least_squares

from clarkson.body.person import Floats

BASAL_LOSS = 0.03
"""Basal loss of fluid [L/h] of the volume kinetic model, 0.5 mL/min. Source: Hahn."""


def half_life(times: Floats, excess: Floats) -> Floats:
    """Half-life [h] (n,) of an excess (n, T) from its maximum on: a straight line through its logarithm.

    Only what is above a tenth of the maximum counts.
    """
    found = np.empty(len(excess))
    for person, course in enumerate(excess):
        top = int(np.argmax(course))
        used = (np.arange(len(course)) >= top) & (course > 0.1 * course[top])
        slope, _ = np.polyfit(times[used], np.log(course[used]), 1)
        found[person] = np.log(2.0) / -slope
    return found


def one_volume(times: Floats, dilution: Floats, rate: float, end: float) -> tuple[Floats, Floats]:
    """Expanded volume V [L] and elimination k_r [mL/min], each (n,), of the one-volume model.

        dw/dt = (k_i − k_b)/V − (k_r/V) w

    times (T,) and dilution w (n, T): plasma volume over its start, less one; infusion at `rate` [L/h] until `end` [h].
    """

    def model(unknown: Floats) -> Floats:
        volume, elimination = np.exp(unknown)
        k = elimination / volume
        during = np.minimum(times, end)
        filled = (rate - BASAL_LOSS) / elimination * (1.0 - np.exp(-k * during))
        after = times - during
        return np.asarray(filled * np.exp(-k * after) - BASAL_LOSS / elimination * (1.0 - np.exp(-k * after)))

    fits = np.array(
        [np.exp(least_squares(lambda x, w=w: model(x) - w, np.log([5.0, 6.0])).x) for w in np.atleast_2d(dilution)]
    )
    return fits[:, 0], fits[:, 1] * 1000.0 / 60.0


def two_volumes(times: Floats, dilution: Floats, rate: float, end: float) -> tuple[Floats, Floats]:
    """Both volumes together [L] and elimination k_r [mL/min], each (n,), of the two-volume model.

        V₁ dw₁/dt = k_i − k_b − k_r w₁ − k_t (w₁ − w₂),   V₂ dw₂/dt = k_t (w₁ − w₂)

    Arguments as in `one_volume`; times are evenly spaced and `end` is one of them.
    """
    step = float(times[1] - times[0])

    def model(unknown: Floats) -> Floats:
        first, second, elimination, exchange = np.exp(unknown)
        matrix = np.zeros((3, 3))
        matrix[0] = [-(elimination + exchange) / first, exchange / first, 1.0 / first]
        matrix[1, :2] = [exchange / second, -exchange / second]
        advance = expm(matrix * step)
        w, found = np.zeros(3), np.empty(len(times))
        for index, time in enumerate(times):
            found[index] = w[0]
            w[2] = (rate if time < end - 1e-9 else 0.0) - BASAL_LOSS
            w = advance @ w
        return found

    start = np.log([3.5, 6.0, 6.0, 12.0])
    fits = np.array([np.exp(least_squares(lambda x, w=w: model(x) - w, start).x) for w in np.atleast_2d(dilution)])
    return fits[:, 0] + fits[:, 1], fits[:, 2] * 1000.0 / 60.0
