"""Whatever cards do with offers, in whatever order: a simple model of stock, limit and money gives the same answers."""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.refusals import Refusal
from pasledger.rules.records import Offer
from pasledger.rules.registration import HolderRequest
from tests.support.town import a_card, a_holder, a_town, a_use, an_award, an_offer, an_offer_stop, ask, grant, offered

CARDS, OFFERS, EUROS = 3, 2, 20
most: st.SearchStrategy[int | None] = st.none() | st.integers(1, 4)
offers = st.tuples(
    *(st.builds(an_offer, st.just(number), per_card=most, stock=most) for number in range(1, OFFERS + 1))
)
steps = st.lists(
    st.tuples(st.just("use"), st.integers(1, OFFERS), st.integers(1, CARDS), st.integers(0, 9))
    | st.tuples(st.just("stop"), st.integers(1, OFFERS), st.just(0), st.just(0)),
    max_size=25,
)


@dataclass
class Model:
    """What is to be answered, by counting on fingers."""

    offers: dict[int, Offer]
    used: Counter[int] = field(default_factory=Counter)
    used_by: Counter[tuple[int, int]] = field(default_factory=Counter)
    left: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(1, CARDS + 1), EUROS))
    stopped: set[int] = field(default_factory=set)

    def use(self, offer: int, card: int, euros: int) -> Refusal | None:
        """Use an offer and pay whole euros, or say why not."""
        if offer in self.stopped:
            return Refusal.OFFER_UNKNOWN
        if self.used[offer] == self.offers[offer].stock:
            return Refusal.OFFER_SOLD_OUT
        if self.used_by[offer, card] == self.offers[offer].per_card:
            return Refusal.OFFER_USED_UP
        if euros > self.left[card]:
            return Refusal.NOT_ENOUGH
        self.left[card] -= euros
        self.used[offer] += 1
        self.used_by[offer, card] += 1
        return None


@given(offers, steps)
def test_uses_are_answered_as_by_hand(made: tuple[Offer, ...], asked: list[tuple[str, int, int, int]]) -> None:
    """Granted and refused alike; what was refused counted nothing and cost nothing."""
    town, model = a_town(balance=f"{EUROS},00"), Model(dict(enumerate(made, start=1)))
    for card in range(2, CARDS + 1):
        grant(town, HolderRequest(a_holder(card), a_card(card, holder=card)))
        grant(town, an_award(f"{EUROS},00", holder=card, number=card))
    for request in (request for one in made for request in offered(one)):
        grant(town, request)
    for number, (what, offer, card, euros) in enumerate(asked, start=100):
        if what == "stop":
            ask(town, an_offer_stop(offer))
            model.stopped.add(offer)
            continue
        outcome = ask(town, a_use(offer, card=card, amount=f"{euros},00" if euros else None, number=number))
        assert (outcome.refused.reason if outcome.refused else None) == model.use(offer, card, euros)
    assert town.offer_uses == {made[offer - 1].id: count for offer, count in model.used.items() if count}
    assert sum(town.offer_marks.values()) == sum(
        count for (offer, _), count in model.used_by.items() if made[offer - 1].per_card
    )
