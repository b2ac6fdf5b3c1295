"""The regimes of the filter: every mechanism as one to three Gaussians, with its time course.

A mechanism's draws are cut along their widest direction into parts of equal number, and each part is
described by its mean and covariance. What a mechanism does not move varies as in a steady person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from clarkson.balance.observation import ALBUMIN_MASS, CHANGE, GLOBULIN_MASS
from clarkson.engine.gaussian import Array
from clarkson.engine.switching import Regimes
from clarkson.watch.coordinates import (
    COORDINATES,
    CREATININE_CHANGE,
    DRAW_PLASMA,
    DRAW_RED_CELLS,
    FIRST_CHANGE,
    QUANTITIES,
    WEIGHT_CHANGE,
)
from clarkson.watch.learned import Learned, Variation, learned
from clarkson.watch.mechanisms import Mechanism, arrival, changes, mechanisms

ARTEFACT = "artefact"  # says nothing about the person: it is the filter's foreign occasion
NEXT_DRAW = 5.0  # per hour: what belongs to one draw is gone at the next


@dataclass(frozen=True)
class Watch:
    """The regimes, the names of their families, and where people are first found: start (R, 20) and its spread."""

    learned: Learned
    names: tuple[str, ...]
    regimes: Regimes
    start: Array
    start_spread: Array
    foreign: Array
    foreign_spread: Array


def _parts(draws: Array, among: Array, count: int) -> list[Array]:
    """The draws cut into ``count`` parts along the widest direction of ``among``."""
    if count == 1:
        return [draws]
    away = among - among.mean(axis=0)
    along = away @ np.linalg.svd(away, full_matrices=False)[2][0]
    return [draws[places] for places in np.array_split(np.argsort(along, kind="stable"), count)]


def _moments(draws: Array) -> tuple[Array, Array]:
    return draws.mean(axis=0), np.cov(draws.T)


def _shaped(
    mean: Array, covariance: Array, name: str, parameters: Learned, *, first: bool = False
) -> tuple[Array, Array]:
    """A described part, moved and widened as was learned."""
    shape = parameters.shapes.get(name)
    if shape is None:
        return mean, covariance
    mean, covariance = mean.copy(), covariance.copy()
    places = np.arange(FIRST_CHANGE, FIRST_CHANGE + len(CHANGE))
    mean[places] += [shape.moved.get(each, 0.0) for each in QUANTITIES[: len(CHANGE)]]
    mean[places] *= shape.begun if first else 1.0
    covariance[np.ix_(places, places)] *= shape.widened**2
    return mean, covariance


def _usual(usual: Mapping[str, Variation]) -> tuple[Array, Array]:
    """Rates (20,) and variances (20,) of a steady person."""
    rate, variance = np.zeros(COORDINATES), np.zeros(COORDINATES)
    for place, name in enumerate(QUANTITIES):
        rate[FIRST_CHANGE + place] = 1.0 / usual[name].hours
        variance[FIRST_CHANGE + place] = usual[name].slow ** 2
    rate[[DRAW_PLASMA, DRAW_RED_CELLS]] = NEXT_DRAW
    variance[DRAW_PLASMA], variance[DRAW_RED_CELLS] = usual["plasma"].draw ** 2, usual["red_cells"].draw ** 2
    return rate, variance


def _described(
    mechanism: Mechanism, draws: Array, usual: Mapping[str, Variation], *, arriving: bool = False
) -> tuple[Array, Array]:
    """Mean (20,) and covariance (20, 20) of the changes of one part of a mechanism."""
    _, variance = _usual(usual)
    mean, covariance = np.zeros(COORDINATES), np.diag(variance)
    moved, spread = _moments(draws)
    places = slice(FIRST_CHANGE, FIRST_CHANGE + len(CHANGE))
    mean[places] = moved
    if arriving and mechanism.hours_of_proteins != mechanism.hours:  # what moves at two rates cannot be correlated
        proteins = np.isin(np.arange(len(CHANGE)), (ALBUMIN_MASS, GLOBULIN_MASS))
        spread = np.where(proteins[:, None] == proteins, spread, 0.0)
    covariance[places, places] += spread
    steady = mechanisms()["steady"]
    for place, sign in ((WEIGHT_CHANGE, "weight"), (CREATININE_CHANGE, "creatinine")):
        mean[place] = mechanism.signs[sign][0]
        extra = mechanism.signs[sign][1] ** 2 - steady.signs[sign][1] ** 2
        covariance[place, place] += max(extra, 0.0)
    return mean, covariance


@cache
def watch() -> Watch:
    """The regimes of every mechanism, as they were learned.

    >>> found = watch()
    >>> found.regimes.attractor.shape[1], "leak" in found.names
    (20, True)
    """
    return build(learned())


def build(parameters: Learned) -> Watch:
    """The regimes for given parameters."""
    usual = parameters.variation
    named = {name: each for name, each in mechanisms().items() if name != ARTEFACT}
    names = tuple(named)
    attractor, spread, rate, start, start_spread, family, share = [], [], [], [], [], [], []
    usual_rate, _ = _usual(usual)
    for place, (name, mechanism) in enumerate(named.items()):
        parts = zip(
            _parts(changes(name), changes(name), mechanism.parts),
            _parts(arrival(name), changes(name), mechanism.parts),
            strict=True,
        )
        for found, end in parts:
            mean, covariance = _shaped(*_described(mechanism, end, usual, arriving=True), name, parameters)
            attractor.append(mean)
            spread.append(covariance)
            mean, covariance = _shaped(*_described(mechanism, found, usual), name, parameters, first=True)
            start.append(mean)
            start_spread.append(covariance)
            own = usual_rate.copy()
            moved = [FIRST_CHANGE + each for each in mechanism.moves]
            if mechanism.kind != "steady":
                moved += [WEIGHT_CHANGE, CREATININE_CHANGE]
            faster = parameters.shapes[name].faster if name in parameters.shapes else 1.0
            own[moved] = faster / mechanism.hours
            proteins = [FIRST_CHANGE + each for each in mechanism.moves if each in (ALBUMIN_MASS, GLOBULIN_MASS)]
            own[proteins] = faster / mechanism.hours_of_proteins
            rate.append(own)
            family.append(place)
            share.append(1.0 / mechanism.parts)
    leads = np.zeros((len(names), len(names)))
    for place, mechanism in enumerate(named.values()):
        for other, probability in mechanism.leads.items():
            leads[place, names.index(other)] = probability
    regimes = Regimes(
        np.array(attractor),
        np.array(rate),
        np.array(spread),
        np.array(family),
        np.array(share),
        np.array([each.lasts_hours for each in named.values()]),
        np.array([each.lasts_log_sd for each in named.values()]),
        leads,
    )
    foreign, foreign_spread = _described(mechanisms()[ARTEFACT], changes(ARTEFACT), usual)
    return Watch(parameters, names, regimes, np.array(start), np.array(start_spread), foreign, foreign_spread)
