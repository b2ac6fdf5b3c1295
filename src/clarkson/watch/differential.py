"""The differential: for each likely mechanism, which results speak for it and which against."""

from __future__ import annotations

import math

from clarkson.analytes import analyte
from clarkson.balance.baseline import NORMAL_90_PERCENT
from clarkson.balance.sample import RED_CELLS
from clarkson.watch.assessment import Alternative
from clarkson.watch.expected import Expected, expected
from clarkson.watch.mechanisms import Mechanism, mechanisms
from clarkson.watch.reviewed import Reviewed

SHOWN_FROM = 0.02
MOST_SHOWN = 5
FEWEST_SHOWN = 3

_SIGN_ANALYTE = {
    "systolic": "systolic_pressure",
    "heart_rate": "heart_rate",
    "weight": "weight",
    "crp": "crp",
    "lactate": "lactate",
    "creatinine": "creatinine",
    "urine_protein": "urine_protein_creatinine",
}


def differential(reviewed: Reviewed) -> tuple[Alternative, ...]:
    """The likely mechanisms, most probable first; the acute leak is always among them.

    A result speaks against a mechanism if it lies outside the range in which the mechanism puts nine
    of ten results; for it, if it lies inside and is unusual for the steady person.
    """
    shares = reviewed.reading.mechanisms
    ranked = sorted(shares, key=lambda name: -shares[name])
    shown = [name for name in ranked[:MOST_SHOWN] if shares[name] >= SHOWN_FROM]
    shown += [name for name in ranked if name not in shown][: max(0, FEWEST_SHOWN - len(shown))]
    if "leak" not in shown:
        shown.append("leak")
    return tuple(_alternative(reviewed, mechanisms()[name]) for name in shown)


def _alternative(reviewed: Reviewed, mechanism: Mechanism) -> Alternative:
    speaks_for, speaks_against = [], []
    for key in reviewed.seen.analytes:
        if key in ("hemoglobin", "erythrocytes") and "hematocrit" in reviewed.seen.analytes:
            continue
        value = reviewed.sample.results[key].value
        would_be = expected(mechanism.name, key, reviewed.seen, reviewed.person, reviewed.days)
        usual = expected("steady", key, reviewed.seen, reviewed.person, reviewed.days)
        if value not in would_be:
            speaks_against.append(_against(key, value, would_be, reviewed))
        elif value not in usual:
            speaks_for.append(_for(key, value, would_be))
    for sign, value in reviewed.signs.items():
        mean, sd = mechanism.signs[sign]
        steady_mean, steady_sd = mechanisms()["steady"].signs[sign]
        if abs(value - mean) > NORMAL_90_PERCENT * sd:
            speaks_against.append(_sign(reviewed, sign, "unusual for it"))
        elif abs(value - steady_mean) > NORMAL_90_PERCENT * steady_sd:
            speaks_for.append(_sign(reviewed, sign, "usual for it"))
    return Alternative(
        mechanism.name,
        mechanism.label,
        reviewed.reading.mechanisms[mechanism.name],
        tuple(speaks_for),
        tuple(speaks_against),
    )


def _range(key: str, would_be: Expected) -> str:
    entry = analyte(key)
    low = f"{would_be.low * entry.shown_factor:.{entry.shown_digits}f}"
    return f"{low} to {entry.shown(would_be.high)}"


def _named(key: str, value: float) -> str:
    entry = analyte(key)
    return f"{entry.label} {entry.shown(value)}"


def _against(key: str, value: float, would_be: Expected, reviewed: Reviewed) -> str:
    at_this = "with these red cells " if reviewed.sample.red_cells and key not in RED_CELLS else ""
    return f"{_named(key, value)}: {at_this}it would give {_range(key, would_be)}"


def _for(key: str, value: float, would_be: Expected) -> str:
    return f"{_named(key, value)}: it gives {_range(key, would_be)}"


def _sign(reviewed: Reviewed, sign: str, judged: str) -> str:
    key = _SIGN_ANALYTE[sign]
    value = reviewed.sample.results[key].value
    if sign == "weight":
        change = 100.0 * math.expm1(reviewed.signs[sign])
        return f"{_named(key, value)} ({change:+.1f} % since the weight before), {judged}"
    return f"{_named(key, value)}, {judged}"
