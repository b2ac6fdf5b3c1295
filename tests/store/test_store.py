"""The store keeps what it was given: on SQLite, on SQLite with encryption, and on a real PostgreSQL server."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

import clarkson as ck
from clarkson.errors import StoreError
from clarkson.examples import example, examples
from clarkson.record.record import Dose, Event, Record, Result, Skipped, Source
from clarkson.record.repeats import settle
from clarkson.store import schema
from clarkson.store.bodies import record_of, rows_of
from clarkson.store.opening import make_store, migrate_store, open_store
from clarkson.store.store import Store
from tests.cli.command import run
from tests.datasets.postgres import server

NOW = datetime(2024, 5, 1, 8, tzinfo=UTC)
MARKER = "Zaubernuss"


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with server() as address:
        yield address


@pytest.fixture(params=["sqlite", "encrypted", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a new store may be made."""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("postgres")
        name = f"s{abs(hash(str(tmp_path)))}"
        import psycopg

        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return address.rsplit("/", 1)[0] + f"/{name}"
    if request.param == "encrypted":
        (tmp_path / "key").write_text("it's a key")
        monkeypatch.setenv("CLARKSON_STORE_KEY_FILE", str(tmp_path / "key"))
    return str(tmp_path / "private" / "store.db")


@pytest.fixture
def store(place: str) -> Iterator[Store]:
    made = make_store(place, who="tester")
    yield made
    made.close()


def case(name: str = "smith2016-1") -> Record:
    return ck.read_bytes(example(name), f"{name}.json")


def hematocrit(value: float, hours: float = 0.0, subject: str = "me") -> Record:
    result = Result("hematocrit", value, NOW + timedelta(hours=hours), Source("notebook", f"line {hours:g}"))
    return Record(subject, (result,))


def test_a_record_comes_back_as_it_was(store: Store) -> None:
    record = case()
    store.add(record, file="a.json", sha256="1")
    assert store.record(record.subject) == record
    assert store.people() == (record.subject,)


@pytest.mark.parametrize("name", [each.id for each in examples()])
def test_every_published_case_survives(name: str) -> None:
    record = case(name)
    assert record_of(record.subject, [(row.kind, row.body) for row in rows_of(record)]) == record


times = st.datetimes(datetime(1950, 1, 1), datetime(2250, 1, 1), timezones=st.just(UTC))
words = st.text(max_size=20)
sources = st.builds(Source, words, words)
results = st.builds(
    Result,
    st.sampled_from(["hematocrit", "albumin"]),
    st.floats(allow_nan=False, allow_infinity=False),
    times,
    sources,
    comparator=st.sampled_from(["", "<", ">="]),
    laboratory=words,
    raw_value=words,
    raw_unit=words,
    steady=st.booleans(),
    exact_time=st.booleans(),
)
numbers = st.none() | st.floats(allow_nan=False, allow_infinity=False)
ends = st.none() | times
doses = st.builds(
    Dose, st.just("albumin"), words, times, sources, end=ends, amount=numbers, unit=words, exact_time=st.booleans()
)
events = st.builds(Event, st.just("symptom"), words, ends, sources, st.booleans())
skips = st.builds(Skipped, sources, words, words, question=st.booleans(), count=st.integers(1, 9))


@given(
    st.lists(results, max_size=6),
    st.lists(doses, max_size=3),
    st.lists(events, max_size=3),
    st.lists(skips, max_size=3),
)
def test_any_record_survives(
    found: list[Result], given_: list[Dose], happened: list[Event], left: list[Skipped]
) -> None:
    settled, repeats = settle(found)
    ordered = tuple(sorted(given_, key=lambda each: each.start))
    record = Record("me", settled, ordered, tuple(happened), sex="female", skipped=(*left, *repeats))
    assert record_of("me", [(row.kind, row.body) for row in rows_of(record)]) == record


def test_the_same_again_changes_nothing(store: Store) -> None:
    record = case()
    first = store.add(record, file="a.json", sha256="1")
    again = store.add(record, file="a.json", sha256="1")
    renamed = store.add(record, file="copy of a.json", sha256="2")
    assert first.new > 0
    assert (first.known, again.new, renamed.new) == (0, 0, 0)
    assert store.record(record.subject) == record


def test_two_peoples_facts_never_mix(store: Store) -> None:
    store.add(hematocrit(0.41, subject="a"), file="a", sha256="1")
    store.add(hematocrit(0.52, subject="b"), file="a", sha256="1")
    assert [each.value for each in store.record("a").results] == [0.41]
    assert [each.value for each in store.record("b").results] == [0.52]
    number = store.history("a")[0].number
    with pytest.raises(StoreError, match="'b' has no fact"):
        store.correct("b", number, why="mistaken")
    with pytest.raises(StoreError, match="of the same person"):
        store.correct("a", number, why="mistaken", by=hematocrit(0.5, subject="b"))
    store.purge("a")
    assert store.people() == ("b",)
    assert [each.value for each in store.record("b").results] == [0.52]


