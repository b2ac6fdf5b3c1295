"""The same people as a DuckDB file and on a PostgreSQL server: the screening finds the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from adbc_driver_postgresql import dbapi
from pyarrow import parquet

from clarkson.evaluate.population import write_population
from clarkson.screen.screen import Settings, screen
from tests.datasets.postgres import server

SETTINGS = Settings(negatives=10)


@pytest.fixture(scope="module")
def omop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_population(tmp_path_factory.mktemp("people"), people=300, planted=2, confounders=40, seed=8).data


@pytest.fixture(scope="module")
def expected(omop: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return found(omop, tmp_path_factory.mktemp("files") / "found")


def found(data: str | Path, folder: Path, tell: Callable[[str], None] = lambda _: None) -> list[Any]:
    screen(data, folder, SETTINGS, tell=tell)
    return [parquet.read_table(folder / f"{name}.parquet").to_pylist() for name in ("people", "episodes", "negatives")]


def everything(folder: Path) -> str:
    return "".join(each.read_text() for each in folder.rglob("*.json"))


def test_a_duckdb_file(omop: Path, expected: list[Any], tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("CREATE SCHEMA cdm")
        for each in omop.glob("*.parquet"):
            connection.execute(f"CREATE TABLE cdm.{each.stem} AS FROM '{each}'")
    assert len(expected[0]) >= 2
    assert found(file, tmp_path / "found") == expected


def test_a_postgresql_server_whose_password_is_written_nowhere(omop: Path, expected: list[Any], tmp_path: Path) -> None:
    written: list[str] = []
    with server() as address:
        with dbapi.connect(address) as connection, connection.cursor() as cursor:
            for each in omop.glob("*.parquet"):
                cursor.adbc_ingest(each.stem, parquet.read_table(each), mode="create")
            connection.commit()
        address = address.replace("clarkson@", "clarkson:hidden@")
        assert found(address, tmp_path / "found", lambda _: written.append(everything(tmp_path))) == expected
    assert len(written) > 2
    assert not any("hidden" in each for each in [*written, everything(tmp_path)])
