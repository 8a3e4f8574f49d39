"""The statement of a merchant as a file for its spreadsheet: UTF-8 with a mark, `;` between, amounts the Dutch way.

No cell is a formula: a reference begins with a letter or a digit, and all else is our own.
"""

import csv
import io
from collections.abc import Callable

from pasledger.ledger.money import Money
from pasledger.reports.merchant_statement import MerchantStatement

MARK = "\ufeff"
"""What tells a spreadsheet that a file is UTF-8."""

COLUMNS = ("day", "time", "kind", "amount", "reference", "terminal", "id")


def statement_csv(statement: MerchantStatement, say: Callable[[str], str]) -> str:
    """Return the lines of a statement below the names of the columns, in the words that `say` has for them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([say(f"statement.column.{column}") for column in COLUMNS])
    for line in statement.lines:
        writer.writerow(
            [
                line.on.isoformat(),
                line.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                say(f"statement.kind.{line.kind}"),
                in_euros(line.amount),
                line.reference or "",
                line.terminal or "",
                line.id or "",
            ]
        )
    return MARK + text.getvalue()


def in_euros(amount: Money) -> str:
    """Return an amount as a Dutch spreadsheet reads it: `-1250,00`."""
    return amount.plain.replace(".", ",")
