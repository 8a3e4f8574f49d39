"""Redemptions through the library, by batch size, against a loop written by hand that writes the same rows."""

import random
import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

from pasledger.ledger.money import Money
from pasledger.usecases.booking import book
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.spending import redemption
from tests.benchmarks.measure import Figure, seconds, side_by_side
from tests.benchmarks.town import BenchTown, a_bench_town

BATCHES = {1: 300, 8: 1_600, 64: 6_400, 512: 10_240}
"""How many redemptions are made in batches of each size."""

_TARGETS = {64: 0.5}


def figures(folder: Path) -> Iterator[Figure]:
    """Yield a figure for each batch size."""
    town = a_bench_town(folder / "redeem.db", holders=5_000)
    by_hand = ByHand(town)
    for size, number in BATCHES.items():
        refused: list[int] = []
        value, floor = side_by_side(partial(_ours, town, size, number, refused), partial(by_hand.rate, size, number))
        target = _TARGETS.get(size, 0.0)
        yield Figure(f"redeem in batches of {size}, /s", value, floor, target, errors=sum(refused))
    town.store.close()


def _ours(town: BenchTown, size: int, number: int, refused: list[int]) -> float:
    cards = town.cards

    def work() -> None:
        for _ in range(number // size):
            requests = [
                redemption(merchant=town.merchant, card=random.choice(cards), amount=Money(1), key=uuid4().hex)  # noqa: S311
                for _ in range(size)
            ]
            outcomes = book(town.store, requests, stamp_now("bench"))
            refused.append(sum(outcome.refused is not None for outcome in outcomes))

    return number / seconds(work)


class ByHand:
    """What somebody would write without a library: look up, check, write, commit a batch at a time."""

    def __init__(self, town: BenchTown) -> None:
        path = town.path.with_name("by-hand.db")
        town.store.close()
        path.write_bytes(town.path.read_bytes())
        self._connection = sqlite3.connect(path, isolation_level=None)
        for setting in ("journal_mode = wal", "synchronous = full", "foreign_keys = on", "cache_size = -65536"):
            self._connection.execute(f"PRAGMA {setting}")
        for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self._connection.execute(f"DROP TRIGGER {name}")
        self._cards = town.cards
        self._merchant = town.merchant
        self._payable = f"payable/{town.merchant}/sport"
        self._connection.execute("INSERT OR IGNORE INTO account VALUES (?, 'payable', 'sport', NULL)", (self._payable,))

    def rate(self, size: int, number: int) -> float:
        """Return how many redemptions a second it makes."""

        def work() -> None:
            for _ in range(number // size):
                self._connection.execute("BEGIN IMMEDIATE")
                for _ in range(size):
                    self._redeem()
                self._connection.execute("COMMIT")

        return number / seconds(work)

    def _redeem(self) -> None:
        run = self._connection.execute
        card, holder, state = run(
            "SELECT id, holder_id, state FROM card WHERE token_hash = ?",
            (random.choice(self._cards),),  # noqa: S311
        ).fetchone()
        assert state == "active"
        entitlement = run(
            "SELECT id FROM entitlement WHERE holder_id = ? ORDER BY ends_before LIMIT 1", (holder,)
        ).fetchone()[0]
        account = f"entitlement/{entitlement}"
        changed = run(
            "UPDATE account SET balance_cents = balance_cents - 1 WHERE code = ? AND balance_cents >= 1", (account,)
        ).rowcount
        assert changed == 1
        entry, key = f"jrn_{uuid4().hex}", uuid4().hex
        run("INSERT INTO transfer VALUES (?, 0, ?, ?, 1)", (entry, account, self._payable))
        run(
            "INSERT INTO entry VALUES (?, 'redeemed', ?, ?, 'hand', NULL, 1, ?, NULL)",
            (entry, "2026-11-21T12:00:00.000Z", "2026-11-21", f"merchant:{self._merchant}@1 scheme:sport@1"),
        )
        paid = f"red_{uuid4().hex}"
        run("INSERT INTO redemption VALUES (?, ?, ?, NULL, ?, ?, 1)", (paid, entry, self._merchant, card, holder))
        run(
            "INSERT INTO attempt VALUES (?, ?, ?, ?, NULL)",
            (f"{self._merchant}/{key}", f"{key}{key}", "2026-11-21T12:00:00.000Z", paid),
        )
