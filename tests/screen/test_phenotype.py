"""The rule on planted people: one answer from DuckDB, PostgreSQL and canonical columns."""

from __future__ import annotations

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from clarkson.cli import clarkson
from clarkson.record.open_dataset import open_dataset
from clarkson.screen.phenotype import EXCLUDED, Episodes, RuleEpisode, excluded, recorded_in, rule_on_columns, rule_sql
from tests.datasets.postgres import server
from tests.screen.omop_people import ONE, TABLES, TWO, rows

BOTH: tuple[Episodes, Episodes] = (1, 2)
needs_data = pytest.mark.skipif("CLARKSON_DATA" not in os.environ, reason="CLARKSON_DATA is unset")
Found = list[tuple[int, datetime, datetime]]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("omop") / "cdm.duckdb"
    with duckdb.connect(file) as connection:
        for table, columns in TABLES.items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
            marks = ", ".join("?" * len(columns.split(", ")))
            for row in rows(table):
                connection.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    return file


def on_duckdb(file: Path, episodes: Episodes) -> Found:
    with duckdb.connect(file, read_only=True) as connection:
        return connection.execute(rule_sql(episodes)).fetchall()


def on_columns(file: Path, episodes: Episodes) -> tuple[RuleEpisode, ...]:
    data = open_dataset(file)
    return rule_on_columns(data.results(), recorded_in(data), episodes)


@pytest.mark.parametrize(("episodes", "who"), [(2, TWO), (1, ONE)])
def test_the_planted_people_are_found(planted: Path, episodes: Episodes, who: set[int]) -> None:
    assert {row[0] for row in on_duckdb(planted, episodes)} == who


def test_an_episode_is_from_its_first_draw_until_both_are_back(planted: Path) -> None:
    found = [row[1:] for row in on_duckdb(planted, 2) if row[0] == 1]
    assert found == [
        (datetime(2024, 3, 1, 8), datetime(2024, 3, 10, 9)),
        (datetime(2024, 9, 1, 8), datetime(2024, 9, 10, 9)),
    ]


@pytest.mark.parametrize("episodes", BOTH)
def test_canonical_columns_give_the_same_answer(planted: Path, episodes: Episodes) -> None:
    expected = [
        RuleEpisode(str(who), start.replace(tzinfo=UTC), end.replace(tzinfo=UTC))
        for who, start, end in on_duckdb(planted, episodes)
    ]
    assert sorted(on_columns(planted, episodes), key=lambda each: (int(each.subject), each.start)) == expected


def test_postgresql_gives_the_same_answer(planted: Path) -> None:
    psycopg = pytest.importorskip("psycopg", reason="needs the extra postgres")
    with server() as address, psycopg.connect(address) as connection, connection.cursor() as cursor:
        for table, columns in TABLES.items():
            cursor.execute(f"CREATE TABLE {table} ({columns})")
            for row in rows(table):
                cursor.execute(f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(row))})", row)
        for episodes in BOTH:
            cursor.execute(rule_sql(episodes))
            assert cursor.fetchall() == on_duckdb(planted, episodes)


def test_every_exclusion_is_a_cause_that_passes() -> None:
    assert {each.label for each in excluded()} == set(EXCLUDED)
    assert all(each.before is not None for each in excluded())


def test_the_command_prints_or_writes_the_query(tmp_path: Path) -> None:
    printed = CliRunner().invoke(clarkson, ["phenotype", "sql", "--episodes", "1"])
    assert printed.exit_code == 0
    assert printed.stdout == rule_sql(1)
    file = tmp_path / "rule.sql"
    written = CliRunner().invoke(clarkson, ["phenotype", "sql", "-o", str(file)])
    assert written.exit_code == 0
    assert file.read_text() == rule_sql(2)


@needs_data
def test_the_rule_runs_on_real_omop_tables_and_finds_nobody_in_them(tmp_path: Path) -> None:
    # 28 synthetic people, of whom three have an albumin at all.
    names = [name for name in TABLES if name not in ("person", "observation_period")]
    with zipfile.ZipFile(Path(os.environ["CLARKSON_DATA"]) / "synthea27nj-omop54" / "Synthea27Nj_5.4.zip") as packed:
        packed.extractall(tmp_path, [f"{name.upper()}.csv" for name in names])
    with duckdb.connect() as connection:
        for name in names:
            connection.execute(
                f"CREATE TABLE {name} AS FROM read_csv('{tmp_path / name.upper()}.csv', sample_size = -1)"
            )
        found = connection.execute(rule_sql(1)).fetchall()
    assert found == []
