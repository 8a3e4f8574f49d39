"""Which entitlement pays: soonest to lapse, then fewest places, then oldest."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.ids import EntitlementId, EntryId, HolderId
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.periods import Period
from pasledger.rules.allocation import Spendable, allocate
from pasledger.rules.records import Entitlement, Part
from pasledger.rules.schemes import Scheme
from tests.support.town import TODAY, a_scheme, euros

EVERYWHERE, SPORT, CLUB_ONLY = a_scheme(categories=()), a_scheme(), a_scheme(merchants=("De Club",))
TEN = euros("10,00")
SOON, LATE = date(2026, 4, 1), date(2027, 1, 1)


def a_spendable(number: int, *, ends_before: date = LATE, scheme: Scheme = SPORT, left: Money = TEN) -> Spendable:
    """Return an entitlement with so much left; a higher number was made later."""
    valid = Period(starts_on=TODAY, ends_before=ends_before)
    granted = Entitlement(EntitlementId.of(number), EntryId.of(number), HolderId.of(1), scheme.code, 1, valid, left)
    return Spendable(granted, scheme, left)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (a_spendable(2, ends_before=SOON, scheme=EVERYWHERE), a_spendable(1, ends_before=LATE, scheme=CLUB_ONLY)),
        (a_spendable(2, scheme=CLUB_ONLY), a_spendable(1, scheme=SPORT)),
        (a_spendable(2, scheme=SPORT), a_spendable(1, scheme=EVERYWHERE)),
        (a_spendable(1), a_spendable(2)),
    ],
)
def test_the_first_to_pay_is_the_first_by_the_rule(first: Spendable, second: Spendable) -> None:
    """The end counts before the breadth, and the breadth before the age; in whatever order they are found."""
    split = (
        Part(first.entitlement.id, "culture", euros("10,00")),
        Part(second.entitlement.id, "culture", euros("0,01")),
    )
    assert allocate(euros("10,01"), [first, second]) == allocate(euros("10,01"), [second, first]) == split


def test_what_is_empty_pays_nothing() -> None:
    """There is no part of zero."""
    empty, full = a_spendable(1, left=ZERO), a_spendable(2)
    assert allocate(euros("1,00"), [empty, full]) == (Part(full.entitlement.id, "culture", euros("1,00")),)


@pytest.mark.parametrize("spendable", [[], [a_spendable(1)]])
def test_more_than_there_is_cannot_be_allocated(spendable: list[Spendable]) -> None:
    """The caller has seen that there is enough; one that has not is at fault."""
    with pytest.raises(ValueError, match="more than there is"):
        allocate(euros("10,01"), spendable)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([SOON, LATE]),
            st.sampled_from([EVERYWHERE, SPORT, CLUB_ONLY]),
            st.integers(0, 300).map(Money),
        ),
        min_size=1,
        max_size=8,
    ),
    st.data(),
)
def test_the_parts_are_the_amount_taken_from_the_front(
    purse: list[tuple[date, Scheme, Money]], data: st.DataObject
) -> None:
    """The parts sum to the amount, follow the order, and leave money only behind the last one that paid."""
    spendable = [
        a_spendable(number, ends_before=end, scheme=scheme, left=left)
        for number, (end, scheme, left) in enumerate(purse)
    ]
    amount = Money(data.draw(st.integers(0, total(one.left for one in spendable).cents)))
    parts = allocate(amount, data.draw(st.permutations(spendable)))
    in_order = sorted(
        (one for one in spendable if one.left),
        key=lambda one: (one.entitlement.valid.ends_before, one.scheme.breadth, one.entitlement.id),
    )
    paying = in_order[: len(parts)]
    assert total(part.amount for part in parts) == amount
    assert [part.entitlement for part in parts] == [one.entitlement.id for one in paying]
    assert [part.amount for part in parts[:-1]] == [one.left for one in paying[:-1]]
    assert all(ZERO < part.amount <= one.left for part, one in zip(parts, paying, strict=True))
