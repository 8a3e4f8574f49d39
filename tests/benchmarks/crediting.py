"""Credit 40,000 entitlements from a CSV: parse, check, decide and book, against the driver writing the same rows."""

from collections.abc import Iterator
from typing import Any

from pasledger.usecases.crediting import credit
from pasledger.usecases.minting import stamp_now
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure, seconds, side_by_side
from tests.benchmarks.raw import Raw, Row
from tests.benchmarks.town import BenchTown, a_bench_town, award_file

_TABLES = ("account", "transfer", "entry", "entitlement", "award_decision")
"""What crediting writes to."""

Rows = dict[str, set[Row]]


def figures(bench: Bench) -> Iterator[Figure]:
    """Yield the figure of crediting in each kind of database."""
    for database in bench.databases:
        # Twice: it takes long, and differs little.
        yield _figure(database, bench.scale.credited, min(2, bench.scale.rounds))


def _figure(database: Raw, number: int, rounds: int) -> Figure:
    town = a_bench_town(database, holders=number, is_credited=False)
    before, after = _rows(town), Rows()

    def ours(_round: int) -> float:
        with town.copied() as copy:
            took = seconds(lambda: _credit(copy, number))
            after.update(_rows(copy))
        return number / took

    def floor(_round: int) -> float:
        with town.copied() as copy, database.unguarded(copy.books) as connection:
            took = seconds(lambda: _write(database, connection, before, after))
            assert _rows(copy) == after
        return number / took

    value, least = side_by_side(ours, floor, rounds)
    return Figure(f"credit {number:,} from a CSV, {database.name}, rows/s", value, least, target=1 / 3)


def _credit(town: BenchTown, number: int) -> None:
    with town.opened() as store:
        credit(store, award_file(number), stamp_now("clerk", "approver"))


def _rows(town: BenchTown) -> Rows:
    return {table: town.database.rows(town.books, table) for table in _TABLES}


def _write(database: Raw, connection: Any, before: Rows, after: Rows) -> None:
    """Write what crediting wrote as a hand-written program would: prepared beforehand, in one durable transaction."""
    there = {row[0]: row for row in before["account"]}
    connection.execute(database.begin)
    for table in _TABLES:
        new = after[table] - before[table]
        database.insert(connection, table, (row for row in new if table != "account" or row[0] not in there))
    for code, _kind, _scheme, balance in after["account"] - before["account"]:
        if code in there:
            database.run(connection, "UPDATE account SET balance_cents = ? WHERE code = ?", (balance, code))
    connection.execute("COMMIT")
