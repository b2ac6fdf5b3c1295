"""A joint calibration: the parameters that are most probable after the calibration rows, from what was believed before.

    python -m validation.calibrate

Maximum a posteriori over logarithms of factors on groups of parameters, by least squares: each calibration row counts
by its distance in standard deviations (a quarter of the allowed range where none was published), softly where it is far
off, so that one row that cannot be met does not bend the rest; each group counts by its distance from its value before
any calibration, so that calibrating again does not move the prior along. Held-out rows are never looked at. Rows that
are known to be missed count double. Prints the values that would stand in the registry.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from scipy.optimize import least_squares

from clarkson.body.parameters import parameters
from clarkson.body.person import Floats
from validation.experiments import EXPERIMENTS
from validation.observations import NORMAL_95, Observation, observations
from validation.trajectory import factors_of

REGIONAL = ("muscle", "skin", "gut", "lung")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "lymph": tuple(f"lymph_flow_{region}" for region in REGIONAL),
    "filtration": tuple(f"filtration_{region}" for region in REGIONAL),
    "permeability": tuple(f"small_pore_permeability_{region}" for region in REGIONAL),
    "interstitial albumin": ("interstitial_albumin_ratio_muscle", "interstitial_albumin_ratio_skin"),
    "upright pressure": ("upright_pressure_muscle", "upright_pressure_skin", "upright_pressure_gut"),
    **{
        name: (name,)
        for name in (
            *("interstitial_stiffness", "lymph_sensitivity", "upright_pooling", "suction_pooling", "heart_rate_gain"),
            *("cardiopulmonary_gain", "baroreflex_width", "resistance_gain", "filling_half", "venous_recruitment"),
            *("stressed_volume", "venous_compliance", "arteriolar_narrowing", "urine_most", "diuresis_volume"),
            *("diuresis_oncotic", "diuresis_tonicity", "natriuresis_tonicity", "chloride_half", "tissue_share"),
            *("albumin_catabolism", "igg_catabolism_most", "brain_flow_output", "urine_sodium", "resting_urine"),
        )
    },
}
"""What is multiplied together."""

BEFORE: Mapping[str, tuple[float, float]] = {
    "lymph": (0.065, 0.2),
    "filtration": (0.1134, 0.3),
    "permeability": (0.0105, 0.2),
    "interstitial albumin": (0.45, 0.15),
    "upright pressure": (9.0, 0.15),
    "interstitial_stiffness": (15.3, 0.25),
    "lymph_sensitivity": (0.35, 0.2),
    "upright_pooling": (0.55, 0.15),
    "suction_pooling": (0.015, 0.2),
    "heart_rate_gain": (120.0, 0.2),
    "cardiopulmonary_gain": (0.1, 0.25),
    "baroreflex_width": (11.0, 0.2),
    "resistance_gain": (1.6, 0.2),
    "filling_half": (2.0, 0.2),
    "venous_recruitment": (1.1, 0.15),
    "stressed_volume": (1.3, 0.15),
    "venous_compliance": (0.17, 0.15),
    "arteriolar_narrowing": (0.55, 0.2),
    "urine_most": (1.1, 0.2),
    "diuresis_volume": (9.0, 0.25),
    "diuresis_oncotic": (0.04, 0.35),
    "diuresis_tonicity": (0.35, 0.25),
    "natriuresis_tonicity": (0.2, 0.25),
    "chloride_half": (90.0, 0.3),
    "tissue_share": (0.5, 0.15),
    "albumin_catabolism": (0.0035, 0.1),
    "igg_catabolism_most": (0.0075, 0.15),
    "brain_flow_output": (0.6, 0.3),
    "urine_sodium": (125.0, 0.15),
    "resting_urine": (0.07, 0.2),
}
"""Value of the first parameter of each group, and its spread, before any calibration."""

WIDTHS = {"interstitial albumin": 0.15}
"""Spread of the logarithm where the registry holds a group fixed. Source: the range of published lymph, 0.4 to 0.7 of
plasma in muscle and skin; assumption."""

STEP = 0.02
FAR = 2.0
"""Deviations beyond which a row counts less and less."""

MOST_ROUNDS = 20

KNOWN_MISFITS = ("V038", "V039", "V088")
"""Rows that earlier listings of such a body are known to miss: they count double."""


def width(group: str) -> float:
    """Spread of the logarithm of a group's factor between people, from the registry."""
    return WIDTHS.get(group) or min(parameters()[name].prior.spread for name in GROUPS[group])


