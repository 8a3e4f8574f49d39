"""What staff ask of the merchant file: every version and check of a merchant, with who prepared and who approved."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, Connection, bindparam, select

from pasledger.ledger.ids import MerchantId
from pasledger.rules.records import Merchant, MerchantCheck, MerchantContact
from pasledger.store import rows, tables
from pasledger.store.statements import Query

_t = tables


@dataclass(frozen=True, slots=True)
class Signed:
    """Who set something down, and who approved it; nobody approves what the bank reports."""

    recorded_at: str
    prepared_by: str
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class History:
    """All that is known of one merchant, the oldest first."""

    versions: tuple[tuple[Merchant, Signed], ...]
    checks: tuple[tuple[MerchantCheck, Signed], ...]
    contact: MerchantContact | None
    ends_before: date | None


def history(connection: Connection, merchant: MerchantId) -> History:
    """Return the history of a merchant."""
    versions = _VERSIONS.fetch(connection, merchant=merchant)
    checks = _CHECKS.fetch(connection, merchant=merchant)
    contacts = _CONTACTS.fetch(connection, merchant=merchant)
    ends = _ENDS.fetch(connection, merchant=merchant)
    return History(
        tuple((rows.read_merchant(row), Signed(*row[-3:])) for row in versions),
        tuple((rows.read_merchant_check(row), Signed(*row[-3:])) for row in checks),
        rows.read_merchant_contact(contacts[-1]) if contacts else None,
        rows.read_merchant_end(ends[0]).ends_before if ends else None,
    )


_merchant: BindParameter[str] = bindparam("merchant")
_VERSIONS = Query(select(_t.merchant).where(_t.merchant.c.id == _merchant).order_by(_t.merchant.c.version))
_CHECKS = Query(
    select(_t.merchant_check).where(_t.merchant_check.c.merchant_id == _merchant).order_by(_t.merchant_check.c.number)
)
_CONTACTS = Query(
    select(_t.merchant_contact)
    .where(_t.merchant_contact.c.merchant_id == _merchant)
    .order_by(_t.merchant_contact.c.version)
)
_ENDS = Query(select(_t.merchant_end).where(_t.merchant_end.c.merchant_id == _merchant))
