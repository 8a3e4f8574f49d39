"""Master data: schemes and merchants by four eyes, holders with a card, and the life of a card."""

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from pasledger.ledger.ids import HolderId, TerminalId
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardState, card_number
from pasledger.rules.deciding import Request
from pasledger.rules.records import CardChange, Terminal, TerminalRevoked
from pasledger.rules.registration import (
    CardRequest,
    HolderRequest,
    MerchantRequest,
    RevocationRequest,
    SchemeRequest,
    TerminalRequest,
)
from pasledger.rules.schemes import Scheme
from pasledger.rules.town import Needs, Town
from tests.support.town import (
    CAFE,
    CLUB,
    TODAY,
    a_cafe,
    a_card,
    a_holder,
    a_merchant,
    a_redemption,
    a_scheme,
    a_stamp,
    a_terminal,
    a_town,
    grant,
    refuses,
    state_of,
)

LATER = date(2026, 9, 1)
NEW_CARD = a_card(2)


@pytest.mark.parametrize("asked", [SchemeRequest(a_scheme()), MerchantRequest(a_merchant(), ())])
def test_what_decides_where_money_goes_needs_four_eyes(asked: Request) -> None:
    """Nobody adds a scheme or a merchant alone."""
    town = Town()
    with refuses(Refusal.SAME_PERSON):
        grant(town, asked, stamp=a_stamp(approved_by="Clerk"))
    assert state_of(town) == state_of(Town())


def test_versions_of_a_scheme_are_numbered_here() -> None:
    """The first is 1 and the next 2, whatever number the request carries."""
    town = Town()
    grant(town, SchemeRequest(replace(a_scheme(), version=9)))
    grant(town, SchemeRequest(replace(a_scheme(categories=()), version=9, effective_from=LATER)))
    assert [scheme.version for scheme in town.schemes["culture"]] == [1, 2]
    assert town.scheme("culture", on=TODAY).version == 1
    assert town.scheme("culture", on=LATER).version == 2


@pytest.mark.parametrize(
    "again",
    [
        a_scheme(),
        replace(a_scheme(), effective_from=LATER),
        replace(a_scheme(), version=2, effective_from=LATER),
        a_scheme(categories=()),
        replace(a_scheme(categories=()), effective_from=date(2024, 12, 31)),
    ],
)
def test_a_version_says_something_new_about_later(again: Scheme) -> None:
    """What says the same, or would hold from no later than the last version, is refused."""
    town = Town()
    grant(town, SchemeRequest(a_scheme()))
    with refuses(Refusal.SCHEME_REPEATED, scheme="culture"):
        grant(town, SchemeRequest(again))


def test_a_merchant_comes_with_its_terminals() -> None:
    """Approving a merchant sets down its tills too."""
    town = Town()
    event = grant(town, MerchantRequest(a_merchant(), (a_terminal(1), a_terminal(2))))
    assert event.facts == (a_merchant(), a_terminal(1), a_terminal(2))
    assert (town.merchant(CLUB, on=TODAY), list(town.terminals)) == (a_merchant(), [TerminalId.of(1), TerminalId.of(2)])


def test_a_merchants_name_is_its_own() -> None:
    """A scheme can list merchants by name, so that two cannot share one."""
    town = Town()
    grant(town, MerchantRequest(a_merchant(), ()))
    with refuses(Refusal.MERCHANT_REPEATED):
        grant(town, MerchantRequest(a_merchant(CAFE), ()))
    grant(town, MerchantRequest(a_cafe(), ()))


def test_a_terminal_belongs_to_a_merchant_that_there_is() -> None:
    """A till of nobody is refused."""
    town = a_town()
    assert grant(town, TerminalRequest(a_terminal(3))).facts == (a_terminal(3),)
    with refuses(Refusal.MERCHANT_UNKNOWN):
        grant(town, TerminalRequest(a_terminal(4, CAFE)))


def test_a_revoked_terminal_is_gone() -> None:
    """Revoking a credential takes it away once; a second time there is none."""
    town = a_town()
    terminal: Terminal = a_terminal(3)
    grant(town, TerminalRequest(terminal))
    assert grant(town, RevocationRequest(terminal.id)).facts == (TerminalRevoked(terminal.id),)
    assert town.terminals == {}
    with refuses(Refusal.TERMINAL_UNKNOWN):
        grant(town, RevocationRequest(terminal.id))


