"""Redemptions as they nearly always are, seen to be right at a glance.

Most entries are redemptions, and nearly all of these are plain: each transfer goes from an entitlement of the holder,
valid on that day, to the merchant that the record names; they add up to what the record says; and nothing else was
recorded with it. In such a one none of the checks can find anything, which is tested. So it is only added to the sums,
as after the checks, and each entry that is not plainly right is held against all of them.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import MerchantId
from pasledger.rules.known import Known
from pasledger.rules.records import Entitlement
from pasledger.rules.sums import Sums

Line = tuple[Any, ...]
"""A transfer as it was written down: its entry and its place there, the codes of its two accounts, and cents."""


class _Payer:
    """An account that can pay, and what of that was added."""

    __slots__ = ("account", "ends_before", "entitlement", "holder", "is_fixed", "paid", "scheme", "starts_on")

    def __init__(self, account: Account, entitlement: Entitlement, *, is_fixed: bool) -> None:
        self.account = account
        self.entitlement = entitlement
        self.holder, self.scheme = entitlement.holder, entitlement.scheme
        self.starts_on = entitlement.valid.starts_on
        self.is_fixed = is_fixed
        """Whether its end was never moved, and no year of its scheme closed."""
        # Whose end was moved has another one at each moment.
        self.ends_before = entitlement.valid.ends_before if is_fixed else date.max
        self.paid = 0


class _Payee:
    """An account of a merchant that is paid, and what of that was added."""

    __slots__ = ("account", "merchant", "owed")

    def __init__(self, account: Account, merchant: MerchantId) -> None:
        self.account = account
        self.merchant = merchant
        self.owed = 0


class PlainSales:
    """Knows who can pay whom, and adds what was paid: by the codes of accounts, as it was written down."""

    def __init__(self, known: Known, opened: Mapping[str, Account]) -> None:
        self._known = known
        self._payers: dict[str, _Payer] = {}
        self._payees: dict[str, _Payee] = {}
        for entitlement in known.entitlements.values():
            account = accounts.entitlement(entitlement.id, entitlement.scheme)
            if opened.get(account.code) == account:
                is_fixed = not known.has_decided_on(entitlement)
                self._payers[account.code] = _Payer(account, entitlement, is_fixed=is_fixed)
        for account in opened.values():
            merchant = MerchantId(account.code.split("/")[1]) if account.kind is AccountKind.PAYABLE else None
            if merchant is not None and account == accounts.payable(merchant, account.scheme):
                self._payees[account.code] = _Payee(account, merchant)
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
                or payee.account.scheme != payer.scheme
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

    def _could_pay(self, payer: _Payer, day: date, at: datetime) -> bool:
        """Return whether it was valid on a day, and its year open, as an entry of this moment saw it."""
        return day < self._known.last_end_of(payer.entitlement, at) and not self._known.was_closed(
            payer.scheme, day.year, at
        )
