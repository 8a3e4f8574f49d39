"""What can be wrong with a file, as a closed list, and where. The sentences are in `pasledger.texts`."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pasledger.ledger.refusals import Refusal
from pasledger.rules.holders import looks_like_a_bsn


class FaultKind(StrEnum):
    """What is wrong with a file or with one cell of it."""

    FILE_EMPTY = "file-empty"
    FILE_NOT_TEXT = "file-not-text"
    FILE_NOT_XLSX = "file-not-xlsx"
    FILE_TOO_LARGE = "file-too-large"
    FILE_NOT_TOML = "file-not-toml"
    FILE_NOT_XML = "file-not-xml"
    XML_TOO_LARGE = "xml-too-large"
    XML_DOCUMENT_TYPE = "xml-document-type"
    XML_OTHER = "xml-other"
    XML_FIELD = "xml-field"
    STATEMENT_SUM = "statement-sum"
    SHEETS_SEVERAL = "sheets-several"
    NO_ROWS = "no-rows"
    COLUMN_MISSING = "column-missing"
    COLUMN_UNKNOWN = "column-unknown"
    COLUMN_TWICE = "column-twice"
    COLUMN_HIDDEN = "column-hidden"
    ROWS_HIDDEN = "rows-hidden"
    CELLS_MERGED = "cells-merged"
    CELLS_MISCOUNTED = "cells-miscounted"
    QUOTE_OPEN = "quote-open"
    CELL_EMPTY = "cell-empty"
    CELL_TOO_LONG = "cell-too-long"
    CELL_ERROR = "cell-error"
    CELL_FORMULA = "cell-formula"
    CELL_IS_DATE = "cell-is-date"
    CELL_DIGITS_LOST = "cell-digits-lost"
    CELL_SHOWN_OTHERWISE = "cell-shown-otherwise"
    AMOUNT = "amount"
    AMOUNT_NOT_POSITIVE = "amount-not-positive"
    AMOUNT_BELOW = "amount-below"
    DATE = "date"
    MOMENT = "moment"
    NUMBER = "number"
    CODE = "code"
    CODES = "codes"
    CARD_NUMBER = "card-number"
    CARD_CHECK_DIGITS = "card-check-digits"
    REFERENCE = "reference"
    OWN_REFERENCE = "own-reference"
    WORDS = "words"
    LOOKS_LIKE_BSN = "looks-like-bsn"
    IBAN = "iban"
    BIC = "bic"
    KVK_NUMBER = "kvk-number"
    EMAIL = "email"
    REQUEST_LINK = "request-link"
    LANGUAGE = "language"
    NOT_ONE_LINE = "not-one-line"
    CHOICE = "choice"
    NO_HOLDER = "no-holder"
    TWO_HOLDERS = "two-holders"
    NO_AMOUNT = "no-amount"
    RULE = "rule"
    ROW_TWICE = "row-twice"
    ROWS_TOO_MANY = "rows-too-many"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the row as a person counts it (the header is row 1), the column, what stands there, and the reason.

    `value` is left out where showing it would spread what should not have been written at all.
    """

    reason: FaultKind | Refusal
    row: int | None = None
    column: str | None = None
    value: str | None = None
    figures: dict[str, object] = field(default_factory=dict)


class FileRefused(Exception):  # noqa: N818 - an answer, not an error
    """A file is not taken, and nothing of it is booked. Carries every fault that was found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = tuple(faults)


class Misread(ValueError):  # noqa: N818 - as `FileRefused`
    """A cell does not say what its column asks for."""

    def __init__(self, kind: FaultKind, **figures: object) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.figures = figures


_MOST_SHOWN = 60
_NINE_DIGITS = re.compile(r"(?<!\d)(?=(\d(?:[\s./_-]*\d){8})(?!\d))", re.ASCII)


def twice(said: Iterable[tuple[int, object]]) -> Iterator[Fault]:
    """Yield a fault for each row that says what an earlier one said already, by what each row says."""
    first: dict[object, int] = {}
    for row, what in said:
        earlier = first.setdefault(what, row)
        if earlier != row:
            yield Fault(FaultKind.ROW_TWICE, row, figures={"first": earlier})


def require_none(faults: Sequence[Fault]) -> None:
    """Raise `FileRefused` with the faults of a file in their order, where there are any."""
    if faults:
        raise FileRefused(in_order(faults))


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults as somebody goes through a file: what is wrong with all of it first, then row by row."""
    return sorted(faults, key=lambda fault: fault.row or 0)


def shown(text: str) -> str | None:
    """Return what a fault may repeat of a text: not too much of it, and nothing where it holds what could be a BSN."""
    return None if any(map(looks_like_a_bsn, _NINE_DIGITS.findall(text))) else text[:_MOST_SHOWN]