def test_a_holder_comes_with_a_card() -> None:
    """The card is found by its number and by its token."""
    town = Town()
    grant(town, HolderRequest(a_holder(), a_card()))
    assert town.holders[a_holder().reference] == a_holder()
    assert town.card(a_card().number) == town.card(a_card().token_hash) == a_card()


@pytest.mark.parametrize(
    ("holder", "card", "refusal"),
    [(1, 2, Refusal.HOLDER_REPEATED), (2, 1, Refusal.CARD_REPEATED), (1, 1, Refusal.HOLDER_REPEATED)],
)
def test_a_holder_and_a_card_are_registered_once(holder: int, card: int, refusal: Refusal) -> None:
    """The same reference, or the same number, is refused."""
    town = a_town()
    with refuses(refusal):
        grant(town, HolderRequest(a_holder(holder), a_card(card, holder=holder)))


STEPS = {
    (CardState.ISSUED, CardState.ACTIVE),
    (CardState.ISSUED, CardState.BLOCKED),
    (CardState.ISSUED, CardState.REPLACED),
    (CardState.ACTIVE, CardState.BLOCKED),
    (CardState.ACTIVE, CardState.REPLACED),
    (CardState.BLOCKED, CardState.ACTIVE),
    (CardState.BLOCKED, CardState.REPLACED),
}


@pytest.mark.parametrize(("before", "after"), list(product(CardState, CardState)))
def test_a_card_takes_only_the_steps_of_its_life(before: CardState, after: CardState) -> None:
    """Blocking works at once and can be undone; what was replaced stays so; nothing becomes issued again."""
    town = a_town(card=a_card(state=before))
    request = CardRequest(a_card().number, after, NEW_CARD if after is CardState.REPLACED else None)
    if (before, after) in STEPS:
        assert grant(town, request).facts[0] == CardChange(a_card().id, after)
        assert town.card(a_card().number).state is town.card(a_card().token_hash).state is after
    else:
        with refuses(Refusal.CARD_STEP_UNKNOWN, state=before):
            grant(town, request)


def test_a_replacement_keeps_holder_and_money_and_kills_the_old_card() -> None:
    """The new card pays from the same entitlements, whoever it was made out to; the old number and token do not."""
    town = a_town(balance="10,00")
    event = grant(town, CardRequest(a_card().number, CardState.REPLACED, replace(NEW_CARD, holder=HolderId.of(99))))
    assert event.entry is None
    grant(town, a_redemption("10,00", card=2))
    for name in (a_card().number, a_card().token_hash):
        with refuses(Refusal.CARD_REPLACED):
            grant(town, a_redemption("0,01", card=name, number=2))


def test_a_replacement_takes_no_number_that_there_is() -> None:
    """The number of another card, or of the card itself, is refused: it would take that card from its holder."""
    town = a_town()
    town.learn(a_card(2, holder=2))
    for taken in (1, 2):
        with refuses(Refusal.CARD_REPEATED):
            grant(town, CardRequest(a_card().number, CardState.REPLACED, a_card(taken)))


def test_an_unknown_card_has_no_life() -> None:
    """There is no step for a card that there is not."""
    with refuses(Refusal.CARD_UNKNOWN):
        grant(a_town(), CardRequest(card_number(77), CardState.BLOCKED))


@pytest.mark.parametrize(
    ("asked", "needs"),
    [
        (SchemeRequest(a_scheme()), Needs()),
        (MerchantRequest(a_merchant(), ()), Needs(merchant_names={"De Club"})),
        (TerminalRequest(a_terminal()), Needs(merchants={CLUB})),
        (RevocationRequest(TerminalId.of(1)), Needs(terminals={TerminalId.of(1)})),
        (HolderRequest(a_holder(), a_card()), Needs(holders={a_holder().reference}, cards={a_card().number})),
        (CardRequest(a_card().number, CardState.BLOCKED), Needs(cards={a_card().number})),
        (
            CardRequest(a_card().number, CardState.REPLACED, NEW_CARD),
            Needs(cards={NEW_CARD.number}, spending_cards={a_card().number}),
        ),
    ],
)
def test_each_request_needs_what_its_decision_looks_at(asked: Request, needs: Needs) -> None:
    """What is loaded and locked is what the decision looks at."""
    found = Needs()
    asked.need(found)
    assert found == needs
