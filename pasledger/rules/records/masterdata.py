"""Holders with their cards, and merchants with their terminals."""

from dataclasses import dataclass
from datetime import date

from pasledger.ledger.ids import CardId, HolderId, MerchantId, TerminalId
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.holders import HolderReference
from pasledger.rules.records.commitments import commitment


@dataclass(frozen=True, slots=True)
class Holder:
    """A resident with a card, known by the municipality's opaque reference."""

    id: HolderId
    reference: HolderReference
    salt: str

    @property
    def commitment(self) -> str:
        """What stays when the reference is deleted."""
        return commitment(self.salt, self.reference)


@dataclass(frozen=True, slots=True)
class Card:
    """A carrier of a holder. It holds no money, so that replacing it moves none."""

    id: CardId
    holder: HolderId
    number: CardNumber
    token_hash: TokenHash
    state: CardState


@dataclass(frozen=True, slots=True)
class CardChange:
    """A card goes to another state."""

    card: CardId
    state: CardState


@dataclass(frozen=True, slots=True)
class Merchant:
    """One version of a shop, café, club or school that is paid by the municipality."""

    id: MerchantId
    version: int
    effective_from: date
    name: str
    place: str
    categories: tuple[str, ...]
    """What kinds of merchant it is, by their codes: at least one, in the order of the alphabet, each once."""
    iban: str
    kvk_number: str

    def __post_init__(self) -> None:
        if not self.categories or list(self.categories) != sorted(set(" ".join(self.categories).split())):
            raise ValueError("a merchant has a category or several, each once and in order")

    @property
    def reference(self) -> str:
        """How an entry names this version."""
        return f"merchant:{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where a merchant redeems; its credential is kept as a hash, with a prefix by which people tell it apart."""

    id: TerminalId
    merchant: MerchantId
    label: str
    credential_prefix: str
    credential_hash: str


@dataclass(frozen=True, slots=True)
class TerminalRevoked:
    """A terminal's credential is not accepted any more."""

    terminal: TerminalId
