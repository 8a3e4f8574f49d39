"""What one redemption, one balance and one page of a statement cost as the books grow.

Books of all sizes are measured in turn, each against the smallest. A page is the movements of an account that has as
many of them in books of every size, because the movements of an account cannot be asked for page by page.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from pasledger.ledger.accounts import entitlement
from pasledger.reports.movements import movements_of
from pasledger.rules.holders import HolderReference
from pasledger.store import Store
from tests.benchmarks.bench import Bench, Scale
from tests.benchmarks.bulk import LINES_ON_A_PAGE, QUIET, grown
from tests.benchmarks.measure import Figure, seconds, side_by_side
from tests.benchmarks.raw import Raw
from tests.benchmarks.redeeming import redeem
from tests.benchmarks.town import BenchTown

Ask = Callable[[BenchTown, Store], bool]
"""Does one thing with the books, and returns whether it went well."""


def figures(bench: Bench) -> Iterator[Figure]:
    """Yield three figures for each size."""
    yield from _figures(bench.sqlite, bench.scale.transfers + bench.scale.transfers_in_a_file, bench.scale)
    yield from _figures(bench.postgresql, bench.scale.transfers, bench.scale)


def _figures(database: Raw, sizes: Sequence[int], scale: Scale) -> Iterator[Figure]:
    small = grown(database, scale.holders, sizes[0])
    for size in sizes[1:]:
        large = grown(database, scale.holders, size)
        remark = f"{database.size_bytes(large.books) / size:,.0f} bytes a transfer"
        for what, (ask, target) in _ASKED.items():
            failed: list[bool] = []
            value, least = side_by_side(
                partial(_rate, large, ask, scale.tries, failed),
                partial(_rate, small, ask, scale.tries, failed),
                scale.rounds,
            )
            name = f"{what}, {size:,} against {sizes[0]:,} transfers, {database.name}, /s"
            yield Figure(name, value, least, target, sum(failed), remark)


def _rate(town: BenchTown, ask: Ask, tries: int, failed: list[bool], _round: int) -> float:
    with town.opened() as store:
        failed.extend(not ask(town, store) for _ in range(tries // 4))  # so that what is kept in memory is there
        return tries / seconds(lambda: failed.extend(not ask(town, store) for _ in range(tries)))


def _redeem(town: BenchTown, store: Store) -> bool:
    [[sale]] = town.batches(1, 1, seed=random.getrandbits(60))
    return redeem(store, [sale]) == 0


def _read_balance(town: BenchTown, store: Store) -> bool:
    with store.read() as reader:
        return bool(reader.entitlements_of(_someone(len(town.cards))))


def _read_page(_town: BenchTown, store: Store) -> bool:
    with store.read() as reader:
        [(owned, _left)] = reader.entitlements_of(_someone(QUIET)) or []
        account = entitlement(owned.id, owned.scheme)
        return len(list(movements_of(account, reader.entries_on(account)))) == LINES_ON_A_PAGE


def _someone(holders: int) -> HolderReference:
    return HolderReference(f"P-{random.randrange(holders)}")  # noqa: S311 - a load, not a secret


_ASKED: dict[str, tuple[Ask, float]] = {
    "redeem": (_redeem, 1 / 1.2),
    "read a balance": (_read_balance, 0.0),
    "read a page": (_read_page, 0.0),
}
"""What is done, and how fast it has to be beside the smallest books."""
