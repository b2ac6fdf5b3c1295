"""What a laboratory, a cuff and a scale would read, under the names of the vocabulary of analytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.engine.maths import Maths, Value

WHOLE_BODY_TO_VENOUS = 0.91
"""Hematocrit of the whole body over that of a large vein. Source: 0.90 ± 0.05 measured in dialysis, 0.91 textbook."""

PLASMA_WATER = 0.94
"""Share of plasma that is water. Source: assumption, textbook value."""


@dataclass(frozen=True)
class Blood:
    """What the tubes are drawn from: volumes L, concentrations g/L or as the name says."""

    plasma: Value
    red_cells: Value
    red_cell_mass: Value
    protein: Mapping[str, Value]
    sodium: Value
    chloride_excess: Value
    extracellular: Value
    body_water: Value


def venous_hematocrit(whole_body: Value) -> Value:
    """Hematocrit of a venous sample from that of the whole body."""
    return whole_body / WHOLE_BODY_TO_VENOUS


def laboratory(
    blood: Blood,
    creatinine: Value,
    urea: Value,
    crp: Value,
    lactate: Value,
    creatine_kinase: Value,
    tone: Value,
    inflammation: Value,
    p: Mapping[str, Value],
    m: Maths,
) -> None:
    """Name every result. Albumin also carries calcium; fever and stress mobilise leukocytes."""
    volume = blood.plasma + blood.red_cells
    volume_rest = p["resting_plasma_volume"] + p["resting_red_cell_volume"]
    hematocrit = m.let("hematocrit", "H_{ven}", "1", venous_hematocrit(blood.red_cells / volume))
    mass_ratio = blood.red_cell_mass / blood.red_cells
    m.let("hemoglobin", "Hb", "g/L", p["resting_mchc"] * mass_ratio * hematocrit)
    m.let("mchc", "MCHC", "g/L", p["resting_mchc"] * mass_ratio)
    m.let("mcv", "MCV", "fL", p["resting_mcv"] / mass_ratio)
    m.let("erythrocytes", "RBC", "10*12/L", 1000.0 * hematocrit * mass_ratio / p["resting_mcv"])
    demarginated = 1.0 + 0.8 * inflammation + 0.6 * (tone - p["resting_tone"])
    m.let("leukocytes", "WBC", "10*9/L", p["resting_leukocytes"] * volume_rest / volume * demarginated)
    m.let("platelets", "Plt", "10*9/L", p["resting_platelets"] * volume_rest / volume)
    c = blood.protein
    globulin = c["igg"] + c["other"] + c["m_protein"]
    m.let("albumin", "c_{alb}", "g/L", c["albumin"])
    m.let("globulin", "c_{glob}", "g/L", globulin)
    m.let("total_protein", "c_{TP}", "g/L", c["albumin"] + globulin)
    m.let("igg", "c_{IgG}", "g/L", c["igg"] + c["m_protein"])
    m.let("m_protein", "c_{M}", "g/L", c["m_protein"])
    m.let("sodium", "Na", "mmol/L", blood.sodium)
    excess = blood.chloride_excess / blood.extracellular
    m.let("chloride", "Cl", "mmol/L", p["resting_chloride"] + blood.sodium - p["resting_sodium"] + excess)
    m.let("bicarbonate", "HCO_3", "mmol/L", p["resting_bicarbonate"] - excess - 0.8 * (lactate - p["resting_lactate"]))
    m.let("calcium", "Ca", "mmol/L", p["resting_calcium"] + 0.02 * (c["albumin"] - p["resting_albumin"]))
    m.let("osmolality", "Osm", "mmol/kg", 1.86 * blood.sodium + urea / blood.body_water + 14.0)
    m.let("creatinine", "Cr", "umol/L", creatinine / blood.body_water)
    m.let("urea", "Ur", "mmol/L", urea / blood.body_water)
    m.let("urea_nitrogen", "BUN", "mmol/L", urea / blood.body_water)
    m.let("crp", "CRP", "mg/L", 1.0 * crp)
    m.let("lactate", "Lac", "mmol/L", 1.0 * lactate)
    m.let("creatine_kinase", "CK", "U/L", 1.0 * creatine_kinase)


def vital_signs(
    mean_pressure: Value,
    central_venous: Value,
    heart_rate: Value,
    stroke_volume: Value,
    saturation: Value,
    inflammation: Value,
    lung_swelling: Value,
    urine: Value,
    water_gain: Value,
    p: Mapping[str, Value],
    m: Maths,
) -> None:
    """Name every vital sign. Pulse pressure follows the stroke: systolic = MAP + ⅔ PP, diastolic = MAP − ⅓ PP."""
    stroke_rest = p["resting_output"] / (60.0 * p["resting_heart_rate"])
    pulse = p["pulse_pressure"] * stroke_volume / stroke_rest
    m.let("mean_pressure", "MAP", "mmHg", 1.0 * mean_pressure)
    m.let("systolic_pressure", "SBP", "mmHg", mean_pressure + 2.0 / 3.0 * pulse)
    m.let("diastolic_pressure", "DBP", "mmHg", mean_pressure - pulse / 3.0)
    m.let("central_venous_pressure", "CVP", "mmHg", 1.0 * central_venous)
    m.let("heart_rate", "HR", "1/min", 1.0 * heart_rate)
    m.let("oxygen_saturation", "S_{O_2}", "1", 1.0 * saturation)
    m.let("respiratory_rate", "RR", "1/min", 14.0 + 8.0 * inflammation + 10.0 * (lung_swelling - 1.0))
    m.let("temperature", "T_b", "Cel", 36.8 + 2.0 * inflammation)
    m.let("urine_output", "UO", "mL/h", 1000.0 * urine)
    m.let("weight", "W", "kg", p["resting_weight"] + water_gain)
