"""What stands beside an entry: when it was recorded, and what the merchant called it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from pasledger.ledger.ids import EntryId
from pasledger.store import rows, tables
from pasledger.store.statements import OneOf, Query

_t = tables


@dataclass(frozen=True, slots=True)
class Noted:
    """When an entry was recorded, and the merchant's reference of it, where there is one still."""

    at: datetime
    reference: str | None


def noted(connection: Connection, entries: Iterable[EntryId]) -> dict[EntryId, Noted]:
    """Return what stands beside each entry."""
    found = _NOTED.fetch(connection, wanted=list(entries))
    return {entry: Noted(rows.read_moment(at), reference) for entry, at, reference in found}


_NOTED = Query(
    select(_t.entry.c.id, _t.entry.c.recorded_at, _t.merchant_reference.c.reference)
    .outerjoin(_t.merchant_reference, _t.merchant_reference.c.entry_id == _t.entry.c.id)
    .where(OneOf(_t.entry.c.id, "wanted"))
)
