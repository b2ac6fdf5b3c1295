"""What the page says beside the document's own sentences: times, numbers, verdict words, header pills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from clarkson.analytes import analyte
from clarkson.watch import numbers

# The page and the terminal write numbers as the sentences of the watch do.
percent, one_in, ratio = numbers.chance, numbers.one_in, numbers.ratio

Facts = Mapping[str, Any]
"""A JSON object of the assessment document."""

HOURS_SHOWN = 240.0  # from here on a relative time is said in days


@dataclass(frozen=True, slots=True)
class Look:
    """How a verdict is shown: its word, its icon, its tone (a CSS class) and one sentence in plain words."""

    word: str
    icon: str
    tone: str
    plain: str


_LOOKS: Mapping[str, Look] = {
    "leak": Look(
        "Leak",
        "leak",
        "leak",
        "Water and protein are leaving the blood vessels, so the blood that stays in them is thicker.",
    ),
    "leak masked by fluids": Look(
        "Leak masked by fluids",
        "leak",
        "leak",
        "Water and protein are leaving the blood vessels. Fluids replace the water, and cannot replace the protein.",
    ),
    "possible leak": Look(
        "Possible leak",
        "possible",
        "possible",
        "Some of these results fit a leak of water and protein out of the blood vessels, others leave it open.",
    ),
    "refill": Look(
        "Refill",
        "refill",
        "refill",
        "Water is coming back into the blood vessels. In this phase heart and lungs can get too much of it.",
    ),
    "no sign of leak": Look(
        "No sign of leak",
        "level",
        "quiet",
        "Nothing here points to a leak. That does not rule out one that has just begun; symptoms count as much.",
    ),
    "another mechanism": Look(
        "Another mechanism",
        "other",
        "other",
        "Something other than a leak explains these results better; the list below says what.",
    ),
    "too few data": Look(
        "Too few data",
        "unknown",
        "quiet",
        "There are too few results to say anything. The list below names what would help most.",
    ),
    "outside validated range": Look(
        "Outside validated range",
        "unknown",
        "quiet",
        "Clarkson was not tested on results like these, so it gives no answer.",
    ),
}


def look(verdict: str) -> Look:
    """How that verdict is shown.

    >>> look("refill").word
    'Refill'
    """
    return _LOOKS[verdict]


def signed(value: float, digits: int = 0) -> str:
    """A change for reading: thousands set apart, its sign before it.

    >>> signed(17.0), signed(-60.0), signed(-0.2), signed(0.182, 2)
    ('+17', '−60', '0', '+0.18')
    """
    shown = f"{value:+,.{digits}f}".replace("-", "−")
    return shown if shown.strip("+−0.") else shown[1:]


_STRENGTH = (
    (0.1, "speaks strongly against a leak"),
    (0.2, "speaks against a leak"),
    (0.5, "speaks weakly against a leak"),
    (2.0, "hardly tells"),
    (5.0, "speaks weakly for a leak"),
    (10.0, "speaks for a leak"),
)


def strength(value: float) -> str:
    """What a likelihood ratio says, in words (bounds 2, 5 and 10 and their inverses).

    >>> strength(4800.0), strength(1.0)
    ('speaks strongly for a leak', 'hardly tells')
    """
    return next((words for bound, words in _STRENGTH if value < bound), "speaks strongly for a leak")


def after(prior: float, likelihood_ratio: float) -> float:
    """The probability that a prior becomes through a likelihood ratio.

    >>> round(after(0.01, 99.0), 3)
    0.5
    """
    odds = prior / (1 - prior) * likelihood_ratio
    return odds / (1 + odds)


def day_and_hour(when: datetime) -> str:
    """A time for reading.

    >>> day_and_hour(datetime(2026, 3, 4, 8, 10))
    '4 Mar 2026, 08:10'
    """
    return f"{when.day} {when:%b %Y, %H:%M}"


def moment(fact: Facts, *, relative: bool) -> str:
    """When it was: hours (or days) from the start, or the date and hour in the zone of the record.

    >>> moment({"time": "2026-03-04T08:10:00+01:00", "hours": 12.0}, relative=True)
    '+12 h'
    >>> moment({"time": "2026-03-04T08:10:00+01:00", "hours": 12.0}, relative=False)
    '4 Mar 2026, 08:10'
    """
    if not relative:
        return day_and_hour(datetime.fromisoformat(fact["time"]))
    hours = float(fact["hours"])
    if abs(hours) >= HOURS_SHOWN:
        return f"{signed(hours / 24)} d"
    return f"{signed(hours, 0 if hours == round(hours) else 1)} h"


def zone(document: Facts) -> str:
    """What the times of the page are counted in.

    >>> zone({"relative_time": True, "results": [], "assessments": []})
    'hours from the start of the record'
    """
    if document["relative_time"]:
        return "hours from the start of the record"
    times = [fact["time"] for fact in (*document["results"], *document["assessments"])]
    names = {datetime.fromisoformat(time).tzname() or "" for time in times}
    return " and ".join(sorted(names)) or "UTC"


@dataclass(frozen=True, slots=True)
class Pill:
    """One fact of the header: what it is, its value, a word that says how it lies, and a detail."""

    icon: str
    label: str
    plain_label: str
    value: str
    word: str = ""
    detail: str = ""
    time: str = ""


def _newest(document: Facts, key: str) -> list[Facts]:
    found = [result for result in document["results"] if result["analyte"] == key and not result["steady"]]
    return sorted(found, key=lambda result: str(result["time"]), reverse=True)[:2]


def shown_range(entry: Facts) -> str:
    """The 90 % interval of a level of the baseline as a person reads it.

    >>> shown_range({"analyte": "hematocrit", "low": 0.385, "high": 0.51})
    '38.5 to 51.0 %'
    """
    known = analyte(entry["analyte"])
    low = f"{entry['low'] * known.shown_factor:.{known.shown_digits}f}"
    return f"{low} to {known.shown(entry['high'])}"


def _against_baseline(document: Facts, result: Facts) -> str:
    known = (entry for entry in document["baseline"] if entry["analyte"] == result["analyte"])
    return next((f"expected {entry['shown']}" for entry in known), "")


def _measured(document: Facts, icon: str, keys: Sequence[str], label: str) -> Pill:
    relative = document["relative_time"]
    for key in keys:
        if newest := _newest(document, key):
            result = newest[0]
            at = moment(result, relative=relative)
            before = f"; before that {newest[1]['shown']}" if newest[1:] else ""
            word = _against_baseline(document, result)
            return Pill(icon, result["label"], result["label"], result["shown"], word, f"at {at}{before}")
    return Pill(icon, label, label, "not measured")


def _pressure(document: Facts) -> Pill:
    systolic, mean = _newest(document, "systolic_pressure"), _newest(document, "mean_pressure")
    if not systolic:
        return _measured(document, "pressure", ["mean_pressure"], "Blood pressure")
    pill = _measured(document, "pressure", ["systolic_pressure"], "Blood pressure")
    if not mean:
        return pill
    at = "" if mean[0]["time"] == systolic[0]["time"] else f" at {moment(mean[0], relative=document['relative_time'])}"
    return replace(pill, word=f"mean {mean[0]['shown']}{at}")


def _own_baseline(document: Facts) -> bool:
    return any(entry.get("results") for entry in document["baseline"])


def _plasma(document: Facts) -> Pill:
    label, plain = "Plasma volume", "Liquid part of the blood"
    known = [entry for entry in document["assessments"] if entry["plasma_volume_change_percent"]]
    if not known:
        return Pill("plasma", label, plain, "not known")
    change = known[-1]["plasma_volume_change_percent"]
    against = "own baseline" if _own_baseline(document) else "the population's value"
    return Pill(
        "plasma",
        label,
        plain,
        f"{signed(change['median'])} %",
        f"90 % range {signed(change['low'])} to {signed(change['high'])} %",
        f"against {against}, at {moment(known[-1], relative=document['relative_time'])}",
    )


def _likelihood(document: Facts) -> Pill:
    label, plain = "Likelihood ratio", "Weight of evidence"
    known = [entry for entry in document["assessments"] if entry["likelihood_ratio"] is not None]
    if not known:
        return Pill("balance", label, plain, "not known")
    newest = known[-1]
    at = moment(newest, relative=document["relative_time"])
    return Pill(
        "balance", label, plain, ratio(newest["likelihood_ratio"]), strength(newest["likelihood_ratio"]), f"at {at}"
    )


def _sample(document: Facts) -> Pill:
    label = "Newest result"
    if not document["results"]:
        return Pill("clock", label, label, "none")
    newest = max(document["results"], key=lambda result: str(result["time"]))
    if document["relative_time"]:
        return Pill(
            "clock", label, label, moment(newest, relative=True), "after the start of the record", newest["label"]
        )
    return Pill("clock", label, label, moment(newest, relative=False), "", newest["label"], newest["time"])


def pills(document: Facts) -> list[Pill]:
    """The facts of the header, newest first of each kind.

    >>> none = {"relative_time": True, "results": [], "baseline": [], "assessments": []}
    >>> [pill.value for pill in pills(none)][-1]
    'none'
    """
    return [
        _measured(document, "cells", ["hematocrit", "hemoglobin"], "Hematocrit"),
        _measured(document, "protein", ["albumin"], "Albumin"),
        _pressure(document),
        _plasma(document),
        _likelihood(document),
        _sample(document),
    ]
