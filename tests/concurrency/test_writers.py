"""Many write to the same books (properties 2 and 4): exact to the cent, each key once, and nobody in a knot.

The clients are threads of several processes: on one SQLite file, and on one schema in PostgreSQL.
"""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardState
from pasledger.rules.deciding import Request
from pasledger.rules.registration import CardRequest, MerchantRequest, RevocationRequest
from pasledger.usecases.verifying import verify
from tests.support.asking import an_ask, an_asked_payment
from tests.support.books import A_SMALL_TOWN, KINDS, POSTGRESQL, MakeBooks, granted, holders, opened, place_in
from tests.support.postgresql import raw, run
from tests.support.town import (
    A_KEY,
    CLUB,
    TODAY,
    a_budget,
    a_budget_rest,
    a_card,
    a_correction,
    a_freeing,
    a_holder,
    a_lapse,
    a_merchant,
    a_redemption,
    a_refund,
    a_stamp,
    a_terminal,
    a_use,
    a_withdrawal,
    a_year_close,
    an_award,
    an_extension,
    an_offer,
    an_offer_stop,
    euros,
    offered,
)
from tests.support.writers import CLIENTS, WRITERS, Batches, alone, ask_at_once, processes

DEADLOCK = "40P01"
BUDGET = accounts.budget("culture", 2026)
AFTER_THE_END = date(2027, 1, 5)


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Return the processes that write."""
    with processes() as pool:
        yield pool


@pytest.fixture(params=KINDS)
def make_books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeBooks]:
    """Return what makes books, in each kind of database; they are sound afterwards, whatever was asked."""
    made: list[str] = []
    with place_in(request.param, tmp_path) as make:

        def make_sound(*requests: Request) -> str:
            made.append(make(*requests))
            return made[-1]

        yield make_sound
        for books in made:
            with opened(books) as store:
                assert verify(store).findings == ()


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return a small town's books, in which the merchant has been paid € 20,00 of € 50,00."""
    return make_books(
        *A_SMALL_TOWN, *holders(range(2, 32)), an_award("50,00", holder=2, number=2), a_redemption("20,00")
    )


def of_each(*kinds: list[Request], clients: int = CLIENTS) -> list[Batches]:
    """Deal requests out to clients, who ask them one by one."""
    requests = [request for kind in kinds for request in kind]
    return [alone(*requests[client::clients]) for client in range(clients)]


def left(books: str, account: Account | None = None) -> Money:
    """Return what an account is at, by its transfers; that of the first entitlement where none is named."""
    account = account or accounts.entitlement(EntitlementId.of(1), "culture")
    with opened(books) as store, store.read() as reader:
        return dict(reader.turnovers())[account].balance(is_debit_normal=account.kind.is_debit_normal)


def test_nobody_spends_the_same_cent(pool: ProcessPoolExecutor, books: str) -> None:
    """Of € 30,00, a hundred and twenty-eight tries of € 0,99 spend thirty times that, and leave € 0,30."""
    tries = [a_redemption("0,99", number=100 + one, key=f"{one}") for one in range(2 * CLIENTS)]
    asked = ask_at_once(pool, books, of_each([*tries]))
    assert asked.refusals() == {None: 30, Refusal.NOT_ENOUGH: 98}
    assert set(asked.states) <= {None}
    assert left(books) == euros("0,30")


def used(books: str) -> tuple[int, int, int]:
    """Return how often the first offer says that it was used, how often it was, and how many marks there are."""
    with opened(books) as store, store._connection(reads_only=True) as connection:
        asked = ("SELECT used FROM offer", "SELECT count(*) FROM offer_use", "SELECT count(*) FROM offer_mark")
        said, counted, marks = (connection.exec_driver_sql(one).scalar_one() for one in asked)
        return int(said), int(counted), int(marks)


