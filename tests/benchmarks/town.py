"""The books that benchmarks run on: a scheme, shops, and as many holders with a card as are asked for."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache

from pasledger.ledger.ids import MerchantId
from pasledger.rules.cards import CardState, TokenHash
from pasledger.store import Store
from pasledger.usecases.crediting import credit
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.registering import add_budgets, add_holders, add_merchants, add_schemes
from tests.benchmarks.raw import Raw

MERCHANTS = 20

_SCHEME = b"""[[regeling]]
code = "sport"
geldig_vanaf = 2020-01-01
naam_nl = "Sport"
naam_en = "Sport"
soorten = ["sport"]
geldigheid = "calendar-year"
minste = "0,01"
meeste = "100000,00"
grondslag = "-"
taakveld = "6.3"
iv3 = "3.4.1"
"""


@dataclass(frozen=True, slots=True)
class Sale:
    """Somebody pays one cent somewhere."""

    card: TokenHash
    merchant: MerchantId


@dataclass(frozen=True)
class BenchTown:
    """Books that are closed, with what a caller has to know to spend in them."""

    database: Raw
    books: str
    merchants: tuple[MerchantId, ...]
    credential: str
    tokens: tuple[str, ...]
    cards: tuple[TokenHash, ...]

    @contextmanager
    def opened(self) -> Iterator[Store]:
        """Open the books with our library."""
        store = Store.open(self.books)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def copied(self) -> Iterator["BenchTown"]:
        """Copy the books for as long as the block lasts."""
        copy = self.database.copy(self.books)
        try:
            yield replace(self, books=copy)
        finally:
            self.database.drop(copy)

    def batches(self, number: int, size: int, seed: int) -> list[list[Sale]]:
        """Draw so many sales in batches of a size: the same ones for the same seed."""
        draw = random.Random(seed)  # noqa: S311 - a load, not a secret
        return [
            [Sale(draw.choice(self.cards), draw.choice(self.merchants)) for _ in range(size)]
            for _ in range(number // size)
        ]


@cache
def a_bench_town(database: Raw, *, holders: int, is_credited: bool = True) -> BenchTown:
    """Return books with `holders` cards and, where asked for, money on each; made once in a run, to be copied."""
    books = database.a_free_place()
    stamp = stamp_now("clerk", "approver")
    store = Store.start(books, municipality="Bench", at=stamp.recorded_at, by="clerk")
    add_schemes(store, _SCHEME, stamp)
    year = stamp.effective_on.year
    add_budgets(store, f"regeling;jaar;bedrag;besluit\nsport;{year};900000000,00;R-1\n".encode(), stamp)
    shops = "".join(f"Club {number};Dronten;sport;NL13TEST0123456789;12345678\n" for number in range(MERCHANTS))
    clubs = add_merchants(store, f"naam;plaats;soort;iban;kvk\n{shops}".encode(), stamp)
    listed = "pashouder\n" + "".join(f"P-{number}\n" for number in range(holders))
    tokens = tuple(carrier.token for carrier in add_holders(store, listed.encode(), stamp, CardState.ACTIVE))
    if is_credited:
        credit(store, award_file(holders), stamp)
    store.close()
    merchants = tuple(club.terminal.merchant for club in clubs)
    return BenchTown(database, books, merchants, clubs[0].secret, tokens, tuple(map(TokenHash.of, tokens)))


def award_file(holders: int) -> bytes:
    """Return an award file with a row for each holder, as a town's system exports it."""
    rows = "".join(f"sport;B-{number};P-{number};150,00\r\n" for number in range(holders))
    return f"regeling;kenmerk;pashouder;bedrag\r\n{rows}".encode("utf-8-sig")
