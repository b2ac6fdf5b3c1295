"""A record as long CSV, which the CSV reader reads back as the same record."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from clarkson.record.printing import number_and_unit
from clarkson.record.record import Record

_COLUMNS = (
    *("patient_id", "time", "end", "exact", "analyte", "value", "unit", "method", "status", "laboratory"),
    *("steady", "sex", "age"),
)


def csv_of(record: Record) -> str:
    """The results, doses and events of a record, one a line; its traits stand on every line.

    Times of a record without dates are hours from its start.

    >>> csv_of(Record("me")).startswith("patient_id,time,end,exact,analyte")
    True
    """
    text = io.StringIO()
    columns = [("hours" if record.origin is not None and name == "time" else name) for name in _COLUMNS]
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    age = "" if record.age_years is None else f"{record.age_years:.10g}"
    person = {"patient_id": record.subject, "sex": record.sex or "", "age": age}

    def when(time: datetime | None) -> dict[str, str]:
        if time is None:
            return {}
        if record.origin is None:
            return {"time": time.isoformat()}
        return {"hours": repr((time - record.origin).total_seconds() / 3600.0)}

    for result in record.results:
        number, unit = number_and_unit(result)
        writer.writerow(
            {
                **person,
                **when(result.time),
                "exact": "" if result.exact_time else "no",
                "analyte": result.analyte,
                "value": f"{result.comparator}{number!r}",
                "unit": unit,
                "method": result.method,
                "status": result.status,
                "laboratory": result.laboratory,
                "steady": "yes" if result.steady else "",
            }
        )
    for dose in record.doses:
        end = when(dose.end)
        writer.writerow(
            {
                **person,
                **when(dose.start),
                "end": next(iter(end.values()), ""),
                "analyte": f"dose:{dose.what}",
                "value": "" if dose.amount is None else repr(dose.amount),
                "unit": dose.unit,
            }
        )
    for event in record.events:
        writer.writerow({**person, **when(event.time), "analyte": f"event:{event.kind}", "value": event.text})
    told = {each.text for each in record.events if each.kind == "diagnosis"}
    for text_ in (each for each in record.diagnoses if each not in told):
        writer.writerow({**person, "analyte": "event:diagnosis", "value": text_})
    return text.getvalue()
