"""Finding what people name: a merchant by its name or id, a terminal by its id or a prefix, a person by its number."""

from datetime import date

from pasledger.ledger.ids import MerchantId, TerminalId
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.records import Merchant, Person
from pasledger.rules.town import Needs
from pasledger.store import Reader, Store


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
