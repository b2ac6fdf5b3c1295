"""The reasons: what the numbers say, in sentences with the numbers in them."""

from __future__ import annotations

import math

from clarkson.analytes import analyte
from clarkson.balance.baseline import SetPoint
from clarkson.balance.sample import PROTEINS, RED_CELLS
from clarkson.watch.numbers import chance, duration, loss, one_in, ratio, signed
from clarkson.watch.reviewed import Reviewed

ANYONE = 1e-6  # prevalence below 1 in a million (Orphanet)
TOGETHER_SD = 1.64
NORMAL_SYSTOLIC = 100.0


def reasons(reviewed: Reviewed) -> tuple[str, ...]:
    """The sentences, the red cells first."""
    found = [
        _red_cells(reviewed),
        *_protein(reviewed),
        _course(reviewed),
        _pressure(reviewed),
        _weight(reviewed),
    ]
    return tuple(each for each in (*found, _likelihood(reviewed)) if each)


def level(reviewed: Reviewed, key: str) -> SetPoint | None:
    """The baseline level of an analyte of the balance."""
    return next((each for each in reviewed.person.set_points() if each.analyte == key), None)


def _compared(reviewed: Reviewed, key: str) -> str:
    entry, set_point = analyte(key), level(reviewed, key)
    measured = f"{entry.label} {entry.shown(reviewed.sample.results[key].value)}"
    if set_point is None:
        return measured
    low = f"{set_point.low * entry.shown_factor:.{entry.shown_digits}f}"
    return (
        f"{measured} against an expected {entry.shown(set_point.value)} ({low} to {entry.shown(set_point.high)}; "
        f"{origin(reviewed, key)})"
    )


def origin(reviewed: Reviewed, key: str) -> str:
    """Where the expected level of an analyte comes from."""
    person = reviewed.person
    kind = RED_CELLS if key in RED_CELLS else PROTEINS
    count = sum(any(each in sample.results for each in kind) for sample in person.samples)
    if not count:
        return f"population: {person.population.name}"
    return f"{count} own earlier {'draw' if count == 1 else 'draws'}"


def _red_cells(reviewed: Reviewed) -> str:
    key, change = reviewed.red_cell_measure, reviewed.balance.plasma_volume_change_percent
    if key is None or change is None:
        return ""
    return f"{_compared(reviewed, key)}: plasma volume {signed(change)}, if no red cells were gained or lost."


def _protein(reviewed: Reviewed) -> list[str]:
    key, balance = reviewed.protein_measure, reviewed.balance
    if key is None:
        return []
    if balance.D is None or balance.V is None or balance.D_sd is None or balance.albumin_mass_change_percent is None:
        return [
            f"{_compared(reviewed, key)}. Without a red-cell measure it cannot be told whether protein or water moved."
        ]
    set_point = level(reviewed, key)
    sentences = [f"{_compared(reviewed, key)}."]
    if set_point is not None and balance.V.median < 0.0 < balance.D.median:
        kept = f"{set_point.value * math.exp(-balance.V.median):.0f} g/L"
        sentences = [f"{_compared(reviewed, key)}. Had only water left the blood, it would have risen to about {kept}."]
    if balance.D.low > 0.0:
        sentences.append(
            f"About {loss(balance.albumin_mass_change_percent)} of the albumin mass is missing from the vessels."
        )
    elif abs(balance.D.median) < TOGETHER_SD * balance.D_sd and balance.V.high < 0.0:
        sentences.append("Red cells and protein rose together, as in dehydration or on standing up.")
    return sentences


def _course(reviewed: Reviewed) -> str:
    before, now = reviewed.earlier_sample, reviewed.sample
    if before is None:
        return ""
    hours = (now.time - before.time).total_seconds() / 3600.0
    moved = [
        f"{analyte(key).label.lower()} from {analyte(key).shown(before.results[key].value)} to "
        f"{analyte(key).shown(now.results[key].value)}"
        for key in (*now.red_cells[:1], *now.proteins[:1])
        if key in before.results
    ]
    return f"In {duration(hours)}: {' and '.join(moved)}." if moved else ""


def _pressure(reviewed: Reviewed) -> str:
    systolic, rate = reviewed.sample.value("systolic_pressure"), reviewed.sample.value("heart_rate")
    parts = []
    if systolic is not None:
        parts.append(f"systolic pressure {analyte('systolic_pressure').shown(systolic)}")
    if rate is not None:
        parts.append(f"heart rate {analyte('heart_rate').shown(rate)}")
    if not parts:
        return ""
    verb = "counts" if len(parts) == 1 else "count"
    sentence = f"{' and '.join(parts)} {verb} as weak evidence"
    sentence = sentence[0].upper() + sentence[1:]
    if systolic is not None and systolic >= NORMAL_SYSTOLIC:
        return f"{sentence}; a normal pressure does not speak against a leak, because it can fall hours later."
    return f"{sentence}."


def _weight(reviewed: Reviewed) -> str:
    change = reviewed.signs.get("weight")
    if change is None:
        return ""
    percent = 100.0 * math.expm1(change)
    return (
        f"Body weight changed by {percent:+.1f} % since the weight before; it falls in dehydration and rises when "
        "water is kept."
    )


def _likelihood(reviewed: Reviewed) -> str:
    reading, prior = reviewed.reading, reviewed.prior
    if not (reviewed.seen.analytes or reviewed.signs):
        return ""
    odds = reading.likelihood_ratio * ANYONE / (1.0 - ANYONE)
    value = reading.likelihood_ratio
    compared = (
        f"{ratio(value)} times as likely with a leak as without one"
        if value >= 1.0
        else f"{ratio(1.0 / value)} times as likely without a leak as with one"
    )
    return (
        f"The results so far are {compared}. With a prior of {one_in(prior)} the probability of a leak is "
        f"{chance(reading.probability)}; with {one_in(ANYONE)}, as for anyone, it would be "
        f"{chance(odds / (1.0 + odds))}."
    )
