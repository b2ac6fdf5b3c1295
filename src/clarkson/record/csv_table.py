"""CSV: long (one result a row) or wide (one draw a row, one test a column). See ``docs/formats.md``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from clarkson.analytes import Sex
from clarkson.errors import RecordError
from clarkson.record.cells import Cells, read_row
from clarkson.record.column_map import ColumnMap, read_column_map
from clarkson.record.headers import Header, read_header
from clarkson.record.numbers import Decimal, exact_number_of, told_by
from clarkson.record.people import listed, several
from clarkson.record.record import Dose, Event, Record, Result, Skipped, Source
from clarkson.record.repeats import settle
from clarkson.record.times import ORIGIN
from clarkson.record.traits import age_years_of, height_cm_of, sex_of, weight_kg_of

_DELIMITERS = (",", ";", "\t", "|")
_TRAITS = ("patient", "sex", "age_years", "height_cm", "weight_kg", "citation")


@dataclass(frozen=True, slots=True)
class _Line:
    """A row: its first and last line in the file, and its cells."""

    first: int
    last: int
    cells: list[str]

    @property
    def place(self) -> str:
        return f"line {self.first}" if self.first == self.last else f"lines {self.first} to {self.last}"

    def cell(self, place: int) -> str:
        return self.cells[place] if place < len(self.cells) else ""


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
    titles = lines[0]
    header = read_header(titles.cells, titles.first, name, mapped)
    skipped = _unread(titles, lines[1:], header, name)
    rows = _of_one_person(lines[1:], header, name, patient, skipped)
    table = Cells(header, mapped, timezone or mapped.timezone, _decimal(mapped, delimiter, rows))
    results: list[Result] = []
    doses: list[Dose] = []
    events: list[Event] = []
    for line in (each for each in rows if not _says_only_who(each, header)):
        for found in read_row(line.cells, Source(name, line.place), table):
            if isinstance(found, Result):
                results.append(found)
            elif isinstance(found, Dose):
                doses.append(found)
            elif isinstance(found, Event):
                events.append(found)
            else:
                skipped.append(found)
    sex = _sex(rows, header, name, skipped)
    # A person grows older from row to row: of several ages the highest counts.
    ages, heights, weights = (
        _numbers(rows, header.column(column), table.decimal, check, name, skipped)
        for column, check in (("age_years", age_years_of), ("height_cm", height_cm_of), ("weight_kg", weight_kg_of))
    )
    settled, repeats = settle(results)
    return Record(
        subject=mapped.subject or _person(rows, header) or Path(name).stem,
        results=settled,
        doses=tuple(sorted(doses, key=lambda each: each.start)),
        events=tuple(events),
        sex=mapped.sex or sex,
        age_years=max(ages, default=None) if mapped.age_years is None else mapped.age_years,
        height_cm=next(reversed(heights), None),
        weight_kg=next(reversed(weights), None),
        citation=next(iter(_printed(rows, header.column("citation"))), ""),
        diagnoses=tuple(dict.fromkeys(each.text for each in events if each.kind == "diagnosis")),
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


def _decimal(mapped: ColumnMap, delimiter: str, rows: list[_Line]) -> Decimal:
    if mapped.decimal is not None:
        return Decimal("," if mapped.decimal == "," else ".", said=True)
    return Decimal(".") if delimiter == "," else told_by(cell for line in rows for cell in line.cells)


def _lines(text: str, delimiter: str, name: str) -> Iterator[_Line]:
    """The rows with their lines in the file, without blank lines and # comments."""
    # A comment is taken out before the quotation marks in it can be read as such.
    uncommented = ("\n" if line.startswith("#") else line for line in io.StringIO(text.replace("\x00", ""), newline=""))
    reader = csv.reader(uncommented, delimiter=delimiter)
    before = 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _Line(before + 1, reader.line_num, [cell.strip() for cell in cells])
            before = reader.line_num
    except csv.Error as error:
        raise RecordError(f"'{name}', line {reader.line_num}: {error}") from None


def _unread(titles: _Line, lines: list[_Line], header: Header, name: str) -> list[Skipped]:
    """The columns of which nothing is read, once each; a wide table lists its unknown tests cell by cell."""
    found = [] if header.tests else [(place, f"the column '{title}' was not read") for place, title in header.unread]
    for place, title in enumerate(titles.cells[: header.width]):
        if not title and any(line.cell(place) for line in lines):
            found.append((place, "a column without a name was not read"))
    return [Skipped(Source(name, f"{titles.place}, column {place + 1}"), reason) for place, reason in sorted(found)]


def _of_one_person(
    lines: list[_Line], header: Header, name: str, patient: str | None, skipped: list[Skipped]
) -> list[_Line]:
    place = header.column("patient")
    if place is None:
        return lines
    people = list(dict.fromkeys(line.cell(place) for line in lines))
    if patient is None:
        if len(people) > 1:
            raise several(people, name)
        return lines
    if patient not in people:
        raise RecordError(f"'{name}' has no results of '{patient}'; it has {listed(people)}")
    rows = [line for line in lines if line.cell(place) == patient]
    if len(rows) < len(lines):
        others = len(lines) - len(rows)
        belong = "1 row belongs" if others == 1 else f"{others} rows belong"
        skipped.append(Skipped(Source(name), f"{belong} to another person or to nobody"))
    return rows


def _person(rows: list[_Line], header: Header) -> str:
    return next(iter(_printed(rows, header.column("patient"))), "")


def _printed(rows: list[_Line], place: int | None) -> dict[str, str]:
    """Each text that a column holds, with where it stands first."""
    found: dict[str, str] = {}
    if place is not None:
        for line in rows:
            if line.cell(place):
                found.setdefault(line.cell(place), f"{line.place}, column {place + 1}")
    return found


def _sex(rows: list[_Line], header: Header, name: str, skipped: list[Skipped]) -> Sex | None:
    """The sex that the column names; none where it names both."""
    found: dict[Sex, str] = {}
    for printed, place in _printed(rows, header.column("sex")).items():
        try:
            found.setdefault(sex_of(printed), place)
        except RecordError as error:
            skipped.append(Skipped(Source(name, place), str(error)))
    if len(found) > 1:
        skipped.append(Skipped(Source(name, list(found.values())[1]), f"the column names {' and '.join(found)}"))
        return None
    return next(iter(found), None)


def _numbers(
    rows: list[_Line],
    place: int | None,
    decimal: Decimal,
    check: Callable[[float], float],
    name: str,
    skipped: list[Skipped],
) -> list[float]:
    """Each number of a trait that a column holds, in the order of the rows."""
    found: list[float] = []
    for printed, where in _printed(rows, place).items():
        try:
            found.append(check(exact_number_of(printed, decimal)))
        except RecordError as error:
            skipped.append(Skipped(Source(name, where), str(error)))
    return found


def _says_only_who(line: _Line, header: Header) -> bool:
    """Whether a row tells nothing but who the person is."""
    traits = {header.column(each) for each in _TRAITS}
    filled = {place for place, cell in enumerate(line.cells) if cell}
    # A row with nothing but the person's name is one whose results are missing.
    return filled <= traits and filled != {header.column("patient")}
