"""How values are said to people: amounts and days the local way, and each closed list in words."""

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.journal import EntryKind
from pasledger.reports.batches import Unusual
from pasledger.reports.findings import Criterion, FindingKind
from pasledger.reports.registers import ManualKind, MasterData
from pasledger.rules.actors import ActorChangeKind, ActorRole, Permission
from pasledger.rules.cards import CardState
from pasledger.rules.offers import OfferState
from pasledger.rules.payment_requests import PaymentRequestState
from pasledger.rules.records import (
    CheckResult,
    CheckWay,
    FollowUpState,
    LinePurpose,
    LookUpPurpose,
    OfferKind,
    PayoutStep,
    PersonRole,
    ReferenceKind,
    RunStep,
    Waits,
)
from pasledger.rules.records.batches import BatchState, BatchStepKind
from pasledger.rules.schemes import ValidityRule
from pasledger.store import Role
from pasledger.texts import say
from pasledger.usecases.outbox import Undelivery

LISTS: dict[type[StrEnum], str] = {
    AccountKind: "account-kind",
    EntryKind: "entry-kind",
    CardState: "card-state",
    CheckWay: "check-way",
    CheckResult: "check-result",
    Waits: "waits",
    LinePurpose: "line-purpose",
    LookUpPurpose: "look-up-purpose",
    RunStep: "run-step",
    PayoutStep: "payout-step",
    BatchState: "batch-state",
    BatchStepKind: "batch-step",
    Unusual: "unusual",
    ValidityRule: "validity-rule",
    Role: "role",
    ActorRole: "actor-role",
    ActorChangeKind: "actor-change",
    Permission: "permission",
    PersonRole: "person-role",
    OfferKind: "offer-kind",
    OfferState: "offer-state",
    PaymentRequestState: "request-state",
    ReferenceKind: "reference-kind",
    Criterion: "criterion",
    FindingKind: "finding-kind",
    FollowUpState: "follow-up-state",
    ManualKind: "manual-kind",
    MasterData: "master-data",
    Undelivery: "undelivery",
}
"""The closed lists that have words of their own."""

_NETHERLANDS = ZoneInfo("Europe/Amsterdam")
_LONGEST_UNGROUPED = 4
"""Numbers of more digits than these are written in groups; a year never is."""


def in_words(value: object, language: str) -> str:
    """Return a value as people read it, on one line and without signs that a terminal would obey."""
    match value:
        case None:
            return ""
        case int():
            return grouped(value, language)
        case float():
            return f"{value:.2f}".replace(".", "," if language == "nl" else ".")
        case datetime():
            local = value.astimezone(_NETHERLANDS)
            return f"{in_words(local.date(), language)} {local:%H:%M}"
        case date():
            return f"{value:%d-%m-%Y}" if language == "nl" else f"{value:%Y-%m-%d}"
        case list() | tuple():
            return ", ".join(in_words(one, language) for one in value)
        case StrEnum() if type(value) in LISTS:
            return say(f"cli.{LISTS[type(value)]}.{value}", language)
        case _:
            return "".join(sign if sign.isprintable() else "�" for sign in str(value))


def grouped(number: int, language: str) -> str:
    """Return a whole number with its thousands apart: `3064`, `40.500`."""
    if len(str(abs(number))) <= _LONGEST_UNGROUPED:
        return str(number)
    return f"{number:,}".replace(",", "." if language == "nl" else ",")
