"""The header of a CSV: which column is what, and whether the table is long or wide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.analytes import Analyte, analyte, analyte_named, analyte_of_loinc
from clarkson.errors import RecordError
from clarkson.record.column_map import ColumnMap

# What people call the columns, folded to lower case with spaces.
_CALLED: Mapping[str, tuple[str, ...]] = {
    "patient": ("patient id", "patient", "subject", "subject id", "person id", "mrn"),
    "time": (
        "time",
        "datetime",
        "date time",
        "date",
        "timestamp",
        "collected",
        "collection time",
        "charttime",
        "effective",
    ),
    "hours": ("hours", "t hours", "hour", "hours from start"),
    "analyte": ("analyte", "test", "test name", "name", "code", "loinc", "parameter", "component", "measurement"),
    "value": ("value", "result", "result value"),
    "unit": ("unit", "units", "unit of measure", "uom"),
    "method": ("method", "specimen method"),
    "status": ("status",),
    "laboratory": ("laboratory", "lab", "performing laboratory"),
    "sex": ("sex", "gender"),
    "age_years": ("age", "age years"),
    "steady": ("steady", "baseline"),
}
_UNIT_IN_HEADER = re.compile(r"^(?P<name>.*?)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]$")
_UNIT_AS_SUFFIX = re.compile(
    r"^(?P<name>.*?)_(?P<unit>g_per_dl|g_per_l|mg_per_dl|mg_per_l|mmol_per_l|umol_per_l|percent)$"
)
_SUFFIX_UNITS = {"percent": "%"}


@dataclass(frozen=True, slots=True)
class Tested:
    """A column of a wide table: its place, its analyte, and the unit of the header."""

    place: int
    analyte: Analyte
    unit: str


@dataclass(frozen=True, slots=True)
class Header:
    """Places of the named columns; ``tests`` are the test columns of a wide table, empty in a long one.

    ``unread`` are columns that are neither: their names are listed once.
    """

    places: Mapping[str, int]
    tests: tuple[Tested, ...]
    unread: tuple[tuple[int, str], ...]

    def column(self, name: str) -> int | None:
        """The place of a named column, or None."""
        return self.places.get(name)


def folded(text: str) -> str:
    """Lower case, words apart by one space.

    >>> folded("Patient_ID ")
    'patient id'
    """
    return " ".join(text.replace("_", " ").lower().split())


def named(text: str, mapped: ColumnMap) -> Analyte | None:
    """The analyte that a name, a LOINC code or the column map's name stands for."""
    ours = mapped.analytes.get(text.strip().lower())
    return analyte(ours) if ours else analyte_named(text) or analyte_of_loinc(text.strip())


def read_header(cells: list[str], line: int, name: str, mapped: ColumnMap) -> Header:
    """The columns of a header.

    Raises
    ------
    RecordError
        No column with times, or neither results nor tests.
    """
    places = _places(cells, mapped, name)
    if "time" not in places and "hours" not in places:
        raise RecordError(
            f"'{name}', line {line}: no column with times ('time', or 'hours' from a start); the header is "
            f"{_shown(cells)}; a column map (--columns) can name it"
        )
    if "value" in places and "analyte" in places:
        taken = set(places.values())
        return Header(
            places, (), tuple((place, cell) for place, cell in enumerate(cells) if place not in taken and cell)
        )
    tests, unread = _tests(cells, places, mapped)
    if not tests:
        raise RecordError(
            f"'{name}', line {line}: neither a long table ('analyte' and 'value') nor a wide one (a column for each "
            f"test, such as 'albumin (g/L)'); the header is {_shown(cells)}"
        )
    return Header(places, tests, unread)


def _shown(cells: list[str]) -> str:
    return ", ".join(f"'{cell}'" for cell in cells[:12])


def _places(cells: list[str], mapped: ColumnMap, name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    names = [folded(cell) for cell in cells]
    for ours, theirs in mapped.columns.items():
        if theirs not in cells:
            raise RecordError(f"'{name}' has no column '{theirs}', which the column map names as '{ours}'")
        found[ours] = cells.index(theirs)
    for ours, called in _CALLED.items():
        if ours not in found:
            place = next((names.index(each) for each in called if each in names), None)
            if place is not None and place not in found.values():
                found[ours] = place
    return found


def _tests(
    cells: list[str], places: Mapping[str, int], mapped: ColumnMap
) -> tuple[tuple[Tested, ...], tuple[tuple[int, str], ...]]:
    tests, unread = [], []
    for place, cell in enumerate(cells):
        if place in places.values() or not cell:
            continue
        label, unit = _split(cell)
        known = named(cell, mapped) or named(label, mapped)
        if known is None:
            unread.append((place, cell))
        else:
            tests.append(Tested(place, known, unit or mapped.units.get(known.key, "")))
    return tuple(tests), tuple(unread)


def _split(cell: str) -> tuple[str, str]:
    """A header cell's name and unit.

    >>> _split("Hct [%]"), _split("albumin_g_per_l"), _split("Hb")
    (('Hct', '%'), ('albumin', 'g/l'), ('Hb', ''))
    """
    for pattern in (_UNIT_IN_HEADER, _UNIT_AS_SUFFIX):
        match = pattern.match(cell)
        if match:
            unit = match["unit"].strip()
            return match["name"].strip(), _SUFFIX_UNITS.get(unit, unit.replace("_per_", "/"))
    return cell, ""
