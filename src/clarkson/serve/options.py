"""What a person may say about a record beside its data: the fields of the form and of the REST service."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast, get_args
from zoneinfo import ZoneInfo

from clarkson.analytes import Sex
from clarkson.errors import SettingError

OLDEST_YEARS = 130.0


@dataclass(frozen=True, slots=True)
class Options:
    """What was said; None where nothing was.

    ``timezone`` is for times that have no offset; ``prior`` is the probability of a leak before these results.
    """

    sex: Sex | None = None
    age_years: float | None = None
    timezone: str | None = None
    prior: float | None = None


def options(fields: Mapping[str, str]) -> Options:
    """The options in the fields ``sex``, ``age``, ``timezone`` and ``prior``; an empty field says nothing.

    Raises
    ------
    SettingError
        A field has an impossible value.

    >>> options({"sex": "female", "age": "44", "prior": ""})
    Options(sex='female', age_years=44.0, timezone=None, prior=None)
    """
    said = {name: text.strip() for name, text in fields.items() if text.strip()}
    return Options(_sex(said.get("sex")), _age(said.get("age")), _zone(said.get("timezone")), _prior(said.get("prior")))


def _sex(text: str | None) -> Sex | None:
    if text is None:
        return None
    if text not in get_args(Sex):
        raise SettingError(f"sex is 'female' or 'male', and '{text}' is neither; leave it empty if it is not known")
    return cast(Sex, text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _age(text: str | None) -> float | None:
    if text is None:
        return None
    if not 0 <= (age := _number(text)) <= OLDEST_YEARS:
        raise SettingError(f"'{text}' is no age; write years, such as 44")
    return age


def _zone(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return ZoneInfo(text).key
    except (KeyError, ValueError, OSError):
        raise SettingError(f"'{text}' is no time zone; write one such as Europe/Rome or America/New_York") from None


def _prior(text: str | None) -> float | None:
    if text is None:
        return None
    if not 0 < (prior := _number(text)) < 1:
        raise SettingError(f"the prior '{text}' is no probability; write a number between 0 and 1, such as 0.01")
    return prior
