"""Open a store, make a new one, or bring one to the newest schema."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, insert, inspect, literal_column, select
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from clarkson.errors import StoreError
from clarkson.store import schema
from clarkson.store.migrate import migrate, revision_of
from clarkson.store.place import engine_at, usual_place
from clarkson.store.refusals import said, shown
from clarkson.store.store import Store

_KEY_BYTES = 32


def open_store(place: str | None = None, *, who: str | None = None) -> Store:
    """The store at a path or an address; without one, that of CLARKSON_STORE or of the user.

    Raises
    ------
    StoreError
        There is no store there, its key is wrong, or its schema is another.
    """
    where = place or usual_place()
    with _let_go_of(engine_at(where)) as engine:
        revision = _revision(engine, where)
        if revision is None:
            raise StoreError(f"'{shown(where)}' is no store of Clarkson; 'clarkson db init' makes one")
        if revision < schema.HEAD:
            raise StoreError(f"the store is of revision {revision}; 'clarkson db migrate' brings it to {schema.HEAD}")
        if revision > schema.HEAD:
            raise StoreError(
                f"the store is of revision {revision}, which a newer Clarkson made; this one knows {schema.HEAD}"
            )
        return Store(engine, who)


def make_store(place: str | None = None, *, who: str | None = None) -> Store:
    """A new and empty store, readable by its owner only.

    Raises
    ------
    StoreError
        There is one already, or it cannot be made.
    """
    where = place or usual_place()
    with _let_go_of(engine_at(where, create=True)) as engine:
        if _revision(engine, where) is not None:
            raise StoreError(f"'{shown(where)}' is a store already")
        with engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise StoreError(f"'{shown(where)}' is a database already, and no store of Clarkson")
        _migrate(engine, where)
        return Store(engine, who)


def migrate_store(place: str | None = None) -> tuple[str | None, str]:
    """Bring a store to the newest schema; the revision before and after.

    Raises
    ------
    StoreError
        There is no store there, or it cannot be written.
    """
    where = place or usual_place()
    with _let_go_of(engine_at(where)) as engine:
        before = _revision(engine, where)
        _migrate(engine, where)
        engine.dispose()
    return before, schema.HEAD


def _migrate(engine: Engine, where: str) -> None:
    try:
        with engine.begin() as connection:
            migrate(connection)
            if connection.execute(select(literal_column("1")).select_from(schema.secret)).first() is None:
                connection.execute(insert(schema.secret).values(name="audit", value=secrets.token_bytes(_KEY_BYTES)))
    except SQLAlchemyError as error:
        raise StoreError(f"'{shown(where)}' cannot be migrated: {said(error)}") from None


@contextmanager
def _let_go_of(engine: Engine) -> Iterator[Engine]:
    """Close what the engine opened if the block fails."""
    try:
        yield engine
    except BaseException:
        engine.dispose()
        raise


def _revision(engine: Engine, where: str) -> str | None:
    try:
        with engine.connect() as connection:
            return revision_of(connection)
    except DatabaseError as error:
        words = said(error)
        if "not a database" in words:
            words = "it is no SQLite file, or encrypted with another key"
        raise StoreError(f"'{shown(where)}' cannot be opened: {words}") from None
