"""Read a record: what a file is, is recognised from its content."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, get_args

import orjson

from clarkson.errors import RecordError, SettingError, UnknownFormatError
from clarkson.record.record import Record

Format = Literal["csv", "fhir", "case"]
LARGEST_BYTES = 256 * 1024 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(
    path: str | Path,
    *,
    format: Format | None = None,
    timezone: str | None = None,
    columns: Path | None = None,
    patient: str | None = None,
) -> Record:
    """The record in a file: CSV (long or wide), a FHIR R4 Bundle or resource, or a case file.

    ``timezone`` names the zone of times without an offset, ``columns`` a CSV column map (TOML),
    ``patient`` the person where the file holds several. What could not be used is in ``Record.skipped``.

    Raises
    ------
    UnknownFormatError
        The file is none of these formats.
    RecordError
        The file cannot be read, or holds several people and ``patient`` names none of them.
    SettingError
        A setting is impossible.
    """
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
    if format is not None and format not in get_args(Format):
        raise SettingError(f"'{format}' is no format; known are {', '.join(get_args(Format))}")
    if timezone is not None:
        from clarkson.record.times import zone

        zone(timezone)
    if not data.strip():
        raise RecordError(f"'{name}' is empty")
    parsed = _json(data) if format != "csv" else None
    kind = format or _recognised(data, parsed, name)
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
