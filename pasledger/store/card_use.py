"""What a batch has to know of PINs, tries and ceilings, and the locks that keep two writers from one count."""

from sqlalchemy import Column, Connection, Select, Table, bindparam, literal, or_, select, union, union_all
from sqlalchemy.sql import ColumnElement

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntitlementId, MerchantId
from pasledger.rules.card_entry import refusal_subject
from pasledger.rules.ceilings import Spent
from pasledger.rules.town import Needs, Town
from pasledger.store import rows, tables
from pasledger.store.statements import OneOf, Query

_t = tables


def load_card_use(connection: Connection, needs: Needs, town: Town) -> None:
    """Add the PINs, the tries, the codes from letters and what was spent today, as far as they are needed.

    The cards are there already: the refusals of one are counted together, whichever way it was named.
    """
    if needs.refusals or needs.pin_tries:
        refused = {refusal_subject(merchant, card, town) for merchant, card in needs.refusals}
        subjects = sorted(refused | needs.pin_tries)
        for row in _TRIES.fetch(connection, subjects=subjects, cards=sorted(needs.pin_tries)):
            town.learn(rows.read_tries(row))
    if needs.pins:
        for row in _PINS.fetch(connection, cards=sorted(needs.pins)):
            town.learn(rows.read_pin(row))
    if needs.activations:
        for row in _ACTIVATIONS.fetch(connection, cards=sorted(needs.activations)):
            town.learn(rows.read_activation(row))
    if needs.today is not None and needs.spending_cards and needs.merchants and _has_ceilings(town):
        _load_spent(connection, needs, town.spent)


def lock_pins(connection: Connection, needs: Needs) -> None:
    """Lock the count of each card that is tried with a PIN, where the database locks rows: no two tries are one."""
    if needs.pin_tries:
        _LOCK_TRIES.fetch(connection, cards=sorted(needs.pin_tries))


def _has_ceilings(town: Town) -> bool:
    return any(version.day_ceiling is not None for versions in town.schemes.values() for version in versions)


def _load_spent(connection: Connection, needs: Needs, spent: Spent) -> None:
    day = needs.today
    if day is None:
        return
    found = _SPENT.fetch(
        connection, cards=sorted(needs.spending_cards), merchants=sorted(needs.merchants), today=day.isoformat()
    )
    for owner, merchant, cents in found:
        key = (day, EntitlementId(owner), MerchantId(merchant))
        spent[key] = spent.get(key, 0) + cents


_of_cards = or_(OneOf(_t.card.c.token_hash, "cards"), OneOf(_t.card.c.number, "cards"))
_card_ids = select(_t.card.c.id).where(_of_cards)

_TRIES = Query(
    union_all(
        select(_t.tries).where(OneOf(_t.tries.c.subject, "subjects")),
        select(_t.tries).where(_t.tries.c.subject.in_(_card_ids)),
    )
)
_LOCK_TRIES = Query(
    select(_t.tries.c.subject)
    .where(
        _t.tries.c.subject.in_(union(_card_ids, select(_t.tries.c.subject).where(OneOf(_t.tries.c.subject, "cards"))))
    )
    .order_by(_t.tries.c.subject)
    .with_for_update(key_share=True)
)
_PINS = Query(select(_t.pin).where(_t.pin.c.card_id.in_(_card_ids)).order_by(_t.pin.c.card_id, _t.pin.c.sequence))
_ACTIVATIONS = Query(
    select(_t.activation)
    .where(_t.activation.c.card_id.in_(_card_ids))
    .order_by(_t.activation.c.card_id, _t.activation.c.sequence)
)

# A holder's entitlements have few transfers, found by the index of each side; the day is that of their entry.
_holders = select(_t.card.c.holder_id).where(_of_cards)
_code = literal(f"{AccountKind.ENTITLEMENT}/") + _t.entitlement.c.id


def _moved(record: Table, side: Column[str], cents: ColumnElement[int]) -> Select[tuple[str, str, int]]:
    return (
        select(_t.entitlement.c.id, record.c.merchant_id, cents)
        .join(_t.transfer, side == _code)
        .join(record, record.c.entry_id == _t.transfer.c.entry_id)
        .join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id)
        .where(
            _t.entitlement.c.holder_id.in_(_holders),
            OneOf(record.c.merchant_id, "merchants"),
            _t.entry.c.effective_on == bindparam("today"),
        )
    )


_SPENT = Query(
    union_all(
        _moved(_t.redemption, _t.transfer.c.debit, _t.transfer.c.amount_cents),
        _moved(_t.hold, _t.transfer.c.debit, _t.transfer.c.amount_cents),
        *(
            _moved(given_back, _t.transfer.c.credit, -_t.transfer.c.amount_cents)
            for given_back in (_t.refund, _t.hold_release, _t.hold_refund)
        ),
    )
)
