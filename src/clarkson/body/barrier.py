"""The wall of the small vessels: small pores, large pores, and gaps that open in a leak.

Water follows Starling's law through each pathway; protein is carried and diffuses through the same openings
(Patlak's equation, in a form that is smooth at zero flow). Gaps hold no protein back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.engine.maths import Maths, Value

LARGE_PORE_DIFFUSION = 0.02
"""Diffusive permeability of large pores and gaps per conductance [mmHg]. Source: assumption; convection rules there."""

RELATIVE_DIFFUSION = {"albumin": 1.0, "igg": 0.58, "other": 0.45, "m_protein": 0.58}
"""Diffusion through a stripped wall, relative to albumin. Source: free diffusion of IgG 0.58; other protein assumed."""

SMALLEST_PERMEABILITY = 1e-6
"""Keeps the Péclet number finite [L/h]. Source: numerical."""


def reflection_coefficient(radius_nm: float, pore_radius_nm: float) -> float:
    """σ of a sphere in a cylindrical pore: 1 − Φ of Rippe and Haraldsson (Physiol Rev 1994).

        λ = r/r_p;   1 − σ = (1−λ)² (2 − (1−λ)²) (1 − λ/3) / (1 − λ/3 + 2λ²/3)

    >>> round(reflection_coefficient(3.55, 4.5), 3), round(reflection_coefficient(3.55, 25.0), 3)
    (0.944, 0.083)
    """
    ratio = min(radius_nm / pore_radius_nm, 1.0)
    open_ = (1.0 - ratio) ** 2
    return 1.0 - open_ * (2.0 - open_) * (1.0 - ratio / 3.0) / (1.0 - ratio / 3.0 + 2.0 * ratio**2 / 3.0)


def solute_flux(carried: Value, permeability: Value, c_p: Value, c_i: Value, m: Maths) -> Value:
    """Patlak's flux [g/h] of a protein from plasma (c_p) to interstitium (c_i).

        F = J(1−σ) (c_p + c_i)/2 + PS E(Pe) (c_p − c_i),   Pe = J(1−σ)/PS,   E(x) = (x/2) coth(x/2)

    `carried` is J(1−σ). The same as PS [B(−Pe) c_p − B(Pe) c_i] with Bernoulli's B(x) = x/(eˣ − 1). |Pe| is rounded
    at zero by √(Pe² + 10⁻⁴), which changes E(0) = 1 by less than 10⁻⁵.
    """
    peclet = carried / permeability
    x = m.sqrt(peclet * peclet + 1e-4)
    e = m.exp(-x)
    diffusion = 0.5 * x * (1.0 + e) / (1.0 - e)
    return 0.5 * carried * (c_p + c_i) + permeability * diffusion * (c_p - c_i)


@dataclass(frozen=True)
class Exchange:
    """What crosses the wall of one region: water [L/h] and protein by kind [g/h], out of the vessels."""

    filtration: Value
    protein: dict[str, Value]


PERFUSION_HALF = 0.1
"""Plasma flow, of that at rest, at which half of the capillaries are closed. Source: assumption."""


def perfused_share(plasma_flow: Value) -> Value:
    """Capillaries that have flow, 1 at rest: nothing can leave vessels through which no plasma flows.

        s = (1 + h) q/(q + h),   q = CO (1 − H)/(CO₀ (1 − H₀))

    >>> perfused_share(1.0), round(perfused_share(0.1), 2)
    (1.0, 0.55)
    """
    return (1.0 + PERFUSION_HALF) * plasma_flow / (plasma_flow + PERFUSION_HALF)


def exchange(
    region: str,
    drive: Value,
    oncotic_plasma: Value,
    oncotic_interstitium: Value,
    c_p: Mapping[str, Value],
    c_i: Mapping[str, Value],
    gap: Value,
    glycocalyx: Value,
    perfused: Value,
    p: Mapping[str, Value],
    m: Maths,
) -> Exchange:
    """Filtration and protein flux of a region.

        J_S = K_S (ΔP − σ̄_S Δπ),   J_L = K_L (ΔP − σ̄_L Δπ),   J_G = K_G ΔP

    drive: P_c − P_i [mmHg]; gap: how far gaps are open (0 closed); glycocalyx η: 1 whole, 0 stripped; perfused:
    share of the capillaries that have flow. A stripped wall
    lets protein diffuse, k_η (1 − η) PS (c_p − c_i), without passing more water: water comes back before albumin.
    """
    K_f = perfused * p[f"filtration_{region}"]
    PS = perfused * p[f"small_pore_permeability_{region}"]
    f_L = p[f"large_pore_fraction_{region}"]
    d_pi = oncotic_plasma - oncotic_interstitium
    K_L = K_f * f_L
    K_G = K_f * p["gap_conductance"] * p[f"gap_share_{region}"] * gap
    J_S = K_f * (1.0 - f_L) * (drive - p["reflection_small_oncotic"] * d_pi)
    J_L = K_L * (drive - p["reflection_large_oncotic"] * d_pi)
    J_G = K_G * drive
    bare = p["glycocalyx_shield"] * (1.0 - glycocalyx) * PS
    protein = {
        kind: solute_flux(
            J_L * (1.0 - p[f"reflection_large_{kind}"]),
            LARGE_PORE_DIFFUSION * K_L + SMALLEST_PERMEABILITY,
            c_p[kind],
            c_i[kind],
            m,
        )
        + solute_flux(J_G, LARGE_PORE_DIFFUSION * K_G + SMALLEST_PERMEABILITY, c_p[kind], c_i[kind], m)
        + bare * RELATIVE_DIFFUSION[kind] * (c_p[kind] - c_i[kind])
        for kind in c_p
    }
    protein["albumin"] = protein["albumin"] + solute_flux(
        J_S * (1.0 - p["reflection_small_albumin"]),
        PS,
        c_p["albumin"],
        c_i["albumin"],
        m,
    )
    return Exchange(J_S + J_L + J_G, protein)
