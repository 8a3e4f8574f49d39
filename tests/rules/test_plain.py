"""What is taken for plainly right at a glance is right by every check, and adds up to the same."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger import accounts
from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import CardId, ChangeId, EntitlementId, EntryId, HolderId, RedemptionId
from pasledger.ledger.journal import Entry, EntryKind, Transfer
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.rules.checks import Replay
from pasledger.rules.known import Known
from pasledger.rules.plain import PlainSales
from pasledger.rules.records import Entitlement, EntitlementEnd, Event, Part, Redemption, YearClosed
from pasledger.rules.sums import Sums
from tests.support.town import CAFE, CLUB, TODAY, a_stamp, euros


class Sale(NamedTuple):
    """A redemption as it was written down: its transfers are the codes of two accounts, and cents."""

    day: date
    at: datetime
    merchant: str
    holder: str
    cents: int
    transfers: list[tuple[str, str, int]]


ME, ANOTHER = HolderId.of(1), HolderId.of(2)
MINE, MY_OTHER, ANOTHERS, MOVED = map(EntitlementId.of, range(1, 5))
SCHEMES = {MINE: "culture", MY_OTHER: "school", ANOTHERS: "culture", MOVED: "culture"}
VALID = Period(starts_on=date(2025, 12, 1), ends_before=date(2026, 6, 1))
DAYS = [
    date(2025, 12, 31),
    *(day + timedelta(days=by) for day in (VALID.starts_on, VALID.ends_before) for by in (-1, 0)),
]
OPENED = {
    account.code: account
    for account in (
        *(accounts.entitlement(owner, scheme) for owner, scheme in SCHEMES.items()),
        *(accounts.payable(shop, scheme) for shop in (CLUB, CAFE) for scheme in ("culture", "school")),
        accounts.held("culture"),
        accounts.budget("culture", 2026),
        # Said to be of another scheme than the entitlement is, and of another kind than its code says.
        accounts.entitlement(EntitlementId.of(5), "school"),
        accounts.payable(CLUB, "culture")._replace(code="held/other"),
    )
}


def what_is_known() -> Known:
    """Return some entitlements, of which one was withdrawn today, and a year that was closed before."""
    known = Known()
    for owner in (*SCHEMES, EntitlementId.of(5)):
        holder = ANOTHER if owner == ANOTHERS else ME
        scheme = SCHEMES.get(owner, "culture")
        known.learn(Entitlement(owner, EntryId.of(1), holder, scheme, 1, VALID, euros("10")), a_stamp().recorded_at)
    moved = EntitlementEnd(id=ChangeId.of(1), entitlement=MOVED, ends_before=date(2026, 5, 1), is_withdrawn=True)
    known.learn(moved, a_stamp().recorded_at)
    known.learn(YearClosed(ChangeId.of(2), "culture", 2025), a_stamp().recorded_at)
    return known


A_SALE = Sale(
    day=TODAY,
    at=a_stamp().recorded_at,
    merchant=CLUB,
    holder=ME,
    cents=5,
    transfers=[
        (accounts.entitlement(MINE, "culture").code, accounts.payable(CLUB, "culture").code, 2),
        (accounts.entitlement(MY_OTHER, "school").code, accounts.payable(CLUB, "school").code, 3),
    ],
)

sales = st.builds(
    Sale,
    day=st.sampled_from([TODAY, *DAYS]),
    at=st.sampled_from([A_SALE.at + timedelta(minutes=minutes) for minutes in (-60, -5, 0, 5, 60)]),
    merchant=st.sampled_from([CLUB, CLUB, CAFE]),
    holder=st.sampled_from([ME, ME, ANOTHER]),
    cents=st.integers(0, 4),
    transfers=st.lists(
        st.tuples(st.sampled_from(sorted(OPENED)), st.sampled_from(sorted(OPENED)), st.integers(0, 3)),
        min_size=1,
        max_size=2,
    ),
)


def nearly_right() -> Iterator[Sale]:
    """Yield sales that are right but, for some, in who pays whom and when."""
    debits = [code for code in OPENED if code.startswith("entitlement/")]
    credited = [code for code, account in OPENED.items() if account.kind is AccountKind.PAYABLE]
    moments = [A_SALE.at + timedelta(hours=hours) for hours in (-1, 0, 1)]
    for debit, credit, day, at in product(debits, credited, [TODAY, *DAYS], moments):
        for shop in (CLUB, CAFE, type(CLUB)("other")):
            yield Sale(day, at, shop, ME, 2, [(debit, credit, 2)])


def as_written(sale: Sale) -> tuple[Any, ...]:
    """Return a sale with its transfers as they were written down: each after its entry and its place there."""
    return (*sale[:-1], [(EntryId.of(9), place, *one) for place, one in enumerate(sale.transfers)])


def an_event(sale: Sale) -> Event:
    """Return the event that a sale is."""
    lines = tuple(Transfer(OPENED[debit], OPENED[credit], Money(cents)) for debit, credit, cents in sale.transfers)
    parts = tuple(
        Part(EntitlementId(line.debit.code.removeprefix("entitlement/")), line.debit.scheme, line.amount)
        for line in lines
    )
    stamp = replace(a_stamp(sale.day), recorded_at=sale.at)
    shop, holder = type(CLUB)(sale.merchant), HolderId(sale.holder)
    record = Redemption(RedemptionId.of(1), EntryId.of(9), shop, None, CardId.of(1), holder, Money(sale.cents), parts)
    return Event(stamp, (record,), Entry(EntryId.of(9), EntryKind.REDEEMED, stamp, lines))


def test_a_sale_is_plain() -> None:
    """One that two entitlements pay is, or else this would save nothing."""
    assert PlainSales(what_is_known(), OPENED).add(*as_written(A_SALE))


@given(sales)
def test_what_is_plainly_right_is_right(sale: Sale) -> None:
    """No check finds anything in it, and it is added as by a replay; what is not plain is not added."""
    require_right_if_plain(sale)


def test_what_is_nearly_right_is_not_plain() -> None:
    """The same, for each way in which the payer, the payee, the day or the moment can be wrong."""
    plain = [require_right_if_plain(sale) for sale in nearly_right()]
    assert 0 < sum(plain) < len(plain)


def require_right_if_plain(sale: Sale) -> bool:
    """Return whether a sale is plain. Raises `AssertionError` where it should not be."""
    known, sums = what_is_known(), Sums()
    plain = PlainSales(known, OPENED)
    is_plain = plain.add(*as_written(sale))
    plain.move_to(sums)
    if not is_plain:
        assert vars(sums) == vars(Sums())
        return False
    replay = Replay(known)
    assert list(replay.add(an_event(sale))) == []
    assert vars(replay.sums) == vars(sums)
    return True
