"""What happens to a card: at once, and never to the money, which waits on the holder's name."""

from collections.abc import Callable

import pytest

from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.store import Store
from pasledger.usecases.booking import NothingBooked
from pasledger.usecases.cards import activate, block, replace
from pasledger.usecases.verifying import verify
from tests.support.books import answer, content, granted, holders
from tests.support.town import a_card, a_holder, a_redemption, a_stamp

NUMBER = a_card().number


def reason(store: Store, card: CardNumber | TokenHash, number: int) -> Refusal | None:
    """Return why a card cannot pay five euros; None where it did."""
    outcome = answer(store, a_redemption("5,00", card=card, number=number))
    return outcome.refused.reason if outcome.refused else None


def test_blocking_works_at_once(store: Store) -> None:
    """A blocked card pays nothing more, by number or by token; activated again it does."""
    token = a_card().token_hash
    block(store, NUMBER, a_stamp())
    assert [reason(store, card, 1) for card in (NUMBER, token)] == [Refusal.CARD_BLOCKED] * 2
    activate(store, NUMBER, a_stamp())
    assert reason(store, token, 1) is None


def test_an_issued_card_is_activated_first(store: Store) -> None:
    """A card on its way in the post pays nothing."""
    granted(store, *holders([2], state=CardState.ISSUED))
    assert reason(store, a_card(2).number, 1) is Refusal.CARD_NOT_ACTIVE
    activate(store, a_card(2).number, a_stamp())
    assert reason(store, a_card(2).number, 1) is Refusal.NO_ENTITLEMENT


def test_a_replaced_card_is_dead_and_the_new_one_has_its_money(store: Store, books: str) -> None:
    """The old number and the old token stop; holder, money and history stay; no money moves."""
    granted(store, a_redemption("5,00"))
    before = content(books)
    new = replace(store, NUMBER, a_stamp())
    after = content(books)
    changed = {table for table in before if before[table] != after[table]}
    assert changed == {"card", "card_change"}
    assert [reason(store, card, 2) for card in (NUMBER, a_card().token_hash)] == [Refusal.CARD_REPLACED] * 2
    assert reason(store, new.card.number, 3) is None
    assert reason(store, TokenHash.of(new.token), 4) is None
    with store.read() as reader:
        assert [card.holder for card in reader.cards_of(new.card.number)] == [a_holder().id] * 2
    assert new.token not in str(after)
    assert verify(store).is_sound


STEPS: dict[str, Callable[[Store, CardNumber, Stamp], object]] = {
    "activate": activate,
    "block": block,
    "replace": replace,
}


@pytest.mark.parametrize(
    ("step", "state", "is_allowed"),
    [
        ("activate", CardState.ISSUED, True),
        ("activate", CardState.ACTIVE, False),
        ("activate", CardState.BLOCKED, True),
        ("activate", CardState.REPLACED, False),
        ("block", CardState.ISSUED, True),
        ("block", CardState.ACTIVE, True),
        ("block", CardState.BLOCKED, False),
        ("block", CardState.REPLACED, False),
        ("replace", CardState.ISSUED, True),
        ("replace", CardState.ACTIVE, True),
        ("replace", CardState.BLOCKED, True),
        ("replace", CardState.REPLACED, False),
    ],
)
def test_the_steps_of_a_card(store: Store, books: str, step: str, state: CardState, *, is_allowed: bool) -> None:
    """A step that a card's life does not know is refused, and changes nothing."""
    granted(store, *holders([2], state=state))
    before = content(books)
    if is_allowed:
        STEPS[step](store, a_card(2).number, a_stamp())
        assert content(books) != before
    else:
        with pytest.raises(NothingBooked) as nothing:
            STEPS[step](store, a_card(2).number, a_stamp())
        assert [refused.reason for refused in nothing.value.refusals.values()] == [Refusal.CARD_STEP_UNKNOWN]
        assert content(books) == before


@pytest.mark.parametrize("step", STEPS)
def test_a_card_that_nobody_has(store: Store, books: str, step: str) -> None:
    """It is refused as unknown."""
    before = content(books)
    with pytest.raises(NothingBooked) as nothing:
        STEPS[step](store, a_card(99).number, a_stamp())
    assert [refused.reason for refused in nothing.value.refusals.values()] == [Refusal.CARD_UNKNOWN]
    assert content(books) == before


def test_every_step_is_kept(store: Store, books: str) -> None:
    """Who did what to a card, and when, in a table that only grows."""
    block(store, NUMBER, a_stamp())
    activate(store, NUMBER, a_stamp(prepared_by="approver"))
    rows = content(books)["card_change"]
    assert sorted((state, by) for _, _, state, by in rows) == [
        ("active", "approver"),
        ("active", "clerk"),
        ("blocked", "clerk"),
    ]
