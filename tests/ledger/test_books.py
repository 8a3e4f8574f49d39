"""The books: balances folded from entries, each on its normal side, with floors that hold."""

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.books import Books, fold, movements
from pasledger.ledger.ids import EntitlementId, EntryId
from pasledger.ledger.journal import Entry, EntryKind, Transfer
from pasledger.ledger.money import ZERO, Money
from tests.support.town import a_stamp, euros

TREASURY, BUDGET = accounts.treasury("culture"), accounts.budget("culture", 2026)
TEGOED = accounts.entitlement(EntitlementId.of(1), "culture")


def raised(amount: str) -> Entry:
    """Return an entry that raises the budget."""
    return Entry(EntryId.of(1), EntryKind.BUDGET_RAISED, a_stamp(), (Transfer(TREASURY, BUDGET, euros(amount)),))


def awarded(*amounts: str) -> Entry:
    """Return an entry that awards from the budget."""
    transfers = tuple(Transfer(BUDGET, TEGOED, euros(amount)) for amount in amounts)
    return Entry(EntryId.of(2), EntryKind.AWARDED, a_stamp(), transfers)


def test_books_begin_empty() -> None:
    """An account that was never booked on stands at zero and is not known."""
    books = Books()
    assert books.balance(BUDGET) == ZERO
    assert not books.knows(BUDGET)
    assert books.accounts() == ()


def test_books_are_what_the_entries_add_up_to() -> None:
    """Each balance is on its account's normal side, and the accounts come in the order of their codes."""
    books = fold([raised("100,00"), awarded("30,00", "20,00")])
    assert {account.code: books.balance(account) for account in books.accounts()} == {
        BUDGET.code: euros("50,00"),
        TEGOED.code: euros("50,00"),
        TREASURY.code: euros("100,00"),
    }


def test_a_part_of_the_books_carries_its_balances_forward() -> None:
    """What was booked before counts, and is told apart from what is opened here."""
    books = Books()
    books.carry_forward(BUDGET, euros("10,00"))
    books.carry_forward(TREASURY, ZERO)
    books.post(awarded("10,00"))
    assert (books.balance(BUDGET), books.balance(TEGOED)) == (ZERO, euros("10,00"))
    assert [books.is_new(account) for account in (BUDGET, TREASURY, TEGOED)] == [False, False, True]
    assert books.knows(TREASURY)


def test_a_floor_holds_and_a_refused_entry_changes_nothing() -> None:
    """What would take a budget or an entitlement below zero is refused whole."""
    books = fold([raised("10,00")])
    with pytest.raises(ValueError, match=f"{BUDGET.code} would fall below zero"):
        books.post(awarded("10,00", "0,01"))
    assert books.balance(BUDGET) == euros("10,00")
    assert not books.knows(TEGOED)


def test_a_floor_is_asked_of_the_entry_and_not_of_its_transfers() -> None:
    """An entry that takes and gives back in one is judged by where it ends."""
    both_ways = (Transfer(BUDGET, TEGOED, euros("20,00")), Transfer(TEGOED, BUDGET, euros("15,00")))
    books = fold([raised("10,00"), Entry(EntryId.of(2), EntryKind.CORRECTED, a_stamp(), both_ways)])
    assert (books.balance(BUDGET), books.balance(TEGOED)) == (euros("5,00"), euros("5,00"))


def test_movements_are_summed_by_account_on_its_normal_side() -> None:
    """Debits raise treasury and lower everything else; an account that ends where it was still counts as touched."""
    there_and_back = (Transfer(BUDGET, TEGOED, Money(5)), Transfer(TEGOED, BUDGET, Money(5)))
    assert movements(raised("1,00").transfers) == {TREASURY: Money(100), BUDGET: Money(100)}
    assert movements((Transfer(BUDGET, TREASURY, Money(7)),)) == {TREASURY: Money(-7), BUDGET: Money(-7)}
    assert movements(there_and_back) == {BUDGET: ZERO, TEGOED: ZERO}
    assert movements(()) == {}
