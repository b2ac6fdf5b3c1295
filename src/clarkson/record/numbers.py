"""Printed numbers: a value and its comparator, or a sentence that says why it is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from clarkson.errors import RecordError
from clarkson.record.record import Comparator

_NUMBER = re.compile(r"^(?P<comparator><=|>=|<|>|≤|≥)?\s*(?P<number>[+-]?(\d+([.,]\d+)*|[.,]\d+)([eE][+-]?\d{1,3})?)$")
_GROUPED = re.compile(r"^[+-]?[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*$")
# A sign with three digits behind it may group thousands; any other number tells which sign is the decimal one.
_TELLING = re.compile(r"^[<>=≤≥]*\s*[+-]?(?:0(?=[.,]\d)|\d+(?=[.,](?:\d{1,2}|\d{4,})$))(?P<sign>[.,])\d+$")
_SIGNS: Mapping[str, Comparator] = {"": "", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "≤": "<=", "≥": ">="}


@dataclass(frozen=True, slots=True)
class Decimal:
    """The decimal sign of a file: "." or ",", or "" where nothing tells; ``said`` if a column map says it."""

    sign: Literal["", ".", ","]
    said: bool = False


def told_by(cells: Iterable[str]) -> Decimal:
    """The decimal sign that the other numbers of a file use.

    >>> told_by(["41,2", "1.250"]).sign, told_by(["1.250", "Hct"]).sign
    (',', '')
    """
    seen = {match["sign"] for cell in cells if (match := _TELLING.match(cell))}
    return Decimal("") if len(seen) != 1 else Decimal("," if "," in seen else ".")


def number_of(text: str, decimal: Decimal) -> tuple[float, Comparator]:
    """A printed number and its comparator.

    Raises
    ------
    RecordError
        The text is no number, or it cannot be told whether its sign groups thousands.

    >>> number_of("<41,2", Decimal(",")), number_of("250,000", Decimal(".", said=True))
    ((41.2, '<'), (250000.0, ''))
    """
    match = _NUMBER.match(text.strip())
    if match is None:
        raise RecordError(f"'{text}' is no number")
    number, comparator = match["number"], _SIGNS[match["comparator"] or ""]
    grouped = _GROUPED.match(number)
    if grouped and grouped[1] != decimal.sign:
        if not decimal.said:
            raise RecordError(f"'{text}' can be read two ways (thousands or decimals): say decimal in a column map")
        number = number.replace(grouped[1], "")
    if number.count(".") + number.count(",") > 1 or ("," in number and decimal.sign == "."):
        raise RecordError(f"'{text}' is no number")
    return float(number.replace(",", ".")), comparator


def exact_number_of(text: str, decimal: Decimal) -> float:
    """A printed number that has no comparator; RecordError otherwise.

    >>> exact_number_of("500", Decimal("."))
    500.0
    """
    number, comparator = number_of(text, decimal)
    if comparator:
        raise RecordError(f"'{text}' is no exact number")
    return number
