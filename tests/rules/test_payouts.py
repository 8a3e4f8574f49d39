"""Payouts: what a run pins, who is paid and who waits, and what taking it back leaves."""

from dataclasses import replace
from datetime import date

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import MerchantId, PayoutId, RunId
from pasledger.ledger.money import total
from pasledger.ledger.refusals import Refusal
from pasledger.rules.checks import Replay
from pasledger.rules.deciding import Request
from pasledger.rules.payouts import RunCancelRequest
from pasledger.rules.records import CheckResult, Event, Payout, PayoutLine, PayoutWaiting, RunStep, RunStepped, Waits
from pasledger.rules.registration import MerchantRequest, SchemeRequest
from pasledger.rules.town import Town
from tests.support.town import (
    CLUB,
    SHOP,
    TODAY,
    a_budget,
    a_change,
    a_check,
    a_payout,
    a_payout_cancelled,
    a_redemption,
    a_refund,
    a_run,
    a_run_release,
    a_scheme,
    a_shop,
    a_stamp,
    a_town,
    a_write_off,
    an_award,
    an_end,
    ask,
    euros,
    grant,
    refuses,
    settings_of_payment,
)

TREASURER, CONTROLLER = (
    a_stamp(prepared_by="treasurer", approved_by=None),
    a_stamp(prepared_by="other", approved_by=None),
)


@pytest.fixture
def town() -> Town:
    """Return a town with a club whose account was checked, and € 50,00 of each of two schemes to spend there."""
    town = a_town()
    for request in (
        SchemeRequest(a_scheme("spring", categories=())),
        a_budget("100,00", scheme="spring", number=2),
        an_award("50,00", scheme="spring", number=2),
        a_check(),
        settings_of_payment(),
    ):
        grant(town, request)
    return town


def paid(event: Event) -> Payout:
    """Return the payout that a request came to."""
    (found,) = (fact for fact in event.facts if isinstance(fact, Payout))
    return found


def lines(event: Event) -> list[PayoutLine]:
    """Return the lines that it pinned."""
    return [fact for fact in event.facts if isinstance(fact, PayoutLine)]


def waits(event: Event) -> Waits:
    """Return why a merchant waits."""
    (found,) = event.facts
    assert isinstance(found, PayoutWaiting)
    return found.reason


def owed(town: Town, scheme: str = "culture") -> str:
    """Return what is payable to the club under a scheme."""
    return town.balance(accounts.payable(CLUB, scheme)).plain


def on_its_way(town: Town, scheme: str = "culture") -> str:
    """Return what is in payment to the club under a scheme."""
    return town.balance(accounts.in_payment(CLUB, scheme)).plain


def test_a_payout_is_all_that_is_owed_over_all_schemes(town: Town) -> None:
    """One payment, its lines are the transfers, and its shares are what each scheme pays."""
    for request in (a_redemption("60,00"), a_redemption("5,00", number=2), a_run()):
        grant(town, request)
    event = grant(town, a_payout())
    payout = paid(event)
    assert payout.amount == euros("65,00")
    assert [(share.scheme, share.amount.plain) for share in payout.shares] == [
        ("culture", "50.00"),
        ("spring", "15.00"),
    ]
    assert total(line.amount for line in lines(event)) == payout.amount
    assert (payout.iban, payout.account_name) == ("NL91ABNA0417164300", "SV De Club")
    assert (owed(town), owed(town, "spring"), on_its_way(town)) == ("0.00", "0.00", "50.00")


def test_what_is_booked_later_waits_for_the_next_run(town: Town) -> None:
    """A run takes the lines that there are; the next takes the others, and none twice."""
    grant(town, a_redemption("5,00"))
    grant(town, a_run())
    first = lines(grant(town, a_payout()))
    grant(town, a_redemption("7,00", number=2))
    grant(town, a_run(2))
    second = lines(grant(town, a_payout(2, run=2)))
    assert {(line.entry, line.position) for line in first}.isdisjoint((line.entry, line.position) for line in second)
    assert total(line.amount for line in second) == euros("7,00")


def test_a_negative_share_of_a_scheme_goes_the_other_way(town: Town) -> None:
    """What was refunded for one scheme after it was paid is taken off what another pays."""
    grant(town, a_redemption("60,00"))
    grant(town, a_run())
    grant(town, a_payout())
    grant(town, a_refund("10,00", of=1))
    grant(town, an_award("30,00", number=3))
    grant(town, a_redemption("30,00", number=2))
    grant(town, a_run(2))
    payout = paid(grant(town, a_payout(2, run=2)))
    assert payout.amount == euros("20,00")
    assert [(share.scheme, share.amount.plain) for share in payout.shares] == [
        ("culture", "30.00"),
        ("spring", "-10.00"),
    ]
    assert (owed(town, "spring"), on_its_way(town, "spring")) == ("0.00", "0.00")


