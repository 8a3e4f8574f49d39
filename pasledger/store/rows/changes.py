"""Rows of what staff changed afterwards."""

import json

from pasledger.ledger.ids import ChangeId, EntitlementId, EntryId, MerchantId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.records import Correction, EntitlementEnd, Freeing, Lapse, Part, YearClosed
from pasledger.store.rows.values import moment, read_day, read_moment
from pasledger.store.statements import Row


def entitlement_end_row(end: EntitlementEnd, stamp: Stamp) -> Row:
    """Write the new end of an entitlement."""
    return (
        end.id,
        end.entitlement,
        end.entry,
        end.ends_before.isoformat(),
        int(end.is_withdrawn),
        end.amount.cents,
        end.lapse,
        *_stamp_row(stamp),
    )


def read_entitlement_end(row: Row) -> EntitlementEnd:
    """Read the new end of an entitlement."""
    end, entitlement, entry, ends_before, is_withdrawn, cents, lapse = row[:7]
    return EntitlementEnd(
        id=ChangeId(end),
        entitlement=EntitlementId(entitlement),
        ends_before=read_day(ends_before),
        is_withdrawn=bool(is_withdrawn),
        entry=EntryId(entry) if entry else None,
        amount=Money(cents),
        lapse=EntryId(lapse) if lapse else None,
    )


def lapse_row(lapse: Lapse) -> Row:
    """Write what lapsed."""
    return (lapse.entry, lapse.entitlement, lapse.scheme, lapse.year, lapse.amount.cents, lapse.freeings)


def read_lapse(row: Row) -> Lapse:
    """Read what lapsed."""
    entry, entitlement, scheme, year, cents, freeings = row
    return Lapse(EntryId(entry), EntitlementId(entitlement), scheme, year, Money(cents), freeings)


def freeing_row(freeing: Freeing) -> Row:
    """Write what was freed."""
    return (freeing.entry, freeing.scheme, freeing.year, freeing.number, freeing.amount.cents)


def read_freeing(row: Row) -> Freeing:
    """Read what was freed."""
    entry, scheme, year, number, cents = row
    return Freeing(EntryId(entry), scheme, year, number, Money(cents))


def correction_row(correction: Correction) -> Row:
    """Write what was countered."""
    parts = [(part.entitlement, part.scheme, part.amount.cents) for part in correction.parts]
    return (
        correction.entry,
        correction.corrects,
        correction.merchant,
        correction.amount.cents,
        json.dumps(parts, separators=(",", ":")),
    )


def read_correction(row: Row) -> Correction:
    """Read what was countered."""
    entry, corrects, merchant, cents, parts = row
    return Correction(
        EntryId(entry),
        EntryId(corrects),
        MerchantId(merchant) if merchant else None,
        Money(cents),
        tuple(Part(EntitlementId(owner), scheme, Money(part)) for owner, scheme, part in json.loads(parts)),
    )


def year_closed_row(closed: YearClosed, stamp: Stamp) -> Row:
    """Write that a year was closed."""
    return (closed.id, closed.scheme, closed.year, *_stamp_row(stamp))


def read_year_closed(row: Row) -> YearClosed:
    """Read that a year was closed."""
    closed, scheme, year = row[:3]
    return YearClosed(ChangeId(closed), scheme, year)


def _stamp_row(stamp: Stamp) -> Row:
    return moment(stamp.recorded_at), stamp.effective_on.isoformat(), stamp.prepared_by, stamp.approved_by


def read_stamp(row: Row) -> Stamp:
    """Read when and by whom a change was made, which are its last four columns."""
    recorded_at, effective_on, prepared_by, approved_by = row[-4:]
    return Stamp(read_moment(recorded_at), read_day(effective_on), prepared_by, approved_by)
