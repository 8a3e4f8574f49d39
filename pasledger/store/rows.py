"""How each record is written as a row, and read back. One place for each table, both ways beside each other."""

import json
from datetime import UTC, date, datetime
from functools import lru_cache

from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import (
    CardId,
    EntitlementId,
    EntryId,
    HolderId,
    MerchantId,
    RedemptionId,
    RefundId,
    TerminalId,
)
from pasledger.ledger.journal import Entry, EntryKind, Stamp, Transfer
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import (
    Attempt,
    AwardDecision,
    BudgetDecision,
    Card,
    CardChange,
    Entitlement,
    Holder,
    Merchant,
    Part,
    Redemption,
    Refund,
    Terminal,
    TerminalRevoked,
)
from pasledger.rules.schemes import Scheme, ValidityRule
from pasledger.store.statements import Row


@lru_cache(maxsize=256)  # all of a batch have one
def moment(at: datetime) -> str:
    """Return a moment as the books write it: UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_moment(text: str) -> datetime:
    """Return the moment that `moment` wrote."""
    return datetime.fromisoformat(text)


# --- the ledger


def entry_row(entry: Entry) -> Row:
    """Write an entry."""
    stamp = entry.stamp
    return (
        entry.id,
        entry.kind.value,
        moment(stamp.recorded_at),
        stamp.effective_on.isoformat(),
        stamp.prepared_by,
        stamp.approved_by,
        len(entry.transfers),
        " ".join(entry.versions),
        entry.commitment,
    )


def read_entry(row: Row, transfers: tuple[Transfer, ...]) -> Entry:
    """Read an entry, whose transfers are read apart."""
    (entry_id, kind, recorded_at, effective_on, prepared_by, approved_by, _count, versions, commitment) = row
    return Entry(
        EntryId(entry_id),
        EntryKind(kind),
        Stamp(read_moment(recorded_at), read_day(effective_on), prepared_by, approved_by),
        transfers,
        tuple(versions.split()),
        commitment,
    )


def transfer_rows(entry: Entry) -> list[Row]:
    """Write the transfers of an entry."""
    return [
        (entry.id, position, transfer.debit.code, transfer.credit.code, transfer.amount.cents)
        for position, transfer in enumerate(entry.transfers)
    ]


@lru_cache(maxsize=4096)
def read_account(code: str, kind: str, scheme: str) -> Account:
    """Read an account."""
    return Account(code, AccountKind(kind), scheme)


@lru_cache(maxsize=4096)
def read_day(text: str) -> date:
    """Read a day."""
    return date.fromisoformat(text)


# --- master data


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
def read_scheme(row: Row) -> Scheme:
    """Read a version of a scheme. A version never changes, so that it is read once."""
    (code, version, effective_from, name_nl, name_en, categories, merchants, validity, starts_on, ends_before) = row[
        :10
    ]
    least, most, legal_basis, task_field, iv3_category = row[10:15]
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
    )


def merchant_row(merchant: Merchant, stamp: Stamp) -> Row:
    """Write a version of a merchant."""
    return (
        merchant.id,
        merchant.version,
        merchant.effective_from.isoformat(),
        merchant.name,
        merchant.place,
        merchant.category,
        merchant.iban,
        merchant.kvk_number,
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )


@lru_cache(maxsize=4096)
def read_merchant(row: Row) -> Merchant:
    """Read a version of a merchant. A version never changes, so that it is read once."""
    merchant_id, version, effective_from, name, place, category, iban, kvk_number = row[:8]
    return Merchant(MerchantId(merchant_id), version, read_day(effective_from), name, place, category, iban, kvk_number)


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


# --- what entries were about


def entitlement_row(entitlement: Entitlement) -> Row:
    """Write an entitlement."""
    return (
        entitlement.id,
        entitlement.entry,
        entitlement.holder,
        entitlement.scheme,
        entitlement.scheme_version,
        entitlement.valid.starts_on.isoformat(),
        entitlement.valid.ends_before.isoformat(),
        entitlement.amount.cents,
    )


def read_entitlement(row: Row) -> Entitlement:
    """Read an entitlement."""
    entitlement_id, entry, holder, scheme, version, starts_on, ends_before, cents = row[:8]
    return Entitlement(
        EntitlementId(entitlement_id),
        EntryId(entry),
        HolderId(holder),
        scheme,
        version,
        Period(read_day(starts_on), read_day(ends_before)),
        Money(cents),
    )


def award_decision_row(decision: AwardDecision) -> Row:
    """Write the decision behind an award."""
    return (
        decision.entitlement,
        decision.scheme,
        decision.reference,
        decision.holder,
        decision.instalment,
        decision.salt,
    )


def budget_decision_row(decision: BudgetDecision) -> Row:
    """Write the decision behind a budget."""
    return (decision.entry, decision.scheme, decision.year, decision.reference, decision.change.cents)


def read_budget_decision(row: Row) -> BudgetDecision:
    """Read the decision behind a budget."""
    entry, scheme, year, reference, cents = row
    return BudgetDecision(EntryId(entry), scheme, year, reference, Money(cents))


def redemption_row(redemption: Redemption) -> Row:
    """Write a redemption; its parts are its transfers."""
    return (
        redemption.id,
        redemption.entry,
        redemption.merchant,
        redemption.terminal,
        redemption.card,
        redemption.holder,
        redemption.amount.cents,
    )


def read_redemption(row: Row, parts: tuple[Part, ...]) -> Redemption:
    """Read a redemption, whose parts are read from its transfers."""
    redemption_id, entry, merchant, terminal, card, holder, cents = row
    return Redemption(
        RedemptionId(redemption_id),
        EntryId(entry),
        MerchantId(merchant),
        TerminalId(terminal) if terminal else None,
        CardId(card),
        HolderId(holder),
        Money(cents),
        parts,
    )


def part_of(transfer: Transfer) -> Part:
    """Return the part of a redemption that a transfer paid."""
    owner = transfer.debit.code.removeprefix(f"{AccountKind.ENTITLEMENT}/")
    return Part(EntitlementId(owner), transfer.debit.scheme, transfer.amount)


def refund_row(refund: Refund) -> Row:
    """Write a refund."""
    parts = [(part.entitlement, part.scheme, part.amount.cents) for part in refund.parts]
    return (
        refund.id,
        refund.entry,
        refund.redemption,
        refund.merchant,
        refund.amount.cents,
        json.dumps(parts, separators=(",", ":")),
    )


def read_refund(row: Row) -> Refund:
    """Read a refund."""
    refund_id, entry, redemption, merchant, _cents, parts = row
    return Refund(
        RefundId(refund_id),
        EntryId(entry),
        RedemptionId(redemption),
        MerchantId(merchant),
        tuple(Part(EntitlementId(owner), scheme, Money(cents)) for owner, scheme, cents in json.loads(parts)),
    )


def attempt_row(attempt: Attempt) -> Row:
    """Write what became of a key."""
    return (
        attempt.key,
        attempt.fingerprint,
        moment(attempt.recorded_at),
        attempt.result,
        attempt.refusal and attempt.refusal.value,
    )


def read_attempt(row: Row) -> Attempt:
    """Read what became of a key."""
    key, fingerprint, recorded_at, result, refusal = row
    kind = RefundId if result and result.startswith(RefundId.prefix) else RedemptionId
    return Attempt(
        key,
        fingerprint,
        read_moment(recorded_at),
        kind(result) if result else None,
        Refusal(refusal) if refusal else None,
    )
