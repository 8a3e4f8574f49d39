"""The merchant file: who to speak to, which account was checked and how, and when a merchant stopped."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pasledger.ledger.ids import MerchantId


class CheckWay(StrEnum):
    """How an account was checked. Only a bank statement or a status of the bank leads to `payment`."""

    BANK = "bank"
    CALL_BACK = "call-back"
    DOCUMENT = "document"
    PAYMENT = "payment"


class CheckResult(StrEnum):
    """What came of it. The first four are those of the banks' own check of name against IBAN."""

    MATCH = "match"
    PARTIAL_MATCH = "partial-match"
    NO_MATCH = "no-match"
    NOT_POSSIBLE = "not-possible"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class MerchantContact:
    """Whom to speak to at a merchant. Kept apart from all else, because it can be a person, and can be deleted.

    `salt` is random, so that the digest by which it was sealed tells nothing when it is gone.
    """

    merchant: MerchantId
    version: int
    name: str
    email: str
    phone: str
    salt: str


@dataclass(frozen=True, slots=True)
class MerchantCheck:
    """An account was checked. The newest check of a merchant decides whether it is paid.

    `name` is that of the merchant at that moment, `account_name` what the bank calls the holder of the account, and
    `reason` the bank's code where a payment came back.
    """

    merchant: MerchantId
    number: int
    name: str
    iban: str
    account_name: str
    checked_on: date
    way: CheckWay
    result: CheckResult
    reason: str
    checked_by: str


@dataclass(frozen=True, slots=True)
class MerchantEnd:
    """A merchant stops: from this day nobody pays there any more. What it is owed is still paid to it."""

    merchant: MerchantId
    ends_before: date
