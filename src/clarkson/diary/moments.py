"""When something happened, as a person says it: a clock time today, a date, or both. Never in the future."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from clarkson.errors import RecordError, SettingError
from clarkson.record.record import Record
from clarkson.record.times import NOON, instant

OLDEST_YEARS = 130.0
_DAYS_PER_YEAR = 365.25
_CLOCK = re.compile(r"(?:(?P<day>today|yesterday)\s+)?(?P<hour>\d{1,2}):(?P<minute>\d{2})", re.IGNORECASE)
_OFFSET = re.compile(r"\d(?:Z|[+-]\d{2}:?\d{2})$", re.IGNORECASE)
_FORM = "write a time such as 07:30, yesterday 22:15, 2026-03-04 07:30 or 2026-03-04"


def now_here() -> datetime:
    """Now, to the second, with the offset of this place."""
    return datetime.now(UTC).astimezone().replace(microsecond=0)


def moment(words: str, now: datetime) -> tuple[datetime, bool]:
    """The instant that the words say, and whether they say its hour; nothing, or "now", is ``now``.

    A time without an offset is one of the clock of this place. A date alone is noon of it, or ``now`` where that has
    not come yet.

    Raises
    ------
    SettingError
        The words are no time, it lies in the future, or the clock of this place never showed it or showed it twice.

    >>> moment("2026-03-04T07:30+01:00", datetime(2026, 3, 5, tzinfo=UTC))[0].isoformat()
    '2026-03-04T07:30:00+01:00'
    """
    said = " ".join(words.split())
    if said.lower() in ("", "now"):
        return now, True
    found, has_hour = _read(said, now)
    if not has_hour and found.date() == now.astimezone(found.tzinfo).date():
        found = min(found, now)
    if found > now:
        raise SettingError(f"'{words}' lies in the future; a diary holds what has happened")
    return found, has_hour


def refuse_before_birth(time: datetime, record: Record | None, now: datetime) -> None:
    """Refuse a time at which the person of a record was not born yet, as far as the record tells.

    Raises
    ------
    SettingError
        It lies before birth, or before that of anyone alive where no age is known.

    >>> refuse_before_birth(datetime(2020, 1, 1, tzinfo=UTC), None, datetime(2026, 1, 1, tzinfo=UTC))
    """
    age, known_at = OLDEST_YEARS, now
    if record is not None and record.age_years is not None:
        # A person is up to a year older than the age that is said of them.
        age, known_at = record.age_years + 1.0, min((now, *(each.time for each in record.results[-1:])))
    if time < known_at - timedelta(days=age * _DAYS_PER_YEAR):
        raise SettingError(f"{time:%Y-%m-%d} lies before birth; {_FORM}")


def _read(said: str, now: datetime) -> tuple[datetime, bool]:
    if found := _CLOCK.fullmatch(said):
        day = now.date() - timedelta(days=1 if (found["day"] or "").lower() == "yesterday" else 0)
        try:
            return _here(datetime(day.year, day.month, day.day, int(found["hour"]), int(found["minute"])), said), True
        except ValueError:
            raise SettingError(f"'{said}' is no time; {_FORM}") from None
    try:
        if _OFFSET.search(said):
            return instant(said, None)
        naive, has_hour = instant(said, "UTC")
    except RecordError as error:
        raise SettingError(f"{error}; {_FORM}") from None
    naive = naive.replace(tzinfo=None)
    return _here(naive if has_hour else naive.replace(hour=NOON), said), has_hour


def _here(naive: datetime, said: str) -> datetime:
    """A clock time of this place as an instant."""
    first, second = naive.astimezone(), naive.replace(fold=1).astimezone()
    if first.utcoffset() == second.utcoffset():
        return first
    if first.replace(tzinfo=None) == naive:
        raise SettingError(f"'{said}' happened twice here: the clock was put back; write the offset, such as +01:00")
    raise SettingError(f"'{said}' never happened here: the clock was put forward over it")