def moved(group: str) -> float:
    """Logarithm of the factor by which calibration has moved a group so far."""
    return math.log(parameters()[GROUPS[group][0]].value / BEFORE[group][0])


def deviation(row: Observation) -> float:
    """What counts as one standard deviation of a row."""
    low, high = row.allowed
    if math.isfinite(high - low) and high > low:
        return (high - low) / (2.0 * NORMAL_95)
    return 0.1 * abs(row.value)


def weight(row: Observation) -> float:
    """How much a row counts."""
    return 2.0 if row.id in KNOWN_MISFITS else 1.0


def calibration_rows() -> dict[str, Observation]:
    """Rows that may set parameters: read in their source, numeric, and of an experiment fast enough to repeat."""
    fast = {row for each in EXPERIMENTS if not each.slow for row in each.rows}
    return {
        name: row
        for name, row in observations().items()
        if row.use == "calibration" and row.retrieved and row.unit != "bool" and name in fast
    }


def simulated(logs: Floats) -> Floats:
    """Values (n, R) of the calibration rows for n sets of logarithms of factors (n, G)."""
    rows = calibration_rows()
    factors = factors_of(GROUPS, dict(zip(GROUPS, np.exp(logs).T, strict=True)))
    found: dict[str, Floats] = {}
    for each in EXPERIMENTS:
        if not each.slow and any(row in rows for row in each.rows):
            found |= {row: np.asarray(value, dtype=float) for row, value in each.run(factors).items() if row in rows}
    return np.stack([np.broadcast_to(found[row], (len(logs),)) for row in rows], axis=1)


def residuals(logs: Floats) -> Floats:
    """Distances (n, R + G) of rows from their values and of groups from those before, in standard deviations."""
    rows = calibration_rows().values()
    value, spread = np.array([row.value for row in rows]), np.array([deviation(row) for row in rows])
    weights = np.sqrt([weight(row) for row in rows])
    z = (simulated(logs) - value) / spread
    # Far beyond, the square of what counts grows linearly: |z| -> sqrt(2 F |z| - F^2).
    far = np.abs(z) > FAR
    z = np.where(far, np.sign(z) * np.sqrt(np.maximum(2.0 * FAR * np.abs(z) - FAR**2, 0.0)), z)
    from_before = logs + np.array([moved(group) for group in GROUPS])
    return np.concatenate([weights * z, from_before / np.array([width(group) for group in GROUPS])], axis=1)


def slopes(logs: Floats) -> Floats:
    """Jacobian of the residuals (R + G, G): all central differences in one batch."""
    steps = STEP * np.eye(len(GROUPS))
    found = residuals(np.concatenate([logs + steps, logs - steps]))
    up, down = found[: len(GROUPS)], found[len(GROUPS) :]
    return np.asarray(((up - down) / (2.0 * STEP)).T)


def calibrate() -> Floats:
    """Logarithms (G,) of the factors at the maximum."""
    start = np.zeros(len(GROUPS))
    fit = least_squares(lambda x: residuals(x[None])[0], start, jac=slopes, max_nfev=MOST_ROUNDS)
    return np.asarray(fit.x)


def main() -> None:
    logs = calibrate()
    before, after = simulated(np.zeros((1, len(GROUPS))))[0], simulated(logs[None])[0]
    print("| row | variable | measured | now | after |\n|---|---|---|---|---|")
    for (name, row), old, new in zip(calibration_rows().items(), before, after, strict=True):
        marks = ["" if row.inside(float(value)) else " (outside)" for value in (old, new)]
        print(f"| {name} | {row.variable} | {row.value:g} | {old:.3g}{marks[0]} | {new:.3g}{marks[1]} |")
    print("\n| parameter | now | after | prior deviations |\n|---|---|---|---|")
    for (group, names), log in zip(GROUPS.items(), logs.tolist(), strict=True):
        for name in names:
            value = parameters()[name].value
            deviations = (log + moved(group)) / width(group)
            print(f"| {name} | {value:g} | {value * math.exp(log):.4g} | {deviations:+.1f} |")


if __name__ == "__main__":
    main()