def test_no_more_is_used_than_there_is(pool: ProcessPoolExecutor, books: str) -> None:
    """Of a stock of forty, as many cards as there are get exactly forty at the same moment, and each card its two."""
    with opened(books) as store:
        store.take_key(A_KEY, at=a_stamp().recorded_at, by="clerk")
        granted(store, *offered(an_offer(per_card=2, stock=40)))
    tries = [a_use(card=1 + one % 30, number=100 + one, key=f"{one}") for one in range(150)]
    asked = ask_at_once(pool, books, of_each([*tries], clients=30))
    assert asked.refusals()[None] == 40
    assert set(asked.refusals()) <= {None, Refusal.OFFER_SOLD_OUT, Refusal.OFFER_USED_UP}
    assert DEADLOCK not in asked.states
    assert used(books) == (40, 40, 40)


def test_a_limit_for_each_card_holds(pool: ProcessPoolExecutor, books: str) -> None:
    """Sixty-four tills that use an offer with one card at the same moment use it three times, and pay three times."""
    with opened(books) as store:
        store.take_key(A_KEY, at=a_stamp().recorded_at, by="clerk")
        granted(store, *offered(an_offer(per_card=3)))
    tries = [a_use(amount="1,00", number=100 + one, key=f"{one}") for one in range(CLIENTS)]
    asked = ask_at_once(pool, books, of_each([*tries]))
    assert asked.refusals() == {None: 3, Refusal.OFFER_USED_UP: CLIENTS - 3}
    assert used(books) == (3, 3, 3)
    assert left(books) == euros("27,00")


def test_exactly_what_was_asked_is_paid(pool: ProcessPoolExecutor, books: str) -> None:
    """Of a request of € 20,00, thirty cards that pay € 1,00 twice at one moment pay exactly that, and no cent more."""
    with opened(books) as store:
        granted(store, an_ask("20,00"), *(an_award("5,00", holder=one, number=10 + one) for one in range(3, 32)))
    tries = [an_asked_payment("1,00", card=1 + one % 30, number=100 + one, key=f"{one}") for one in range(60)]
    asked = ask_at_once(pool, books, of_each([*tries], clients=12))
    assert asked.refusals()[None] == 20
    assert set(asked.refusals()) <= {None, Refusal.REQUEST_CLOSED}
    assert DEADLOCK not in asked.states
    with opened(books) as store, store.read() as reader:
        [known] = reader.payment_requests.all(CLUB)
    assert (known.paid, known.progress.steps) == (euros("20,00"), 20)


def test_nothing_is_used_after_it_was_stopped(pool: ProcessPoolExecutor, books: str) -> None:
    """A stop among many uses: what came before it is counted, and nothing comes after it."""
    with opened(books) as store:
        store.take_key(A_KEY, at=a_stamp().recorded_at, by="clerk")
        granted(store, *offered(an_offer()))
    tries = [alone(a_use(card=1 + one % 30, number=100 + one)) for one in range(24)]
    asked = ask_at_once(pool, books, [*tries[:12], alone(an_offer_stop()), *tries[12:]])
    assert set(asked.refusals()) <= {None, Refusal.OFFER_UNKNOWN}
    assert used(books)[0] == used(books)[1] == asked.refusals()[None] - 1


def test_no_budget_is_awarded_twice(pool: ProcessPoolExecutor, books: str) -> None:
    """Of € 900,00, ninety-six awards of € 30,00 give thirty, whoever books them."""
    awards = [an_award("30,00", holder=2 + one % 30, number=100 + one) for one in range(96)]
    assert ask_at_once(pool, books, of_each([*awards])).refusals() == {None: 30, Refusal.BUDGET_TOO_SMALL: 66}
    assert left(books, BUDGET) == Money(0)


