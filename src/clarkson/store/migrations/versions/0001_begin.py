"""The first schema: people, arrivals, facts, corrections, the audit log, and triggers that keep facts as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEPT = ("person", "arrival", "fact", "correction", "audit")
_NEVER = "rows of the store are never changed"


def upgrade() -> None:
    """Make the tables and their triggers."""
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "person", sa.Column("id", number, primary_key=True), sa.Column("subject", sa.Text, nullable=False, unique=True)
    )
    op.create_table(
        "arrival",
        sa.Column("id", number, primary_key=True),
        sa.Column("person_id", number, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.UniqueConstraint("person_id", "sha256"),
    )
    op.create_table(
        "fact",
        sa.Column("id", number, primary_key=True),
        sa.Column("person_id", number, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("arrival_id", number, sa.ForeignKey("arrival.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger),
        sa.Column("value", sa.Float(53)),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.UniqueConstraint("person_id", "digest"),
    )
    op.create_index("fact_of_person_by_time", "fact", ["person_id", "kind", "time_us"])
    op.create_table(
        "correction",
        sa.Column("id", number, primary_key=True),
        sa.Column("fact_id", number, sa.ForeignKey("fact.id"), nullable=False),
        sa.Column("replaced_by", number, sa.ForeignKey("fact.id")),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("id", number, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "secret", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.LargeBinary, nullable=False)
    )
    op.create_table("purging", sa.Column("person_id", number, primary_key=True))
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql()
    else:
        _guard_sqlite()


def _guard_sqlite() -> None:
    for table in _KEPT:
        op.execute(f"CREATE TRIGGER {table}_stays BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END")
        op.execute(
            f"CREATE TRIGGER {table}_remains BEFORE DELETE ON {table} WHEN NOT EXISTS (SELECT 1 FROM purging)"
            f" BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
        )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION clarkson_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM purging) THEN RETURN OLD; END IF;"
        f" RAISE EXCEPTION '{_NEVER}'; END $$"
    )
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"
            " EXECUTE FUNCTION clarkson_stays()"
        )
