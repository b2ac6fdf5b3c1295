"""The tables of the store. Nothing in them is ever changed: what was wrong is corrected by a row that says so."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

HEAD = "0001"
"""The revision of the schema that this code needs."""

metadata = MetaData()
_NUMBER = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts rows only in a column that is INTEGER

person = Table(
    "person", metadata, Column("id", _NUMBER, primary_key=True), Column("subject", Text, nullable=False, unique=True)
)

arrival = Table(
    "arrival",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    UniqueConstraint("person_id", "sha256"),
)
"""A file, or an entry by hand, from which facts came. The same one arrives once."""

fact = Table(
    "fact",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("arrival_id", ForeignKey("arrival.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("time_us", BigInteger),
    Column("value", Float(53)),
    Column("body", Text, nullable=False),
    Column("digest", Text, nullable=False),
    UniqueConstraint("person_id", "digest"),
    Index("fact_of_person_by_time", "person_id", "kind", "time_us"),
)
"""A result, a dose, an event, traits or something skipped: whole in ``body``; the other columns are for search."""

correction = Table(
    "correction",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("fact_id", ForeignKey("fact.id"), nullable=False),
    Column("replaced_by", ForeignKey("fact.id")),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
)
"""A fact that no longer stands: withdrawn, or replaced by another."""

audit = Table(
    "audit",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
"""Who read, changed or exported what. A person stands as a keyed hash."""

secret = Table("secret", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False))
"""The key of that hash."""

purging = Table("purging", metadata, Column("person_id", _NUMBER, primary_key=True))
"""The person who is being purged: only their rows may be deleted, and only within the transaction that says so."""

COPIED = (person, arrival, fact, correction, audit, secret)
"""The tables of a backup, each after those to which it refers."""
