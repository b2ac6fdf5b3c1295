"""Read a record: what a file is, is recognised from its content."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import orjson

from clarkson.errors import RecordError, SettingError, UnknownFormatError
from clarkson.formats import FORMATS, DatasetFormat, FileFormat
from clarkson.record.people import one_of
from clarkson.record.record import Record

Format = FileFormat | DatasetFormat
_OF_ONE_FILE = ("csv", "fhir", "case")
LARGEST_BYTES = 256 * 1024 * 1024
_PLAIN_SUFFIXES = (".csv", ".tsv", ".txt")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(
    path: str | Path,
    *,
    format: Format | None = None,
    timezone: str | None = None,
    columns: Path | None = None,
    patient: str | None = None,
) -> Record:
    """The record of one person, wherever it lies.

    A file may be CSV (long or wide), a FHIR R4 Bundle or resource, NDJSON, a case file, or an export of Apple Health;
    a file, a folder or an address may be a data set of many people (see ``open_dataset``). ``timezone`` names the zone
    of times without an offset, ``columns`` a CSV column map (TOML), ``patient`` the person where there are several.
    What could not be used is in ``Record.skipped``.

    Raises
    ------
    UnknownFormatError
        It is none of these formats.
    RecordError
        It cannot be read, or holds several people and ``patient`` names none of them.
    SettingError
        A setting is impossible.
    """
    _refuse_unknown(format, timezone)
    if format not in _OF_ONE_FILE and (found := _elsewhere(path, format, timezone, patient)) is not None:
        return found
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST_BYTES:
            raise RecordError(
                f"'{file.name}' is larger than {LARGEST_BYTES // 2**20} MiB; a record is one person's results"
            )
        data = file.read_bytes()
    except FileNotFoundError:
        raise RecordError(f"there is no file '{file}'") from None
    except OSError as error:
        raise RecordError(f"'{file}' cannot be read: {error.strerror}") from None
    return read_bytes(data, file.name, format=format, timezone=timezone, columns=columns, patient=patient)


def _elsewhere(path: str | Path, format: Format | None, timezone: str | None, patient: str | None) -> Record | None:
    """The record in what is no plain file of one person, or None."""
    place = Path(path)
    if format is None and place.is_file() and place.suffix.lower() in _PLAIN_SUFFIXES:
        return None
    from clarkson.record.apple_health import is_apple_health, read_apple_health
    from clarkson.record.open_dataset import open_dataset, recognised
    from clarkson.record.postgres import is_address

    if format == "apple-health" or (format is None and place.exists() and is_apple_health(place)):
        return read_apple_health(place)
    if format is None and not is_address(str(path)) and (not place.exists() or recognised(place) is None):
        if place.is_dir():
            raise UnknownFormatError(f"'{place}' is a folder and no data set that Clarkson knows; name a file")
        return None
    people = open_dataset(path, format=cast(DatasetFormat | None, format), timezone=timezone)
    return people.record(one_of(people.people, people.name, patient))


def _refuse_unknown(format: str | None, timezone: str | None) -> None:
    if format is not None and format not in FORMATS:
        raise SettingError(f"'{format}' is no format; known are {', '.join(FORMATS)}")
    if timezone is not None:
        from clarkson.record.times import zone

        zone(timezone)


def read_bytes(
    data: bytes,
    name: str,
    *,
    format: Format | None = None,
    timezone: str | None = None,
    columns: Path | None = None,
    patient: str | None = None,
) -> Record:
    """The record in the bytes of a file called ``name``; see ``read``.

    >>> text = b"hours,analyte,value,unit\\n0,Hct,52,%\\n"
    >>> read_bytes(text, "home.csv").results[0].value
    0.52
    """
    _refuse_unknown(format, timezone)
    if not data.strip():
        raise RecordError(f"'{name}' is empty")
    parsed = _json(data) if format != "csv" else None
    if parsed is None and format in (None, "fhir", "fhir-bulk") and (lines := _lines(data)):
        from clarkson.record.fhir import read_fhir_lines

        return read_fhir_lines(lines, name, timezone=timezone, patient=patient)
    kind = format or _recognised(data, parsed, name)
    if kind not in _OF_ONE_FILE:
        raise SettingError(f"'{kind}' is read from a file or a folder, not from a stream")
    if kind == "csv":
        from clarkson.record.csv_table import read_csv

        return read_csv(data, name, timezone=timezone, columns=columns, patient=patient)
    if not isinstance(parsed, dict):
        raise RecordError(f"'{name}' is not the JSON object that {kind} needs: {_json_fault(data)}")
    if kind == "fhir":
        from clarkson.record.fhir import read_fhir

        return read_fhir(parsed, name, timezone=timezone, patient=patient)
    from clarkson.record.case import read_case

    return read_case(parsed, name)


def _json(data: bytes) -> Any:
    try:
        return orjson.loads(data.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError:
        return None


def _lines(data: bytes) -> list[bytes]:
    """The lines of NDJSON; nothing if the first line is no FHIR resource."""
    first, _, _ = data.removeprefix(_BYTE_ORDER_MARK).lstrip().partition(b"\n")
    parsed = _json(first)
    if not isinstance(parsed, dict) or "resourceType" not in parsed:
        return []
    return data.removeprefix(_BYTE_ORDER_MARK).splitlines()


def _json_fault(data: bytes) -> str:
    try:
        orjson.loads(data.removeprefix(_BYTE_ORDER_MARK))
    except orjson.JSONDecodeError as error:
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    return "it is JSON, but not an object"


def _recognised(data: bytes, parsed: Any, name: str) -> Format:
    if isinstance(parsed, dict):
        if "resourceType" in parsed:
            return "fhir"
        if "observations" in parsed:
            return "case"
        raise UnknownFormatError(
            f"'{name}' is JSON, but neither FHIR (no 'resourceType') nor a case (no 'observations')"
        )
    start = data.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1]
    if start in (b"{", b"["):
        raise RecordError(f"'{name}' starts like JSON and is not: {_json_fault(data)}")
    if start == b"<":
        raise UnknownFormatError(f"'{name}' looks like XML or HTML; Clarkson reads FHIR as JSON")
    if b"\x00" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnknownFormatError(f"'{name}' is neither text nor JSON; Clarkson reads CSV, FHIR R4 JSON and case files")
    return "csv"
