"""From what the command line names, or a person sends, to the assessment document."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from clarkson.analytes import Sex
from clarkson.errors import RecordError, SettingError
from clarkson.examples import example
from clarkson.record.read import read, read_bytes
from clarkson.record.record import Record
from clarkson.report.document import document
from clarkson.store.opening import open_store
from clarkson.watch.assess import assess
from clarkson.watch.assessment import DEFAULT_PRIOR

EXAMPLE = "example:"
KEPT = "store:"
_READ_WHOLE = (".csv", ".tsv", ".txt", ".json")


def bytes_at(place: str) -> tuple[bytes, str]:
    """The bytes and their name: of a file, of "-" for standard input, or of "example:ID".

    Raises
    ------
    RecordError
        There is no such file or case.

    >>> bytes_at("example:lee2007-1")[1]
    'lee2007-1.json'
    """
    if place == "-":
        return sys.stdin.buffer.read(), "standard input"
    if place.startswith(EXAMPLE):
        example_id = place.removeprefix(EXAMPLE)
        return example(example_id), f"{example_id}.json"
    path = Path(place)
    try:
        return path.read_bytes(), os.fsencode(path.name).decode(errors="replace")
    except FileNotFoundError:
        raise RecordError(f"there is no file '{place}'") from None
    except IsADirectoryError:
        raise RecordError(f"'{place}' is a folder; name one file of one person") from None


def input_at(place: str) -> tuple[bytes | str, str]:
    """As ``bytes_at``, but a folder, an address, or a file that is not read whole stays the place that it is.

    Raises
    ------
    RecordError
        There is no such file or case.

    >>> input_at("example:lee2007-1")[1]
    'lee2007-1.json'
    """
    path = Path(place)
    if place.startswith(KEPT):
        return place, place.removeprefix(KEPT)
    if place == "-" or place.startswith(EXAMPLE) or (path.is_file() and path.suffix.lower() in _READ_WHOLE):
        return bytes_at(place)
    if path.exists() or "://" in place:
        return place, path.name
    raise RecordError(f"there is no file '{place}'")


def document_of(
    data: bytes | str,
    name: str,
    *,
    prior: float | None = None,
    sex: Sex | None = None,
    age_years: float | None = None,
    at: str | None = None,
    timezone: str | None = None,
    **reading: Any,
) -> dict[str, Any]:
    """Read a record, assess it, and give its document.

    ``sex`` and ``age_years`` replace what the record says; ``at`` is as in ``known_at``; ``timezone``
    and ``reading`` (format, columns, patient) go to the reader.

    Raises
    ------
    ClarksonError
        The record cannot be read, or an option has an impossible value.

    >>> document_of(*bytes_at("example:lee2007-1"))["subject"]["sex"]
    'female'
    """
    record = record_of(data, name, sex=sex, age_years=age_years, at=at, timezone=timezone, **reading)
    assessed = assess(record, prior=DEFAULT_PRIOR if prior is None else prior)
    return document(assessed, record, input_name=name, input_sha256=digest_of(data, record))


def note_export(data: bytes | str, language: str) -> None:
    """Say in the audit log of the store that a record of it leaves in some format; nothing where it is of no store.

    Raises
    ------
    StoreError
        The store cannot be written.

    >>> note_export(b"", "csv")
    """
    if isinstance(data, str) and data.startswith(KEPT):
        open_store().note_export(data.removeprefix(KEPT), language)


def digest_of(data: bytes | str, record: Record) -> str:
    """The SHA-256 of what was read: of the bytes, or of the record where it was one person's of many.

    >>> digest_of(b"", Record(""))[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data if isinstance(data, bytes) else repr(record).encode()).hexdigest()


def record_of(
    data: bytes | str,
    name: str,
    *,
    sex: Sex | None = None,
    age_years: float | None = None,
    at: str | None = None,
    timezone: str | None = None,
    **reading: Any,
) -> Record:
    """Read a record, with the same options as ``document_of``.

    Raises
    ------
    ClarksonError
        The record cannot be read, or an option has an impossible value.

    >>> record_of(*bytes_at("example:lee2007-1"), sex="male").sex
    'male'
    """
    if isinstance(data, bytes):
        record = read_bytes(data, name, timezone=timezone, **reading)
    elif data.startswith(KEPT):
        record = open_store().record(data.removeprefix(KEPT))
    else:
        record = read(data, timezone=timezone, **reading)
    record = record.with_traits(sex=sex, age_years=age_years)
    return record if at is None else known_at(record, at, timezone)


def known_at(record: Record, at: str, timezone: str | None = None) -> Record:
    """The record as it was known at a time: nothing later is left in it.

    ``at`` is an ISO time (with an offset, unless ``timezone`` is given), or a number of hours from the
    start of a record that has only hours.

    Raises
    ------
    SettingError
        ``at`` is no time, or a time without an offset.

    >>> len(known_at(read_bytes(*bytes_at("example:pmc10372265-1")), "0").results)
    13
    """
    moment = _moment(record, at, timezone)
    return replace(
        record,
        results=tuple(each for each in record.results if each.time <= moment),
        doses=tuple(each for each in record.doses if each.start <= moment),
        events=tuple(each for each in record.events if each.time is None or each.time <= moment),
    )


def _moment(record: Record, at: str, timezone: str | None) -> datetime:
    if record.origin is not None:
        try:
            return record.origin + timedelta(hours=float(at.removesuffix("h")))
        except (ValueError, OverflowError):
            raise SettingError(f"this record has no dates: --at takes hours from its start, and got '{at}'") from None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise SettingError(f"--at takes a time such as 2026-03-01T14:05+01:00, and got '{at}'") from None
    if moment.tzinfo is None:
        if timezone is None:
            raise SettingError(f"the time '{at}' has no offset: write one (+01:00), or name its --timezone")
        moment = moment.replace(tzinfo=ZoneInfo(timezone))
    return moment
