"""Elements of FHIR resources, read without trusting their type."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clarkson.errors import RecordError
from clarkson.record.times import instant

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
# What our own Bundles say where R4 has no element for it.
STEADY, ESTIMATED = "urn:clarkson:steady", "urn:clarkson:hour-estimated"
LASTING, EVERY_H = "urn:clarkson:lasting", "urn:clarkson:hours-between"
PRINTED_VALUE, PRINTED_UNIT = "urn:clarkson:printed-value", "urn:clarkson:printed-unit"
TRAIT, NUMBERS = "urn:clarkson:trait:", ("age_years", "height_cm", "weight_kg")
EVENT_KIND, RELATIVE, SUBJECT = "urn:clarkson:event-kind", "urn:clarkson:record", "urn:clarkson:subject"
_DATE_LENGTH = len("2000-01-01")


def table(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one.

    >>> table({"a": 1}), table("text")
    ({'a': 1}, {})
    """
    return value if isinstance(value, dict) else {}


def tables(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; nothing if it is none.

    >>> tables([{"a": 1}, "text"]), tables(None)
    ([{'a': 1}], [])
    """
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def members(body: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    """Each member of a list element with its place; what stands where a list should be, as None.

    >>> members({"entry": [7]}, "entry"), members({"entry": 7}, "entry"), members({}, "entry")
    ([('entry[0]', 7)], [('entry', None)], [])
    """
    found = body.get(key)
    if isinstance(found, list):
        return [(f"{key}[{place}]", each) for place, each in enumerate(found)]
    return [] if found is None else [(key, None)]


def text(value: Mapping[str, Any], key: str) -> str:
    """A text element, or "".

    >>> text({"id": "x"}, "id"), text({"id": 7}, "id")
    ('x', '')
    """
    found = value.get(key)
    return found.strip() if isinstance(found, str) else ""


def number(value: Any) -> float | None:
    """A number element, or None; true and false are none.

    >>> number(4), number("4"), number(True)
    (4.0, None, None)
    """
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def codings(concept: Mapping[str, Any]) -> list[tuple[str, str]]:
    """System and code of each coding of a CodeableConcept."""
    return [(text(each, "system"), text(each, "code")) for each in tables(concept.get("coding"))]


def words_of(concept: Mapping[str, Any]) -> str:
    """The words of a CodeableConcept: its text, else the first display, else the first code."""
    shown = [text(each, "display") or text(each, "code") for each in tables(concept.get("coding"))]
    return text(concept, "text") or next((each for each in shown if each), "")


def says(body: Mapping[str, Any], url: str) -> bool:
    """Whether an extension of that address is true.

    >>> says({"extension": [{"url": "urn:a", "valueBoolean": True}]}, "urn:a")
    True
    """
    return any(text(each, "url") == url and each.get("valueBoolean") is True for each in tables(body.get("extension")))


def said_number(body: Mapping[str, Any], url: str) -> float | None:
    """The number in the extension of that address, or None.

    >>> said_number({"extension": [{"url": "urn:a", "valueDecimal": 12}]}, "urn:a")
    12.0
    """
    said = (number(each.get("valueDecimal")) for each in tables(body.get("extension")) if text(each, "url") == url)
    return next((each for each in said if each is not None), None)


def said_text(body: Mapping[str, Any], url: str) -> str | None:
    """The text in the extension of that address, or None.

    >>> said_text({"extension": [{"url": "urn:a", "valueString": "3.50"}]}, "urn:a")
    '3.50'
    """
    said = [each for each in tables(body.get("extension")) if text(each, "url") == url]
    return next((found for each in said if (found := text(each, "valueString") or text(each, "valueCode"))), None)


def when(resource: Mapping[str, Any], timezone: str | None) -> tuple[datetime, bool]:
    """The time of a resource, and whether its hour is exact.

    In this order: effectiveDateTime, effectiveInstant, the start (else the end) of effectivePeriod, issued.
    A date alone counts as noon, in UTC if no zone is named.

    Raises
    ------
    RecordError
        There is no time, or only a year or a month.
    """
    period = table(resource.get("effectivePeriod"))
    for printed, exact in (
        (text(resource, "effectiveDateTime"), True),
        (text(resource, "effectiveInstant"), True),
        (text(period, "start"), True),
        (text(period, "end"), False),
        (text(resource, "issued"), False),
    ):
        if printed:
            if len(printed) < _DATE_LENGTH:
                raise RecordError(f"its time '{printed}' names no day")
            zone = timezone or ("UTC" if len(printed) == _DATE_LENGTH else None)
            time, has_hour = instant(printed, zone)
            return time, exact and has_hour
    raise RecordError("it has no time")
