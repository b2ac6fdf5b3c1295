"""The tables of a PostgreSQL server, for reading: those rows that Clarkson uses are copied into DuckDB, in memory.

Reading needs the ``postgres`` extra (adbc-driver-postgresql).
"""

from __future__ import annotations

import re
from typing import Any

import duckdb

from clarkson.errors import RecordError
from clarkson.record.tables import Tables, connect, refusal

_SCHEMES = ("postgresql://", "postgres://")
_EXTRA = "install the extra that brings it: pip install 'clarkson[postgres]'"
_TABLES = ("person", "measurement", "drug_exposure", "condition_occurrence", "procedure_occurrence", "concept")
_NEEDED = "measurement"
# Of the vocabulary only what a row of the other tables can name.
_VOCABULARIES = "('LOINC', 'UCUM', 'RxNorm', 'RxNorm Extension', 'ATC', 'SNOMED', 'ICD10CM', 'ICD9CM', 'Gender')"


def is_address(text: str) -> bool:
    """Whether a text is the address of a PostgreSQL server.

    >>> is_address("postgresql://localhost/omop"), is_address("labs.csv")
    (True, False)
    """
    return text.startswith(_SCHEMES)


def without_password(address: str) -> str:
    """The address of a server, or any other text, without the password in it.

    >>> without_password("postgresql://ann:secret@localhost/omop?password=secret")
    'postgresql://ann@localhost/omop?'
    """
    return re.sub(r"(?<=[?&])password=[^&]*&?", "", re.sub(r"^(\w+://[^/@:]*):[^/@]*@", r"\1@", address))


def tables_in_postgres(address: str) -> Tables:
    """The OMOP tables of a PostgreSQL database: those of the schema that has a table ``measurement``.

    Raises
    ------
    RecordError
        The server cannot be reached or refuses, no schema has the table, or the driver is not installed.
    """
    try:
        from adbc_driver_manager import Error as DriverError
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        raise RecordError(f"PostgreSQL needs its driver; {_EXTRA}") from error
    name = address.rsplit("/", 1)[-1].split("?")[0] or "PostgreSQL"
    connection = connect()
    columns: dict[str, tuple[str, ...]] = {}
    try:
        with dbapi.connect(address) as server, server.cursor() as cursor:
            schema, found = _schema(cursor, name)
            for table in _TABLES:
                if table not in found:
                    continue
                # A numeric comes as text, which keeps all its digits: DuckDB casts it where it is used.
                where = f" WHERE vocabulary_id IN {_VOCABULARIES}" if table == "concept" else ""
                cursor.execute(f'SELECT * FROM "{schema}"."{table}"{where}')
                reader = cursor.fetch_record_batch()
                connection.register("arriving", reader)
                connection.execute(f'CREATE TABLE "{table}" AS SELECT * FROM arriving')
                connection.unregister("arriving")
                columns[table] = tuple(str(each).lower() for each in reader.schema.names)
    except DriverError as error:
        raise RecordError(f"'{name}' cannot be read: {_without_secrets(str(error), address)}") from None
    except duckdb.Error as error:
        raise refusal(name, error) from error
    return Tables(connection, name, columns)


def _schema(cursor: Any, name: str) -> tuple[str, frozenset[str]]:
    cursor.execute(
        "SELECT table_schema::text, table_name::text FROM information_schema.tables"
        " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    )
    tables: dict[str, set[str]] = {}
    for schema, table in cursor.fetchall():
        tables.setdefault(schema, set()).add(table)
    found = next((each for each in sorted(tables) if _NEEDED in tables[each]), None)
    if found is None:
        raise RecordError(f"'{name}' has no table {_NEEDED}")
    return found, frozenset(tables[found])


def _without_secrets(said: str, address: str) -> str:
    """An error of the driver on one line, in which the address with its password does not stand."""
    password = address.split("@", 1)[0].rsplit(":", 1)[-1] if "@" in address else ""
    line = " ".join(said.split()).replace(address, "the server")
    return (line.replace(password, "...") if password and "//" not in password else line)[:300]
