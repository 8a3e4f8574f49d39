"""What somebody would write without a library: look up, check, write, and commit a batch at a time.

It writes the rows that our library writes for a redemption, all of them, and knows no rule but that there is money.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from secrets import token_hex
from typing import Any, Self

from pasledger.ledger.ids import MerchantId
from pasledger.store.rows import moment
from pasledger.usecases.minting import stamp_now
from tests.benchmarks.raw import Raw, Row
from tests.benchmarks.town import Sale

# From anywhere, so that two processes count apart.
_NUMBERS = count(random.getrandbits(60))

TABLES = ("transfer", "entry", "redemption", "attempt")
"""What has a row for each redemption."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A card with what pays for it."""

    card: str
    holder: str
    account: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment and the day that it counts on, as they are written."""

    recorded_at: str
    effective_on: str

    @classmethod
    def now(cls) -> Self:
        """Return this one."""
        stamp = stamp_now("by hand")
        return cls(moment(stamp.recorded_at), stamp.effective_on.isoformat())


def rows_of(payer: Payer, merchant: MerchantId, now: Moment) -> tuple[Row, ...]:
    """Return the row in each of the tables for a redemption of one cent."""
    entry = f"jrn_{time.time_ns() // 1_000_000:012x}7000{next(_NUMBERS):016x}"  # in the order of their making, as ours
    redemption, key = f"red_{token_hex(16)}", token_hex(16)
    return (
        (entry, 0, payer.account, payable(merchant), 1),
        (
            *(entry, "redeemed", now.recorded_at, now.effective_on, "merchant service", None, 1),
            *(f"merchant:{merchant}@1 scheme:sport@1", None),
        ),
        (redemption, entry, merchant, None, payer.card, payer.holder, 1),
        (f"{merchant}/{key}", f"{key}{key}", now.recorded_at, redemption, None),
    )


def payable(merchant: MerchantId) -> str:
    """Return the account of what a merchant is owed."""
    return f"payable/{merchant}/sport"


def payers(database: Raw, connection: Any) -> Iterator[Payer]:
    """Yield every card that has money."""
    found = database.run(
        connection,
        "SELECT card.id, card.holder_id, entitlement.id"
        " FROM card JOIN entitlement ON entitlement.holder_id = card.holder_id ORDER BY card.id",
    )
    for card, holder, entitlement in found.fetchall():
        yield Payer(card, holder, f"entitlement/{entitlement}")


class ByHand:
    """Redeems over one connection."""

    def __init__(self, database: Raw, connection: Any) -> None:
        self._database = database
        self._connection = connection
        self._open: set[MerchantId] = set()

    def redeem(self, batch: Sequence[Sale]) -> int:
        """Redeem in one durable transaction and return how many were refused."""
        now = Moment.now()
        self._connection.execute(self._database.begin)
        self._open_accounts({sale.merchant for sale in batch})
        # In one order, so that two writers never wait for each other.
        refused = sum(not self._redeem(sale, now) for sale in sorted(batch, key=lambda sale: sale.card))
        self._connection.execute("COMMIT")
        return refused

    def _redeem(self, sale: Sale, now: Moment) -> bool:
        card, holder, state = self._run(
            "SELECT id, holder_id, state FROM card WHERE token_hash = ?", sale.card
        ).fetchone()
        [entitlement] = self._run(
            "SELECT id FROM entitlement WHERE holder_id = ? ORDER BY ends_before LIMIT 1", holder
        ).fetchone()
        payer = Payer(card, holder, f"entitlement/{entitlement}")
        if state != "active":
            return False
        paid = self._run(
            "UPDATE account SET balance_cents = balance_cents - 1 WHERE code = ? AND balance_cents >= 1", payer.account
        )
        if paid.rowcount != 1:
            return False
        for table, row in zip(TABLES, rows_of(payer, sale.merchant, now), strict=True):
            self._run(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", *row)
        return True

    def _open_accounts(self, merchants: set[MerchantId]) -> None:
        for merchant in sorted(merchants - self._open):
            account = payable(merchant)
            self._run("INSERT INTO account VALUES (?, 'payable', 'sport', NULL) ON CONFLICT DO NOTHING", account)
        self._open |= merchants

    def _run(self, sql: str, *values: object) -> Any:
        return self._database.run(self._connection, sql, values)
