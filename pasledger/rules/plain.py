"""Redemptions as they nearly always are, seen to be right at a glance.

Most entries are redemptions, and nearly all of these are plain: each transfer goes from an entitlement of the holder,
valid on that day, to the merchant that the record names; they add up to what the record says; and nothing else was
recorded with it. In such a one none of the checks can find anything, which is tested. So it is only added to the sums,
as after the checks, and each entry that is not plainly right is held against all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import HolderId, MerchantId
from pasledger.rules.known import Known
from pasledger.rules.records import Entitlement
from pasledger.rules.sums import Sums

Line = tuple[Any, ...]
"""A transfer as it was written down: its entry and its place there, the codes of its two accounts, and cents."""


@dataclass(slots=True)
class _Payer:
    """Who can pay, and what of that was added."""

    account: Account
    entitlement: Entitlement
    holder: HolderId
    scheme: str
    starts_on: date
    ends_before: date
    is_fixed: bool
    """Whether its end was never moved, and no year of its scheme closed."""
    paid: int = 0


@dataclass(slots=True)
class _Payee:
    """Who is paid, and what of that was added."""

    account: Account
    merchant: MerchantId
    scheme: str
    owed: int = 0


class PlainSales:
    """Knows who can pay whom, and adds what was paid: by the codes of accounts, as it was written down."""

    def __init__(self, known: Known, opened: Mapping[str, Account]) -> None:
        self._known = known
        self._payers: dict[str, _Payer] = {}
        self._payees: dict[str, _Payee] = {}
        for entitlement in known.entitlements.values():
            account = accounts.entitlement(entitlement.id, entitlement.scheme)
            if opened.get(account.code) == account:
                self._payers[account.code] = self._payer(account, entitlement)
        for account in opened.values():
            merchant = MerchantId(account.code.split("/")[1]) if account.kind is AccountKind.PAYABLE else None
            if merchant is not None and account == accounts.payable(merchant, account.scheme):
                self._payees[account.code] = _Payee(account, merchant, account.scheme)
        self._entries = self._transfers = 0

    def add(self, day: date, at: datetime, merchant: str, holder: str, cents: int, transfers: Sequence[Line]) -> bool:
        """Add a redemption if it is plainly right; return whether it is."""
        left, moves = cents, []
        for _entry, _place, debit, credit, moved in transfers:
            payer, payee = self._payers.get(debit), self._payees.get(credit)
            if (
                payer is None
                or payee is None
                or moved <= 0
                or payer.holder != holder
                or payee.merchant != merchant
                or payee.scheme != payer.scheme
                or not payer.starts_on <= day < payer.ends_before
                or not (payer.is_fixed or self._could_pay(payer, day, at))
            ):
                return False
            left -= moved
            moves.append((payer, payee, moved))
        if left or not moves:
            return False
        self._entries += 1
        self._transfers += len(moves)
        for payer, payee, moved in moves:
            payer.paid += moved
            payee.owed += moved
        return True

    def move_to(self, sums: Sums) -> None:
        """Add all of them to what other entries come to, and begin again with nothing."""
        sums.entries += self._entries
        sums.transfers += self._transfers
        self._entries = self._transfers = 0
        for payer in self._payers.values():
            if payer.paid:
                sums.balances[payer.account] -= payer.paid
                payer.paid = 0
        for payee in self._payees.values():
            if payee.owed:
                sums.balances[payee.account] += payee.owed
                sums.owed[payee.merchant] += payee.owed
                payee.owed = 0

    def _payer(self, account: Account, entitlement: Entitlement) -> _Payer:
        is_fixed = not self._known.has_decided_on(entitlement)
        starts_on, ends_before = entitlement.valid.starts_on, entitlement.valid.ends_before
        # Whose end was moved has another one at each moment.
        last = ends_before if is_fixed else date.max
        return _Payer(account, entitlement, entitlement.holder, entitlement.scheme, starts_on, last, is_fixed)

    def _could_pay(self, payer: _Payer, day: date, at: datetime) -> bool:
        """Return whether it was valid on a day, and its year open, as an entry of this moment saw it."""
        return day < self._known.last_end_of(payer.entitlement, at) and not self._known.was_closed(
            payer.scheme, day.year, at
        )
