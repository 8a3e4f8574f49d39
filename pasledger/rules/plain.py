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
        self._known, self._opened = known, opened
        self._payers: dict[str, Entitlement] = {}
        self._payees: dict[str, tuple[str, MerchantId]] = {}
        for entitlement in known.entitlements.values():
            account = accounts.entitlement(entitlement.id, entitlement.scheme)
            if opened.get(account.code) == account:
                self._payers[account.code] = entitlement
        for account in opened.values():
            merchant = MerchantId(account.code.split("/")[1]) if account.kind is AccountKind.PAYABLE else None
            if merchant is not None and account == accounts.payable(merchant, account.scheme):
                self._payees[account.code] = account.scheme, merchant
        self._begin()

    def add(self, day: date, at: datetime, merchant: str, holder: str, cents: int, transfers: Sequence[Row]) -> bool:
        """Add a redemption if it is plainly right; return whether it is.

        It is as it was written down: each transfer ends with the codes of two accounts, and cents.
        """
        left = cents
        for *_, debit, credit, moved in transfers:
            payer = self._payers.get(debit)
            if (
                payer is None
                or moved <= 0
                or payer.holder != holder
                or self._payees.get(credit) != (payer.scheme, merchant)
                or not payer.valid.starts_on <= day < self._known.last_end_of(payer, at)
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
            sums.balances[self._opened[code]] -= cents
        for code, cents in self._owed.items():
            sums.balances[self._opened[code]] += cents
            sums.owed[self._payees[code][1]] += cents
        self._begin()

    def _begin(self) -> None:
        self._entries = self._transfers = 0
        self._paid: dict[str, int] = defaultdict(int)
        self._owed: dict[str, int] = defaultdict(int)
