"""What happens to a merchant after it was added: it changes, its account is checked, it stops."""

from datetime import date

from pasledger.formats.faults import Fault, FileRefused
from pasledger.formats.merchants import CheckRow, read_checks
from pasledger.ledger.ids import MerchantId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal
from pasledger.rules.merchants import MerchantChangeRequest, MerchantCheckRequest, MerchantEndRequest
from pasledger.rules.town import Needs, Town
from pasledger.store import Store
from pasledger.usecases.booking import NothingBooked, book_all


def change(store: Store, request: MerchantChangeRequest, stamp: Stamp) -> None:
    """Give a merchant its next version. Raises `NothingBooked`."""
    book_all(store, [request], stamp)


def check_accounts(store: Store, data: bytes, stamp: Stamp) -> int:
    """Set down every check of a file and return how many there were. Raises `FileRefused`."""
    rows = read_checks(data)
    with store.read() as reader:
        named = {row.merchant for row in rows}
        town = reader.load(Needs(merchant_names=named, merchants=set(map(MerchantId, named))))
    try:
        book_all(store, [_request(row, town) for row in rows], stamp)
    except NothingBooked as nothing:
        raise FileRefused(
            [
                Fault(refused.reason, rows[place].row, _COLUMNS.get(refused.reason), None, refused.figures)
                for place, refused in nothing.refusals.items()
            ]
        ) from None
    return len(rows)


def end(store: Store, merchant: MerchantId, ends_before: date, stamp: Stamp) -> None:
    """Let a merchant stop. Raises `NothingBooked`."""
    book_all(store, [MerchantEndRequest(merchant, ends_before)], stamp)


def _request(row: CheckRow, town: Town) -> MerchantCheckRequest:
    return MerchantCheckRequest(
        town.merchants_by_name.get(row.merchant, MerchantId(row.merchant)),
        row.iban,
        row.account_name,
        row.checked_on,
        row.way,
        row.result,
        row.checked_by,
    )


_COLUMNS = {
    Refusal.MERCHANT_UNKNOWN: "aanbieder",
    Refusal.ACCOUNT_DIFFERS: "iban",
    Refusal.CHECK_IN_FUTURE: "datum",
}
