"""Following up what an auditor's findings say: each step is set down beside those before it."""

from dataclasses import dataclass

from pasledger.ledger.ids import FindingId
from pasledger.ledger.journal import Stamp
from pasledger.rules.records import Event, FollowUp, FollowUpState
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class FollowUpRequest:
    """A finding stands so from now on, and why."""

    finding: FindingId
    kind: str
    state: FollowUpState
    note: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.findings.add(self.finding)


def decide_follow_up(request: FollowUpRequest, town: Town, stamp: Stamp) -> Event:
    """Set it down after what was said of the finding before."""
    number = town.follow_ups.get(request.finding, 0) + 1
    return Event(stamp, (FollowUp(request.finding, number, request.kind, request.state, request.note),))
