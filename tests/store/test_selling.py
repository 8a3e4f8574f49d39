"""What a merchant asks about its own, in both databases: lists page by page, and statements whose figures add up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntryId
from pasledger.ledger.journal import Entry, EntryKind, Transfer
from pasledger.ledger.money import ZERO, total
from pasledger.ledger.periods import Period
from pasledger.reports.merchant_statement import LineKind, MerchantStatement
from pasledger.rules import postings
from pasledger.rules.deciding import Outcome
from pasledger.rules.records import Event
from pasledger.rules.registration import MerchantRequest, SchemeRequest
from pasledger.rules.town import Needs
from pasledger.store import Store
from pasledger.store.selling import Listed, Page, UnknownPlace, Wanted
from tests.support.books import A_SMALL_TOWN, MakeBooks, granted, opened, traffic
from tests.support.holds import a_capture, a_hold, a_hold_refund, a_reference, a_release
from tests.support.town import (
    CAFE,
    CLUB,
    TODAY,
    a_budget,
    a_cafe,
    a_redemption,
    a_refund,
    a_scheme,
    a_stamp,
    a_terminal,
    an_award,
    euros,
)

NEXT_DAY = TODAY + timedelta(days=1)
MARCH = Period(TODAY.replace(day=1), TODAY.replace(month=4, day=1))


@pytest.fixture
def store(make_books: MakeBooks) -> Iterator[Store]:
    """Return books with payments of two days at a club, each of them with something more, and one at a café."""
    with opened(make_books(*A_SMALL_TOWN)) as store:
        granted(
            store,
            SchemeRequest(a_scheme("gift", categories=())),
            MerchantRequest(a_cafe(), ()),
            a_budget("100,00", scheme="gift", number=2),
            an_award("60,00", scheme="gift", number=2),
            a_redemption("55,00", number=1),
            replace(a_redemption("3,00", number=2), reference=a_reference(EntryId.of(3_000_002), "Lid 2")),
            replace(a_redemption("4,00", number=3), terminal=a_terminal().id),
            a_redemption("2,00", number=9, merchant=CAFE),
            a_hold("10,00", number=1, reference="camp"),
        )
        granted(store, a_refund("53,00", of=1, number=1), a_capture("6,00"), a_release("1,00"), on=NEXT_DAY)
        granted(store, a_hold_refund("2,00", reference="rain"), a_redemption("5,00", number=4), on=NEXT_DAY)
        yield store


def pages(store: Store, kind: str, wanted: Wanted) -> list[Page[Listed]]:
    """Return all pages of a list."""
    found: list[Page[Listed]] = []
    with store.read() as reader:
        while not found or found[-1].has_more:
            after = found[-1].items[-1].id if found else None
            found.append(getattr(reader.selling, kind)(replace(wanted, after=after)))
    return found


def numbers(store: Store, kind: str, **wanted: object) -> list[int]:
    """Return the numbers of what is listed."""
    return [int(one.id[-6:], 16) for page in pages(store, kind, Wanted(CLUB, **wanted)) for one in page.items]  # type: ignore[arg-type]


def statement(store: Store, merchant: object = CLUB, period: Period = MARCH) -> MerchantStatement:
    """Return the statement of a merchant."""
    with store.read() as reader:
        return reader.selling.statement(merchant, period)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [4, 3, 2, 1]),
        ({"since": NEXT_DAY}, [4]),
        ({"until": NEXT_DAY}, [3, 2, 1]),
        ({"since": NEXT_DAY, "until": NEXT_DAY}, []),
        ({"reference": "Lid 2"}, [2]),
        ({"reference": "lid 2"}, []),
        ({"terminal": "Kassa 1"}, [3]),
        ({"most": 1}, [4, 3, 2, 1]),
        ({"most": 3}, [4, 3, 2, 1]),
    ],
)
def test_redemptions_are_listed_newest_first(store: Store, wanted: dict[str, object], found: list[int]) -> None:
    """One's own only, those that were asked for, each once on whatever pages."""
    assert numbers(store, "redemptions", **wanted) == found


def test_refunds_say_what_they_are_of(store: Store) -> None:
    """Those of payments and those of holds are one list, each with its reference."""
    (page,) = pages(store, "refunds", Wanted(CLUB))
    assert {(one.of, one.amount, one.reference) for one in page.items} == {
        (a_hold().id, euros("2,00"), "rain"),
        (a_redemption().id, euros("53,00"), None),
    }
    assert pages(store, "refunds", Wanted(CAFE)) == [Page((), has_more=False)]


def test_holds_say_what_is_left(store: Store) -> None:
    """Each with its amount, its last day and what is neither taken nor released."""
    (page,) = pages(store, "holds", Wanted(CLUB))
    assert [(one.amount, one.left, one.last_day, one.reference) for one in page.items] == [
        (euros("10,00"), euros("3,00"), TODAY + timedelta(days=30), "camp")
    ]


def test_a_list_is_stable_while_others_book(store: Store) -> None:
    """What is new stands before all that was there, so that the next page is the one that it would have been."""
    with store.read() as reader:
        first = reader.selling.redemptions(Wanted(CLUB, most=2))
    granted(store, a_redemption("1,00", number=5), on=NEXT_DAY)
    with store.read() as reader:
        second = reader.selling.redemptions(Wanted(CLUB, most=2, after=first.items[-1].id))
    assert [int(one.id[-2:], 16) for one in (*first.items, *second.items)] == [4, 3, 2, 1]


