"""Rows of the merchant file."""

from pasledger.ledger.ids import MerchantId
from pasledger.ledger.journal import Stamp
from pasledger.rules.records import CheckResult, CheckWay, MerchantCheck, MerchantContact, MerchantEnd
from pasledger.store.rows.values import moment, read_day
from pasledger.store.statements import Row


def merchant_contact_row(contact: MerchantContact) -> Row:
    """Write a contact."""
    return (contact.merchant, contact.version, contact.name, contact.email, contact.phone, contact.salt)


def read_merchant_contact(row: Row) -> MerchantContact:
    """Read a contact."""
    merchant, version, *said = row
    return MerchantContact(MerchantId(merchant), version, *said)


def merchant_check_row(check: MerchantCheck, stamp: Stamp) -> Row:
    """Write a check of an account."""
    return (
        check.merchant,
        check.number,
        check.name,
        check.iban,
        check.account_name,
        check.checked_on.isoformat(),
        check.way.value,
        check.result.value,
        check.reason,
        check.checked_by,
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )


def read_merchant_check(row: Row) -> MerchantCheck:
    """Read a check of an account."""
    merchant, number, name, iban, account_name, checked_on, way, result, reason, checked_by = row[:10]
    return MerchantCheck(
        MerchantId(merchant),
        number,
        name,
        iban,
        account_name,
        read_day(checked_on),
        CheckWay(way),
        CheckResult(result),
        reason,
        checked_by,
    )


def merchant_end_row(end: MerchantEnd, stamp: Stamp) -> Row:
    """Write that a merchant stops."""
    return (
        end.merchant,
        end.ends_before.isoformat(),
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )


def read_merchant_end(row: Row) -> MerchantEnd:
    """Read that a merchant stops."""
    return MerchantEnd(MerchantId(row[0]), read_day(row[1]))
