"""Weak signs: pressure, heart rate, CRP, lactate, urine protein, and how well they fit each mechanism."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache

import numpy as np

from clarkson.balance.population import Population
from clarkson.balance.sample import Sample
from clarkson.engine.gaussian import Array
from clarkson.record.record import Record
from clarkson.watch.mechanisms import mechanisms

# Signs depend on each other and on the size of the change, so each counts half of what it would alone (assumption).
SIGN_STRENGTH = 0.5
UNUSUAL, UNUSUAL_WIDTH = 0.08, 4.0  # assumption: one sign in twelve is wilder than its mechanism says
NEW_AFTER_HOURS = 24.0  # assumption: a sign that was counted tells something new only after about a day
WEIGHT_MEMORY_DAYS = 90.0
LOWEST_CRP = 0.3  # mg/L; below it laboratories print what they like
IN_STATE = ("weight", "creatinine")  # coordinates of the filter, not signs beside it


def signs(record: Record, sample: Sample, people: Population, own: Mapping[str, float]) -> Mapping[str, float]:
    """The weak signs of a draw in the units of ``mechanisms.toml``; ``own`` are the person's usual levels, if known."""
    found: dict[str, float] = {}
    for sign, analyte, expected in (
        ("systolic", "systolic_pressure", people.systolic_pressure),
        ("heart_rate", "heart_rate", people.heart_rate),
        ("creatinine", "creatinine", people.creatinine),
    ):
        value = sample.value(analyte)
        if value:
            found[sign] = math.log(value / own.get(analyte, expected))
    change = weight_change(record, sample)
    if change is not None:
        found["weight"] = change
    crp = sample.value("crp")
    if crp is not None:
        found["crp"] = math.log(max(crp, LOWEST_CRP))
    lactate = sample.value("lactate")
    if lactate:
        found["lactate"] = math.log(lactate)
    urine = sample.value("urine_protein_creatinine")
    if urine:
        found["urine_protein"] = math.log(urine)
    return found


def weight_change(record: Record, sample: Sample) -> float | None:
    """Log change of body weight against earlier days, or None.

    Of the two newest earlier weights the nearer counts, so that one slip makes no change.
    """
    now = sample.value("weight")
    if not now:
        return None
    first = sample.time - timedelta(days=WEIGHT_MEMORY_DAYS)
    last = sample.time - timedelta(hours=12)
    before = [each for each in record.results if each.analyte == "weight" and first <= each.time <= last]
    changes = [math.log(now / each.value) for each in before[-2:]]
    return min(changes, key=abs) if changes else None


def sign_weights(found: Sequence[Mapping[str, float]], hours: Sequence[float], names: Sequence[str]) -> Array:
    """Log weights (n, M) that the signs of n draws at ``hours`` give to the mechanisms ``names``.

    A sign that is seen again within hours counts only for the time that has passed.
    """
    weights = np.zeros((len(found), len(names)))
    for sign in dict.fromkeys(sign for draw in found for sign in draw if sign not in IN_STATE):
        places = [place for place, draw in enumerate(found) if sign in draw]
        values = np.array([found[place][sign] for place in places])
        since = np.diff([hours[place] for place in places], prepend=-math.inf)
        new = np.array([1.0 - math.exp(-each / NEW_AFTER_HOURS) for each in since.tolist()])
        weights[places] += SIGN_STRENGTH * new[:, None] * _fits(values[:, None], *_usual(sign, tuple(names)))
    return weights


@cache
def _usual(sign: str, names: tuple[str, ...]) -> tuple[Array, Array]:
    """Mean (M,) and SD (M,) of a sign in each mechanism."""
    mean, sd = np.array([mechanisms()[name].signs[sign] for name in names]).T
    return mean, sd


def _fits(value: Array, mean: Array, sd: Array) -> Array:
    usual = (1.0 - UNUSUAL) * _bell(value, mean, sd)
    fitting: Array = np.log(usual + UNUSUAL * _bell(value, mean, UNUSUAL_WIDTH * sd) + 1e-12)
    return fitting


def _bell(value: Array, mean: Array, sd: Array) -> Array:
    height: Array = np.exp(-0.5 * ((value - mean) / sd) ** 2) / sd
    return height
