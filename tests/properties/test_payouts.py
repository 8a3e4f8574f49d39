"""Property 7: whatever happens in a month, bank and books agree, and each merchant gets exactly its own, once.

Merchants sell and give back, change accounts, and pay back; runs are prepared, released and cancelled; the bank pays,
rejects and sends back: in any order. What each merchant earned and received is counted beside the books.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pasledger.ledger.ids import MerchantId, RunId
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.store import Store
from pasledger.usecases import banking, paying
from pasledger.usecases.verifying import verify
from tests.support.bank import Movement, rejection
from tests.support.books import POSTGRESQL, SQLITE, place_in
from tests.support.month import YEAR, Month, a_town_to_pay

MERCHANTS, CARDS = 4, 6
A_TOWN = a_town_to_pay(merchants=MERCHANTS, cards=CARDS)
numbers = st.integers(1, MERCHANTS)


class AnyMonth(RuleBasedStateMachine):
    """A month of a small town, in which anything may follow on anything."""

    kind = SQLITE

    def __init__(self) -> None:
        super().__init__()
        self.place = ExitStack()
        folder = self.place.enter_context(TemporaryDirectory())
        self.store = Store.open(self.place.enter_context(place_in(self.kind, Path(folder)))(*A_TOWN))
        self.month = Month(self.store, MERCHANTS)
        self.prepared: list[RunId] = []
        self.released: dict[RunId, list[bytes]] = {}

    def teardown(self) -> None:
        """Look at all of it once more, and put the books away."""
        try:
            if self.month.bank.number:
                self.month.assert_each_line_is_paid_once()
                middle = self.month.today - (self.month.today - YEAR.starts_on) / 2
                self.month.assert_statements_add_up(YEAR.starts_on, middle, YEAR.ends_before)
                assert verify(self.store).findings == ()
        finally:
            self.store.close()
            self.place.close()

    @initialize()
    def the_budgets_are_moved_in(self) -> None:
        """The bank account has what the council decided."""
        self.month.begin()

    @rule(sales=st.lists(st.tuples(numbers, st.integers(1, CARDS), st.integers(1, 9_000)), min_size=1, max_size=6))
    def merchants_sell(self, sales: list[tuple[int, int, int]]) -> None:
        """Some payments at one moment."""
        self.month.sell(sales)

    @precondition(lambda self: self.month.sold)
    @rule(data=st.data(), cents=st.integers(1, 9_000))
    def a_merchant_gives_back(self, data: st.DataObject, cents: int) -> None:
        """Also of what was paid out long ago, so that a merchant may owe."""
        self.month.give_back(data.draw(st.integers(0, len(self.month.sold) - 1)), cents)

    @rule(number=numbers)
    def a_merchant_changes_its_account(self, number: int) -> None:
        """It is not paid from now on."""
        self.month.change_account(number)

    @rule(number=numbers)
    def an_account_is_checked(self, number: int) -> None:
        """It can be paid again."""
        self.month.check_account(number)

    @rule()
    def a_run_is_prepared(self) -> None:
        """Whether or not the one before was released."""
        try:
            run = paying.prepare(self.store, self.month.treasurer(), execute_on=self.month.today).run.id
        except Refused as refused:
            assert refused.reason is Refusal.NOTHING_TO_PAY  # noqa: PT017 - the one reason that there can be
        else:
            self.prepared.append(run)

    @precondition(lambda self: self.prepared)
    @rule(data=st.data())
    def a_run_is_released(self, data: st.DataObject) -> None:
        """Any of those that were prepared; one with an account that is another by now is cancelled."""
        run = self.prepared.pop(data.draw(st.integers(0, len(self.prepared) - 1)))
        try:
            self.released[run] = [file.data for file in paying.release(self.store, run, self.month.controller())]
        except Refused as refused:
            assert refused.reason is Refusal.ACCOUNT_UNCHECKED  # noqa: PT017 - the one reason that there can be
            paying.cancel(self.store, run, self.month.treasurer())

    @precondition(lambda self: self.prepared)
    @rule()
    def a_run_is_cancelled(self) -> None:
        """Before it went anywhere."""
        paying.cancel(self.store, self.prepared.pop(), self.month.treasurer())

    @precondition(lambda self: self.released)
    @rule(data=st.data())
    def the_bank_pays(self, data: st.DataObject) -> None:
        """A run, but for some payments, which it rejects; whether that is read before the statement or after it."""
        run = data.draw(st.sampled_from(sorted(self.released)))
        files = self.released.pop(run)
        with self.store.read() as reader:
            found = reader.payouts.run(run)
        named = {found.run.end_to_end_id(one.place): found.run.file_of(one.place) for one in found.payouts}
        rejected = data.draw(st.lists(st.sampled_from(sorted(named)), max_size=2, unique=True))
        statuses = [rejection(found.run.payment_information_id(named[one]), one, "AC01") for one in rejected]
        self.month.bank_pays(files, except_for=rejected)
        if is_read_first := data.draw(st.booleans()):
            self._read(statuses)
        self.month.end_the_day()
        if not is_read_first:
            self._read(statuses)

    def _read(self, statuses: list[bytes]) -> None:
        for status in statuses:
            banking.reject(self.store, status, self.month.treasurer())

    @precondition(lambda self: self.month.paid)
    @rule(data=st.data())
    def a_payment_comes_back(self, data: st.DataObject) -> None:
        """Any that the bank ever paid; on a day of its own."""
        self.month.comes_back(data.draw(st.integers(0, len(self.month.paid) - 1)))
        self.month.end_the_day()

    @precondition(lambda self: self.month.bank.number)
    @rule(number=numbers, cents=st.integers(1, 500))
    def a_merchant_pays_back(self, number: int, cents: int) -> None:
        """What it owes, or what it only thinks that it owes."""
        self.month.repays(number, cents)

    @rule(days=st.integers(1, 3))
    def days_go_by(self, days: int) -> None:
        """Nothing happens."""
        self.month.today += timedelta(days=days)

    @invariant()
    def each_has_its_own(self) -> None:
        """To the cent, after every step."""
        if self.month.bank.number:
            self.month.assert_each_has_its_own()


class AnyMonthInPostgresql(AnyMonth):
    """The same in PostgreSQL."""

    kind = POSTGRESQL


TestAnyMonthInPostgresql = AnyMonthInPostgresql.TestCase
TestAnyMonthInPostgresql.settings = settings(max_examples=settings().max_examples // 40, stateful_step_count=15)

TestAnyMonth = AnyMonth.TestCase
TestAnyMonth.settings = settings(max_examples=settings().max_examples // 8, stateful_step_count=25)


@pytest.fixture
def month(tmp_path: Path) -> Iterator[Month]:
    """Return a month in which a merchant was paid."""
    with place_in(SQLITE, tmp_path) as make, closing(Store.open(make(*A_TOWN))) as store:
        month = Month(store, MERCHANTS)
        month.begin()
        month.sell([(1, 1, 1000)])
        run = paying.prepare(store, month.treasurer(), execute_on=month.today).run.id
        month.bank_pays([file.data for file in paying.release(store, run, month.controller())])
        month.end_the_day()
        month.assert_each_has_its_own()
        yield month


@pytest.mark.parametrize(
    "fault",
    [
        lambda month: month.earned.update({MerchantId.of(1): 1001}),
        lambda month: month.bank.paid.update({month.accounts[MerchantId.of(1)][0]: 2000}),
        lambda month: month.bank.move(Movement(-1, iban=month.accounts[MerchantId.of(2)][0])),
        lambda month: setattr(month.bank, "cents", month.bank.cents - 1),
    ],
    ids=["earned more", "paid twice", "paid another", "money that is gone"],
)
def test_a_fault_of_a_cent_is_found(month: Month, fault: Callable[[Month], object]) -> None:
    """What is looked at after every step can fail."""
    fault(month)
    with pytest.raises(AssertionError):
        month.assert_each_has_its_own()
