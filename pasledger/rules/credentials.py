"""Credentials of terminals: a new one takes over in time, and the day on which each was used last is known."""

from dataclasses import dataclass, replace
from datetime import date

from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.records import Credential, CredentialUsed, Event
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class RenewalRequest:
    """A terminal gets another credential; its number in the row of them is not looked at."""

    credential: Credential

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.terminals.add(self.credential.terminal)
        needs.credentials.add(self.credential.terminal)


def decide_renewal(request: RenewalRequest, town: Town, stamp: Stamp) -> Event:
    """Add the credential, or refuse for a terminal that is not there any more."""
    terminal = request.credential.terminal
    if terminal not in town.terminals:
        raise Refused(Refusal.TERMINAL_UNKNOWN)
    before = town.credentials.get(terminal)
    sequence = 1 if before is None else before.sequence + 1
    return Event(stamp, (replace(request.credential, sequence=sequence),))


@dataclass(frozen=True, slots=True)
class UseRequest:
    """Somebody signed in with a credential."""

    hash: str
    on: date

    def need(self, needs: Needs) -> None:
        """Need nothing: what was noted before is noted once."""


def decide_use(request: UseRequest, _town: Town, stamp: Stamp) -> Event:
    """Take note of the day."""
    return Event(stamp, (CredentialUsed(request.hash, request.on),))
