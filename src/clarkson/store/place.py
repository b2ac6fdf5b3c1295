"""Where the store lies, and how it is opened: a SQLite file that only its owner can read, or a PostgreSQL database."""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from clarkson.errors import StoreError

STORE, KEY_FILE = "CLARKSON_STORE", "CLARKSON_STORE_KEY_FILE"
_FILE_MODE, _FOLDER_MODE = 0o600, 0o700
_BUSY_SECONDS = 30.0
_POSTGRES = ("postgresql", "postgres")


def usual_place() -> str:
    """CLARKSON_STORE, or the file ``store.db`` in the user's own data folder."""
    return os.environ.get(STORE) or str(user_data_path("clarkson") / "store.db")


def engine_at(place: str, *, create: bool = False) -> Engine:
    """The engine of the store at a path or a postgresql:// address.

    With a key in the file that CLARKSON_STORE_KEY_FILE names, a SQLite file is encrypted by SQLCipher.

    Raises
    ------
    StoreError
        There is no store there, it cannot be made, or the key or the driver is missing.
    """
    if place.startswith(_POSTGRES) and "://" in place:
        return _postgres(place)
    path = Path(place)
    if create:
        _make_private(path)
    elif not path.is_file():
        raise StoreError(f"there is no store at '{path}'; 'clarkson db init' makes one")
    return _sqlite(path, _key())


def _postgres(place: str) -> Engine:
    try:
        url = make_url(place).set(drivername="postgresql+psycopg")
        return create_engine(url, hide_parameters=True)
    except ArgumentError:
        raise StoreError("the address of the store is none like postgresql://user@host/database") from None
    except ModuleNotFoundError:
        raise StoreError("PostgreSQL needs its driver: pip install 'clarkson[postgres]'") from None


def _make_private(path: Path) -> None:
    try:
        path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _FILE_MODE))
    except FileExistsError:
        pass  # perhaps one that was never finished: whoever migrates it looks first
    except OSError as error:
        raise StoreError(f"the store '{path}' cannot be made: {error.strerror}") from None


def _key() -> str | None:
    named = os.environ.get(KEY_FILE)
    if not named:
        return None
    try:
        key = Path(named).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise StoreError(f"the key file '{named}' cannot be read: {error.strerror}") from None
    if not key:
        raise StoreError(f"the key file '{named}' is empty")
    return key


def _sqlite(path: Path, key: str | None) -> Engine:
    driver: Any = None
    if key is not None:
        try:
            driver = import_module("sqlcipher3.dbapi2")
        except ImportError:
            raise StoreError("an encrypted store needs SQLCipher: pip install 'clarkson[encrypted]'") from None
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=driver,
        connect_args={"timeout": _BUSY_SECONDS},
        hide_parameters=True,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy begins transactions itself: the driver would begin them too late.
        connection.isolation_level = None
        cursor = connection.cursor()
        if key is not None:
            cursor.execute("PRAGMA key = '" + key.replace("'", "''") + "'")
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A writer that began as a reader could not wait for another one.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
