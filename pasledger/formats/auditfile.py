"""XML Auditfile Financieel 4.0 (Belastingdienst, ODB): the ledger of one fiscal year, as auditors' tools read it.

There is one account for each kind and scheme, so that no holder and no entitlement is in it; merchants are the only
relations. Each entry is a transaction, in the journal of its kind, and each transfer two lines.
"""

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.rules.records import Merchant

NAMESPACE = "http://www.odb.belastingdienst.nl/Belastingdienst/BCPP/1.1/structures/XmlauditfileXAF_4.0"

_NUMBERED = {kind: number for number, kind in enumerate(AccountKind, start=1)}
_BANK = frozenset({EntryKind.PAID, EntryKind.RETURNED})
_LONGEST = {"companyName": 255, "custSupName": 50, "commerceNr": 100, "accDesc": 255}


@dataclass(frozen=True, slots=True)
class Auditfile:
    """What stands in the file beside the transactions. Amounts are cents; a balance in debit is above zero."""

    municipality: str
    tax_number: str
    year: int
    made_on: date
    software_version: str
    schemes: Sequence[str]
    """The codes of all schemes, in the order in which they came: an account keeps its number."""
    merchants: Sequence[Merchant]
    opening: Mapping[tuple[AccountKind, str], int]
    transfers: int
    total_cents: int

    def account(self, kind: AccountKind, scheme: str) -> str:
        """Return the number of a ledger account."""
        return f"{_NUMBERED[kind]}{self.schemes.index(scheme) + 1:03}"


EntriesOf = Callable[[EntryKind], Iterable[Entry]]


def auditfile(file: Auditfile, entries_of: EntriesOf) -> Iterator[str]:
    """Yield the file, piece by piece; `entries_of` returns the entries of one kind in the year."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<auditfile xmlns="{NAMESPACE}">\n'
    yield from _header(file)
    yield "<company>\n"
    yield _element("companyName", file.municipality)
    yield _element("taxRegistrationCountry", "NL") + _element("taxRegIdent", file.tax_number)
    yield from _relations(file)
    yield from _ledger(file)
    yield from _periods(file)
    yield from _opening(file)
    yield f"<transactions>\n{_totals(2 * file.transfers, file.total_cents)}"
    for kind in EntryKind:
        yield from _journal(file, kind, entries_of(kind))
    yield "</transactions>\n</company>\n</auditfile>\n"


def _header(file: Auditfile) -> Iterator[str]:
    yield "<header>\n"
    yield _element("fiscalYear", str(file.year))
    yield _element("startDate", f"{file.year}-01-01") + _element("endDate", f"{file.year}-12-31")
    yield _element("curCode", "EUR") + _element("dateCreated", file.made_on.isoformat())
    yield _element("softwareDesc", "pasledger") + _element("softwareVersion", file.software_version)
    yield "</header>\n"


def _relations(file: Auditfile) -> Iterator[str]:
    if not file.merchants:
        return
    yield "<customersSuppliers>\n"
    for merchant in file.merchants:
        yield "<customerSupplier>\n"
        yield _element("custSupID", _bare(merchant.id)) + _element("custSupName", merchant.name)
        yield _element("commerceNr", merchant.kvk_number) + _element("custSupTp", "S")
        yield "</customerSupplier>\n"
    yield "</customersSuppliers>\n"


def _ledger(file: Auditfile) -> Iterator[str]:
    yield "<generalLedger>\n"
    for kind in AccountKind:
        for scheme in file.schemes:
            yield "<ledgerAccount>\n"
            yield _element("accID", file.account(kind, scheme)) + _element("accDesc", f"{kind}/{scheme}")
            yield _element("accTp", "B")
            yield "</ledgerAccount>\n"
    yield "</generalLedger>\n"


def _periods(file: Auditfile) -> Iterator[str]:
    yield "<periods>\n"
    for month in range(1, 13):
        first, last = date(file.year, month, 1), date(file.year, month, monthrange(file.year, month)[1])
        yield "<period>\n" + _element("periodNumber", str(month))
        yield _element("startDatePeriod", first.isoformat()) + _element("endDatePeriod", last.isoformat())
        yield "</period>\n"
    yield "</periods>\n"


def _opening(file: Auditfile) -> Iterator[str]:
    lines = [(account, cents) for account, cents in file.opening.items() if cents]
    yield f"<openingBalance>\n{_totals(len(lines), sum(cents for _, cents in lines if cents > 0))}"
    for number, ((kind, scheme), cents) in enumerate(lines, start=1):
        yield "<obLine>\n" + _element("nr", str(number)) + _element("accID", file.account(kind, scheme))
        yield _amount(cents)
        yield "</obLine>\n"
    yield "</openingBalance>\n"


def _journal(file: Auditfile, kind: EntryKind, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the journal of one kind of entry; nothing where there are none."""
    is_begun = False
    for entry in entries:
        if not is_begun:
            yield "<journal>\n" + _element("jrnID", kind.value) + _element("desc", kind.value)
            yield _element("jrnTp", "B" if kind in _BANK else "M")
            is_begun = True
        yield from _transaction(file, entry)
    if is_begun:
        yield "</journal>\n"


def _transaction(file: Auditfile, entry: Entry) -> Iterator[str]:
    day = entry.stamp.effective_on
    yield "<transaction>\n" + _element("nr", _bare(entry.id)) + _element("periodNumber", str(day.month))
    yield _element("trDt", day.isoformat())
    number = 0
    for transfer in entry.transfers:
        for account, cents in ((transfer.debit, transfer.amount.cents), (transfer.credit, -transfer.amount.cents)):
            number += 1
            yield (
                "<trLine>\n"
                + _element("nr", str(number))
                + _element("accID", file.account(account.kind, account.scheme))
            )
            yield _element("docRef", entry.id) + _element("effDate", day.isoformat())
            yield _amount(cents) + _relation(account) + _element("product", account.scheme)
            yield "</trLine>\n"
    yield "</transaction>\n"


_OF_MERCHANTS = frozenset({AccountKind.PAYABLE, AccountKind.IN_PAYMENT})


def _relation(account: Account) -> str:
    return _element("custSupID", _bare(account.code.split("/")[1])) if account.kind in _OF_MERCHANTS else ""


def _amount(cents: int) -> str:
    return _element("amnt", _euros(abs(cents))) + _element("amntTp", "D" if cents > 0 else "C")


def _totals(lines: int, cents: int) -> str:
    return (
        _element("linesCount", str(lines))
        + _element("totalDebit", _euros(cents))
        + _element("totalCredit", _euros(cents))
    )


def _euros(cents: int) -> str:
    whole, rest = divmod(cents, 100)
    return f"{whole}.{rest:02}"


def _bare(identifier: str) -> str:
    """Return an id without its prefix: the file has room for 35 signs."""
    return identifier.partition("_")[2]


def _element(name: str, text: str) -> str:
    """Return an element. XML has no place for most control signs, and each text has a longest length."""
    clean = "".join(sign if sign.isprintable() else " " for sign in text)[: _LONGEST.get(name, 999)]
    return f"<{name}>{escape(clean)}</{name}>\n"
