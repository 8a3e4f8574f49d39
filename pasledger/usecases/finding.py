"""Finding what people name.

A merchant by its name or id, a terminal by its id or a prefix, a person by its number, a card by number or token.
"""

import re
from datetime import date

from pasledger.formats import cells
from pasledger.ledger.ids import MerchantId, TerminalId
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.rules.records import Merchant, Person
from pasledger.rules.town import Needs
from pasledger.store import Reader, Store

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)
"""How the token of a card is written."""


def merchant_named(store: Store, named: str, *, on: date, is_gone: bool = False) -> Merchant:
    """Return the merchant with exactly this name or id, as it is on a day. Raises `Refused`.

    It has or had the name, and where `is_gone`, it may have ended.
    """
    with store.read() as reader:
        town = reader.load(Needs(merchants={MerchantId(named)}, merchant_names={named}))
    found = town.merchants_by_name.get(named, MerchantId(named))
    return town.merchant_version(found, on=on) if is_gone else town.merchant(found, on=on)


def merchant_ever_named(reader: Reader, named: str) -> MerchantId:
    """Return the one merchant that has this name or id, or ever had it. Raises `Refused`."""
    found = {merchant.id for merchant in reader.merchants() if named in (merchant.id, merchant.name)}
    if len(found) != 1:
        raise Refused(Refusal.MERCHANT_UNKNOWN)
    return found.pop()


def terminal_named(store: Store, named: str) -> TerminalId:
    """Return the one terminal in use with this id or prefix. Raises `Refused`."""
    with store.read() as reader:
        found = {
            one.terminal.id
            for one in reader.credentials()
            if one.revoked_at is None and named in (one.terminal.id, one.prefix)
        }
    if len(found) != 1:
        raise Refused(Refusal.TERMINAL_UNKNOWN)
    [only] = found
    return only


def person_named(store: Store, named: str) -> Person:
    """Return the person with this number or id, unless it has ended. Raises `Refused`."""
    with store.read() as reader:
        found = reader.person(named.replace(" ", ""))
    if found is None:
        raise Refused(Refusal.PERSON_UNKNOWN)
    return found.person


def card_named(text: str) -> CardNumber | TokenHash:
    """Return the card that was typed by its number, or scanned: by its token, alone or at the end of the link.

    Raises `Misread` for what is neither.
    """
    token = text.strip().rpartition("#")[2]
    return TokenHash.of(token) if TOKEN.fullmatch(token) else cells.card_number(text.strip())


def number_of(store: Store, card: CardNumber | TokenHash) -> CardNumber | None:
    """Return the number of a card, or None for one that is not there."""
    with store.read() as reader:
        found = reader.load(Needs(cards={card})).cards.get(card)
    return None if found is None else found.number
