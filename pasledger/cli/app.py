"""Every command and where it is: the whole command line on one page."""

import os
from collections.abc import Callable
from inspect import cleandoc
from typing import Annotated

import typer

from pasledger.cli import (
    accounts,
    actors,
    audit,
    awards,
    backup,
    bank,
    batches,
    books,
    budgets,
    cards,
    corrections,
    cover,
    desk,
    entitlements,
    exports,
    findings,
    holders,
    holds,
    keys,
    log,
    merchant_file,
    merchants,
    messages,
    offers,
    papers,
    payouts,
    persons,
    pins,
    registers,
    reporting,
    requests,
    retention,
    reversals,
    roles,
    schemes,
    seals,
    sources,
    spending,
    statistics,
    terminals,
    years,
)
from pasledger.cli.arguments import language_of, metavar_of
from pasledger.cli.calls import Call
from pasledger.cli.program import Job, Program
from pasledger.texts import Surface, spoken

Command = Callable[..., None]

_ELSEWHERE = "The options --books, --as, --language and --json are explained by: pasledger --help"
_COMMANDS: dict[str, dict[str, Command | dict[str, Command]]] = {
    "Books": {
        "start": books.start,
        "upgrade": books.upgrade,
        "serve": books.serve,
        "desk": desk.serve,
        "backup": backup.backup,
        "restore": backup.restore,
        "keys": {"create": keys.create},
        "import": exports.rebuild,
        "roles": {"create": roles.create},
        "retention": {"keep": retention.keep, "preview": retention.preview, "apply": retention.apply},
    },
    "People": {
        "actors": {
            "add": actors.add,
            "list": actors.show,
            "give": actors.give,
            "take": actors.take,
            "renew": actors.renew,
            "end": actors.end,
            "rights": actors.rights,
            "history": actors.history,
        },
    },
    "Master data": {
        "schemes": {"add": schemes.add, "list": schemes.show, "overview": schemes.overview},
        "budgets": {"add": budgets.add, "list": budgets.show},
        "merchants": {
            "add": merchants.add,
            "list": merchants.show,
            "change": merchant_file.change,
            "check": merchant_file.check,
            "end": merchant_file.end,
            "history": merchant_file.history,
        },
        "terminals": {
            "add": terminals.add,
            "list": terminals.show,
            "renew": terminals.renew,
            "revoke": terminals.revoke,
        },
        "persons": {"add": persons.add, "list": persons.show, "renew": persons.renew, "end": persons.end},
        "offers": {
            "propose": offers.propose,
            "approve": offers.approve,
            "stop": offers.stop,
            "list": offers.show,
            "uses": offers.uses,
        },
        "requests": {"add": requests.add, "list": requests.show, "withdraw": requests.withdraw},
        "sources": {"add": sources.add, "list": sources.show},
        "holders": {"add": holders.add, "overview": papers.holder_overview},
        "cards": {
            "activate": cards.activate,
            "block": cards.block,
            "replace": cards.replace,
            "issue": papers.issue,
            "sheet": papers.sheet,
            "overview": papers.card_overview,
            "limit": pins.limit,
            "letters": pins.letters,
            "pin": pins.pin,
            "unlock": pins.unlock,
        },
        "messages": {
            "credited": messages.credited,
            "ending": messages.ending,
            "card-replaced": messages.card_replaced,
            "requests": messages.requests,
            "send": messages.send,
        },
    },
    "Money": {
        "award": awards.award,
        "entitlements": {
            "list": entitlements.show,
            "withdraw": entitlements.withdraw,
            "end": entitlements.end,
            "end-listed": entitlements.end_listed,
            "extend": entitlements.extend,
        },
        "awards": {
            "prepare": batches.prepare,
            "change": batches.change,
            "faults": batches.faults,
            "submit": batches.submit,
            "preview": batches.preview,
            "approve": batches.approve,
            "reject": batches.reject,
            "book": batches.book,
            "letters": batches.letters,
            "reverse": reversals.reverse,
            "list": batches.list_,
            "show": batches.show,
            "second-approver": batches.second_approver,
        },
        "balances": accounts.balances,
        "redeem": spending.redeem,
        "refund": spending.refund,
        "correct": corrections.correct,
        "year": {"lapse": years.lapse, "free": years.free, "close": years.close, "opening": years.opening},
        "holds": {"list": holds.show, "sweep": holds.sweep, "release": holds.release, "refund": holds.refund},
    },
    "Payouts": {
        "payouts": {
            "configure": payouts.configure,
            "preview": payouts.preview,
            "prepare": payouts.prepare,
            "list": payouts.listed,
            "show": payouts.show,
            "release": payouts.release,
            "write": payouts.write,
            "cancel": payouts.cancel,
            "write-off": payouts.write_off,
        },
        "bank": {"read": bank.read, "status": bank.status, "lines": bank.lines, "settle": bank.settle},
    },
    "Audit": {
        "trial-balance": accounts.trial_balance,
        "accounts": accounts.accounts,
        "account": accounts.account,
        "export": {
            "xaf": exports.xaf,
            "hledger": exports.hledger,
            "beancount": exports.beancount,
            "jsonl": exports.jsonl,
        },
        "audit": {
            "follow": audit.follow,
            "sample": audit.sample,
            "reach": statistics.reach,
            "limited-network": statistics.network,
            "findings": findings.show,
            "follow-up": findings.follow_up,
            "manual": registers.manual,
            "changes": registers.changes,
            "rights": registers.rights,
            "report": reporting.report,
            "look-ups": desk.look_ups,
        },
        "seal": seals.seal,
        "prove": seals.prove,
        "verify": books.verify,
        "cover": cover.cover,
        "log": log.show,
    },
}
_GROUPS = {
    "keys": "What keeps PINs from being guessed.",
    "roles": "Who may do what in PostgreSQL.",
    "retention": "How long references to persons are kept, and what goes when that is over.",
    "actors": "Who works with the books, and who may do what.",
    "audit": "What an auditor asks, each with its evidence.",
    "export": "The books as files, for tools that are not ours.",
    "schemes": "What money is given for.",
    "budgets": "What the council sets aside.",
    "merchants": "Shops, cafés, clubs and schools.",
    "terminals": "Where merchants redeem.",
    "persons": "Who works for a merchant, under their own name.",
    "offers": "What merchants offer to every card.",
    "requests": "What merchants ask to be paid, by a link.",
    "entitlements": "What holders have, and until when.",
    "year": "What ends with a fiscal year.",
    "sources": "Files of other applications, and what their titles mean.",
    "payouts": "How merchants are paid.",
    "bank": "What the bank sends.",
    "holders": "Residents with a card.",
    "holds": "Amounts set aside for merchants.",
    "awards": "Awards by the batch: prepared from a file, approved by a colleague, booked.",
    "cards": "What happens to a card.",
    "messages": "Letters and e-mails to holders.",
}


