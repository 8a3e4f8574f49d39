"""Rows of what entries were about, and of attempts."""

from datetime import timedelta

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import (
    CaptureId,
    CardId,
    EntitlementId,
    EntryId,
    HolderId,
    HoldId,
    MerchantId,
    PaymentRequestId,
    RedemptionId,
    RefundId,
    ReleaseId,
    RequestListId,
    TerminalId,
    UseId,
)
from pasledger.ledger.journal import Transfer
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules.records import (
    Attempt,
    AwardDecision,
    BudgetDecision,
    Entitlement,
    Part,
    Redemption,
    Refund,
    ResultId,
)
from pasledger.store.rows.parts import parts_text, read_parts
from pasledger.store.rows.values import moment, read_day, read_moment
from pasledger.store.statements import Row


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
    """Read an entitlement, with the end that was read beside it."""
    entitlement_id, entry, holder, scheme, version, starts_on, ends_before, cents = row[:8]
    if ends_before <= starts_on:  # withdrawn before it started
        return read_entitlement((*row[:5], _day_before(ends_before), *row[6:]))
    return Entitlement(
        EntitlementId(entitlement_id),
        EntryId(entry),
        HolderId(holder),
        scheme,
        version,
        Period(read_day(starts_on), read_day(ends_before)),
        Money(cents),
    )


def _day_before(day: str) -> str:
    return (read_day(day) - timedelta(days=1)).isoformat()


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
    return (
        refund.id,
        refund.entry,
        refund.redemption,
        refund.merchant,
        refund.amount.cents,
        parts_text(refund.parts),
    )


def read_refund(row: Row) -> Refund:
    """Read a refund."""
    refund_id, entry, redemption, merchant, _cents, parts = row
    return Refund(
        RefundId(refund_id),
        EntryId(entry),
        RedemptionId(redemption),
        MerchantId(merchant),
        read_parts(parts),
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
    return Attempt(
        key,
        fingerprint,
        read_moment(recorded_at),
        _RESULTS[result[:_PREFIX]](result) if result else None,
        Refusal(refusal) if refusal else None,
    )


_PREFIX = 3
_RESULTS: dict[str, type[ResultId]] = {
    kind.prefix: kind
    for kind in (RedemptionId, RefundId, HoldId, CaptureId, ReleaseId, UseId, PaymentRequestId, RequestListId)
}
"""What an attempt can lead to, by how its id begins."""
