"""The proof of cover (dekking): what was promised against the money set aside for it, and the books against the bank.

Cover is met where the treasury of each scheme is at least what is promised: to holders (entitlements, held) and to
merchants (payable, in payment). What merchants owe us is a line of its own and covers nothing, for it may never come.

Where the town pays from an account that is for these books alone, the bank has to agree to the cent:

    bank = treasury + freed and not moved out yet - budgets not moved in yet
           + lines that wait for a person + lines that are something else + what was there before the first statement
           + what was paid from another account, before the town paid from this one
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.money import ZERO, Money, total
from pasledger.rules.records import BankLine, BankStatement, LinePurpose, StatementLine


@dataclass(frozen=True, slots=True)
class CoverLine:
    """How one scheme, or all together, stands."""

    scheme: str
    treasury: Money
    entitlements: Money
    held: Money
    payable: Money
    in_payment: Money
    debts: Money
    budget: Money
    lapsed: Money

    @property
    def promised(self) -> Money:
        """What holders and merchants can ask for."""
        return self.entitlements + self.held + self.payable + self.in_payment

    @property
    def left(self) -> Money:
        """The treasury less what is promised."""
        return self.treasury - self.promised

    @property
    def difference(self) -> Money:
        """What the auditor's sentence is off by: nothing, or the books are wrong."""
        return self.left - (self.budget + self.lapsed - self.debts)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a term: when, what it is called, and how much."""

    on: date
    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Term:
    """One term of what the bank has to be, with everything that is in it."""

    name: str
    items: tuple[Item, ...]

    @property
    def amount(self) -> Money:
        """What it adds up to."""
        return total(item.amount for item in self.items)


@dataclass(frozen=True, slots=True)
class BankCover:
    """The bank against the books."""

    iban: str
    until: date
    closing: Money
    treasury: Money
    terms: tuple[Term, ...]

    @property
    def difference(self) -> Money:
        """What cannot be explained."""
        return self.closing - self.treasury - total(term.amount for term in self.terms)


@dataclass(frozen=True, slots=True)
class Cover:
    """The whole proof; the bank is None where its account is shared, or no statement was read."""

    lines: tuple[CoverLine, ...]
    total: CoverLine
    bank: BankCover | None

    @property
    def is_met(self) -> bool:
        """Whether each scheme has at least what it promised."""
        return all(line.left >= ZERO for line in self.lines)

    @property
    def adds_up(self) -> bool:
        """Whether books and bank agree to the cent."""
        return not any(line.difference for line in self.lines) and (self.bank is None or not self.bank.difference)


@dataclass(frozen=True, slots=True)
class TreasuryMove:
    """Money that was set aside for a scheme, or went back to general means: above zero what was set aside."""

    on: date
    name: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a statement with what it turned out to be."""

    name: str
    line: StatementLine
    settled: BankLine | None


def cover(balances: Iterable[tuple[Account, Money]], bank: BankCover | None) -> Cover:
    """Return the proof from the balances of all accounts."""
    sums: dict[str, dict[str, Money]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for account, balance in balances:
        part = "debts" if account.kind is AccountKind.PAYABLE and balance < ZERO else account.kind.value
        sums[account.scheme][part] += -balance if part == "debts" else balance
    lines = tuple(_line(scheme, parts) for scheme, parts in sorted(sums.items()))
    together: dict[str, Money] = defaultdict(lambda: ZERO)
    for parts in sums.values():
        for part, amount in parts.items():
            together[part] += amount
    return Cover(lines, _line("", together), bank)


def _line(scheme: str, parts: dict[str, Money]) -> CoverLine:
    return CoverLine(
        scheme,
        treasury=parts.get(AccountKind.TREASURY, ZERO),
        entitlements=parts.get(AccountKind.ENTITLEMENT, ZERO),
        held=parts.get(AccountKind.HELD, ZERO),
        payable=parts.get(AccountKind.PAYABLE, ZERO),
        in_payment=parts.get(AccountKind.IN_PAYMENT, ZERO),
        debts=parts.get("debts", ZERO),
        budget=parts.get(AccountKind.BUDGET, ZERO),
        lapsed=parts.get(AccountKind.LAPSED, ZERO),
    )


def bank_cover(
    treasury: Money,
    statements: Sequence[BankStatement],
    lines: Sequence[Told],
    moves: Sequence[TreasuryMove],
    *,
    elsewhere: Sequence[Told],
) -> BankCover | None:
    """Return the bank against the books; None where there is no statement.

    Statements and lines are of one account, in their order; `elsewhere` has the lines of every other.
    """
    if not statements:
        return None
    first, last = statements[0], statements[-1]
    before = (Item(first.until, first.bank_id, first.opening),) if first.opening else ()
    budgets = (
        *(Item(move.on, move.name, -move.amount) for move in moves if move.amount > ZERO),
        *_settled_as(LinePurpose.BUDGET_IN, lines),
    )
    freed = (
        *(Item(move.on, move.name, -move.amount) for move in moves if move.amount < ZERO),
        *_settled_as(LinePurpose.FREED_OUT, lines),
    )
    waiting = tuple(Item(one.line.booked_on, one.name, one.line.amount) for one in lines if one.settled is None)
    paid_elsewhere = tuple(
        Item(one.line.booked_on, one.name, -one.line.amount)
        for one in elsewhere
        if one.settled is not None and one.settled.purpose.is_booked
    )
    terms = (
        Term("before", before),
        Term("budgets", budgets),
        Term("freed", freed),
        Term("waiting", waiting),
        Term("other", tuple(_settled_as(LinePurpose.OTHER, lines))),
        Term("elsewhere", paid_elsewhere),
    )
    return BankCover(last.iban, last.until, last.closing, treasury, terms)


def _settled_as(purpose: LinePurpose, lines: Iterable[Told]) -> list[Item]:
    return [
        Item(one.line.booked_on, one.name, one.line.amount)
        for one in lines
        if one.settled is not None and one.settled.purpose is purpose
    ]
