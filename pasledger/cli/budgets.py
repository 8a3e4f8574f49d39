"""Budgets: book what the council decided, and list what is left."""

import typer

from pasledger.cli.arguments import Approver, File
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.printing import answer, table
from pasledger.ledger import accounts
from pasledger.reports.budgets import budget_lines
from pasledger.rules.town import Needs
from pasledger.store import Store
from pasledger.usecases.registering import add_budgets


def add(context: typer.Context, file: File, approved_by: Approver) -> None:
    """Book the council's decisions of a file.

    The columns of the file, CSV or XLSX: regeling;jaar;bedrag;besluit. An amount below zero lowers a budget.

    JSON: as `budgets list`.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with call.batch() as store:
        with reading(file) as data:
            add_budgets(store, data, stamp)
        _answer(call, store)


def show(context: typer.Context) -> None:
    """List what was decided, used and left.

    JSON: budgets (scheme, year, decisions, decided, used, left).
    """
    call: Call = context.obj
    with call.batch() as store:
        _answer(call, store)


def _answer(call: Call, store: Store) -> None:
    with store.read() as reader:
        decisions = list(reader.budget_decisions())
        town = reader.load(Needs(budgets={accounts.budget(one.scheme, one.year) for one in decisions}))
    rows = [
        {
            "scheme": line.scheme,
            "year": line.year,
            "decisions": line.decisions,
            "decided": line.decided,
            "used": line.used,
            "left": line.left,
        }
        for line in budget_lines(decisions, town.balance)
    ]
    answer(call, {"budgets": rows}, table(call, rows, "scheme", "year", "decisions", "decided", "used", "left"))
