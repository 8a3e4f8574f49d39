"""Taking the books out: for auditors' tools, as a plain journal, and whole, so that books can be made of it again.

All of it goes line by line, in as much memory as one chunk of rows takes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from pasledger.formats import journals, json_lines
from pasledger.formats.auditfile import Auditfile, auditfile
from pasledger.formats.json_lines import Line, NoKit
from pasledger.ledger.periods import Period
from pasledger.store import Reader, Store
from pasledger.store.kit import KitLeaf, Named, Unfit, chunks_of, described, row_of, version
from pasledger.store.statements import Row
from pasledger.usecases.booking import Progress
from pasledger.usecases.verifying import Verification, verify_snapshot


def everything(reader: Reader, progress: Progress = lambda _done: None) -> Iterator[str]:
    """Yield all of the books, line by line."""
    return json_lines.write(_lines(reader, progress))


def hledger(reader: Reader) -> Iterator[str]:
    """Yield the journal for hledger."""
    return journals.hledger(reader.municipality(), reader.entries())


def beancount(reader: Reader) -> Iterator[str]:
    """Yield the journal for Beancount."""
    accounts = (account for account, _ in reader.opened_accounts())
    return journals.beancount(reader.municipality(), accounts, reader.entries())


def xaf(reader: Reader, *, year: int, tax_number: str, made_on: date, software_version: str) -> Iterator[str]:
    """Yield the XML Auditfile Financieel of a fiscal year."""
    period = Period(date(year, 1, 1), date(year + 1, 1, 1))
    transfers, cents = reader.ledger.volume(period)
    newest = {merchant.id: merchant for merchant in reader.merchants()}
    file = Auditfile(
        municipality=reader.municipality(),
        tax_number=tax_number,
        year=year,
        made_on=made_on,
        software_version=software_version,
        schemes=tuple(reader.ledger.schemes()),
        merchants=tuple(newest.values()),
        opening=reader.ledger.standing(before=period.starts_on),
        transfers=transfers,
        total_cents=cents,
    )
    return auditfile(file, lambda kind: reader.entries(period, kind))


def rebuild(books: str, lines: Iterable[bytes], progress: Progress = lambda _done: None) -> Verification:
    """Make books where there are none out of the lines of an export, and verify them before they are at their place.

    Books that were not sound are not sound here either. Raises `NoKit` for lines that are none of an export, and
    `BooksUnusable`; then there are no books.
    """
    with Store.filled(books, chunks_of(_rows(lines)), progress) as reader:
        return verify_snapshot(reader, progress)


def _lines(reader: Reader, progress: Progress) -> Iterator[Line]:
    seals = leaves = rows = 0
    yield json_lines.header(reader.municipality(), version(), described())
    for seal, root in reader.seals.seals():
        seals += 1
        yield {"seal": asdict(seal) | {"root": root}}
    for one in reader.kit.leaves():
        leaves += 1
        rows += len(one.rows)
        yield _leaf_line(one)
        progress(1)
    for table, row in reader.kit.loose():
        rows += 1
        yield {"row": {"table": table, "row": row}}
    yield json_lines.footer(seals=seals, leaves=leaves, rows=rows)


def _leaf_line(one: KitLeaf) -> Line:
    place = {} if one.seal is None else {"seal": one.seal, "digest": one.digest}
    return {
        "table": one.table,
        "key": one.key,
        **place,
        "leaf": [{"table": name, "row": row} for name, row in one.rows],
    }


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[str, Row]]:
    """Yield every row of an export. Raises `NoKit`."""
    for number, line in json_lines.read(lines):
        try:
            if number == 1:
                _require_version(line)
            for table, values in _rows_of(line):
                yield table, row_of(table, values)
        except (LookupError, TypeError, AttributeError, Unfit) as fault:
            raise NoKit(number, f"{fault}") from fault


def _require_version(line: Line) -> None:
    if line["version"] != version():
        raise Unfit(f"books of version {line['version']}; this program writes {version()}")


def _rows_of(line: dict[str, Any]) -> Iterator[Named]:
    if "seal" in line and "leaf" not in line:
        yield "seal", line["seal"]
    elif "row" in line:
        yield line["row"]["table"], line["row"]["row"]
    elif "leaf" in line:
        for part in line["leaf"]:
            yield part["table"], part["row"]
        if "seal" in line:
            yield "sealed", {name: line[key] for name, key in _SEALED.items()}


_SEALED = {"in_table": "table", "key": "key", "seal": "seal", "digest": "digest"}