def test_a_budget_is_lowered_while_it_is_awarded(pool: ProcessPoolExecutor, books: str) -> None:
    """What the council takes back and what clerks award is never more than there was."""
    awards: list[Request] = [an_award("30,00", holder=2 + one % 30, number=100 + one) for one in range(CLIENTS)]
    lowered: list[Request] = [a_budget("-30,00", decision=f"less {one}", number=100 + one) for one in range(CLIENTS)]
    mixed = [request for both in zip(awards, lowered, strict=True) for request in both]
    refusals = ask_at_once(pool, books, of_each(mixed)).refusals()
    assert refusals == {None: 30, Refusal.BUDGET_TOO_SMALL: 2 * CLIENTS - 30}
    assert left(books, BUDGET) == Money(0)


def test_the_same_award_is_booked_once(pool: ProcessPoolExecutor, books: str) -> None:
    """A decision that several clerks book at the same moment is booked by one of them."""
    each = [
        alone(*(an_award("1,00", number=100 * clerk + one, decision=f"same {one}") for one in range(20)))
        for clerk in range(1, WRITERS + 1)
    ]
    assert ask_at_once(pool, books, each).refusals() == {None: 20, Refusal.AWARD_REPEATED: 40}


def test_the_same_key_is_booked_once(pool: ProcessPoolExecutor, books: str) -> None:
    """A key that sixty-four clients ask at the same moment leads to one sale, and to one answer."""
    each = [
        alone(*(a_redemption("1,00", number=1000 * client + one, key=f"{one}") for one in range(3)))
        for client in range(1, CLIENTS + 1)
    ]
    asked = ask_at_once(pool, books, each)
    assert asked.refusals() == {None: 3 * CLIENTS}
    assert sum(not answer.is_repeat for answer in asked.answers) == 3
    assert len({answer.result for answer in asked.answers}) == 3
    assert left(books) == euros("27,00")


def test_the_same_refused_key_is_refused_once(pool: ProcessPoolExecutor, books: str) -> None:
    """A sale that is refused to one client is refused to all who ask with its key, also while money comes in."""
    tries = [alone(a_redemption("31,00", number=1000 * client, key="one")) for client in range(1, CLIENTS)]
    asked = ask_at_once(pool, books, [*tries, alone(an_award("5,00", number=100))])
    one_answer = {(answer.refusal, answer.result) for answer in asked.answers if answer.result is not None}
    assert len(one_answer) == 1
    assert sum(answer.result is not None and not answer.is_repeat for answer in asked.answers) == 1


def test_no_more_is_given_back_than_was_paid(pool: ProcessPoolExecutor, books: str) -> None:
    """Of a sale of € 20,00, sixty-four refunds of € 3,00 give back eighteen."""
    refunds = [a_refund("3,00", number=100 + one, key=f"{one}") for one in range(CLIENTS)]
    assert ask_at_once(pool, books, of_each([*refunds])).refusals() == {None: 6, Refusal.REFUND_TOO_LARGE: 58}
    assert left(books) == euros("48,00")


def test_no_more_lapses_than_was_paid(pool: ProcessPoolExecutor, books: str) -> None:
    """Of what was given back after the end nothing is revived: sixty-four refunds of € 3,00 let eighteen lapse."""
    refunds = [a_refund("3,00", number=100 + one, key=f"{one}") for one in range(CLIENTS)]
    asked = ask_at_once(pool, books, of_each([*refunds]), on=AFTER_THE_END)
    assert asked.refusals() == {None: 6, Refusal.REFUND_TOO_LARGE: 58}
    assert left(books) == euros("30,00")
    assert left(books, accounts.lapsed("culture", 2027)) == euros("18,00")
    assert left(books, accounts.payable(CLUB, "culture")) == euros("2,00")


