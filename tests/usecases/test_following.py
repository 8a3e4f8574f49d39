"""Following money: from any point on its way to the council's decision, and to the bank."""

from collections.abc import Iterator

import pytest

from pasledger.ledger.ids import EntitlementId, EntryId, PayoutId, RedemptionId, RefundId
from pasledger.ledger.journal import EntryKind
from pasledger.reports.following import Way
from pasledger.store import Store
from pasledger.usecases.following import way_of
from tests.support.books import A_LIVED_IN_TOWN, MakeBooks, opened
from tests.support.town import a_budget, a_payout, a_redemption, an_award

PAID = EntryId(a_redemption(number=11).entry)
"""€ 2,00 at the café, which was put in the second payout, paid, given back afterwards and written off."""


@pytest.fixture
def store(make_books: MakeBooks) -> Iterator[Store]:
    """Return the books of the lived-in town."""
    with opened(make_books(*A_LIVED_IN_TOWN)) as opened_store:
        yield opened_store


def followed(store: Store, name: str) -> Way:
    """Return the way on which something is."""
    with store.read() as reader:
        way = way_of(reader, name)
    assert way is not None, name
    return way


def test_one_euro_is_followed_from_the_council_to_the_bank(store: Store) -> None:
    """A redemption stands after the decisions and the awards that paid it, and before its payout and the bank line."""
    way = followed(store, RedemptionId.of(11))
    steps = {step.entry: step for step in way.steps}
    [award] = [one for one, other in way.links if other == PAID]
    assert steps[award].kind is EntryKind.AWARDED
    decisions = {steps[one].reference for one, other in way.links if other == award}
    assert decisions <= {"council 1", "council 2", "council 3"}
    assert decisions
    payout = EntryId(a_payout(2).entry)
    assert (PAID, payout) in way.links
    assert (steps[payout].id, steps[payout].reference) == (PayoutId.of(2), "PL-2026-0001-0002")
    [bank] = [other for one, other in way.links if one == payout]
    assert (steps[bank].kind, steps[bank].reference) == (EntryKind.PAID, "2026-001/1")
    assert {step.kind for step in way.steps} >= {EntryKind.BUDGET_RAISED, EntryKind.REFUNDED}


@pytest.mark.parametrize(
    "name",
    [PAID, RedemptionId.of(11), RefundId.of(11), PayoutId.of(2), a_payout(2).entry, "PL-2026-0001-0002", "2026-001/1"],
)
def test_the_same_way_is_found_from_any_point(store: Store, name: str) -> None:
    """Whatever one has in hand, its own id or what the bank calls it, leads back to the decision on the budget."""
    way = followed(store, name)
    kinds = {step.kind for step in way.steps}
    assert {EntryKind.BUDGET_RAISED, EntryKind.AWARDED, EntryKind.REDEEMED} <= kinds
    assert PAID in {step.entry for step in way.steps}


def test_a_decision_leads_to_all_that_was_paid_from_it(store: Store) -> None:
    """The council's decision, a holder's decision and an entitlement lead on to what became of them."""
    from_council = {step.entry for step in followed(store, "council 14").steps}
    assert {a_budget(number=14).entry, *(an_award(number=number).entry for number in (14, 15, 16, 17))} <= from_council
    of_holder = {step.kind for step in followed(store, EntitlementId.of(14)).steps}
    assert {EntryKind.BUDGET_RAISED, EntryKind.AWARDED, EntryKind.LAPSED, EntryKind.EXTENDED} <= of_holder
    assert followed(store, "Z-14") == followed(store, EntitlementId.of(14))


def test_both_directions_know_the_same_links(store: Store) -> None:
    """What stands before an entry has that entry after it, for every entry of the books."""
    with store.read() as reader:
        entries = [entry.id for entry in reader.entries()]
        before, after = set(reader.following.before(entries)), set(reader.following.after(entries))
        one_by_one = {link for entry in entries for link in reader.following.after([entry])}
    assert before == after == one_by_one
    assert len(before) > len(entries) / 2


def test_nothing_comes_from_nowhere(store: Store) -> None:
    """Every entry but a decision on a budget stands after one, and each step is told whole."""
    with store.read() as reader:
        entries = list(reader.entries())
    for entry in entries:
        way = followed(store, entry.id)
        told = {step.entry: step for step in way.steps}
        assert {EntryKind.BUDGET_RAISED, EntryKind.BUDGET_LOWERED} & {step.kind for step in way.steps}, entry
        step = told[entry.id]
        assert (step.kind, step.amount) == (entry.kind, entry.amount)
        assert (step.recorded_at, step.effective_on) == (entry.stamp.recorded_at, entry.stamp.effective_on)
        assert (step.prepared_by, step.approved_by) == (entry.stamp.prepared_by, entry.stamp.approved_by)
        assert {entry for link in way.links for entry in link} <= set(told)


@pytest.mark.parametrize(
    "name", ["", "nothing", "%", "PL-2026-0001-0099", "2026-001/9", "2026-001/999999999", "PL-2026-999999999-0001", "'"]
)
def test_what_is_not_there_is_not_followed(store: Store, name: str) -> None:
    """A name that nothing has leads nowhere."""
    with store.read() as reader:
        assert way_of(reader, name) is None
