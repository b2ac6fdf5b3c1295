"""Edema of low albumin, without a leak."""

from __future__ import annotations

import numpy as np

from validation.experiment import Experiment
from validation.people import ADULT
from validation.trajectory import Act, Factors, Values, hours, trajectory, volunteer

PITTING_LITRES = 2.75
"""Gain of interstitial water at which edema is seen. Source: physicians' tradition (row V163)."""


def losing_albumin(factors: Factors) -> Values:
    end = 40 * 24.0
    course = trajectory(volunteer(ADULT, factors), (Act("infusion_albumin", 0.0, end, -0.7),), hours(end, 6.0))
    water = sum(course[f"interstitial_volume_{region}"] for region in ("muscle", "skin", "gut", "lung"))
    swollen = water - np.asarray(water)[:, :1] >= PITTING_LITRES
    albumin = np.where(swollen, course["albumin"], np.nan)
    return {"V162": np.array([one[~np.isnan(one)][0] if (~np.isnan(one)).any() else np.nan for one in albumin])}


EXPERIMENTS = (
    Experiment(
        "Slow loss of albumin",
        "A typical man loses 17 g of albumin a day for 40 days; albumin when the interstitium has gained 2.75 L.",
        ("V162",),
        losing_albumin,
        slow=True,
    ),
)
