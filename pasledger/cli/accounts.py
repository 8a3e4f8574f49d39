"""What is in the books: the accounts and their movements, the trial balance, and what a holder has."""

from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.errors import Wrong
from pasledger.cli.printing import answer, table
from pasledger.formats import cells
from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.reports.movements import movements_of
from pasledger.reports.trial_balance import trial_balance as trial_balance_of
from pasledger.rules.cards import CardNumber
from pasledger.rules.holders import HolderReference

Holder = Annotated[str | None, typer.Option(metavar="REFERENCE", help="The reference of the holder.")]
Card = Annotated[str | None, typer.Option(metavar="NUMBER", help="The number on a card of the holder.")]


def holder_or_card(call: Call, holder: str | None, card: str | None) -> tuple[HolderReference | CardNumber, Refusal]:
    """Return how the holder is named, and why nobody is found by it. Raises a usage error for none or both."""
    if (holder is None) == (card is None):
        raise typer.BadParameter(call.say("cli.holder-or-card"), param_hint=("--holder", "--card"))
    if holder is not None:
        return call.read("--holder", holder, cells.holder), Refusal.HOLDER_UNKNOWN
    return call.read("--card", card or "", cells.card_number), Refusal.CARD_UNKNOWN


def balances(context: typer.Context, holder: Holder = None, card: Card = None) -> None:
    """Show what a holder has left, and the cards.

    JSON: entitlements (scheme, name_nl, name_en, awarded, left, starts_on, last_day), cards (number, state).
    """
    call: Call = context.obj
    named, unknown = holder_or_card(call, holder, card)
    with call.reader() as reader:
        granted = reader.entitlements_of(named)
        if granted is None:
            raise Refused(unknown)
        schemes = {(scheme.code, scheme.version): scheme for scheme in reader.schemes()}
        held = reader.cards_of(named)
    rows = [
        {
            "scheme": entitlement.scheme,
            "name_nl": schemes[entitlement.scheme, entitlement.scheme_version].name_nl,
            "name_en": schemes[entitlement.scheme, entitlement.scheme_version].name_en,
            "awarded": entitlement.amount,
            "left": left,
            "starts_on": entitlement.valid.starts_on,
            "last_day": entitlement.valid.last_day,
        }
        for entitlement, left in granted
    ]
    answer(
        call,
        {"entitlements": rows, "cards": [{"number": card.number, "state": card.state} for card in held]},
        table(call, rows, f"name_{call.language}", "awarded", "left", "starts_on", "last_day"),
        table(call, [{"card": card.number.printed, "state": card.state} for card in held], "card", "state"),
    )


def accounts(
    context: typer.Context,
    kind: Annotated[AccountKind | None, typer.Option(help="Only accounts of this kind.")] = None,
    scheme: Annotated[str | None, typer.Option(metavar="CODE", help="Only accounts of this scheme.")] = None,
) -> None:
    """List the accounts with their balances.

    JSON: accounts (account, kind, scheme, debits, credits, balance).
    """
    call: Call = context.obj
    with call.reader() as reader:
        rows = [
            {
                "account": account.code,
                "kind": account.kind,
                "scheme": account.scheme,
                "debits": turnover.debits,
                "credits": turnover.credits,
                "balance": turnover.balance(is_debit_normal=account.kind.is_debit_normal),
            }
            for account, turnover in reader.turnovers()
            if kind in (None, account.kind) and scheme in (None, account.scheme)
        ]
    answer(call, {"accounts": rows}, table(call, rows, "account", "balance"))


def account(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The account, such as budget/ouderbijdrage/2026.")],
) -> None:
    """List the movements of one account.

    JSON: account, kind, scheme, movements (effective_on, entry_kind, change, balance, entry).
    """
    call: Call = context.obj
    with call.reader() as reader:
        found = reader.account(code)
        if found is None:
            raise Wrong("account-unknown")
        rows = [
            {
                "effective_on": movement.effective_on,
                "entry_kind": movement.kind,
                "change": movement.change,
                "balance": movement.balance,
                "entry": movement.entry,
            }
            for movement in movements_of(found, reader.entries_on(found))
        ]
    answer(
        call,
        {"account": found.code, "kind": found.kind, "scheme": found.scheme, "movements": rows},
        table(call, rows, "effective_on", "entry_kind", "change", "balance", "entry"),
    )


def trial_balance(context: typer.Context) -> None:
    """Show what was debited and credited, by scheme and kind.

    Exits with 1 where it does not balance.

    JSON: is_balanced, debits, credits, lines (scheme, kind, accounts, debits, credits, balance).
    """
    call: Call = context.obj
    with call.reader() as reader:
        found = trial_balance_of(reader.turnovers())
    rows = [
        {
            "scheme": line.scheme,
            "kind": line.kind,
            "accounts": line.accounts,
            "debits": line.turnover.debits,
            "credits": line.turnover.credits,
            "balance": line.balance,
        }
        for line in found.lines
    ]
    totals = {"scheme": call.say("cli.total"), "debits": found.total.debits, "credits": found.total.credits}
    answer(
        call,
        {"is_balanced": found.is_balanced, "debits": found.total.debits, "credits": found.total.credits, "lines": rows},
        table(
            call,
            rows,
            *("scheme", "kind", "accounts", "debits", "credits", "balance"),
            grouped_by="scheme",
            totals=totals,
        ),
        call.say("cli.balanced" if found.is_balanced else "cli.not-balanced"),
    )
    if not found.is_balanced:
        raise typer.Exit(1)
