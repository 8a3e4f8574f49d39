"""The merchant file: change a merchant, set down the checks of accounts, let one stop, and tell its history."""

from datetime import timedelta
from typing import Annotated

import typer

from pasledger.cli.arguments import Approver, File
from pasledger.cli.calls import Call, words
from pasledger.cli.errors import reading
from pasledger.cli.printing import answer, table
from pasledger.cli.reasons import why
from pasledger.formats import cells
from pasledger.rules.merchants import MerchantChangeRequest, account_to_pay
from pasledger.rules.records import MerchantContact
from pasledger.store.merchant_file import History
from pasledger.usecases import merchants
from pasledger.usecases.finding import merchant_named
from pasledger.usecases.minting import new_salt

Named = Annotated[str, typer.Argument(metavar="MERCHANT", help="The exact name of the merchant, or its id.")]


def change(
    context: typer.Context,
    merchant: Named,
    approved_by: Approver,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="What it is called from today.")] = None,
    place: Annotated[str | None, typer.Option(metavar="PLACE", help="Where it is.")] = None,
    category: Annotated[
        str | None, typer.Option(metavar="CODES", help="All of its kinds, with spaces between.")
    ] = None,
    iban: Annotated[str | None, typer.Option(metavar="IBAN", help="Where it is paid.")] = None,
    kvk: Annotated[str | None, typer.Option(metavar="NUMBER", help="At the Chamber of Commerce.")] = None,
    contact: Annotated[str | None, typer.Option(metavar="WHO", help="Whom to speak to.")] = None,
    email: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where to write to.")] = None,
    phone: Annotated[str | None, typer.Option(metavar="NUMBER", help="Where to call.")] = None,
) -> None:
    """Change a merchant from today.

    With another name or IBAN its payouts are blocked until somebody checked the account.

    JSON: as `merchants history`.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    said = {
        "name": None if name is None else call.read("--name", name, words),
        "place": None if place is None else call.read("--place", place, words),
        "iban": None if iban is None else call.read("--iban", iban, cells.account_number),
        "kvk_number": None if kvk is None else call.read("--kvk", kvk, cells.kvk_number),
    }
    kinds = None if category is None else call.read("--category", category, cells.codes)
    who, write_to, call_at = (
        "" if text is None else call.read(where, text, words)
        for where, text in (("--contact", contact), ("--email", email), ("--phone", phone))
    )
    with call.store() as store:
        found = merchant_named(store, merchant, on=stamp.effective_on).id
        is_given = bool(who or write_to or call_at)
        spoken_to = MerchantContact(found, 0, who, write_to, call_at, new_salt()) if is_given else None
        merchants.change(store, MerchantChangeRequest(found, **said, categories=kinds, contact=spoken_to), stamp)
        with store.read() as reader:
            _answer(call, reader.merchant_history(found))


def check(context: typer.Context, file: File, approved_by: Approver) -> None:
    """Set down that accounts were checked.

    The columns of the CSV file: aanbieder;iban;rekeninghouder;datum;wijze;uitkomst;door. A merchant is paid while its
    newest check is a match.

    JSON: checks (their number).
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with call.batch() as store, reading(file) as data:
        checks = merchants.check_accounts(store, data, stamp)
    answer(call, {"checks": checks}, call.say("cli.accounts-checked", count=checks))


def end(
    context: typer.Context,
    merchant: Named,
    approved_by: Approver,
    last_day: Annotated[
        str | None, typer.Option(metavar="DAY", help="The last day on which it can be paid with a card; not today's.")
    ] = None,
) -> None:
    """Let a merchant stop, from today or after a last day.

    What it is owed is still paid out, and it can still give back.

    JSON: as `merchants history`.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    day = stamp.effective_on
    if last_day is not None:
        day = call.read("--last-day", last_day, cells.day) + timedelta(days=1)
    with call.store() as store:
        found = merchant_named(store, merchant, on=stamp.effective_on, is_gone=True).id
        merchants.end(store, found, day, stamp)
        with store.read() as reader:
            _answer(call, reader.merchant_history(found))


def history(context: typer.Context, merchant: Named) -> None:
    """Tell what a merchant was and is, and how its account was checked.

    JSON: merchant, is_paid, last_day, contact (name, email, phone), versions (version, effective_from, name, place,
    categories, iban, kvk_number, prepared_by, approved_by), checks (checked_on, way, result, reason, why, iban,
    account_name, checked_by, prepared_by, approved_by).
    """
    call: Call = context.obj
    with call.opened() as store:
        found = merchant_named(store, merchant, on=call.stamp().effective_on, is_gone=True).id
        with store.read() as reader:
            _answer(call, reader.merchant_history(found))


def _answer(call: Call, found: History) -> None:
    versions = [
        {
            "version": version.version,
            "effective_from": version.effective_from,
            "name": version.name,
            "place": version.place,
            "categories": list(version.categories),
            "iban": version.iban,
            "kvk_number": version.kvk_number,
            "prepared_by": signed.prepared_by,
            "approved_by": signed.approved_by,
        }
        for version, signed in found.versions
    ]
    checks = [
        {
            "checked_on": check.checked_on,
            "way": check.way,
            "result": check.result,
            "reason": check.reason,
            "why": why(call, check.reason),
            "iban": check.iban,
            "account_name": check.account_name,
            "checked_by": check.checked_by,
            "prepared_by": signed.prepared_by,
            "approved_by": signed.approved_by,
        }
        for check, signed in found.checks
    ]
    shown = table(call, checks, "checked_on", "way", "result", "iban", "account_name", "checked_by")
    reasons = [call.say("cli.check-why", day=row["checked_on"], why=row["why"]) for row in checks if row["why"]]
    newest = found.versions[-1][0]
    is_paid = account_to_pay(newest, tuple(check for check, _ in found.checks)) is not None
    last_day = found.ends_before and found.ends_before - timedelta(days=1)
    contact = found.contact and {
        "name": found.contact.name,
        "email": found.contact.email,
        "phone": found.contact.phone,
    }
    answer(
        call,
        {
            "merchant": newest.id,
            "is_paid": is_paid,
            "last_day": last_day,
            "contact": contact,
            "versions": versions,
            "checks": checks,
        },
        table(call, versions, "effective_from", "name", "place", "categories", "iban", "prepared_by", "approved_by"),
        *([shown] if checks else []),
        *reasons,
        call.say("cli.merchant-paid" if is_paid else "cli.merchant-not-paid"),
        *([] if last_day is None else [call.say("cli.merchant-ends", day=last_day)]),
    )
