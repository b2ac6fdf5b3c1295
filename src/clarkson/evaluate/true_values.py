"""What a laboratory would find without any error of its own: a person's levels under log changes, one draw or many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from clarkson.balance import population
from clarkson.body.blood import Number, concentrations

SODIUM_PER_PROTEIN = -0.0007  # relative error of an indirect electrode per g/L of protein gained (assumption)
ADDED = ("crp", "lactate")
"""Analytes to which a course adds."""
CELLS = ("platelets", "leukocytes")
"""Analytes that are thinned and thickened with the blood."""
BY_THEMSELVES = {
    "systolic_pressure": "systolic",
    "heart_rate": "heart rate",
    "creatinine": "creatinine",
    "weight": "weight",
    "urine_protein_creatinine": "urine protein",
}
"""Analytes that a course moves by themselves, and under which name."""


def true_values(levels: Mapping[str, Number], changes: Mapping[str, Number]) -> dict[str, Number]:
    """Every analyte of ``levels`` in its canonical unit, as numbers or (D,), and what follows from them.

    ``levels`` holds the coordinates of ``balance.population`` and other analytes by name; a change that is not there is
    none.

    >>> steady = {"hematocrit": 0.0, "mchc": 0.0, "mcv": 0.0, "albumin": 3.7, "globulin": 3.4, "sodium": 4.94}
    >>> float(true_values(steady, {})["hematocrit"])
    0.5
    """

    def change(name: str) -> Any:
        return changes.get(name, 0.0)

    resting, mchc, mcv, albumin, globulin, sodium = (levels[name] for name in population.PERSON)
    red_cells = change("red cells") + change("cell size")
    before = 1.0 / (1.0 + np.exp(-resting))
    hematocrit, albumin_now = concentrations(
        plasma=change("plasma"),
        red_cells=red_cells,
        albumin=change("albumin"),
        baseline_hematocrit=before,
        baseline_albumin_g_per_l=np.exp(albumin),
    )
    blood = (1.0 - before) * np.exp(change("plasma")) + before * np.exp(red_cells)
    protein = albumin_now + np.exp(globulin + change("globulin") - change("plasma"))
    size = population.shared("mcv_fl") * np.exp(mcv + change("cell size"))
    gained = protein - np.exp(albumin) - np.exp(globulin)
    return {
        "hematocrit": hematocrit,
        "hemoglobin": hematocrit * population.shared("mchc_g_per_l") * np.exp(mchc - change("cell size")),
        "erythrocytes": 1000.0 * hematocrit / size,
        "mcv": size,
        "albumin": albumin_now,
        "total_protein": protein,
        "sodium": np.exp(sodium + change("sodium")) * (1.0 + SODIUM_PER_PROTEIN * gained),
        **{name: levels[name] + np.maximum(change(name), 0.0) for name in ADDED if name in levels},
        **{name: levels[name] * np.exp(change(name)) / blood for name in CELLS if name in levels},
        **{name: levels[name] * np.exp(change(word)) for name, word in BY_THEMSELVES.items() if name in levels},
    }
