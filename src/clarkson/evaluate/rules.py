"""The known rules that a detector of leaks must beat: one number a draw, higher is more like a leak.

A rule sees what its draw and the draws before it measured. Where that is not enough its score is NaN. A missing
hematocrit is taken from the hemoglobin (``Measured.hematocrit``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from clarkson.analytes import analyte
from clarkson.engine.gaussian import Array
from clarkson.evaluate.measured import Measured, earlier, first, last, measured
from clarkson.evaluate.news2 import news2
from clarkson.record.record import Record

# The lower ends of the published cut-offs of the triad (49 to 50 % men, 43 to 45 % women).
TRIAD_SYSTOLIC = 90.0
TRIAD_HEMATOCRIT = {"male": 0.49, "female": 0.43}
TRIAD_ALBUMIN = 30.0
HEMOGLOBIN_OF_HEMATOCRIT = 1000.0 / 3.0  # g/L of a hematocrit of 1: the bedside "hematocrit over three"
SLACK, ALARM = 0.5, 4.0  # k and h of the CUSUM, in standard deviations


@dataclass(frozen=True, slots=True)
class Rule:
    """A known rule.

    ``of`` gives its numbers (n,) for all draws; ``thresholds`` are the published cut-offs in the score's own unit,
    mildest first, none where none is published; ``needs`` the analytes without which it has no number ("hematocrit"
    stands for hematocrit or hemoglobin).
    """

    name: str
    of: Callable[[Measured], Array]
    thresholds: tuple[float, ...]
    source: str
    needs: tuple[str, ...]

    def score(self, record: Record) -> Array:
        """One number (draws,) for each draw of the record that is not steady.

        >>> from clarkson.examples import example
        >>> from clarkson.record.read import read_bytes
        >>> record = read_bytes(example("desikan2020-1"), "desikan2020-1.json")
        >>> RULES["hematocrit minus albumin"].score(record)[:2].round(1)
        array([16.9, 18.4])
        """
        return _scored(self, measured(record))


def _scored(rule: Rule, drawn: Measured) -> Array:
    return rule.of(drawn)[drawn.scored]


def scores(record: Record) -> Mapping[str, Array]:
    """The numbers (draws,) of every rule by its name.

    >>> sorted(scores(Record("nobody"))) == sorted(RULES)
    True
    """
    drawn = measured(record)
    return {name: _scored(rule, drawn) for name, rule in RULES.items()}


def triad(drawn: Measured) -> Array:
    """How many of the three signs of the systemic capillary leak syndrome are there: 0 to 3.

    Systolic pressure < 90 mmHg; hematocrit > 49 % in men, > 43 % in women; albumin < 30 g/L. NaN where
    one of the three was not measured or the sex is unknown.
    """
    pressure, hematocrit, albumin = drawn.level("systolic_pressure"), drawn.hematocrit, drawn.level("albumin")
    met = (
        (pressure < TRIAD_SYSTOLIC).astype(np.float64)
        + (hematocrit > TRIAD_HEMATOCRIT.get(drawn.sex or "", np.nan))
        + (albumin < TRIAD_ALBUMIN)
    )
    known = np.isfinite(pressure + hematocrit + albumin) & (drawn.sex is not None)
    return np.where(known, met, np.nan)


def rise_over_first(drawn: Measured) -> Array:
    """Relative rise of the hematocrit over the first earlier one (0.2 is +20 %)."""
    return drawn.hematocrit / earlier(drawn.hematocrit, first) - 1.0


def rise_over_lowest(drawn: Measured) -> Array:
    """Relative rise of the hematocrit over the lowest earlier one."""
    return drawn.hematocrit / earlier(drawn.hematocrit, np.min) - 1.0


def hematocrit_minus_albumin(drawn: Measured) -> Array:
    """Hematocrit in percent minus albumin in g/L."""
    return 100.0 * drawn.hematocrit - drawn.level("albumin")


def hematocrit_minus_albumin_change(drawn: Measured) -> Array:
    """The same difference against that of the last earlier draw which had both."""
    now = hematocrit_minus_albumin(drawn)
    return now - earlier(now, last)


def hematocrit_reference_change(drawn: Measured) -> Array:
    """Change of ln hematocrit from the mean of the person's earlier draws, in standard deviations.

    The variance of one draw is ln(1 + CVi² + CVa²); with one earlier draw a score of 1.96 is the two-sided 95 %
    reference change value.
    """
    biology = (analyte("hematocrit").within_person_cv_percent or 0.0) / 100.0
    return _reference_change(np.log(drawn.hematocrit), np.log1p(biology**2 + drawn.hematocrit_assay_cv**2))


def albumin_deficit_reference_change(drawn: Measured) -> Array:
    """The same for D: change from the mean of the person's earlier draws, in standard deviations."""
    return _reference_change(*drawn.albumin_deficit)


def _reference_change(values: Array, variances: Array) -> Array:
    """(x − mean of the earlier) / SD of that difference, for values (n,) with independent errors."""
    count = earlier(values, len)
    spread = variances + earlier(variances, np.mean) / count
    return (values - earlier(values, np.mean)) / np.sqrt(spread)


