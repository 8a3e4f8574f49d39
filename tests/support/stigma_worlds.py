"""Towns that finance the same yes and no in different ways: other schemes, splits and ends, other reasons for a no."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import strategies as st

from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.rules.card_rule import LimitRequest
from pasledger.rules.cards import CardState
from pasledger.rules.pins import LOCKED_AFTER, TryRequest
from pasledger.rules.registration import CardRequest
from pasledger.store import Store
from pasledger.usecases import spending
from pasledger.usecases.minting import new_card_number, new_token, stamp_now
from tests.support.service import Street, Till, a_shop_street, in_process, staff
from tests.support.stigma_calls import (
    CATEGORIES,
    DAYS_LATER,
    HOLDERS,
    MERCHANTS,
    MOST,
    MOST_USES,
    MUCH,
    Again,
    Back,
    Call,
    Hold,
    asked_for,
)
from tests.support.town import a_scheme


@dataclass(frozen=True)
class World:
    """How a town is: into how many entitlements money is cut, how much is over, how schemes end, what a no is for."""

    pieces: int
    over_cents: int
    schemes: int
    ends_in_days: int
    has_gift: bool
    why_not: tuple[str, ...]
    """Of the cards that are scanned alone."""
    why_shut: tuple[str, ...]
    """Of the cards that come with a PIN."""
    why_none: tuple[str, ...] = ("blocked",) * HOLDERS
    """Of the cards that can use no offer, whatever money there is."""
    guests_have_money: bool = False
    """Whether those who only use offers could pay, too: nobody sees it."""


WHY_NOT_AT_ALL = (
    *("unknown", "issued", "blocked", "replaced", "empty", "ended", "not started", "not here", "one cent short"),
    "over a ceiling",
)
WHY_NOT = (*WHY_NOT_AT_ALL, "PIN needed")
WHY_SHUT = (*WHY_NOT_AT_ALL, "wrong PIN", "no PIN", "waiting", "locked")
WHY_NONE = ("unknown", "issued", "blocked", "replaced", "used up")
PIN, ANOTHER_PIN = "4711", "5820"
PIN_ABOVE = 20_000
"""Cents above which a scan needs the PIN; every dead card that is scanned alone is asked for more."""

# In each world a card is blocked, and the money on another has ended.
_reasons = st.sampled_from(WHY_NOT).flatmap(lambda why: st.permutations(("blocked", "ended", why))).map(tuple)
worlds = st.builds(
    World,
    pieces=st.integers(1, 4),
    over_cents=st.integers(0, 5000),
    schemes=st.integers(1, 3),
    ends_in_days=st.integers(1, 300),
    has_gift=st.booleans(),
    why_not=_reasons,
    why_shut=st.tuples(*[st.sampled_from(WHY_SHUT)] * HOLDERS),
    why_none=st.tuples(*[st.sampled_from(WHY_NONE)] * HOLDERS),
    guests_have_money=st.booleans(),
)


LEAST_SHARE = 0.3
"""Of the payments of a run so many are a yes, and so many are a no."""


def missing_from(script: Sequence[Call], *towns: World) -> set[str]:
    """Return what a run must have so that it shows something, and has not."""
    asked = list(asked_for(script))
    granted = sum(call.is_yes for call in asked) / max(1, len(asked))
    presented = {call.card for call in asked}
    reasons = {
        why
        for town in towns
        for name, whys in (("dead", town.why_not), ("shut", town.why_shut))
        for holder, why in enumerate(whys)
        if f"{name} {holder}" in presented
    }
    has = {
        "yes": granted >= LEAST_SHARE,
        "no": bool(asked) and 1 - granted >= LEAST_SHARE,
        "refund": any(isinstance(call, Back) for call in script),
        "hold": any(isinstance(call, Hold) for call in script),
        "replay": any(isinstance(call, Again) for call in script),
        "ended": "ended" in reasons,
        "blocked": "blocked" in reasons,
    }
    return {name for name, is_there in has.items() if not is_there}


@contextmanager
def a_town(world: World, script: Sequence[Call]) -> Iterator[Till]:
    """Make a town that finances a script in the manner of a world, and run the service on it some days later."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        path = Path(folder) / "books.db"
        shutil.copy(_made_once().books, path)
        street = Street(Store.open(str(path)), str(path), dict(_made_once().credentials), dict(_made_once().merchants))
        street.offers = dict(_made_once().offers)
        street.give_key()
        if "PIN needed" in world.why_not:
            street.book(LimitRequest(Money(PIN_ABOVE)))
        _add_schemes(street, world)
        for holder in range(HOLDERS):
            _add_holder(street, world, script, holder)
            _add_dead_card(street, world.why_not[holder], script, f"dead {holder}")
            _add_dead_card(street, world.why_shut[holder], script, f"shut {holder}")
            _add_guest(street, world, holder)
            _add_card_of_no_use(street, world.why_none[holder], holder)
        patched.setattr("merchant_api.writer.stamp_now", days_later)
        with in_process(street) as till:
            yield till
            till.verify_books()
        street.store.close()


