"""OMOP on a real PostgreSQL server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from adbc_driver_postgresql import dbapi

import clarkson as ck
from clarkson.errors import RecordError
from clarkson.record.open_dataset import open_dataset
from tests.datasets.postgres import server
from tests.datasets.sets import omop_folder, omop_tables


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with server() as place:
        with dbapi.connect(place) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE SCHEMA cdm")
            for name, columns in omop_tables().items():
                cursor.adbc_ingest(name, pa.table(columns), mode="create", db_schema_name="cdm")
            connection.commit()
        yield place


def test_a_server_gives_what_files_give(address: str, tmp_path: Path) -> None:
    there, here = open_dataset(address), open_dataset(omop_folder(tmp_path / "set"))
    assert there.people == here.people
    assert list(there) == list(here)
    assert there.results().read_all().num_rows == here.results().read_all().num_rows == 24
    assert there.account() == here.account()


def test_one_person_is_read_by_address(address: str) -> None:
    assert len(ck.read(address, patient="2").results) == 8
    with pytest.raises(RecordError, match="holds 3 people"):
        ck.read(address)


def test_a_server_that_is_none_is_said_without_its_password() -> None:
    with pytest.raises(RecordError) as raised:
        open_dataset("postgresql://somebody:secret-word@127.0.0.1:9/omop")
    assert "secret-word" not in str(raised.value)
    assert "cannot be read" in str(raised.value)