def test_a_refund_against_a_correction(pool: ProcessPoolExecutor, books: str) -> None:
    """Of a sale of € 20,00 that is countered while sixteen refunds are asked, € 20,00 come back and not a cent more."""
    refunds = [alone(a_refund("3,00", number=100 + one, key=f"{one}")) for one in range(16)]
    counters = [alone(a_correction(a_redemption(), number=100 + one)) for one in range(4)]
    asked = ask_at_once(pool, books, [*refunds[:8], *counters, *refunds[8:]])
    refusals = asked.refusals()
    assert set(refusals) <= {
        *(None, Refusal.REFUND_TOO_LARGE, Refusal.CORRECTED_ALREADY, Refusal.NOTHING_TO_CORRECT),
    }
    assert refusals[Refusal.CORRECTED_ALREADY] == 3
    assert left(books) == euros("50,00")
    assert left(books, accounts.payable(CLUB, "culture")) == Money(0)


@pytest.mark.parametrize("on", [TODAY, AFTER_THE_END], ids=["before the end", "after it"])
def test_two_refunds_of_one_redemption(pool: ProcessPoolExecutor, books: str, on: date) -> None:
    """Of several refunds of all of it one is granted, whether it goes back or lapses."""
    asked = ask_at_once(pool, books, [alone(a_refund(number=100 + one)) for one in range(WRITERS)], on=on)
    assert asked.refusals() == {None: 1, Refusal.REFUND_TOO_LARGE: WRITERS - 1}
    assert left(books, accounts.payable(CLUB, "culture")) == Money(0)


def test_two_freeings(pool: ProcessPoolExecutor, books: str) -> None:
    """What lapsed is freed once, and what comes back meanwhile is not freed."""
    with opened(books) as store:
        granted(store, a_lapse(1), a_lapse(2, number=2), on=AFTER_THE_END)
    asked = ask_at_once(
        pool,
        books,
        [*(alone(a_freeing(number=100 + one)) for one in range(8)), alone(an_extension(2, number=100))],
        on=AFTER_THE_END,
    )
    refusals = asked.refusals()
    came_back = left(books, accounts.entitlement(EntitlementId.of(2), "culture"))
    assert refusals[Refusal.NOTHING_TO_FREE] == 7
    assert refusals.get(Refusal.LAPSE_FREED, 0) == (0 if came_back else 1)
    assert left(books, accounts.lapsed("culture", 2026)) == Money(0)
    assert came_back in (Money(0), euros("50,00"))


