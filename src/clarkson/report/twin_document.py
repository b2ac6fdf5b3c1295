"""The twin as one JSON document: what ``clarkson fit --json`` prints and the terminal draws.

``docs/twin.schema.json`` is its schema. Hours count from the last result. The same input and seed give the same
document: computed numbers are rounded to four significant digits, and no clock is read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from clarkson.analytes import analyte
from clarkson.body.person import Floats
from clarkson.report.document import heading
from clarkson.twin.evidence import Evidence
from clarkson.twin.expected import level_is_known
from clarkson.twin.forecast import Expected, forecast
from clarkson.twin.next_measurement import Informative, next_measurements
from clarkson.twin.summary import Band, Quantity, band, bands, phase_words, summary, together
from clarkson.twin.twin import Courses, Twin
from clarkson.twin.unknowns import Unknown
from clarkson.twin.what_if import MEASURES, Measure, Scenario
from clarkson.twin.what_is_seen import SEEN, unscaled

SCHEMA_VERSION = "1.0"
NOTICE = (
    "Research software, not a medical device. It does not diagnose and must not delay care. A scenario is what a model "
    "does, not what should be done."
)
COMPUTED_DIGITS = 4
ENDS = ("median", "low_50", "high_50", "low_90", "high_90")
OF_A_GAUSSIAN = np.array([0.0, -0.674490, 0.674490, -1.644854, 1.644854])
"""The ends of a band of a standard Gaussian."""

WITHIN_90 = 2.015048
"""Standard deviations that hold 90 % of errors: Student t of five degrees of freedom (``what_is_seen.FREEDOM``)."""

CURVES: Mapping[str, tuple[str, str]] = {
    "plasma_volume": ("Plasma volume", "L"),
    "plasma_volume_change": ("Plasma volume, change from rest", "1"),
    "plasma_albumin_mass": ("Albumin in plasma", "g"),
    "oncotic_pressure": ("Oncotic pressure of plasma", "mm[Hg]"),
    "water_gain": ("Water gained", "kg"),
    "edema_arms_legs": ("Water in arms and legs", "L"),
    "edema_face": ("Water in the face", "L"),
    "edema_abdomen": ("Water in the abdominal wall and organs", "L"),
    "edema_lung": ("Water in the lungs", "L"),
    "pleural_fluid": ("Fluid in the pleura", "L"),
    "peritoneal_fluid": ("Fluid in the peritoneum", "L"),
    "pericardial_fluid": ("Fluid around the heart", "L"),
    "swelling_lung": ("Lung water, over that at rest", "1"),
    "muscle_compartment_pressure": ("Muscle compartment pressure", "mm[Hg]"),
    "output_share": ("Cardiac output, over that at rest", "1"),
    "central_venous_pressure": ("Central venous pressure", "mm[Hg]"),
    "open_gap": ("Opening of gaps", "1"),
    "urine_output": ("Urine", "mL/h"),
}
"""Courses beside those of the fitted analytes: label and unit (UCUM)."""


def twin_document(
    twin: Twin, scenarios: Sequence[Scenario] = (), *, input_name: str, input_sha256: str
) -> dict[str, Any]:
    """The JSON document of a twin and of what was asked of it; a quantity that cannot be known is None.

    ``scenarios`` are those of ``what_if``, the first of them no change; ``input_name`` and ``input_sha256`` say what
    was read.
    """
    known, found = twin.known, summary(twin)
    record = known.record
    told = heading(record, input_name=input_name, input_sha256=input_sha256)
    told["subject"] |= {"height_cm": record.height_cm, "weight_kg": record.weight_kg}
    return {
        "schema_version": SCHEMA_VERSION,
        **told,
        "last_result": {"time": max(row.result.time for row in known.rows).isoformat(), "hours": 0.0},
        "start_hours": _rounded(-twin.now_h),
        "hours_ahead": found.hours_ahead,
        "quantities": [_quantity(each) for each in found.quantities],
        "phases": [
            {"name": name, "meaning": phase_words()[name], "probability": _rounded(chance)}
            for name, chance in found.phases.items()
        ],
        "leaks": [{"leaks": leaks, "probability": _rounded(chance)} for leaks, chance in found.leaks.items()],
        "threats": [
            {
                "name": each.name,
                "what": each.what,
                "threshold": each.threshold,
                "now": _rounded(each.now),
                "ahead": _rounded(each.ahead),
            }
            for each in found.threats
        ],
        "not_alive": _rounded(found.not_alive),
        "forecast": [_expected(twin, each) for each in forecast(twin)],
        "scenarios": [_scenario(twin, each) for each in scenarios],
        "next_measurements": [_informative(each) for each in next_measurements(twin)],
        "curves": _curves(twin, *_whole(twin)),
        "unknowns": [_unknown(twin, each) for each in twin.unknowns],
        "results": _results(twin),
        "doses": [{"hours": _rounded(each.at_h - twin.now_h), "words": str(each.dose)} for each in known.doses.given],
        "diagnostics": _diagnostics(twin),
        "contradictions": list(twin.contradictions),
        "doubts": list(twin.doubts),
        "left_out": list(known.left_out),
        "notice": NOTICE,
    }


def _rounded(number: float) -> float | None:
    """Four significant digits, None where the number is none.

    >>> _rounded(1.23456), _rounded(float("nan"))
    (1.235, None)
    """
    return float(f"{number:.{COMPUTED_DIGITS}g}") if math.isfinite(number) else None


def _band(found: Band, factor: float = 1.0) -> dict[str, float | None]:
    return {end: _rounded(factor * getattr(found, end)) for end in ENDS}


def _quantity(quantity: Quantity) -> dict[str, Any]:
    return {
        "name": quantity.name,
        "what": quantity.what,
        "unit": quantity.unit,
        "digits": quantity.digits,
        **_band(quantity.band, quantity.factor),
    }


def _expected(twin: Twin, expected: Expected) -> dict[str, Any]:
    known = analyte(expected.analyte)
    return {
        "analyte": known.key,
        "label": known.label,
        "hours": expected.hours,
        "unit": known.unit,
        **_band(expected.band),
        "shown": known.shown(expected.band.median),
        "shown_low": known.shown(expected.band.low_90),
        "shown_high": known.shown(expected.band.high_90),
        "fitted": expected.fitted,
        "level_known": level_is_known(twin, expected.analyte),
    }


def _scenario(twin: Twin, scenario: Scenario) -> dict[str, Any]:
    return {
        "name": scenario.name,
        "given": [{"hours": each.at_h, "words": str(each.dose)} for each in scenario.given],
        "not_alive": _rounded(scenario.not_alive),
        "measures": [_measure(each, scenario) for each in MEASURES],
        "curves": _curves(twin, scenario.courses.times, scenario.courses),
    }


def _measure(measure: Measure, scenario: Scenario) -> dict[str, Any]:
    return {
        "name": measure.name,
        "what": measure.what,
        "unit": measure.unit,
        "harm": measure.harm or None,
        "digits": measure.digits,
        "value": _band(scenario.bands[measure.name], measure.factor),
        "difference": _band(scenario.differences[measure.name], measure.factor),
    }


def _informative(test: Informative) -> dict[str, Any]:
    return {
        "analyte": test.analyte,
        "label": analyte(test.analyte).label,
        "group": SEEN[test.analyte].group,
        "hours": test.hours,
        "plasma": _rounded(test.plasma),
        "phase": _rounded(test.phase),
        "bits": _rounded(test.bits),
    }


def _whole(twin: Twin) -> tuple[Floats, Mapping[str, Floats]]:
    """Past and hours ahead as one: times (T,), and by output (n, T)."""
    found = {name: together(twin.past, twin.future, name) for name in twin.past.outputs}
    return next(iter(found.values()))[0], {name: values for name, (_, values) in found.items()}


def _curves(twin: Twin, times: Floats, course: Courses | Mapping[str, Floats]) -> dict[str, Any]:
    """Bands of the bodies themselves, without the errors of a reading."""
    shown = {name: (analyte(name).label, analyte(name).unit) for name in SEEN if level_is_known(twin, name)}
    return {
        "hours": [_rounded(each) for each in times - twin.now_h],
        "outputs": [
            {
                "name": name,
                "label": label,
                "unit": unit,
                **{end: [_rounded(each) for each in column] for end, column in zip(ENDS, found.T, strict=True)},
            }
            for name, (label, unit) in {**shown, **CURVES}.items()
            for found in [bands(course[name])]
        ],
    }


def _unknown(twin: Twin, unknown: Unknown) -> dict[str, Any]:
    values = twin.unknown(unknown.name)
    return {
        "name": unknown.name,
        "what": unknown.what,
        "unit": unknown.unit,
        "prior": {end: _rounded(float(each)) for end, each in zip(ENDS, unknown.value(OF_A_GAUSSIAN), strict=True)},
        "posterior": _band(band(values)),
        "share_of_draws": _rounded(float(np.isfinite(values).mean())),
    }


def reach(known: Evidence, analyte_name: str) -> tuple[Floats, Floats, Floats, Floats, list[int]]:
    """Fitted results of an analyte: hours from the start (m,), values, the ends of their errors (90 %), row numbers.

    The errors are all that the twin believes in: of the assay, of the draw, and of the wandering of the body.
    """
    places = [place for place, row in enumerate(known.rows) if row.result.analyte == analyte_name]
    rows = [known.rows[place] for place in places]
    middle, spread = np.array([row.scaled for row in rows]), np.array([row.errors.total for row in rows])
    low, high = (unscaled(analyte_name, middle + side * WITHIN_90 * spread) for side in (-1.0, 1.0))
    return np.array([row.hour for row in rows]), np.array([row.result.value for row in rows]), low, high, places


def _results(twin: Twin) -> list[dict[str, Any]]:
    """Every fitted result in the order of the rows."""
    apart, found = {each.place for each in twin.apart}, {}
    for name in twin.known.analytes:
        known = analyte(name)
        for hour, value, low, high, place in zip(*reach(twin.known, name), strict=True):
            result = twin.known.rows[place].result
            found[place] = {
                "analyte": name,
                "label": known.label,
                "time": result.time.isoformat(),
                "hours": _rounded(float(hour) - twin.now_h),
                "value": float(f"{value:.8g}"),
                "low": _rounded(float(low)),
                "high": _rounded(float(high)),
                "unit": known.unit,
                "shown": known.shown(float(value)),
                "source": str(result.source),
                "contradicts": place in apart,
            }
    return [found[place] for place in sorted(found)]


def _diagnostics(twin: Twin) -> dict[str, Any]:
    return {
        "draws": len(twin),
        "seed": twin.seed,
        "informed": _rounded(twin.informed),
        "occasions": len(twin.known.hours),
        "members": [
            {
                "leaks": each.leaks,
                "probability": _rounded(each.probability),
                "draws": len(each.points),
                "effective_draws": _rounded(each.draws.ess),
                "khat": _rounded(each.draws.khat),
                "method": each.draws.method,
                "modes": each.draws.modes,
                "simulations": each.draws.simulations,
                "log_evidence": _rounded(each.draws.log_evidence),
            }
            for each in twin.members
        ],
    }
