"""Numbers of a spreadsheet as the person saw them: exact to the cent, and days by the way in which they are shown.

A spreadsheet keeps 15 digits. What stands behind them, as in 12.100000000000001, is noise of its arithmetic that nobody
saw; what stands before them is meant, and more than two decimals are refused by who reads an amount.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from functools import lru_cache

from pasledger.formats.faults import FaultKind

_DIGITS_KEPT = 15
_AS_KEPT = Context(prec=_DIGITS_KEPT)
_TOO_LARGE = Decimal(10**_DIGITS_KEPT)
_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?([Ee][+-]?\d{1,3})?", re.ASCII)
_LAST_SERIAL = 2_958_465
"""31 December 9999, in the system of 1900."""
_DAYS_FROM_1900_TO_1904 = 1462
_FEBRUARY_29_1900 = 60
"""A day that never was, and that spreadsheets count all the same."""

_DAYS_BUILT_IN = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    **dict.fromkeys((5, 6, 37, 38, 41, 42), "#,##0"),
    **dict.fromkeys((7, 8, 39, 40, 43, 44), "#,##0.00"),
    48: "##0.0E+0",
}
_NOT_SHOWN_AS_DIGITS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DAY_SIGNS = re.compile(r"[dmyhs]", re.IGNORECASE)
_PLACES = re.compile(r"[0#?][0#?,]*(?:\.([0#?]*))?")


@dataclass(frozen=True, slots=True)
class Held:
    """A cell that is not plain text or a plain number: a day, or what nobody could have seen as it is."""

    text: str
    fault: FaultKind
    """What is wrong with it; a day is right where a day is asked for."""
    is_day: bool = False


Cell = str | Held


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a number is shown: as a day, or with so many decimals (None: as many as it has)."""

    is_day: bool = False
    decimals: int | None = None
    is_changed: bool = False
    """Whether another number is shown, as for a percentage."""
    digits: int = 0
    """How many digits are shown at least, with zeros in front."""


GENERAL = NumberFormat()


def number_format(number: int, code: str | None) -> NumberFormat:
    """Return how a number is shown by the format with this number, or with this code where the workbook has its own."""
    if code is None:
        if number in _DAYS_BUILT_IN:
            return NumberFormat(is_day=True)
        code = _BUILT_IN.get(number, "General")
    shown = _NOT_SHOWN_AS_DIGITS.sub("", code.partition(";")[0]).strip()
    if shown.casefold() in ("general", "@") or not code:
        return GENERAL
    if _DAY_SIGNS.search(shown):
        return NumberFormat(is_day=True)
    found = _PLACES.search(shown)
    if found is None:
        return NumberFormat(is_changed=True)
    is_changed = any(sign in shown for sign in "%/Ee") or found[0].rstrip(".").endswith(",")
    digits = len(shown) if set(shown) == {"0"} else 0
    return NumberFormat(decimals=len(found[1] or ""), is_changed=is_changed, digits=digits)


@lru_cache(maxsize=4096)
def number_cell(text: str, shown_as: NumberFormat, *, from_1904: bool) -> Cell:
    """Return a number as text in Dutch notation, a day as ISO text, or what is wrong with the cell.

    Raises `ValueError` for what is no number.
    """
    if _NUMBER.fullmatch(text) is None:
        raise ValueError("no number")
    number = _AS_KEPT.plus(Decimal(text))
    if shown_as.is_day:
        return _day(number, from_1904=from_1904)
    written = _written(number)
    if abs(number) >= _TOO_LARGE:
        return Held(written, FaultKind.CELL_DIGITS_LOST)
    whole, _, decimals = written.partition(",")
    needed = len(decimals.rstrip("0"))
    if (shown_as.is_changed and number) or (shown_as.decimals is not None and needed > shown_as.decimals):
        return Held(written, FaultKind.CELL_SHOWN_OTHERWISE)
    return whole.zfill(shown_as.digits) if shown_as.digits else written


def _written(number: Decimal) -> str:
    """Return a number with a decimal comma: no decimals, or at least two."""
    whole, _, decimals = f"{number:f}".partition(".")
    decimals = decimals.rstrip("0")
    if not decimals:
        return "0" if whole == "-0" else whole
    return f"{whole},{decimals:0<2}"


def _day(serial: Decimal, *, from_1904: bool) -> Held:
    """Return the day that a number is shown as; where there is none, or a time beside it, the number."""
    whole = int(serial)
    if from_1904:
        start, last = date(1904, 1, 1), _LAST_SERIAL - _DAYS_FROM_1900_TO_1904
    else:
        start, last = date(1899, 12, 31 if whole < _FEBRUARY_29_1900 else 30), _LAST_SERIAL
    is_day = serial == whole and 1 <= whole <= last and (from_1904 or whole != _FEBRUARY_29_1900)
    text = (start + timedelta(days=whole)).isoformat() if is_day else _written(serial)
    return Held(text, FaultKind.CELL_IS_DATE, is_day=True)


def iso_day(text: str) -> Held:
    """Return a cell that holds a day as ISO text; where there is a time beside it, both."""
    day, _, time = text.partition("T")
    return Held(text if time.strip("0:.Z") else day, FaultKind.CELL_IS_DATE, is_day=True)
