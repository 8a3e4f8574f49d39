"""Payouts: how the town pays, runs from preparing to writing or cancelling, and debts that are written off."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.arguments import Approver, File
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.printing import Row, answer, table
from pasledger.cli.tables import Table
from pasledger.formats import cells
from pasledger.formats.sepa import in_sepa
from pasledger.formats.specification import as_csv, as_html
from pasledger.ledger.ids import MerchantId
from pasledger.ledger.money import total
from pasledger.rules.records import PayoutStep
from pasledger.store import Store
from pasledger.store.payouts import RunFound
from pasledger.usecases import paying
from pasledger.usecases.finding import merchant_named

RunName = Annotated[str, typer.Argument(metavar="RUN", help="The number of the run, such as 2026-0001.")]
On = Annotated[str | None, typer.Option("--on", metavar="DAY", help="When the bank pays; tomorrow where not said.")]
Only = Annotated[
    list[str] | None, typer.Option("--merchant", metavar="MERCHANT", help="Only this merchant; may be said again.")
]


def configure(context: typer.Context, file: File, approved_by: Approver) -> None:
    """Set down how the town pays from now on.

    The file is TOML, as examples/dronten/betalen.toml.

    JSON: version, payer_name, payer_written (as the bank gets it), payer_iban, payer_bic, minimum, most_payment,
    most_run, most_in_file, is_dedicated.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with call.store() as store, reading(file) as data:
        made = paying.configure(store, data, stamp)
    written = in_sepa(made.payer_name)
    answer(
        call,
        {
            "version": made.version,
            "payer_name": made.payer_name,
            "payer_written": written,
            "payer_iban": made.payer_iban,
            "payer_bic": made.payer_bic,
            "minimum": made.minimum,
            "most_payment": made.most_payment,
            "most_run": made.most_run,
            "most_in_file": made.most_in_file,
            "is_dedicated": made.is_dedicated,
        },
        call.say("cli.pays-from", iban=made.payer_iban, name=made.payer_name),
        *([call.say("cli.payer-rewritten", written=written)] if written != made.payer_name else []),
    )


def preview(context: typer.Context, on: On = None, merchant: Only = None) -> None:
    """Show what a run would pay now, and prepare nothing.

    JSON: payments (merchant, amount, iban, account_name), total, waiting (merchant, amount, reason).
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.opened() as store:
        only = _named(store, merchant, stamp.effective_on)
        planned = paying.preview(store, stamp, execute_on=_day(call, on, stamp.effective_on), only=only)
        names = _names(store)
    payments = [
        {
            "merchant": names[payout.merchant],
            "amount": payout.amount,
            "iban": payout.iban,
            "account_name": payout.account_name,
        }
        for payout in planned.payouts
    ]
    waiting = [{"merchant": names[one.merchant], "amount": one.amount, "reason": one.reason} for one in planned.waiting]
    paid = total(payout.amount for payout in planned.payouts)
    answer(
        call,
        {"payments": payments, "total": paid, "waiting": waiting},
        table(call, payments, "merchant", "amount", "iban", "account_name"),
        *([table(call, waiting, "merchant", "amount", "reason")] if waiting else []),
        call.say("cli.payout-preview", count=len(payments), total=paid),
    )


def prepare(context: typer.Context, on: On = None, merchant: Only = None) -> None:
    """Put what merchants are owed in a new run.

    What is booked from now on waits for the next run. Nothing is paid until another person releases it.

    JSON: as `payouts show`.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.batch() as store:
        only = _named(store, merchant, stamp.effective_on)
        planned = paying.prepare(store, stamp, execute_on=_day(call, on, stamp.effective_on), only=only)
        _answer(call, store, planned.run.name)


def show(context: typer.Context, run: RunName) -> None:
    """Show a run: who is paid, who waits, and what became of it.

    JSON: run, execute_on, prepared_by, released_by, steps, total, payments (payment, merchant, amount, iban,
    account_name, state), waiting (merchant, amount, reason), rewritten (merchant, account_name, written), files
    (number, payments, amount, sha256).
    """
    call: Call = context.obj
    with call.opened() as store:
        _answer(call, store, run)


def listed(context: typer.Context) -> None:
    """List every run.

    JSON: runs (run, execute_on, payments, total, prepared_by, released_by, state).
    """
    call: Call = context.obj
    with call.reader() as reader:
        found = [reader.payouts.run(run) for run in reader.payouts.runs()]
    rows = [
        {
            "run": one.run.name,
            "execute_on": one.run.execute_on,
            "payments": len(one.payouts),
            "total": total(payout.amount for payout in one.payouts),
            "prepared_by": one.prepared_by,
            "released_by": one.released_by,
            "state": _state(call, one),
        }
        for one in found
    ]
    answer(
        call,
        {"runs": rows},
        table(call, rows, "run", "execute_on", "payments", "total", "prepared_by", "released_by", "state"),
    )


