"""Open a data set: what a folder, a file or an address holds is recognised from its content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from clarkson.errors import RecordError, SettingError, UnknownFormatError
from clarkson.formats import DATASET_FORMATS, DatasetFormat
from clarkson.record.account import Account
from clarkson.record.clif import printed_clif, tables_of_clif
from clarkson.record.dataset import Dataset
from clarkson.record.fhir_bulk import BulkFhir
from clarkson.record.fhir_folder import FhirFolder
from clarkson.record.fhir_lines import is_lines
from clarkson.record.meds import CODES, DATA, printed_meds, tables_of_meds
from clarkson.record.mimic import printed_mimic, tables_of_mimic
from clarkson.record.omop import printed_omop
from clarkson.record.parquet_tables import TABLES, printed_parquet, tables_of_parquet
from clarkson.record.postgres import is_address, tables_in_postgres
from clarkson.record.printed import Printed
from clarkson.record.record import Record
from clarkson.record.synthea_tables import printed_synthea, tables_of_synthea
from clarkson.record.table_files import names_in_folder, tables_in_folder
from clarkson.record.tables import Tables, tables_in_duckdb
from clarkson.record.times import zone

_DUCKDB_MAGIC = b"DUCK"


class People(Protocol):
    """The doors of every data set."""

    name: str
    remarks: tuple[str, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """Everyone of whom it holds something."""
        ...

    def record(self, subject: str) -> Record:
        """The record of one person."""
        ...

    def __iter__(self) -> Iterator[Record]:
        """The record of every person."""
        ...

    def results(self) -> pa.RecordBatchReader:
        """Every usable result as canonical columns."""
        ...

    def account(self) -> Account:
        """What stood in it, and what became of every piece."""
        ...


def open_dataset(path: str | Path, *, format: DatasetFormat | None = None, timezone: str | None = None) -> People:
    """The people of a data set.

    That is OMOP CDM (a DuckDB file, a folder of tables, a PostgreSQL address), MEDS, CLIF, MIMIC, Synthea's tables,
    FHIR Bulk Data (NDJSON), a folder of FHIR documents, or the Parquet tables that Clarkson writes. Times of OMOP, MEDS
    and MIMIC have no offset: they are kept as they stand, as if in UTC, unless ``timezone`` names their zone.

    Raises
    ------
    UnknownFormatError
        It is none of these.
    RecordError
        It cannot be read, or a table or a column is missing.
    SettingError
        A setting is impossible.

    >>> open_dataset("nowhere")
    Traceback (most recent call last):
    ...
    clarkson.errors.RecordError: there is no file or folder 'nowhere'
    """
    if format is not None and format not in DATASET_FORMATS:
        raise SettingError(f"'{format}' is no format of a data set; known are {', '.join(DATASET_FORMATS)}")
    if timezone is not None:
        zone(timezone)
    if isinstance(path, str) and is_address(path):
        return _omop(tables_in_postgres(path), timezone)
    place = Path(path)
    if not place.exists():
        raise RecordError(f"there is no file or folder '{place}'")
    kind = format or recognised(place)
    if kind is None:
        raise UnknownFormatError(f"'{place}' is no data set that Clarkson knows; it reads {', '.join(DATASET_FORMATS)}")
    return _OPENED[kind](place, timezone)


def recognised(place: Path) -> DatasetFormat | None:
    """What kind of data set a file or a folder is, or None."""
    if place.is_file():
        if is_lines(place):
            return "fhir-bulk"
        with place.open("rb") as file:
            return "omop" if file.read(12)[8:12] == _DUCKDB_MAGIC else None
    names = names_in_folder(place)
    if {"person", "measurement"} <= names:
        return "omop"
    if (place / CODES).is_file() or any((place / DATA).rglob("*.parquet")):
        return "meds"
    stems = {name.removeprefix("clif_") for name in names}
    if {"patient", "hospitalization"} <= stems and {"labs", "vitals"} & stems:
        return "clif"
    if {"patients", "labevents"} <= names or (place / "hosp").is_dir():
        return "mimic"
    if {"patients", "observations"} <= names:
        return "synthea"
    if set(TABLES) <= names:
        return "parquet"
    if any(is_lines(each) for each in place.rglob("*")):
        return "fhir-bulk"
    return "fhir-folder" if any(place.rglob("*.json")) else None


def _omop(tables: Tables, timezone: str | None) -> People:
    return Dataset(tables, printed_omop(tables), timezone)


def _in_folder_or_file(place: Path, timezone: str | None) -> People:
    return _omop(tables_in_duckdb(place, "measurement") if place.is_file() else tables_in_folder(place), timezone)


def _of_tables(
    tables_of: Callable[[Path], Tables], printed: Callable[[Tables], Printed]
) -> Callable[[Path, str | None], People]:
    def opened(place: Path, timezone: str | None) -> People:
        tables = tables_of(place)
        return Dataset(tables, printed(tables), timezone)

    return opened


_OPENED: Mapping[str, Callable[[Path, str | None], People]] = {
    "omop": _in_folder_or_file,
    "meds": _of_tables(tables_of_meds, printed_meds),
    "clif": _of_tables(tables_of_clif, printed_clif),
    "mimic": _of_tables(tables_of_mimic, printed_mimic),
    "synthea": _of_tables(tables_of_synthea, printed_synthea),
    "fhir-bulk": BulkFhir,
    "fhir-folder": FhirFolder,
    "parquet": _of_tables(tables_of_parquet, printed_parquet),
}
