"""How merchants are paid."""

from dataclasses import dataclass

from pasledger.ledger.ids import MerchantId, PayoutId
from pasledger.ledger.money import Money


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
