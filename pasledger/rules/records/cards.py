"""What is kept of PINs and of tries, and the rule for all cards."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pasledger.ledger.ids import CardId
from pasledger.ledger.money import Money


@dataclass(frozen=True, slots=True)
class Tries:
    """How often something was tried in vain, and when last. The subject is a card, or a card at a merchant."""

    subject: str
    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FirstTries(Tries):
    """The same for a subject that the books did not know before."""


@dataclass(frozen=True, slots=True)
class PinToVerify:
    """What a PIN that was sent is to be held against. It is told to who asked, and kept nowhere."""

    hash: str | None = field(repr=False)
    """None where the try may not be looked at, or where there is no PIN."""
    has_pin: bool
    is_locked: bool = False
    is_waiting: bool = False


@dataclass(frozen=True, slots=True)
class Activation:
    """A code from a letter, with which a holder sets the PIN of a card once, in time."""

    card: CardId
    sequence: int
    code_hash: str
    ends_before: date

    @property
    def last_day(self) -> date:
        """The last day on which the code works."""
        return self.ends_before - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pin:
    """The PIN of a card from now on: argon2 over what the key of the books makes of it."""

    card: CardId
    sequence: int
    hash: str = field(repr=False)
    activation: int | None
    """The activation whose code it was set with; None where it was changed with the PIN before."""


@dataclass(frozen=True, slots=True)
class PinUnlocked:
    """Somebody at the desk saw the holder, and let the PIN be tried again."""

    card: CardId


@dataclass(frozen=True, slots=True)
class CardRule:
    """The rule for all cards from now on: above which amount a scanned card needs its PIN too."""

    version: int
    pin_above: Money
