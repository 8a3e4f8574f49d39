"""What the municipality knows beside the balances: plain values, each set down once by an event.

Entries hold our own opaque ids only. A reference that somebody else chose (of a decision, of a holder) is kept in a
record of its own that can be deleted when its term is over; the entry is bound to it by a salted commitment, so that
the books still prove what they always proved.
"""

from pasledger.rules.records.actors import DONE, Act, ActorChange, ActResult, LookUp, LookUpPurpose
from pasledger.rules.records.bank import BankLine, BankPart, BankStatement, LinePurpose, StatementLine
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
from pasledger.rules.records.commitments import commitment
from pasledger.rules.records.credentials import Credential, CredentialUsed
from pasledger.rules.records.entitlements import AwardDecision, AwardKey, BudgetDecision, Entitlement
from pasledger.rules.records.events import Event, Fact
from pasledger.rules.records.follow_ups import FollowUp, FollowUpState
from pasledger.rules.records.holds import Hold, HoldCaptured, HoldRefunded, HoldReleased, HoldUse
from pasledger.rules.records.lines import OpenLine, open_lines_of
from pasledger.rules.records.masterdata import Card, CardChange, Holder, Merchant, Terminal, TerminalRevoked
from pasledger.rules.records.merchants import CheckResult, CheckWay, MerchantCheck, MerchantContact, MerchantEnd
from pasledger.rules.records.offers import (
    MOST_PERCENT,
    Offer,
    OfferApproved,
    OfferForgotten,
    OfferKind,
    OfferMarked,
    OfferStep,
    OfferStopped,
    OfferUsed,
)
from pasledger.rules.records.payment_requests import (
    NOTHING_YET,
    PaymentRequest,
    PaymentRequestProgress,
    PaymentRequestReference,
    PaymentRequestStep,
    PaymentRequestStepped,
)
from pasledger.rules.records.persons import CodeUsed, Person, PersonEnd, PersonRole, PersonSecret
from pasledger.rules.records.references import MerchantReference
from pasledger.rules.records.retention import Length, ReferenceKind, RetentionPeriod, Unlinking
from pasledger.rules.records.settlement import (
    BANK_PREFIX,
    PaymentFile,
    PaymentSettings,
    Payout,
    PayoutCancelled,
    PayoutLine,
    PayoutRun,
    PayoutStep,
    PayoutStepped,
    PayoutWaiting,
    RunStep,
    RunStepped,
    Share,
    Waits,
    WrittenOff,
    payment_number,
    run_name,
)
from pasledger.rules.records.sources import FileSource
from pasledger.rules.records.spending import Attempt, Part, Redemption, Refund, ResultId

__all__ = [
    "BANK_PREFIX",
    "DONE",
    "MOST_PERCENT",
    "NOTHING_YET",
    "Act",
    "ActResult",
    "Activation",
    "ActorChange",
    "Attempt",
    "AwardDecision",
    "AwardKey",
    "BankLine",
    "BankPart",
    "BankStatement",
    "BatchAward",
    "BatchContent",
    "BatchHand",
    "BatchKey",
    "BatchRow",
    "BatchSource",
    "BatchStep",
    "BudgetDecision",
    "Card",
    "CardChange",
    "CardRule",
    "CheckResult",
    "CheckWay",
    "CodeUsed",
    "Correction",
    "Credential",
    "CredentialUsed",
    "Entitlement",
    "EntitlementEnd",
    "Event",
    "Fact",
    "FileSource",
    "FirstTries",
    "FollowUp",
    "FollowUpState",
    "Freeing",
    "Hold",
    "HoldCaptured",
    "HoldRefunded",
    "HoldReleased",
    "HoldUse",
    "Holder",
    "Lapse",
    "Length",
    "LinePurpose",
    "LookUp",
    "LookUpPurpose",
    "Merchant",
    "MerchantCheck",
    "MerchantContact",
    "MerchantEnd",
    "MerchantReference",
    "Offer",
    "OfferApproved",
    "OfferForgotten",
    "OfferKind",
    "OfferMarked",
    "OfferStep",
    "OfferStopped",
    "OfferUsed",
    "OpenLine",
    "Part",
    "PaymentFile",
    "PaymentRequest",
    "PaymentRequestProgress",
    "PaymentRequestReference",
    "PaymentRequestStep",
    "PaymentRequestStepped",
    "PaymentSettings",
    "Payout",
    "PayoutCancelled",
    "PayoutLine",
    "PayoutRun",
    "PayoutStep",
    "PayoutStepped",
    "PayoutWaiting",
    "Person",
    "PersonEnd",
    "PersonRole",
    "PersonSecret",
    "Pin",
    "PinToVerify",
    "PinUnlocked",
    "Redemption",
    "ReferenceKind",
    "Refund",
    "ResultId",
    "RetentionPeriod",
    "RunStep",
    "RunStepped",
    "SecondApproval",
    "Share",
    "StatementLine",
    "Terminal",
    "TerminalRevoked",
    "Tries",
    "Unlinking",
    "Waits",
    "WrittenOff",
    "YearClosed",
    "commitment",
    "open_lines_of",
    "payment_number",
    "run_name",
]
