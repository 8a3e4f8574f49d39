"""The file that says how the town pays, as TOML."""

import re
import tomllib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, FileRefused, Misread, shown
from pasledger.ledger.money import Money
from pasledger.rules.records import PaymentSettings

_MOST_IN_ONE_PAYMENT = Money(99_999_999_999)
"""What a SEPA payment can be at most."""

_MOST_IN_FILE = 100_000


def _bic(text: str) -> str:
    if re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", text, re.ASCII) is None:
        raise Misread(FaultKind.BIC)
    return text


def _payment(text: str) -> Money:
    found = cells.amount(text)
    if found > _MOST_IN_ONE_PAYMENT:
        raise Misread(FaultKind.AMOUNT)
    return found


PAYMENT_KEYS: dict[str, tuple[type, Callable[[Any], object], bool]] = {
    "naam": (str, cells.words, True),
    "iban": (str, cells.account_number, True),
    "bic": (str, _bic, False),
    "minimum": (str, cells.amount, True),
    "hoogste_betaling": (str, _payment, True),
    "hoogste_batch": (str, cells.amount, True),
    "betalingen_per_bestand": (int, lambda number: cells.number(1, _MOST_IN_FILE)(str(number)), True),
    "eigen_rekening": (bool, bool, True),
}
"""Each key: its type in TOML, what reads it, and whether it must be there."""


def read_payment_settings(data: bytes) -> PaymentSettings:
    """Return how the town pays. Raises `FileRefused`."""
    try:
        found = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        where = str(error) if isinstance(error, tomllib.TOMLDecodeError) else ""
        raise FileRefused([Fault(FaultKind.FILE_NOT_TOML, figures={"where": where})]) from None
    known = ", ".join(PAYMENT_KEYS)
    faults = [
        Fault(FaultKind.COLUMN_UNKNOWN, None, key, figures={"columns": known})
        for key in found
        if key not in PAYMENT_KEYS
    ]
    values: dict[str, Any] = {}
    for key, (kind, read, is_required) in PAYMENT_KEYS.items():
        if key not in found:
            if is_required:
                faults.append(Fault(FaultKind.COLUMN_MISSING, None, key, figures={"columns": known}))
            continue
        try:
            values[key] = _read(found[key], kind, read)
        except Misread as misread:
            faults.append(Fault(misread.kind, None, key, shown(str(found[key])), misread.figures))
    # In between, a merchant would wait for ever.
    faults += [
        Fault(FaultKind.AMOUNT_BELOW, None, most, shown(str(found[most])), {"least": least})
        for least, most in pairwise(("minimum", "hoogste_betaling", "hoogste_batch"))
        if least in values and most in values and values[most] < values[least]
    ]
    if faults:
        raise FileRefused(faults)
    return PaymentSettings(
        0,
        values["naam"],
        values["iban"],
        values.get("bic"),
        values["minimum"],
        values["hoogste_betaling"],
        values["hoogste_batch"],
        values["betalingen_per_bestand"],
        values["eigen_rekening"],
    )


def _read(value: object, kind: type, read: Callable[[Any], object]) -> object:
    if type(value) is not kind:
        choices = {str: '"…"', int: "1, 2, 3 …", bool: "true, false"}[kind]
        raise Misread(FaultKind.CHOICE, choices=choices)
    if value == "":
        raise Misread(FaultKind.CELL_EMPTY)
    return read(value)
