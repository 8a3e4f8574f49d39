"""The seven kinds of ledger account. Each account belongs to one scheme and is named by a code that people can read.

All are credit-normal (what the municipality owes, or has promised, stands in credit) except `treasury`, the money
itself. A balance is always given on the account's own normal side, so that a healthy balance is positive.
"""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from pasledger.ledger.ids import EntitlementId, MerchantId


class AccountKind(StrEnum):
    """What an account stands for; the value is the first part of its code."""

    TREASURY = "treasury"
    BUDGET = "budget"
    ENTITLEMENT = "entitlement"
    HELD = "held"
    PAYABLE = "payable"
    IN_PAYMENT = "in-payment"
    LAPSED = "lapsed"

    __hash__ = str.__hash__  # as a text, which is what it is: every balance is looked up by one

    @property
    def is_debit_normal(self) -> bool:
        """Whether debits raise the balance."""
        return self is AccountKind.TREASURY

    @property
    def is_floored(self) -> bool:
        """Whether the balance is stored, locked, and may at no moment be below zero."""
        return self in _FLOORED

    @property
    def may_be_negative(self) -> bool:
        """Whether a balance below zero is sound: a merchant that refunded after it was paid owes us."""
        return self in _MAY_BE_NEGATIVE


_FLOORED = frozenset({AccountKind.BUDGET, AccountKind.ENTITLEMENT})
_MAY_BE_NEGATIVE = frozenset({AccountKind.PAYABLE, AccountKind.IN_PAYMENT})


class Account(NamedTuple):
    """A ledger account (grootboekrekening), named by its code. A tuple, because every balance is looked up by one."""

    code: str
    kind: AccountKind
    scheme: str


_PLACE_OF_SCHEME = {AccountKind.TREASURY: 1, AccountKind.BUDGET: 1, AccountKind.HELD: 1, AccountKind.LAPSED: 1}
_PLACE_OF_SCHEME |= {AccountKind.PAYABLE: 2, AccountKind.IN_PAYMENT: 2}


def is_as_named(account: Account) -> bool:
    """Return whether an account is of the kind and scheme that its code says. That of an entitlement says no scheme."""
    kind, *others = account.code.split("/")
    place = _PLACE_OF_SCHEME.get(account.kind)
    return kind == account.kind and (place is None or others[place - 1 : place] == [account.scheme])


# An account of a scheme is named by every transfer of a batch, and made once.
_made_once = lru_cache(maxsize=4096)


@_made_once
def treasury(scheme: str) -> Account:
    """Return the account of the money set aside for a scheme and not yet paid out."""
    return Account(f"treasury/{scheme}", AccountKind.TREASURY, scheme)


@_made_once
def budget(scheme: str, year: int) -> Account:
    """Return the account of what may still be awarded under a scheme in a fiscal year."""
    return Account(f"budget/{scheme}/{year}", AccountKind.BUDGET, scheme)


def entitlement(owner: EntitlementId, scheme: str) -> Account:
    """Return the account of what is left of one entitlement."""
    return Account(f"entitlement/{owner}", AccountKind.ENTITLEMENT, scheme)


@_made_once
def held(scheme: str) -> Account:
    """Return the account of what merchants have set aside and not yet taken."""
    return Account(f"held/{scheme}", AccountKind.HELD, scheme)


@_made_once
def payable(merchant: MerchantId, scheme: str) -> Account:
    """Return the account of what is owed to a merchant and in no payout run yet."""
    return Account(f"payable/{merchant}/{scheme}", AccountKind.PAYABLE, scheme)


@_made_once
def in_payment(merchant: MerchantId, scheme: str) -> Account:
    """Return the account of what is on its way to a merchant."""
    return Account(f"in-payment/{merchant}/{scheme}", AccountKind.IN_PAYMENT, scheme)


@_made_once
def lapsed(scheme: str, year: int) -> Account:
    """Return the account of what ended unspent in a fiscal year and has not been freed yet."""
    return Account(f"lapsed/{scheme}/{year}", AccountKind.LAPSED, scheme)
