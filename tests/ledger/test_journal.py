"""The journal: transfers that cannot be unbalanced, entries that cannot be changed, and four eyes."""

from dataclasses import FrozenInstanceError, replace

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account
from pasledger.ledger.ids import EntryId
from pasledger.ledger.journal import FOUR_EYES, Entry, EntryKind, Stamp, Transfer, require_four_eyes
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal
from tests.support.town import CLUB, a_stamp, euros, refuses

TREASURY, BUDGET = accounts.treasury("culture"), accounts.budget("culture", 2026)
RAISED = Transfer(debit=TREASURY, credit=BUDGET, amount=euros("100,00"))


@pytest.mark.parametrize(
    ("debit", "credit", "cents", "why"),
    [
        (TREASURY, BUDGET, 0, "positive amount"),
        (TREASURY, BUDGET, -1, "positive amount"),
        (BUDGET, BUDGET, 1, "between two accounts"),
        (TREASURY, accounts.payable(CLUB, "school"), 1, "within one scheme"),
    ],
)
def test_a_wrong_transfer_cannot_be_written(debit: Account, credit: Account, cents: int, why: str) -> None:
    """A transfer moves more than nothing, between two accounts of one scheme."""
    with pytest.raises(ValueError, match=why):
        Transfer(debit=debit, credit=credit, amount=Money(cents))


def test_an_entry_moves_something() -> None:
    """An entry without transfers cannot be written."""
    with pytest.raises(ValueError, match="moves something"):
        Entry(EntryId.of(1), EntryKind.REDEEMED, a_stamp(), ())


def test_an_entry_is_worth_what_its_transfers_move() -> None:
    """The amount of an entry is the sum of its transfers."""
    entry = Entry(EntryId.of(1), EntryKind.BUDGET_RAISED, a_stamp(), (RAISED, replace(RAISED, amount=euros("0,01"))))
    assert entry.amount == euros("100,01")


def test_nothing_written_can_be_changed() -> None:
    """Entries and transfers are frozen."""
    entry = Entry(EntryId.of(1), EntryKind.BUDGET_RAISED, a_stamp(), (RAISED,))
    for written, name in ((entry, "transfers"), (RAISED, "amount"), (entry.stamp, "approved_by")):
        with pytest.raises(FrozenInstanceError):
            setattr(written, name, None)


ALONE = [
    a_stamp(approved_by=None),
    a_stamp(approved_by=""),
    a_stamp(approved_by=" \t"),
    a_stamp(prepared_by="clerk", approved_by="clerk"),
    a_stamp(prepared_by="Clerk ", approved_by=" cLERK"),
]


@pytest.mark.parametrize("stamp", ALONE)
def test_one_pair_of_eyes_is_not_four(stamp: Stamp) -> None:
    """Nobody approves what nobody else prepared, in whatever way a name is written."""
    with refuses(Refusal.SAME_PERSON):
        require_four_eyes(stamp)


@pytest.mark.parametrize("kind", EntryKind)
def test_an_entry_that_needs_four_eyes_cannot_be_written_by_one(kind: EntryKind) -> None:
    """Which kinds need two people is a property of the journal, not of who calls it."""
    assert kind.needs_four_eyes is (kind in FOUR_EYES)
    if kind.needs_four_eyes:
        with refuses(Refusal.SAME_PERSON):
            Entry(EntryId.of(1), kind, a_stamp(approved_by=None), (RAISED,))
        assert Entry(EntryId.of(1), kind, a_stamp(), (RAISED,)).stamp.approved_by == "approver"
    else:
        assert Entry(EntryId.of(1), kind, a_stamp(approved_by=None), (RAISED,)).stamp.approved_by is None


def test_what_a_till_or_a_bank_does_needs_one_pair_of_eyes() -> None:
    """All that staff decide needs four eyes; what merchants and the bank bring about does not."""
    assert {kind for kind in EntryKind if not kind.needs_four_eyes} == {
        EntryKind.REDEEMED,
        EntryKind.HELD,
        EntryKind.CAPTURED,
        EntryKind.RELEASED,
        EntryKind.REFUNDED,
        EntryKind.PUT_IN_PAYOUT,
        EntryKind.PAYOUT_CANCELLED,
        EntryKind.PAID,
        EntryKind.RETURNED,
    }


def test_a_till_acts_alone() -> None:
    """The same moment by another actor has no approver; where no actor is named, the preparer acted."""
    assert a_stamp().by("trm") == a_stamp(prepared_by="trm", approved_by=None)
    assert a_stamp().by(None) == a_stamp(prepared_by="clerk", approved_by=None)
