"""Bring the schema of a store to the revision that this code needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text


def revision_of(connection: Connection) -> str | None:
    """The revision of the schema, or None of a store that is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(connection: Connection) -> None:
    """Run every migration that is missing, in the transaction of the connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
