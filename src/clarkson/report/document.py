"""The assessment as one JSON document: what ``--json`` prints, the page shows and the terminal draws.

``docs/assessment.schema.json`` is its schema. The same input gives the same document: numbers that
were computed are rounded to four significant digits, and no clock is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import version
from typing import Any

from clarkson.analytes import analyte
from clarkson.balance.balance import Estimate
from clarkson.record.record import Dose, Event, Record, Result, Skipped
from clarkson.record.rhythm import rhythm_words
from clarkson.watch.assessment import Alternative, Assessed, Assessment, BaselineLevel
from clarkson.watch.forecast import Forecast
from clarkson.watch.phase import Phase

SCHEMA_VERSION = "1.2"
NOTICE = "Research software, not a medical device. It does not diagnose and must not delay care."
COMPUTED_DIGITS = 4
MEASURED_DIGITS = 8


def document(assessed: Assessed, record: Record, *, input_name: str, input_sha256: str) -> dict[str, Any]:
    """The JSON document of an assessed record; a quantity that cannot be known is None.

    ``input_name`` and ``input_sha256`` say what was read. Times are ISO 8601 with an offset;
    ``hours`` count from the start of the record.

    >>> from clarkson.watch.assess import assess
    >>> nobody = Record("nobody")
    >>> document(assess(nobody), nobody, input_name="nobody.csv", input_sha256="")["assessments"]
    []
    """
    start = _start(record)
    return {
        "schema_version": SCHEMA_VERSION,
        **heading(record, input_name=input_name, input_sha256=input_sha256),
        "prior": assessed.prior,
        "baseline": [_level(each) for each in assessed[-1].baseline] if len(assessed) else [],
        "results": [_result(each, start) for each in record.results],
        "doses": [_dose(each, start) for each in record.doses],
        "events": [_event(each, start) for each in record.events],
        "assessments": [_assessment(each, start) for each in assessed],
        "skipped": [_skipped(each) for each in record.skipped],
        "notice": NOTICE,
    }


def heading(record: Record, *, input_name: str, input_sha256: str) -> dict[str, Any]:
    """What every document says of the program, what it read, and whose it is.

    >>> heading(Record("nobody"), input_name="nobody.csv", input_sha256="")["subject"]["id"]
    'nobody'
    """
    return {
        "program": {"name": "clarkson", "version": version("clarkson")},
        "input": {"name": input_name, "sha256": input_sha256},
        "subject": {
            "id": record.subject,
            "sex": record.sex,
            "age_years": record.age_years,
            "diagnoses": list(record.diagnoses),
            "citation": record.citation,
        },
        "relative_time": record.origin is not None,
    }


def _start(record: Record) -> datetime | None:
    """Where hours count from: the record's own origin, else its first result."""
    return record.origin or min((result.time for result in record.results), default=None)


def _hours(time: datetime | None, start: datetime | None) -> float | None:
    return None if time is None or start is None else round((time - start).total_seconds() / 3600, 4)


def _rounded(number: float, digits: int = COMPUTED_DIGITS) -> float:
    return float(f"{number:.{digits}g}")


def _estimate(estimate: Estimate | None) -> dict[str, float] | None:
    if estimate is None:
        return None
    return {"median": _rounded(estimate.median), "low": _rounded(estimate.low), "high": _rounded(estimate.high)}


def _level(level: BaselineLevel) -> dict[str, Any]:
    point = level.set_point
    known = analyte(point.analyte)
    return {
        "analyte": point.analyte,
        "label": known.label,
        "shown": known.shown(point.value),
        "value": _rounded(point.value),
        "low": _rounded(point.low),
        "high": _rounded(point.high),
        "unit": known.unit,
        "results": point.results,
        "from": level.origin,
    }


def _result(result: Result, start: datetime | None) -> dict[str, Any]:
    known = analyte(result.analyte)
    return {
        "analyte": result.analyte,
        "label": known.label,
        "time": result.time.isoformat(),
        "hours": _hours(result.time, start),
        "exact_time": result.exact_time,
        "value": _rounded(result.value, MEASURED_DIGITS),
        "unit": known.unit,
        "comparator": result.comparator,
        "shown": result.comparator + known.shown(result.value),
        "shown_value": _rounded(result.value * known.shown_factor, MEASURED_DIGITS),
        "shown_unit": known.shown_unit,
        "method": result.method,
        "status": result.status,
        "steady": result.steady,
        "source": str(result.source),
    }