@pytest.mark.parametrize(
    ("spent", "settings", "reason"),
    [
        ("0,99", {}, Waits.BELOW_MINIMUM),
        ("5,01", {"most_payment": "5,00"}, Waits.PAYMENT_TOO_LARGE),
        ("5,01", {"most_run": "5,00"}, Waits.RUN_FULL),
    ],
)
def test_who_is_outside_the_limits_waits(town: Town, spent: str, settings: dict[str, str], reason: Waits) -> None:
    """Nothing moves, and the next run looks again."""
    grant(town, settings_of_payment(**settings))  # type: ignore[arg-type]
    grant(town, a_redemption(spent))
    grant(town, a_run())
    assert waits(grant(town, a_payout())) is reason
    assert on_its_way(town) == "0.00"


def test_who_owes_us_waits_and_is_netted_later(town: Town) -> None:
    """A refund after the payment leaves a debt; it is taken off the next payment."""
    for request in (a_redemption("5,00"), a_run(), a_payout(), a_refund(of=1), a_run(2)):
        grant(town, request)
    assert waits(grant(town, a_payout(2, run=2))) is Waits.NEGATIVE
    grant(town, a_redemption("12,00", number=2))
    grant(town, a_run(3))
    assert paid(grant(town, a_payout(3, run=3))).amount == euros("7,00")


@pytest.mark.parametrize("change", [a_change(iban="NL20INGB0001234567"), a_change(name="Other")])
def test_an_account_that_nobody_checked_is_not_paid(town: Town, change: object) -> None:
    """Neither that of a new merchant nor one that changed."""
    grant(town, MerchantRequest(a_shop(), ()))
    grant(town, a_redemption("5,00", merchant=SHOP))
    grant(town, a_redemption("5,00", number=2))
    grant(town, change)  # type: ignore[arg-type]
    grant(town, a_run())
    assert waits(grant(town, a_payout(1, SHOP))) is Waits.BLOCKED
    assert waits(grant(town, a_payout(2))) is Waits.BLOCKED


def test_a_run_is_released_by_another_person(town: Town) -> None:
    """Who prepared it does not let it go; and what was released or cancelled is not released again."""
    grant(town, a_redemption("5,00"))
    grant(town, a_run(), stamp=TREASURER)
    grant(town, a_payout(), stamp=TREASURER)
    with refuses(Refusal.SAME_PERSON):
        grant(town, a_run_release("5,00"), stamp=replace(TREASURER, prepared_by=" Treasurer"))
    (step,) = grant(town, a_run_release("5,00"), stamp=CONTROLLER).facts
    assert isinstance(step, RunStepped)
    assert (step.step, step.prepared_by, step.approved_by) == (RunStep.RELEASED, "treasurer", "other")
    with refuses(Refusal.RUN_STEP_UNKNOWN):
        grant(town, a_run_release("5,00"), stamp=CONTROLLER)


@pytest.mark.parametrize(
    "happened",
    [
        (a_change(iban="NL20INGB0001234567"),),
        (a_change(iban="NL20INGB0001234567"), a_check(iban="NL20INGB0001234567")),
        (a_change(name="Other"),),
        (a_check(result=CheckResult.NO_MATCH),),
    ],
    ids=["another account", "another account that was checked", "another name", "found wrong"],
)
def test_a_run_is_not_released_to_an_account_of_before(town: Town, happened: tuple[Request, ...]) -> None:
    """What happened to a merchant after the run was prepared counts: it is prepared anew, and nobody else pays it."""
    grant(town, a_redemption("5,00"))
    grant(town, a_run(), stamp=TREASURER)
    grant(town, a_payout(), stamp=TREASURER)
    for request in happened:
        grant(town, request)
    with refuses(Refusal.ACCOUNT_UNCHECKED):
        grant(town, a_run_release("5,00"), stamp=CONTROLLER)


def test_files_that_pay_something_else_are_a_fault(town: Town) -> None:
    """No run is released with files that do not add up to it."""
    grant(town, a_redemption("5,00"))
    grant(town, a_run(), stamp=TREASURER)
    grant(town, a_payout(), stamp=TREASURER)
    with pytest.raises(ValueError, match="do not pay"):
        ask(town, a_run_release("5,01"), stamp=CONTROLLER)


