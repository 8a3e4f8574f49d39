"""The journal: each entry with its transfers and with all that was recorded beside it, read a page at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain

from sqlalchemy import Connection, Table

from pasledger.ledger.accounts import Account
from pasledger.ledger.journal import Entry, EntryKind, Transfer
from pasledger.ledger.money import Money
from pasledger.rules.records import Event, Fact
from pasledger.store import leaves, rows, tables
from pasledger.store.leaves import Page, Parts, Rows, parts_of, rows_of
from pasledger.store.statements import Row
from pasledger.store.stretches import Stretch

_t = tables

IsPlain = Callable[[date, datetime, str, str, int, Sequence[Row]], bool]
"""Says of a redemption whether it is plainly right, by its day and moment, merchant, holder, cents and transfers."""


class Booked:
    """An entry as its rows say it, and not looked at any further: with its transfers and what stands beside it."""

    __slots__ = ("_parts", "_row")

    def __init__(self, row: Row, parts: Parts) -> None:
        self._row = row
        self._parts = parts

    @property
    def id(self) -> str:
        """Its id."""
        found: str = self._row[0]
        return found

    @property
    def transfers(self) -> list[Row]:
        """The rows of its transfers."""
        return next((found for part, found in self._parts if part.table is _t.transfer), [])

    @property
    def transfer_count(self) -> int:
        """How many transfers it says that it has."""
        count: int = self._row[_COUNT]
        return count

    @property
    def accounts(self) -> set[str]:
        """The codes of the accounts that its transfers name."""
        return {code for *_, debit, credit, _ in self.transfers for code in (debit, credit)}

    def event(self, accounts: Mapping[str, Account]) -> Event:
        """Return it as the event that it is.

        Raises `ValueError`, `TypeError`, `LookupError` or `Refused` for what no event can be.
        """
        lines = [
            Transfer(accounts[debit], accounts[credit], Money(cents)) for *_, debit, credit, cents in self.transfers
        ]
        entry = rows.read_entry(self._row, tuple(lines))
        facts = [(part.table, row) for part, found in self._parts if part.table in _READ for row in found]
        facts.sort(key=lambda fact: _PLACES[fact[0]])
        return Event(entry.stamp, tuple(_READ[table](row, entry) for table, row in facts), entry)


def pages(connection: Connection, stretch: Stretch | None = None) -> Iterator[Page]:
    """Yield every entry, or those of a stretch, with all that is recorded with it, in the order of their ids."""
    ends = stretch.keys if stretch else (None, None)
    return leaves.pages(rows_of(_t.entry), (*parts_of(_t.entry), *_BESIDE), connection, *ends)


def booked(page: Page) -> Iterator[Booked]:
    """Yield every entry of a page."""
    for row in page.found:
        yield Booked(row, page.parts_of(row[0]))


def besides_sales(page: Page, is_plain: IsPlain) -> Iterator[Booked]:
    """Yield every entry of a page but the plain redemptions, with nothing recorded but the redemption."""
    beside = {part.table: by_entry for part, by_entry in page.by_entry}
    redemptions, transfers = beside.pop(_t.redemption, {}), beside.pop(_t.transfer, {})
    noted = frozenset(chain.from_iterable(beside.values()))
    for row in page.found:
        key, kind, recorded_at, effective_on, _, _, transfer_count, _, _ = row
        record, lines = redemptions.get(key, ()), transfers.get(key, ())
        if kind == _REDEEMED and len(record) == 1 and len(lines) == transfer_count and key not in noted:
            [(_id, _entry, merchant, _terminal, _card, holder, cents)] = record
            try:
                day, at = rows.read_day(effective_on), rows.read_moment(recorded_at)
                if is_plain(day, at, merchant, holder, cents, lines):
                    continue
            except (ValueError, TypeError):  # which is told of the entry
                pass
        yield Booked(row, page.parts_of(key))


_COUNT = list(_t.entry.columns).index(_t.entry.c.transfer_count)
_REDEEMED = EntryKind.REDEEMED.value

# How the records of each table are read, in the order in which an event has them.
_READ: dict[Table, Callable[[Row, Entry], Fact]] = {
    _t.budget_decision: lambda row, _entry: rows.read_budget_decision(row),
    _t.entitlement: lambda row, _entry: rows.read_entitlement(row),
    _t.redemption: lambda row, entry: rows.read_redemption(row, tuple(map(rows.part_of, entry.transfers))),
    _t.refund: lambda row, _entry: rows.read_refund(row),
    _t.entitlement_end: lambda row, _entry: rows.read_entitlement_end(row),
    _t.lapse: lambda row, _entry: rows.read_lapse(row),
    _t.freeing: lambda row, _entry: rows.read_freeing(row),
    _t.correction: lambda row, _entry: rows.read_correction(row),
    _t.payout: lambda row, entry: rows.read_payout(row, tuple(map(rows.share_of, entry.transfers))),
    _t.payout_line: lambda row, _entry: rows.read_payout_line(row),
    _t.bank_line_settled: lambda row, _entry: rows.read_bank_line(row),
    _t.payout_cancelled: lambda row, _entry: rows.read_payout_cancelled(row),
    _t.written_off: lambda row, _entry: rows.read_written_off(row),
    _t.hold: lambda row, entry: rows.read_hold(row, tuple(map(rows.part_of, entry.transfers))),
    _t.hold_capture: lambda row, _entry: rows.read_hold_use(row),
    _t.hold_release: lambda row, _entry: rows.read_hold_use(row),
    _t.hold_refund: lambda row, _entry: rows.read_hold_use(row),
    _t.merchant_reference: lambda row, _entry: rows.read_merchant_reference(row),
}
_PLACES = {table: place for place, table in enumerate(_READ)}
READ_BESIDE = frozenset((*_READ, *_t.PARTS_OF_ENTRIES))
"""The tables whose rows are read with the entry that they belong to."""
_BESIDE = tuple(Rows(table, is_part=True) for table in _READ if table not in _t.PARTS_OF_ENTRIES)