@cache
def _made_once() -> Street:
    """Return books with merchants, to be copied for each town."""
    street = a_shop_street(Path(tempfile.mkdtemp()) / "street.db")
    street.may_pay_out()
    for at in MERCHANTS:
        street.offers[at] = street.offer(at, per_card=MOST_USES).id
    street.store.close()
    return street


def days_later(actor: str) -> Stamp:
    """Return a stamp of the day on which the tills are open."""
    now = stamp_now(actor)
    return replace(now, effective_on=now.effective_on + timedelta(days=DAYS_LATER))


def _add_schemes(street: Street, world: World) -> None:
    today = staff().effective_on
    soon = Period(today, today + timedelta(days=DAYS_LATER + world.ends_in_days))
    street.add_schemes(
        *(
            a_scheme(f"{CATEGORIES[at]}-{number}", categories=(CATEGORIES[at],), fixed=soon, least="0,01", most=MOST)
            for at in MERCHANTS
            for number in range(world.schemes)
        ),
        a_scheme("gift", categories=(), fixed=soon, least="0,01", most=MOST),
        replace(a_scheme("capped", categories=(), fixed=soon, least="0,01", most=MOST), day_ceiling=Money(1)),
        a_scheme("elsewhere", categories=("cinema",), fixed=soon, least="0,01", most=MOST),
    )


def _add_holder(street: Street, world: World, script: Sequence[Call], holder: int) -> None:
    """Give a holder enough for every yes at every merchant, cut into pieces as the world has it."""
    name = f"holder {holder}"
    street.add_card(name)
    street.set_pin(name, PIN)
    for at in MERCHANTS:
        needed = sum(call.cents for call in asked_for(script) if call.is_yes and (call.at, call.holder) == (at, holder))
        cents = needed + world.over_cents
        for piece in range(world.pieces):
            share = cents // world.pieces + (cents % world.pieces if piece == 0 else 0)
            if share:
                street.award(name, Money(share), scheme=f"{CATEGORIES[at]}-{piece % world.schemes}")
    if world.has_gift:
        street.award(name, Money(777), scheme="gift")


def _add_guest(street: Street, world: World, holder: int) -> None:
    """Add a resident who only uses offers, with money or without."""
    name = f"guest {holder}"
    street.add_card(name)
    if world.guests_have_money:
        street.award(name, Money(9_999), scheme="gift")


def _add_card_of_no_use(street: Street, why: str, holder: int) -> None:
    """Add a card that cannot use an offer. In each world as many uses were before, by it or by somebody else."""
    name, user = f"none {holder}", f"earlier {holder}"
    _add_dead_card(street, "empty" if why == "used up" else why, (), name)
    street.add_card(user)
    used_by = street.cards[name if why == "used up" else user].number
    uses = [
        spending.offer_use(merchant=street.merchants[at].id, card=used_by, offer=street.offers[at])
        for at in MERCHANTS
        for _ in range(MOST_USES)
    ]
    street.book(*uses)


def _add_dead_card(street: Street, why: str, script: Sequence[Call], name: str) -> None:
    """Add a card that cannot pay, for the reason that the world has."""
    if why == "unknown":
        street.tokens[name] = new_token()
        street.numbers[name] = new_card_number()
        return
    street.add_card(name, state=CardState.ISSUED if why == "issued" else CardState.ACTIVE)
    if why not in ("issued", "no PIN"):
        street.set_pin(name, ANOTHER_PIN if why == "wrong PIN" else PIN)
    today = staff().effective_on
    if why == "ended":
        _add_money(street, name, Period(today, today + timedelta(days=DAYS_LATER)))
    elif why == "not started":
        _add_money(street, name, Period(today + timedelta(days=DAYS_LATER + 1), today + timedelta(days=99)))
    elif why == "one cent short":
        least = min(
            (call.cents for call in asked_for(script) if call.card == name),
            default=1,
        )
        if least > 1:
            street.award(name, Money(least - 1), scheme="gift")
    elif why != "empty":
        scheme = {"not here": "elsewhere", "over a ceiling": "capped"}.get(why, "gift")
        street.award(name, Money(MUCH + 100), scheme=scheme)
    if why in ("blocked", "replaced"):
        street.book(CardRequest(street.cards[name].number, CardState(why)))
    for _ in range({"waiting": 3, "locked": LOCKED_AFTER}.get(why, 0)):
        street.book(TryRequest(street.cards[name].number))


def _add_money(street: Street, name: str, valid: Period) -> None:
    scheme = name.replace(" ", "-")
    street.add_schemes(a_scheme(scheme, categories=(), fixed=valid, least="0,01", most=MOST))
    street.award(name, Money(50_000), scheme=scheme, starts_on=valid.starts_on)


RICH = World(
    1,
    5000,
    1,
    300,
    has_gift=True,
    why_not=("blocked", "ended", "empty"),
    why_shut=("wrong PIN", "blocked", "no PIN"),
    why_none=("blocked", "used up", "used up"),
    guests_have_money=True,
)
POOR = World(
    *(4, 0, 3, 1),
    has_gift=False,
    why_not=("one cent short", "unknown", "not here"),
    why_shut=("locked", "unknown", "over a ceiling"),
    why_none=("unknown", "blocked", "issued"),
)
