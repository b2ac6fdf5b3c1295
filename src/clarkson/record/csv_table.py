"""CSV: long (one result a row) or wide (one draw a row, one test a column). See ``docs/formats.md``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from clarkson.analytes import Sex
from clarkson.errors import RecordError
from clarkson.record.cells import Cells, read_row
from clarkson.record.column_map import ColumnMap, read_column_map
from clarkson.record.headers import Header, read_header
from clarkson.record.record import Dose, Event, Record, Result, Skipped, Source
from clarkson.record.repeats import settle
from clarkson.record.times import ORIGIN

_SEX: Mapping[str, Sex] = {"f": "female", "female": "female", "w": "female", "m": "male", "male": "male"}
_DELIMITERS = (",", ";", "\t", "|")
_FIRST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    cells: list[str]


def read_csv(data: bytes, name: str, *, timezone: str | None, columns: Path | None, patient: str | None) -> Record:
    """The record of a CSV file; the settings are those of ``clarkson.read``.

    Raises
    ------
    RecordError
        There is no header that Clarkson understands, or several people and ``patient`` names none.
    """
    mapped = ColumnMap() if columns is None else read_column_map(columns)
    text = _text(data)
    delimiter = _delimiter(text)
    lines = list(_lines(text, delimiter, name))
    if not lines:
        raise RecordError(f"'{name}' has no lines")
    header = read_header(lines[0].cells, lines[0].number, name, mapped)
    rows = _of_one_person(lines[1:], header, name, patient)
    decimal = mapped.decimal or ("." if delimiter == "," else "")
    cells = Cells(header, mapped, timezone or mapped.timezone, decimal)
    results: list[Result] = []
    doses: list[Dose] = []
    events: list[Event] = []
    skipped: list[Skipped] = []
    for line in rows:
        for found in read_row(line.cells, Source(name, f"line {line.number}"), cells):
            if isinstance(found, Result):
                results.append(found)
            elif isinstance(found, Dose):
                doses.append(found)
            elif isinstance(found, Event):
                events.append(found)
            else:
                skipped.append(found)
    settled, repeats = settle(results)
    return Record(
        subject=mapped.subject or _first(rows, header.column("patient")) or Path(name).stem,
        results=settled,
        doses=tuple(sorted(doses, key=lambda each: each.start)),
        events=tuple(events),
        sex=mapped.sex or _SEX.get(_first(rows, header.column("sex")).lower()),
        age_years=mapped.age_years if mapped.age_years is not None else _age(_first(rows, header.column("age_years"))),
        origin=ORIGIN if header.column("hours") is not None else None,
        skipped=(*skipped, *repeats),
    )


def _text(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """The delimiter that stands most often in the first line that is no comment."""
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    return max(_DELIMITERS, key=first.count)


def _lines(text: str, delimiter: str, name: str) -> Iterator[_Line]:
    """The lines with their number in the file, without blank lines and # comments."""
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells) and not cells[0].startswith("#"):
                yield _Line(reader.line_num, [cell.strip() for cell in cells])
    except csv.Error as error:
        raise RecordError(f"'{name}', line {reader.line_num}: {error}") from None


def _of_one_person(lines: list[_Line], header: Header, name: str, patient: str | None) -> list[_Line]:
    place = header.column("patient")
    if place is None:
        return lines
    people = list(dict.fromkeys(line.cells[place] for line in lines if place < len(line.cells)))
    if patient is not None:
        if patient not in people:
            raise RecordError(f"'{name}' has no results of '{patient}'; it has {_listed(people)}")
        return [line for line in lines if place < len(line.cells) and line.cells[place] == patient]
    if len(people) > 1:
        raise RecordError(
            f"'{name}' holds {len(people)} people ({_listed(people)}); a record is one person's: "
            "pick one with --patient"
        )
    return lines


def _listed(people: list[str]) -> str:
    shown = ", ".join(f"'{each}'" for each in people[:_FIRST_PEOPLE])
    return shown + (", ..." if len(people) > _FIRST_PEOPLE else "")


def _first(lines: list[_Line], place: int | None) -> str:
    if place is None:
        return ""
    return next((line.cells[place] for line in lines if place < len(line.cells) and line.cells[place]), "")


def _age(text: str) -> float | None:
    try:
        age = float(text)
    except ValueError:
        return None
    return age if 0.0 <= age <= 130.0 else None
