"""A month in a town: merchants sell and give back, the town pays, the bank answers; and what has to be true of it.

What each merchant earned is counted here, beside the books; what each received, the bank counts.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from stdnum import iban as stdnum_iban

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import MerchantId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money, total
from pasledger.ledger.periods import Period
from pasledger.reports.merchant_statement import MerchantStatement
from pasledger.rules.deciding import Request
from pasledger.rules.merchants import MerchantCheckRequest
from pasledger.rules.records import LinePurpose, Merchant, PayoutStep
from pasledger.rules.registration import MerchantRequest, SchemeRequest
from pasledger.store import Store
from pasledger.usecases import banking
from pasledger.usecases.booking import book
from pasledger.usecases.covering import proof_of_cover
from tests.support.bank import Bank, Movement
from tests.support.books import granted, holders
from tests.support.town import (
    TODAY,
    a_budget,
    a_change,
    a_check,
    a_merchant,
    a_redemption,
    a_refund,
    a_scheme,
    a_stamp,
    an_award,
    settings_of_payment,
)

YEAR = Period(date(2026, 1, 1), date(2027, 1, 1))
_SCHEMES = {"culture": ("sport",), "gift": ()}
_BUDGET_CENTS = 10_000_000


def an_iban(number: int) -> str:
    """Return the account with a number, at a bank that does not exist."""
    rest = f"TEST{number:010}"
    return f"NL{stdnum_iban.calc_check_digits(f'NL00{rest}')}{rest}"


def a_town_to_pay(*, merchants: int, cards: int) -> tuple[Request, ...]:
    """Return a town whose cards have € 400,00 under each of two schemes, and whose merchants can be paid."""
    clubs = [_club(number) for number in range(1, merchants + 1)]
    return (
        *(SchemeRequest(a_scheme(code, categories=categories)) for code, categories in _SCHEMES.items()),
        *(MerchantRequest(club, ()) for club in clubs),
        *(_check(club.id, club.iban, TODAY) for club in clubs),
        settings_of_payment(most_in_file=max(1, merchants // 2)),
        *(
            a_budget("50.000,00", scheme=scheme, number=number, decision=f"council {number}")
            for number, scheme in enumerate(_SCHEMES, start=1)
        ),
        *holders(range(1, cards + 1)),
        *(
            an_award("400,00", scheme=scheme, holder=card, number=card + cards * place)
            for place, scheme in enumerate(_SCHEMES)
            for card in range(1, cards + 1)
        ),
    )


def _club(number: int) -> Merchant:
    return replace(a_merchant(MerchantId.of(number), name=f"Club {number}"), iban=an_iban(number))


def _check(merchant: MerchantId, iban: str, on: date) -> MerchantCheckRequest:
    return a_check(merchant, iban=iban, account_name=f"Stichting {iban[-4:]}", on=on)


@dataclass
class Month:
    """What happens in such a town, and what is known of it beside its books."""

    store: Store
    merchants: int
    today: date = TODAY
    bank: Bank = field(default_factory=Bank)
    earned: dict[MerchantId, int] = field(default_factory=lambda: defaultdict(int))
    """What each merchant sold, less what it gave back, in cents."""
    accounts: dict[MerchantId, list[str]] = field(default_factory=dict)
    """Every account that a merchant ever had, the newest last."""
    sold: list[tuple[MerchantId, int, int]] = field(default_factory=list)
    """Each payment, by its number: where it was, and what is left of it."""
    paid: list[Movement] = field(default_factory=list)
    """What the bank paid and did not send back."""
    refunds: int = 0

    def __post_init__(self) -> None:
        self.accounts = {MerchantId.of(number): [an_iban(number)] for number in range(1, self.merchants + 1)}

    def begin(self) -> None:
        """Move the budgets to the bank account, and let two people say so."""
        self.bank.move(Movement(_BUDGET_CENTS))
        self.end_the_day()
        self.settle(LinePurpose.BUDGET_IN)

    # --- merchants

    def sell(self, sales: Sequence[tuple[int, int, int]]) -> None:
        """Let cards pay merchants: the number of the merchant, that of the card, and the cents. Some hear no."""
        asked = [
            a_redemption(_euros(cents), card=card, merchant=MerchantId.of(merchant), number=len(self.sold) + place)
            for place, (merchant, card, cents) in enumerate(sales, start=1)
        ]
        for (merchant, _, cents), outcome in zip(sales, book(self.store, asked, self.clerk()), strict=True):
            granted_cents = cents if outcome.refused is None else 0
            self.sold.append((MerchantId.of(merchant), len(self.sold) + 1, granted_cents))
            self.earned[MerchantId.of(merchant)] += granted_cents

    def give_back(self, place: int, cents: int) -> None:
        """Give back of the payment at a place, at most what is left of it."""
        merchant, number, left = self.sold[place]
        given = min(left, cents)
        if given:
            self.refunds += 1
            granted(
                self.store,
                a_refund(_euros(given), of=number, merchant=merchant, number=self.refunds),
                on=self.today,
            )
            self.sold[place] = (merchant, number, left - given)
            self.earned[merchant] -= given

    def change_account(self, number: int) -> None:
        """Give a merchant another account, which blocks its payouts."""
        merchant = MerchantId.of(number)
        self.accounts[merchant].append(an_iban(number + 1000 * len(self.accounts[merchant])))
        granted(self.store, a_change(merchant, iban=self.accounts[merchant][-1]), on=self.today)

    def check_account(self, number: int) -> None:
        """Check the account of a merchant, so that it can be paid."""
        merchant = MerchantId.of(number)
        granted(self.store, _check(merchant, self.accounts[merchant][-1], self.today), on=self.today)

    # --- the bank

    def bank_pays(self, files: Sequence[bytes], *, except_for: Sequence[str] = ()) -> None:
        """Let the bank pay what is in files, but for some payments."""
        for data in files:
            self.paid += self.bank.pay(data, except_for=except_for)

    def comes_back(self, place: int) -> None:
        """Let one of the payments come back, as the account is closed."""
        self.bank.send_back(self.paid.pop(place), "AC04")

    def repays(self, number: int, cents: int) -> None:
        """Let a merchant pay back what it was paid too much, and two people say that it is this."""
        merchant = MerchantId.of(number)
        self.bank.move(Movement(cents, iban=self.accounts[merchant][-1]))
        self.end_the_day()
        self.settle(LinePurpose.REPAID, merchant)

    def end_the_day(self) -> None:
        """Read the statement of the day."""
        banking.take(self.store, self.bank.close_the_day(self.today), self.treasurer())
        self.today += timedelta(days=1)

    def settle(self, purpose: LinePurpose, merchant: MerchantId | None = None) -> None:
        """Let two people say what the one line is that waits."""
        with self.store.read() as reader:
            (line,) = (one.line for one in reader.bank.lines() if one.settled is None)
        both = a_stamp(self.today, prepared_by="treasurer", approved_by="other")
        banking.settle(self.store, line, purpose, both, merchant=merchant)

    # --- who does it

    def clerk(self) -> Stamp:
        """Return the stamp of somebody at the town hall, on this day."""
        return a_stamp(self.today)

    def treasurer(self) -> Stamp:
        """Return the stamp of who pays."""
        return a_stamp(self.today, prepared_by="treasurer", approved_by=None)

    def controller(self) -> Stamp:
        """Return the stamp of who lets a run go."""
        return a_stamp(self.today, prepared_by="other", approved_by=None)

    # --- what has to be true

    def assert_each_has_its_own(self) -> None:
        """What a merchant earned, it received or has to get; and the bank is what the books say it is."""
        owner = {iban: merchant for merchant, ibans in self.accounts.items() for iban in ibans}
        accounted = dict.fromkeys(self.accounts, 0)
        for iban, cents in self.bank.paid.items():
            accounted[owner[iban]] += cents
        with self.store.read() as reader:
            for account, turnover in reader.turnovers():
                if account.kind in (AccountKind.PAYABLE, AccountKind.IN_PAYMENT):
                    accounted[MerchantId(account.code.split("/")[1])] += turnover.balance(is_debit_normal=False).cents
            proof = proof_of_cover(reader)
        assert accounted == {merchant: self.earned.get(merchant, 0) for merchant in self.accounts}
        assert proof.adds_up
        assert proof.bank is not None
        assert proof.bank.closing.cents == self.bank.cents

    def assert_each_line_is_paid_once(self) -> None:
        """No line is in two payouts that live, and the lines of each payout are its amount."""
        seen: set[tuple[MerchantId, str]] = set()
        with self.store.read() as reader:
            for run in reader.payouts.runs():
                found = reader.payouts.run(run)
                for payout in found.payouts:
                    lines = reader.payouts.lines(payout.entry, payout.merchant)
                    assert total(line.amount for line in lines) == payout.amount
                    if found.payout_steps.get(payout.id, ()) not in ((), (PayoutStep.PAID,)):
                        continue
                    entries = {(payout.merchant, str(line.entry)) for line in lines}
                    assert len(entries) == len(lines)
                    assert not entries & seen
                    seen |= entries

    def assert_statements_add_up(self, *days: date) -> None:
        """For each merchant, each period between two days has equal sides, and goes on where the one before ended."""
        with self.store.read() as reader:
            for merchant in self.accounts:
                owed = Money(0)
                for starts_on, ends_before in pairwise(days):
                    found = reader.selling.statement(merchant, Period(starts_on, ends_before))
                    assert found.opening_owed == owed
                    assert came_in(found) == found.paid + found.in_payment + found.closing_owed
                    assert (
                        total(line.amount for line in found.lines) == came_in(found) - found.opening_owed - found.paid
                    )
                    owed = found.in_payment + found.closing_owed


def came_in(statement: MerchantStatement) -> Money:
    """Return the left side of a statement: all that was owed in the period."""
    return (
        statement.opening_owed
        + statement.redemptions
        + statement.captures
        - statement.refunds
        + statement.corrections
        + statement.returned
    )


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02}"
