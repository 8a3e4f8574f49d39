"""The file of checked accounts: which merchant, which account, when, how, with what result and by whom."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from pasledger.formats import cells
from pasledger.formats.faults import FaultKind, Misread, require_none, twice
from pasledger.formats.tabular import Column, read_lines
from pasledger.rules.records import CheckResult, CheckWay

Choice = TypeVar("Choice", bound=StrEnum)


def _one_of(members: type[Choice], *besides: Choice) -> Callable[[str], Choice]:
    """Return what reads a member of a closed list, but for those that no file brings."""
    allowed = [member for member in members if member not in besides]

    def read(text: str) -> Choice:
        try:
            return allowed[allowed.index(members(text.casefold()))]
        except ValueError:
            raise Misread(FaultKind.CHOICE, choices=", ".join(allowed)) from None

    return read


CHECK_COLUMNS = (
    Column("aanbieder", "merchant", cells.words),
    Column("iban", "iban", cells.account_number),
    Column("rekeninghouder", "account_name", cells.words),
    Column("datum", "date", cells.day),
    Column("wijze", "way", _one_of(CheckWay, CheckWay.PAYMENT)),
    Column("uitkomst", "result", _one_of(CheckResult, CheckResult.RETURNED)),
    Column("door", "by", cells.words),
)


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One account that was checked."""

    row: int
    merchant: str
    iban: str
    account_name: str
    checked_on: date
    way: CheckWay
    result: CheckResult
    checked_by: str


def read_checks(data: bytes) -> list[CheckRow]:
    """Return every check of a file. Raises `FileRefused`."""
    lines, faults = read_lines(data, CHECK_COLUMNS)
    require_none([*faults, *twice((line.row, line["merchant"]) for line in lines)])
    names = [column.english for column in CHECK_COLUMNS]
    return [CheckRow(line.row, *(line[name] for name in names)) for line in lines]
