"""What is in the books: the accounts and their movements, the trial balance, and what a holder has."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.errors import Wrong
from pasledger.cli.listing import (
    AsAt,
    AsCsv,
    RecordedBefore,
    answer_listed,
    in_view,
    print_csv,
    seen,
    view_of,
)
from pasledger.cli.printing import answer, table
from pasledger.formats import cells
from pasledger.ledger import accounts as accounts_of
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.reports.movements import movements_of
from pasledger.reports.trial_balance import trial_balance as trial_balance_of
from pasledger.rules.cards import CardNumber
from pasledger.rules.holders import HolderReference
from pasledger.store import Reader
from pasledger.usecases.finding import merchant_ever_named

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
    merchant: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only those of a merchant, by name or id.")
    ] = None,
    holder: Holder = None,
    card: Card = None,
    as_at: AsAt = None,
    recorded_before: RecordedBefore = None,
    *,
    as_csv: AsCsv = False,
) -> None:
    """List the accounts with their balances, now or at any moment.

    CSV has the same columns as JSON.

    JSON: as_at, recorded_before, accounts (account, kind, scheme, debits, credits, balance).
    """
    call: Call = context.obj
    view = view_of(call, as_at, recorded_before, as_csv=as_csv)
    with call.reader() as reader:
        is_asked = _owned_by(call, reader, merchant, holder, card)
        rows = (
            {
                "account": account.code,
                "kind": account.kind,
                "scheme": account.scheme,
                "debits": turnover.debits,
                "credits": turnover.credits,
                "balance": turnover.balance(is_debit_normal=account.kind.is_debit_normal),
            }
            for account, turnover in reader.turnovers(view)
            if kind in (None, account.kind) and scheme in (None, account.scheme) and is_asked(account)
        )
        answer_listed(
            call,
            seen(view),
            "accounts",
            rows,
            ("account", "balance"),
            *in_view(call, view),
            fields=("account", "kind", "scheme", "debits", "credits", "balance"),
            as_csv=as_csv,
        )


def _owned_by(
    call: Call, reader: Reader, merchant: str | None, holder: str | None, card: str | None
) -> Callable[[Account], bool]:
    """Return what tells whether an account is one of whom is named; all are where nobody is. Raises `Refused`."""
    if [merchant, holder, card].count(None) < _TWO_OF_THREE:
        raise typer.BadParameter(call.say("cli.one-owner"), param_hint=("--merchant", "--holder", "--card"))
    if merchant is not None:
        found = merchant_ever_named(reader, merchant)
        starts = tuple(f"{kind}/{found}/" for kind in (AccountKind.PAYABLE, AccountKind.IN_PAYMENT))
        return lambda account: account.code.startswith(starts)
    if holder is None and card is None:
        return lambda _account: True
    named, unknown = holder_or_card(call, holder, card)
    granted = reader.entitlements_of(named)
    if granted is None:
        raise Refused(unknown)
    codes = {accounts_of.entitlement(entitlement.id, entitlement.scheme).code for entitlement, _left in granted}
    return lambda account: account.code in codes


_TWO_OF_THREE = 2


def account(
    context: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="The account, such as budget/ouderbijdrage/2026.")],
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="Only what counts from this day; before it is opening.")
    ] = None,
    as_at: AsAt = None,
    recorded_before: RecordedBefore = None,
    *,
    as_csv: AsCsv = False,
) -> None:
    """List the movements of one account, between two balances.

    They stand in the order in which they were recorded. CSV has the keys of a movement as its columns.

    JSON: as_at, recorded_before, account, kind, scheme, opening, closing, movements (recorded_at, effective_on,
    entry_kind, change, balance, entry).
    """
    call: Call = context.obj
    view = view_of(call, as_at, recorded_before, as_csv=as_csv)
    first = date.min if since is None else call.read("--since", since, cells.day)
    with call.reader() as reader:
        found = reader.account(code)
        if found is None:
            raise Wrong("account-unknown")
        opening, closing = (
            reader.turnover(found, seen_then).balance(is_debit_normal=found.kind.is_debit_normal)
            for seen_then in (view.before(first), view)
        )
        rows = (
            {
                "recorded_at": movement.recorded_at,
                "effective_on": movement.effective_on,
                "entry_kind": movement.kind,
                "change": movement.change,
                "balance": movement.balance,
                "entry": movement.entry,
            }
            for movement in movements_of(found, reader.entries_on(found, view, since=first), opening=opening)
        )
        balances = {"opening": opening, "closing": closing}
        answer_listed(
            call,
            {**seen(view), "account": found.code, "kind": found.kind, "scheme": found.scheme, **balances},
            "movements",
            rows,
            ("effective_on", "entry_kind", "change", "balance", "entry"),
            *in_view(call, view),
            *([] if since is None else [call.say("cli.from-to", opening=opening, closing=closing)]),
            fields=("recorded_at", "effective_on", "entry_kind", "change", "balance", "entry"),
            as_csv=as_csv,
        )


def trial_balance(
    context: typer.Context, as_at: AsAt = None, recorded_before: RecordedBefore = None, *, as_csv: AsCsv = False
) -> None:
    """Show what was debited and credited, now or as at any moment.

    Exits with 1 where it does not balance. CSV has the lines.

    JSON: as_at, recorded_before, is_balanced, debits, credits, lines (scheme, kind, accounts, debits, credits,
    balance).
    """
    call: Call = context.obj
    view = view_of(call, as_at, recorded_before, as_csv=as_csv)
    with call.reader() as reader:
        found = trial_balance_of(reader.turnovers(view))
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
    sums = {"debits": found.total.debits, "credits": found.total.credits}
    totals = {"scheme": call.say("cli.total"), **sums}
    if as_csv:
        print_csv(("scheme", "kind", "accounts", "debits", "credits", "balance"), rows)
    else:
        answer(
            call,
            {**seen(view), "is_balanced": found.is_balanced, **sums, "lines": rows},
            *in_view(call, view),
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
