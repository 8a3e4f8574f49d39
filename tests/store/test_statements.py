"""The number of SQL statements of a batch does not depend on how many ask: that is what makes Python fast here."""

from collections.abc import Callable, Iterator, Sequence

import pytest

from pasledger.rules.cards import CardState
from pasledger.rules.deciding import Request
from pasledger.rules.registration import CardRequest, MerchantRequest, SchemeRequest
from pasledger.store import Store
from pasledger.usecases import booking
from pasledger.usecases.booking import NothingBooked, book, book_all
from tests.support.books import MakeBooks, Traffic, granted, holders, opened, traffic
from tests.support.holds import a_capture, a_hold, a_release
from tests.support.town import (
    a_budget,
    a_card,
    a_merchant,
    a_redemption,
    a_refund,
    a_scheme,
    a_stamp,
    a_terminal,
    a_use,
    an_award,
    an_offer,
    offered,
)

MANY = 1000
SIZES = (1, 10, MANY)
A_BIG_TOWN: tuple[Request, ...] = (
    SchemeRequest(a_scheme()),
    MerchantRequest(a_merchant(), (a_terminal(),)),
    *holders(range(1, MANY + 1)),
    a_budget("100.000,00"),
    *(an_award("50,00", holder=number, number=number) for number in range(1, MANY + 1)),
    *(a_redemption("10,00", card=number, number=number) for number in range(1, MANY + 1)),
    *(a_hold("3,00", card=number, number=number) for number in range(1, MANY + 1)),
    *offered(an_offer(per_card=MANY)),
)
"""A thousand holders with € 50,00 of which € 10,00 was spent and € 3,00 is held."""

Batch = Callable[[range], Sequence[Request]]


@pytest.fixture
def store(make_books: MakeBooks) -> Iterator[Store]:
    """Return the books of a big town."""
    with opened(make_books(*A_BIG_TOWN)) as store:
        yield store


def redemptions(numbers: range) -> list[Request]:
    """Return redemptions by as many holders, at one merchant, each with a key."""
    return [
        a_redemption("1,00", card=1 + number % MANY, number=2 * MANY + number, key=f"till {number}")
        for number in numbers
    ]


def refunds(numbers: range) -> list[Request]:
    """Return refunds of as many redemptions, each with a key."""
    return [a_refund("0,01", of=1 + number % MANY, number=number, key=f"back {number}") for number in numbers]


def holds(numbers: range) -> list[Request]:
    """Return holds by as many holders, each with a key and a reference."""
    return [
        a_hold("1,00", card=1 + number % MANY, number=2 * MANY + number, key=f"hold {number}", reference="camp")
        for number in numbers
    ]


def captures(numbers: range) -> list[Request]:
    """Return captures of as many holds."""
    return [a_capture("0,01", of=1 + number % MANY, number=number, key=f"take {number}") for number in numbers]


def releases(numbers: range) -> list[Request]:
    """Return releases of as many holds."""
    return [a_release("0,01", of=1 + number % MANY, number=number, key=f"let go {number}") for number in numbers]


def awards(numbers: range) -> list[Request]:
    """Return awards to as many holders."""
    return [an_award("1,00", holder=1 + number % MANY, number=2 * MANY + number) for number in numbers]


def registrations(numbers: range) -> list[Request]:
    """Return as many new holders with their cards."""
    return holders(range(2 * MANY + numbers.start, 2 * MANY + numbers.stop))


def refusals(numbers: range) -> list[Request]:
    """Return as many redemptions that are refused."""
    return [a_redemption("900,00", number=2 * MANY + number, key=f"no {number}") for number in numbers]


def card_steps(numbers: range) -> list[Request]:
    """Return as many cards that are replaced."""
    return [
        CardRequest(a_card(number).number, CardState.REPLACED, a_card(2 * MANY + number))
        for number in range(1, len(numbers) + 1)
    ]


def uses(numbers: range) -> list[Request]:
    """Return uses of one offer by as many holders, who pay too, each with a key."""
    return [
        a_use(amount="1,00", card=1 + number % MANY, number=9 * MANY + number, key=f"use {number}")
        for number in numbers
    ]


ALONE = (redemptions, refunds, holds, captures, releases, awards, registrations, uses)


def a_mix(numbers: range) -> list[Request]:
    """Return as many of each, in turn."""
    return [request for requests in zip(*(kind(numbers) for kind in ALONE), strict=True) for request in requests]


def sent(store: Store, requests: Sequence[Request]) -> Traffic:
    """Book a batch, in which all have the same answer, and return what went to the database for it."""
    with traffic(store) as seen:
        outcomes = book(store, requests, a_stamp())
    assert len({outcome.refused.reason if outcome.refused else None for outcome in outcomes}) == min(1, len(outcomes))
    return seen


