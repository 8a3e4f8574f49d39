"""The movements of one account."""

from pasledger.ledger import accounts
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.reports.movements import Movement, movements_of
from pasledger.rules.records import Event
from tests.support.town import CLUB, TODAY, a_budget, a_redemption, a_refund, a_stamp, a_town, an_award, euros, grant

NOON = a_stamp().recorded_at
PAYABLE = accounts.payable(CLUB, "culture")


def entry_of(event: Event) -> Entry:
    """Return the entry of an event that moved money."""
    assert event.entry is not None
    return event.entry


def test_each_movement_has_the_balance_after_it() -> None:
    """What raised and what lowered an account stand in order, on its normal side, with what it stood at after each."""
    town = a_town()
    paid, back = entry_of(grant(town, a_redemption("20,00"))), entry_of(grant(town, a_refund("5,00")))
    assert list(movements_of(PAYABLE, [paid, back])) == [
        Movement(paid.id, EntryKind.REDEEMED, NOON, TODAY, euros("20,00"), euros("20,00")),
        Movement(back.id, EntryKind.REFUNDED, NOON, TODAY, euros("-5,00"), euros("15,00")),
    ]


def test_a_debit_raises_the_treasury() -> None:
    """The money itself stands in debit, so that a budget raises it and lowering the budget lowers it."""
    town = a_town(budget=None, balance=None)
    up, down = grant(town, a_budget("80,00")), grant(town, a_budget("-30,00", number=2, decision="council 2"))
    moved = movements_of(accounts.treasury("culture"), [entry_of(up), entry_of(down)])
    assert [(movement.change, movement.balance) for movement in moved] == [
        (euros("80,00"), euros("80,00")),
        (euros("-30,00"), euros("50,00")),
    ]


def test_an_entry_moves_an_account_once() -> None:
    """The transfers of one entry on an account are one movement; entries that leave it alone are none."""
    town = a_town(balance="30,00")
    award = entry_of(grant(town, an_award("20,00", number=2)))
    split = entry_of(grant(town, a_redemption("45,00")))
    assert len(split.transfers) == 2
    (movement,) = movements_of(PAYABLE, [award, split])
    assert (movement.entry, movement.change) == (split.id, euros("45,00"))


def test_movements_go_on_from_an_opening_balance() -> None:
    """Where a period has an opening balance, its movements add up to the closing one."""
    paid = entry_of(grant(a_town(), a_redemption("20,00")))
    (movement,) = movements_of(PAYABLE, [paid], opening=euros("7,00"))
    assert (movement.change, movement.balance) == (euros("20,00"), euros("27,00"))
