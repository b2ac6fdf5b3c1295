"""Heart, vessels and the baroreflex: one arterial pressure, one venous filling, one sympathetic tone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.engine.maths import Maths, Value, logit, soft_positive

MMHG_PER_CM_BLOOD = 0.77
"""Pressure of a column of blood [mmHg/cm]."""

VESSEL_WIDTH = 0.12
"""Roundness of the filling curve at empty veins (share of stressed volume). Source: assumption."""


@dataclass(frozen=True)
class Circulation:
    """Pressures in mmHg, flows in L/h, rates per minute, volumes in L."""

    hematocrit: Value
    filling: Value
    central_venous_pressure: Value
    heart_rate: Value
    stroke_volume: Value
    cardiac_output: Value
    pressure_rate: Value
    tone_rate: Value


def circulation(
    plasma: Value,
    red_cells: Value,
    pressure: Value,
    tone: Value,
    gap: Value,
    pericardial: Value,
    norepinephrine: Value,
    inflammation: Value,
    p: Mapping[str, Value],
    u: Mapping[str, Value],
    m: Maths,
) -> Circulation:
    """The circulation at one moment.

        V_s  = V_s0 + ΔV_b − C_ap ΔMAP + V_u Δs − V_g g + V_n E − V_up sin θ − V_l LBNP
        v    = (V_s/V_s0)₊
        CVP  = CVP₀ + 0.85 (v − 1) V_s0/C_v + P_pc
        HR   = HR₀ + H (s − s₀)
        SV   = SV₀ (1 + κ) v'/(v' + κ) (1 + 0.25 Δs)(1 − 0.003 ΔMAP),    v' = v e^{−P_pc/8}
        R    = R₀ e^{k_H ΔH + g_R Δs − φ g + k_E E − φ_I I − φ_x X} D(v)
        C_a dMAP/dt = CO − (MAP − CVP)/R
        τ_s ds/dt   = logistic[logit s₀ − ΔP_baro/w_P − w_C ΔCVP] − s

    X: exercise; E: effect of infused norepinephrine; D: loss of tone when filling falls below a fifth. The receptors
    of the neck lie h cm above the heart when upright. Reduced from Zenker 2007 and Ursino 1998: for hours and days
    only their gains matter.
    """
    d_s, d_P = tone - p["resting_tone"], pressure - p["resting_pressure"]
    V_b, V_b0 = plasma + red_cells, p["resting_plasma_volume"] + p["resting_red_cell_volume"]
    hematocrit = red_cells / V_b
    V_s0 = p["stressed_volume"]
    V_s = (
        V_s0
        + (V_b - V_b0)
        - p["arterial_capacity"] * d_P
        + p["venous_recruitment"] * d_s
        - p["leak_venodilation"] * gap
        + p["norepinephrine_venoconstriction"] * norepinephrine
        - p["upright_pooling"] * u["upright"]
        - p["suction_pooling"] * u["lower_body_suction"]
    )
    v = soft_positive(V_s / V_s0, VESSEL_WIDTH, m) / soft_positive(1.0, VESSEL_WIDTH, m)
    cvp = p["resting_venous_pressure"] + 0.85 * (v - 1.0) * V_s0 / p["venous_compliance"] + pericardial
    heart_rate = p["resting_heart_rate"] + p["heart_rate_gain"] * d_s + p["fever_heart_rate"] * inflammation
    kappa = p["filling_half"]
    v_heart = v * m.exp(-pericardial / 8.0)
    SV_0 = p["resting_output"] / (60.0 * p["resting_heart_rate"])
    stroke_volume = SV_0 * (1.0 + kappa) * v_heart / (v_heart + kappa) * (1.0 + 0.25 * d_s) * (1.0 - 0.003 * d_P)
    output = 60.0 * heart_rate * stroke_volume
    fails, steep, share = p["decompensation_filling"], p["decompensation_width"], p["decompensation"]
    R_0 = (p["resting_pressure"] - p["resting_venous_pressure"]) / p["resting_output"]
    H_0 = p["resting_red_cell_volume"] / V_b0
    resistance = (
        R_0
        * m.exp(
            p["viscosity"] * (hematocrit - H_0)
            + p["resistance_gain"] * d_s
            - p["leak_vasodilation"] * gap
            - p["inflammation_vasodilation"] * inflammation
            + p["norepinephrine_constriction"] * norepinephrine
            - p["exercise_dilation"] * u["exercise"]
        )
        * (1.0 - share + share * m.logistic((v - fails) / steep))
        / (1.0 - share + share * m.logistic((1.0 - fails) / steep))
    )
    d_baro = d_P - MMHG_PER_CM_BLOOD * p["carotid_height"] * u["upright"]
    drive = (
        logit(p["resting_tone"], m)
        + p["exercise_drive"] * u["exercise"]
        - d_baro / p["baroreflex_width"]
        - p["cardiopulmonary_gain"] * (cvp - p["resting_venous_pressure"])
    )
    return Circulation(
        hematocrit,
        v,
        cvp,
        heart_rate,
        stroke_volume,
        output,
        (output - (pressure - cvp) / resistance) / p["pressure_inertia"],
        (m.logistic(drive) - tone) / p["tone_time"],
    )


def capillary_pressures(
    cvp: Value, pressure: Value, tone: Value, p: Mapping[str, Value], u: Mapping[str, Value]
) -> dict[str, Value]:
    """P_c [mmHg] by region.

        P_c = P_c0 + h_k {0.6 ΔCVP + a (1 − k_a Δs)(MAP − CVP) − a (MAP₀ − CVP₀)} + hydrostatic

    a: share of the arterial pressure that reaches the capillary; tone narrows the arterioles before it.
    """
    MAP_0, CVP_0 = p["resting_pressure"], p["resting_venous_pressure"]
    a = p["arterial_share"]
    change = (
        0.6 * (cvp - CVP_0)
        + a * (1.0 - p["arteriolar_narrowing"] * (tone - p["resting_tone"])) * (pressure - cvp)
        - a * (MAP_0 - CVP_0)
    )
    column = {
        "muscle": p["upright_pressure_muscle"] * u["upright"]
        + p["exercise_pressure"] * u["exercise"]
        + p["suction_share"] * u["lower_body_suction"],
        "skin": p["upright_pressure_skin"] * u["upright"] + p["suction_share"] * u["lower_body_suction"],
        "gut": p["upright_pressure_gut"] * u["upright"],
    }
    pressures = {region: p[f"capillary_pressure_{region}"] + change + column[region] for region in column}
    lung = p["lung_pressure_share"] * (cvp - CVP_0)
    return pressures | {"lung": p["capillary_pressure_lung"] + lung}
