"""What happened to actors, and what they did."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pasledger.ledger.ids import ActId, CardId, HolderId
from pasledger.rules.actors import ActorChangeKind, ActorRole


@dataclass(frozen=True, slots=True)
class ActorChange:
    """One change of one actor. They are numbered from 1, so that none can be missing and no two come first."""

    number: int
    actor: str
    kind: ActorChangeKind
    recorded_at: datetime
    made_by: str
    role: ActorRole | None = None
    credential_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """A line of the log: who began what, upon what, when and from where. Never a secret.

    `action` is the command; `origin` the account of the machine, the machine and, over a network, the address.
    """

    id: ActId
    recorded_at: datetime
    actor: str
    approver: str | None
    action: str
    about: str
    origin: str


DONE = "done"
"""The result of an act that was done; any other is the code of what stopped it."""


@dataclass(frozen=True, slots=True)
class ActResult:
    """How an act ended. An act without a result was interrupted: what it booked tells how far it came."""

    act: ActId
    recorded_at: datetime
    result: str


class LookUpPurpose(StrEnum):
    """Why somebody at the desk looks a holder up."""

    CARD = "card"
    """The card was lost or stolen, or is broken."""
    PIN = "pin"
    MONEY = "money"
    """A question about what there is, or about a payment."""
    OWN_DATA = "own-data"
    """The holder asks what is kept about them."""


@dataclass(frozen=True, slots=True)
class LookUp:
    """Whom an act at the desk was about, and why: by our own ids, and nobody where nobody was found."""

    act: ActId
    purpose: LookUpPurpose
    holder: HolderId | None = None
    card: CardId | None = None
