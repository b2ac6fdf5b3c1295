"""The twin in a terminal: now, threats, expected readings, scenarios, what to measure next, and what to doubt.

It reads the JSON document of ``twin_document`` and decides nothing about the person.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from clarkson.report.terminal import plain
from clarkson.report.view import percent, signed

Facts = Mapping[str, Any]

WIDTH = 100
LABEL = 26
NEXT_TESTS = 3
UNLIKELY = 0.02
"""Probability below which a phase is not named."""

EXPECTED_ALWAYS = ("hematocrit", "albumin", "mean_pressure", "heart_rate")
EXPECTED_IF_FITTED = ("sodium", "creatinine", "lactate", "weight")
WATER = {
    "edema_arms_legs": "arms and legs",
    "peritoneal_fluid": "peritoneum",
    "edema_face": "face",
    "pleural_fluid": "pleura",
    "edema_abdomen": "abdominal wall and organs",
    "edema_lung": "lungs",
    "pericardial_fluid": "around the heart",
}
SIDES: Mapping[str, Mapping[str, str]] = {
    "under-perfusion": {
        "lowest_mean_pressure": "lowest mean pressure",
        "hours_low_pressure": "hours below 65 mmHg",
        "lowest_output": "lowest output, of rest",
        "plasma_at_24_h": "plasma at 24 h",
    },
    "overload": {
        "highest_lung_water": "most lung water",
        "hours_lung_edema": "hours of lung edema",
        "narrowest_compartment": "diastolic − compartment",
        "highest_venous_pressure": "highest venous pressure",
        "water_at_end": "water at the end",
    },
}
"""What of a scenario is shown, and its short name: both directions of harm beside each other."""

COUNTS = ("no leak", "one leak", "two leaks")


def words(document: Facts) -> str:
    """The document as text of at most 100 columns."""
    parts = (
        _title(document),
        _now(document),
        _threats(document),
        _expected(document),
        _scenarios(document),
        _next(document),
        _doubts(document),
        _fit(document),
    )
    lines = "\n\n".join("\n".join(part) for part in map(list, parts) if part)
    return f"{lines}\n"


def _title(document: Facts) -> Iterator[str]:
    subject, made = document["subject"], document["diagnostics"]
    sex = subject["sex"] or "sex not given"
    age = "age not given" if subject["age_years"] is None else f"{subject['age_years']:g} years"
    yield f"Clarkson {document['program']['version']}   {plain(document['input']['name'])}"
    yield from _wrapped(
        f"{subject['id']}, {sex}, {age}: {len(document['results'])} results of {made['occasions']} occasions over "
        f"{-min(each['hours'] for each in document['results']):.0f} h. Hours count from the last result."
    )


def _now(document: Facts) -> Iterator[str]:
    found = {each["name"]: each for each in document["quantities"]}
    end = document["hours_ahead"]
    yield "NOW (median, 90 % interval)"
    likely = likely_phases(document)
    yield _row(
        "Phase",
        ", ".join(f"{each['name']} {percent(each['probability'])}" for each in likely) + f": {likely[0]['meaning']}",
    )
    label, missing, ml = plasma(found)
    yield _row(label, f"{spread(missing)}; {spread(ml)}; missing at the worst {spread(found['plasma_lost_most'])}")
    yield _row("Albumin missing", f"{spread(found['albumin_lost'])}, from plasma")
    yield _row("Water gained", spread(found["weight_gain"]))
    places = sorted(WATER, key=lambda name: -(found[name]["median"] or 0.0))
    yield _row("  of it, in L", ", ".join(f"{WATER[name]} {spread(found[name], unit=False)}" for name in places))
    leaking = sum(each["probability"] for each in document["leaks"] if each["leaks"])
    if found["leak_onset"]["median"] is not None:
        yield _row("The leak" if leaking == 1.0 else f"The leak, if any ({percent(leaking)})", _leak_times(found, end))
    if found["refilled"]["median"] is not None:
        yield _row("Plasma back within 5 %", ahead(found["refilled"], end))
    yield _row("Fluid not in the record", f"{spread(found['unrecorded_fluid'])}, besides a flow")


def _leak_times(found: Mapping[str, Facts], end: float) -> str:
    closes = "not known" if found["leak_closes"]["median"] is None else ahead(found["leak_closes"], end)
    onset = found["leak_onset"]
    began = f"{onset['median']:.0f} h ago ({onset['low_90']:.0f} to {onset['high_90']:.0f})"
    to_come = "; below 0: yet to come" if onset["low_90"] < 0.0 else ""
    return f"began {began}{to_come}; closes: {closes}"


def _threats(document: Facts) -> Iterator[str]:
    end = f"{document['hours_ahead']:.0f} h"
    yield f"{'THREATS, if care goes on as it has':<71}{'now':>14}{'in ' + end:>14}"
    for each in document["threats"]:
        yield f"  {each['what'] + ': ' + each['threshold']:<69}{percent(each['now']):>14}{percent(each['ahead']):>14}"
    words = "the model does not keep the body alive (a proxy: an oxygen debt)"
    yield f"  {words:<69}{'':>14}{percent(document['not_alive']):>14}"


def _expected(document: Facts) -> Iterator[str]:
    hours = sorted({each["hours"] for each in document["forecast"]})
    by_name: dict[str, dict[float, Facts]] = {}
    for each in document["forecast"]:
        by_name.setdefault(each["analyte"], {})[each["hours"]] = each
    shown = [
        name
        for name in (*EXPECTED_ALWAYS, *EXPECTED_IF_FITTED)
        if name in EXPECTED_ALWAYS or by_name[name][hours[0]]["fitted"]
    ]
    yield f"{'EXPECTED READINGS (90 %)':<{LABEL}}" + "".join(f"{f'in {hour:.0f} h':<25}" for hour in hours).rstrip()
    unknown = False
    for name in shown:
        there = by_name[name]
        guess = not there[hours[0]]["level_known"]
        unknown |= guess
        label = f"  {there[hours[0]]['label'].lower()}{'*' if guess else ''}"
        yield f"{label:<{LABEL}}" + "".join(f"{_reading(there[hour]):<25}" for hour in hours).rstrip()
    if unknown:
        yield "  * never measured in these days: the person's own level is not known"


def _reading(expected: Facts) -> str:
    """Median with unit and interval without.

    >>> _reading({"shown": "45.0 %", "shown_low": "41.0 %", "shown_high": "50.0 %"})
    '45.0 % (41.0 to 50.0)'
    """
    return f"{expected['shown']} ({reading_range(expected)})"


def reading_range(expected: Facts) -> str:
    """The 90 % interval of an expected reading, without its unit.

    >>> reading_range({"shown_low": "41.0 %", "shown_high": "50.0 %"})
    '41.0 to 50.0'
    """
    return " to ".join(expected[end].split(" ")[0] for end in ("shown_low", "shown_high"))


def _scenarios(document: Facts) -> Iterator[str]:
    if not document["scenarios"]:
        return
    base, *others = document["scenarios"]
    yield from _wrapped(
        f"WHAT IF, in this model, over {document['hours_ahead']:.0f} h: the median, then the difference to no change "
        "on the same bodies (90 %)"
    )
    for each in others:
        given = "; ".join(f"at {dose['hours']:g} h {dose['words']}" for dose in each["given"])
        yield from _wrapped(
            f"{plain(each['name'])}: {given}. Not kept alive: {percent(each['not_alive'])} "
            f"(no change: {percent(base['not_alive'])})",
            indent="  ",
        )
        yield f"    {'UNDER-PERFUSION':<47}OVERLOAD"
        measures = {measure["name"]: measure for measure in each["measures"]}
        columns = [[_measure(label, measures[name]) for name, label in side.items()] for side in SIDES.values()]
        for line in range(max(map(len, columns))):
            left, right = (column[line] if line < len(column) else "" for column in columns)
            yield f"    {left:<47}{right}".rstrip()
    yield from _wrapped(
        "A difference is what the model does, not a reason to do it: more fluid went with more deaths, too little flow "
        "harms as well.",
        indent="  ",
    )


def _measure(label: str, measure: Facts) -> str:
    value, change, digits = measure["value"], measure["difference"], measure["digits"]
    if value["median"] is None or change["median"] is None:
        return f"{label}: not known"
    unit = {"times": "×"}.get(measure["unit"], measure["unit"])
    middle, low, high = (signed(change[end], digits) for end in ("median", "low_90", "high_90"))
    return f"{label} {_number(value['median'], digits)} {unit}, {middle} ({low} to {high})"


def _next(document: Facts) -> Iterator[str]:
    yield "MEASURE NEXT (the share of the doubt that each is expected to take away)"
    for each in telling_tests(document)[:NEXT_TESTS]:
        when = "now" if each["hours"] == 0.0 else f"in {each['hours']:.0f} h"
        yield (
            f"  {each['label'] + ' ' + when:<34}plasma missing by then: {100 * each['plasma']:.0f} %; "
            f"phase: {100 * each['phase']:.0f} %"
        )


def _doubts(document: Facts) -> Iterator[str]:
    yield "DOUBTS"
    for each in document["contradictions"]:
        yield from _item(f"Contradicts the rest and is kept from the forecast: {plain(each)}")
    for each in document["doubts"]:
        yield from _item(plain(each))
    if document["left_out"]:
        start = f"hours from the start of the fit, {-document['start_hours']:.0f} h before the last result"
        yield from _item(f"Left out ({start}): " + "; ".join(plain(each) for each in document["left_out"]))


def _fit(document: Facts) -> Iterator[str]:
    made = document["diagnostics"]
    members = "; ".join(
        f"{COUNTS[each['leaks']]} {percent(each['probability'])} (effective draws {each['effective_draws'] or 0:.0f}, "
        f"k-hat {'unknown' if each['khat'] is None else format(each['khat'], '.2f')})"
        for each in made["members"]
    )
    yield from _wrapped(
        f"FIT: {made['draws']} draws, seed {made['seed']}; {members}; the results took away {made['informed']:.0%} of "
        "the doubt about the plasma missing"
    )
    yield from _wrapped(document["notice"])


def likely_phases(document: Facts) -> list[Facts]:
    """Phases that are worth naming, the likeliest first."""
    return sorted(
        (each for each in document["phases"] if each["probability"] >= UNLIKELY),
        key=lambda phase: -float(phase["probability"]),
    )


def telling_tests(document: Facts) -> list[Facts]:
    """Tests at their best hours, the most telling first; of those that tell much the same, the best one."""
    best: dict[str, Facts] = {}
    for each in document["next_measurements"]:
        best.setdefault(each["group"], each)
    return list(best.values())


def _row(label: str, text: str) -> str:
    return "\n".join(
        textwrap.wrap(text, WIDTH, initial_indent=f"  {label:<{LABEL - 2}}", subsequent_indent=" " * LABEL)
    )


def _wrapped(text: str, *, indent: str = "") -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")


def _item(text: str) -> Iterator[str]:
    yield from textwrap.wrap(text, WIDTH, initial_indent="  - ", subsequent_indent="    ")


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}".replace("-", "−")


def spread(quantity: Facts, *, unit: bool = True) -> str:
    """A quantity with its interval.

    >>> spread({"median": 3.94, "low_90": 2.56, "high_90": 6.27, "unit": "kg", "digits": 1})
    '3.9 kg (2.6 to 6.3)'
    """
    if quantity["median"] is None:
        return "not known"
    middle, low, high = (_number(quantity[end], quantity["digits"]) for end in ("median", "low_90", "high_90"))
    return f"{middle}{' ' + quantity['unit'] if unit else ''} ({low} to {high})"


def ahead(quantity: Facts, end: float) -> str:
    """Hours ahead, of which the last one that is looked at means: then or later.

    >>> ahead({"median": 33.0, "low_90": 0.0, "high_90": 72.0}, 72.0)
    'in 33 h (0 to 72 or later)'
    """
    middle, low, high = quantity["median"], quantity["low_90"], quantity["high_90"]
    if high == 0.0:
        return "already"
    later = " or later" if high >= end else ""
    if middle >= end:
        return f"after more than {end:.0f} h ({low:.0f}{later if low >= end else ''} to {high:.0f}{later})"
    return f"{'already' if middle == 0.0 else f'in {middle:.0f} h'} ({low:.0f} to {high:.0f}{later})"


def plasma(found: Mapping[str, Facts]) -> tuple[str, Facts, Facts]:
    """What is said of the plasma now, as a share and in mL: missing, or above rest.

    >>> more = {"median": -17.0, "low_90": -23.0, "high_90": 2.0, "unit": "%", "digits": 0}
    >>> label, share, _ = plasma({"plasma_lost": more, "plasma_lost_ml": more})
    >>> label, spread(share)
    ('Plasma above rest', '17 % (−2 to 23)')
    """
    share, ml = found["plasma_lost"], found["plasma_lost_ml"]
    if share["median"] is None or share["median"] >= 0.0:
        return "Plasma missing", share, ml
    return "Plasma above rest", _turned(share), _turned(ml)


def _turned(quantity: Facts) -> Facts:
    """The same with its sign changed."""
    ends = {"median": "median", "low_90": "high_90", "high_90": "low_90"}
    return {**quantity, **{end: -quantity[other] for end, other in ends.items()}}