def options(
    context: typer.Context,
    *,
    books: Annotated[
        str | None,
        typer.Option("--books", envvar="PASLEDGER_BOOKS", metavar="PATH", help="The file of the books, or their URL."),
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option("--as", envvar="PASLEDGER_AS", metavar="NAME", help="Who asks; your login where nothing is said."),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            envvar="PASLEDGER_LANGUAGE",
            parser=language_of(Surface.STAFF),
            metavar=metavar_of(Surface.STAFF),
            help="Of the answers; that of your locale otherwise.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer as JSON, with the keys that the help of each command names.")
    ] = False,
) -> None:
    """Keep the books of money that a municipality gives its residents for a purpose.

    The options below may stand anywhere on the line. The exit code is 0 for done, 1 for refused or for something found
    wrong, 2 for a command that cannot be understood.
    """
    context.obj = Call(books, actor, language or spoken(_locale(), Surface.STAFF), as_json)


def _locale() -> str:
    """Return the locale for messages, as POSIX looks it up."""
    return next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")


def _help(function: Command) -> str:
    """Return the docstring of a command with each paragraph on one line, to be wrapped where it is shown."""
    paragraphs = cleandoc(function.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _app() -> typer.Typer:
    program = typer.Typer(
        name="pasledger",
        cls=Program,
        callback=options,
        help=_help(options),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for panel, commands in _COMMANDS.items():
        for name, command in commands.items():
            if isinstance(command, dict):
                group = typer.Typer(help=_GROUPS[name], no_args_is_help=True)
                for part, function in command.items():
                    group.command(part, cls=Job, help=_help(function), epilog=_ELSEWHERE)(function)
                program.add_typer(group, name=name, rich_help_panel=panel)
            else:
                program.command(name, cls=Job, help=_help(command), epilog=_ELSEWHERE, rich_help_panel=panel)(command)
    return program


app = _app()
