"""What the municipality knows beside the balances: plain values, each set down once by an event.

Entries hold our own opaque ids only. A reference that somebody else chose (of a decision, of a holder) is kept in a
record of its own that can be deleted when its term is over; the entry is bound to it by a salted commitment, so that
the books still prove what they always proved.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from pasledger.ledger.ids import (
    CardId,
    EntitlementId,
    EntryId,
    HolderId,
    HoldId,
    MerchantId,
    PayoutId,
    RedemptionId,
    RefundId,
    TerminalId,
)
from pasledger.ledger.journal import Entry, Stamp
from pasledger.ledger.money import Money, total
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.holders import HolderReference
from pasledger.rules.schemes import Scheme


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
    category: str
    iban: str
    kvk_number: str

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


@dataclass(frozen=True, slots=True)
class BudgetDecision:
    """The council's decision that raised (or, below zero, lowered) the budget of a scheme in a year."""

    entry: EntryId
    scheme: str
    year: int
    reference: str
    change: Money


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one award put on a holder's name: one amount, one scheme, one decision, one validity."""

    id: EntitlementId
    entry: EntryId
    holder: HolderId
    scheme: str
    scheme_version: int
    valid: Period
    amount: Money


@dataclass(frozen=True, slots=True)
class AwardDecision:
    """The decision behind an award. The same scheme, reference, holder and instalment is never awarded twice."""

    entitlement: EntitlementId
    entry: EntryId
    scheme: str
    reference: str
    holder: HolderId
    instalment: int
    salt: str

    @property
    def unique_key(self) -> "AwardKey":
        """What makes it the same award."""
        return self.scheme, self.reference, self.holder, self.instalment


AwardKey = tuple[str, str, HolderId, int]


@dataclass(frozen=True, slots=True)
class Part:
    """What one entitlement pays of a redemption."""

    entitlement: EntitlementId
    scheme: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Redemption:
    """A payment at a merchant, in the order in which the entitlements paid."""

    id: RedemptionId
    entry: EntryId
    merchant: MerchantId
    terminal: TerminalId | None
    card: CardId
    holder: HolderId
    amount: Money
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back for a redemption, by part."""

    id: RefundId
    entry: EntryId
    redemption: RedemptionId
    merchant: MerchantId
    parts: tuple[Part, ...]

    @property
    def amount(self) -> Money:
        """What was given back in all."""
        return total(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class Hold:
    """An amount set aside for a merchant."""

    id: HoldId
    merchant: MerchantId
    amount: Money


@dataclass(frozen=True, slots=True)
class HoldCaptured:
    """The merchant took this much of a hold."""

    hold: HoldId
    merchant: MerchantId
    amount: Money


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """This much of a hold went back."""

    hold: HoldId
    merchant: MerchantId
    amount: Money


@dataclass(frozen=True, slots=True)
class Payout:
    """One payment to a merchant, with the lines that it settles."""

    id: PayoutId
    merchant: MerchantId
    amount: Money


@dataclass(frozen=True, slots=True)
class PayoutCancelled:
    """A payout that the bank never debited us for."""

    payout: PayoutId
    merchant: MerchantId
    amount: Money


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of a bank statement for a merchant: above zero what we paid, below zero what came back."""

    merchant: MerchantId
    amount: Money


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """A debt of a merchant that left is not collected any more."""

    merchant: MerchantId
    amount: Money


@dataclass(frozen=True, slots=True)
class Correction:
    """Staff countered an entry; `amount` is by how much less the merchant is owed."""

    corrects: EntryId
    merchant: MerchantId
    amount: Money


Fact = (
    Scheme
    | Holder
    | Card
    | CardChange
    | Merchant
    | Terminal
    | TerminalRevoked
    | BudgetDecision
    | Entitlement
    | AwardDecision
    | Redemption
    | Refund
    | Hold
    | HoldCaptured
    | HoldReleased
    | Payout
    | PayoutCancelled
    | BankLine
    | WrittenOff
    | Correction
)


@dataclass(frozen=True, slots=True)
class Event:
    """What a decision comes to: the facts that it sets down and, where money moves, the entry that moves it."""

    stamp: Stamp
    facts: tuple[Fact, ...]
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a request with an idempotency key: what it led to, or why it was refused. Never its body."""

    key: str
    fingerprint: str
    recorded_at: datetime
    result: RedemptionId | RefundId | None
    refusal: Refusal | None


def commitment(salt: str, text: str) -> str:
    """Return what binds an entry to `text` without telling it: SHA-256 over a random salt and the text."""
    return sha256(f"{salt}:{text}".encode()).hexdigest()
