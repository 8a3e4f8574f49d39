"""Rows of award batches."""

import json

from pasledger.ledger.ids import BatchId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.records.batches import (
    BatchAward,
    BatchContent,
    BatchHand,
    BatchKey,
    BatchRow,
    BatchSource,
    BatchStep,
    BatchStepKind,
    BatchSum,
    SecondApproval,
)
from pasledger.store.rows.values import moment, read_moment
from pasledger.store.statements import Row


def batch_content_row(content: BatchContent) -> Row:
    """Write a version of a batch."""
    sums = [(one.scheme, one.year, one.awards, one.amount.cents) for one in content.sums]
    return (
        content.batch,
        content.version,
        content.source,
        content.fingerprint,
        json.dumps(sums, separators=(",", ":")),
    )


def read_batch_content(row: Row) -> BatchContent:
    """Read a version of a batch."""
    batch, version, source, fingerprint, sums = row
    return BatchContent(
        BatchId(batch),
        version,
        source,
        fingerprint,
        tuple(BatchSum(scheme, year, awards, Money(cents)) for scheme, year, awards, cents in json.loads(sums)),
    )


def batch_source_row(source: BatchSource) -> Row:
    """Write whose file it is."""
    return (source.source, source.batch)


def read_batch_source(row: Row) -> BatchSource:
    """Read whose file it is."""
    source, batch = row
    return BatchSource(source, BatchId(batch))


def batch_hand_row(hand: BatchHand, stamp: Stamp) -> Row:
    """Write what somebody is to a batch."""
    return (hand.batch, hand.person, hand.part.value, moment(stamp.recorded_at))


def batch_step_row(step: BatchStep) -> Row:
    """Write a step."""
    return (
        step.batch,
        step.number,
        step.kind.value,
        step.version,
        step.fingerprint,
        moment(step.at),
        step.actor,
        step.person,
        step.kind.part and step.kind.part.value,
        step.note,
    )


def read_batch_step(row: Row) -> BatchStep:
    """Read a step."""
    batch, number, kind, version, fingerprint, at, actor, _person, _part, note = row
    return BatchStep(BatchId(batch), number, BatchStepKind(kind), version, fingerprint, read_moment(at), actor, note)


def batch_row_row(row: BatchRow) -> Row:
    """Write one award of a version."""
    return (row.batch, row.version, row.place, row.text)


def batch_award_row(award: BatchAward) -> Row:
    """Write which batch an entitlement came out of."""
    return (award.batch, award.entitlement, award.version)


def batch_key_row(key: BatchKey) -> Row:
    """Write the key of fingerprints."""
    return (1, key.key)


def read_batch_key(row: Row) -> BatchKey:
    """Read the key of fingerprints."""
    return BatchKey(row[1])


def second_approval_row(approval: SecondApproval, stamp: Stamp) -> Row:
    """Write from which amount two approve."""
    return (
        approval.number,
        approval.above and approval.above.cents,
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )


def read_second_approval(row: Row) -> SecondApproval:
    """Read from which amount two approve."""
    number, cents = row[:2]
    return SecondApproval(number, None if cents is None else Money(cents))
