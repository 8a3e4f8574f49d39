"""What a terminal signs in with after its first credential, and when each was used."""

from dataclasses import dataclass
from datetime import date

from pasledger.ledger.ids import TerminalId


@dataclass(frozen=True, slots=True)
class Credential:
    """A later credential of a terminal. Those before it are accepted until the day before `others_end_before`."""

    terminal: TerminalId
    sequence: int
    prefix: str
    hash: str
    others_end_before: date


@dataclass(frozen=True, slots=True)
class CredentialUsed:
    """Somebody signed in with a credential on a day."""

    hash: str
    on: date
