"""Whether each reference that is kept apart is the one that its commitment was made of."""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, select

from pasledger.rules.records import commitment
from pasledger.store import tables
from pasledger.store.statements import Query

_t = tables

COMMITTED: dict[Table, Query] = {
    _t.holder_reference: Query(
        select(
            _t.holder.c.id, _t.holder_reference.c.salt, _t.holder_reference.c.reference, _t.holder.c.commitment
        ).join(_t.holder_reference, _t.holder_reference.c.holder_id == _t.holder.c.id)
    ),
    _t.person_name: Query(
        select(_t.person.c.id, _t.person_name.c.salt, _t.person_name.c.name, _t.person.c.commitment).join(
            _t.person_name, _t.person_name.c.person_id == _t.person.c.id
        )
    ),
    _t.payment_request_reference: Query(
        select(
            _t.payment_request.c.id,
            _t.payment_request_reference.c.salt,
            _t.payment_request_reference.c.reference,
            _t.payment_request.c.commitment,
        ).join(_t.payment_request_reference, _t.payment_request_reference.c.request_id == _t.payment_request.c.id)
    ),
    _t.award_decision: Query(
        select(_t.entitlement.c.id, _t.award_decision.c.salt, _t.award_decision.c.reference, _t.entry.c.commitment)
        .join(_t.award_decision, _t.award_decision.c.entitlement_id == _t.entitlement.c.id)
        .join(_t.entry, _t.entry.c.id == _t.entitlement.c.entry_id)
    ),
}
"""For each table of references: what asks for whose it is, the salt, the reference, and what it was committed to."""


def broken(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each reference, by its table and whose it is, that is not what was committed to."""
    for table, question in COMMITTED.items():
        for owner, salt, reference, committed in question.stream(connection):
            if commitment(salt, reference) != committed:
                yield table.name, owner
