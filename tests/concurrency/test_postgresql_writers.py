"""Many programs write to one PostgreSQL (property 2 and 4): exact to the cent, each key once, and nobody in a knot."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardState
from pasledger.rules.deciding import Request
from pasledger.rules.registration import CardRequest, MerchantRequest, RevocationRequest
from pasledger.usecases.verifying import verify
from tests.support.books import A_SMALL_TOWN, POSTGRESQL, holders, opened, place_in
from tests.support.postgresql import raw, rows, run
from tests.support.town import a_card, a_merchant, a_redemption, a_refund, a_terminal, an_award, euros
from tests.support.writers import WRITERS, Batches, ask_at_once, processes

DEADLOCK = "40P01"


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Return the processes that write."""
    with processes() as pool:
        yield pool


@pytest.fixture
def books(tmp_path: Path) -> Iterator[str]:
    """Return a small town's books, in which the merchant has been paid once, afterwards sound whatever was asked."""
    with place_in(POSTGRESQL, tmp_path) as make:
        books = make(
            *A_SMALL_TOWN, *holders(range(2, 32)), an_award("50,00", holder=2, number=2), a_redemption("20,00")
        )
        yield books
        with opened(books) as store:
            assert verify(store).findings == ()


def alone(*requests: Request) -> Batches:
    """Return requests that are asked one by one."""
    return [[request] for request in requests]


def left(books: str, number: int = 1) -> Money:
    """Return what is left of an entitlement."""
    with opened(books) as store, store.read() as reader:
        return dict(reader.stored_balances())[accounts.entitlement(EntitlementId.of(number), "culture")]


def test_nobody_spends_the_same_cent(pool: ProcessPoolExecutor, books: str) -> None:
    """Of € 30,00, a hundred and twenty tries of € 0,99 spend thirty times that, and leave € 0,30."""
    asked = ask_at_once(
        pool,
        books,
        [
            alone(*(a_redemption("0,99", number=100 * till + one, key=f"{till}/{one}") for one in range(40)))
            for till in range(1, WRITERS + 1)
        ],
    )
    assert asked.refusals() == {None: 30, Refusal.NOT_ENOUGH: 90}
    assert asked.states == []
    assert left(books) == euros("0,30")


def test_no_budget_is_awarded_twice(pool: ProcessPoolExecutor, books: str) -> None:
    """Of € 900,00, ninety awards of € 30,00 give thirty, whoever books them."""
    asked = ask_at_once(
        pool,
        books,
        [
            alone(*(an_award("30,00", holder=one + 2, number=100 * clerk + one) for one in range(30)))
            for clerk in range(1, WRITERS + 1)
        ],
    )
    assert asked.refusals() == {None: 30, Refusal.BUDGET_TOO_SMALL: 60}
    with opened(books) as store, store.read() as reader:
        assert dict(reader.stored_balances())[accounts.budget("culture", 2026)] == Money(0)


def test_the_same_award_is_booked_once(pool: ProcessPoolExecutor, books: str) -> None:
    """A decision that several clerks book at the same moment is booked by one of them."""
    asked = ask_at_once(
        pool,
        books,
        [
            alone(*(an_award("1,00", number=100 * clerk + one, decision=f"same {one}") for one in range(20)))
            for clerk in range(1, WRITERS + 1)
        ],
    )
    assert asked.refusals() == {None: 20, Refusal.AWARD_REPEATED: 40}


def test_the_same_key_is_booked_once(pool: ProcessPoolExecutor, books: str) -> None:
    """A key that several programs ask at the same moment leads to one sale, and to one answer."""
    asked = ask_at_once(
        pool,
        books,
        [
            alone(*(a_redemption("1,00", number=100 * till + one, key=f"{one}") for one in range(20)))
            for till in range(1, WRITERS + 1)
        ],
    )
    assert asked.refusals() == {None: 20 * WRITERS}
    assert sum(not answer.is_repeat for answer in asked.answers) == 20
    assert len({answer.result for answer in asked.answers}) == 20
    assert left(books) == euros("10,00")


def test_no_more_is_given_back_than_was_paid(pool: ProcessPoolExecutor, books: str) -> None:
    """Of a sale of € 20,00, thirty refunds of € 3,00 give back eighteen."""
    asked = ask_at_once(
        pool,
        books,
        [
            alone(*(a_refund("3,00", number=100 * till + one, key=f"{till}/{one}") for one in range(10)))
            for till in range(1, WRITERS + 1)
        ],
    )
    assert asked.refusals() == {None: 6, Refusal.REFUND_TOO_LARGE: 24}
    assert left(books) == euros("48,00")


def test_a_card_pays_while_its_holder_is_credited(pool: ProcessPoolExecutor, books: str) -> None:
    """Whatever the order, what is left is what was there and came, less what was paid."""
    pays = [a_redemption("2,00", number=100 + one) for one in range(40)]
    gets = [an_award("1,00", number=100 + one) for one in range(20)]
    gets_back = [a_refund("1,00", number=100 + one) for one in range(20)]
    asked = ask_at_once(pool, books, [alone(*pays), alone(*gets), alone(*gets_back)])
    refusals = asked.refusals()
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
    assert (left(books, 1), left(books, 2)) == (euros("12,00"), euros("32,00"))


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
    with raw(books) as connection:
        held = [(holder, state) for _, holder, _, _, state, *_ in rows(connection, "card")]
    for card in old:
        states = [state for holder, state in held if holder == a_card(card, holder=card).holder]
        assert sorted(states) == ["active", "replaced"]
    assert len(asked.answers) == 3 * len(old)


def test_a_terminal_is_revoked_once(pool: ProcessPoolExecutor, tmp_path: Path) -> None:
    """Of several clerks who revoke a terminal at the same moment one does, and the others are told so."""
    terminals = tuple(a_terminal(number) for number in range(1, 31))
    with place_in(POSTGRESQL, tmp_path) as make:
        books = make(MerchantRequest(a_merchant(), terminals))
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
