"""The page that an accountant reads: which account each event debits, and which it credits."""

import inspect

import pytest

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.journal import EntryKind, Transfer
from pasledger.rules import postings
from pasledger.rules.postings import SIDES
from tests.support.town import CLUB, euros

ENT = EntitlementId.of(1)
AMOUNT = euros("12,50")
ALL = {"scheme": "culture", "year": 2026, "budget_year": 2026, "entitlement": ENT, "merchant": CLUB, "amount": AMOUNT}

TREASURY, BUDGET, LAPSED, HELD = "treasury/culture", "budget/culture/2026", "lapsed/culture/2026", "held/culture"
TEGOED, PAYABLE, IN_PAYMENT = f"entitlement/{ENT}", f"payable/{CLUB}/culture", f"in-payment/{CLUB}/culture"

POSTINGS = {
    "budget_raised": (EntryKind.BUDGET_RAISED, TREASURY, BUDGET),
    "budget_lowered": (EntryKind.BUDGET_LOWERED, BUDGET, TREASURY),
    "awarded": (EntryKind.AWARDED, BUDGET, TEGOED),
    "withdrawn": (EntryKind.WITHDRAWN, TEGOED, BUDGET),
    "redeemed": (EntryKind.REDEEMED, TEGOED, PAYABLE),
    "held": (EntryKind.HELD, TEGOED, HELD),
    "captured": (EntryKind.CAPTURED, HELD, PAYABLE),
    "released": (EntryKind.RELEASED, HELD, TEGOED),
    "released_after_end": (EntryKind.RELEASED, HELD, LAPSED),
    "refunded": (EntryKind.REFUNDED, PAYABLE, TEGOED),
    "refunded_after_end": (EntryKind.REFUNDED, PAYABLE, LAPSED),
    "put_in_payout": (EntryKind.PUT_IN_PAYOUT, PAYABLE, IN_PAYMENT),
    "payout_cancelled": (EntryKind.PAYOUT_CANCELLED, IN_PAYMENT, PAYABLE),
    "paid": (EntryKind.PAID, IN_PAYMENT, TREASURY),
    "returned": (EntryKind.RETURNED, TREASURY, PAYABLE),
    "written_off": (EntryKind.WRITTEN_OFF, BUDGET, PAYABLE),
    "lapsed": (EntryKind.LAPSED, TEGOED, LAPSED),
    "extended": (EntryKind.EXTENDED, LAPSED, TEGOED),
    "freed": (EntryKind.FREED, LAPSED, TREASURY),
}


def test_every_posting_is_in_the_table() -> None:
    """No event is booked that this page does not show; a correction swaps sides, and so does a negative share."""
    written = {name for name, _ in inspect.getmembers(postings, inspect.isfunction)}
    assert written == {*POSTINGS, "corrected", "negative_share"}
    assert {kind for kind, _, _ in POSTINGS.values()} == set(EntryKind) - {EntryKind.CORRECTED}


@pytest.mark.parametrize("name", POSTINGS)
def test_each_event_debits_and_credits_what_the_design_says(name: str) -> None:
    """The accounts and the amount are those of the table, and the checks know the pair."""
    kind, debit, credit = POSTINGS[name]
    post = getattr(postings, name)
    transfer: Transfer = post(**{asked: ALL[asked] for asked in inspect.signature(post).parameters})
    assert (transfer.debit.code, transfer.credit.code, transfer.amount) == (debit, credit, AMOUNT)
    assert (transfer.debit.kind, transfer.credit.kind) in SIDES[kind]


@pytest.mark.parametrize("name", ["redeemed", "captured", "refunded", "budget_raised", "budget_lowered"])
def test_a_correction_swaps_the_sides(name: str) -> None:
    """What may be corrected runs back the way it came, and the checks know that pair."""
    post = getattr(postings, name)
    transfer: Transfer = post(**{asked: ALL[asked] for asked in inspect.signature(post).parameters})
    counter = postings.corrected(transfer, euros("2,50"))
    assert (counter.debit, counter.credit, counter.amount) == (transfer.credit, transfer.debit, euros("2,50"))
    assert (counter.debit.kind, counter.credit.kind) in SIDES[EntryKind.CORRECTED]


def test_the_sides_are_known_for_every_event() -> None:
    """The table of the checks has every kind of entry, and no pair of one account kind with itself."""
    assert set(SIDES) == set(EntryKind)
    assert all(debit is not credit for pairs in SIDES.values() for debit, credit in pairs)
    assert {kind for pairs in SIDES.values() for pair in pairs for kind in pair} == set(AccountKind)
