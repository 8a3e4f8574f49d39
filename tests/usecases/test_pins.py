"""PINs in the books, on both databases: letters, choosing, changing, trying and unlocking."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pasledger.formats.carriers import CarrierRow
from pasledger.formats.faults import FileRefused
from pasledger.formats.paper import Letter
from pasledger.ledger.refusals import Refusal
from pasledger.rules.attempts import key_of
from pasledger.rules.card_entry import PinCheck
from pasledger.rules.cards import CardNumber, card_number
from pasledger.rules.deciding import needs_of
from pasledger.rules.pins import LOCKED_AFTER, TryRequest
from pasledger.store import BooksProblem, Store
from pasledger.usecases import pins
from pasledger.usecases.booking import book
from pasledger.usecases.keys import create_key
from tests.support.books import content, opened, unusable
from tests.support.town import CLUB, a_card, a_holder, a_redemption, a_stamp, refuses

NUMBER = a_card().number


@pytest.fixture
def keyed(books: str, tmp_path: Path) -> Iterator[Store]:
    """Return books with a key."""
    with opened(books) as store:
        create_key(store, tmp_path / "town.key", a_stamp())
        yield store


def a_letter(store: Store, *numbers: CardNumber) -> list[Letter]:
    """Send letters and return them."""
    rows = [CarrierRow(row, a_holder().reference, number, "link") for row, number in enumerate(numbers or [NUMBER], 2)]
    return pins.send_letters(store, rows, a_stamp(), lambda _letters: None)


def tries(store: Store) -> int:
    """Return how often a PIN of the card was tried in vain."""
    with store.read() as reader:
        return reader.load(needs_of([TryRequest(NUMBER)])).tries[a_card().id].number


def is_accepted(store: Store, pin: str) -> bool:
    """Return whether a PIN is the right one, without a payment."""
    (outcome,) = book(store, [TryRequest(NUMBER)], a_stamp())
    assert outcome.event is not None
    assert store.key is not None
    found = pins.to_verify(outcome.event)
    return found is not None and pins.is_right(store.key, found.hash, pin)


def test_a_pin_is_set_with_the_code_of_the_letter(keyed: Store) -> None:
    """However the code is typed; it works once, and then the PIN is right and no other is."""
    (letter,) = a_letter(keyed)
    typed = f" {letter.code[:4].lower()}-{letter.code[4:8]} {letter.code[8:]}"
    pins.set_pin(keyed, NUMBER, typed, "4711", a_stamp())

    assert is_accepted(keyed, "4711")
    assert not is_accepted(keyed, "4712")
    with refuses(Refusal.CODE_WRONG):
        pins.set_pin(keyed, NUMBER, letter.code, "5820", a_stamp())


def test_neither_code_nor_pin_is_in_the_books(keyed: Store, books: str) -> None:
    """Hashes only, and those of two cards with one PIN are not alike."""
    (letter,) = a_letter(keyed)
    pins.set_pin(keyed, NUMBER, letter.code, "4711", a_stamp())
    written = repr(content(books))
    assert letter.code not in written
    assert "4711" not in written
    assert letter.code not in repr(letter)
    assert keyed.key is not None
    assert pins.hash_pin(keyed.key, "4711") != pins.hash_pin(keyed.key, "4711")


def test_wrong_codes_are_counted_beside_wrong_pins(keyed: Store) -> None:
    """Three, and one has to wait, also with the right one; whoever has a PIN goes on paying with it."""
    (letter,) = a_letter(keyed)
    book(keyed, [TryRequest(NUMBER)], a_stamp())
    for _ in range(3):
        with refuses(Refusal.CODE_WRONG):
            pins.set_pin(keyed, NUMBER, "A" * 12, "4711", a_stamp())
    assert tries(keyed) == 1
    with refuses(Refusal.PIN_WAITING):
        pins.set_pin(keyed, NUMBER, letter.code, "4711", a_stamp())
    pins.unlock(keyed, NUMBER, a_stamp())
    pins.set_pin(keyed, NUMBER, letter.code, "4711", a_stamp())
    assert tries(keyed) == 0


def test_one_key_at_two_services_is_one_try(keyed: Store) -> None:
    """Whichever books first: a wrong PIN that a till sent twice under one key is counted once."""
    (letter,) = a_letter(keyed)
    pins.set_pin(keyed, NUMBER, letter.code, "4711", a_stamp())
    for key in ("one", "another"):
        for _ in range(2):
            book(keyed, [TryRequest(NUMBER, key_of(CLUB, key))], a_stamp())
        paid = [book(keyed, [a_redemption(key=key, pin=PinCheck.WRONG)], a_stamp())[0] for _ in range(2)]
        assert [one.is_repeat for one in paid] == [False, True]
    assert tries(keyed) == 2


def test_a_pin_is_changed_by_who_knows_it(keyed: Store) -> None:
    """A wrong one is counted; where there is none there is nothing to change."""
    with refuses(Refusal.PIN_NOT_SET):
        pins.change_pin(keyed, NUMBER, "4711", "5820", a_stamp())
    pins.unlock(keyed, NUMBER, a_stamp())
    (letter,) = a_letter(keyed)
    pins.set_pin(keyed, NUMBER, letter.code, "4711", a_stamp())
    with refuses(Refusal.PIN_WRONG):
        pins.change_pin(keyed, NUMBER, "4712", "5820", a_stamp())
    assert tries(keyed) == 1
    pins.change_pin(keyed, NUMBER, "4711", "5820", a_stamp())
    assert is_accepted(keyed, "5820")


def test_the_desk_unlocks_by_name(keyed: Store, books: str) -> None:
    """Who unlocked which card is kept."""
    for _ in range(LOCKED_AFTER):
        book(keyed, [TryRequest(NUMBER)], a_stamp())
    pins.unlock(keyed, NUMBER, a_stamp())
    assert [(row[0], row[2]) for row in content(books)["pin_unlock"]] == [(a_card().id, "clerk")]


def test_letters_are_whole_or_not(keyed: Store, books: str) -> None:
    """A card that is not there is named with its row, and no code works."""
    with pytest.raises(FileRefused) as refused:
        a_letter(keyed, NUMBER, card_number(99))
    assert [(fault.reason, fault.row) for fault in refused.value.faults] == [(Refusal.CARD_UNKNOWN, 3)]
    assert content(books)["activation"] == []


def test_books_without_a_key_have_no_pins(store: Store) -> None:
    """Nothing is sent, and nothing is set."""
    with unusable(BooksProblem.KEY_NONE):
        a_letter(store)
    with unusable(BooksProblem.KEY_NONE):
        pins.set_pin(store, NUMBER, "code", "4711", a_stamp())


@pytest.mark.parametrize("pin", ["0000", "11111111", "1234", "4321", "7890", "0987"])
def test_a_pin_that_is_tried_first(pin: str) -> None:
    """One digit only, and digits in a row, also over the end."""
    assert pins.is_guessable(pin)
    assert not pins.is_guessable("4711")
