"""What there is to tell holders, in each kind of database: asked in as many statements for one holder as for many."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from pasledger.formats.addresses import Wish
from pasledger.formats.messages import CardReplaced, Ending
from pasledger.ledger.ids import HolderId
from pasledger.rules.cards import CardState
from pasledger.rules.holders import HolderReference
from pasledger.rules.registration import CardRequest
from pasledger.store import Store
from pasledger.usecases.messaging import Found, Manner, ending, replaced, written
from tests.support.books import A_SMALL_TOWN, MakeBooks, granted, holders, opened, traffic
from tests.support.town import TODAY, a_card, a_redemption, an_award, an_extension

NEW_YEAR = date(2027, 1, 1)


@pytest.fixture
def store(make_books: MakeBooks) -> Iterator[Store]:
    """Return books of two holders: one has € 50,00 and € 7,00, the other € 30,00, until the end of the year."""
    more = (an_award("30,00", holder=2, number=2), an_award("7,00", number=3))
    with opened(make_books(*A_SMALL_TOWN, *holders([2]), *more)) as books:
        yield books


def ends(store: Store, before: date, *, on: date = TODAY) -> dict[HolderReference | None, list[str]]:
    """Return what each holder is told of."""
    with store.read() as reader:
        found = ending(reader, on=on, before=before)
    told = {}
    for one in found:
        assert isinstance(one.content, Ending)
        told[one.holder] = [str(amount.amount) for amount in one.content.amounts]
    return told


def reference(store: Store, holder: int) -> HolderReference | None:
    """Return what the municipality calls a holder."""
    with store.read() as reader:
        return reader.reference_of(HolderId.of(holder))


def test_what_ends_is_told_with_what_is_left_and_the_end_that_holds(store: Store) -> None:
    """Before the day it is; what was extended past it, spent, or has ended is not told."""
    one, other = reference(store, 1), reference(store, 2)
    assert ends(store, NEW_YEAR) == {one: ["€ 50,00", "€ 7,00"], other: ["€ 30,00"]}
    assert ends(store, NEW_YEAR - timedelta(days=1)) == ends(store, NEW_YEAR, on=NEW_YEAR) == {}
    granted(store, a_redemption("20,00"), an_extension(2))
    left = ends(store, NEW_YEAR)[one]
    assert (sum(map(len, ends(store, NEW_YEAR).values())), left) == (2, ["€ 30,00", "€ 7,00"])
    assert ends(store, date(2028, 1, 1))[other] == ["€ 30,00"]


def test_an_id_stays_with_what_is_told(store: Store) -> None:
    """The same holder and end have the same one, whatever was spent; another end has another."""
    with store.read() as reader:
        before = {one.holder: one.id for one in ending(reader, on=TODAY, before=NEW_YEAR)}
    granted(store, a_redemption("20,00"), an_extension(2))
    with store.read() as reader:
        after = {one.holder: one.id for one in ending(reader, on=TODAY, before=date(2028, 1, 1))}
    one, other = reference(store, 1), reference(store, 2)
    assert (before[one] == after[one], before[other] == after[other]) == (True, False)


def test_who_has_a_new_card_is_told_of_that_one(store: Store) -> None:
    """Not of a card that was blocked since, nor of one that took no other's place."""
    number = a_card().number
    with store.read() as reader:
        assert replaced(reader, since=TODAY) == []
    granted(store, CardRequest(number, CardState.REPLACED, a_card(9)))
    with store.read() as reader:
        [found] = replaced(reader, since=TODAY)
        assert replaced(reader, since=TODAY + timedelta(days=1)) == []
    assert (found.holder, found.content) == (reference(store, 1), CardReplaced(str(a_card(9).number)[-4:]))
    granted(store, CardRequest(a_card(9).number, CardState.BLOCKED))
    with store.read() as reader:
        assert replaced(reader, since=TODAY) == []


def test_many_holders_take_no_more_statements(store: Store) -> None:
    """However many are told."""
    with traffic(store) as few:
        ends(store, NEW_YEAR)
    granted(store, *holders(range(3, 30)), *(an_award("1,00", holder=one, number=one + 10) for one in range(3, 30)))
    with traffic(store) as many:
        assert len(ends(store, NEW_YEAR)) == 29
    assert many.statements == few.statements


def test_who_cannot_be_told_any_more_gets_no_message() -> None:
    """Others are written to as they wish, or in the language that is asked for."""
    content = CardReplaced("1234")
    found = [
        Found("1", None, content),
        Found("2", HolderReference("P-2"), content),
        Found("3", HolderReference("P-3"), content),
    ]
    manner = Manner({HolderReference("P-3"): Wish("ar", "x@y.nl")}, "en")
    assert [(one.id, one.language, one.email) for one in written(found, manner)] == [
        ("2", "en", None),
        ("3", "ar", "x@y.nl"),
    ]
