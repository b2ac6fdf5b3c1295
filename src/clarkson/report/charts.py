"""What the page draws: the lanes on one time axis, the shaded verdicts, the treatments, and the map."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from clarkson.analytes import analyte
from clarkson.report.view import Facts, look, moment, percent, signed, zone

LANES: dict[str, tuple[str, ...]] = {
    "Hematocrit and hemoglobin": ("hematocrit", "hemoglobin"),
    "Albumin and total protein": ("albumin", "total_protein"),
    "Blood pressure and heart rate": ("systolic_pressure", "diastolic_pressure", "mean_pressure", "heart_rate"),
    "Weight": ("weight",),
}
TREATMENT = "Fluids and treatment"


def place(fact: Facts, *, relative: bool) -> float:
    """Where a time lies on the axis, in milliseconds: from the start, or as clock time of the record.

    >>> place({"time": "1970-01-01T01:00:01+01:00", "hours": 0.0}, relative=False)
    3601000.0
    """
    if relative:
        return float(fact["hours"]) * 3.6e6
    return datetime.fromisoformat(fact["time"]).replace(tzinfo=UTC).timestamp() * 1000


def _band(document: Facts, key: str) -> dict[str, float] | None:
    for entry in document["baseline"]:
        if entry["analyte"] == key:
            factor = analyte(key).shown_factor
            return {"low": entry["low"] * factor, "high": entry["high"] * factor}
    return None


def _line(document: Facts, key: str) -> dict[str, Any] | None:
    relative = document["relative_time"]
    results = [each for each in document["results"] if each["analyte"] == key and not each["steady"]]
    if not results:
        return None
    return {
        "label": results[0]["label"],
        "unit": results[0]["shown_unit"],
        "band": _band(document, key),
        "points": [
            {
                "x": place(result, relative=relative),
                "y": result["shown_value"],
                "time": moment(result, relative=relative),
                "shown": result["shown"],
                "method": result["method"],
            }
            for result in results
        ],
    }


def _spans(document: Facts) -> list[dict[str, Any]]:
    """Runs of assessments with one verdict: each lasts until the next assessment, the last has no end."""
    spans: list[dict[str, Any]] = []
    for entry in document["assessments"]:
        shown = look(entry["verdict"])
        start = place(entry, relative=document["relative_time"])
        if spans and spans[-1]["word"] == shown.word:
            continue
        if spans:
            spans[-1]["to"] = start
        spans.append({"from": start, "to": None, "word": shown.word, "tone": shown.tone})
    return spans


def _doses(document: Facts) -> list[dict[str, Any]]:
    relative = document["relative_time"]
    doses = []
    for dose in document["doses"]:
        start = {"time": dose["start"], "hours": dose["hours"]}
        end = None
        if dose["end"]:
            length = datetime.fromisoformat(dose["end"]) - datetime.fromisoformat(dose["start"])
            end = {"time": dose["end"], "hours": (dose["hours"] or 0.0) + length.total_seconds() / 3600}
        amount = "" if dose["amount"] is None else f"{dose['amount']:g} {dose['unit']}".strip()
        until = f" until {moment(end, relative=relative)}" if end else ""
        doses.append(
            {
                "kind": dose["kind"],
                "what": dose["what"],
                "amount": amount,
                "time": ("" if dose["exact_time"] else "about ") + moment(start, relative=relative) + until,
                "from": place(start, relative=relative),
                "to": place(end, relative=relative) if end else None,
            }
        )
    return doses


def _range(interval: Facts) -> str:
    return f"{signed(interval['median'])} % (90 % range {signed(interval['low'])} to {signed(interval['high'])} %)"


def _short(entry: Facts, newest: Facts, *, relative: bool) -> str:
    """The time for a mark on the map: without the year where it is that of the newest assessment."""
    when = moment(entry, relative=relative)
    return when if relative else when.replace(f" {newest['time'][:4]},", ",")


def _path(document: Facts) -> list[dict[str, Any]]:
    """The points of the map, in the order of time; an assessment without both coordinates has none."""
    points = []
    for index, entry in enumerate(document["assessments"]):
        if entry["V"] and entry["D"]:
            points.append(
                {
                    "index": index,
                    "V": entry["V"],
                    "D": entry["D"],
                    "time": moment(entry, relative=document["relative_time"]),
                    "short": _short(entry, document["assessments"][-1], relative=document["relative_time"]),
                    "word": look(entry["verdict"]).word,
                    "tone": look(entry["verdict"]).tone,
                    "probability": percent(entry["probability"]),
                    "plasma": _range(entry["plasma_volume_change_percent"]),
                    "albumin": _range(entry["albumin_mass_change_percent"]),
                }
            )
    return points


def charts(document: Facts) -> dict[str, Any]:
    """Everything that the page draws, as JSON: lanes, spans, doses, moments and the path on the map.

    >>> none = {"relative_time": True, "results": [], "baseline": [], "doses": [], "assessments": []}
    >>> charts(none)["lanes"]
    []
    """
    lanes, absent = [], []
    for title, keys in LANES.items():
        lines = [line for key in keys if (line := _line(document, key))]
        if lines:
            lanes.append({"title": title, "lines": lines})
        else:
            absent.append(title)
    doses = _doses(document)
    if not doses:
        absent.append(TREATMENT)
    return {
        "relative": document["relative_time"],
        "zone": zone(document),
        "lanes": lanes,
        "absent": absent,
        "doses": doses,
        "spans": _spans(document),
        "moments": [place(entry, relative=document["relative_time"]) for entry in document["assessments"]],
        "path": _path(document),
    }
