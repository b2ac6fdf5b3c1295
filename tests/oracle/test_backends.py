"""The kernel against SciPy's Radau on the same tape: random people, random doses, every kind of quantity."""

from __future__ import annotations

import numpy as np

from clarkson.body.body import STATES, system
from clarkson.body.person import Floats
from clarkson.engine.integrate import integrate
from clarkson.engine.reference import integrate_slowly
from tests.bodies import INFECTION, SCLS, Given, inputs_of, people

DOSES = (
    *("crystalloid 2 L over 4 h", "albumin 20 % 200 mL over 4 h", "albumin 5 % 500 mL over 1 h", "bleed 450 mL"),
    *("norepinephrine 0.15 ug/kg/min over 12 h", "furosemide 40 mg", "red cells 300 mL over 2 h", "drink 1 L over 1 h"),
    *("IVIG 1 g/kg over 12 h", "standing for 2 h", "exercise 0.5 for 1 h", "fasting for 24 h"),
    *("ultrafiltration 1 L over 4 h", "saline 0.9 % 1 L over 1 h", "theophylline 300 mg", "terbutaline 5 mg"),
)
OUTPUTS = (
    *(name for name in STATES if name not in ("plasma_m_protein_mass", "interstitial_m_protein_mass")),
    *("hematocrit", "albumin", "total_protein", "hemoglobin", "sodium", "creatinine", "heart_rate", "igg"),
    *("oxygen_saturation", "muscle_compartment_pressure", "weight", "systolic_pressure"),
)
"""Every state, and what is read off them. Central venous pressure passes through zero: relative errors mean nothing."""

HOURS = 168.0


def doses(random: np.random.Generator) -> list[Given]:
    """An infection, and four doses at random hours."""
    return [
        INFECTION,
        *(
            Given(round(float(random.uniform(1.0, 140.0)), 1), str(dose))
            for dose in random.choice(DOSES, 4, replace=False)
        ),
    ]


def disagreement(found: Floats, expected: Floats) -> Floats:
    """Largest difference by output, (O,), relative to the value or to a tenth of the course's largest.

    What starts at zero, such as the effect of a drug, is judged on the scale of 0.1 at least.
    """
    scale = np.maximum(np.abs(expected), 0.1 * np.abs(expected).max(axis=0))
    scale = np.maximum(scale, np.where(expected[0] == 0.0, 0.1, 0.0))
    return np.asarray((np.abs(found - expected) / scale).max(axis=0))


# One of the 32 stands at the threshold of an attack, where errors grow a hundredfold: hence the strict tolerance.
def test_the_kernel_agrees_with_scipy_on_32_random_people_with_doses() -> None:
    random = np.random.default_rng(32)
    bodies = people(32, SCLS, seed=32)
    times = np.arange(0.0, HOURS + 0.1, 3.0)
    worst = np.zeros(len(OUTPUTS))
    for number in range(32):
        schedule = inputs_of(doses(random), HOURS)
        one = bodies.states[number], bodies.parameters[number]
        found = integrate(system(), one[0][None], one[1][None], schedule, times, OUTPUTS, tolerance=2e-7)
        assert not found.status.any()
        expected = integrate_slowly(system(), *one, schedule, times, OUTPUTS, tolerance=1e-7)
        worst = np.maximum(worst, disagreement(found.values[0].astype(float), expected))
    assert worst.max() < 1e-4, {name: value for name, value in zip(OUTPUTS, worst, strict=True) if value >= 1e-4}
