"""Credentials of terminals: renewed with an overlap, noted when used, and gone when the terminal is revoked."""

from datetime import date, timedelta

import pytest

from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.credentials import UseRequest
from pasledger.store import Store
from pasledger.usecases import terminals
from pasledger.usecases.booking import NothingBooked, book
from pasledger.usecases.finding import terminal_named
from pasledger.usecases.registering import credential_hash
from tests.support.books import granted
from tests.support.town import TODAY, a_stamp, a_terminal

LAST_DAY = TODAY + timedelta(days=7)
FIRST = a_terminal(1).credential_hash


def is_accepted(store: Store, hashed: str, on: date) -> bool:
    """Return whether somebody can sign in with a credential on a day."""
    with store.read() as reader:
        found = reader.terminal(hashed, on=on)
    assert found in (None, a_terminal(1))
    return found is not None


def test_both_work_until_the_last_day_and_then_the_new_one_only(store: Store) -> None:
    """There is no moment at which a till can sign in with neither."""
    secret, credential = terminals.renew(store, a_terminal(1).id, last_day=LAST_DAY, stamp=a_stamp())
    for day in (TODAY, LAST_DAY):
        assert is_accepted(store, FIRST, day)
        assert is_accepted(store, credential_hash(secret), day)
    after = LAST_DAY + timedelta(days=1)
    assert not is_accepted(store, FIRST, after)
    assert is_accepted(store, credential.hash, after)


def test_a_second_renewal_ends_all_before_it(store: Store) -> None:
    """Also where the first had ended only later ones' forerunners."""
    _, second = terminals.renew(store, a_terminal(1).id, last_day=LAST_DAY, stamp=a_stamp())
    _, third = terminals.renew(store, a_terminal(1).id, last_day=TODAY, stamp=a_stamp())
    tomorrow = TODAY + timedelta(days=1)
    assert [is_accepted(store, one, tomorrow) for one in (FIRST, second.hash, third.hash)] == [False, False, True]


def test_revoking_a_terminal_ends_all_of_its_credentials(store: Store) -> None:
    """By whichever prefix it is named; and it is renewed no more."""
    _, credential = terminals.renew(store, a_terminal(1).id, last_day=LAST_DAY, stamp=a_stamp())
    terminals.revoke(store, terminal_named(store, credential.prefix), a_stamp())
    assert not is_accepted(store, FIRST, TODAY)
    assert not is_accepted(store, credential.hash, TODAY)
    with pytest.raises(NothingBooked):
        terminals.renew(store, a_terminal(1).id, last_day=LAST_DAY, stamp=a_stamp())
    with pytest.raises(Refused) as refused:
        terminal_named(store, credential.prefix)
    assert refused.value.reason is Refusal.TERMINAL_UNKNOWN


def test_the_day_of_the_last_use_is_told(store: Store) -> None:
    """For each credential by itself; a day that is noted twice is noted once."""
    _, credential = terminals.renew(store, a_terminal(1).id, last_day=LAST_DAY, stamp=a_stamp())
    book(store, [UseRequest(FIRST, TODAY), UseRequest(FIRST, TODAY)], a_stamp())
    granted(store, UseRequest(FIRST, TODAY), UseRequest(FIRST, TODAY - timedelta(days=1)))
    with store.read() as reader:
        told = [(one.prefix, one.ends_before, one.last_used_on) for one in reader.credentials()]
    assert told == [
        (a_terminal(1).credential_prefix, LAST_DAY + timedelta(days=1), TODAY),
        (credential.prefix, None, None),
    ]
