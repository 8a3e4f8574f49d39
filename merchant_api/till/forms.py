"""What is typed or scanned at the till, read with a message for each thing that makes no sense."""

import re
from dataclasses import dataclass

from starlette.datastructures import FormData

from merchant_api.requests import KEY
from merchant_api.schemas.cards import CardEntry
from pasledger.formats import cells
from pasledger.formats.faults import FaultKind, Misread
from pasledger.ledger.ids import OfferId
from pasledger.ledger.money import Money
from pasledger.usecases.finding import TOKEN
from pasledger.usecases.pins import PIN

_KEY = re.compile(KEY, re.ASCII)
_MOST = Money(999_999_999)
"""As much as the API takes."""


class Mistyped(Exception):  # noqa: N818 - an answer, not an error
    """A field does not say what it asks for. Carries the field and the code of the sentence."""

    def __init__(self, field: str, code: str, **figures: object) -> None:
        super().__init__(code)
        self.field = field
        self.code = code
        self.figures = figures


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that is asked for."""

    key: str
    card: CardEntry
    amount: Money | None
    """None where an offer is used and nothing is paid."""
    offer: OfferId | None = None
    reference: str | None = None
    """What the merchant calls it itself, such as the number of a member, a pupil or an invoice."""


def read_payment(form: FormData) -> Payment:
    """Return what the form of a payment asks for. Raises `Mistyped`."""
    key, card = read_key(form), _card(text_in(form, "card"), text_in(form, "pin"))
    offer, text = _offer(text_in(form, "offer")), text_in(form, "amount")
    amount = None if offer is not None and not text else _amount(text)
    reference = _reference(text_in(form, "reference"))
    if reference is not None and amount is None:
        raise Mistyped("amount", "till.error.reference-of-nothing")
    return Payment(key, card, amount, offer, reference)


def read_key(form: FormData) -> str:
    """Return the key that the page was made with. Raises `Mistyped`."""
    key = text_in(form, "key")
    if _KEY.fullmatch(key) is None:
        raise Mistyped("key", "till.error.key")
    return key


def text_in(form: FormData, name: str) -> str:
    """Return what was typed into a field, without the spaces around it."""
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _card(text: str, pin: str) -> CardEntry:
    """Return the card: its number, or the token of its QR, alone or at the end of the link."""
    if pin and PIN.fullmatch(pin) is None:
        raise Mistyped("pin", "till.error.pin")
    token = text.rpartition("#")[2]
    if TOKEN.fullmatch(token):
        return CardEntry(token=token, pin=pin) if pin else CardEntry(token=token)
    try:
        number = cells.card_number(text)
    except Misread as misread:
        raise Mistyped("card", f"fault.{misread.kind}", **misread.figures) from None
    if not pin:
        raise Mistyped("pin", "till.error.pin-needed")
    return CardEntry(number=number, pin=pin)


def _offer(text: str) -> OfferId | None:
    if not text:
        return None
    try:
        return OfferId.parse(text)
    except ValueError:
        raise Mistyped("offer", "till.error.offer") from None


def _reference(text: str) -> str | None:
    try:
        return cells.own_reference(text) if text else None
    except Misread as misread:
        raise Mistyped("reference", f"fault.{misread.kind}", **misread.figures) from None


def _amount(text: str) -> Money:
    try:
        amount = cells.amount(text)
        if amount > _MOST:
            raise Misread(FaultKind.AMOUNT)
    except Misread as misread:
        raise Mistyped("amount", f"fault.{misread.kind}", **misread.figures) from None
    return amount