def test_a_cancelled_run_is_owed_again(town: Town) -> None:
    """Every scheme's share comes back, and the next run pays it as a line of its own."""
    grant(town, a_redemption("60,00"))
    grant(town, a_run(), stamp=TREASURER)
    before = lines(grant(town, a_payout(), stamp=TREASURER))
    grant(town, RunCancelRequest(RunId.of(1)), stamp=TREASURER)
    grant(town, a_payout_cancelled(), stamp=TREASURER)
    assert (owed(town), owed(town, "spring"), on_its_way(town)) == ("50.00", "10.00", "0.00")
    assert ask(town, a_payout_cancelled(), stamp=TREASURER).event == Event(TREASURER, ())
    grant(town, a_run(2))
    again = grant(town, a_payout(2, run=2))
    assert paid(again).amount == euros("60,00")
    assert not {(line.entry, line.position) for line in before} & {(line.entry, line.position) for line in lines(again)}
    with refuses(Refusal.RUN_STEP_UNKNOWN):
        grant(town, RunCancelRequest(RunId.of(1)))


def test_after_its_release_a_run_is_cancelled_by_two(town: Town) -> None:
    """The bank may have the file, so that nobody takes it back alone."""
    grant(town, a_redemption("5,00"))
    grant(town, a_run(), stamp=TREASURER)
    grant(town, a_payout(), stamp=TREASURER)
    grant(town, a_run_release("5,00"), stamp=CONTROLLER)
    with refuses(Refusal.SAME_PERSON):
        grant(town, RunCancelRequest(RunId.of(1)), stamp=TREASURER)
    grant(town, RunCancelRequest(RunId.of(1)), stamp=a_stamp())


def test_only_the_debt_of_one_who_left_is_written_off(town: Town) -> None:
    """While it may still be paid, its next payout nets it; the budgets bear what is left."""
    for request in (a_redemption("60,00"), a_run(), a_payout(), a_refund("10,00", of=1)):
        grant(town, request)
    with refuses(Refusal.NO_DEBT):
        grant(town, a_write_off())
    grant(town, an_end())
    left = town.balance(accounts.budget("spring", 2026)) + town.balance(accounts.budget("culture", 2026))
    event = grant(town, a_write_off())
    assert event.entry is not None
    assert event.entry.amount == euros("10,00")
    after = town.balance(accounts.budget("spring", 2026)) + town.balance(accounts.budget("culture", 2026))
    assert left - after == euros("10,00")
    with refuses(Refusal.NO_DEBT):
        grant(town, a_write_off(number=2))


def test_runs_are_numbered_within_their_year(town: Town) -> None:
    """The first of a year is number 1; it is paid on no day that is over."""
    grant(town, a_run(execute_on=date(2020, 1, 1)))
    grant(town, a_run(2))
    grant(town, a_run(3), on=date(2027, 1, 4))
    names = [(run.name, run.execute_on) for run in town.runs.values()]
    assert names == [("2026-0001", TODAY), ("2026-0002", TODAY), ("2027-0001", date(2027, 1, 4))]


def test_the_checks_find_nothing_in_the_life_of_a_payout() -> None:
    """Paid over two schemes, refunded, paid again, cancelled and written off: every record fits its entry."""
    fresh = a_town(budget=None, balance=None)
    requests = (
        SchemeRequest(a_scheme("spring", categories=())),
        *(a_budget("100,00"), a_budget("100,00", scheme="spring", number=2), an_award("50,00")),
        *(an_award("50,00", scheme="spring", number=2), a_check(), settings_of_payment(), a_redemption("60,00")),
        *(a_run(), a_payout(), a_refund("20,00", of=1), a_redemption("50,00", number=2), a_run(2), a_payout(2, run=2)),
        *(RunCancelRequest(RunId.of(2)), a_payout_cancelled(2, run=2), a_run(3), a_payout(3, run=3)),
        *(a_refund(of=2, number=2), an_end(), a_write_off()),
    )
    journal = [grant(fresh, request) for request in requests]
    replay = Replay()
    findings = [finding for event in journal for finding in replay.add(event)]
    assert [*findings, *replay.conclude()] == []
    assert PayoutId.of(3) in fresh.payouts
    assert fresh.ends == {MerchantId.of(1): TODAY}
