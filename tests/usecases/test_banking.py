"""What the bank sends, in both kinds of database: paid, returned, rejected, repaid, and lines that wait."""

from dataclasses import replace
from datetime import date

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import MerchantId
from pasledger.ledger.refusals import Refusal
from pasledger.rules.records import LinePurpose, PayoutStep, Waits
from pasledger.rules.registration import MerchantRequest
from pasledger.store import Store
from pasledger.usecases import banking, paying
from pasledger.usecases.covering import proof_of_cover
from pasledger.usecases.verifying import verify
from tests.support.bank import Movement, rejection, statement
from tests.support.books import content, granted
from tests.support.town import (
    CLUB,
    SHOP,
    TODAY,
    a_change,
    a_check,
    a_redemption,
    a_refund,
    a_shop,
    a_stamp,
    an_end,
    refuses,
    settings_of_payment,
)

TREASURER, APPROVER = a_stamp(prepared_by="treasurer", approved_by=None), a_stamp(prepared_by="other", approved_by=None)
BOTH = a_stamp(prepared_by="treasurer", approved_by="other")
CLUBS = "NL91ABNA0417164300"
FIRST = "PL-2026-0001-0001"
NEW_YEAR = date(2027, 1, 4)


@pytest.fixture
def street(store: Store) -> Store:
    """Return books in which a run of one payout, € 10,00 to the club, was released."""
    granted(store, settings_of_payment(), a_check(), a_redemption("12,00"), a_refund("2,00"))
    run = paying.prepare(store, TREASURER, execute_on=TODAY).run
    paying.release(store, run.id, APPROVER)
    return store


def balance(store: Store, kind: str = "payable", merchant: MerchantId = CLUB) -> str:
    """Return what stands on the accounts of a merchant, or on the treasury."""
    account = {
        "payable": accounts.payable(merchant, "culture"),
        "in-payment": accounts.in_payment(merchant, "culture"),
        "treasury": accounts.treasury("culture"),
    }[kind]
    with store.read() as reader:
        found = dict(reader.turnovers())
    turnover = found.get(account)
    return "0.00" if turnover is None else turnover.balance(is_debit_normal=account.kind.is_debit_normal).plain


def steps(store: Store, *, run: int = 0) -> list[tuple[PayoutStep, ...]]:
    """Return what became of each payout of a run."""
    with store.read() as reader:
        found = reader.payouts.run(reader.payouts.runs()[run])
    return [found.payout_steps.get(payout.id, ()) for payout in found.payouts]


@pytest.mark.parametrize(
    "movement",
    [
        Movement(-1000, FIRST, CLUBS),
        Movement(-1000, payment_information_id="PL-2026-0001-F1"),
        Movement(-1000, iban=CLUBS),
    ],
    ids=["by payment", "by file", "by account, amount and date"],
)
def test_what_the_bank_debited_is_paid(street: Store, movement: Movement) -> None:
    """Whichever of its ids the line has; the posting has this line, and the line this posting."""
    (taken,) = banking.take(street, statement(1, [movement], opening=5000), TREASURER)
    assert [(line.purpose, line.amount.plain) for line in taken.matched] == [(LinePurpose.PAID, "10.00")]
    assert (balance(street, "in-payment"), balance(street, "treasury")) == ("0.00", "990.00")
    assert steps(street) == [(PayoutStep.PAID,)]
    assert verify(street).findings == ()


@pytest.mark.parametrize(
    "movement",
    [
        Movement(-1000, iban=CLUBS, payment_information_id="PL-2026-0002-F1"),
        Movement(-1000, "PL-2026-0002-0001", payment_information_id="PL-2026-0002-F1"),
        Movement(-1000, "PL-2026-0002-0001", payment_information_id="THE BANK'S OWN"),
    ],
    ids=["one of its file", "both ids", "an id of the bank"],
)
def test_ids_are_looked_at_together(street: Store, movement: Movement) -> None:
    """In a file of two payments, the id of the file and what else the line has say which one it is."""
    shop = replace(a_shop(), iban="NL20INGB0001234567")
    granted(street, MerchantRequest(shop, ()), a_check(SHOP, iban=shop.iban))
    for number, merchant in ((2, CLUB), (3, SHOP)):
        granted(street, a_redemption("10,00", merchant=merchant, number=number))
    paying.release(street, paying.prepare(street, TREASURER, execute_on=TODAY).run.id, APPROVER)
    (taken,) = banking.take(street, statement(1, [movement], opening=5000), TREASURER)
    assert [part.merchant for line in taken.matched for part in line.parts] == [CLUB]
    assert (steps(street), steps(street, run=1)) == ([()], [(PayoutStep.PAID,), ()])
    assert verify(street).findings == ()


