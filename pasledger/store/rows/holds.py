"""Rows of holds, of what became of them, and of merchants' references."""

from pasledger.ledger.ids import (
    CaptureId,
    CardId,
    EntryId,
    HolderId,
    HoldId,
    MerchantId,
    RefundId,
    ReleaseId,
    TerminalId,
)
from pasledger.ledger.money import Money
from pasledger.rules.records import Hold, HoldCaptured, HoldRefunded, HoldReleased, HoldUse, MerchantReference, Part
from pasledger.store.rows.parts import parts_text, read_parts
from pasledger.store.rows.values import read_day
from pasledger.store.statements import Row


def hold_row(hold: Hold) -> Row:
    """Write a hold; its parts are its transfers."""
    return (
        hold.id,
        hold.entry,
        hold.merchant,
        hold.terminal,
        hold.card,
        hold.holder,
        hold.amount.cents,
        hold.ends_before.isoformat(),
    )


def read_hold(row: Row, parts: tuple[Part, ...]) -> Hold:
    """Read a hold, whose parts are read from its transfers."""
    hold_id, entry, merchant, terminal, card, holder, cents, ends_before = row
    return Hold(
        HoldId(hold_id),
        EntryId(entry),
        MerchantId(merchant),
        TerminalId(terminal) if terminal else None,
        CardId(card),
        HolderId(holder),
        Money(cents),
        read_day(ends_before),
        parts,
    )


def hold_use_row(use: HoldUse) -> Row:
    """Write what became of a hold."""
    return (use.id, use.entry, use.hold, use.merchant, use.amount.cents, parts_text(use.parts))


def read_hold_use(row: Row) -> HoldUse:
    """Read what became of a hold: what it was can be seen from its id."""
    use_id, entry, hold, merchant, _cents, parts = row
    where = EntryId(entry), HoldId(hold), MerchantId(merchant), read_parts(parts)
    if use_id.startswith(CaptureId.prefix):
        return HoldCaptured(CaptureId(use_id), *where)
    if use_id.startswith(ReleaseId.prefix):
        return HoldReleased(ReleaseId(use_id), *where)
    return HoldRefunded(RefundId(use_id), *where)


def merchant_reference_row(reference: MerchantReference) -> Row:
    """Write a merchant's reference."""
    return (reference.entry, reference.text, reference.salt)


def read_merchant_reference(row: Row) -> MerchantReference:
    """Read a merchant's reference."""
    entry, text, salt = row
    return MerchantReference(EntryId(entry), text, salt)
