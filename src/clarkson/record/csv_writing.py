"""A record as long CSV, which the CSV reader reads back as the same record."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime

from clarkson.record.doses import kind_of
from clarkson.record.printing import writing_of
from clarkson.record.record import Dose, Event, Record, Result

# The time stands first: a line that began with a name such as "#7" would be a comment.
_COLUMNS = (
    *("time", "patient_id", "end", "exact", "analyte", "value", "unit", "method", "status", "laboratory", "steady"),
    *("printed_value", "printed_unit", "dose_kind", "lasting", "every_h"),
    *("sex", "age", "height_cm", "weight_kg", "citation"),
)
_NOT_IN_A_CELL = re.compile(r"[\r\n\x00]+")


def csv_of(record: Record) -> str:
    """The results, doses and events of a record, one a line; its traits stand on every line.

    Times of a record without dates are hours from its start. A line break within words becomes a space.

    >>> csv_of(Record("me")).startswith("time,patient_id,end,exact,analyte")
    True
    """
    text = io.StringIO()
    columns = [("hours" if record.origin is not None and name == "time" else name) for name in _COLUMNS]
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    person = {
        "patient_id": record.subject,
        "sex": record.sex or "",
        "age": _number(record.age_years),
        "height_cm": _number(record.height_cm),
        "weight_kg": _number(record.weight_kg),
        "citation": record.citation,
    }
    rows = [*_results(record), *_doses(record), *_events(record)]
    # A person of whom nothing else is known is still a person.
    for row in rows or [{}]:
        cells = {name: _NOT_IN_A_CELL.sub(" ", cell) for name, cell in (person | row).items()}
        writer.writerow(cells)
    return text.getvalue()


def _results(record: Record) -> list[dict[str, str]]:
    rows = []
    for result in record.results:
        written = writing_of(result)
        as_printed = (written.text, written.unit) == (result.raw_value, result.raw_unit)
        rows.append(
            {
                **_when(record, result.time),
                "exact": _exact(result),
                "analyte": result.analyte,
                "value": written.text,
                "unit": written.unit,
                "method": result.method,
                "status": result.status,
                "laboratory": result.laboratory,
                "steady": "yes" if result.steady else "",
                "printed_value": "" if as_printed else result.raw_value,
                "printed_unit": "" if as_printed else result.raw_unit,
            }
        )
    return rows


def _doses(record: Record) -> list[dict[str, str]]:
    return [
        {
            **_when(record, dose.start),
            "end": next(iter(_when(record, dose.end).values()), ""),
            "exact": _exact(dose),
            "analyte": f"dose:{dose.what}",
            "value": _number(dose.amount),
            "unit": dose.unit,
            "dose_kind": "" if dose.kind == kind_of(dose.what) else dose.kind,
            "lasting": "yes" if dose.lasting else "",
            "every_h": _number(dose.every_h),
        }
        for dose in record.doses
    ]


def _events(record: Record) -> list[dict[str, str]]:
    told = {each.text for each in record.events if each.kind == "diagnosis"}
    rows = [
        {
            **_when(record, event.time),
            "exact": _exact(event),
            "analyte": f"event:{event.kind}",
            "value": event.text,
        }
        for event in record.events
    ]
    return rows + [{"analyte": "event:diagnosis", "value": each} for each in record.diagnoses if each not in told]


def _when(record: Record, time: datetime | None) -> dict[str, str]:
    if time is None:
        return {}
    if record.origin is None:
        return {"time": time.isoformat()}
    return {"hours": repr((time - record.origin).total_seconds() / 3600.0)}


def _exact(fact: Result | Dose | Event) -> str:
    return "" if fact.exact_time else "no"


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)