def sizes_of(batch: Batch, sizes: Sequence[int] = SIZES) -> list[Sequence[Request]]:
    """Return a batch of each size, none of which asks for the same."""
    starts = [sum(sizes[:place]) + 1 for place in range(len(sizes))]
    return [batch(range(start, start + size)) for start, size in zip(starts, sizes, strict=True)]


@pytest.mark.parametrize("batch", [*ALONE, refusals, a_mix])
def test_a_batch_of_any_size_is_as_many_statements(store: Store, batch: Batch) -> None:
    """One, ten or a thousand requests: the very same statements, in the same order."""
    one, ten, many = (sent(store, requests).statements for requests in sizes_of(batch))
    assert one == ten == many
    assert len(one) == len(set(one)) < 45


def test_a_batch_of_cards_is_as_many_statements(make_books: MakeBooks) -> None:
    """Cards are replaced by the thousand in as many statements as one."""
    counted = []
    for size in SIZES:
        with opened(make_books(*A_BIG_TOWN)) as store:
            counted.append(sent(store, card_steps(range(size))).statements)
    assert counted[0] == counted[1] == counted[2]


@pytest.mark.parametrize("kind", ALONE)
def test_each_kind_adds_its_own_statements_only(store: Store, kind: Batch) -> None:
    """What nobody in the batch needs is neither loaded nor written."""
    alone = set(sent(store, kind(range(1, 2))).statements)
    mixed = set(sent(store, a_mix(range(2, 3))).statements)
    assert alone < mixed


def test_chunks_cost_the_same_each(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long file is loaded and written in chunks of one transaction: statements are constant per chunk."""
    monkeypatch.setattr(booking, "CHUNK", 10)
    counted = []
    for requests in sizes_of(awards, [10, 20, 21, 100]):
        with traffic(store) as seen:
            book_all(store, requests, a_stamp())
        counted.append(len(seen.statements))
    begin = int(store._engine.dialect.name == "sqlite")  # which is told by a statement when to begin
    per_chunk = counted[0] - begin
    assert counted == [begin + chunks * per_chunk for chunks in (1, 2, 3, 10)]


def test_a_chunk_sees_the_chunks_before_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was decided in one chunk holds in the next: the budget is spent once, an award is given once."""
    monkeypatch.setattr(booking, "CHUNK", 2)
    done: list[int] = []
    new = [an_award("1,00", number=5000 + number) for number in range(5)]
    again = an_award("1,00", number=6000, decision="Z-5000")
    with pytest.raises(NothingBooked) as nothing:
        book_all(store, [*new, again, an_award("500,00", number=7000, holder=2000)], a_stamp(), done.append)
    assert {place: refused.reason.value for place, refused in nothing.value.refusals.items()} == {
        5: "award-repeated",
        6: "holder-unknown",
    }
    assert done == [2, 2, 2, 1]
    assert len(book_all(store, new, a_stamp())) == 5


@pytest.mark.parametrize(
    ("batch", "rows"),
    [
        (redemptions, {"account": 1, "transfer": 1, "entry": 1, "redemption": 1, "attempt": 1}),
        (refunds, {"account": 1, "transfer": 1, "entry": 1, "refund": 1, "attempt": 1}),
        (holds, {"account": 1, "transfer": 1, "entry": 1, "hold": 1, "merchant_reference": 1, "attempt": 1}),
        (captures, {"transfer": 1, "entry": 1, "hold_capture": 1, "attempt": 1}),
        (releases, {"account": 1, "transfer": 1, "entry": 1, "hold_release": 1, "attempt": 1}),
        (refusals, {"attempt": 1}),
        (
            uses,
            {
                "account": 1,
                "transfer": 1,
                "entry": 1,
                "redemption": 1,
                "attempt": 1,
                "offer_use": 1,
                "offer_mark": 1,
            },
        ),
        (registrations, {"holder": 1, "holder_reference": 1, "card": 1, "card_change": 1}),
    ],
)
def test_what_a_request_writes(store: Store, batch: Batch, rows: dict[str, int]) -> None:
    """A redemption is five rows: its entry, its transfer, itself, its key, and one balance that changes."""
    for size in (1, 10):
        seen = sent(store, batch(range(size * 10, size * 11)))
        assert {table: count for table, count in seen.changed.items() if count and table != "offer"} == {
            table: count * size for table, count in rows.items()
        }


def test_what_a_batch_of_awards_writes(store: Store) -> None:
    """Ten awards open ten accounts and change one budget, once."""
    seen = sent(store, awards(range(10)))
    assert seen.changed == {"account": 11, "transfer": 10, "entry": 10, "entitlement": 10, "award_decision": 10}


def test_no_request_is_no_work(store: Store) -> None:
    """An empty batch writes nothing."""
    assert sent(store, []).changed == {}


def test_a_repeat_writes_nothing(store: Store) -> None:
    """Whoever asks again with the same key costs one look, and not one row."""
    requests = redemptions(range(3))
    granted(store, *requests)
    assert sent(store, requests).changed == {}
