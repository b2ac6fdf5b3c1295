"""The body at rest: the parameters and the state in which nothing changes, for any person.

What is known of a healthy person (volumes, concentrations, lymph flow, pressures) fixes what is not: the share of
large pores, the capillary pressure, and what the interstitium holds of each protein.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clarkson.body.barrier import exchange
from clarkson.body.body import POOLED, STATES, available_volume, resting_oncotic_pressure, tissue_catabolism
from clarkson.body.laboratory import PLASMA_WATER
from clarkson.body.oncotic import oncotic_pressure
from clarkson.body.parameters import parameter_names
from clarkson.body.person import Floats
from clarkson.body.regions import CAVITIES, PROTEINS, REGIONS
from clarkson.engine.maths import Arrays
from clarkson.engine.roots import newton
from clarkson.errors import SettingError


@dataclass(frozen=True)
class Rest:
    """People at rest: parameters (n, P) with the derived ones, and states (n, S), in the order of the registry."""

    parameters: Floats
    states: Floats


def at_rest(people: Mapping[str, Any]) -> Rest:
    """Complete the parameters of n people so that they are at rest, and give that state.

    people: parameters by name, numbers or arrays (n,); the derived ones are ignored. Raises SettingError where no
    resting state exists (a healthy wall cannot hold these concentrations at this lymph flow).

    >>> from clarkson.body.person import REFERENCE, typical
    >>> rest = at_rest(typical(REFERENCE))
    >>> rest.states.shape == (1, len(STATES)), round(float(rest.states[0, 0]), 2)
    (True, 3.0)
    """
    rest, holds = resting(people)
    if not holds.all():
        raise SettingError(
            f"{int((~holds).sum())} of {holds.size} people have no resting state: at this lymph flow no wall holds "
            "these protein concentrations. Bring lymph_flow, filtration or the interstitial albumin ratio nearer to "
            "the values of the registry."
        )
    return rest


def resting(people: Mapping[str, Any]) -> tuple[Rest, NDArray[np.bool_]]:
    """The same, and who has a resting state (n,): of the others, parameters and states mean nothing.

    >>> from clarkson.body.person import REFERENCE, typical
    >>> bool(resting(typical(REFERENCE))[1][0])
    True
    """
    count = max(np.size(value) for value in people.values())
    p = {name: np.broadcast_to(np.asarray(people[name], dtype=float), (count,)).copy() for name in parameter_names()}
    regional, holds = _wall_at_rest(p)
    for index, region in enumerate(REGIONS):
        p[f"large_pore_fraction_{region}"] = regional["fraction"][index]
        p[f"capillary_pressure_{region}"] = regional["drive"][index] + p[f"interstitial_pressure_{region}"]
        for kind in ("igg", "other"):
            p[f"interstitial_weight_{kind}_{region}"] = regional[kind][index] / regional[kind][0]
    y = _resting_state(p, regional)
    rest = Rest(
        np.stack([p[name] for name in parameter_names()], axis=1),
        np.stack([np.broadcast_to(y[name], (count,)) for name in STATES], axis=1),
    )
    return rest, holds


def _wall_at_rest(p: Mapping[str, Floats]) -> tuple[dict[str, Floats], NDArray[np.bool_]]:
    """Large-pore share, P_c − P_i, and the interstitial IgG and other protein [g/L] of every region, each (4, n); and
    whether such a wall exists (n,)."""
    stacked = {
        f"{name}_all": np.stack([p[f"{name}_{region}"] for region in REGIONS])
        for name in ("filtration", "small_pore_permeability", "gap_share", "lymph_flow", "interstitial_albumin_ratio")
    }
    m = Arrays()
    c_p = {kind: p[f"resting_{kind}"] for kind in PROTEINS}
    pi_p = resting_oncotic_pressure(p)
    albumin = stacked["interstitial_albumin_ratio_all"] * c_p["albumin"]
    lymph = stacked["lymph_flow_all"]
    shape = albumin.shape
    volumes = {f"interstitial_volume_{region}": p[f"resting_interstitium_{region}"] for region in REGIONS}
    volumes |= {f"{cavity}_fluid": p[f"{cavity}_volume"] for cavity in CAVITIES}
    space = np.stack([available_volume(region, volumes, p) for region in REGIONS])
    in_tissue = tissue_catabolism(p)

    def wall(unknown: Floats) -> tuple[Floats, Floats]:
        """Net gain of albumin, IgG and other protein by the interstitium (3, 4, n), and the drive (4, n)."""
        fraction, igg, other = unknown
        c_i = {"albumin": albumin, "igg": igg, "other": other, "m_protein": igg / c_p["igg"] * c_p["m_protein"]}
        pi_i = oncotic_pressure(albumin, igg + other + c_i["m_protein"])
        held = (1.0 - fraction) * p["reflection_small_oncotic"] + fraction * p["reflection_large_oncotic"]
        drive = lymph / stacked["filtration_all"] + held * (pi_p - pi_i)
        parameters = {**p, **stacked, "large_pore_fraction_all": fraction}
        flux = exchange("all", drive, pi_p, pi_i, c_p, c_i, np.zeros(shape), np.ones(shape), 1.0, parameters, m)
        gain = {kind: flux.protein[kind] - lymph * c_i[kind] for kind in ("albumin", "igg", "other")}
        gain["albumin"] = gain["albumin"] - in_tissue * albumin * space
        return np.stack(list(gain.values())), drive

    start = np.stack([np.full(shape, 0.1), np.full(shape, 0.4) * c_p["igg"], np.full(shape, 0.3) * c_p["other"]])
    unknown = newton(lambda x: wall(x)[0], start)
    residual, drive = wall(unknown)
    scale = lymph * albumin
    wrong = ~np.all((np.abs(residual) < 1e-9 * scale) & (unknown > 0.0), axis=(0, 1)) | np.any(
        unknown[0] >= 1.0, axis=0
    )
    return {"fraction": unknown[0], "igg": unknown[1], "other": unknown[2], "drive": drive}, ~wrong


def _resting_state(p: Mapping[str, Floats], regional: Mapping[str, Floats]) -> dict[str, Any]:
    """Every state at rest, by name."""
    y: dict[str, Any] = dict.fromkeys(STATES, 0.0)
    y["plasma_volume"] = p["resting_plasma_volume"]
    y["red_cell_mass"] = y["red_cell_volume"] = p["resting_red_cell_volume"]
    for region in REGIONS:
        y[f"interstitial_volume_{region}"] = p[f"resting_interstitium_{region}"]
    for cavity in CAVITIES:
        y[f"{cavity}_fluid"] = p[f"{cavity}_volume"]
    extracellular = (
        PLASMA_WATER * y["plasma_volume"]
        + sum(y[f"interstitial_volume_{region}"] for region in REGIONS)
        + p["slow_extracellular"]
        + sum(y[f"{cavity}_fluid"] for cavity in CAVITIES)
    )
    y["sodium_amount"] = p["resting_sodium"] * extracellular
    y["cell_water"] = p["resting_cell_water"]
    space = {region: available_volume(region, y, p) for region in REGIONS}
    for kind in PROTEINS:
        y[f"plasma_{kind}_mass"] = p[f"resting_{kind}"] * p["resting_plasma_volume"]
    for region in REGIONS:
        ratio = p[f"interstitial_albumin_ratio_{region}"]
        y[f"interstitial_albumin_{region}"] = ratio * p["resting_albumin"] * space[region]
    igg_ratio = regional["igg"] / p["resting_igg"]
    for kind in POOLED:
        held = regional["other"] if kind == "other" else igg_ratio * p[f"resting_{kind}"]
        y[f"interstitial_{kind}_mass"] = sum(held[index] * space[region] for index, region in enumerate(REGIONS))
    y["arterial_pressure"] = p["resting_pressure"]
    y["sympathetic_tone"] = p["resting_tone"]
    y["glycocalyx"] = 1.0
    y["crp_level"] = p["resting_crp"]
    y["lactate_level"] = p["resting_lactate"]
    y["creatine_kinase_level"] = p["resting_creatine_kinase"]
    body_water = extracellular + y["cell_water"]
    y["creatinine_amount"] = p["resting_creatinine"] * body_water
    y["urea_amount"] = p["resting_urea"] * body_water
    return y
