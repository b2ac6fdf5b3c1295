"""Attacks over years and their treatments as one JSON document: what ``clarkson attacks --json`` prints.

``docs/history.schema.json`` is its schema. The same input gives the same document: computed numbers are rounded to
four significant digits, and no clock is read. A number that has no bound is None.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from clarkson.balance.balance import Estimate
from clarkson.history.attacks import Attack
from clarkson.history.exposures import Exposure
from clarkson.history.graded_course import excursions
from clarkson.history.history import History
from clarkson.history.next_relapse import next_relapse
from clarkson.history.periods import periods
from clarkson.history.prodrome import prodrome
from clarkson.history.rate import Rate, after_infection, by_phase_of_life, by_season, overall, rate
from clarkson.history.relapses import relapses
from clarkson.history.spacing import severity_trend, spacing
from clarkson.history.triggers import triggers
from clarkson.record.record import Event, Record
from clarkson.report.document import heading
from clarkson.report.history_rates import rate_course
from clarkson.report.history_treatments import treatment_facts

SCHEMA_VERSION = "1.0"
NOTICE = (
    "Research software, not a medical device. It does not diagnose and must not delay care. What it says of a "
    "treatment is no reason to stop one: attacks after a stop can kill."
)
COMPUTED_DIGITS = 4
NONE = "no treatment"

Json = dict[str, Any]


def history_document(
    record: Record, of: History, *, treatment: str | None = None, input_name: str, input_sha256: str
) -> Json:
    """The JSON document of a record and its history.

    With ``treatment`` only that one is weighed, else every one. ``input_name`` and ``input_sha256`` say what was read.

    Raises
    ------
    SettingError
        The history holds no such treatment.

    >>> history_document(Record("nobody"), History("nobody"), input_name="", input_sha256="")["attacks"]
    []
    """
    told = relapses(record)
    seen = excursions(record)
    names = list(dict.fromkeys(each.name for each in of.exposures)) if treatment is None else [treatment]
    trend, waits = severity_trend(of), spacing(of)
    near, otherwise = after_infection(of)
    document: Json = {
        "schema_version": SCHEMA_VERSION,
        **heading(record, input_name=input_name, input_sha256=input_sha256),
        "watched": {
            "years": of.years,
            "spans": [{"start": each.start.isoformat(), "stop": each.stop.isoformat()} for each in of.watched],
        },
        "diagnosed": of.diagnosed and of.diagnosed.isoformat(),
        "attacks": [_attack(each) for each in of.attacks],
        "exposures": [_exposure(each) for each in of.exposures],
        "infections": _events(of.infections),
        "symptoms": _events(of.symptoms),
        "trigger_events": _events(of.triggers),
        "rates": {
            "overall": asdict(overall(of)),
            "by_treatment": _by_treatment(of),
            "by_season": [{"name": name, **asdict(found)} for name, found in by_season(of).items()],
            "by_phase_of_life": [{"name": name, **asdict(found)} for name, found in by_phase_of_life(of).items()],
            "after_infection": asdict(near),
            "otherwise": asdict(otherwise),
            "course": rate_course(of),
        },
        "spacing": asdict(waits) | {"days": list(waits.days)},
        "severity_trend": None if trend is None else asdict(trend),
        "treatments": [treatment_facts(of, each, seen) for each in names],
        "triggers": [
            {"name": each.trigger.name, "window_days": each.trigger.window_days, "gap_days": each.trigger.gap_days,
             "source": each.trigger.source,
             **{part: getattr(each, part) for part in ("attacks", "preceded", "windows", "windows_with", "odds_ratio",
                                                       "low", "high", "words")}}
            for each in triggers([of])
        ] if of.attacks else [],
        "prodrome": [_prodrome(each) for each in prodrome(of)],
        "relapses": [
            {"time": each.time.isoformat(), "text": each.text, "says": each.says, "words": each.words,
             "draws": len(each.readings)}
            for each in told
        ],
        "next_relapse": [asdict(each) for each in next_relapse(record)] if told else [],
        "remarks": list(of.remarks),
        "skipped": len(record.skipped),
        "notice": NOTICE,
    }  # fmt: skip
    return {key: rounded(value) for key, value in document.items()}


def rounded(value: Any) -> Any:
    """Every number to four significant digits; None where it has no bound.

    >>> rounded({"a": [1.23456, float("inf")], "b": 7})
    {'a': [1.235, None], 'b': 7}
    """
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    if isinstance(value, float):
        return float(f"{value:.{COMPUTED_DIGITS}g}") if math.isfinite(value) else None
    return value


def _attack(attack: Attack) -> Json:
    return {
        "onset": attack.onset.isoformat(),
        "last": attack.last.isoformat(),
        "found": attack.found,
        "grade": attack.grade,
        "plasma_lost_percent": _estimate(attack.plasma_lost_percent),
        "albumin_lost_percent": _estimate(attack.albumin_lost_percent),
        "words": attack.words,
        "sources": [str(each) for each in attack.sources],
    }


def _estimate(found: Estimate | None) -> Json | None:
    return None if found is None else asdict(found)


def _exposure(exposure: Exposure) -> Json:
    return {
        "name": exposure.name,
        "kind": exposure.kind,
        "start": exposure.start.isoformat(),
        "stop": _iso(exposure.stop),
        "words": exposure.words,
        "infusions": [each.isoformat() for each in exposure.given],
    }


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _events(events: Iterable[Event]) -> list[Json]:
    return [{"time": _iso(each.time), "text": each.text} for each in events]


def _by_treatment(of: History) -> list[Json]:
    """The rate under every combination of treatments, what washes out counted apart."""
    groups: dict[tuple[str, ...], tuple[int, float]] = {}
    for each in periods(of):
        names = (*sorted(each.treatments), *(f"{name} washing out" for name in sorted(each.washing_out)))
        attacks, years = groups.get(names, (0, 0.0))
        groups[names] = attacks + len(each.attacks), years + each.years
    found: Sequence[tuple[tuple[str, ...], Rate]] = [(names, rate(*counts)) for names, counts in groups.items()]
    return [{"name": " and ".join(names) or NONE, **asdict(each)} for names, each in found]


def _prodrome(found: Any) -> Json:
    return {
        "symptom": found.symptom,
        **{part: getattr(found, part) for part in ("within_days", "episodes", "followed", "attacks", "preceded",
                                                   "quiet_windows", "quiet_with", "published", "words")},
        "follows": _estimate(found.follows),
        "likelihood_ratio": _estimate(found.likelihood_ratio),
    }  # fmt: skip
