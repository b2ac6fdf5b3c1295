"""From true changes to what three laboratories print, in columns: assay error, offsets, units, missing tests.

The balance is that of ``evaluate.draws``, for many draws at once. Offsets of laboratories, which panels are drawn, and
the year in which one laboratory changes its albumin method are assumptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clarkson.analytes import analyte
from clarkson.balance import population
from clarkson.body.person import Floats
from clarkson.evaluate.artefacts import BROMOCRESOL_PURPLE_G_PER_L
from clarkson.evaluate.draws import MOVED_BY_WOBBLE
from clarkson.evaluate.population_bodies import CHANNELS
from clarkson.evaluate.population_people import LABORATORIES, PANEL_SHARES, YEAR_H, People
from clarkson.evaluate.true_values import true_values
from clarkson.simulate.observe import method_cv

OTHER_LABORATORY = 0.10
OTHER_PANEL = 0.25
ALBUMIN_LEFT_OUT = 0.10  # of the chemistries of those who have it measured at all
IN_HOSPITAL = (0.0, 0.30, 0.70)
CRP_IN_HOSPITAL = 0.5
STEADY_CRP = 2.0  # mg/L (assumption)
METHOD_CHANGES_H = 6.0 * YEAR_H  # in the second laboratory, from bromocresol green to purple


@dataclass(frozen=True, slots=True)
class Style:
    """How one laboratory prints an analyte: the unit with its OMOP concept, the factor from ours, and decimals."""

    unit: str
    concept: int
    factor: float
    decimals: int


@dataclass(frozen=True, slots=True)
class Assay:
    """An analyte, its OMOP concept, how each laboratory prints it, and the spread of their offsets (log)."""

    name: str
    concept: int
    written: tuple[Style, ...]
    offset: float


def _alike(written: Style) -> tuple[Style, ...]:
    return (written,) * LABORATORIES


_GRAMS = (Style("g/dL", 8713, 0.1, 1), Style("g/L", 8636, 1.0, 0), Style("g/L", 8636, 1.0, 1))
_PERCENT = Style("%", 8554, 100.0, 1)
_MICROMOLES = Style("umol/L", 8749, 1.0, 0)
_COUNT = Style("10*9/L", 9444, 1.0, 0)
ASSAYS = (
    Assay("hematocrit", 3023314, (_PERCENT, _PERCENT, Style("L/L", 44777604, 1.0, 3)), 0.012),
    Assay("hemoglobin", 3000963, (_GRAMS[0], _GRAMS[1], _GRAMS[1]), 0.008),
    Assay("erythrocytes", 3020416, (Style("10*6/uL", 8815, 1.0, 2), *(Style("10*12/L", 8734, 1.0, 2),) * 2), 0.010),
    Assay("mcv", 3023599, _alike(Style("fL", 8583, 1.0, 1)), 0.008),
    Assay("platelets", 3024929, (Style("10*3/uL", 8848, 1.0, 0), _COUNT, _COUNT), 0.03),
    Assay("albumin", 3024561, _GRAMS, 0.025),
    Assay("total_protein", 3020630, _GRAMS, 0.012),
    Assay("sodium", 3019550, _alike(Style("mmol/L", 8753, 1.0, 0)), 0.004),
    Assay("creatinine", 3016723, (Style("mg/dL", 8840, 1.0 / 88.4, 2), _MICROMOLES, _MICROMOLES), 0.03),
    Assay("systolic_pressure", 3004249, _alike(Style("mm[Hg]", 8876, 1.0, 0)), 0.0),
    Assay("heart_rate", 3027018, _alike(Style("/min", 8541, 1.0, 0)), 0.0),
    Assay("crp", 3020460, _alike(Style("mg/L", 8751, 1.0, 1)), 0.05),
)


@dataclass(frozen=True, eq=False)
class Draws:
    """D draws, person by person in time order: ``row`` (D,) of the person, ``time_h``, whether in hospital.

    ``levels_of`` (D,) is the row of the person whose blood it really is.
    """

    row: NDArray[np.int64]
    time_h: Floats
    hospital: NDArray[np.bool_]
    levels_of: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Results:
    """R results of one test: the draw (R,) each is of, the value as printed (R,), the laboratory (R,)."""

    test: Assay
    draw: NDArray[np.int64]
    value: Floats
    laboratory: NDArray[np.int64]


def offsets(random: np.random.Generator) -> Mapping[str, Floats]:
    """What each laboratory reads too high (L,), as a logarithm, by analyte."""
    return {each.name: each.offset * random.standard_normal(LABORATORIES) for each in ASSAYS}


def printed(
    who: People,
    drawn: Draws,
    changes: NDArray[np.float32],
    biased: Mapping[str, Floats],
    random: np.random.Generator,
) -> list[Results]:
    """Every result of these draws under ``changes`` (D, C)."""
    true = _without_error(who, drawn, changes)
    there = _measured(who, drawn, random)
    count = len(drawn.row)
    away = random.random(count) < OTHER_LABORATORY
    laboratory = np.where(away, random.integers(0, LABORATORIES, count), who.laboratory[drawn.row])
    rows = []
    for test in ASSAYS:
        where = np.flatnonzero(there[test.name])
        place = laboratory[where]
        known = analyte(test.name)
        own = 0.0 if test.name in MOVED_BY_WOBBLE else (known.within_person_cv_percent or 10.0) / 100.0
        error = np.hypot(method_cv(test.name, known.usual_method), own)
        value = true[test.name][where] * np.exp(error * random.standard_normal(len(where)) + biased[test.name][place])
        if test.name == "albumin":
            value -= BROMOCRESOL_PURPLE_G_PER_L * ((place == 1) & (drawn.time_h[where] >= METHOD_CHANGES_H))
        value = np.clip(value, known.plausible.low, known.plausible.high)
        for number, style in enumerate(test.written):
            here = place == number
            value[here] = np.round(value[here] * style.factor, style.decimals)
        rows.append(Results(test, where, value, place))
    return rows


def _measured(who: People, drawn: Draws, random: np.random.Generator) -> dict[str, NDArray[np.bool_]]:
    """Which analytes were measured at each draw (D,)."""
    row, count = drawn.row, len(drawn.row)
    panel = np.where(
        drawn.hospital,
        random.choice(3, count, p=IN_HOSPITAL),
        np.where(random.random(count) < OTHER_PANEL, random.choice(3, count, p=PANEL_SHARES), who.panel[row]),
    )
    counted, chemistry = panel >= 1, panel == 2
    cells, size, platelets, albumin, protein, sodium, creatinine = who.does[row].T
    pressure = who.pressure[row] | drawn.hospital
    return {
        "hematocrit": counted,
        "hemoglobin": np.ones(count, dtype=np.bool_),
        "erythrocytes": counted & cells,
        "mcv": counted & size,
        "platelets": counted & platelets,
        "albumin": chemistry & albumin & (random.random(count) >= ALBUMIN_LEFT_OUT),
        "total_protein": chemistry & protein,
        "sodium": chemistry & sodium,
        "creatinine": chemistry & creatinine,
        "systolic_pressure": pressure,
        "heart_rate": pressure,
        "crp": drawn.hospital & chemistry & (random.random(count) < CRP_IN_HOSPITAL),
    }


def _without_error(who: People, drawn: Draws, changes: NDArray[np.float32]) -> dict[str, Floats]:
    """Every analyte (D,) without assay error, in its canonical unit."""
    levels = who.levels[drawn.levels_of] + who.ageing[drawn.levels_of] * _years(who, drawn)[:, None]
    systolic, heart_rate, creatinine, platelets, _ = who.vitals[drawn.levels_of].T
    others = {"systolic_pressure": systolic, "heart_rate": heart_rate, "creatinine": creatinine}
    others |= {"platelets": platelets, "crp": np.full(len(drawn.row), STEADY_CRP)}
    moved = dict(zip(CHANNELS, changes.T.astype(np.float64), strict=True))
    return true_values({**dict(zip(population.PERSON, levels.T, strict=True)), **others}, moved)


def _years(who: People, drawn: Draws) -> Floats:
    return np.asarray((drawn.time_h - who.from_h[drawn.row]) / YEAR_H)
