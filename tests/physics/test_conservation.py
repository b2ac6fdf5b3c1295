"""Nothing appears and nothing is lost: what the body holds changes only by what crosses its border."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clarkson.body.body import INPUTS, STATES, equations, system
from clarkson.body.laboratory import PLASMA_WATER
from clarkson.body.parameters import parameter_names
from clarkson.body.regions import CAVITIES, REGIONS
from clarkson.engine.reference import Reference, reference
from tests.bodies import Given, course, people, rest

Floats: TypeAlias = NDArray[np.float64]

LARGEST = {
    "infusion": 6.0,
    "infusion_sodium": 800.0,
    "infusion_chloride_excess": 300.0,
    "infusion_albumin": 50.0,
    "infusion_igg": 30.0,
    "infusion_other_protein": 30.0,
    "infusion_red_cells": 1.0,
    "drinking": 1.5,
    "fasting": 1.0,
    "bleeding": 2.0,
    "ultrafiltration": 0.5,
    "dialysis_clearance": 12.0,
    "norepinephrine": 60.0,
    "furosemide": 40.0,
    "theophylline": 100.0,
    "terbutaline": 2.0,
    "upright": 1.0,
    "exercise": 1.0,
    "infection": 1.5,
    "lower_body_suction": 60.0,
}
"""The most that is given in a test, in the units of the inputs."""

BORDER = (
    *("water_intake", "urine_output", "sodium_intake", "sodium_excretion", "hematocrit"),
    "albumin_tissue_catabolism",
    *(f"{kind}_synthesis" for kind in ("albumin", "igg", "other", "m_protein")),
    *(f"{kind}_catabolism_rate" for kind in ("albumin", "igg", "other", "m_protein")),
)

TISSUE = tuple(f"interstitial_volume_{region}" for region in REGIONS)
FLUID = tuple(f"{cavity}_fluid" for cavity in CAVITIES)


@cache
def plain() -> Reference:
    return reference(system(), BORDER)


@cache
def bodies() -> tuple[Floats, Floats]:
    """Parameters (8, P) and resting states (8, S) of people with a little M-protein."""
    found = people(8, {"resting_m_protein": 6.0})
    return found.parameters, found.states


@st.composite
def moments(draw: st.DrawFn) -> tuple[dict[str, float], dict[str, float], dict[str, float], Floats, Floats, Floats]:
    """A person at a random moment under random inputs: by name, and as vectors (state, parameters, inputs)."""
    person = draw(st.integers(0, 7))
    parameters, states = bodies()
    shift = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.floats(0.0, 0.5))
    y = states[person] * np.exp(size * shift.standard_normal(len(STATES)))
    # Volumes below what the matrix excludes do not exist.
    for index, name in enumerate(STATES):
        if name.startswith("interstitial_volume"):
            y[index] = max(y[index], 0.75 * states[person, index])
    y[STATES.index("gap")] = draw(st.floats(0.0, 0.9))
    y[STATES.index("systemic_inflammation")] = draw(st.floats(0.0, 1.5))
    y[STATES.index("glycocalyx")] = draw(st.floats(0.1, 1.0))
    given_now = np.array([LARGEST[name] * draw(st.sampled_from([0.0, 0.3, 1.0])) for name in INPUTS])
    return (
        dict(zip(STATES, y.tolist(), strict=True)),
        dict(zip(parameter_names(), parameters[person].tolist(), strict=True)),
        dict(zip(INPUTS, given_now.tolist(), strict=True)),
        y,
        parameters[person],
        given_now,
    )


def nearly_zero(sum_of: float, *parts: float) -> None:
    """Zero but for rounding, measured by the largest of what was added up."""
    assert abs(sum_of) <= 1e-12 * max(1.0, *(abs(part) for part in parts))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(moments())
def test_every_balance_closes_at_any_moment(moment: Any) -> None:
    y, p, u, states, parameters, inputs = moment
    rate = dict(zip(STATES, plain().rates(30.0, states, parameters, inputs), strict=True))
    border = dict(zip(BORDER, plain().outputs(30.0, states, parameters, inputs), strict=True))
    urine = rate["urine_volume"]
    red_share = y["red_cell_volume"] / (y["plasma_volume"] + y["red_cell_volume"])

    water = [rate[name] for name in ("plasma_volume", "red_cell_volume", "cell_water", *TISSUE, *FLUID)]
    crossing = (
        u["infusion"] + u["infusion_red_cells"] + border["water_intake"]
        - urine - p["insensible_loss"] - u["bleeding"] - u["ultrafiltration"]
    )  # fmt: skip
    nearly_zero(sum(water) - crossing, *water, crossing)

    nearly_zero(
        rate["red_cell_mass"]
        - u["infusion_red_cells"]
        + u["bleeding"] * red_share * y["red_cell_mass"] / y["red_cell_volume"],
        rate["red_cell_mass"],
    )

    extracellular = (
        PLASMA_WATER * y["plasma_volume"] + p["slow_extracellular"] + sum(y[name] for name in (*TISSUE, *FLUID))
    )
    sodium = y["sodium_amount"] / extracellular
    filtered = PLASMA_WATER * u["bleeding"] * (1.0 - red_share) + u["ultrafiltration"]
    salt = u["infusion_sodium"] + border["sodium_intake"] - border["sodium_excretion"] - sodium * filtered
    nearly_zero(rate["sodium_amount"] - salt, rate["sodium_amount"], sodium * filtered, u["infusion_sodium"])

    for kind in ("albumin", "igg", "other", "m_protein"):
        tissue = (
            [f"interstitial_albumin_{region}" for region in REGIONS]
            if kind == "albumin"
            else [f"interstitial_{kind}_mass"]
        )
        held = [rate[f"plasma_{kind}_mass"], *(rate[name] for name in tissue)]
        broken_down = border[f"{kind}_catabolism_rate"]
        if kind == "albumin":
            broken_down += border["albumin_tissue_catabolism"]
        drawn = u["bleeding"] * (1.0 - red_share) * y[f"plasma_{kind}_mass"] / y["plasma_volume"]
        crossing = u.get(f"infusion_{kind}", 0.0) + border[f"{kind}_synthesis"] - broken_down - drawn
        if kind == "other":
            crossing += u["infusion_other_protein"]
        nearly_zero(sum(held) - crossing, *held, crossing)


def test_the_budget_of_a_whole_attack_with_fluids_closes() -> None:
    given_then = [
        Given(24.0, "infection for 3 days"),
        Given(40.0, "crystalloid 4 L over 8 h"),
        Given(44.0, "albumin 20 % 200 mL over 4 h"),
        Given(72.0, "furosemide 40 mg"),
    ]
    holds = ("plasma_volume", "red_cell_volume", "cell_water", *TISSUE, *FLUID)
    found = course(
        given_then,
        240.0,
        (*holds, "water_intake", "urine_volume", "red_cell_mass"),
        {"susceptibility": 1.6},
        every=0.05,
        tolerance=1e-6,
    )
    value = {name: found[name][0].astype(float) for name in found.outputs}
    drunk = np.concatenate([[0.0], np.cumsum((value["water_intake"][1:] + value["water_intake"][:-1]) / 2.0 * 0.05)])
    insensible = rest().parameters[0, parameter_names().index("insensible_loss")] * found.times
    infused = 4.0 * np.clip((found.times - 40.0) / 8.0, 0.0, 1.0) + 0.2 * np.clip((found.times - 44.0) / 4.0, 0.0, 1.0)
    total = sum(value[name] for name in holds)
    expected = total[0] + infused + drunk - insensible - value["urine_volume"]
    assert np.abs(total - expected).max() < 1e-3  # 1 mL, after litres went to and fro
    assert np.ptp(value["red_cell_mass"]) == 0.0


def test_rates_are_smooth_in_every_state() -> None:
    """Half the step, half the change of the slope: no corner anywhere near an attack's path."""
    person = people(1, {"susceptibility": 1.6})
    found = course([Given(24.0, "infection for 3 days")], 240.0, STATES, bodies=person, every=2.0)
    still = np.zeros(len(INPUTS))
    random = np.random.default_rng(3)
    for y in found.values[0, ::6].astype(float):
        direction = random.standard_normal(len(STATES)) * np.maximum(np.abs(y), 1e-2)
        line = [plain().jacobian(50.0, y + s * direction, person.parameters[0], still) for s in (0.0, 1e-6, 1e-5)]
        scale = np.abs(line[0]).max()
        near, far = np.abs(line[1] - line[0]).max(), np.abs(line[2] - line[0]).max()
        assert near <= 0.3 * far + 1e-9 * scale


def test_the_equations_are_the_same_on_floats_and_on_the_tape() -> None:
    from clarkson.engine.maths import Floats as Plain

    parameters, states = bodies()
    y = dict(zip(STATES, states[0].tolist(), strict=True)) | {"gap": 0.3}
    p = dict(zip(parameter_names(), parameters[0].tolist(), strict=True))
    u = dict.fromkeys(INPUTS, 0.0) | {"infusion": 0.5, "upright": 1.0}
    direct = equations(3.0, y, p, u, Plain())
    traced = plain().rates(3.0, np.array([*y.values()]), parameters[0], np.array([*u.values()]))
    np.testing.assert_allclose([direct[name] for name in STATES], traced, rtol=1e-12, atol=1e-15)