def test_what_is_withdrawn_is_not_spent(pool: ProcessPoolExecutor, books: str) -> None:
    """Tills that pay while it is withdrawn: what they spent and what went back to the budget are what there was."""
    pays = [alone(a_redemption("1,00", number=100 + one, key=f"{one}")) for one in range(CLIENTS // 2)]
    asked = ask_at_once(pool, books, [*pays[:16], alone(a_withdrawal(number=100)), *pays[16:]])
    refusals = asked.refusals()
    assert set(refusals) <= {None, Refusal.ENDED, Refusal.NOT_ENOUGH}
    spent = euros("1,00").cents * (refusals[None] - 1)
    assert left(books) == Money(0)
    assert left(books, BUDGET) == euros("930,00") - Money(spent)


def test_a_year_is_closed_while_it_is_awarded(pool: ProcessPoolExecutor, books: str) -> None:
    """Either an award was first, and less is freed; or its year is closed, or nothing is left of the budget."""
    awards = [alone(an_award("1,00", holder=2 + one % 30, number=100 + one)) for one in range(12)]
    ends = alone(a_budget_rest(number=100), a_year_close(number=100))
    asked = ask_at_once(pool, books, [*awards[:6], ends, *awards[6:]], on=AFTER_THE_END)
    assert set(asked.refusals()) <= {None, Refusal.START_OUTSIDE_RULE, Refusal.BUDGET_TOO_SMALL, Refusal.YEAR_CLOSED}
    assert left(books, BUDGET) == Money(0)


def test_a_card_pays_while_its_holder_is_credited(pool: ProcessPoolExecutor, books: str) -> None:
    """Whatever the order, what is left is what was there and came, less what was paid."""
    pays: list[Request] = [a_redemption("2,00", number=100 + one) for one in range(40)]
    gets: list[Request] = [an_award("1,00", number=100 + one) for one in range(20)]
    gets_back: list[Request] = [a_refund("1,00", number=100 + one) for one in range(20)]
    refusals = ask_at_once(pool, books, [alone(*pays), alone(*gets), alone(*gets_back)]).refusals()
    assert set(refusals) <= {None, Refusal.NOT_ENOUGH}
    with opened(books) as store, store.read() as reader:
        balances = [left.cents for _, left in reader.entitlements_of(a_card().number) or []]
    paid = len(pays) - refusals.get(Refusal.NOT_ENOUGH, 0)
    assert sum(balances) == 3000 + 20 * 100 + 20 * 100 - paid * 200


def test_nobody_waits_in_a_circle(pool: ProcessPoolExecutor, books: str) -> None:
    """Batches that touch the same two holders in opposite order lock them in one order: not one deadlock."""

    def batch(till: int, one: int) -> list[Request]:
        both = [
            a_redemption("0,10", card=card, number=1000 * till + 10 * one + card, key=f"{till}/{one}/{card}")
            for card in (1, 2)
        ]
        return list(reversed(both)) if till % 2 else [*both]

    asked = ask_at_once(pool, books, [[batch(till, one) for one in range(60)] for till in range(1, WRITERS + 1)])
    assert asked.refusals() == {None: 60 * 2 * WRITERS}
    assert DEADLOCK not in asked.states
    second = accounts.entitlement(EntitlementId.of(2), "culture")
    assert (left(books), left(books, second)) == (euros("12,00"), euros("32,00"))


def test_a_card_is_replaced_once(pool: ProcessPoolExecutor, books: str) -> None:
    """Several clerks who replace or block the same card at the same moment leave it replaced, by one other card."""
    old = range(2, 32)

    def replaces(clerk: int) -> Batches:
        return alone(
            *(
                CardRequest(a_card(card).number, CardState.REPLACED, a_card(1000 * clerk + card, holder=card))
                for card in old
            )
        )

    blocks = alone(*(CardRequest(a_card(card).number, CardState.BLOCKED) for card in old))
    asked = ask_at_once(pool, books, [replaces(1), replaces(2), blocks])
    assert len(asked.answers) == 3 * len(old)
    with opened(books) as store, store.read() as reader:
        for card in old:
            states = [one.state for one in reader.cards_of(a_holder(card).reference)]
            assert sorted(states) == [CardState.ACTIVE, CardState.REPLACED]


def test_a_terminal_is_revoked_once(pool: ProcessPoolExecutor, make_books: MakeBooks) -> None:
    """Of several clerks who revoke a terminal at the same moment one does, and the others are told so."""
    terminals = tuple(a_terminal(number) for number in range(1, 31))
    books = make_books(MerchantRequest(a_merchant(), terminals))
    each = [alone(*(RevocationRequest(terminal.id) for terminal in terminals))] * WRITERS
    assert ask_at_once(pool, books, each).refusals() == {None: 30, Refusal.TERMINAL_UNKNOWN: 60}


def test_a_transfer_that_slips_in_beside_its_entry_is_found(tmp_path: Path) -> None:
    """Who knows the id of an entry that is not committed yet can add to it unseen by a guard: verifying finds it."""
    new_entry = (
        "INSERT INTO entry SELECT 'jrn_new', kind, recorded_at, effective_on, prepared_by, approved_by, 1, versions,"
        " commitment FROM entry LIMIT 1"
    )
    new_transfer = "INSERT INTO transfer SELECT 'jrn_new', {}, debit, credit, 1 FROM transfer LIMIT 1"
    with place_in(POSTGRESQL, tmp_path) as make:
        books = make(*A_SMALL_TOWN)
        with raw(books) as one, raw(books) as other, other.transaction(), one.transaction():
            run(one, new_transfer.format(0))
            run(one, new_entry)
            run(other, new_transfer.format(1))
        with opened(books) as store:
            assert "count" in {finding.check for finding in verify(store).findings}