def albumin_deficit(drawn: Measured) -> Array:
    """D: change of logit hematocrit minus change of ln albumin since the first draw which had both."""
    now, _ = drawn.albumin_deficit
    return now - earlier(now, first)


def albumin_deficit_sum(drawn: Measured) -> Array:
    """One-sided CUSUM of D: S = max(0, S + z − 0.5) over the draws which have D, alarm above 4.

    z is D since the first draw which had it, in standard deviations of such a change. All z share that first draw, so
    false alarms are commoner than in the tables for independent z.
    """
    now, variance = drawn.albumin_deficit
    z = (now - earlier(now, first)) / np.sqrt(variance + earlier(variance, first))
    total, sums = 0.0, np.full(len(z), np.nan)
    for place in np.flatnonzero(np.isfinite(z)):
        total = max(0.0, total + float(z[place]) - SLACK)
        sums[place] = total
    return sums


def albumin_over_hemoglobin_fall(drawn: Measured) -> Array:
    """Fall of albumin / hemoglobin since the last earlier draw which had both, in percent an hour.

    A missing hemoglobin is a third of the hematocrit (42 % is 14 g/dL). Steady draws are left out: a rate needs a time
    that was observed.
    """
    hemoglobin = drawn.level("hemoglobin")
    hemoglobin = np.where(np.isnan(hemoglobin), HEMOGLOBIN_OF_HEMATOCRIT * drawn.level("hematocrit"), hemoglobin)
    ratio = np.where(drawn.scored, drawn.level("albumin") / hemoglobin, np.nan)
    hours = drawn.hours - earlier(np.where(np.isnan(ratio), np.nan, drawn.hours), last)
    return 100.0 * (1.0 - ratio / earlier(ratio, last)) / np.where(hours > 0.0, hours, np.nan)


def shock_index(drawn: Measured) -> Array:
    """Heart rate over systolic pressure; NaN where no pressure could be taken (0)."""
    pressure = drawn.level("systolic_pressure")
    return drawn.level("heart_rate") / np.where(pressure > 0.0, pressure, np.nan)


_BLOOD = ("hematocrit", "albumin")
_VITAL_SIGNS = ("respiratory_rate", "oxygen_saturation", "systolic_pressure", "heart_rate", "temperature")

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        rule.name: rule
        for rule in (
            Rule(
                "SCLS triad",
                triad,
                (3.0,),
                "PMC6119378, citing earlier series; lower ends of its cut-offs",
                ("systolic_pressure", *_BLOOD),
            ),
            Rule(
                "hematocrit rise over the first",
                rise_over_first,
                (0.098, 0.151, 0.20),
                "dengue: +20 % plasma leakage, +15.1 % Suwarto 2017 (Dengue Score), +9.8 % before hypoalbuminemia",
                ("hematocrit",),
            ),
            Rule(
                "hematocrit rise over the lowest",
                rise_over_lowest,
                (0.098, 0.151, 0.20),
                "as over the first, against the lowest hematocrit so far",
                ("hematocrit",),
            ),
            Rule(
                "hematocrit minus albumin",
                hematocrit_minus_albumin,
                (6.7, 10.25, 12.65),
                "elderly sepsis 6.7 (PMC9295343); severe infection against healthy 10.25; pre-eclampsia 12.65",
                _BLOOD,
            ),
            Rule(
                "change of hematocrit minus albumin",
                hematocrit_minus_albumin_change,
                (),
                "the same score within one person; no cut-off is published",
                _BLOOD,
            ),
            Rule(
                "reference change of hematocrit",
                hematocrit_reference_change,
                (1.645, 1.96),
                "log-normal reference change value, 95 % one-sided and two-sided; CVs of the vocabulary",
                ("hematocrit",),
            ),
            Rule(
                "reference change of D",
                albumin_deficit_reference_change,
                (1.645, 1.96),
                "the same on D, with the ordinary variation of the balance",
                _BLOOD,
            ),
            Rule("D", albumin_deficit, (), "mass balance: van Beaumont's formula and albumin; no cut-off", _BLOOD),
            Rule(
                "CUSUM of D",
                albumin_deficit_sum,
                (ALARM,),
                "Page's one-sided sum, k 0.5 and h 4 (335 independent draws between false alarms)",
                _BLOOD,
            ),
            Rule(
                "fall of albumin over hemoglobin",
                albumin_over_hemoglobin_fall,
                (0.0,),
                "Turcato 2026, doi 10.3390/jcm15062427: a positive index is escape (sepsis, median 0.34 %/h on day 1)",
                _BLOOD,
            ),
            Rule(
                "shock index",
                shock_index,
                (0.9, 1.0),
                "customary levels of concern (recalled, not retrieved)",
                ("heart_rate", "systolic_pressure"),
            ),
            Rule("NEWS2", news2, (5.0, 7.0), "Royal College of Physicians 2017: urgent 5, emergency 7", _VITAL_SIGNS),
        )
    }
)
