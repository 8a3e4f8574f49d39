"""Redemptions as they nearly always are, seen to be right at a glance.

Most entries are redemptions, and nearly all of these are plain: each transfer goes from an entitlement of the holder,
valid on that day, to the merchant that the record names; they add up to what the record says; and nothing else was
recorded with it. In such a one none of the checks can find anything, which is tested. So it is only added to the sums,
as after the checks, and each entry that is not plainly right is held against all of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import MerchantId
from pasledger.rules.known import Known
from pasledger.rules.records import Entitlement
from pasledger.rules.sums import Sums


class Sale(NamedTuple):
    """A redemption as it was written down: its transfers are the codes of two accounts, and cents."""

    day: date
    at: datetime
    merchant: str
    holder: str
    cents: int
    transfers: Sequence[tuple[str, str, int]]


class PlainSales:
    """Knows who can pay whom, and adds what was paid: by the codes of accounts, as it was written down."""

    def __init__(self, known: Known, opened: Mapping[str, Account]) -> None:
        self._known = known
        self._payers: dict[str, tuple[Account, Entitlement]] = {}
        self._payees: dict[str, tuple[Account, MerchantId]] = {}
        for entitlement in known.entitlements.values():
            account = accounts.entitlement(entitlement.id, entitlement.scheme)
            if opened.get(account.code) == account:
                self._payers[account.code] = account, entitlement
        for account in opened.values():
            merchant = MerchantId(account.code.split("/")[1]) if account.kind is AccountKind.PAYABLE else None
            if merchant is not None and account == accounts.payable(merchant, account.scheme):
                self._payees[account.code] = account, merchant
        self._begin()

    def add(self, sale: Sale) -> bool:
        """Add a redemption if it is plainly right; return whether it is."""
        left = sale.cents
        for debit, credit, cents in sale.transfers:
            if debit not in self._payers or credit not in self._payees or cents <= 0:
                return False
            (payer, entitlement), (payee, merchant) = self._payers[debit], self._payees[credit]
            if payer.scheme != payee.scheme or merchant != sale.merchant or not self._may_pay(entitlement, sale):
                return False
            left -= cents
        if left or not sale.transfers:
            return False
        self._entries += 1
        self._transfers += len(sale.transfers)
        for debit, credit, cents in sale.transfers:
            self._paid[debit] += cents
            self._owed[credit] += cents
        return True

    def move_to(self, sums: Sums) -> None:
        """Add all of them to what other entries come to, and begin again with nothing."""
        sums.entries += self._entries
        sums.transfers += self._transfers
        for code, cents in self._paid.items():
            sums.balances[self._payers[code][0]] -= cents
        for code, cents in self._owed.items():
            account, merchant = self._payees[code]
            sums.balances[account] += cents
            sums.owed[merchant] += cents
        self._begin()

    def _begin(self) -> None:
        self._entries = self._transfers = 0
        self._paid: dict[str, int] = defaultdict(int)
        self._owed: dict[str, int] = defaultdict(int)

    def _may_pay(self, entitlement: Entitlement, sale: Sale) -> bool:
        return (
            entitlement.holder == sale.holder
            and entitlement.valid.starts_on <= sale.day < self._known.last_end_of(entitlement, sale.at)
            and not self._known.was_closed(entitlement.scheme, sale.day.year, sale.at)
        )
