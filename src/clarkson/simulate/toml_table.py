"""A table of a TOML file that refuses unknown keys and wrong values by name and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from clarkson.errors import ClarksonError, SettingError

_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]")


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its dotted name (empty at the top), which of several it is, and its values."""

    file: str
    text: str
    values: Mapping[str, Any]
    name: str = ""
    index: int = 0

    def wrong(self, key: str, sentence: str) -> SettingError:
        """An error that begins with the file and the line of a key."""
        return SettingError(f"{self.place(key)}: {sentence}")

    def place(self, key: str) -> str:
        """The file and the line of a key, or the file alone where the line cannot be told."""
        line = _line_of(self.text, self.name, self.index, key)
        return self.file if line is None else f"{self.file}, line {line}"

    @contextmanager
    def at(self, key: str) -> Iterator[None]:
        """Put the place of a key before the error of what reads its value, unless it has one."""
        try:
            yield
        except ClarksonError as error:
            if str(error).startswith(self.file):
                raise
            raise type(error)(f"{self.place(key)}: {error}") from None

    def check_keys(self, known: Collection[str], required: Collection[str] = ()) -> None:
        """Raise SettingError where a key is unknown or a required one is missing."""
        whole = f"[{self.name}]" if self.name else "a scenario"
        for key in self.values:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
                raise self.wrong(key, f"'{key}' is no key of {whole}: {hint}")
        for key in required:
            if key not in self.values:
                raise self.wrong("", f"{whole} needs '{key}'")

    def value(self, key: str, kind: type, what: str, default: Any = None) -> Any:
        """The value of a key, or the default; raises SettingError where it is not of that type."""
        found = self.values.get(key, default)
        if found is None:
            return None
        if kind is float and isinstance(found, int) and not isinstance(found, bool):
            return float(found)
        if not isinstance(found, kind):
            raise self.wrong(key, f"'{key}' must be {what}, not {_shown(found)}")
        return found

    def table(self, key: str) -> Table:
        """A table inside of this one; empty where it is missing."""
        name = f"{self.name}.{key}" if self.name else key
        inner = self.value(key, dict, f"a table, [{name}]", {})
        return Table(self.file, self.text, inner, name)

    def tables(self, key: str) -> list[Table]:
        """The tables of an array, [[key]]; none where it is missing."""
        inner = self.value(key, list, f"tables, each [[{key}]]", [])
        if not all(isinstance(each, dict) for each in inner):
            raise self.wrong(key, f"'{key}' must be tables, each [[{key}]]")
        return [Table(self.file, self.text, each, key, index) for index, each in enumerate(inner)]


def read_table(text: str, file: str) -> Table:
    """The top table of a TOML text.

    Raises
    ------
    SettingError
        The text is no TOML; the message says where.

    >>> read_table('title = "A day"', "day.toml").values["title"]
    'A day'
    """
    try:
        return Table(file, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{file} is no TOML: {error}") from None


def _shown(value: object) -> str:
    """A value as the file would say it."""
    return f"'{value}'" if isinstance(value, str) else str(value)


def _line_of(text: str, table: str, index: int, key: str) -> int | None:
    """The line on which a key stands, counted from 1; that of the table where the key is empty or not found."""
    name, seen, header_line = "", 0, None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            name = header[1].replace(" ", "")
            if name == table:
                seen += 1
                header_line = number if seen == index + 1 else header_line
            inside = f"{table}.{key}" if table else key
            if key and (name == inside or name.startswith(f"{inside}.")):
                return number
        elif key and name == table and seen in (0, index + 1) and re.match(rf"\s*\"?{re.escape(key)}\"?\s*[=.]", line):
            return number
    return header_line
