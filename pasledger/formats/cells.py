"""How the cells of a file are read: one function for each kind of value, each raising `Misread`."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from stdnum import iban
from stdnum.exceptions import ValidationError

from pasledger.formats.faults import FaultKind, Misread
from pasledger.ledger.money import ZERO, Money
from pasledger.rules.cards import CardNumber
from pasledger.rules.holders import HolderReference, holder_reference, looks_like_a_bsn, mentions_a_bsn
from pasledger.rules.references import merchant_reference
from pasledger.rules.schemes import CODE

_LONGEST = 140
_LONGEST_NOTE = 1000
_LARGEST = Money(10**11)
"""More than a thousand million euros in one cell is a slip of the finger, and sums have to fit too."""
_NETHERLANDS = ZoneInfo("Europe/Amsterdam")
_DUTCH_DATE = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


# In a column of codes, amounts or days, the same few come again and again.
_read_once = lru_cache(maxsize=4096)


def words(text: str) -> str:
    """Read a name or a description."""
    if len(text) > _LONGEST:
        raise Misread(FaultKind.CELL_TOO_LONG, most=_LONGEST)
    return text


def note(text: str) -> str:
    """Read what somebody sets down in their own words; what looks like a BSN is refused and not repeated."""
    if len(text) > _LONGEST_NOTE:
        raise Misread(FaultKind.CELL_TOO_LONG, most=_LONGEST_NOTE)
    if mentions_a_bsn(text):
        raise Misread(FaultKind.LOOKS_LIKE_BSN)
    return text


@_read_once
def amount(text: str) -> Money:
    """Read an amount above zero, in euros, the Dutch way (see `Money.read`)."""
    read = signed_amount(text)
    if read <= ZERO:
        raise Misread(FaultKind.AMOUNT_NOT_POSITIVE)
    return read


def signed_amount(text: str) -> Money:
    """Read an amount in euros that may be below zero, with the sign in front."""
    try:
        read = Money.read(text.removeprefix("-"))
    except ValueError:
        raise Misread(FaultKind.AMOUNT) from None
    if read > _LARGEST:
        raise Misread(FaultKind.AMOUNT)
    return -read if text.startswith("-") else read


@_read_once
def day(text: str) -> date:
    """Read a day: `31-12-2026` or `2026-12-31`."""
    try:
        if found := _DUTCH_DATE.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
        if found := _ISO_DATE.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise Misread(FaultKind.DATE)


def moment(text: str) -> datetime:
    """Read a moment: `2026-12-31T22:59:59Z`, or `2026-12-31 23:59` in the Netherlands; a day is its first moment."""
    try:
        return datetime.combine(day(text), time(), _NETHERLANDS).astimezone(UTC)
    except (Misread, OverflowError):
        pass
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=_NETHERLANDS)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Misread(FaultKind.MOMENT) from None


def number(least: int, most: int) -> Callable[[str], int]:
    """Return what reads a whole number from `least` to `most`."""

    def read(text: str) -> int:
        if re.fullmatch(r"\d{1,9}", text, re.ASCII) is None or not least <= int(text) <= most:
            raise Misread(FaultKind.NUMBER, least=least, most=most)
        return int(text)

    return read


@_read_once
def code(text: str) -> str:
    """Read the code of a scheme or of a kind of merchant."""
    if CODE.fullmatch(text) is None:
        raise Misread(FaultKind.CODE)
    return text


@_read_once
def codes(text: str) -> tuple[str, ...]:
    """Read one code, or several with spaces between; what comes back is in order, each once."""
    found = tuple(sorted(set(text.split())))
    if not found or any(CODE.fullmatch(one) is None for one in found):
        raise Misread(FaultKind.CODES)
    return found


@_read_once
def category(text: str) -> str:
    """Read a category that a scheme has an amount for: in capitals or not, with spaces or hyphens between its words."""
    return code("-".join(text.casefold().split()))


def card_number(text: str) -> CardNumber:
    """Read a printed card number, with or without spaces."""
    try:
        return CardNumber.parse(text)
    except ValueError:
        has_right_form = re.fullmatch(r"9\d{15}", text.replace(" ", ""), re.ASCII) is not None
        raise Misread(FaultKind.CARD_CHECK_DIGITS if has_right_form else FaultKind.CARD_NUMBER) from None


def holder(text: str) -> HolderReference:
    """Read a holder's opaque reference; what looks like a BSN is refused and not repeated."""
    try:
        return holder_reference(text)
    except ValueError:
        raise Misread(FaultKind.LOOKS_LIKE_BSN if looks_like_a_bsn(text) else FaultKind.REFERENCE) from None


def decision(text: str) -> str:
    """Read the reference of a decision; what looks like a BSN is refused and not repeated."""
    return str(holder(text))


def own_reference(text: str) -> str:
    """Read what a merchant calls something itself; what could be a BSN is refused and not repeated."""
    try:
        return merchant_reference(text)
    except ValueError:
        raise Misread(FaultKind.LOOKS_LIKE_BSN if mentions_a_bsn(text) else FaultKind.OWN_REFERENCE) from None


def account_number(text: str) -> str:
    """Read an IBAN, checked, and without spaces."""
    try:
        number = str(iban.validate(text))
    except ValidationError:
        raise Misread(FaultKind.IBAN) from None
    if not number.isascii():  # the check takes the digits of any script
        raise Misread(FaultKind.IBAN)
    return number


def kvk_number(text: str) -> str:
    """Read a number of the Chamber of Commerce: eight digits."""
    if re.fullmatch(r"\d{8}", text, re.ASCII) is None:
        raise Misread(FaultKind.KVK_NUMBER)
    return text