def test_a_correction_leaves_the_history(store: Store) -> None:
    store.add(hematocrit(0.41), file="a", sha256="1")
    store.add(hematocrit(0.14, 6.0), file="b", sha256="2")
    wrong = next(each for each in store.history("me") if isinstance(each.fact, Result) and each.fact.value == 0.14)
    store.correct("me", wrong.number, why="typed 14 for 41", by=hematocrit(0.41, 6.0))
    assert [each.value for each in store.record("me").results] == [0.41, 0.41]
    kept = {each.number: each for each in store.history("me")}
    assert "by tester: typed 14 for 41" in kept[wrong.number].withdrawn
    assert len(kept) == 3
    with pytest.raises(StoreError, match="does not stand any more"):
        store.correct("me", wrong.number, why="again")
    with pytest.raises(StoreError, match="needs a reason"):
        store.correct("me", wrong.number, why=" ")


def test_rows_cannot_be_changed_behind_the_back(store: Store) -> None:
    store.add(hematocrit(0.41), file="a", sha256="1")
    for statement in (update(schema.fact).values(value=0.5), delete(schema.fact), delete(schema.audit)):
        with pytest.raises(DatabaseError, match="never changed"), store._engine.begin() as connection:
            connection.execute(statement)
    assert [each.value for each in store.record("me").results] == [0.41]


def test_the_audit_log_says_who_did_what_without_names(store: Store) -> None:
    store.add(replace(hematocrit(0.41), subject=MARKER), file="a", sha256="1")
    store.record(MARKER)
    store.note_export(MARKER, "FHIR")
    store.purge(MARKER)
    lines = list(store.audit())
    assert [line[2] for line in lines] == ["import", "read", "export", "purge"]
    assert {line[1] for line in lines} == {"tester"}
    assert len({line[3] for line in lines}) == 1
    assert store.hashed(MARKER) == lines[0][3]
    assert MARKER not in repr(lines)


def test_what_was_purged_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    place = tmp_path / "store.db"
    store = make_store(str(place))
    marked = Record(MARKER, tuple(replace(hematocrit(0.4, n).results[0], laboratory=MARKER) for n in range(200)))
    store.add(marked, file="a", sha256="1")
    store.add(hematocrit(0.5), file="b", sha256="2")
    assert store.purge(MARKER) == 201
    for path in tmp_path.iterdir():
        assert MARKER.encode() not in path.read_bytes(), path
    assert [each.value for each in store.record("me").results] == [0.5]


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    place = tmp_path / "private" / "store.db"
    store = make_store(str(place))
    store.add(hematocrit(0.41), file="a", sha256="1")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in place.parent.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_an_encrypted_file_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key"
    key.write_text("secret")
    monkeypatch.setenv("CLARKSON_STORE_KEY_FILE", str(key))
    place = tmp_path / "store.db"
    store = make_store(str(place))
    store.add(replace(hematocrit(0.41), subject=MARKER), file="a", sha256="1")
    store.close()
    for path in tmp_path.glob("store.db*"):
        data = path.read_bytes()
        assert MARKER.encode() not in data
        assert not data.startswith(b"SQLite format 3")
    key.write_text("another")
    with pytest.raises(StoreError, match="encrypted with another key"):
        open_store(str(place))
    monkeypatch.delenv("CLARKSON_STORE_KEY_FILE")
    with pytest.raises(StoreError, match="encrypted with another key"):
        open_store(str(place))


def test_a_backup_is_a_store_and_can_be_restored(store: Store, tmp_path: Path) -> None:
    store.add(case(), file="a.json", sha256="1")
    store.add(hematocrit(0.14), file="b", sha256="2")
    store.correct("me", store.history("me")[0].number, why="typo", by=hematocrit(0.41))
    backup = make_store(str(tmp_path / "backup.db"), who="tester")
    store.copy_to(backup)
    for name in store.people():
        assert backup.record(name) == store.record(name)
        assert [each.withdrawn for each in backup.history(name)] == [each.withdrawn for each in store.history(name)]
    assert backup.hashed("me") == store.hashed("me")
    backup.add(hematocrit(0.44, 12.0), file="c", sha256="3")
    assert len(backup.record("me").results) == 2
    with pytest.raises(StoreError, match="is not empty"):
        store.copy_to(backup)


def test_a_backup_comes_back_into_postgresql(postgres: str, tmp_path: Path) -> None:
    import psycopg

    source = make_store(str(tmp_path / "a.db"))
    source.add(case(), file="a.json", sha256="1")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
    target = make_store(postgres.rsplit("/", 1)[0] + "/restored")
    source.copy_to(target)
    target.add(hematocrit(0.41), file="b", sha256="2")
    assert target.record(case().subject) == case()
    assert len(target.people()) == 2
    target.close()