@pytest.mark.parametrize(
    "movement",
    [
        Movement(-999, FIRST, CLUBS),
        Movement(-1000, FIRST, CLUBS, payment_information_id="PL-2026-0002-F1"),
        Movement(-1000, iban=CLUBS, payment_information_id="PL-2026-0002-F1"),
        Movement(-1000, "INVOICE-7", CLUBS),
        Movement(1000, FIRST, CLUBS),
        Movement(-1000, "PL-2026-0001-0002", CLUBS),
        Movement(-1000, "PL-2026-0009-0001", CLUBS),
        Movement(-1001, payment_information_id="PL-2026-0001-F1"),
        Movement(-1000, payment_information_id="PL-2026-0001-F2"),
        Movement(-1000, iban="NL20INGB0001234567"),
        Movement(1000, iban=CLUBS),
        Movement(-1000),
        Movement(1),
    ],
)
def test_what_does_not_fit_waits_for_a_person(street: Store, movement: Movement) -> None:
    """Nothing is guessed: the line is kept, and nothing is booked."""
    (taken,) = banking.take(street, statement(1, [movement], opening=5000), TREASURER)
    assert (len(taken.lines), taken.matched) == (1, ())
    assert steps(street) == [()]
    with street.read() as reader:
        assert [one.settled for one in reader.bank.lines()] == [None]
    assert verify(street).findings == ()


def test_what_comes_back_is_owed_again_and_blocks(street: Store) -> None:
    """The reason is kept with the merchant; after a new check it is paid, once, and the lines are shown again."""
    banking.take(street, statement(1, [Movement(-1000, FIRST, CLUBS)], opening=5000), TREASURER)
    back = statement(2, [Movement(1000, FIRST, CLUBS, reason="AC04")], opening=4000, on=date(2026, 3, 4))
    (taken,) = banking.take(street, back, TREASURER)
    assert [line.purpose for line in taken.matched] == [LinePurpose.RETURNED]
    assert (balance(street), balance(street, "treasury")) == ("10.00", "1000.00")
    assert steps(street) == [(PayoutStep.PAID, PayoutStep.RETURNED)]
    assert verify(street).findings == ()
    planned = paying.preview(street, TREASURER, execute_on=TODAY)
    assert [one.reason for one in planned.waiting] == [Waits.BLOCKED]
    with street.read() as reader:
        (*_, (newest, _)) = reader.merchant_history(CLUB).checks
    assert (newest.reason, newest.checked_by) == ("AC04", "bank")
    granted(street, a_check())
    again = paying.prepare(street, TREASURER, execute_on=TODAY)
    ((_, specification),) = paying.specifications(street, again.run.id, "nl")
    assert sorted(line.amount.plain for line in specification.lines) == ["-2.00", "12.00"]
    assert verify(street).findings == ()


def test_a_return_is_booked_once(street: Store) -> None:
    """A second one of the same payment is a line that waits."""
    banking.take(street, statement(1, [Movement(-1000, FIRST, CLUBS)], opening=5000), TREASURER)
    twice = [Movement(1000, FIRST, CLUBS, reason="AC04")] * 2
    (taken,) = banking.take(street, statement(2, twice, opening=4000), TREASURER)
    assert (len(taken.lines), len(taken.matched)) == (2, 1)
    assert balance(street) == "10.00"
    assert verify(street).findings == ()


@pytest.mark.parametrize("end_to_end_id", [FIRST, None], ids=["one payment", "the whole file"])
def test_what_the_bank_rejects_is_owed_again(street: Store, end_to_end_id: str | None) -> None:
    """Before it debited us: it never was paid, and the same file may come twice."""
    data = rejection("PL-2026-0001-F1", end_to_end_id, "AC01")
    (found,) = banking.reject(street, data, TREASURER)
    assert (found.run.end_to_end_id(found.payout.place), found.reason, found.is_paid) == (FIRST, "AC01", False)
    assert (balance(street), balance(street, "in-payment")) == ("10.00", "0.00")
    assert steps(street) == [(PayoutStep.CANCELLED,)]
    banking.reject(street, data, TREASURER)
    assert balance(street) == "10.00"
    assert [one.reason for one in paying.preview(street, TREASURER, execute_on=TODAY).waiting] == [Waits.BLOCKED]
    assert verify(street).findings == ()
    with refuses(Refusal.RUN_UNKNOWN):
        banking.reject(street, rejection("PL-2026-0002-F1", None, "AC01"), TREASURER)