@pytest.mark.parametrize("after", [a_redemption(number=9).id, a_redemption(number=99).id, "red_nothing"])
def test_a_page_goes_on_after_ones_own_only(store: Store, after: str) -> None:
    """What is another's is no place in a list, as what never was."""
    with store.read() as reader, pytest.raises(UnknownPlace):
        reader.selling.redemptions(Wanted(CLUB, after=after))


def test_lists_and_statements_are_as_many_statements_however_long(store: Store) -> None:
    """The number of questions depends on none of the rows."""

    def asked() -> list[str]:
        with traffic(store) as seen:
            pages(store, "redemptions", Wanted(CLUB))
            pages(store, "refunds", Wanted(CLUB))
            pages(store, "holds", Wanted(CLUB))
            statement(store)
        return [sent for sent in seen.statements if sent.startswith("SELECT")]

    few = asked()
    granted(store, *(a_redemption("0,01", number=number) for number in range(100, 120)), on=NEXT_DAY)
    assert asked() == few
    assert len(few) == 8


# --- statements


def test_a_statement_adds_up(store: Store) -> None:
    """Sums over all schemes, whatever paid, and a line for each thing that happened."""
    found = statement(store)
    assert (found.merchant, found.opening_owed) == ("De Club", ZERO)
    assert (found.redemptions, found.captures, found.refunds) == (euros("67,00"), euros("6,00"), euros("55,00"))
    assert (found.in_payment, found.paid, found.closing_owed) == (ZERO, ZERO, euros("18,00"))
    assert balanced(found)
    assert [(line.kind, line.amount, line.reference, line.terminal) for line in found.lines if line.on == TODAY] == [
        (LineKind.REDEMPTION, euros("55,00"), None, None),
        (LineKind.REDEMPTION, euros("3,00"), "Lid 2", None),
        (LineKind.REDEMPTION, euros("4,00"), None, "Kassa 1"),
    ]
    assert {(line.kind, line.amount, line.reference) for line in found.lines if line.on == NEXT_DAY} == {
        (LineKind.REFUND, euros("-53,00"), None),
        (LineKind.REFUND, euros("-2,00"), "rain"),
        (LineKind.CAPTURE, euros("6,00"), "camp"),
        (LineKind.REDEMPTION, euros("5,00"), None),
    }


def test_one_period_goes_on_where_the_other_ended(store: Store) -> None:
    """What is owed at the end of one day is owed at the beginning of the next; each thing is in one of them."""
    first, second = (statement(store, period=Period(day, day + timedelta(days=1))) for day in (TODAY, NEXT_DAY))
    assert second.opening_owed == first.closing_owed + first.in_payment == euros("62,00")
    assert (len(first.lines), len(second.lines)) == (3, 4)
    assert balanced(first)
    assert balanced(second)


def test_a_merchant_sees_its_own(store: Store) -> None:
    """Another's statement has another's figures; who sold nothing has none."""
    assert (statement(store, CAFE).closing_owed, len(statement(store, CAFE).lines)) == (euros("2,00"), 1)
    assert statement(store, type(CLUB).of(77)).lines == ()


def booked(store: Store, number: int, kind: EntryKind, *transfers: Transfer) -> None:
    """Book an entry, as what settles merchants will."""
    stamp = a_stamp(NEXT_DAY)
    entry = Entry(EntryId.of(9_000_000 + number), kind, stamp, transfers)
    with store.begin() as transaction:
        town = transaction.load(Needs())
        town.post(entry)
        transaction.record([Outcome(Event(stamp, (), entry))], town)


def test_what_was_paid_and_came_back_is_in_it(store: Store) -> None:
    """Paid, on its way, returned, and countered: with these too, the two sides are equal."""
    share: Any = {"merchant": CLUB, "scheme": "gift"}
    booked(store, 1, EntryKind.PUT_IN_PAYOUT, postings.put_in_payout(amount=euros("9,00"), **share))
    booked(store, 2, EntryKind.PUT_IN_PAYOUT, postings.put_in_payout(amount=euros("1,00"), **share))
    booked(store, 3, EntryKind.PAYOUT_CANCELLED, postings.payout_cancelled(amount=euros("1,00"), **share))
    booked(store, 4, EntryKind.PAID, postings.paid(amount=euros("7,00"), **share))
    booked(store, 5, EntryKind.RETURNED, postings.returned(amount=euros("3,00"), **share))
    countered = Transfer(accounts.payable(CLUB, "gift"), accounts.lapsed("gift", 2026), euros("1,00"))
    booked(store, 6, EntryKind.CORRECTED, countered)

    found = statement(store)
    assert (found.paid, found.in_payment, found.returned) == (euros("7,00"), euros("2,00"), euros("3,00"))
    assert (found.corrections, found.closing_owed) == (euros("-1,00"), euros("11,00"))
    assert balanced(found)
    assert {(line.kind, line.amount, line.id) for line in found.lines} >= {
        (LineKind.PAID, euros("-7,00"), None),
        (LineKind.RETURNED, euros("3,00"), None),
        (LineKind.CORRECTION, euros("-1,00"), None),
    }


def balanced(found: MerchantStatement) -> bool:
    """Return whether both sides are equal, and the lines are what the sums are of."""
    came = found.opening_owed + found.redemptions + found.captures - found.refunds + found.corrections + found.returned
    by_kind = {kind: total(line.amount for line in found.lines if line.kind is kind) for kind in LineKind}
    return came == found.paid + found.in_payment + found.closing_owed and by_kind == {
        LineKind.REDEMPTION: found.redemptions,
        LineKind.CAPTURE: found.captures,
        LineKind.REFUND: -found.refunds,
        LineKind.CORRECTION: found.corrections,
        LineKind.RETURNED: found.returned,
        LineKind.PAID: -found.paid,
    }
