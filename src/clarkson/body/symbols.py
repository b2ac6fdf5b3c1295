"""The states and inputs of the body in print: symbol, unit, what it is, and the terms of ontologies that it belongs to.

Parameters carry the same in their registry, named quantities where they are named.
"""

from __future__ import annotations

from dataclasses import dataclass

from clarkson.body.regions import CAVITIES, LETTER, REGIONS


@dataclass(frozen=True)
class Symbol:
    """LaTeX symbol, unit, words, and what it is a property of (URIs)."""

    latex: str
    unit: str
    what: str
    bearers: tuple[str, ...] = ()


def _term(identifier: str) -> str:
    """The address of a term: UBERON, ChEBI and CL terms, or a UniProt protein."""
    return f"https://identifiers.org/{identifier}"


PLASMA, URINE, RED_CELL = map(_term, ("UBERON:0001969", "UBERON:0001088", "CL:0000232"))
SODIUM, CHLORIDE, CREATININE, UREA, LACTATE = map(
    _term, ("CHEBI:29101", "CHEBI:17996", "CHEBI:16737", "CHEBI:16199", "CHEBI:24996")
)
ALBUMIN, CRP, CREATINE_KINASE = map(_term, ("uniprot:P02768", "uniprot:P02741", "uniprot:P06732"))
NORADRENALINE, FUROSEMIDE, THEOPHYLLINE, TERBUTALINE = map(
    _term, ("CHEBI:18357", "CHEBI:47426", "CHEBI:28177", "CHEBI:9449")
)
TISSUE = {
    "muscle": _term("UBERON:0002385"),
    "skin": _term("UBERON:0002097"),
    "gut": _term("UBERON:0000160"),
    "lung": _term("UBERON:0002048"),
    "pleural": _term("UBERON:0001087"),
    "peritoneal": _term("UBERON:0001268"),
    "pericardial": _term("UBERON:0002409"),
}
PLACE = {
    "muscle": "muscle",
    "skin": "skin and subcutis",
    "gut": "abdominal organs",
    "lung": "lung",
    "pleural": "Pleural",
    "peritoneal": "Peritoneal",
    "pericardial": "Pericardial",
}
PROTEIN = {
    "albumin": ("alb", "albumin"),
    "igg": ("IgG", "IgG"),
    "other": ("o", "other protein"),
    "m_protein": ("M", "M-protein"),
}
MOLECULE = {"albumin": (ALBUMIN,)}

