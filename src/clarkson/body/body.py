"""The body put together: the rate of every state, from the organs.

Water, sodium, red cells and protein only move between places or cross the boundary of the body; every term that
leaves one balance enters another.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from clarkson.body import (
    cavities,
    cells,
    circulation,
    drugs,
    inflammation,
    kidney,
    laboratory,
    leak,
    lungs,
    muscle,
    organs,
)
from clarkson.body.barrier import Exchange, exchange, perfused_share
from clarkson.body.interstitium import interstitial_pressure
from clarkson.body.lymph import lymph_flow
from clarkson.body.oncotic import oncotic_pressure
from clarkson.body.oxygen import oxygen
from clarkson.body.parameters import parameter_names
from clarkson.body.proteins import turnover
from clarkson.body.regions import CAVITIES, CAVITY_REGION, LETTER, PROTEINS, REGIONS
from clarkson.body.symptoms import symptoms
from clarkson.engine.maths import Maths, Value
from clarkson.engine.system import System, trace

POOLED = ("igg", "other", "m_protein")
"""Proteins whose interstitium is one pool, spread over the regions as at rest."""

STATES = (
    "plasma_volume",
    "red_cell_mass",
    "red_cell_volume",
    *(f"interstitial_volume_{region}" for region in REGIONS),
    *(f"{cavity}_fluid" for cavity in CAVITIES),
    "sodium_amount",
    "chloride_excess",
    "cell_water",
    *(f"plasma_{kind}_mass" for kind in PROTEINS),
    *(f"interstitial_albumin_{region}" for region in REGIONS),
    *(f"interstitial_{kind}_mass" for kind in POOLED),
    "arterial_pressure",
    "sympathetic_tone",
    "mediator",
    "gap",
    "repair",
    "glycocalyx",
    "systemic_inflammation",
    "tolerance",
    "theophylline_level",
    "terbutaline_level",
    "furosemide_effect",
    "kidney_injury",
    "sodium_retention",
    "oxygen_debt",
    "crp_level",
    "lactate_level",
    "creatine_kinase_level",
    "creatinine_amount",
    "urea_amount",
    "urine_volume",
)

INPUTS = (
    "infusion",
    "infusion_sodium",
    "infusion_chloride_excess",
    "infusion_albumin",
    "infusion_igg",
    "infusion_other_protein",
    "infusion_red_cells",
    "drinking",
    "fasting",
    "bleeding",
    "ultrafiltration",
    "dialysis_clearance",
    "norepinephrine",
    "furosemide",
    "theophylline",
    "terbutaline",
    "upright",
    "exercise",
    "infection",
    "lower_body_suction",
)


def tissue_catabolism(p: Mapping[str, Value]) -> Value:
    """Fraction of interstitial albumin broken down per hour: the tissues' share of the catabolism at rest."""
    at_rest = {f"interstitial_volume_{region}": p[f"resting_interstitium_{region}"] for region in REGIONS}
    at_rest |= {f"{cavity}_fluid": p[f"{cavity}_volume"] for cavity in CAVITIES}
    held = sum(
        (p[f"interstitial_albumin_ratio_{region}"] * available_volume(region, at_rest, p) for region in REGIONS), 0.0
    )
    return p["tissue_share"] * p["albumin_catabolism"] * p["resting_plasma_volume"] / held


def available_volume(region: str, y: Mapping[str, Value], p: Mapping[str, Value]) -> Value:
    """Water [L] that protein of a region can be in: what the matrix does not exclude, with the cavities it feeds."""
    volume = y[f"interstitial_volume_{region}"] - p[f"excluded_{region}"] * p[f"resting_interstitium_{region}"]
    for cavity in CAVITIES:
        if CAVITY_REGION[cavity] == region:
            volume = volume + y[f"{cavity}_fluid"]
    return volume


