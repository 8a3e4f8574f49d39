"""Every kind of fact there is, and the event that sets some of them down."""

from dataclasses import dataclass

from pasledger.ledger.journal import Entry, Stamp
from pasledger.rules.records.actors import ActorChange
from pasledger.rules.records.bank import BankLine, BankStatement, StatementLine
from pasledger.rules.records.batches import (
    BatchAward,
    BatchContent,
    BatchHand,
    BatchKey,
    BatchRow,
    BatchSource,
    BatchStep,
    SecondApproval,
)
from pasledger.rules.records.cards import Activation, CardRule, FirstTries, Pin, PinToVerify, PinUnlocked, Tries
from pasledger.rules.records.changes import Correction, EntitlementEnd, Freeing, Lapse, YearClosed
from pasledger.rules.records.credentials import Credential, CredentialUsed
from pasledger.rules.records.entitlements import AwardDecision, BudgetDecision, Entitlement
from pasledger.rules.records.follow_ups import FollowUp
from pasledger.rules.records.holds import Hold, HoldCaptured, HoldRefunded, HoldReleased
from pasledger.rules.records.masterdata import Card, CardChange, Holder, Merchant, Terminal, TerminalRevoked
from pasledger.rules.records.merchants import MerchantCheck, MerchantContact, MerchantEnd
from pasledger.rules.records.offers import (
    Offer,
    OfferApproved,
    OfferForgotten,
    OfferMarked,
    OfferStopped,
    OfferUsed,
)
from pasledger.rules.records.payment_requests import (
    PaymentRequest,
    PaymentRequestReference,
    PaymentRequestStepped,
)
from pasledger.rules.records.persons import CodeUsed, Person, PersonEnd, PersonSecret
from pasledger.rules.records.references import MerchantReference
from pasledger.rules.records.retention import RetentionPeriod
from pasledger.rules.records.settlement import (
    PaymentSettings,
    Payout,
    PayoutCancelled,
    PayoutLine,
    PayoutRun,
    PayoutStepped,
    PayoutWaiting,
    RunStepped,
    WrittenOff,
)
from pasledger.rules.records.sources import FileSource
from pasledger.rules.records.spending import Redemption, Refund
from pasledger.rules.schemes import Scheme

Fact = (
    Scheme
    | FileSource
    | Holder
    | Card
    | CardChange
    | CardRule
    | Activation
    | Pin
    | PinToVerify
    | PinUnlocked
    | Tries
    | FirstTries
    | Merchant
    | MerchantContact
    | MerchantCheck
    | MerchantEnd
    | Terminal
    | TerminalRevoked
    | Credential
    | CredentialUsed
    | Person
    | PersonSecret
    | PersonEnd
    | CodeUsed
    | Offer
    | OfferApproved
    | OfferStopped
    | OfferUsed
    | OfferMarked
    | OfferForgotten
    | PaymentRequest
    | PaymentRequestReference
    | PaymentRequestStepped
    | ActorChange
    | BudgetDecision
    | Entitlement
    | AwardDecision
    | EntitlementEnd
    | Lapse
    | Freeing
    | Correction
    | YearClosed
    | BatchContent
    | BatchSource
    | BatchHand
    | BatchStep
    | BatchRow
    | BatchAward
    | BatchKey
    | SecondApproval
    | RetentionPeriod
    | Redemption
    | Refund
    | Hold
    | HoldCaptured
    | HoldReleased
    | PaymentSettings
    | PayoutRun
    | RunStepped
    | HoldRefunded
    | MerchantReference
    | Payout
    | PayoutLine
    | PayoutWaiting
    | PayoutStepped
    | PayoutCancelled
    | BankStatement
    | StatementLine
    | BankLine
    | WrittenOff
    | FollowUp
)


@dataclass(frozen=True, slots=True)
class Event:
    """What a decision comes to: the facts that it sets down and, where money moves, the entry that moves it."""

    stamp: Stamp
    facts: tuple[Fact, ...]
    entry: Entry | None = None