STATES: dict[str, Symbol] = {
    "plasma_volume": Symbol("V_p", "L", "Volume of plasma", (PLASMA,)),
    "red_cell_mass": Symbol("M_{rc}", "L", "Volume of the red cells at normal tonicity", (RED_CELL,)),
    "red_cell_volume": Symbol("V_{rc}", "L", "Volume of the red cells", (RED_CELL,)),
    **{
        f"interstitial_volume_{region}": Symbol(
            f"V_{LETTER[region]}", "L", f"Interstitial fluid of {PLACE[region]}", (TISSUE[region],)
        )
        for region in REGIONS
    },
    **{
        f"{cavity}_fluid": Symbol(f"V_{{{LETTER[cavity]}}}", "L", f"{PLACE[cavity]} fluid", (TISSUE[cavity],))
        for cavity in CAVITIES
    },
    "sodium_amount": Symbol(r"N_{Na}", "mmol", "Sodium outside of cells", (SODIUM,)),
    "chloride_excess": Symbol("X_{Cl}", "mmol", "Chloride given beyond what goes with sodium", (CHLORIDE,)),
    "cell_water": Symbol("V_c", "L", "Water in cells"),
    **{
        f"plasma_{kind}_mass": Symbol(
            f"Q_{{p,{short}}}", "g", f"Mass of {words} in plasma", (*MOLECULE.get(kind, ()), PLASMA)
        )
        for kind, (short, words) in PROTEIN.items()
    },
    **{
        f"interstitial_albumin_{region}": Symbol(
            f"Q_{{{LETTER[region]},alb}}",
            "g",
            f"Mass of albumin in the interstitium of {PLACE[region]}",
            (ALBUMIN, TISSUE[region]),
        )
        for region in REGIONS
    },
    **{
        f"interstitial_{kind}_mass": Symbol(f"Q_{{i,{short}}}", "g", f"Mass of {words} in all interstitium")
        for kind, (short, words) in PROTEIN.items()
        if kind != "albumin"
    },
    "arterial_pressure": Symbol("P_{art}", "mmHg", "Mean arterial pressure"),
    "sympathetic_tone": Symbol("s", "1", "Sympathetic tone, 0 to 1"),
    "mediator": Symbol("m", "1", "Mediator that opens gaps"),
    "gap": Symbol("g_m", "1", "Gaps opened by the mediator, as a share"),
    "repair": Symbol(r"\rho", "1", "Repair of the wall, 0 to 1"),
    "glycocalyx": Symbol(r"\eta", "1", "Glycocalyx that is left, as a share"),
    "systemic_inflammation": Symbol("I", "1", "Systemic inflammation"),
    "tolerance": Symbol("A_I", "1", "Inflammation that the wall has become used to"),
    "theophylline_level": Symbol("Th", "mg/L", "Theophylline in plasma", (THEOPHYLLINE,)),
    "terbutaline_level": Symbol("B", "ug/L", "Terbutaline in plasma", (TERBUTALINE,)),
    "furosemide_effect": Symbol("D_F", "mg", "Furosemide at its place of effect", (FUROSEMIDE,)),
    "kidney_injury": Symbol("K_{inj}", "1", "Injury of the kidney"),
    "sodium_retention": Symbol("R", "1", "Hormonal retention of sodium"),
    "oxygen_debt": Symbol("O", "h", "Oxygen debt, in hours of full arrest"),
    "crp_level": Symbol("C_{CRP}", "mg/L", "C-reactive protein", (CRP,)),
    "lactate_level": Symbol("L", "mmol/L", "Lactate", (LACTATE,)),
    "creatine_kinase_level": Symbol("C_{CK}", "U/L", "Creatine kinase", (CREATINE_KINASE,)),
    "creatinine_amount": Symbol("N_{cr}", "umol", "Creatinine in the water of the body", (CREATININE,)),
    "urea_amount": Symbol("N_{urea}", "mmol", "Urea in the water of the body", (UREA,)),
    "urine_volume": Symbol("U", "L", "Urine since the start", (URINE,)),
}

INPUTS: dict[str, Symbol] = {
    "infusion": Symbol("u_V", "L/h", "Volume into a vein"),
    "infusion_sodium": Symbol("u_{Na}", "mmol/h", "Sodium into a vein", (SODIUM,)),
    "infusion_chloride_excess": Symbol("u_{Cl}", "mmol/h", "Chloride beyond what goes with sodium", (CHLORIDE,)),
    "infusion_albumin": Symbol("u_{alb}", "g/h", "Albumin into a vein", (ALBUMIN,)),
    "infusion_igg": Symbol("u_{IgG}", "g/h", "IgG into a vein"),
    "infusion_other_protein": Symbol("u_o", "g/h", "Other protein into a vein"),
    "infusion_red_cells": Symbol("u_{rc}", "L/h", "Red cells into a vein", (RED_CELL,)),
    "drinking": Symbol("u_d", "L/h", "Drinking beyond habit and thirst"),
    "fasting": Symbol("u_f", "1", "Neither food nor drink: 1"),
    "bleeding": Symbol("u_b", "L/h", "Blood lost"),
    "ultrafiltration": Symbol("u_{uf}", "L/h", "Water taken off by a filter"),
    "dialysis_clearance": Symbol("u_{dc}", "L/h", "Clearance of small molecules by dialysis"),
    "norepinephrine": Symbol("u_{NE}", "ug/min", "Norepinephrine into a vein", (NORADRENALINE,)),
    "furosemide": Symbol("u_F", "mg/h", "Furosemide into a vein", (FUROSEMIDE,)),
    "theophylline": Symbol("u_{Th}", "mg/h", "Theophylline by mouth", (THEOPHYLLINE,)),
    "terbutaline": Symbol("u_B", "mg/h", "Terbutaline by mouth", (TERBUTALINE,)),
    "upright": Symbol(r"\sin\theta", "1", "Sine of the angle of tilt; 1 is standing"),
    "exercise": Symbol("X", "1", "Share of the largest uptake of oxygen"),
    "infection": Symbol("u_I", "1", "Strength of a respiratory infection"),
    "lower_body_suction": Symbol("LBNP", "mmHg", "Suction on the lower body"),
}
