"""Every experiment, by family."""

from __future__ import annotations

from collections.abc import Mapping

from validation.experiment import Experiment
from validation.experiments import (
    animals,
    attacks,
    bleeding,
    concentrated_albumin,
    crystalloids,
    dengue,
    edema,
    immunoglobulin,
    norepinephrine,
    posture,
    rest,
    suction,
)

FAMILIES: Mapping[str, tuple[Experiment, ...]] = {
    "At rest: escape, turnover, pools": rest.EXPERIMENTS,
    "Albumin 20 %": concentrated_albumin.EXPERIMENTS,
    "Crystalloids": crystalloids.EXPERIMENTS,
    "Bleeding": bleeding.EXPERIMENTS,
    "Posture": posture.EXPERIMENTS,
    "Lower-body suction": suction.EXPERIMENTS,
    "Immunoglobulin": immunoglobulin.EXPERIMENTS,
    "Norepinephrine": norepinephrine.EXPERIMENTS,
    "Edema without leak": edema.EXPERIMENTS,
    "Dengue": dengue.EXPERIMENTS,
    "Attacks of the disease": attacks.EXPERIMENTS,
    "Animals": animals.EXPERIMENTS,
}
"""Experiments by family."""

EXPERIMENTS: tuple[Experiment, ...] = tuple(each for family in FAMILIES.values() for each in family)
"""All of them."""
