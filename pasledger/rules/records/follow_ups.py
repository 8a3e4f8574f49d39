"""What became of an auditor's finding."""

from dataclasses import dataclass
from enum import StrEnum

from pasledger.ledger.ids import FindingId


class FollowUpState(StrEnum):
    """How a finding stands. Errors and uncertainties count against the tolerance; what is explained does not."""

    OPEN = "open"
    EXAMINING = "examining"
    EXPLAINED = "explained"
    ERROR = "error"
    UNCERTAIN = "uncertain"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What somebody set down of a finding. The one with the highest number holds, and none of them ever changes."""

    finding: FindingId
    number: int
    kind: str
    """What kind of finding it was: it is told also when the finding is found no more."""
    state: FollowUpState
    note: str
