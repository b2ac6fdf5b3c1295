"""A store of records: facts are added, never changed; a correction is a fact of its own, with who, when and why."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from clarkson.errors import NobodyError, StoreError
from clarkson.record.people import listed
from clarkson.record.record import Dose, Event, Record, Result
from clarkson.store import schema
from clarkson.store.bodies import Row, fact_of, record_of, rows_of
from clarkson.store.refusals import said

_KEY_BYTES, _HASH_LENGTH = 32, 12
_COPY_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Added:
    """What an import did: how many facts are new, and how many were there."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class Kept:
    """A fact with its number in the store, when and by whom it came, and the correction that took it back, if any."""

    number: int
    fact: Result | Dose | Event
    at: str
    who: str
    withdrawn: str = ""


class Store:
    """An open store. Every door is one transaction: it happens whole or not at all."""

    def __init__(self, engine: Engine, who: str | None = None) -> None:
        """Take an engine whose schema is at the revision that this code needs."""
        self._engine = engine
        self._who = who or _user()

    def add(self, record: Record, *, file: str, sha256: str) -> Added:
        """Keep the facts of a record. The same file, or the same fact, arrives once.

        Raises
        ------
        StoreError
            The store cannot be written.
        """
        rows = list(rows_of(record))
        with self._transaction() as connection:
            person = self._person(connection, record.subject, create=True)
            new = self._keep(connection, person, rows, file, sha256)
            if new is None:
                return Added(0, len(rows))
            # The name of a file may be that of a person: it stands with the arrival, which a purge reaches.
            self._note(connection, "import", record.subject, f"{new} new facts")
        return Added(new, len(rows) - new)

    def people(self) -> tuple[str, ...]:
        """Everyone of whom facts are kept.

        Raises
        ------
        StoreError
            The store cannot be read.
        """
        with self._transaction() as connection:
            names = connection.execute(select(schema.person.c.subject)).scalars().all()
            self._note(connection, "list people", "", "")
        return tuple(sorted(names, key=lambda name: (len(name), name)))

    def record(self, subject: str, *, purpose: str | None = "read") -> Record:
        """The record of one person as it stands: without what was withdrawn or replaced.

        The audit log says ``purpose``; None is for what is looked at to decide, and shown to nobody.

        Raises
        ------
        StoreError
            There is no such person, or the store cannot be read.
        """
        fact = schema.fact
        with self._transaction() as connection:
            person = self._person(connection, subject)
            rows = connection.execute(
                select(fact.c.kind, fact.c.body)
                .where(fact.c.person_id == person, fact.c.id.not_in(select(schema.correction.c.fact_id)))
                .order_by(fact.c.id)
            ).all()
            if purpose is not None:
                self._note(connection, purpose, subject, f"{len(rows)} facts")
        return record_of(subject, [(row.kind, row.body) for row in rows])

    def history(self, subject: str, *, purpose: str | None = "read history") -> tuple[Kept, ...]:
        """Every result, dose and event that was ever kept of a person, what was corrected among them.

        The audit log says ``purpose``; None is for what is looked at to decide, and shown to nobody.

        Raises
        ------
        StoreError
            There is no such person, or the store cannot be read.
        """
        fact, arrival, correction = schema.fact, schema.arrival, schema.correction
        with self._transaction() as connection:
            person = self._person(connection, subject)
            rows = connection.execute(
                select(fact.c.id, fact.c.kind, fact.c.body, arrival.c.at, arrival.c.who,
                       correction.c.at.label("then"), correction.c.who.label("by"), correction.c.why)
                .join(arrival, fact.c.arrival_id == arrival.c.id)
                .outerjoin(correction, correction.c.fact_id == fact.c.id)
                .where(fact.c.person_id == person, fact.c.kind.in_(("result", "dose", "event")))
                .order_by(fact.c.id)
            ).all()  # fmt: skip
            if purpose is not None:
                self._note(connection, purpose, subject, f"{len(rows)} facts")
        return tuple(
            Kept(
                row.id,
                fact_of(row.kind, row.body),  # type: ignore[arg-type]
                row.at,
                row.who,
                f"{row.then} by {row.by}: {row.why}" if row.then else "",
            )
            for row in rows
        )

    def correct(
        self, subject: str, number: int, *, why: str, by: Record | None = None, also: Sequence[int] = ()
    ) -> None:
        """Withdraw a fact, or replace it by the facts of another record of the same person.

        ``also`` are facts that fall with it, in the same transaction.

        Raises
        ------
        StoreError
            The person has no such fact, it was withdrawn before, or no reason is given.
        """
        if not why.strip():
            raise StoreError("a correction needs a reason")
        if by is not None and by.subject != subject:
            raise StoreError("a fact can only be replaced by one of the same person")
        with self._transaction() as connection:
            person = self._person(connection, subject)
            for each in (number, *also):
                self._refuse_fallen(connection, subject, person, each)
            replacement = None
            if by is not None:
                rows = [row for row in rows_of(by) if row.kind != "traits"]
                sha256 = hashlib.sha256(f"{number} {datetime.now(UTC)} {rows}".encode()).hexdigest()
                self._keep(connection, person, rows, f"correction of {number}", sha256)
                replacement = connection.execute(
                    select(schema.fact.c.id).where(
                        schema.fact.c.person_id == person, schema.fact.c.digest == rows[0].digest
                    )
                ).scalar()
            for each in (number, *also):
                connection.execute(
                    insert(schema.correction).values(
                        fact_id=each, replaced_by=replacement, at=_now(), who=self._who, why=why.strip()
                    )
                )
            fallen = ", ".join(str(each) for each in (number, *also))
            self._note(connection, "correct", subject, f"facts {fallen}" if also else f"fact {fallen}")

    def note_export(self, subject: str, detail: str) -> None:
        """Say in the audit log that something of a person left the store.

        Raises
        ------
        StoreError
            The store cannot be written.
        """
        with self._transaction() as connection:
            self._note(connection, "export", subject, detail)

    def purge(self, subject: str) -> int:
        """Delete everything of a person for good, and give how many facts there were. Backups are not reached.

        Raises
        ------
        StoreError
            There is no such person, or the store cannot be written.
        """
        fact, correction = schema.fact, schema.correction
        with self._transaction() as connection:
            person = self._person(connection, subject)
            connection.execute(insert(schema.purging).values(person_id=person))
            own = select(fact.c.id).where(fact.c.person_id == person)
            connection.execute(delete(correction).where(correction.c.fact_id.in_(own)))
            count = connection.execute(delete(fact).where(fact.c.person_id == person)).rowcount
            connection.execute(delete(schema.arrival).where(schema.arrival.c.person_id == person))
            connection.execute(delete(schema.person).where(schema.person.c.id == person))
            connection.execute(delete(schema.purging))
            self._note(connection, "purge", subject, f"{count} facts")
        self._sweep()
        return int(count)

    def audit(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Time, who, action, keyed hash of the person and detail of everything that was done, the oldest first.

        Raises
        ------
        StoreError
            The store cannot be read.
        """
        log = schema.audit
        with self._transaction() as connection:
            rows = connection.execute(
                select(log.c.at, log.c.who, log.c.action, log.c.person, log.c.detail).order_by(log.c.id)
            ).all()
        return (tuple(row) for row in rows)

    def copy_to(self, other: Store) -> None:
        """Copy everything into an empty store, in one transaction.

        Raises
        ------
        StoreError
            The other store holds people, or one of them cannot be used.
        """
        with self._transaction() as here, other._transaction() as there:
            if there.execute(select(func.count()).select_from(schema.person)).scalar():
                raise StoreError("the store to write to is not empty")
            there.execute(delete(schema.secret))
            there.execute(insert(schema.purging).values(person_id=0))
            there.execute(delete(schema.audit))
            there.execute(delete(schema.purging))
            for table in schema.COPIED:
                _copy(table, here, there)
            self._note(here, "copy", "", "to another store")

    def hashed(self, subject: str) -> str:
        """The keyed hash that stands for a person in logs.

        Raises
        ------
        StoreError
            The store cannot be read.
        """
        with self._transaction() as connection:
            return self._hash(connection, subject)

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise StoreError(f"the store refused: {said(error)}") from None

    def _person(self, connection: Connection, subject: str, *, create: bool = False) -> int:
        table = schema.person
        query = select(table.c.id).where(table.c.subject == subject)
        found = connection.execute(query).scalar()
        if found is None and create:
            connection.execute(_insert_new(connection, table).values(subject=subject).on_conflict_do_nothing())
            found = connection.execute(query).scalar()
        if found is None:
            names = connection.execute(select(table.c.subject).order_by(table.c.id).limit(6)).scalars().all()
            raise NobodyError(f"the store has nothing of '{subject}'; it has {listed(names)}")
        return int(found)

    def _refuse_fallen(self, connection: Connection, subject: str, person: int, number: int) -> None:
        """Refuse the number of a fact that is not of the person, or does not stand."""
        fact, correction = schema.fact.c, schema.correction.c
        if connection.execute(select(fact.id).where(fact.person_id == person, fact.id == number)).scalar() is None:
            raise StoreError(f"'{subject}' has no fact {number}")
        if connection.execute(select(correction.id).where(correction.fact_id == number)).scalar():
            raise StoreError(f"fact {number} does not stand any more")

    def _keep(self, connection: Connection, person: int, rows: list[Row], file: str, sha256: str) -> int | None:
        """How many facts are new; None if the same file arrived before."""
        table = schema.arrival
        values = {"person_id": person, "file": file, "sha256": sha256, "at": _now(), "who": self._who}
        arrival = connection.execute(
            _insert_new(connection, table).values(**values).on_conflict_do_nothing().returning(table.c.id)
        ).scalar()
        if arrival is None:
            return None
        count = select(func.count()).select_from(schema.fact).where(schema.fact.c.person_id == person)
        before = connection.execute(count).scalar() or 0
        if rows:
            statement = _insert_new(connection, schema.fact).on_conflict_do_nothing()
            connection.execute(
                statement,
                [
                    {
                        "person_id": person,
                        "arrival_id": arrival,
                        "kind": row.kind,
                        "what": row.what,
                        "time_us": row.time_us,
                        "value": row.value,
                        "body": row.body,
                        "digest": row.digest,
                    }
                    for row in rows
                ],
            )
        return int((connection.execute(count).scalar() or 0) - before)

    def _note(self, connection: Connection, action: str, subject: str, detail: str) -> None:
        person = self._hash(connection, subject) if subject else ""
        connection.execute(
            insert(schema.audit).values(at=_now(), who=self._who, action=action, person=person, detail=detail)
        )

    def _hash(self, connection: Connection, subject: str) -> str:
        key = connection.execute(select(schema.secret.c.value).where(schema.secret.c.name == "audit")).scalar()
        if key is None:
            raise StoreError("the store has lost the key of its audit log")
        return hmac.new(bytes(key), subject.encode(), hashlib.sha256).hexdigest()[:_HASH_LENGTH]

    def _sweep(self) -> None:
        """Give deleted pages back, so that nothing of them is left on the disk."""
        pooled = self._engine.raw_connection()
        try:
            # Below SQLAlchemy, which would begin a transaction first.
            driver: Any = pooled.driver_connection
            if self._engine.dialect.name == "postgresql":
                driver.autocommit = True
                driver.execute("VACUUM")
                driver.autocommit = False
            else:
                driver.execute("VACUUM")
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            pooled.close()


def _copy(table: Table, here: Connection, there: Connection) -> None:
    query = select(table).order_by(*table.primary_key)
    result = here.execute(query, execution_options={"yield_per": _COPY_ROWS})
    for part in result.mappings().partitions():
        there.execute(insert(table), [dict(row) for row in part])
    if there.dialect.name == "postgresql" and "id" in table.c:
        # Numbers that were copied are not known to the counter of new ones.
        name = table.name
        there.execute(
            text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), coalesce((SELECT max(id) FROM {name}), 1))")
        )


def _insert_new(connection: Connection, table: Table) -> Any:
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
