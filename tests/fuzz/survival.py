"""What every reader must survive: any bytes, and for those of folders any folder, written down as one JSON object.

The object has a name of a file as each key. Under it stands a table as a list of rows (the first names the columns), a
text, a JSON document, or a list of lines. Bytes that are no such object stand as one file among the others of a set.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from clarkson.analytes import analyte
from clarkson.errors import RecordError
from clarkson.formats import FORMATS
from clarkson.record.open_dataset import People, open_dataset
from clarkson.record.read import read, read_bytes
from clarkson.record.record import Record

CORPUS = Path(__file__).parent / "corpus"
OF_ONE_FILE = ("csv", "fhir", "case")
ANY_BYTES = {
    "apple-health": "export.zip",
    "omop": "measurement.parquet",
    "meds": "data/0.parquet",
    "clif": "clif_labs.parquet",
    "mimic": "labevents.csv.gz",
    "synthea": "observations.csv",
    "fhir-bulk": "more.ndjson.gz",
    "fhir-folder": "more.json",
    "parquet": "results.parquet",
}
_OF_ONE_CELL = re.compile("Conversion Error|Out of Range|INTERNAL")
_NAME = re.compile(r"(\w[\w-]{0,20}/){0,2}\w[\w.-]{0,40}")
assert {*OF_ONE_FILE, *ANY_BYTES} == {*FORMATS}, "a new format needs a line here and a seed in the corpus"


def survive(kind: str, data: bytes) -> Record | None:
    """Read it, and ask all that can be asked.

    Only a ClarksonError may come out: the AssertionErrors are defects of the reader, and so is anything else.
    """
    if kind in OF_ONE_FILE:
        return _sound(read_bytes(data, "fuzz", format=kind))  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        place = Path(folder)
        if not _laid_out(kind, data, place):
            return None
        if kind == "apple-health":
            archive = place / "export.zip"
            return _sound(read(archive if archive.is_file() else place, format=kind))  # type: ignore[arg-type]
        try:
            _asked(open_dataset(place, format=kind), len(data))  # type: ignore[arg-type]
        except RecordError as error:
            if _OF_ONE_CELL.search(str(error)):
                raise AssertionError("one cell that is no date or number refuses the whole set") from error
            raise
    return None


def _asked(people: People, chance: int) -> None:
    """One of the questions to a data set: each plans its queries anew, which takes longer than reading a few rows."""
    if chance % 2:
        account = people.account()
        assert account.lost == 0, f"{account.lost} lost: {account}"
        return
    columns = sum(batch.num_rows for batch in people.results())
    records = [_sound(each) for each in people]
    assert tuple(each.subject for each in records) == people.people
    # A record leaves out what the columns repeat, and lists it.
    held = sum(len(each.results) for each in records)
    reasons = Counter(each.reason.split()[0] for record in records for each in record.skipped)
    assert 0 <= columns - held <= reasons["repeats"] + reasons["replaced"], f"{columns} columns, {held}, {reasons}"
    if chance % 4 == 0 and records:
        again = people.record(records[0].subject)
        assert sorted(map(str, again.results)) == sorted(map(str, records[0].results))


def _sound(record: Record) -> Record:
    for each in record.results:
        assert each.value in analyte(each.analyte).plausible
        assert each.time.tzinfo is not None
    assert all(each.reason for each in record.skipped)
    return record


def _laid_out(kind: str, data: bytes, place: Path) -> bool:
    """Whether the data could be written into the folder as a set."""
    body = _json(data)
    if not isinstance(body, dict):
        name = ANY_BYTES[kind]
        stem = name.split(".")[0]
        usual: Any = json.loads((CORPUS / kind / "seed.json").read_bytes())
        body = {key: value for key, value in usual.items() if key.split(".")[0] != stem} | {name: data}
    for name, content in body.items():
        if _NAME.fullmatch(name):
            with suppress(OSError, ValueError, pa.ArrowException):
                file = place / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content if isinstance(content, bytes) else _written(name, content))
    return any(place.iterdir())


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _written(name: str, content: Any) -> bytes:
    plain = name.removesuffix(".gz").removesuffix(".zst")
    write = _SUFFIXES.get(plain.rsplit(".", 1)[-1], _lines)
    written = content.encode(errors="replace") if isinstance(content, str) else write(content)
    if name.endswith(".gz"):
        return gzip.compress(written, mtime=0)
    return bytes(pa.compress(written, "zstd", asbytes=True)) if name.endswith(".zst") else written


def _rows(content: Any) -> list[list[Any]]:
    rows = content if isinstance(content, list) else [content]
    return [each if isinstance(each, list) else [each] for each in rows] or [[]]


def _csv(content: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(
        ["" if cell is None else str(cell) for cell in row] for row in _rows(content)
    )
    return text.getvalue().encode(errors="replace")


def _parquet(content: Any) -> bytes:
    header, *rows = _rows(content)
    columns = {
        str(name): _column([row[at] if at < len(row) else None for row in rows]) for at, name in enumerate(header)
    }
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file)
    return file.getvalue()


def _column(cells: list[Any]) -> pa.Array:
    """Numbers as numbers, times as times, and what is of several kinds as text."""
    try:
        found = pa.array(cells)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError, ValueError):
        texts = (None if each is None else str(each).encode(errors="replace").decode() for each in cells)
        return pa.array(list(texts), pa.string())
    if found.type == pa.string():
        with suppress(pa.ArrowException):
            return found.cast(pa.timestamp("us"))
    return found.cast(pa.float32()) if found.type == pa.float64() and len(found) % 2 else found


def _document(content: Any) -> bytes:
    return json.dumps(content).encode()


def _lines(content: Any) -> bytes:
    lines = content if isinstance(content, list) else [content]
    return b"".join(
        (each.encode(errors="replace") if isinstance(each, str) else json.dumps(each).encode()) + b"\n"
        for each in lines
    )


_SUFFIXES: Mapping[str, Callable[[Any], bytes]] = {
    "csv": _csv, "tsv": _csv, "parquet": _parquet, "json": _document, "xml": _lines, "ndjson": _lines,
}  # fmt: skip
