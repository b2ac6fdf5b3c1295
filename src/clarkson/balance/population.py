"""The set points of a person of whom nothing but sex and age is known (``population.toml``)."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from clarkson.analytes import Sex
from clarkson.body.blood import logit
from clarkson.engine.gaussian import Array

ADULT_AGE_YEARS = 18.0
UNKNOWN_AGE_YEARS = 50.0  # assumption: near the mean age at diagnosis, 44 to 55 years in the published series

# The coordinates of a person, in this order in every array of the balance:
# logit hematocrit, ln MCHC and ln MCV as deviations from the population, ln albumin, ln globulin, ln sodium.
PERSON = ("hematocrit", "mchc", "mcv", "albumin", "globulin", "sodium")
HEMATOCRIT, MCHC, MCV, ALBUMIN, GLOBULIN, SODIUM = range(len(PERSON))


@dataclass(frozen=True, slots=True)
class Population:
    """Mean (6,) and covariance (6, 6) of the person coordinates in a group; pressure, heart rate, creatinine."""

    name: str
    mean: Array
    covariance: Array
    systolic_pressure: float
    heart_rate: float
    creatinine: float


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(files("clarkson.balance").joinpath("population.toml").read_text(encoding="utf-8"))


@cache
def shared(name: str) -> float:
    """A number of the table that holds for every group, such as ``mchc_g_per_l``.

    >>> shared("mchc_g_per_l")
    336.0
    """
    return float(_table()["shared"][name])


def _group(sex: str, age_years: float) -> Mapping[str, Any]:
    for group in _table()["group"]:
        if group["sex"] == sex and group["age"][0] <= age_years < group["age"][1]:
            return dict(group)
    return _group(sex, _table_limit(sex, age_years))


def _table_limit(sex: str, age_years: float) -> float:
    ages = [group["age"] for group in _table()["group"] if group["sex"] == sex]
    youngest, oldest = min(low for low, _ in ages), max(high for _, high in ages) - 1
    return float(min(max(age_years, youngest), oldest))


def _population(name: str, group: Mapping[str, Any]) -> Population:
    spread = np.array(
        [
            group["hematocrit_logit_sd"],
            shared("mchc_log_sd"),
            shared("mcv_log_sd"),
            group["albumin_log_sd"],
            shared("globulin_log_sd"),
            shared("sodium_log_sd"),
        ]
    )
    correlation = np.eye(len(PERSON))
    correlation[HEMATOCRIT, ALBUMIN] = correlation[ALBUMIN, HEMATOCRIT] = shared("hematocrit_albumin_correlation")
    mean = np.array(
        [
            logit(group["hematocrit"]),
            0.0,
            0.0,
            math.log(group["albumin_g_per_l"]),
            math.log(shared("globulin_g_per_l")),
            math.log(shared("sodium_mmol_per_l")),
        ]
    )
    return Population(
        name,
        mean,
        correlation * np.outer(spread, spread),
        group["systolic_pressure"],
        group["heart_rate"],
        group["creatinine"],
    )


@lru_cache(maxsize=1024)
def population(sex: Sex | None, age_years: float | None) -> Population:
    """The population prior of a person; unknown sex mixes women and men, unknown age counts as 50 years.

    >>> round(1 / (1 + math.exp(-population("male", 50).mean[HEMATOCRIT])), 3)
    0.446
    """
    age = UNKNOWN_AGE_YEARS if age_years is None else age_years
    years = "age unknown" if age_years is None else f"{age_years:.0f} years"
    if age < ADULT_AGE_YEARS:
        return _population(f"children, {years}", _group("child", age))
    if sex is not None:
        return _population(f"{'women' if sex == 'female' else 'men'}, {years}", _group(sex, age))
    women, men = (_population("", _group(each, age)) for each in ("female", "male"))
    apart = (men.mean - women.mean) / 2.0
    return Population(
        f"adults, sex unknown, {years}",
        (men.mean + women.mean) / 2.0,
        (men.covariance + women.covariance) / 2.0 + np.outer(apart, apart),
        (men.systolic_pressure + women.systolic_pressure) / 2.0,
        (men.heart_rate + women.heart_rate) / 2.0,
        (men.creatinine + women.creatinine) / 2.0,
    )
