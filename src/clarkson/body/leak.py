"""Why a barrier opens: a mediator that excites itself through open gaps, gaps, repair, and the glycocalyx.

An excitable system in the spirit of the bistable barrier models (Domínguez-Hüttinger 2017; Chow): a weak trigger
dies out, a strong one runs through an attack of fixed shape, and repair leaves the wall refractory for days.
No published equations of recurrence in this disease exist; this part is an assumption whose behaviour is tested.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.engine.maths import Maths, Value, soft_positive


@dataclass(frozen=True)
class LeakRates:
    """Rates of mediator, gap, repair and glycocalyx [1/h]."""

    mediator: Value
    gap: Value
    repair: Value
    glycocalyx: Value


PUT_IN = ("given_leak", "second_leak")
"""Leaks that are put in from outside: the names with which their parameters begin."""


def given_leak(time: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """Opening of gaps that is put in from outside, to fit attacks without their cause: up to two of them.

    Σ A logistic((t − t₀)/r) logistic((t₁ − t)/d)
    """
    opening: Value = 0.0
    for leak in PUT_IN:
        rise = m.logistic((time - p[f"{leak}_onset"]) / p[f"{leak}_rise"])
        opening = opening + p[leak] * rise * m.logistic((p[f"{leak}_end"] - time) / p[f"{leak}_fall"])
    return opening


def trigger(inflammation: Value, tolerance: Value, igg: Value, p: Mapping[str, Value], m: Maths) -> Value:
    """What an infection does to the wall: the person's susceptibility times an inflammation that is new, damped by
    extra IgG.

        T = S (I − A)₊ e^{−k (IgG − IgG₀)₊}

    A: what the wall has become used to. An infection that lasts does not trigger for as long as it lasts.
    """
    extra = soft_positive(igg - p["resting_igg"], 1.0, m) - soft_positive(0.0, 1.0, m)
    fresh = soft_positive(inflammation - tolerance, 0.02, m) - soft_positive(0.0, 0.02, m)
    return p["susceptibility"] * fresh * m.exp(-p["igg_protection"] * extra)


def leak_rates(
    mediator: Value,
    gap: Value,
    open_gap: Value,
    repair: Value,
    glycocalyx: Value,
    triggered: Value,
    theophylline: Value,
    terbutaline: Value,
    p: Mapping[str, Value],
    m: Maths,
) -> LeakRates:
    """The excitable wall.

        τ_m dm/dt = T + a g²/(K² + g²) − m
        τ_g dg/dt = m³/(θ³ + m³)/(1 + b ρ²) − g
            dρ/dt = (w − ρ)(w/τ_on + (1 − w)/τ_off),   w = logistic((g − ¼)/0.05) − logistic(−5)
            dη/dt = (1 − η)/τ_η − k_η g η
        θ = θ₀ (1 + k_T Th/(Th + 10) + k_B B/(B + 5))

    Theophylline Th [mg/L] and terbutaline B [µg/L] raise cyclic AMP, and with it the threshold. g: gaps open by the
    mediator; open_gap: all gaps, with those put in from outside; η: glycocalyx.
    """
    g2, K2 = gap * gap, p["gap_half"] * p["gap_half"]
    d_mediator = (triggered + p["loop_gain"] * g2 / (K2 + g2) - mediator) / p["mediator_time"]
    threshold = p["threshold"] * (
        1.0
        + p["theophylline_effect"] * theophylline / (theophylline + 10.0)
        + p["terbutaline_effect"] * terbutaline / (terbutaline + 5.0)
    )
    m3, t3 = mediator * mediator * mediator, threshold * threshold * threshold
    d_gap = (m3 / (t3 + m3) / (1.0 + p["repair_gain"] * repair * repair) - gap) / p["gap_time"]
    w = m.logistic((gap - 0.25) / 0.05) - m.logistic(-5.0)
    d_repair = (w - repair) * (w / p["repair_on_time"] + (1.0 - w) / p["repair_off_time"])
    d_glycocalyx = (1.0 - glycocalyx) / p["glycocalyx_time"] - p["glycocalyx_loss"] * open_gap * glycocalyx
    return LeakRates(d_mediator, d_gap, d_repair, d_glycocalyx)
