"""Conversions against an independent program: the National Library of Medicine's UCUM library, run by Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from clarkson.analytes import analyte
from clarkson.errors import UnitError
from clarkson.units import canonical

ORACLE = Path(__file__).parents[1] / "oracle"
INSTALL = "npm ci --prefix tests/oracle"

CREATININE, UREA_NITROGEN, UREA, CALCIUM, LACTATE = 113.12, 28.014, 60.056, 40.078, 90.078
ALBUMIN, HEMOGLOBIN_CHAIN, IGG = 66437.0, 16114.0, 150000.0


class Pair(NamedTuple):
    """A value in a legal UCUM unit; ``weight`` and ``charge`` are what the oracle needs for amounts."""

    key: str
    value: float
    unit: str
    weight: float | None = None
    charge: int | None = None


PAIRS = [
    Pair("albumin", 3.5, "g/dL"),
    Pair("albumin", 3.5, "g%"),
    Pair("albumin", 3500, "mg%"),
    Pair("albumin", 35, "g/L"),
    Pair("albumin", 35, "g.L-1"),
    Pair("albumin", 35, "mg/mL"),
    Pair("albumin", 0.035, "kg/L"),
    Pair("albumin", 35, "kg/m3"),
    Pair("albumin", 3500, "mg/(100.mL)"),
    Pair("albumin", 602, "umol/L", ALBUMIN),
    Pair("albumin", 0.602, "mmol/L", ALBUMIN),
    Pair("total_protein", 7.2, "g/dL"),
    Pair("total_protein", 72, "ug/uL"),
    Pair("globulin", 2.9, "g/dL"),
    Pair("m_protein", 1200, "mg/dL"),
    Pair("igg", 1050, "mg/dL"),
    Pair("igg", 70, "umol/L", IGG),
    Pair("hemoglobin", 14.1, "g/dL"),
    Pair("hemoglobin", 141, "g/L"),
    Pair("hemoglobin", 8.7, "mmol/L", HEMOGLOBIN_CHAIN),
    Pair("mchc", 33.5, "g/dL"),
    Pair("mchc", 20.8, "mmol/L", HEMOGLOBIN_CHAIN),
    Pair("hematocrit", 41.7, "%"),
    Pair("hematocrit", 0.417, "L/L"),
    Pair("hematocrit", 417, "mL/L"),
    Pair("hematocrit", 41.7, "mL/dL"),
    Pair("hematocrit", 0.417, "{ratio}"),
    Pair("oxygen_saturation", 97, "%"),
    Pair("mcv", 90, "um3"),
    Pair("mcv", 9e-11, "mL"),
    Pair("erythrocytes", 4.8, "10*6/uL"),
    Pair("erythrocytes", 4.8e6, "/uL"),
    Pair("erythrocytes", 4.8, "10*6/mm3"),
    Pair("leukocytes", 7.2, "10*3/uL"),
    Pair("leukocytes", 7200, "{cells}/uL"),
    Pair("leukocytes", 7.2, "10^9/L"),
    Pair("leukocytes", 7.2, "10*6/mL"),
    Pair("leukocytes", 7.2, "10*9.L-1"),
    Pair("platelets", 250, "10*3/uL"),
    Pair("platelets", 250000, "/mm3"),
    Pair("platelets", 250, "10*3/mm3{plt}"),
    Pair("creatinine", 1.13, "mg/dL", CREATININE),
    Pair("creatinine", 11.3, "mg/L", CREATININE),
    Pair("creatinine", 0.1, "mmol/L"),
    Pair("creatinine", 98, "nmol/mL"),
    Pair("urea_nitrogen", 14, "mg/dL", UREA_NITROGEN),
    Pair("urea", 30, "mg/dL", UREA),
    Pair("urea", 0.3, "g/L", UREA),
    Pair("calcium", 9.6, "mg/dL", CALCIUM),
    Pair("calcium", 4.8, "meq/L", None, 2),
    Pair("sodium", 140, "meq/L", None, 1),
    Pair("potassium", 4.1, "meq/L", None, 1),
    Pair("chloride", 102, "meq/L", None, 1),
    Pair("bicarbonate", 24, "meq/L", None, 1),
    Pair("lactate", 18, "mg/dL", LACTATE),
    Pair("lactate", 2000, "umol/L"),
    Pair("crp", 0.96, "mg/dL"),
    Pair("crp", 9.6, "ug/mL"),
    Pair("tryptase", 11.4, "ng/mL"),
    Pair("creatine_kinase", 3.5, "ukat/L"),
    Pair("creatine_kinase", 200, "mU/mL"),
    Pair("ldh", 4000, "nkat/L"),
    Pair("ldh", 0.2, "kU/L"),
    Pair("osmolality", 0.29, "mol/kg"),
    Pair("urine_protein", 150, "mg/L"),
    Pair("urine_protein", 15, "mg/dL"),
    Pair("urine_protein_creatinine", 0.2, "g/g"),
    Pair("urine_protein_creatinine", 0.2, "mg/mg"),
    Pair("urine_protein_creatinine", 20, "mg/mmol", CREATININE),
    Pair("urine_protein_creatinine", 20, "g/mol", CREATININE),
    Pair("urine_albumin_creatinine", 30, "ug/mg"),
    Pair("urine_output", 1500, "mL/d"),
    Pair("urine_output", 1.5, "L/d"),
    Pair("urine_output", 1500, "mL/(24.h)"),
    Pair("urine_output", 1, "mL/min"),
    Pair("systolic_pressure", 16, "kPa"),
    Pair("systolic_pressure", 0.16, "bar"),
    Pair("systolic_pressure", 2.3, "[psi]"),
    Pair("mean_pressure", 93, "mm[Hg]"),
    Pair("central_venous_pressure", 12, "cm[H2O]"),
    Pair("heart_rate", 1.2, "/s"),
    Pair("heart_rate", 72, "{beats}/min"),
    Pair("temperature", 98.6, "[degF]"),
    Pair("temperature", 310.15, "K"),
    Pair("weight", 154, "[lb_av]"),
    Pair("weight", 70000, "g"),
    Pair("weight", 11, "[stone_av]"),
]

# Legal UCUM, and still no unit of these: the oracle refuses too.
BOTH_REFUSE = [
    Pair("albumin", 40, "meq/L"),
    Pair("albumin", 40, "K/uL"),
    Pair("leukocytes", 7, "[IU]/L"),
    Pair("hematocrit", 0.4, "g/L"),
    Pair("urine_output", 50, "mL"),
    Pair("systolic_pressure", 120, "mm"),
]


@cache
def answers(pairs: tuple[Pair, ...]) -> list[float | None]:
    """The oracle's answers, all from one start of Node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node is not installed")
    if not (ORACLE / "node_modules").is_dir():
        pytest.skip(f"the oracle is not installed: {INSTALL}")
    asked = [
        {"from": pair.unit, "value": pair.value, "to": analyte(pair.key).unit}
        | ({"molecularWeight": pair.weight} if pair.weight else {})
        | ({"charge": pair.charge} if pair.charge else {})
        for pair in pairs
    ]
    done = subprocess.run(
        [node, str(ORACLE / "convert.mjs")], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    found: list[float | None] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("number", range(len(PAIRS)), ids=[f"{pair.key} {pair.unit}" for pair in PAIRS])
def test_a_conversion_agrees_with_the_oracle(number: int) -> None:
    key, value, unit, *_ = PAIRS[number]
    theirs = answers(tuple(PAIRS))[number]
    assert theirs is not None, "the oracle refuses this pair"
    assert canonical(key, value, unit) == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("number", range(len(BOTH_REFUSE)), ids=[f"{p.key} {p.unit}" for p in BOTH_REFUSE])
def test_what_the_oracle_refuses_is_refused(number: int) -> None:
    key, value, unit, *_ = BOTH_REFUSE[number]
    assert answers(tuple(BOTH_REFUSE))[number] is None
    with pytest.raises(UnitError):
        canonical(key, value, unit)
