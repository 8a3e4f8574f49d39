"""Paying merchants: from what is owed to files for the bank, in both kinds of database."""

from contextlib import suppress
from dataclasses import replace
from threading import Thread

import pytest

from pasledger.formats.specification import as_csv, as_html
from pasledger.ledger import accounts
from pasledger.ledger.ids import CaptureId, EntryId, RedemptionId, RefundId
from pasledger.ledger.money import total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.records import RunStep, Waits
from pasledger.rules.registration import MerchantRequest
from pasledger.store import Store
from pasledger.usecases import paying
from pasledger.usecases.verifying import verify
from tests.support.books import content, granted, traffic
from tests.support.holds import a_capture, a_hold, a_hold_refund, a_reference
from tests.support.town import (
    CLUB,
    SHOP,
    TODAY,
    a_check,
    a_redemption,
    a_refund,
    a_shop,
    a_stamp,
    an_end,
    refuses,
    settings_of_payment,
)

TREASURER, CONTROLLER = (
    a_stamp(prepared_by="treasurer", approved_by=None),
    a_stamp(prepared_by="other", approved_by=None),
)
WORDS = dict.fromkeys(("language", "title", "paid", "date", "kind", "id", "reference", "amount", "total"), "word")


@pytest.fixture
def street(store: Store) -> Store:
    """Return books in which the club has € 10,00 to get, and the shop, whose account nobody checked, € 3,00."""
    granted(store, settings_of_payment(), a_check(), MerchantRequest(a_shop(), ()))
    granted(store, a_redemption("12,00"), a_refund("2,00"), a_redemption("3,00", merchant=SHOP, number=2))
    return store


def prepared(store: Store) -> paying.Planned:
    """Prepare a run as the treasurer."""
    return paying.prepare(store, TREASURER, execute_on=TODAY)


def test_a_preview_changes_nothing(street: Store, books: str) -> None:
    """It tells what a run would be, and leaves no row."""
    before = content(books)
    planned = paying.preview(street, TREASURER, execute_on=TODAY)
    assert [payout.amount.plain for payout in planned.payouts] == ["10.00"]
    assert [(one.merchant, one.reason) for one in planned.waiting] == [(SHOP, Waits.BLOCKED)]
    assert content(books) == before


def test_a_run_from_end_to_end(street: Store) -> None:
    """Prepared, released by another, written twice the same; the books are sound at each step."""
    planned = prepared(street)
    assert verify(street).findings == ()
    files = paying.release(street, planned.run.id, CONTROLLER)
    with street.read() as reader:
        found = reader.payouts.run(planned.run.id)
        listed = reader.payouts.runs()
    assert (found.prepared_by, found.released_by, found.steps) == ("treasurer", "other", (RunStep.RELEASED,))
    assert (found.payouts, found.waiting) == (planned.payouts, planned.waiting)
    assert listed == [planned.run.id]
    assert paying.files_of_released(found) == files
    assert [file.record for file in files] == list(found.files)
    assert verify(street).findings == ()


def test_files_that_are_not_those_that_were_released_are_refused(street: Store) -> None:
    """Another version may write them in another way; the bank gets what a person released, or nothing."""
    planned = prepared(street)
    with street.read() as reader, refuses(Refusal.RUN_STEP_UNKNOWN):
        paying.files_of_released(reader.payouts.run(planned.run.id))
    paying.release(street, planned.run.id, CONTROLLER)
    with street.read() as reader:
        found = reader.payouts.run(planned.run.id)
    with refuses(Refusal.FILES_DIFFER):
        paying.files_of(replace(found, prepared_at=found.prepared_at.replace(year=2025)))


def test_nothing_to_pay_is_no_run(street: Store, books: str) -> None:
    """What is owed is in the run of before, or waits."""
    prepared(street)
    before = content(books)
    with refuses(Refusal.NOTHING_TO_PAY):
        prepared(street)
    assert content(books) == before


def test_a_cancelled_run_is_paid_by_the_next_with_the_same_specification(street: Store) -> None:
    """A merchant sees its redemptions and refunds again, and not what the town hall did meanwhile."""
    first = prepared(street)
    ((_, before),) = paying.specifications(street, first.run.id, "nl")
    paying.cancel(street, first.run.id, TREASURER)
    assert verify(street).findings == ()
    granted(street, a_redemption("1,00", number=3))
    second = prepared(street)
    ((payout, after),) = paying.specifications(street, second.run.id, "nl")
    assert payout.amount.plain == "11.00"
    assert set(before.lines) < set(after.lines)
    assert total(line.amount for line in after.lines) == payout.amount
    assert verify(street).findings == ()


def test_a_specification_has_what_the_merchant_knows_each_line_by(street: Store) -> None:
    """Ids and own references of payments, refunds, captures and what was given back of holds, in table and page."""
    granted(
        street,
        replace(a_redemption("3,00", number=5), reference=a_reference(EntryId.of(3_000_005), "Lid 17")),
        a_hold("8,00", reference="kamp"),
        a_capture("6,00"),
        a_hold_refund("1,00", reference="regen"),
    )
    run = prepared(street).run.id
    ((payout, specification),) = paying.specifications(street, run, "nl")
    assert payout.amount.plain == "18.00"
    assert {(line.id, line.reference, line.amount.plain) for line in specification.lines} == {
        (RedemptionId.of(1), "", "12.00"),
        (RefundId.of(1), "", "-2.00"),
        (RedemptionId.of(5), "Lid 17", "3.00"),
        (CaptureId.of(1), "kamp", "6.00"),
        (RefundId.of(500_001), "regen", "-1.00"),
    }
    for line in specification.lines:
        for form in (as_csv(specification).decode(), as_html(specification, WORDS)):
            assert line.id in form
            assert line.reference in form


def test_each_line_is_in_one_run_while_two_prepare_and_tills_go_on(street: Store) -> None:
    """Two treasurers at once and payments meanwhile: nothing is paid twice, and what is in no run is still owed."""
    done: list[paying.Planned] = []

    def prepare() -> None:
        with suppress(Refused):  # the other one had it all
            done.append(prepared(street))

    def pay() -> None:
        for number in range(100, 110):
            granted(street, a_redemption("0,10", number=number))

    threads = [Thread(target=work) for work in (prepare, pay, prepare)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paid = total(payout.amount for planned in done for payout in planned.payouts)
    with street.read() as reader:
        owed = sum(
            turnover.balance(is_debit_normal=False).cents
            for account, turnover in reader.turnovers()
            if account == accounts.payable(CLUB, "culture")
        )
    assert paid.cents + owed == 1100
    assert verify(street).findings == ()


def test_a_debt_is_written_off(street: Store) -> None:
    """What a merchant that stopped got too much is borne by the budget."""
    prepared(street)
    granted(street, a_refund("4,00", number=2), an_end())
    assert paying.write_off(street, CLUB, "B-1", a_stamp()).amount.plain == "4.00"
    assert verify(street).findings == ()


def test_a_run_is_as_many_statements_for_one_merchant_as_for_many(street: Store) -> None:
    """What is loaded and written does not depend on how many are paid."""
    granted(street, a_check(SHOP))
    prepared(street)
    counted = []
    for number, merchants in ((20, [CLUB]), (30, [CLUB, SHOP])):
        granted(
            street,
            *(
                a_redemption("1,00", merchant=merchant, number=number + place)
                for place, merchant in enumerate(merchants)
            ),
        )
        with traffic(street) as seen:
            assert len(prepared(street).payouts) == len(merchants)
        counted.append(len(seen.statements))
    assert counted[0] == counted[1]