def concentrations(
    y: Mapping[str, Value], p: Mapping[str, Value]
) -> tuple[dict[str, Value], dict[str, dict[str, Value]]]:
    """Protein [g/L] of plasma by kind, and of each region's interstitium by kind."""
    plasma = {kind: y[f"plasma_{kind}_mass"] / y["plasma_volume"] for kind in PROTEINS}
    space = {region: available_volume(region, y, p) for region in REGIONS}
    interstitium: dict[str, dict[str, Value]] = {region: {} for region in REGIONS}
    for region in REGIONS:
        interstitium[region]["albumin"] = y[f"interstitial_albumin_{region}"] / space[region]
    for kind in POOLED:
        weights = {
            region: p[f"interstitial_weight_{'other' if kind == 'other' else 'igg'}_{region}"] for region in REGIONS
        }
        spread = y[f"interstitial_{kind}_mass"] / sum((weights[region] * space[region] for region in REGIONS), 0.0)
        for region in REGIONS:
            interstitium[region][kind] = weights[region] * spread
    return plasma, interstitium


def globulins(protein: Mapping[str, Value]) -> Value:
    """All that is not albumin [g/L]."""
    return protein["igg"] + protein["other"] + protein["m_protein"]


def equations(
    time: Value, y: Mapping[str, Value], p: Mapping[str, Value], u: Mapping[str, Value], m: Maths
) -> dict[str, Value]:
    """dy/dt of the whole body, per hour, at `time` [h]: states y, parameters p, inputs u by name.

    Every quantity that can be looked at is named on the way.
    """
    V_p, V_rc = y["plasma_volume"], y["red_cell_volume"]
    V = {region: y[f"interstitial_volume_{region}"] for region in REGIONS}
    x = {
        region: m.let(f"swelling_{region}", f"x_{LETTER[region]}", "1", V[region] / p[f"resting_interstitium_{region}"])
        for region in REGIONS
    }
    c_p, c_i = concentrations(y, p)
    pi_p = m.let("oncotic_pressure", r"\pi_p", "mmHg", oncotic_pressure(c_p["albumin"], globulins(c_p)))
    pi_p0 = resting_oncotic_pressure(p)
    extracellular = (
        laboratory.PLASMA_WATER * V_p
        + sum((V[region] for region in REGIONS), p["slow_extracellular"])
        + sum((y[f"{cavity}_fluid"] for cavity in CAVITIES), 0.0)
    )
    sodium = y["sodium_amount"] / extracellular

    # The wall.
    given = leak.given_leak(time, p, m)
    g = m.let("open_gap", "g", "1", y["gap"] + p["chronic_gap"] + given)
    triggered = m.let("trigger", "T", "1", leak.trigger(y["systemic_inflammation"], y["tolerance"], c_p["igg"], p, m))
    wall = leak.leak_rates(
        y["mediator"],
        y["gap"],
        g,
        y["repair"],
        y["glycocalyx"],
        triggered,
        y["theophylline_level"],
        y["terbutaline_level"],
        p,
        m,
    )

    # The circulation.
    P_pc = m.let("pericardial_pressure", "P_{pc}", "mmHg", cavities.pericardial_pressure(y["pericardial_fluid"], p, m))
    E = drugs.norepinephrine_effect(u["norepinephrine"], p)
    heart = circulation.circulation(
        V_p, V_rc, y["arterial_pressure"], y["sympathetic_tone"], g, P_pc, E, y["systemic_inflammation"], p, u, m
    )
    cvp = heart.central_venous_pressure
    output_share = m.let("output_share", "CO/CO_0", "1", heart.cardiac_output / p["resting_output"])
    m.let("cardiac_output", "CO", "L/min", heart.cardiac_output / 60.0)
    m.let("stroke_volume", "SV", "mL", 1000.0 * heart.stroke_volume)

    # Microvascular exchange, lymph and cavities.
    P_c = circulation.capillary_pressures(cvp, y["arterial_pressure"], y["sympathetic_tone"], p, u)
    P_i = {
        region: m.let(
            f"tissue_pressure_{region}",
            f"P_{{i,{LETTER[region]}}}",
            "mmHg",
            interstitial_pressure(region, x[region], p, m),
        )
        for region in REGIONS
    }
    plasma_share_rest = p["resting_plasma_volume"] / (p["resting_plasma_volume"] + p["resting_red_cell_volume"])
    perfused = perfused_share(output_share * (V_p / (V_p + V_rc)) / plasma_share_rest)
    wall_flux: dict[str, Exchange] = {}
    lymph: dict[str, Value] = {}
    for region in REGIONS:
        pi_i = oncotic_pressure(c_i[region]["albumin"], globulins(c_i[region]))
        wall_flux[region] = exchange(
            region, P_c[region] - P_i[region], pi_p, pi_i, c_p, c_i[region], g, y["glycocalyx"], perfused, p, m
        )
        lymph[region] = lymph_flow(region, P_i[region], p, m)
    flood = lungs.flooding(P_c["lung"], pi_p, pi_p0, p, m)
    filtration = {
        region: m.let(
            f"filtration_rate_{region}",
            f"J_{{v,{LETTER[region]}}}",
            "L/h",
            wall_flux[region].filtration + (flood if region == "lung" else 0.0),
        )
        for region in REGIONS
    }
    filling = {cavity: cavities.cavity_filling(cavity, y[f"{cavity}_fluid"], P_i, g, p, m) for cavity in CAVITIES}
    total_filtration = sum((filtration[region] for region in REGIONS), 0.0)
    total_lymph = m.let("lymph_flow", "J_L", "L/h", sum((lymph[region] for region in REGIONS), 0.0))
    crossing = {kind: sum((wall_flux[region].protein[kind] for region in REGIONS), 0.0) for kind in PROTEINS}
    returned = {kind: sum((lymph[region] * c_i[region][kind] for region in REGIONS), 0.0) for kind in PROTEINS}
    m.let("albumin_escape", "TER_{alb}", "1/h", crossing["albumin"] / y["plasma_albumin_mass"])
    m.let("igg_escape", "TER_{IgG}", "1/h", crossing["igg"] / y["plasma_igg_mass"])

    # The kidney, thirst and cells.
    renal = kidney.kidney(
        V_p,
        pi_p,
        pi_p0,
        sodium,
        y["chloride_excess"],
        y["arterial_pressure"],
        y["sympathetic_tone"],
        y["kidney_injury"],
        y["sodium_retention"],
        y["furosemide_effect"],
        p,
        m,
    )
    m.let("glomerular_filtration", "GFR/GFR_0", "1", renal.filtration)
    eats = 1.0 - u["fasting"]
    habit = p["resting_urine"] + p["insensible_loss"]
    intake = m.let("water_intake", "J_{in}", "L/h", eats * (habit + thirst(V_p, sodium, p, m)) + u["drinking"])
    sodium_intake = m.let("sodium_intake", "N_{in}", "mmol/h", eats * p["urine_sodium"] * p["resting_urine"])
    m.let("sodium_excretion", "N_u", "mmol/h", renal.sodium_excretion)
    J_cell = cells.cell_water_uptake(y["cell_water"], sodium, p)
    J_red = cells.red_cell_uptake(V_rc, y["red_cell_mass"], sodium, p)

    # Muscle, oxygen and what follows from them.
    saturation = lungs.oxygen_saturation(x["lung"], p, m)
    P_comp = m.let("muscle_compartment_pressure", "P_{comp}", "mmHg", muscle.compartment_pressure(x["muscle"], p, m))
    q_muscle = m.let("muscle_flow", "q_M", "1", muscle.muscle_flow(y["arterial_pressure"], P_comp, p, m))
    hemoglobin = p["resting_mchc"] * y["red_cell_mass"] / (V_p + V_rc)
    hemoglobin_rest = (
        p["resting_mchc"] * p["resting_red_cell_volume"] / (p["resting_plasma_volume"] + p["resting_red_cell_volume"])
    )
    air = oxygen(
        heart.cardiac_output,
        hemoglobin,
        saturation,
        hemoglobin_rest,
        p["resting_saturation"],
        y["lactate_level"],
        q_muscle,
        p,
        m,
    )
    m.let("oxygen_delivery", "DO_2", "mL/min", air.delivery)
    m.let("oxygen_extraction", "ER", "1", air.extraction)
    failing = organs.hypoperfusion(y["arterial_pressure"], output_share, m)
    failing_rest = organs.hypoperfusion(p["resting_pressure"], 1.0, m)
    response = inflammation.inflammation_rates(
        y["systemic_inflammation"], y["tolerance"], y["crp_level"], u["infection"], g, p
    )
    body_water = extracellular + y["cell_water"]

    # Balances.
    hematocrit = V_rc / (V_p + V_rc)
    lost_plasma = u["bleeding"] * (1.0 - hematocrit)
    lost_red = u["bleeding"] * hematocrit
    total_igg = c_p["igg"] + c_p["m_protein"]
    total_igg_rest = p["resting_igg"] + p["resting_m_protein"]
    given_protein = {
        "albumin": u["infusion_albumin"],
        "igg": u["infusion_igg"],
        "other": u["infusion_other_protein"],
        "m_protein": 0.0,
    }
    rates: dict[str, Value] = {
        "plasma_volume": u["infusion"]
        + intake
        - renal.urine
        - p["insensible_loss"]
        - total_filtration
        + total_lymph
        - lost_plasma
        - u["ultrafiltration"]
        - J_red,
        "red_cell_mass": u["infusion_red_cells"] - lost_red * y["red_cell_mass"] / V_rc,
        "red_cell_volume": u["infusion_red_cells"] - lost_red + J_red,
        "sodium_amount": u["infusion_sodium"]
        + sodium_intake
        - renal.sodium_excretion
        - sodium * (laboratory.PLASMA_WATER * lost_plasma + u["ultrafiltration"]),
        "chloride_excess": u["infusion_chloride_excess"] - y["chloride_excess"] / p["chloride_excretion_time"],
        "cell_water": J_cell,
    }
    in_tissue = tissue_catabolism(p)
    m.let(
        "albumin_tissue_catabolism",
        "K_{albumin,i}",
        "g/h",
        in_tissue * sum((y[f"interstitial_albumin_{region}"] for region in REGIONS), 0.0),
    )
    for region in REGIONS:
        leaves = sum((filling[cavity] for cavity in CAVITIES if CAVITY_REGION[cavity] == region), 0.0)
        rates[f"interstitial_volume_{region}"] = (
            filtration[region] - lymph[region] - cells.INTERSTITIAL_SHARE[region] * J_cell - leaves
        )
        rates[f"interstitial_albumin_{region}"] = (
            wall_flux[region].protein["albumin"]
            - lymph[region] * c_i[region]["albumin"]
            - in_tissue * y[f"interstitial_albumin_{region}"]
        )
    for cavity in CAVITIES:
        rates[f"{cavity}_fluid"] = filling[cavity]
    for kind in PROTEINS:
        made = turnover(kind, c_p[kind], total_igg, total_igg_rest, V_p, pi_p0 - pi_p, y["systemic_inflammation"], p, m)
        m.let(f"{kind}_synthesis", f"S_{{{kind.replace('_', ' ')}}}", "g/h", made.synthesis)
        m.let(f"{kind}_catabolism_rate", f"K_{{{kind.replace('_', ' ')}}}", "g/h", made.catabolism)
        rates[f"plasma_{kind}_mass"] = (
            given_protein[kind]
            + made.synthesis
            - made.catabolism
            - crossing[kind]
            + returned[kind]
            - lost_plasma * c_p[kind]
        )
        if kind in POOLED:
            rates[f"interstitial_{kind}_mass"] = crossing[kind] - returned[kind]
    clearance = p["creatinine_clearance"] * renal.filtration + u["dialysis_clearance"]
    urea_clearance = (
        p["urea_clearance"] * renal.filtration * (0.4 + 0.6 * renal.urine / (renal.urine + p["resting_urine"]) * 2.0)
    )
    creatinine = y["creatinine_amount"] / body_water
    urea = y["urea_amount"] / body_water
    rates |= {
        "arterial_pressure": heart.pressure_rate,
        "sympathetic_tone": heart.tone_rate,
        "mediator": wall.mediator,
        "gap": wall.gap,
        "repair": wall.repair,
        "glycocalyx": wall.glycocalyx,
        "systemic_inflammation": response.inflammation,
        "tolerance": response.tolerance,
        "crp_level": response.crp,
        "theophylline_level": drugs.level_rate("theophylline", y["theophylline_level"], u["theophylline"], 1.0, p),
        "terbutaline_level": drugs.level_rate("terbutaline", y["terbutaline_level"], u["terbutaline"], 100.0, p),
        "furosemide_effect": drugs.diuretic_rate(y["furosemide_effect"], u["furosemide"], p),
        "kidney_injury": renal.injury_rate,
        "sodium_retention": renal.retention_rate,
        "oxygen_debt": organs.debt_rate(
            y["oxygen_debt"], failing, failing_rest, saturation, p["resting_saturation"], m
        ),
        "lactate_level": air.lactate_rate,
        "creatine_kinase_level": muscle.creatine_kinase_rate(y["creatine_kinase_level"], q_muscle, p),
        "creatinine_amount": p["creatinine_clearance"] * p["resting_creatinine"] - clearance * creatinine,
        "urea_amount": p["urea_clearance"] * p["resting_urea"] - (urea_clearance + u["dialysis_clearance"]) * urea,
        "urine_volume": renal.urine,
    }

    # What is read off.
    blood = laboratory.Blood(
        V_p, V_rc, y["red_cell_mass"], c_p, sodium, y["chloride_excess"], extracellular, body_water
    )
    laboratory.laboratory(
        blood,
        y["creatinine_amount"],
        y["urea_amount"],
        y["crp_level"],
        y["lactate_level"],
        y["creatine_kinase_level"],
        y["sympathetic_tone"],
        y["systemic_inflammation"],
        p,
        m,
    )
    water = (
        V_p
        + V_rc
        + sum((V[region] for region in REGIONS), 0.0)
        + sum((y[f"{cavity}_fluid"] for cavity in CAVITIES), 0.0)
        + y["cell_water"]
    )
    gain = m.let("water_gain", r"\Delta W", "L", water - resting_water(p))
    laboratory.vital_signs(
        y["arterial_pressure"],
        cvp,
        heart.heart_rate,
        heart.stroke_volume,
        saturation,
        y["systemic_inflammation"],
        x["lung"],
        renal.urine,
        gain,
        p,
        m,
    )
    m.let("plasma_volume_change", r"\Delta V_p", "1", V_p / p["resting_plasma_volume"] - 1.0)
    m.let(
        "edema_arms_legs",
        r"\Delta V_{limbs}",
        "L",
        V["muscle"] + 0.85 * V["skin"] - p["resting_interstitium_muscle"] - 0.85 * p["resting_interstitium_skin"],
    )
    m.let("edema_face", r"\Delta V_{face}", "L", 0.15 * (V["skin"] - p["resting_interstitium_skin"]))
    m.let("edema_abdomen", r"\Delta V_G", "L", V["gut"] - p["resting_interstitium_gut"])
    m.let("edema_lung", r"\Delta V_L", "L", V["lung"] - p["resting_interstitium_lung"])
    symptoms(
        y["arterial_pressure"],
        V_p / p["resting_plasma_volume"],
        output_share,
        y["mediator"],
        y["systemic_inflammation"],
        y["lactate_level"],
        x,
        x["lung"],
        P_comp - p["resting_compartment_pressure"],
        hemoglobin / hemoglobin_rest,
        p,
        u,
        m,
    )
    organs.proxies(
        y["arterial_pressure"],
        output_share,
        y["lactate_level"],
        renal.filtration,
        saturation,
        q_muscle,
        y["oxygen_debt"],
        p,
        m,
    )
    return rates


