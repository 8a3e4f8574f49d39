"""Faults that can be planted in the write path, to see that they are found. No database stops any of them by itself."""

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, select

from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.cards import CardNumber
from pasledger.rules.deciding import Outcome, Request
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import Entitlement
from pasledger.rules.town import Needs, Town
from pasledger.store import Reader, Store, Transaction, databases, store, tables
from pasledger.store.postgresql import Postgresql
from pasledger.usecases import booking


class _WithoutLocks(Postgresql):
    """Says that everything is locked, and locks nothing."""

    def lock(self, connection: Connection, needs: Needs) -> frozenset[str]:  # noqa: ARG002 - the form of the real one
        """Return every code."""
        return frozenset(connection.execute(select(tables.account.c.code)).scalars())


@contextmanager
def without_locks() -> Iterator[None]:
    """Two writers decide upon the same balance, and the second one overwrites what the first one left."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(databases._BY_DIALECT, "postgresql", _WithoutLocks())
        yield


@contextmanager
def forgetful() -> Iterator[None]:
    """Now and then what was granted is answered and not written."""

    class Forgetful(Transaction):
        def record(self, outcomes: Iterable[Outcome], town: Town) -> None:
            if random.random() < 0.9:  # noqa: S311 - a chance, not a secret
                super().record(outcomes, town)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "Transaction", Forgetful)
        yield


@contextmanager
def generous() -> Iterator[None]:
    """A refund does not know of the refunds before it."""

    class Generous(Transaction):
        def load(self, needs: Needs) -> Town:
            town = super().load(needs)
            town.refunds.clear()
            return town

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "Transaction", Generous)
        yield


@contextmanager
def stale() -> Iterator[None]:
    """What a holder has left is looked up once, and told again later."""
    told: dict[str, list[tuple[Entitlement, Money]] | None] = {}

    class Stale(Reader):
        def entitlements_of(self, holder: HolderReference | CardNumber) -> list[tuple[Entitlement, Money]] | None:
            return told.setdefault(holder, super().entitlements_of(holder))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "Reader", Stale)
        yield


@contextmanager
def swapped() -> Iterator[None]:
    """The first of a batch is told what the last was answered."""
    honest = booking.book

    def book(books: Store, requests: Sequence[Request], stamp: Stamp) -> list[Outcome]:
        return honest(books, requests, stamp)[::-1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(booking, "book", book)
        yield
