"""Rows of retention periods and of what was unlinked."""

from pasledger.ledger.journal import Stamp
from pasledger.rules.records import ReferenceKind, RetentionPeriod, Unlinking
from pasledger.rules.retention import length
from pasledger.store.rows.values import moment
from pasledger.store.statements import Row


def retention_period_row(period: RetentionPeriod, stamp: Stamp) -> Row:
    """Write how long references of a kind are kept."""
    return (
        period.kind.value,
        period.version,
        str(period.length),
        period.source,
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )


def read_retention_period(row: Row) -> RetentionPeriod:
    """Read how long references of a kind are kept."""
    kind, version, text, source = row[:4]
    return RetentionPeriod(ReferenceKind(kind), version, length(text), source)


def unlinking_row(unlinking: Unlinking, stamp: Stamp) -> Row:
    """Write what was unlinked at once."""
    return (
        unlinking.id,
        unlinking.kind.value,
        unlinking.begun_by.isoformat(),
        len(unlinking.keys),
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )
