"""The files that fill new books: budgets, merchants and holders as delimited text, schemes as TOML."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, FileRefused, Misread, require_none, shown, twice
from pasledger.formats.tabular import OUR_OWN, Column, Line, Titles, read_lines
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.rules.cards import CardNumber
from pasledger.rules.holders import HolderReference
from pasledger.rules.schemes import Scheme, ValidityRule

BUDGET_COLUMNS = (
    Column("regeling", "scheme", cells.code),
    Column("jaar", "year", cells.number(2000, 2199)),
    Column("bedrag", "amount", cells.signed_amount),
    Column("besluit", "decision", cells.decision),
)
MERCHANT_COLUMNS = (
    Column("naam", "name", cells.words),
    Column("plaats", "place", cells.words),
    Column("soort", "category", cells.codes),
    Column("iban", "iban", cells.account_number),
    Column("kvk", "kvk_number", cells.kvk_number),
    Column("kassas", "terminals", cells.number(0, 99), is_required=False, absent=1),
)
HOLDER_COLUMNS = (
    Column("pashouder", "holder", cells.holder),
    Column("pasnummer", "card", cells.card_number, is_required=False),
)


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """A council decision: by how much the budget of a scheme in a year goes up or, below zero, down."""

    row: int
    scheme: str
    year: int
    change: Money
    decision: str


@dataclass(frozen=True, slots=True)
class MerchantRow:
    """A merchant, and how many terminals it wants."""

    row: int
    name: str
    place: str
    categories: tuple[str, ...]
    iban: str
    kvk_number: str
    terminals: int


@dataclass(frozen=True, slots=True)
class HolderRow:
    """A resident and, if a card was printed before, its number."""

    row: int
    reference: HolderReference
    card: CardNumber | None


def read_budgets(data: bytes) -> list[BudgetRow]:
    """Return every budget decision of a file. Raises `FileRefused`."""
    lines = _sound(data, BUDGET_COLUMNS, lambda line: (line["scheme"], line["year"], line["decision"]))
    nothing = [Fault(FaultKind.AMOUNT_NOT_POSITIVE, line.row, "bedrag", "0") for line in lines if not line["amount"]]
    if nothing:
        raise FileRefused(nothing)
    return [BudgetRow(line.row, line["scheme"], line["year"], line["amount"], line["decision"]) for line in lines]


def read_merchants(data: bytes) -> list[MerchantRow]:
    """Return every merchant of a file. Raises `FileRefused`."""
    return [
        MerchantRow(
            line.row,
            line["name"],
            line["place"],
            line["category"],
            line["iban"],
            line["kvk_number"],
            line.values.get("terminals", 1),
        )
        for line in _sound(data, MERCHANT_COLUMNS, lambda line: line["name"])
    ]


def read_holders(data: bytes, titles: Titles = OUR_OWN) -> list[HolderRow]:
    """Return every holder of a file, with the titles of its source. Raises `FileRefused`."""
    lines = _sound(data, HOLDER_COLUMNS, lambda line: line["holder"], titles)
    return [HolderRow(line.row, line["holder"], line.values.get("card")) for line in lines]


def _sound(
    data: bytes, columns: tuple[Column, ...], same: Callable[[Line], object], titles: Titles = OUR_OWN
) -> list[Line]:
    """Return the rows of a file in which every row can be read and none says the same as another."""
    lines, faults = read_lines(data, columns, titles)
    require_none([*faults, *twice((line.row, same(line)) for line in lines)])
    return lines


# --- schemes

_TEXT_KEYS = ("code", "naam_nl", "naam_en", "geldigheid", "minste", "meeste", "grondslag", "taakveld", "iv3")
_OTHER_KEYS = ("geldig_vanaf", "soorten", "aanbieders", "vaste_periode", "bedragen", "dagplafond", "toelichting")


def read_schemes(data: bytes) -> list[Scheme]:
    """Return every scheme of a TOML file, as version 1 of each. Raises `FileRefused`; the rows count the schemes."""
    try:
        tables = tomllib.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:  # also for a number of thousands of digits, or lists without end
        where = str(error) if isinstance(error, tomllib.TOMLDecodeError) else ""
        raise FileRefused([Fault(FaultKind.FILE_NOT_TOML, figures={"where": where})]) from None
    found = tables.get("regeling")
    is_list_of_tables = isinstance(found, list) and all(isinstance(one, dict) for one in found)
    if not found or not is_list_of_tables or set(tables) != {"regeling"}:
        raise FileRefused([Fault(FaultKind.COLUMN_MISSING, column="[[regeling]]", figures={"columns": "[[regeling]]"})])
    faults: list[Fault] = []
    schemes: list[Scheme] = []
    for row, table in enumerate(found, start=1):
        wrong = _wrong_keys(row, table)
        faults += wrong
        if not wrong:
            _read_scheme(row, table, schemes, faults)
    if faults:
        raise FileRefused(faults)
    return schemes


def _wrong_keys(row: int, table: Mapping[str, object]) -> list[Fault]:
    known = (*_TEXT_KEYS, *_OTHER_KEYS)
    missing = [key for key in (*_TEXT_KEYS, "geldig_vanaf") if key not in table]
    unknown = [key for key in table if key not in known]
    return [
        *(Fault(FaultKind.COLUMN_MISSING, row, key, figures={"columns": ", ".join(known)}) for key in missing),
        *(Fault(FaultKind.COLUMN_UNKNOWN, row, key, figures={"columns": ", ".join(known)}) for key in unknown),
    ]


def _read_scheme(row: int, table: Mapping[str, Any], schemes: list[Scheme], faults: list[Fault]) -> None:
    read = _Keys(row, table, faults)
    validity = read.text("geldigheid", _validity)
    fixed = read.listed("vaste_periode", date)
    values: tuple[Any, ...] = (
        read.text("code", cells.code),
        1,
        read.day("geldig_vanaf"),
        read.text("naam_nl", cells.words),
        read.text("naam_en", cells.words),
        frozenset(read.codes("soorten")),
        frozenset(read.listed("aanbieders", str)),
        validity,
        read.period(fixed) if fixed else None,
        read.text("minste", cells.amount),
        read.text("meeste", cells.amount),
        read.text("grondslag", cells.words),
        read.text("taakveld", cells.words),
        read.text("iv3", cells.words),
        read.amounts("bedragen"),
        read.text("dagplafond", cells.amount) if "dagplafond" in table else None,
    )
    if any(fault.row == row for fault in faults):
        return
    try:
        schemes.append(Scheme(*values))
    except ValueError as error:
        faults.append(Fault(FaultKind.RULE, row, figures={"rule": str(error)}))


def _validity(text: str) -> ValidityRule:
    try:
        return ValidityRule(text)
    except ValueError:
        raise Misread(FaultKind.CHOICE, choices=", ".join(ValidityRule)) from None


@dataclass(frozen=True, slots=True)
class _Keys:
    """Reads the keys of one scheme and collects what is wrong with them."""

    row: int
    table: Mapping[str, Any]
    faults: list[Fault]

    def text(self, key: str, read: Callable[[str], Any]) -> Any:  # noqa: ANN401 - as `read` returns it
        value = self.table[key]
        try:
            if not isinstance(value, str):
                raise Misread(FaultKind.CHOICE, choices='"…"')
            if not value.strip():
                raise Misread(FaultKind.CELL_EMPTY)
            return read(value.strip())
        except Misread as misread:
            self._fault(misread.kind, key, value, **misread.figures)
            return None

    def day(self, key: str) -> date | None:
        value = self.table[key]
        if type(value) is not date:
            self._fault(FaultKind.DATE, key, value)
            return None
        return value

    def listed(self, key: str, kind: type) -> list[Any]:
        value = self.table.get(key, [])
        if not isinstance(value, list) or any(type(one) is not kind for one in value):
            self._fault(FaultKind.CHOICE, key, value, choices="[…, …]")
            return []
        return value

    def codes(self, key: str) -> list[str]:
        codes = self.listed(key, str)
        for code in codes:
            try:
                cells.code(code)
            except Misread as misread:
                self._fault(misread.kind, key, code)
        return codes

    def amounts(self, key: str) -> tuple[tuple[str, Money], ...]:
        """Read a table of categories and amounts, which may be left out."""
        table = self.table.get(key, {})
        if not isinstance(table, dict):
            self._fault(FaultKind.CHOICE, key, table, choices='{ … = "…" }')
            return ()
        amounts: list[tuple[str, Money]] = []
        inside = _Keys(self.row, {f"{key}.{category}": amount for category, amount in table.items()}, self.faults)
        for category in sorted(table):
            try:
                amounts.append((cells.code(category), inside.text(f"{key}.{category}", cells.amount)))
            except Misread as misread:
                self._fault(misread.kind, key, category)
        return tuple(amounts)

    def period(self, days: list[date]) -> Period | None:
        # The day after the last must be a day too.
        if len(days) != 2 or days[0] > days[1] or days[1] == date.max:
            self._fault(FaultKind.DATE, "vaste_periode", ", ".join(map(str, days)))
            return None
        return Period(days[0], days[1] + timedelta(days=1))

    def _fault(self, kind: FaultKind, key: str, value: object, **figures: object) -> None:
        self.faults.append(Fault(kind, self.row, key, shown(str(value)), figures))
