"""A column map: a small TOML file that says how one laboratory's CSV is to be read.

timezone = "Europe/Zurich"
date_format = "%d.%m.%Y %H:%M"      # strptime; ISO 8601 without it
decimal = ","                       # "." without it
sex = "female"
age_years = 52
[columns]                           # our name = theirs
time = "Entnahme"
analyte = "Test"
[analytes]                          # theirs = our analyte
"Erythrozytenvolumen" = "hematocrit"
[units]                             # for values printed without a unit
hematocrit = "%"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from clarkson.analytes import Sex, analytes
from clarkson.errors import ColumnMapError, SettingError
from clarkson.record.times import zone

COLUMNS = (
    *(
        "patient",
        "date",
        "time",
        "hours",
        "analyte",
        "value",
        "unit",
        "method",
        "status",
        "laboratory",
        "sex",
        "age_years",
    ),
    *("steady",),
)
_TEXTS = ("timezone", "date_format", "decimal", "subject")
_YEARS = ("%Y", "%y", "%G", "%c", "%x")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What a column map says; an empty one changes nothing."""

    timezone: str | None = None
    date_format: str | None = None
    decimal: str | None = None
    subject: str | None = None
    sex: Sex | None = None
    age_years: float | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    analytes: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


def read_column_map(file: Path) -> ColumnMap:
    """The column map in a TOML file.

    Raises
    ------
    ColumnMapError
        The file is missing, is no TOML, or holds a name or value that is not known.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ColumnMapError(f"the column map '{file}' cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ColumnMapError(f"the column map '{file.name}' is no TOML: {error}") from None
    known = {*_TEXTS, "sex", "age_years", "columns", "analytes", "units"}
    for key in table:
        if key not in known:
            raise ColumnMapError(f"the column map '{file.name}' says '{key}'; known are {', '.join(sorted(known))}")
    return ColumnMap(
        **{key: _text(table, key, file) for key in _TEXTS},
        sex=_sex(table, file),
        age_years=_age(table, file),
        columns=_names(table, "columns", COLUMNS, file),
        analytes=_analyte_names(table, file),
        units=_names(table, "units", tuple(analytes()), file),
    )


def _text(table: Mapping[str, Any], key: str, file: Path) -> Any:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise ColumnMapError(f"the column map '{file.name}': '{key}' must be a text in quotes")
    if key == "decimal" and value not in (None, ".", ","):
        raise ColumnMapError(f"the column map '{file.name}': 'decimal' must be \".\" or \",\"")
    if key == "date_format" and value is not None and not any(year in value for year in _YEARS):
        raise ColumnMapError(f"the column map '{file.name}': 'date_format' needs a year (%Y)")
    if key == "timezone" and value is not None:
        try:
            zone(value)
        except SettingError as error:
            raise ColumnMapError(f"the column map '{file.name}': {error}") from None
    return value


def _sex(table: Mapping[str, Any], file: Path) -> Any:
    value = table.get("sex")
    if value is not None and value not in get_args(Sex):
        raise ColumnMapError(f"the column map '{file.name}': 'sex' must be one of {', '.join(get_args(Sex))}")
    return value


def _age(table: Mapping[str, Any], file: Path) -> float | None:
    value = table.get("age_years")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise ColumnMapError(f"the column map '{file.name}': 'age_years' must be a number")
    return value


def _names(table: Mapping[str, Any], part: str, allowed: tuple[str, ...], file: Path) -> dict[str, str]:
    entries = _part(table, part, file)
    for key in entries:
        if key not in allowed:
            raise ColumnMapError(f"the column map '{file.name}': [{part}] knows no '{key}', only {', '.join(allowed)}")
    return entries


def _analyte_names(table: Mapping[str, Any], file: Path) -> dict[str, str]:
    entries = _part(table, "analytes", file)
    for key in entries.values():
        if key not in analytes():
            raise ColumnMapError(
                f"the column map '{file.name}': '{key}' is no analyte; known are {', '.join(analytes())}"
            )
    return {theirs.strip().lower(): ours for theirs, ours in entries.items()}


def _part(table: Mapping[str, Any], part: str, file: Path) -> dict[str, str]:
    entries = table.get(part, {})
    if not isinstance(entries, dict) or not all(isinstance(value, str) for value in entries.values()):
        raise ColumnMapError(f"the column map '{file.name}': [{part}] must hold lines like name = \"text\"")
    return entries
