"""Rows of master data."""

import json
from functools import lru_cache

from pasledger.ledger.ids import CardId, HolderId, MerchantId, TerminalId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import Card, CardChange, Holder, Merchant, Terminal, TerminalRevoked
from pasledger.rules.schemes import Scheme, ValidityRule
from pasledger.store.rows.values import moment, read_day
from pasledger.store.statements import Row


def scheme_row(scheme: Scheme, stamp: Stamp) -> Row:
    """Write a version of a scheme."""
    fixed = scheme.fixed_period
    return (
        scheme.code,
        scheme.version,
        scheme.effective_from.isoformat(),
        scheme.name_nl,
        scheme.name_en,
        json.dumps(sorted(scheme.categories)),
        json.dumps(sorted(scheme.merchants)),
        scheme.validity.value,
        fixed and fixed.starts_on.isoformat(),
        fixed and fixed.ends_before.isoformat(),
        scheme.least.cents,
        scheme.most.cents,
        scheme.legal_basis,
        scheme.task_field,
        scheme.iv3_category,
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )


@lru_cache(maxsize=4096)
def read_scheme(row: Row, amounts: tuple[Row, ...]) -> Scheme:
    """Read a version of a scheme, and what it gives by category. A version never changes, so that it is read once."""
    (code, version, effective_from, name_nl, name_en, categories, merchants, validity, starts_on, ends_before) = row[
        :10
    ]
    least, most, legal_basis, task_field, iv3_category = row[10:15]
    day_ceiling = row[18]
    return Scheme(
        code,
        version,
        read_day(effective_from),
        name_nl,
        name_en,
        frozenset(json.loads(categories)),
        frozenset(json.loads(merchants)),
        ValidityRule(validity),
        Period(read_day(starts_on), read_day(ends_before)) if starts_on else None,
        Money(least),
        Money(most),
        legal_basis,
        task_field,
        iv3_category,
        tuple((category, Money(cents)) for category, cents in amounts),
        None if day_ceiling is None else Money(day_ceiling),
    )


def merchant_row(merchant: Merchant, stamp: Stamp) -> Row:
    """Write a version of a merchant."""
    return (
        merchant.id,
        merchant.version,
        merchant.effective_from.isoformat(),
        merchant.name,
        merchant.place,
        categories_text(merchant.categories),
        merchant.iban,
        merchant.kvk_number,
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )


@lru_cache(maxsize=4096)
def read_merchant(row: Row) -> Merchant:
    """Read a version of a merchant. A version never changes, so that it is read once."""
    merchant_id, version, effective_from, name, place, categories, iban, kvk_number = row[:8]
    return Merchant(
        MerchantId(merchant_id),
        version,
        read_day(effective_from),
        name,
        place,
        read_categories(categories),
        iban,
        kvk_number,
    )


def categories_text(categories: tuple[str, ...]) -> str:
    """Write the categories of a merchant as one text."""
    return " ".join(categories)


def read_categories(text: str) -> tuple[str, ...]:
    """Read the categories of a merchant."""
    return tuple(text.split(" "))


def terminal_row(terminal: Terminal, stamp: Stamp) -> Row:
    """Write a terminal."""
    return (
        terminal.id,
        terminal.merchant,
        terminal.label,
        terminal.credential_prefix,
        terminal.credential_hash,
        moment(stamp.recorded_at),
        stamp.prepared_by,
        None,
        None,
    )


def read_terminal(row: Row) -> Terminal:
    """Read a terminal."""
    terminal_id, merchant, label, prefix, hashed = row[:5]
    return Terminal(TerminalId(terminal_id), MerchantId(merchant), label, prefix, hashed)


def revocation_row(revoked: TerminalRevoked, stamp: Stamp) -> Row:
    """Write that a terminal was revoked."""
    return (moment(stamp.recorded_at), stamp.prepared_by, revoked.terminal)


def revocation_log_row(revoked: TerminalRevoked, stamp: Stamp) -> Row:
    """Write it down for good."""
    return (revoked.terminal, moment(stamp.recorded_at), stamp.prepared_by)


def holder_row(holder: Holder, stamp: Stamp) -> Row:
    """Write a holder, without its reference."""
    return (holder.id, holder.commitment, moment(stamp.recorded_at), stamp.prepared_by)


def holder_reference_row(holder: Holder) -> Row:
    """Write the reference of a holder."""
    return (holder.id, holder.reference, holder.salt)


def read_holder(row: Row) -> Holder:
    """Read a holder from its reference."""
    holder_id, reference, salt = row
    return Holder(HolderId(holder_id), HolderReference(reference), salt)


def card_row(card: Card, stamp: Stamp) -> Row:
    """Write a card."""
    return (
        card.id,
        card.holder,
        card.number,
        card.token_hash,
        card.state.value,
        moment(stamp.recorded_at),
        stamp.prepared_by,
    )


def first_state_row(card: Card, stamp: Stamp) -> Row:
    """Write the state that a card begins in."""
    return (card.id, moment(stamp.recorded_at), card.state.value, stamp.prepared_by)


def read_card(row: Row) -> Card:
    """Read a card."""
    card_id, holder, number, token_hash, state = row[:5]
    return Card(CardId(card_id), HolderId(holder), CardNumber(number), TokenHash(token_hash), CardState(state))


def card_state_row(change: CardChange) -> Row:
    """Write the state that a card is in now."""
    return (change.state.value, change.card)


def card_change_row(change: CardChange, stamp: Stamp) -> Row:
    """Write that a card went to another state."""
    return (change.card, moment(stamp.recorded_at), change.state.value, stamp.prepared_by)