def _dose(dose: Dose, start: datetime | None) -> dict[str, Any]:
    return {
        "kind": dose.kind,
        "what": f"{dose.what}, goes on" if dose.lasting and dose.end is None else dose.what,
        "start": dose.start.isoformat(),
        "hours": _hours(dose.start, start),
        "end": dose.end and dose.end.isoformat(),
        "exact_time": dose.exact_time,
        "amount": dose.amount,
        "unit": f"{dose.unit} {rhythm_words(dose.every_h)}".strip() if dose.every_h else dose.unit,
        "source": str(dose.source),
    }


def _event(event: Event, start: datetime | None) -> dict[str, Any]:
    return {
        "kind": event.kind,
        "text": event.text,
        "time": event.time and event.time.isoformat(),
        "hours": _hours(event.time, start),
        "exact_time": event.exact_time,
        "source": str(event.source),
    }


def _assessment(assessment: Assessment, start: datetime | None) -> dict[str, Any]:
    ratio = assessment.likelihood_ratio
    return {
        "time": assessment.time.isoformat(),
        "hours": _hours(assessment.time, start),
        "verdict": assessment.verdict,
        "headline": assessment.headline,
        "mechanism": assessment.mechanism,
        "mechanisms": _by_probability(assessment.mechanisms.items()),
        "probability": _rounded(assessment.probability),
        "likelihood_ratio": None if ratio is None else _rounded(ratio),
        "prior": assessment.prior,
        "plasma_volume_change_percent": _estimate(assessment.plasma_volume_change_percent),
        "albumin_mass_change_percent": _estimate(assessment.albumin_mass_change_percent),
        "V": _estimate(assessment.V),
        "D": _estimate(assessment.D),
        "phase": _phase(assessment.phase, start),
        "forecast": [_forecast(each) for each in assessment.forecast],
        "reasons": list(assessment.reasons),
        "differential": [_alternative(each) for each in assessment.differential],
        "next_tests": [
            {"analyte": each.analyte, "label": each.label, "why": each.why} for each in assessment.next_tests
        ],
        "warnings": [{"code": each.code, "text": each.text} for each in assessment.warnings],
        "inputs": [_input(each) for each in assessment.inputs],
    }


def _phase(phase: Phase | None, start: datetime | None) -> dict[str, Any] | None:
    if phase is None:
        return None
    began = {"median": phase.since, "low": phase.since_low, "high": phase.since_high}
    return {
        "name": phase.name,
        "probability": _rounded(phase.probability),
        "since": None if phase.since is None else {name: time and time.isoformat() for name, time in began.items()},
        "since_hours": None if phase.since is None else {name: _hours(time, start) for name, time in began.items()},
    }


def _forecast(forecast: Forecast) -> dict[str, Any]:
    known = analyte(forecast.analyte)
    return {
        "analyte": forecast.analyte,
        "label": known.label,
        "hours_ahead": forecast.hours,
        "median": _rounded(forecast.median),
        "low": _rounded(forecast.low),
        "high": _rounded(forecast.high),
        "unit": known.unit,
        "shown": known.shown(forecast.median),
        "shown_low": known.shown(forecast.low),
        "shown_high": known.shown(forecast.high),
    }


def _by_probability(mechanisms: Iterable[tuple[str, float]]) -> dict[str, float]:
    ordered = sorted(mechanisms, key=lambda pair: (-pair[1], pair[0]))
    return {name: _rounded(probability) for name, probability in ordered}


def _alternative(alternative: Alternative) -> dict[str, Any]:
    return {
        "mechanism": alternative.mechanism,
        "label": alternative.label,
        "probability": _rounded(alternative.probability),
        "speaks_for": list(alternative.speaks_for),
        "speaks_against": list(alternative.speaks_against),
    }


def _input(result: Result) -> dict[str, Any]:
    known = analyte(result.analyte)
    return {
        "analyte": result.analyte,
        "label": known.label,
        "shown": result.comparator + known.shown(result.value),
        "time": result.time.isoformat(),
        "source": str(result.source),
    }


def _skipped(skipped: Skipped) -> dict[str, Any]:
    return {
        "source": str(skipped.source),
        "reason": skipped.reason,
        "text": skipped.text,
        "question": skipped.question,
    }
