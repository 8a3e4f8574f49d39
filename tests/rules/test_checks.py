"""What can be wrong although every transfer is balanced, planted event by event, and the check that finds it.

One life of some money, with every kind of entry in it, is right as it stands. Each fault changes one entry of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import (
    CaptureId,
    CardId,
    ChangeId,
    EntitlementId,
    EntryId,
    HolderId,
    HoldId,
    PayoutId,
    RedemptionId,
    RefundId,
    ReleaseId,
    RunId,
    StatementId,
)
from pasledger.ledger.journal import Entry, EntryKind, Transfer
from pasledger.ledger.periods import Period
from pasledger.rules import checks, postings
from pasledger.rules.books_checks import BOOKS_CHECKS
from pasledger.rules.checks import Replay
from pasledger.rules.entry_checks import ENTRY_CHECKS
from pasledger.rules.findings import Finding
from pasledger.rules.records import (
    BankLine,
    BankPart,
    BudgetDecision,
    Correction,
    Entitlement,
    EntitlementEnd,
    Event,
    Fact,
    Freeing,
    Hold,
    HoldCaptured,
    HoldReleased,
    Lapse,
    LinePurpose,
    MerchantReference,
    Part,
    Payout,
    PayoutCancelled,
    PayoutLine,
    Redemption,
    Refund,
    Share,
    WrittenOff,
    YearClosed,
)
from tests.support.town import CAFE, CLUB, TODAY, a_stamp, euros

K = EntryKind
S = "culture"
MINE, MY_OTHER, ANOTHERS, TAKEN_BACK = map(EntitlementId.of, range(1, 5))
SPENT, HELD = RedemptionId.of(1), HoldId.of(1)
A_MONTH_LATER = date(2026, 4, 2)
ENDED, A_DAY_LATER, SUMMER = date(2027, 1, 1), date(2027, 1, 2), date(2027, 7, 1)


def an_event(number: int, kind: EntryKind, transfer: Transfer, *facts: Fact, on: date = TODAY) -> Event:
    """Return an event of one transfer."""
    return Event(a_stamp(on), facts, Entry(EntryId.of(number), kind, a_stamp(on), (transfer,)))


def an_award(number: int, owner: EntitlementId, holder: int) -> Event:
    """Return an award of € 100,00 for the rest of the year."""
    valid = Period(starts_on=TODAY, ends_before=ENDED)
    granted = Entitlement(owner, EntryId.of(number), HolderId.of(holder), S, 1, valid, euros("100"))
    return an_event(number, K.AWARDED, awarded(owner, "100"), granted)


def awarded(owner: EntitlementId, amount: str) -> Transfer:
    """Return the transfer of an award."""
    return postings.awarded(scheme=S, year=2026, entitlement=owner, amount=euros(amount))


def redeemed(owner: EntitlementId, amount: str, *, scheme: str = S) -> Transfer:
    """Return the transfer of a redemption at the club."""
    return postings.redeemed(scheme=scheme, entitlement=owner, merchant=CLUB, amount=euros(amount))


def refunded(owner: EntitlementId, amount: str) -> Transfer:
    """Return the transfer of a refund by the club."""
    return postings.refunded(scheme=S, entitlement=owner, merchant=CLUB, amount=euros(amount))


def a_refund(number: int, amount: str) -> Event:
    """Return a refund by the club to the entitlement that paid."""
    parts = (Part(MINE, S, euros(amount)),)
    record = Refund(RefundId.of(number), EntryId.of(number), SPENT, CLUB, parts)
    return an_event(number, K.REFUNDED, refunded(MINE, amount), record)


def a_bank_line(number: int, amount: str) -> BankLine:
    """Return the line of a bank statement that an entry is the posting of."""
    money = euros(amount)
    purpose = LinePurpose.PAID if money > euros("0") else LinePurpose.RETURNED
    parts = (BankPart(CLUB, PayoutId.of(15), money),)
    return BankLine(StatementId.of(1), number, purpose, EntryId.of(number), money, parts, is_matched=True)


def a_payout(number: int, amount: str) -> Event:
    """Return a payout to the club."""
    transfer = postings.put_in_payout(scheme=S, merchant=CLUB, amount=euros(amount))
    entry, paid = EntryId.of(number), euros(amount)
    shares = (Share(S, paid),)
    payout = Payout(PayoutId.of(number), entry, RunId.of(1), 1, CLUB, paid, "iban", "name", TODAY, TODAY, shares)
    lines = (PayoutLine(entry, EntryId.of(number - 1), 0, S, paid),)
    return an_event(number, K.PUT_IN_PAYOUT, transfer, payout, *lines)


def a_lapse(number: int, owner: EntitlementId, amount: str) -> Event:
    """Return the lapse of what was valid until the end of the year."""
    transfer = postings.lapsed(scheme=S, entitlement=owner, year=2026, amount=euros(amount))
    return an_event(number, K.LAPSED, transfer, Lapse(EntryId.of(number), owner, S, 2026, euros(amount), 0), on=ENDED)


def a_payment(number: int, owner: EntitlementId, amount: str, *, on: date = TODAY) -> Event:
    """Return a redemption of the first holder at the club."""
    parts = (Part(owner, S, euros(amount)),)
    paid = Redemption(
        RedemptionId.of(number), EntryId.of(number), CLUB, None, CardId.of(1), HolderId.of(1), euros(amount), parts
    )
    return an_event(number, K.REDEEMED, redeemed(owner, amount), paid, on=on)


LIFE: tuple[Event, ...] = (
    an_event(
        1,
        K.BUDGET_RAISED,
        postings.budget_raised(scheme=S, year=2026, amount=euros("1000")),
        BudgetDecision(EntryId.of(1), S, 2026, "council 1", euros("1000")),
    ),
    an_event(
        2,
        K.BUDGET_LOWERED,
        postings.budget_lowered(scheme=S, year=2026, amount=euros("100")),
        BudgetDecision(EntryId.of(2), S, 2026, "council 2", euros("-100")),
    ),
    an_award(3, MINE, holder=1),
    an_award(4, MY_OTHER, holder=1),
    an_award(5, ANOTHERS, holder=2),
    an_award(26, TAKEN_BACK, holder=2),
    an_event(
        6,
        K.WITHDRAWN,
        postings.withdrawn(scheme=S, entitlement=TAKEN_BACK, amount=euros("100"), budget_year=2026),
        EntitlementEnd(
            id=ChangeId.of(1),
            entitlement=TAKEN_BACK,
            ends_before=A_MONTH_LATER,
            is_withdrawn=True,
            entry=EntryId.of(6),
            amount=euros("100"),
        ),
        on=A_MONTH_LATER,
    ),
    an_event(
        7,
        K.REDEEMED,
        redeemed(MINE, "30"),
        Redemption(
            SPENT,
            EntryId.of(7),
            CLUB,
            None,
            CardId.of(1),
            HolderId.of(1),
            euros("30"),
            (Part(MINE, S, euros("30")),),
        ),
    ),
    an_event(
        8,
        K.HELD,
        postings.held(scheme=S, entitlement=MINE, amount=euros("20")),
        Hold(
            HELD,
            EntryId.of(8),
            CLUB,
            None,
            CardId.of(1),
            HolderId.of(1),
            euros("20"),
            ENDED,
            (Part(MINE, S, euros("20")),),
        ),
    ),
    an_event(
        9,
        K.CAPTURED,
        postings.captured(scheme=S, merchant=CLUB, amount=euros("15")),
        HoldCaptured(CaptureId.of(1), EntryId.of(9), HELD, CLUB, (Part(MINE, S, euros("15")),)),
    ),
    an_event(
        10,
        K.RELEASED,
        postings.released(scheme=S, entitlement=MINE, amount=euros("5")),
        HoldReleased(ReleaseId.of(1), EntryId.of(10), HELD, CLUB, (Part(MINE, S, euros("5")),)),
    ),
    a_refund(11, "10"),
    an_event(
        12,
        K.CORRECTED,
        postings.corrected(redeemed(MINE, "30"), euros("5")),
        Correction(EntryId.of(12), EntryId.of(7), CLUB, euros("5"), (Part(MINE, S, euros("5")),)),
    ),
    a_payout(13, "30"),
    an_event(
        14,
        K.PAYOUT_CANCELLED,
        postings.payout_cancelled(scheme=S, merchant=CLUB, amount=euros("30")),
        PayoutCancelled(PayoutId.of(13), EntryId.of(14), CLUB, euros("30")),
    ),
    a_payout(15, "30"),
    an_event(
        16,
        K.PAID,
        postings.paid(scheme=S, merchant=CLUB, amount=euros("30")),
        a_bank_line(16, "30"),
    ),
    an_event(
        17,
        K.RETURNED,
        postings.returned(scheme=S, merchant=CLUB, amount=euros("4")),
        a_bank_line(17, "-4"),
    ),
    a_refund(18, "7"),
    an_event(
        19,
        K.WRITTEN_OFF,
        postings.written_off(scheme=S, merchant=CLUB, year=2026, amount=euros("3")),
        WrittenOff(EntryId.of(19), CLUB, euros("3"), "B-1"),
    ),
    a_lapse(20, MINE, "77"),
    a_lapse(21, MY_OTHER, "100"),
    an_event(
        22,
        K.EXTENDED,
        postings.extended(scheme=S, entitlement=MY_OTHER, year=2026, amount=euros("100")),
        EntitlementEnd(
            id=ChangeId.of(2),
            entitlement=MY_OTHER,
            ends_before=SUMMER,
            is_withdrawn=False,
            entry=EntryId.of(22),
            amount=euros("100"),
            lapse=EntryId.of(21),
        ),
        on=A_DAY_LATER,
    ),
    an_event(
        23,
        K.FREED,
        postings.freed(scheme=S, year=2026, amount=euros("77")),
        Freeing(EntryId.of(23), S, 2026, 1, euros("77")),
        on=A_DAY_LATER,
    ),
    an_event(
        24,
        K.REFUNDED,
        postings.refunded_after_end(scheme=S, merchant=CLUB, year=2027, amount=euros("8")),
        Refund(RefundId.of(24), EntryId.of(24), SPENT, CLUB, (Part(MINE, S, euros("8")),)),
        on=ENDED,
    ),
    a_payment(25, MY_OTHER, "20", on=A_DAY_LATER),
)
BEFORE = Event(a_stamp(date(2026, 2, 1)), (YearClosed(ChangeId.of(3), S, 2025),))
"""What came before all of it: the last year was closed."""


@dataclass(frozen=True)
class Fault:
    """A wrong posting in the first entry of a kind: other transfers, or another day; and the checks that find it."""

    kind: EntryKind
    mistake: str
    found_by: set[str]
    transfer: Transfer | None = None
    on: date | None = None


FAULTS = (
    Fault(
        K.BUDGET_RAISED,
        "a cent more than was decided",
        {"record"},
        postings.budget_raised(scheme=S, year=2026, amount=euros("1000,01")),
    ),
    Fault(
        K.BUDGET_LOWERED,
        "in another year",
        {"record", "sign", "closed"},
        postings.budget_lowered(scheme=S, year=2025, amount=euros("100")),
    ),
    Fault(K.AWARDED, "more than was decided", {"record"}, awarded(MINE, "101")),
    Fault(K.AWARDED, "on a name that has no decision yet", {"record", "entitlement", "sign"}, awarded(ANOTHERS, "100")),
    Fault(
        K.AWARDED,
        "from the budget of a closed year",
        {"sign", "closed"},
        postings.awarded(scheme=S, year=2025, entitlement=MINE, amount=euros("100")),
    ),
    Fault(
        K.WITHDRAWN,
        "to a merchant",
        {"sides", "payable", "change"},
        redeemed(TAKEN_BACK, "100"),
    ),
    Fault(
        K.WITHDRAWN,
        "more than was left",
        {"record", "sign"},
        postings.withdrawn(scheme=S, entitlement=TAKEN_BACK, amount=euros("100,01"), budget_year=2026),
    ),
    Fault(
        K.WITHDRAWN,
        "to another year",
        {"change"},
        postings.withdrawn(scheme=S, entitlement=TAKEN_BACK, amount=euros("100"), budget_year=2027),
    ),
    Fault(
        K.WITHDRAWN,
        "lapsed before the end",
        {"change"},
        postings.lapsed(scheme=S, entitlement=TAKEN_BACK, year=2026, amount=euros("100")),
    ),
    Fault(
        K.WITHDRAWN,
        "from another holder",
        {"record", "change"},
        postings.withdrawn(scheme=S, entitlement=ANOTHERS, amount=euros("100"), budget_year=2026),
    ),
    Fault(
        K.REDEEMED,
        "to another merchant",
        {"record", "payable"},
        postings.redeemed(scheme=S, entitlement=MINE, merchant=CAFE, amount=euros("30")),
    ),
    Fault(K.REDEEMED, "from another holder", {"parts", "entitlement"}, redeemed(ANOTHERS, "30")),
    Fault(K.REDEEMED, "from the holder's other entitlement", {"parts"}, redeemed(MY_OTHER, "30")),
    Fault(
        K.REDEEMED,
        "under another scheme",
        {"entitlement", "parts", "sign"},
        redeemed(MINE, "30", scheme="school"),
    ),
    Fault(K.REDEEMED, "on the day of the end", {"entitlement"}, on=ENDED),
    Fault(K.HELD, "on the day of the end", {"entitlement"}, on=ENDED),
    Fault(
        K.HELD,
        "less than was asked",
        {"record", "parts", "held", "sign"},
        postings.held(scheme=S, entitlement=MINE, amount=euros("19")),
    ),
    Fault(
        K.HELD,
        "from another holder",
        {"parts", "entitlement"},
        postings.held(scheme=S, entitlement=ANOTHERS, amount=euros("20")),
    ),
    Fault(
        K.CAPTURED,
        "by another merchant",
        {"record", "payable"},
        postings.captured(scheme=S, merchant=CAFE, amount=euros("15")),
    ),
    Fault(
        K.RELEASED,
        "less than was held",
        {"record", "parts", "held", "sign"},
        postings.released(scheme=S, entitlement=MINE, amount=euros("4")),
    ),
    Fault(
        K.RELEASED,
        "to the holder's other entitlement",
        {"parts", "sign"},
        postings.released(scheme=S, entitlement=MY_OTHER, amount=euros("5")),
    ),
    Fault(K.RELEASED, "to what had ended", {"parts", "entitlement"}, on=ENDED),
    Fault(K.REFUNDED, "to another holder", {"parts", "sign"}, refunded(ANOTHERS, "10")),
    Fault(
        K.REFUNDED,
        "lapsed before the end",
        {"parts", "sign"},
        postings.refunded_after_end(scheme=S, merchant=CLUB, year=2026, amount=euros("10")),
    ),
    Fault(K.REFUNDED, "to what had ended", {"parts", "entitlement"}, on=ENDED),
    Fault(
        K.PUT_IN_PAYOUT,
        "of another merchant",
        {"record", "payable", "in payment"},
        postings.put_in_payout(scheme=S, merchant=CAFE, amount=euros("30")),
    ),
    Fault(
        K.PUT_IN_PAYOUT,
        "under another scheme than its lines",
        {"lines"},
        postings.put_in_payout(scheme="school", merchant=CLUB, amount=euros("30")),
    ),
    Fault(
        K.PAYOUT_CANCELLED,
        "the wrong way round",
        {"record", "payable", "in payment"},
        postings.put_in_payout(scheme=S, merchant=CLUB, amount=euros("30")),
    ),
    Fault(
        K.PAID,
        "a cent more than the bank debited",
        {"record", "in payment", "bank"},
        postings.paid(scheme=S, merchant=CLUB, amount=euros("30,01")),
    ),
    Fault(
        K.PAID,
        "from what is owed, past what is in payment",
        {"sides", "record", "payable", "in payment"},
        Transfer(accounts.payable(CLUB, S), accounts.treasury(S), euros("30")),
    ),
    Fault(
        K.PAID,
        "and never left the treasury",
        {"sides", "bank"},
        Transfer(accounts.in_payment(CLUB, S), accounts.budget(S, 2026), euros("30")),
    ),
    Fault(
        K.RETURNED,
        "to the budget",
        {"sides", "record", "payable"},
        postings.budget_raised(scheme=S, year=2026, amount=euros("4")),
    ),
    Fault(
        K.WRITTEN_OFF,
        "more than was written off",
        {"record", "payable"},
        postings.written_off(scheme=S, merchant=CLUB, year=2026, amount=euros("3,01")),
    ),
    Fault(K.LAPSED, "a day early", {"entitlement"}, on=date(2026, 12, 31)),
    Fault(
        K.LAPSED,
        "of another holder",
        {"change"},
        postings.lapsed(scheme=S, entitlement=ANOTHERS, year=2026, amount=euros("77")),
    ),
    Fault(
        K.LAPSED,
        "in another year",
        {"record", "change", "sign"},
        postings.lapsed(scheme=S, entitlement=MINE, year=2028, amount=euros("77")),
    ),
    Fault(K.EXTENDED, "from the budget", {"sides"}, awarded(MY_OTHER, "100")),
    Fault(
        K.EXTENDED,
        "more than lapsed",
        {"record", "sign"},
        postings.extended(scheme=S, entitlement=MY_OTHER, year=2026, amount=euros("100,01")),
    ),
    Fault(
        K.FREED,
        "more than lapsed",
        {"record", "sign"},
        postings.freed(scheme=S, year=2026, amount=euros("77,01")),
    ),
    Fault(
        K.CORRECTED,
        "lapsed before the end",
        {"parts", "sign"},
        postings.refunded_after_end(scheme=S, merchant=CLUB, year=2026, amount=euros("5")),
    ),
    Fault(
        K.CORRECTED,
        "more than was countered",
        {"record", "parts", "payable"},
        postings.corrected(redeemed(MINE, "30"), euros("6")),
    ),
)


def with_fault(fault: Fault) -> list[Event]:
    """Return the life with the fault in it."""
    events = list(LIFE)
    place = next(place for place, event in enumerate(events) if event.entry and event.entry.kind is fault.kind)
    entry = events[place].entry
    assert entry is not None
    transfers = entry.transfers if fault.transfer is None else (fault.transfer,)
    stamp = entry.stamp if fault.on is None else a_stamp(fault.on)
    events[place] = replace(events[place], entry=replace(entry, stamp=stamp, transfers=transfers))
    return events


def findings_in(events: Iterable[Event], *, slipped_in: int = 0) -> list[Finding]:
    """Return what the checks find; `slipped_in` cents were put into the treasury without any transfer."""
    replay = Replay()
    findings = [finding for event in (BEFORE, *events) for finding in replay.add(event)]
    replay.sums.balances[accounts.treasury(S)] += slipped_in
    return [*findings, *replay.conclude()]


def names_of(findings: Iterable[Finding]) -> set[str]:
    """Return which checks found something."""
    return {finding.check for finding in findings}


def test_every_kind_of_entry_has_a_right_and_a_wrong_posting() -> None:
    """The life and the faults both know every event of the ledger."""
    assert {event.entry.kind for event in LIFE if event.entry} == set(EntryKind)
    assert {fault.kind for fault in FAULTS} == set(EntryKind)


def test_in_a_right_life_nothing_is_found() -> None:
    """No check cries out at what is right, at the end or anywhere on the way."""
    for until in range(len(LIFE) + 1):
        assert findings_in(LIFE[:until]) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}: {fault.mistake}")
def test_a_wrong_posting_is_found(fault: Fault) -> None:
    """The fault is found by exactly the checks that the table names."""
    assert names_of(findings_in(with_fault(fault))) == fault.found_by


def captured_too_much() -> list[Event]:
    """Return a life in which two holds were captured of one: what is held is right in all, and wrong for each."""
    of_another = HoldCaptured(CaptureId.of(1), EntryId.of(9), HoldId.of(2), CLUB, (Part(MINE, S, euros("15")),))
    return [replace(event, facts=(of_another,)) if _is_of(event, 9) else event for event in LIFE]


def another_reference() -> list[Event]:
    """Return a life in which the reference of a redemption is not the one that it was booked with."""
    reference = MerchantReference(EntryId.of(7), "another", "salt")
    return [replace(event, facts=(*event.facts, reference)) if _is_of(event, 7) else event for event in LIFE]


def _is_of(event: Event, entry: int) -> bool:
    return event.entry is not None and event.entry.id == EntryId.of(entry)


def test_more_taken_of_a_hold_than_was_held_is_found() -> None:
    """Each hold stands for itself, so that one cannot be taken from another that is open."""
    assert findings_in(captured_too_much()) == [Finding("taken", HoldId.of(2), f"€ 15,00 more than was held of {MINE}")]


def test_a_reference_that_was_put_in_the_place_of_another_is_found() -> None:
    """An entry is bound to its merchant's reference; one that was deleted is not missed."""
    assert names_of(findings_in(another_reference())) == {"reference"}
    bound = MerchantReference(EntryId.of(7), "camp", "salt")
    for facts in ((bound,), ()):
        events = [
            replace(event, facts=(*event.facts, *facts), entry=replace(event.entry, commitment=bound.commitment))
            if event.entry and _is_of(event, 7)
            else event
            for event in LIFE
        ]
        assert findings_in(events) == []


