"""Rows of what became of findings."""

from pasledger.ledger.ids import FindingId
from pasledger.ledger.journal import Stamp
from pasledger.rules.records import FollowUp, FollowUpState
from pasledger.store.rows.values import moment
from pasledger.store.statements import Row


def follow_up_row(follow_up: FollowUp, stamp: Stamp) -> Row:
    """Write what became of a finding."""
    return (
        follow_up.finding,
        follow_up.number,
        follow_up.kind,
        follow_up.state.value,
        follow_up.note,
        moment(stamp.recorded_at),
        stamp.prepared_by,
    )


def read_follow_up(row: Row) -> FollowUp:
    """Read what became of a finding."""
    finding, number, kind, state, note = row[:5]
    return FollowUp(FindingId(finding), number, kind, FollowUpState(state), note)
