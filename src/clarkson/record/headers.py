"""The header of a CSV: which column is what, and whether the table is long or wide."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from clarkson.analytes import Analyte, Method, analyte, analyte_named, analyte_of_loinc, method_of_loinc
from clarkson.errors import RecordError
from clarkson.record.column_map import ColumnMap

# What people call the columns, folded to lower case with spaces.
_CALLED: Mapping[str, tuple[str, ...]] = {
    "patient": ("patient id", "patient", "subject", "subject id", "person id", "mrn", "patient name"),
    "date": ("date", "collection date"),
    "time": (
        "time",
        "datetime",
        "date time",
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
    "end": ("end", "end time", "stop"),
    "exact": ("exact", "exact time"),
    "lasting": ("lasting",),
    "every_h": ("every h",),
    "dose_kind": ("dose kind",),
    "printed_value": ("printed value",),
    "printed_unit": ("printed unit",),
    "height_cm": ("height cm",),
    "weight_kg": ("weight kg",),
    "citation": ("citation",),
}
_TIMES = frozenset({"date", "time", "hours"})
_UNIT_IN_HEADER = re.compile(r"^(?P<name>.*?)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]$")
_UNIT_AS_SUFFIX = re.compile(
    r"^(?P<name>.*?)_(?P<unit>g_per_dl|g_per_l|mg_per_dl|mg_per_l|mmol_per_l|umol_per_l|percent)$"
)
_SUFFIX_UNITS = {"percent": "%"}


@dataclass(frozen=True, slots=True)
class Tested:
    """A column of a wide table: its place, its analyte, and what the header says of unit and method."""

    place: int
    analyte: Analyte
    unit: str
    method: Method


@dataclass(frozen=True, slots=True)
class Header:
    """Places of the named columns; ``tests`` are the test columns of a wide table, empty in a long one.

    ``unread`` are columns that are neither; ``width`` counts all up to the last that has a name.
    """

    places: Mapping[str, int]
    tests: tuple[Tested, ...]
    unread: tuple[tuple[int, str], ...]
    width: int

    def column(self, name: str) -> int | None:
        """The place of a named column, or None."""
        return self.places.get(name)

    def reads(self, place: int) -> bool:
        """Whether the column at that place is read."""
        return place in self.places.values() or any(test.place == place for test in self.tests)


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
        No column with times or two kinds of them, or neither results nor tests.
    """
    places = _places(cells, mapped, name)
    timed = [key for key in ("date", "time", "hours") if key in places]
    if "hours" in timed and len(timed) > 1:
        both = " and ".join(f"'{cells[places[key]]}'" for key in timed)
        raise RecordError(
            f"'{name}', line {line}: {both} both say when; leave one out, or name one in a column map (--columns)"
        )
    if not timed:
        raise RecordError(
            f"'{name}', line {line}: no column with times ('time', or 'hours' from a start); the header is "
            f"{_shown(cells)}; a column map (--columns) can name it"
        )
    width = max(place for place, cell in enumerate(cells) if cell) + 1
    if "value" in places and "analyte" in places:
        taken = set(places.values())
        unread = tuple((place, cell) for place, cell in enumerate(cells) if place not in taken and cell)
        return Header(places, (), unread, width)
    for key in ("analyte", "value", "unit"):
        place = places.pop(key, None)
        if place is not None and folded(cells[place]) == "name":
            places.setdefault("patient", place)
    tests, unread = _tests(cells, places, mapped)
    if not tests:
        raise RecordError(
            f"'{name}', line {line}: neither a long table ('analyte' and 'value') nor a wide one (a column for each "
            f"test, such as 'albumin (g/L)'); the header is {_shown(cells)}"
        )
    return Header(places, tests, unread, width)


def _shown(cells: list[str]) -> str:
    return ", ".join(f"'{cell}'" for cell in cells[:12])


def _places(cells: list[str], mapped: ColumnMap, name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    names = [folded(cell) for cell in cells]
    for ours, theirs in mapped.columns.items():
        if theirs not in cells:
            raise RecordError(f"'{name}' has no column '{theirs}', which the column map names as '{ours}'")
        found[ours] = cells.index(theirs)
    named_times = _TIMES & found.keys()
    for ours, called in _CALLED.items():
        if ours not in found and not (named_times and ours in _TIMES):
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
            method = method_of_loinc(label) or known.usual_method
            tests.append(Tested(place, known, unit or mapped.units.get(known.key, ""), method))
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
