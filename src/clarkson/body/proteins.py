"""Making and breaking down the proteins of plasma."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.engine.maths import Maths, Value, logit


@dataclass(frozen=True)
class Turnover:
    """Made and broken down [g/h]."""

    synthesis: Value
    catabolism: Value


def igg_catabolism(total: Value, p: Mapping[str, Value]) -> Value:
    """Fraction of plasma IgG broken down per hour: FcRn saves it until it is saturated by all IgG together.

    k = k_max C/(C + C_h)      0.18/d and 18 g/L: 6.8 %/d at 11 g/L, 2.6 %/d at 3 g/L
    """
    return p["igg_catabolism_most"] * total / (total + p["igg_rescue_half"])


def turnover(
    kind: str,
    concentration: Value,
    total_igg: Value,
    total_igg_rest: Value,
    plasma: Value,
    oncotic_deficit: Value,
    inflammation: Value,
    p: Mapping[str, Value],
    m: Maths,
) -> Turnover:
    """Turnover of one protein. Synthesis at rest equals catabolism at rest.

        albumin: S = S₀ a logistic[logit(1/a) + k (π₀ − π)] e^{−k_I I}

    More is made at low oncotic pressure, less in an infection. The tissues break down their share of albumin
    themselves (`body.tissue_catabolism`): albumin that has left the vessels is lost at once in part.
    """
    c_0 = p[f"resting_{kind}"]
    if kind in ("igg", "m_protein"):
        per_hour = igg_catabolism(total_igg, p)
        per_hour_rest = igg_catabolism(total_igg_rest, p)
    else:
        per_hour = per_hour_rest = p[f"{kind}_catabolism"]
    synthesis = per_hour_rest * c_0 * p["resting_plasma_volume"]
    if kind == "albumin":
        most = p["albumin_synthesis_most"]
        synthesis = synthesis * most * m.logistic(logit(1.0 / most, m) + p["albumin_synthesis_gain"] * oncotic_deficit)
        synthesis = synthesis * m.exp(-p["acute_phase_albumin"] * inflammation)
        per_hour = (1.0 - p["tissue_share"]) * per_hour
    return Turnover(synthesis, per_hour * concentration * plasma)
