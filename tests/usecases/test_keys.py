"""The key of the books: made once, outside of them, and told from any other."""

from pathlib import Path
from stat import S_IMODE

import pytest

from pasledger.ledger.money import Money
from pasledger.rules.keys import SecretKey
from pasledger.rules.redemption import RedemptionRequest
from pasledger.store import BooksProblem, Store
from pasledger.usecases import spending
from pasledger.usecases.booking import book
from pasledger.usecases.keys import create_key, key_of, read_key, require_key
from tests.support.books import content, opened, unusable
from tests.support.town import CLUB, a_card, a_stamp

P = BooksProblem
ANOTHER = SecretKey(b"another key with 32 bytes in it.")


def a_keyed_payment(key: str = "k", cents: int = 500) -> RedemptionRequest:
    """Return a payment with an idempotency key, as the service asks for it."""
    return spending.redemption(merchant=CLUB, card=a_card().number, amount=Money(cents), key=key)


def opened_with(books: str, key: SecretKey | None) -> Store:
    """Open books with a key."""
    return Store.open(books, key=key)


def test_a_key_is_made_for_its_owner_only(books: str, store: Store, tmp_path: Path) -> None:
    """The file is new, nobody else can read it, and the key in it is in no table of the books."""
    path = tmp_path / "town.key"
    create_key(store, path, a_stamp())

    key = read_key(path)
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert store.key == key == key_of({"PASLEDGER_KEY": str(path)})
    assert key.secret.hex() not in repr(content(books))
    assert key.secret.hex() not in repr(key)
    assert [row[1] for row in content(books)["books_key"]] == [key.check]


def test_books_have_one_key(store: Store, tmp_path: Path) -> None:
    """A second is refused, and its file is not left behind; no file is overwritten."""
    create_key(store, tmp_path / "first.key", a_stamp())
    with unusable(P.KEY_TAKEN):
        create_key(store, tmp_path / "second.key", a_stamp())
    assert not (tmp_path / "second.key").exists()
    with pytest.raises(FileExistsError):
        create_key(store, tmp_path / "first.key", a_stamp())


def test_books_tell_their_key_from_any_other(books: str, store: Store, tmp_path: Path) -> None:
    """Missing or another one: each is named, when something needs it; reading goes on."""
    create_key(store, tmp_path / "town.key", a_stamp())
    for key, problem in ((None, P.KEY_MISSING), (ANOTHER, P.KEY_OTHER)):
        again = opened_with(books, key)
        with unusable(problem):
            _ = again.key
        with unusable(problem):
            book(again, [a_keyed_payment()], a_stamp())
        with again.read() as reader:
            assert reader.municipality() == "Dronten"
        again.close()


def test_books_without_a_key(books: str, store: Store) -> None:
    """They have none, and need none; a key that is meant for others is named."""
    assert store.key is None
    with unusable(P.KEY_NONE):
        require_key(store)
    again = opened_with(books, ANOTHER)
    with unusable(P.KEY_NONE):
        _ = again.key
    again.close()


@pytest.mark.parametrize("content_", ["", "no key", "00" * 31, "00" * 33, "é" * 64])
def test_what_is_no_key(tmp_path: Path, content_: str) -> None:
    """An empty, a short, a long and another file are named, and nothing of them is shown."""
    path = tmp_path / "town.key"
    path.write_text(content_, encoding="utf-8")
    with unusable(P.KEY_UNREADABLE, file=str(path)):
        read_key(path)
    with unusable(P.KEY_UNREADABLE):
        read_key(tmp_path / "nothing")


def test_fingerprints_are_keyed(books: str, tmp_path: Path) -> None:
    """Books with a key keep none that could be tried out without it."""
    with opened(books) as store:
        book(store, [a_keyed_payment("before")], a_stamp())
        create_key(store, tmp_path / "town.key", a_stamp())
        book(store, [a_keyed_payment("after")], a_stamp())
        (before, after) = [row[1] for row in sorted(content(books)["attempt"], reverse=True)]
        asked = a_keyed_payment().attempt
        assert asked is not None
        assert store.key is not None
        assert (before, after) == (asked.fingerprint, asked.keyed(store.key).fingerprint)
        assert before != after


def test_books_made_before_they_had_a_key_go_on(books: str, tmp_path: Path) -> None:
    """A repeat of an older attempt is known, and another request with its key is refused, as ever."""
    with opened(books) as store:
        (paid,) = book(store, [a_keyed_payment()], a_stamp())
        create_key(store, tmp_path / "town.key", a_stamp())
        (again,) = book(store, [a_keyed_payment()], a_stamp())
        (other,) = book(store, [a_keyed_payment(cents=501)], a_stamp())

    assert again.is_repeat
    assert again.attempt == paid.attempt
    assert other.refused is not None
    assert other.refused.reason.value == "key-reused"