def test_the_schema_is_checked_before_anything_else(place: str, store: Store) -> None:
    assert migrate_store(place) == (schema.HEAD, schema.HEAD)
    with pytest.raises(StoreError, match="already"):
        make_store(place)
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="a newer Clarkson made"):
        open_store(place)
    with store._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(StoreError, match="db migrate"):
        open_store(place)


def test_what_is_no_store_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store at"):
        open_store(str(tmp_path / "none.db"))
    (tmp_path / "text.db").write_text("this is no database at all, but a text of some length")
    with pytest.raises(StoreError, match="is no SQLite file"):
        open_store(str(tmp_path / "text.db"))
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE a (b)")
    with pytest.raises(StoreError, match="is no store of Clarkson"):
        open_store(str(tmp_path / "other.db"))
    with pytest.raises(StoreError) as raised:
        open_store("postgresql://somebody:secret-word@127.0.0.1:9/none")
    assert "secret-word" not in str(raised.value)


def test_a_file_that_was_begun_is_finished_and_another_database_is_left_alone(tmp_path: Path) -> None:
    begun = tmp_path / "begun.db"
    begun.touch()
    made = make_store(str(begun))
    made.add(hematocrit(0.41), file="a", sha256="1")
    assert made.people() == ("me",)
    made.close()
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (value)")
    with pytest.raises(StoreError, match="a database already"):
        make_store(str(other))
    text_file = tmp_path / "notes.txt"
    text_file.write_text("these are notes, and they are longer than a header of SQLite would be, so that it is read")
    with pytest.raises(StoreError, match="no SQLite file"):
        make_store(str(text_file))
    assert text_file.read_text().startswith("these are notes")


def test_one_writes_while_others_read_and_write(place: str, store: Store) -> None:
    failures: list[BaseException] = []

    def write(start: int) -> None:
        own = open_store(place, who=f"writer {start}")
        try:
            for number in range(start, start + 20):
                own.add(hematocrit(0.4 + number / 1000, number), file=f"{number}", sha256=f"{number}")
                own.record("me")
        except BaseException as error:
            failures.append(error)
        finally:
            own.close()

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 100, 200)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert failures == []
    assert len(store.record("me").results) == 60


@pytest.mark.parametrize("moment", range(50))
def test_a_killed_import_loses_nothing_that_was_said(moment: int, tmp_path: Path) -> None:
    """The child is killed at a moment that differs each time; what it had said before must be there, whole."""
    place = str(tmp_path / "store.db")
    make_store(place).close()
    sizes = [5, 40, 120, 3, 60, 200, 10, 90]
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        own = open_store(place)
        for number, size in enumerate(sizes * 4):
            many = Record(f"p{number}", tuple(hematocrit(0.4, n).results[0] for n in range(size)))
            own.add(many, file="f", sha256=f"{number}")
            os.write(writing, f"{number}\n".encode())
        os._exit(0)
    os.close(writing)
    timer = threading.Timer(0.002 + moment * 0.0025, os.kill, (child, 9))
    timer.start()
    said = b""
    while part := os.read(reading, 4096):
        said += part
    os.close(reading)
    os.waitpid(child, 0)
    timer.cancel()
    store = open_store(place)
    acknowledged = [f"p{line}" for line in said.decode().split()]
    there = store.people()
    assert set(acknowledged) <= set(there)
    assert len(there) <= len(acknowledged) + 1
    for name in there:
        assert len(store.record(name).results) == sizes[int(name[1:]) % len(sizes)]
    store.close()


def test_the_commands_keep_and_give_back(tmp_path: Path) -> None:
    place = str(tmp_path / "store.db")

    def done(*arguments: str) -> str:
        finished = run(*arguments, cwd=tmp_path, CLARKSON_STORE=place)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout.decode()

    done("db", "init")
    assert "me: 25 new facts, 0 known" in done("import", "example:smith2016-1", "--as", "me")
    assert "me: 0 new facts, 25 known" in done("import", "example:smith2016-1", "--as", "me")
    assert done("db", "people") == "me\n"
    assert "smith2016" in done("db", "audit") or "import" in done("db", "audit")
    first = done("db", "history", "me").splitlines()[0].split("\t")
    done("db", "withdraw", "me", first[0], "--why", "a slip")
    assert "corrected" in done("db", "history", "me").splitlines()[0]
    assert "me, male, 58 years, 19 results" in done("assess", "store:me")
    done("db", "backup", str(tmp_path / "backup.db"))
    assert "for good" not in done("db", "purge", "me", "--yes")
    assert done("db", "people") == ""
    Path(place).unlink()
    for rest in tmp_path.glob("store.db-*"):
        rest.unlink()
    done("db", "restore", str(tmp_path / "backup.db"))
    assert "19 results" in done("assess", "store:me")
    refused = run("assess", "store:nobody", cwd=tmp_path, CLARKSON_STORE=place)
    assert (refused.returncode, b"has nothing of 'nobody'" in refused.stderr) == (1, True)