def test_what_was_paid_before_is_not_owed_again(street: Store) -> None:
    """The bank says that it rejects what it debited: that is told, and only its statement brings the money back."""
    banking.take(street, statement(1, [Movement(-1000, FIRST, CLUBS)], opening=5000), TREASURER)
    (found,) = banking.reject(street, rejection("PL-2026-0001-F1", FIRST, "AC01"), TREASURER)
    assert (found.is_paid, balance(street), steps(street)) == (True, "0.00", [(PayoutStep.PAID,)])
    banking.take(street, statement(2, [Movement(1000, FIRST, CLUBS, reason="AC01")], opening=4000), TREASURER)
    (found,) = banking.reject(street, rejection("PL-2026-0001-F1", FIRST, "AC01"), TREASURER)
    assert (found.is_paid, balance(street)) == (False, "10.00")


def test_the_bank_knows_nothing_of_a_run_that_was_not_released(street: Store) -> None:
    """What names one waits, or is refused: else it would be paid once so, and once more when it is released."""
    granted(street, a_redemption("9,00", number=2))
    run = paying.prepare(street, TREASURER, execute_on=TODAY).run
    second = "PL-2026-0002-0001"
    lines = [
        Movement(-900, second, CLUBS),
        Movement(-900, iban=CLUBS),
        Movement(-900, payment_information_id="PL-2026-0002-F1"),
    ]
    (taken,) = banking.take(street, statement(1, lines, opening=5000), TREASURER)
    assert (len(taken.lines), taken.matched) == (3, ())
    with refuses(Refusal.RUN_STEP_UNKNOWN):
        banking.reject(street, rejection("PL-2026-0002-F1", second, "AC01"), TREASURER)
    with street.read() as reader:
        payout = banking.payment_named(reader, second)
    with refuses(Refusal.LINE_DIFFERS):
        banking.settle(street, taken.lines[0], LinePurpose.PAID, BOTH, payout=payout.id)
    paying.release(street, run.id, APPROVER)
    banking.settle(street, taken.lines[0], LinePurpose.PAID, BOTH, payout=payout.id)
    assert verify(street).findings == ()


def test_a_file_goes_over_the_end_of_a_year(street: Store) -> None:
    """Its statements are read by their days, and a first one that is not number 1 has something before it."""
    banking.take(street, statement(364, [], opening=5000, on=date(2026, 12, 30)), TREASURER)
    with refuses(Refusal.STATEMENT_GAP):
        banking.take(street, statement(2, [], opening=5000, on=date(2027, 1, 5)), TREASURER)
    old, new = statement(365, [], opening=5000, on=date(2026, 12, 31)), statement(1, [], opening=5000, on=NEW_YEAR)
    first = new[new.index(b"<Stmt>") : new.index(b"</Stmt>")] + b"</Stmt>"
    taken = banking.take(street, old.replace(b"<Stmt>", first + b"<Stmt>"), TREASURER)
    assert [one.statement.name for one in taken] == ["2026-365", "2027-001"]


def test_a_statement_is_taken_once_and_in_order(street: Store, books: str) -> None:
    """What is there already, of another account, after a gap or with another opening is refused, whole."""
    banking.take(street, statement(7, [], opening=5000), TREASURER)
    before = content(books)
    refused = {
        Refusal.STATEMENT_REPEATED: [statement(7, [], opening=5000), statement(6, [], opening=5000)],
        Refusal.STATEMENT_GAP: [statement(9, [], opening=5000), statement(8, [], opening=4999)],
        Refusal.STATEMENT_FOREIGN: [statement(8, [], opening=5000, iban="NL91ABNA0417164300")],
    }
    for reason, files in refused.items():
        for data in files:
            with refuses(reason):
                banking.take(street, data, TREASURER)
    assert content(books) == before
    banking.take(street, statement(8, [], opening=5000, on=date(2026, 12, 31)), TREASURER)
    banking.take(street, statement(1, [], opening=5000, on=date(2027, 1, 4)), TREASURER)


