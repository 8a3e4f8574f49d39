"""Redemptions as they nearly always are, seen to be right at a glance.

Most entries are redemptions, and nearly all of these are plain: each transfer goes from an entitlement of the holder,
valid on that day, to the merchant that the record names; they add up to what the record says; and nothing else was
recorded with it. In such a one none of the checks can find anything, which is tested. So it is only added to the sums,
as after the checks, and each entry that is not plainly right is held against all of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import MerchantId
from pasledger.rules.known import Known
from pasledger.rules.records import Entitlement
from pasledger.rules.sums import Sums

Row = tuple[Any, ...]


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

    def add(self, day: date, at: datetime, merchant: str, holder: str, cents: int, transfers: Sequence[Row]) -> bool:
        """Add a redemption if it is plainly right; return whether it is.

        It is as it was written down: each transfer ends with the codes of two accounts, and cents.
        """
        payers, payees, left = self._payers, self._payees, cents
        for *_, debit, credit, moved in transfers:
            if debit not in payers or credit not in payees or moved <= 0:
                return False
            (payer, entitlement), (payee, owed) = payers[debit], payees[credit]
            if (
                payer.scheme != payee.scheme
                or owed != merchant
                or entitlement.holder != holder
                or not entitlement.valid.starts_on <= day < self._known.last_end_of(entitlement, at)
                or self._known.was_closed(payer.scheme, day.year, at)
            ):
                return False
            left -= moved
        if left or not transfers:
            return False
        self._entries += 1
        self._transfers += len(transfers)
        for *_, debit, credit, moved in transfers:
            self._paid[debit] += moved
            self._owed[credit] += moved
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