def test_money_that_came_from_nowhere_is_found() -> None:
    """The auditor's sentence breaks where a balance was changed without a transfer.

    A transfer has two sides of one amount in one scheme, so that none can break it; therefore the balance itself is
    changed here.
    """
    assert findings_in(LIFE, slipped_in=1) == [
        Finding("sentence", S, "treasury differs by € 0,01 from what it stands for")
    ]


@pytest.mark.parametrize("check", [*ENTRY_CHECKS, *BOOKS_CHECKS], ids=lambda check: check.__name__)
def test_no_check_is_idle(check: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it, something that is planted here would be found by one check less."""
    planted: list[tuple[list[Event], int]] = [*((with_fault(fault), 0) for fault in FAULTS), (list(LIFE), 1)]
    planted += [(captured_too_much(), 0), (another_reference(), 0)]
    with_it = [names_of(findings_in(events, slipped_in=slipped_in)) for events, slipped_in in planted]
    monkeypatch.setattr(checks, "ENTRY_CHECKS", tuple(one for one in ENTRY_CHECKS if one is not check))
    monkeypatch.setattr(checks, "BOOKS_CHECKS", tuple(one for one in BOOKS_CHECKS if one is not check))
    without = [names_of(findings_in(events, slipped_in=slipped_in)) for events, slipped_in in planted]
    missed = {name for found, less in zip(with_it, without, strict=True) for name in found - less}
    assert len(missed) == 1


@pytest.mark.parametrize("place", range(len(LIFE)))
def test_an_event_that_moves_money_has_its_record(place: int) -> None:
    """An entry that came without the record that belongs to it is found, whatever its transfers."""
    event = LIFE[place]
    assert event.entry is not None
    bare = [*LIFE[:place], replace(event, facts=()), *LIFE[place + 1 :]]
    missing = Finding("record", event.entry.id, f"{event.entry.kind} without the record that belongs to it")
    assert missing in findings_in(bare)


@pytest.mark.parametrize(
    ("mistake", "findings"),
    [
        (
            "from the holder's other entitlement",
            [
                Finding("parts", f"entitlement/{MINE}", "booked € 0,00, recorded € -30,00"),
                Finding("parts", f"entitlement/{MY_OTHER}", "booked € -30,00, recorded € 0,00"),
            ],
        ),
        (
            "to another merchant",
            [
                Finding("record", EntryId.of(7), "the record says € 30,00, the transfers € 0,00"),
                Finding("payable", CLUB, "booked € 0,00, recorded € 30,00"),
                Finding("payable", CAFE, "booked € 30,00, recorded € 0,00"),
            ],
        ),
        (
            "from another holder",
            [
                Finding("parts", f"entitlement/{MINE}", "booked € 0,00, recorded € -30,00"),
                Finding("parts", f"entitlement/{ANOTHERS}", "booked € -30,00, recorded € 0,00"),
                Finding("entitlement", EntryId.of(7), f"entitlement/{ANOTHERS} is another holder's"),
            ],
        ),
    ],
)
def test_a_finding_says_where_and_what(mistake: str, findings: list[Finding]) -> None:
    """Which entry or account, what is booked, and what was expected."""
    fault = next(fault for fault in FAULTS if fault.mistake == mistake and fault.kind is K.REDEEMED)
    place = next(place for place, event in enumerate(LIFE) if event.entry and event.entry.kind is K.REDEEMED)
    until_then = with_fault(fault)[: place + 1]
    assert findings_in(until_then) == findings


def test_the_replay_counts_what_it_saw() -> None:
    """Entries and transfers are counted; an event that moves nothing is none."""
    replay = Replay()
    for event in (*LIFE, Event(a_stamp(), ())):
        assert list(replay.add(event)) == []
    assert (replay.sums.entries, replay.sums.transfers) == (len(LIFE), len(LIFE))
