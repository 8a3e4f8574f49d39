"""Books of any size: the rows of redemptions, made by the million, in books that are sound and guarded afterwards."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import chain, cycle, islice
from operator import itemgetter
from typing import Any

from pasledger.store.tables import metadata
from tests.benchmarks.by_hand import TABLES, Moment, Payer, payable, payers, rows_of
from tests.benchmarks.raw import Raw, Row
from tests.benchmarks.town import BenchTown, a_bench_town

QUIET = 20
"""How many holders, the first ones, have no more movements than a page has lines, however large the books are."""
LINES_ON_A_PAGE = 20

_AT_A_TIME = 200_000


@cache
def grown(database: Raw, holders: int, size: int) -> BenchTown:
    """Return books with `size` transfers, and the cards that are not quiet; made once in a run."""
    town = a_bench_town(database, holders=holders)
    town = replace(town, books=database.copy(town.books), cards=town.cards[QUIET:])
    with database.filling(town.books) as connection:
        [there] = database.run(connection, "SELECT count(*) FROM transfer").fetchone()
        paying = islice(_taking_turns(list(payers(database, connection))), size - there)
        opened = "INSERT INTO account VALUES (?, 'payable', 'sport', NULL) ON CONFLICT DO NOTHING"
        database.run(connection, opened, [payable(town.merchants[0])])
        paid: Counter[str] = Counter()
        while some := list(islice(paying, _AT_A_TIME)):
            _redeem(town, connection, some)
            paid.update(payer.account for payer in some)
        for account, cents in paid.items():
            changed = "UPDATE account SET balance_cents = balance_cents - ? WHERE code = ?"
            database.run(connection, changed, (cents, account))
    return town


def _taking_turns(all_payers: list[Payer]) -> Iterator[Payer]:
    """Yield the quiet holders until their page is full, and then the others for ever."""
    full = LINES_ON_A_PAGE - 1  # the award is a line too
    return chain(all_payers[:QUIET] * full, cycle(all_payers[QUIET:]))


def _redeem(town: BenchTown, connection: Any, some: list[Payer]) -> None:
    """Write a redemption of each, one cent and the first merchant's."""
    database, now = town.database, Moment.now()
    redemptions = [rows_of(payer, town.merchants[0], now) for payer in some]
    for table, rows in zip(TABLES, zip(*redemptions, strict=True), strict=True):
        database.insert(connection, table, sorted(rows, key=_key(table)))


def _key(table: str) -> Callable[[Row], Any]:
    """Return what reads the key of a row: in that order a database is filled fastest."""
    made = metadata.tables[table]
    return itemgetter(*(list(made.columns).index(column) for column in made.primary_key))
