"""What is not known of one person, with what is believed before the results are seen, and the body that follows.

Each unknown is a standard Gaussian z on its own scale; ``people`` turns points (n, d) into parameters of the body.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from clarkson.balance import population as coordinates
from clarkson.body.laboratory import WHOLE_BODY_TO_VENOUS
from clarkson.body.person import Floats, blood_volume, typical
from clarkson.body.regions import REGIONS
from clarkson.twin.evidence import Evidence
from clarkson.twin.what_is_seen import PRESSURES

Scale = Literal["log", "logit", "plain", "within"]

NEARLY_UNIFORM = 1.7
"""logistic(1.7 z) of a standard Gaussian z is uniform within 0.01."""

YET_TO_COME_H = 6.0
"""Hours after the last result in which a leak may begin that nothing shows yet (assumption)."""

IGG_SHARE = 11.0 / 27.0
"""Share of IgG in the globulins of the reference adult (registry of the body)."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """``middle`` and ``spread`` of a belief: median and standard deviation of the logarithm or logit, mean and standard
    deviation (plain), or the two ends between which it lies (within)."""

    name: str
    what: str
    unit: str
    scale: Scale
    middle: float
    spread: float

    def value(self, z: Floats) -> Floats:
        """Values at z, any shape.

        >>> Unknown("x", "", "h", "log", 2.0, 0.5).value(np.array([0.0])).tolist()
        [2.0]
        """
        if self.scale == "log":
            found: Floats = self.middle * np.exp(self.spread * z)
        elif self.scale == "logit":
            found = 1.0 / (1.0 + np.exp(-(math.log(self.middle / (1.0 - self.middle)) + self.spread * z)))
        elif self.scale == "plain":
            found = self.middle + self.spread * z
        else:
            found = self.middle + (self.spread - self.middle) / (1.0 + np.exp(-NEARLY_UNIFORM * z))
        return found


@dataclass(frozen=True, eq=False)
class Unknowns:
    """Everything that is fitted of one person under one number of leaks."""

    members: tuple[Unknown, ...]
    leaks: int
    typical: Mapping[str, float]
    blood_l: float

    @property
    def names(self) -> tuple[str, ...]:
        """Names in the order of the axes of a point."""
        return tuple(each.name for each in self.members)

    def values(self, points: Floats) -> dict[str, Floats]:
        """Every unknown by name (n,) at points (n, d)."""
        return {each.name: each.value(points[:, axis]) for axis, each in enumerate(self.members)}

    def people(self, points: Floats) -> dict[str, Floats | float]:
        """Parameters of the body by name at points (n, d); the derived ones are not among them."""
        drawn = self.values(points)
        p: dict[str, Floats | float] = dict(self.typical)
        whole_body = WHOLE_BODY_TO_VENOUS * drawn["hematocrit"]
        volume = self.blood_l * drawn["blood_volume"]
        # Plasma takes the place of red cells that were lost long ago: blood volume is kept.
        p["resting_plasma_volume"] = volume * (1.0 - whole_body * (1.0 - drawn["anemia"]))
        p["resting_red_cell_volume"] = volume * whole_body * (1.0 - drawn["anemia"])
        p["resting_albumin"] = drawn["albumin"]
        p["resting_igg"] = IGG_SHARE * drawn["globulin"]
        p["resting_other"] = (1.0 - IGG_SHARE) * drawn["globulin"]
        for name, members in _SCALED.items():
            if name in drawn:
                p |= {member: self.typical[member] * drawn[name] for member in members}
        p |= {parameter: drawn[name] for name, parameter in _DIRECT.items() if name in drawn}
        for name, leak in (("leak", "given_leak"), ("second", "second_leak")):
            if f"{name}_size" in drawn:
                onset, rise, fall = drawn[f"{name}_onset"], drawn[f"{name}_rise"], drawn[f"{name}_fall"]
                p |= {leak: drawn[f"{name}_size"], f"{leak}_onset": onset}
                p |= {f"{leak}_rise": rise, f"{leak}_fall": fall, f"{leak}_end": onset + drawn[f"{name}_duration"]}
        return p


_SCALED = {
    "filtration": tuple(f"filtration_{region}" for region in REGIONS),
    "lymph": tuple(f"lymph_flow_{region}" for region in REGIONS),
    "tissue_stiffness": ("interstitial_stiffness",),
    "protein_leak": ("glycocalyx_shield",),
    "kidney": ("diuresis_volume",),
    "vasodilation": ("leak_vasodilation",),
    "reflex": ("resistance_gain",),
    "kidney_injury": ("kidney_injury_rate",),
    "lactate_flow": ("lactate_flow",),
}
"""Unknowns that multiply parameters of the typical person."""

_DIRECT = {
    "pressure": "resting_pressure",
    "pulse_pressure": "pulse_pressure",
    "heart_rate": "resting_heart_rate",
    "mchc": "resting_mchc",
    "mcv": "resting_mcv",
    "sodium": "resting_sodium",
    "creatinine": "resting_creatinine",
    "urea": "resting_urea",
    "lactate": "resting_lactate",
    "weight": "resting_weight",
}
"""Unknowns that are parameters themselves."""


def unknowns(known: Evidence, leaks: int) -> Unknowns:
    """What is to be found of a person with so many leaks (0, 1 or 2) in the days that are fitted.

    >>> from clarkson.twin.unknowns import Unknown
    >>> Unknown("leak_onset", "when", "h", "within", 0.0, 96.0).value(np.zeros(1)).tolist()
    [48.0]
    """
    members = [*_blood(known), *_wall(), *_circulation(known), *_organs(known), *_fluid(known)]
    members += [each for name in ("leak", "second")[:leaks] for each in _leak(name, known)]
    blood = blood_volume(known.person)
    return Unknowns(tuple(members), leaks, typical(known.person), blood)


def _blood(known: Evidence) -> Sequence[Unknown]:
    """The person between attacks: set points and what the record says of them."""
    steady, size_known = known.steady, known.record.weight_kg is not None
    spread = np.sqrt(np.diag(steady.covariance))
    hematocrit = 1.0 / (1.0 + math.exp(-steady.mean[coordinates.HEMATOCRIT]))
    albumin, globulin, sodium = (
        math.exp(steady.mean[axis]) for axis in (coordinates.ALBUMIN, coordinates.GLOBULIN, coordinates.SODIUM)
    )
    found = [
        Unknown("blood_volume", "blood volume, over that of Nadler's formula", "1", "log", 1.0,
                0.10 if size_known else 0.16),
        Unknown("hematocrit", "hematocrit between attacks", "1", "logit", hematocrit, spread[coordinates.HEMATOCRIT]),
        _anemia(known),
        Unknown("albumin", "albumin between attacks", "g/L", "log", albumin, spread[coordinates.ALBUMIN]),
        Unknown("globulin", "globulins between attacks", "g/L", "log", globulin, spread[coordinates.GLOBULIN]),
    ]  # fmt: skip
    there = set(known.analytes)
    if "hemoglobin" in there:
        mchc = coordinates.shared("mchc_g_per_l") * math.exp(steady.mean[coordinates.MCHC])
        found.append(Unknown("mchc", "hemoglobin of red cells", "g/L", "log", mchc, spread[coordinates.MCHC]))
    if there & {"erythrocytes", "mcv"}:
        mcv = coordinates.shared("mcv_fl") * math.exp(steady.mean[coordinates.MCV])
        found.append(Unknown("mcv", "volume of a red cell", "fL", "log", mcv, spread[coordinates.MCV]))
    if "sodium" in there:
        found.append(Unknown("sodium", "sodium between attacks", "mmol/L", "log", sodium, spread[coordinates.SODIUM]))
    return found


def _anemia(known: Evidence) -> Unknown:
    """Red cells lost before the fitted days: hardly any where the person's own level is known or at home, often many in
    a hospital (assumption, of a size that suits the training half of the MIMIC-III demo)."""
    what = "share of red cells missing before these days"
    if known.steady.own or not known.in_hospital:
        return Unknown("anemia", what, "1", "logit", 0.02, 0.8)
    return Unknown("anemia", what, "1", "logit", 0.10, 1.2)


def _wall() -> Sequence[Unknown]:
    """Barrier, tissue and lymph: spreads of the registry; of regions together, because nothing tells them apart."""
    return (
        Unknown("filtration", "filtration coefficient, over the typical one", "1", "log", 1.0, 0.30),
        Unknown("lymph", "lymph flow, over the typical one", "1", "log", 1.0, 0.20),
        Unknown("tissue_stiffness", "stiffness of tissue, over the typical one", "1", "log", 1.0, 0.25),
        Unknown("protein_leak", "protein let through by a bare wall, over the typical", "1", "log", 1.0, 0.40),
        Unknown("kidney", "answer of the kidney to volume, over the typical one", "1", "log", 1.0, 0.25),
    )


def _circulation(known: Evidence) -> Sequence[Unknown]:
    """Only where pressure or heart rate was measured."""
    there, found = set(known.analytes), []
    if there & set(PRESSURES):
        rest = known.steady.population.systolic_pressure
        found += [
            Unknown("pressure", "mean arterial pressure between attacks", "mmHg", "log", 0.75 * rest, 0.10),
            Unknown("vasodilation", "widening of vessels by a leak, over the typical one", "1", "log", 1.0, 0.40),
            Unknown("reflex", "resistance by the sympathetic tone, over the typical one", "1", "log", 1.0, 0.20),
        ]
    if there & {"systolic_pressure", "diastolic_pressure"}:
        found.append(Unknown("pulse_pressure", "pulse pressure between attacks", "mmHg", "log", 46.0, 0.15))
    if "heart_rate" in there:
        rate = known.steady.population.heart_rate
        found.append(Unknown("heart_rate", "heart rate between attacks", "1/min", "log", rate, 0.15))
    return found


def _organs(known: Evidence) -> Sequence[Unknown]:
    """Only where creatinine, urea, lactate or weight was measured."""
    there, found = set(known.analytes), []
    if "creatinine" in there:
        own = known.steady.level("creatinine")
        usual = own or known.steady.population.creatinine
        found += [
            Unknown("creatinine", "creatinine between attacks", "umol/L", "log", usual, 0.10 if own else 0.25),
            Unknown("kidney_injury", "injury of a kidney without flow, over the typical", "1", "log", 1.0, 0.60),
        ]
    if "urea" in there:
        own = known.steady.level("urea")
        found.append(Unknown("urea", "urea between attacks", "mmol/L", "log", own or 5.0, 0.15 if own else 0.30))
    if "lactate" in there:
        found += [
            Unknown("lactate", "lactate between attacks", "mmol/L", "log", 1.0, 0.25),
            Unknown("lactate_flow", "lactate by a low output, over the typical", "1", "log", 1.0, 0.50),
        ]
    if "weight" in there:
        own = known.steady.level("weight")
        usual = own or known.person.weight_kg
        found.append(Unknown("weight", "weight between attacks", "kg", "log", usual, 0.01 if own else 0.04))
    return found


def _fluid(known: Evidence) -> Sequence[Unknown]:
    """Crystalloid that nobody recorded: at first, and as a flow that goes on. More where the record says that fluid was
    given and not how much; hardly any at home. Blood from the first result on. Assumptions; that of blood suits the
    training half of the MIMIC-III demo."""
    blood = 0.10
    if not known.in_hospital:
        at_once, flow, blood = (0.05, 1.0), (0.002, 1.0), 0.002
    elif known.doses.unknown_volume:
        at_once, flow = (1.5, 0.8), (0.08, 0.8)
    else:
        at_once, flow = (0.4, 1.0), (0.02, 0.8)
    return (
        Unknown("unrecorded_fluid", "crystalloid at first that is not in the record", "L", "log", *at_once),
        Unknown("unrecorded_flow", "crystalloid that goes on and is not in the record", "L/h", "log", *flow),
        Unknown("blood_lost", "blood drawn for tests or bled that is not in the record", "L/d", "log", blood, 1.0),
    )


def _leak(name: str, known: Evidence) -> Sequence[Unknown]:
    """When gaps opened, how far, for how long, and how fast. Sizes: 0.5 to 1 gives the hematocrits of 55 to 68 % of
    untreated attacks; duration: 24 to 36 h (Wu 2019), 1 to 4 days (PMC3089932)."""
    first = 0.0 if name == "leak" else known.first_h
    which = "the leak" if name == "leak" else "the second leak"
    return (
        Unknown(
            f"{name}_onset", f"onset of {which}, from the start", "h", "within", first, known.now_h + YET_TO_COME_H
        ),
        Unknown(f"{name}_size", f"opening of gaps by {which}", "1", "log", 0.45, 0.8),
        Unknown(f"{name}_duration", f"duration of {which}", "h", "log", 40.0, 0.6),
        Unknown(f"{name}_rise", f"rise time of {which}", "h", "log", 2.5, 0.5),
        Unknown(f"{name}_fall", f"fall time of {which}", "h", "log", 4.0, 0.5),
    )
