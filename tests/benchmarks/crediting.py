"""Credit 40,000 entitlements from a CSV: parse, check, decide and book, against the driver writing the same rows."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from pasledger.store import Store
from pasledger.usecases.crediting import credit
from pasledger.usecases.minting import stamp_now
from tests.benchmarks.measure import Figure, seconds, side_by_side
from tests.benchmarks.town import a_bench_town, award_file

ROWS = 40_000
_TABLES = ("account", "transfer", "entry", "entitlement", "award_decision")


def figures(folder: Path) -> Iterator[Figure]:
    """Yield the figure of crediting."""
    empty, full = folder / "empty.db", folder / "full.db"
    a_bench_town(empty, holders=ROWS, is_credited=False).store.close()
    shutil.copy(empty, full)
    _credit(full)
    rows = _rows_that_were_added(empty, full)

    def ours() -> float:
        return ROWS / _on_a_copy(empty, _credit)

    def floor() -> float:
        return ROWS / _on_a_copy(empty, lambda path: _write(path, rows))

    value, least = side_by_side(ours, floor)
    yield Figure(f"credit {ROWS:,} from a CSV, rows/s", value, least, target=1 / 3)


def _on_a_copy(original: Path, work: Callable[[Path], None]) -> float:
    copy = original.with_name("copy.db")
    shutil.copy(original, copy)
    return seconds(lambda: work(copy))


def _credit(path: Path) -> None:
    store = Store.open(str(path))
    credit(store, award_file(ROWS), stamp_now("clerk", "approver"))
    store.close()


def _rows_that_were_added(empty: Path, full: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return, for each table, the rows that crediting wrote."""
    connection = sqlite3.connect(full)
    connection.execute("ATTACH DATABASE ? AS before", (str(empty),))
    return {
        table: connection.execute(f"SELECT * FROM main.{table} EXCEPT SELECT * FROM before.{table}").fetchall()
        for table in _TABLES
    }


def _write(path: Path, rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Write the rows as a hand-written program would: prepared beforehand, unguarded, in one durable transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = full")
    connection.execute("PRAGMA foreign_keys = on")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("BEGIN IMMEDIATE")
    for table, values in rows.items():
        new = [row for row in values if table != "account" or row[1] != "budget"]
        places = ", ".join("?" * len(values[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({places})", new)
    connection.execute("UPDATE account SET balance_cents = balance_cents - 1 WHERE kind = 'budget'")
    connection.execute("COMMIT")
    connection.close()