def thirst(plasma: Value, sodium: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """Drinking beyond habit [L/h]: by tonicity and by missing plasma volume, 0 at rest."""
    salt = m.logistic((sodium - 146.0) / 1.5) - m.logistic((p["resting_sodium"] - 146.0) / 1.5)
    dry = m.logistic((0.88 - plasma / p["resting_plasma_volume"]) / 0.03) - m.logistic((0.88 - 1.0) / 0.03)
    return p["thirst_tonicity"] * salt + p["thirst_volume"] * dry


def resting_oncotic_pressure(p: Mapping[str, Value]) -> Value:
    """Oncotic pressure of plasma at rest [mmHg]."""
    return oncotic_pressure(p["resting_albumin"], p["resting_igg"] + p["resting_other"] + p["resting_m_protein"])


def resting_water(p: Mapping[str, Value]) -> Value:
    """All water of the balance at rest, with the red cells [L]."""
    return (
        p["resting_plasma_volume"]
        + p["resting_red_cell_volume"]
        + sum((p[f"resting_interstitium_{region}"] for region in REGIONS), 0.0)
        + sum((p[f"{cavity}_volume"] for cavity in CAVITIES), 0.0)
        + p["resting_cell_water"]
    )


@cache
def system() -> System:
    """The body on a tape: traced once in a process.

    >>> len(system().states)
    44
    """
    return trace(equations, STATES, parameter_names(), INPUTS)