def release(context: typer.Context, run: RunName) -> None:
    """Let a run go to the bank, as somebody who did not prepare it.

    The hash of each file goes into the books. The files themselves: `payouts write`.

    JSON: run, files (file, payments, amount, sha256).
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.batch() as store:
        with store.read() as reader:
            named = paying.run_named(reader, run)
        files = paying.release(store, named, stamp)
    rows = [
        {
            "file": file.name,
            "payments": file.record.payments,
            "amount": file.record.amount,
            "sha256": file.record.sha256,
        }
        for file in files
    ]
    answer(
        call,
        {"run": run, "files": rows},
        table(call, rows, "file", "payments", "amount"),
        "\n".join(f"{file.record.sha256}  {file.name}" for file in files),
        call.say("cli.run-released", run=run),
    )


def write(
    context: typer.Context,
    run: RunName,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go; made where it is not there.")],
) -> None:
    """Write the files of a run that was released.

    Those for the bank are the same each time, byte for byte.

    Beside them is a specification for each merchant, under the name that it has now.

    JSON: run, folder, files (their names).
    """
    call: Call = context.obj
    with call.opened() as store:
        with store.read() as reader:
            named = paying.run_named(reader, run)
            found = reader.payouts.run(named)
        made = {file.name: file.data for file in paying.files_of_released(found)}
        words = paying.words_of_specifications(call.language)
        for payout, specification in paying.specifications(store, named, call.language):
            stem = f"specificatie-{found.run.name}-{payout.place:04}"
            made[f"{stem}.csv"] = as_csv(specification)
            made[f"{stem}.html"] = as_html(specification, words).encode()
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made.items():
        (folder / name).write_bytes(data)
    answer(
        call,
        {"run": run, "folder": str(folder), "files": list(made)},
        call.say("cli.run-written", run=run, count=len(made), folder=folder),
    )


def cancel(
    context: typer.Context,
    run: RunName,
    approved_by: Annotated[
        str | None, typer.Option("--approved-by", metavar="NAME", help="After its release: who approves.")
    ] = None,
) -> None:
    """Take a run back, so that all of it is owed again.

    After its release only with a colleague, and only while the bank has paid nothing of it: be sure that the bank will
    not.

    JSON: as `payouts show`.
    """
    call: Call = context.obj
    stamp = call.stamp() if approved_by is None else call.approved_by(approved_by)
    with call.store() as store:
        with store.read() as reader:
            named = paying.run_named(reader, run)
        paying.cancel(store, named, stamp)
        _answer(call, store, run)


def write_off(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(metavar="MERCHANT", help="The exact name of the merchant, or its id.")],
    decision: Annotated[str, typer.Option(metavar="REFERENCE", help="The reference of the decision.")],
    approved_by: Approver,
) -> None:
    """Write off what a merchant that stopped still owes.

    The budgets of this year bear it.

    JSON: merchant, amount, decision.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    reference = call.read("--decision", decision, cells.decision)
    with call.store() as store:
        found = merchant_named(store, merchant, on=stamp.effective_on, is_gone=True)
        written = paying.write_off(store, found.id, reference, stamp)
    answer(
        call,
        {"merchant": found.name, "amount": written.amount, "decision": reference},
        call.say("cli.written-off", amount=written.amount, merchant=found.name),
    )


def _answer(call: Call, store: Store, name: str) -> None:
    with store.read() as reader:
        found = reader.payouts.run(paying.run_named(reader, name))
    payments = [
        {
            "payment": found.run.end_to_end_id(payout.place),
            "merchant": found.names[payout.merchant],
            "amount": payout.amount,
            "iban": payout.iban,
            "account_name": payout.account_name,
            "state": _became(call, found.payout_steps.get(payout.id, ())),
        }
        for payout in found.payouts
    ]
    waiting = [
        {"merchant": found.names[one.merchant], "amount": one.amount, "reason": one.reason} for one in found.waiting
    ]
    rewritten = [
        {
            "merchant": found.names[one.payout.merchant],
            "account_name": one.payout.account_name,
            "written": one.written,
        }
        for one in paying.rewritten(found.payouts)
    ]
    files: list[Row] = [
        {"number": file.number, "payments": file.payments, "amount": file.amount, "sha256": file.sha256}
        for file in found.files
    ]
    paid = total(payout.amount for payout in found.payouts)
    answer(
        call,
        {
            "run": found.run.name,
            "execute_on": found.run.execute_on,
            "prepared_by": found.prepared_by,
            "released_by": found.released_by,
            "steps": list(found.steps),
            "total": paid,
            "payments": payments,
            "waiting": waiting,
            "rewritten": rewritten,
            "files": files,
        },
        table(call, payments, "payment", "merchant", "amount", "iban", "state"),
        *([table(call, waiting, "merchant", "amount", "reason")] if waiting else []),
        *(_told(call, rewritten) if rewritten else ()),
        call.say(
            "cli.run",
            run=found.run.name,
            count=len(payments),
            total=paid,
            day=found.run.execute_on,
            state=_state(call, found),
        ),
    )


def _told(call: Call, rewritten: Sequence[Row]) -> tuple[str, Table | str]:
    return call.say("cli.rewritten"), table(call, rewritten, "merchant", "account_name", "written")


def _state(call: Call, found: RunFound) -> str:
    return call.say(f"cli.run-step.{found.steps[-1]}") if found.steps else call.say("cli.run-prepared")


def _became(call: Call, steps: Sequence[PayoutStep]) -> str:
    return call.say(f"cli.payout-step.{steps[-1]}") if steps else call.say("cli.payout-open")


def _day(call: Call, text: str | None, today: date) -> date:
    return today + timedelta(days=1) if text is None else call.read("--on", text, cells.day)


def _named(store: Store, merchants: Sequence[str] | None, today: date) -> list[MerchantId]:
    return [merchant_named(store, name, on=today, is_gone=True).id for name in merchants or ()]


def _names(store: Store) -> dict[MerchantId, str]:
    with store.read() as reader:
        return {merchant.id: merchant.name for merchant in reader.merchants()}
