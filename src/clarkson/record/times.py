"""Times: a printed time becomes an instant, or a sentence that says why it cannot."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from clarkson.errors import RecordError, SettingError

ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)  # stands for the start of a record that gives only hours
EARLIEST_YEAR, LATEST_YEAR = 1900, 2300  # de-identified records are shifted into the 22nd century
NOON = 12
FARTHEST_HOURS = 24.0 * 366 * 130
FARTHEST_OFFSET = timedelta(hours=14)  # Kiribati

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_DATE_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$", re.IGNORECASE)


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of that name.

    Raises
    ------
    SettingError
        There is no such zone.

    >>> zone("Europe/Zurich").key
    'Europe/Zurich'
    """
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise SettingError(f"'{name}' is no time zone; write one like Europe/Zurich, America/New_York or UTC") from None


def instant(text: str, timezone: str | None, date_format: str | None = None) -> tuple[datetime, bool]:
    """The instant of a printed time, and whether its hour is exact (a date alone counts as noon).

    A time without an offset needs ``timezone``. ``date_format`` (strptime) replaces ISO 8601.

    Raises
    ------
    RecordError
        The text is no time, has neither offset nor zone, or never happened or happened twice there.

    >>> instant("2024-03-31T08:30:00+02:00", None)[0].isoformat()
    '2024-03-31T08:30:00+02:00'
    """
    text = text.strip()
    moment, has_hour = _parsed(text, date_format)
    if not EARLIEST_YEAR <= moment.year < LATEST_YEAR:
        raise RecordError(f"the year of '{text}' is outside {EARLIEST_YEAR} to {LATEST_YEAR}")
    if not has_hour:
        moment = moment.replace(hour=NOON)
    offset = moment.utcoffset()
    if offset is not None:
        if abs(offset) > FARTHEST_OFFSET:
            raise RecordError(f"no place has the offset from UTC of '{text}'")
        return moment, has_hour
    if timezone is None:
        raise RecordError(f"'{text}' has no offset from UTC; write one (+01:00) or name the zone with --timezone")
    return _local(moment, timezone, text), has_hour


def _parsed(text: str, date_format: str | None) -> tuple[datetime, bool]:
    try:
        if date_format is not None:
            return datetime.strptime(text, date_format), any(code in date_format for code in ("%H", "%I", "%c", "%X"))
        if _DATE.match(text):
            return datetime.fromisoformat(text), False
        if _DATE_TIME.match(text):
            return datetime.fromisoformat(text.replace(",", ".").replace("z", "Z")), True
    except (ValueError, OverflowError):
        pass
    wanted = date_format or "2024-03-31T08:30+02:00"
    raise RecordError(f"'{text}' is no time like {wanted}")


def _local(moment: datetime, timezone: str, text: str) -> datetime:
    here = moment.replace(tzinfo=zone(timezone))
    if here.astimezone(UTC).astimezone(here.tzinfo).replace(tzinfo=None) != moment:
        raise RecordError(f"'{text}' never happened in {timezone}: the clock was put forward over it")
    if here.utcoffset() != here.replace(fold=1).utcoffset():
        raise RecordError(f"'{text}' happened twice in {timezone}: the clock was put back; write the offset")
    return here


def hours_after_origin(hours: float) -> datetime:
    """The instant that stands for so many hours after the start of a record without dates.

    Raises
    ------
    RecordError
        The number is not finite or farther than a lifetime.

    >>> hours_after_origin(36.0).isoformat()
    '2000-01-02T12:00:00+00:00'
    """
    if not abs(hours) <= FARTHEST_HOURS:
        raise RecordError(f"{hours:g} hours is no time within a life")
    return ORIGIN + timedelta(hours=hours)
