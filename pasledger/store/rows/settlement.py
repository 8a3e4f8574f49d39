"""Rows of how merchants are paid."""

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntryId, MerchantId, PayoutId, RunId
from pasledger.ledger.journal import Stamp, Transfer
from pasledger.ledger.money import Money
from pasledger.rules.records import (
    OpenLine,
    PaymentFile,
    PaymentSettings,
    Payout,
    PayoutCancelled,
    PayoutLine,
    PayoutRun,
    PayoutStepped,
    PayoutWaiting,
    RunStepped,
    Share,
    Waits,
    WrittenOff,
)
from pasledger.store.rows.values import moment, read_day
from pasledger.store.statements import Row


def payment_settings_row(settings: PaymentSettings, stamp: Stamp) -> Row:
    """Write a version of how the town pays."""
    return (
        settings.version,
        settings.payer_name,
        settings.payer_iban,
        settings.payer_bic,
        settings.minimum.cents,
        settings.most_payment.cents,
        settings.most_run.cents,
        settings.most_in_file,
        int(settings.is_dedicated),
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )


def read_payment_settings(row: Row) -> PaymentSettings:
    """Read a version of how the town pays."""
    version, name, iban, bic, minimum, most_payment, most_run, most_in_file, is_dedicated = row[:9]
    return PaymentSettings(
        version,
        name,
        iban,
        bic,
        Money(minimum),
        Money(most_payment),
        Money(most_run),
        most_in_file,
        bool(is_dedicated),
    )


def payout_run_row(run: PayoutRun, stamp: Stamp) -> Row:
    """Write a run."""
    return (
        run.id,
        run.year,
        run.number,
        run.execute_on.isoformat(),
        run.settings.version,
        moment(stamp.recorded_at),
        stamp.prepared_by,
    )


def read_payout_run(row: Row, settings: dict[int, PaymentSettings]) -> PayoutRun:
    """Read a run, whose settings are read apart."""
    run, year, number, execute_on, version = row[:5]
    return PayoutRun(RunId(run), year, number, read_day(execute_on), settings[version])


def run_step_row(step: RunStepped, stamp: Stamp) -> Row:
    """Write what became of a run."""
    return (
        step.run,
        step.number,
        step.step.value,
        moment(stamp.recorded_at),
        step.prepared_by,
        step.approved_by,
    )


def payment_file_rows(step: RunStepped) -> list[Row]:
    """Write the files of a run that was released."""
    return [(step.run, file.number, file.payments, file.amount.cents, file.sha256) for file in step.files]


def read_payment_file(row: Row) -> PaymentFile:
    """Read a file for the bank."""
    _run, number, payments, cents, sha256 = row
    return PaymentFile(number, payments, Money(cents), sha256)


def payout_row(payout: Payout) -> Row:
    """Write a payout; its shares are its transfers."""
    return (
        payout.id,
        payout.entry,
        payout.run,
        payout.place,
        payout.merchant,
        payout.amount.cents,
        payout.iban,
        payout.account_name,
        payout.first_day.isoformat(),
        payout.last_day.isoformat(),
    )


def read_payout(row: Row, shares: tuple[Share, ...]) -> Payout:
    """Read a payout, whose shares are read from its transfers."""
    payout, entry, run, place, merchant, cents, iban, account_name, first_day, last_day = row
    return Payout(
        PayoutId(payout),
        EntryId(entry),
        RunId(run),
        place,
        MerchantId(merchant),
        Money(cents),
        iban,
        account_name,
        read_day(first_day),
        read_day(last_day),
        shares,
    )


def share_of(transfer: Transfer) -> Share:
    """Return the share of a payout that a transfer put on its way, or the other way round."""
    is_owed = transfer.debit.kind is AccountKind.PAYABLE
    return Share(transfer.debit.scheme, transfer.amount if is_owed else -transfer.amount)


def payout_line_row(line: PayoutLine) -> Row:
    """Write a line of a payout."""
    return (line.entry, line.position, line.payout_entry, line.scheme, line.amount.cents)


def read_payout_line(row: Row) -> PayoutLine:
    """Read a line of a payout."""
    entry, position, payout_entry, scheme, cents = row
    return PayoutLine(EntryId(payout_entry), EntryId(entry), position, scheme, Money(cents))


def read_open_line(row: Row) -> tuple[MerchantId, OpenLine]:
    """Read a transfer on a payable, with whose it is."""
    entry, position, code, cents, effective_on = row
    _kind, merchant, scheme = code.split("/")
    return MerchantId(merchant), OpenLine(EntryId(entry), position, scheme, Money(cents), read_day(effective_on))


def payout_waiting_row(waiting: PayoutWaiting) -> Row:
    """Write why a merchant waits."""
    return (waiting.run, waiting.merchant, waiting.amount.cents, waiting.reason.value)


def read_payout_waiting(row: Row) -> PayoutWaiting:
    """Read why a merchant waits."""
    run, merchant, cents, reason = row
    return PayoutWaiting(RunId(run), MerchantId(merchant), Money(cents), Waits(reason))


def payout_step_row(step: PayoutStepped) -> Row:
    """Write what became of a payout."""
    return (step.payout, step.number, step.step.value, step.entry, step.reason)


def payout_cancelled_row(cancelled: PayoutCancelled) -> Row:
    """Write that a payout was taken back."""
    return (cancelled.entry, cancelled.payout, cancelled.merchant, cancelled.amount.cents)


def read_payout_cancelled(row: Row) -> PayoutCancelled:
    """Read that a payout was taken back."""
    entry, payout, merchant, cents = row
    return PayoutCancelled(PayoutId(payout), EntryId(entry), MerchantId(merchant), Money(cents))


def written_off_row(written: WrittenOff) -> Row:
    """Write that a debt is not collected."""
    return (written.entry, written.merchant, written.amount.cents, written.decision)


def read_written_off(row: Row) -> WrittenOff:
    """Read that a debt is not collected."""
    entry, merchant, cents, decision = row
    return WrittenOff(EntryId(entry), MerchantId(merchant), Money(cents), decision)