def test_a_person_settles_what_waits(street: Store) -> None:
    """A payment without its id, money that was moved in, and something else: each by two people, each once."""
    lines = [Movement(-1000), Movement(50_000), Movement(-5)]
    banking.take(street, statement(1, lines, opening=5000), TREASURER)
    with street.read() as reader:
        paid, moved, cost = (one.line for one in reader.bank.lines())
        payout = banking.payment_named(reader, FIRST)
    with refuses(Refusal.SAME_PERSON):
        banking.settle(street, moved, LinePurpose.BUDGET_IN, TREASURER)
    with refuses(Refusal.LINE_DIFFERS):
        banking.settle(street, moved, LinePurpose.FREED_OUT, BOTH)
    with refuses(Refusal.LINE_DIFFERS):
        banking.settle(street, moved, LinePurpose.PAID, BOTH, payout=payout.id)
    banking.settle(street, paid, LinePurpose.PAID, BOTH, payout=payout.id)
    banking.settle(street, moved, LinePurpose.BUDGET_IN, BOTH)
    banking.settle(street, cost, LinePurpose.OTHER, BOTH)
    assert steps(street) == [(PayoutStep.PAID,)]
    with refuses(Refusal.LINE_UNKNOWN):
        banking.settle(street, cost, LinePurpose.OTHER, BOTH)
    assert verify(street).findings == ()


def test_a_merchant_pays_back_what_it_owes(street: Store) -> None:
    """The debt is gone, and the money is in the treasury again."""
    granted(street, a_refund("4,00", number=2), an_end())
    assert balance(street) == "-4.00"
    banking.take(street, statement(1, [Movement(400, iban=CLUBS)], opening=5000), TREASURER)
    with street.read() as reader:
        (found,) = reader.bank.lines()
    banking.settle(street, found.line, LinePurpose.REPAID, BOTH, merchant=CLUB)
    assert balance(street) == "0.00"
    assert verify(street).findings == ()


def test_on_a_shared_account_only_our_lines_are_kept(street: Store) -> None:
    """What names no payment of ours, and comes from no merchant, is nobody's business here."""
    granted(street, settings_of_payment(is_dedicated=False))
    lines = [
        Movement(-1000, FIRST, CLUBS),
        Movement(-70_000, "SALARY", "NL20INGB0001234567"),
        Movement(400, iban=CLUBS),
    ]
    (taken,) = banking.take(street, statement(1, lines, opening=500_000), TREASURER)
    assert (len(taken.lines), len(taken.matched), taken.left_out) == (2, 1, 1)


def test_a_town_that_changes_its_bank_still_adds_up(street: Store) -> None:
    """What the old account paid, and what it moved to the new one, explain the new one to the cent."""
    old = [Movement(100_000), Movement(-1000, FIRST, CLUBS), Movement(-99_000)]
    banking.take(street, statement(1, old), TREASURER)
    granted(street, settings_of_payment(iban="NL20INGB0001234567"))
    banking.take(street, statement(1, [Movement(99_000)], iban="NL20INGB0001234567"), TREASURER)
    with street.read() as reader:
        waiting = [one.line for one in reader.bank.lines() if one.settled is None]
    for line in waiting:
        purpose = LinePurpose.BUDGET_IN if line.amount.cents > 0 else LinePurpose.OTHER
        banking.settle(street, line, purpose, BOTH)
    with street.read() as reader:
        proof = proof_of_cover(reader)
    assert (proof.adds_up, proof.is_met) == (True, True)
    assert proof.bank is not None
    assert (proof.bank.closing.cents, proof.bank.treasury.cents) == (99_000, 99_000)


@pytest.mark.parametrize("how", ["returned", "rejected"])
def test_an_account_that_is_left_blocks_nobody(street: Store, how: str) -> None:
    """What comes back from an old account is owed again; the new one was checked, and is paid."""
    elsewhere = "NL20INGB0001234567"
    if how == "returned":
        banking.take(street, statement(1, [Movement(-1000, FIRST, CLUBS)], opening=5000), TREASURER)
    granted(street, a_change(iban=elsewhere), a_check(iban=elsewhere))
    if how == "returned":
        back = statement(2, [Movement(1000, FIRST, CLUBS, reason="AC04")], opening=4000, on=date(2026, 3, 4))
        banking.take(street, back, TREASURER)
    else:
        banking.reject(street, rejection("PL-2026-0001-F1", FIRST, "AC04"), TREASURER)
    planned = paying.preview(street, TREASURER, execute_on=TODAY)
    assert [(one.iban, one.amount.plain) for one in planned.payouts] == [(elsewhere, "10.00")]
    assert verify(street).findings == ()
