"""A FHIR R4 Observation: its value, or those of its components."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, get_args

from clarkson.analytes import Analyte, Method, analyte_of_loinc, method_of_loinc
from clarkson.errors import RecordError, UnitError
from clarkson.record.fhir_elements import (
    ESTIMATED,
    LOINC,
    PRINTED_UNIT,
    PRINTED_VALUE,
    STEADY,
    UCUM,
    codings,
    members,
    number,
    said_text,
    says,
    table,
    tables,
    text,
    when,
    words_of,
)
from clarkson.record.record import Comparator, Result, Skipped, Source, Status
from clarkson.units import canonical

_STATUS: Mapping[str, Status] = {
    "final": "final",
    "preliminary": "preliminary",
    "amended": "corrected",
    "corrected": "corrected",
}
_COMPARATORS: Mapping[str, Comparator] = {"": "", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_VALUES = ("valueQuantity", "valueCodeableConcept", "valueString", "valueBoolean", "valueInteger", "valueRange")
_OTHER_VALUES = ("valueRatio", "valueSampledData", "valueTime", "valueDateTime", "valuePeriod")
_LONGEST_SHOWN = 200


def read_observation(
    body: Mapping[str, Any], source: Source, timezone: str | None, report_time: tuple[datetime, bool] | None
) -> tuple[list[Result], list[Skipped]]:
    """The results of an Observation, and what of it was not used.

    ``report_time`` is that of the report which names it, for an Observation that has no time of its own.
    """
    what = words_of(table(body.get("code")))
    results: list[Result] = []
    skipped: list[Skipped] = []
    try:
        status = _status(body)
        if body.get("focus"):
            raise RecordError("it was not measured on the person but on its focus")
        time, exact = _time(body, timezone, report_time)
    except RecordError as error:
        return [], [Skipped(source, str(error), what)]
    parts = [(body, source)] if _has_value(body) or "dataAbsentReason" in body else []
    for place, component in members(body, "component"):
        where = Source(source.file, f"{source.place}.{place}")
        if isinstance(component, dict):
            parts.append((component, where))
        else:
            skipped.append(Skipped(where, "not as FHIR R4 says: it is no object", what))
    for part, where in parts:
        named = words_of(table(part.get("code")))
        try:
            results.append(_result(part, where, time, exact and not says(body, ESTIMATED), status, body))
        except UnitError as error:
            skipped.append(Skipped(where, str(error), _shown(part, named), question=error.question))
        except RecordError as error:
            skipped.append(Skipped(where, str(error), _shown(part, named)))
    if not parts and not skipped:
        reason = "its members are read on their own" if tables(body.get("hasMember")) else "it has no value"
        skipped.append(Skipped(source, reason, what))
    return results, skipped


def _status(body: Mapping[str, Any]) -> Status:
    status = text(body, "status")
    if status not in _STATUS:
        raise RecordError(f"its status is '{status}'" if status else "it has no status")
    return _STATUS[status]


def _time(
    body: Mapping[str, Any], timezone: str | None, report_time: tuple[datetime, bool] | None
) -> tuple[datetime, bool]:
    try:
        return when(body, timezone)
    except RecordError:
        if report_time is None or any(key.startswith("effective") for key in body):
            raise
        return report_time


def _has_value(part: Mapping[str, Any]) -> bool:
    return any(key in part for key in (*_VALUES, *_OTHER_VALUES))


def text_of_performer(body: Mapping[str, Any]) -> str:
    """The laboratory that an Observation names, or ""."""
    return next((text(each, "display") for each in tables(body.get("performer")) if text(each, "display")), "")


def _analyte(part: Mapping[str, Any]) -> tuple[Analyte, str]:
    loinc = [code for system, code in codings(table(part.get("code"))) if system == LOINC]
    for code in loinc:
        known = analyte_of_loinc(code)
        if known is not None:
            return known, code
    raise RecordError(f"Clarkson does not use LOINC {', '.join(loinc)}" if loinc else "it has no LOINC code")


def _result(
    part: Mapping[str, Any], source: Source, time: datetime, exact: bool, status: Status, body: Mapping[str, Any]
) -> Result:
    known, code = _analyte(part)
    if part.get("modifierExtension"):
        raise RecordError("it has a modifier extension, which changes its meaning")
    if "valueQuantity" not in part:
        absent = words_of(table(part.get("dataAbsentReason")))
        raise RecordError(f"its value is absent: {absent}" if absent else "its value is no quantity")
    quantity = table(part["valueQuantity"])
    value, comparator = number(quantity.get("value")), text(quantity, "comparator")
    if value is None:
        raise RecordError("its quantity has no number")
    if comparator not in _COMPARATORS:
        raise RecordError(f"'{comparator}' is no comparator of FHIR R4")
    unit, converted = _converted(known, value, quantity)
    printed = said_text(part, PRINTED_VALUE)
    return Result(
        analyte=known.key,
        value=converted,
        time=time,
        source=source,
        method=_method(body) or method_of_loinc(code) or known.usual_method,
        status=status,
        comparator=_COMPARATORS[comparator],
        laboratory=text_of_performer(body),
        raw_value=f"{comparator}{value:.10g}" if printed is None else printed,
        raw_unit=unit if printed is None else said_text(part, PRINTED_UNIT) or "",
        steady=says(body, STEADY),
        exact_time=exact,
    )


def _method(body: Mapping[str, Any]) -> Method | None:
    """The method that an Observation names in our words, or None."""
    printed = words_of(table(body.get("method")))
    return next((each for each in get_args(Method) if each == printed), None)


def _converted(known: Analyte, value: float, quantity: Mapping[str, Any]) -> tuple[str, float]:
    """The unit that was used and the canonical value: the UCUM code first, else the printed unit."""
    code = text(quantity, "code") if text(quantity, "system") == UCUM else ""
    printed = text(quantity, "unit")
    if code:
        try:
            return code, canonical(known.key, value, code)
        except UnitError as error:
            if error.question or not printed:
                raise
    return printed, canonical(known.key, value, printed)


def _shown(part: Mapping[str, Any], named: str) -> str:
    quantity = table(part.get("valueQuantity"))
    value = number(quantity.get("value"))
    shown = f"{named} {'' if value is None else f'{value:g}'} {text(quantity, 'unit') or text(quantity, 'code')}"
    return " ".join(shown.split())[:_LONGEST_SHOWN]
