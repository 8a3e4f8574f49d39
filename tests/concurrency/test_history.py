"""The checker of histories itself: what it accepts, and each kind of fault that it must not."""

from collections.abc import Sequence

import pytest

from tests.support.history import (
    AWARD_REPEATED,
    BUDGET_REPEATED,
    KEY_REUSED,
    NOT_ENOUGH,
    TOO_LARGE,
    TOO_SMALL,
    UNKNOWN,
    Answer,
    Asked,
    Award,
    ChangeBudget,
    GiveBack,
    Look,
    LookUp,
    Operation,
    Pay,
    Pot,
    Purse,
    State,
    shown,
    unexplained,
)

BEFORE: dict[str, State] = {"Jan": Purse(100), "Mia": Purse(100), "sport": Pot(100)}
LOST, DONE = None, Answer()


def told(asked: Asked, answer: Answer | int | str | None = DONE, *, at: tuple[int, int]) -> Operation:
    """Return what somebody was told, from when to when: why not, a number, or only that it was done."""
    if isinstance(answer, int):
        answer = Answer(figure=answer)
    return Operation(asked, Answer(answer) if isinstance(answer, str) else answer, *at)


def pay(number: int, cents: int, key: str | None = None) -> Pay:
    """Return a payment by Jan."""
    return Pay("Jan", number, cents, key)


def give_back(number: int, of: int, cents: int, key: str | None = None) -> GiveBack:
    """Return a refund to Jan."""
    return GiveBack("Jan", number, of, cents, key)


def award(number: int, cents: int, decision: str, holder: str = "Jan") -> Award:
    """Return an award from the one budget."""
    return Award(holder, "sport", number, cents, decision)


def budget(number: int, cents: int, decision: str) -> ChangeBudget:
    """Return a change of the one budget."""
    return ChangeBudget("sport", number, cents, decision)


JAN, SPORT = Look("Jan"), Look("sport")

EXPLAINED: dict[str, Sequence[Operation]] = {
    "nothing at all": [],
    "one after another, each kind of answer": [
        told(pay(1, 60, "a"), 1, at=(0, 1)),
        told(pay(2, 60, "b"), NOT_ENOUGH, at=(2, 3)),
        told(pay(3, 60, "a"), 1, at=(4, 5)),
        told(pay(4, 60, "b"), NOT_ENOUGH, at=(6, 7)),
        told(pay(5, 50, "a"), KEY_REUSED, at=(8, 9)),
        told(give_back(6, 1, 40, "c"), 6, at=(10, 11)),
        told(give_back(7, 1, 40, "d"), TOO_LARGE, at=(12, 13)),
        told(give_back(8, 2, 10, "e"), UNKNOWN, at=(14, 15)),
        told(LookUp("Jan", "c"), 6, at=(16, 17)),
        told(LookUp("Jan", "d"), TOO_LARGE, at=(18, 19)),
        told(LookUp("Jan", "e"), at=(20, 21)),
        told(award(9, 70, "Z-1"), at=(22, 23)),
        told(award(10, 70, "Z-1"), AWARD_REPEATED, at=(24, 25)),
        told(award(11, 70, "Z-2"), TOO_SMALL, at=(26, 27)),
        told(budget(12, -20, "council 1"), at=(28, 29)),
        told(budget(13, -20, "council 1"), BUDGET_REPEATED, at=(30, 31)),
        told(budget(14, -20, "council 2"), TOO_SMALL, at=(32, 33)),
        told(JAN, 150, at=(34, 35)),
        told(SPORT, 10, at=(36, 37)),
    ],
    "two at once, of which one came too late": [
        told(pay(1, 60), NOT_ENOUGH, at=(0, 10)),
        told(pay(2, 60), 2, at=(5, 15)),
    ],
    "a reader before and a reader after, within one payment": [
        told(pay(1, 60), 1, at=(0, 10)),
        told(JAN, 100, at=(2, 3)),
        told(JAN, 40, at=(4, 5)),
    ],
    "a lost answer that was a yes, a while later": [
        told(pay(1, 60), LOST, at=(0, 1)),
        told(JAN, 100, at=(2, 3)),
        told(JAN, 40, at=(4, 5)),
    ],
    "a lost answer to what was never done": [told(pay(1, 60), LOST, at=(0, 1)), told(JAN, 100, at=(2, 3))],
    "a payment that needs the refund of another, asked later": [
        told(pay(1, 100), 1, at=(0, 1)),
        told(pay(2, 30), 2, at=(2, 20)),
        told(give_back(3, 1, 30), 3, at=(10, 15)),
    ],
    "one holder's order says nothing of another's": [
        told(pay(1, 100), 1, at=(0, 1)),
        told(Pay("Mia", 2, 100), 2, at=(2, 3)),
    ],
}

FAULTS: dict[str, tuple[set[str], Sequence[Operation]]] = {
    "a lost update": (
        {"Jan"},
        [told(pay(1, 30), 1, at=(0, 10)), told(pay(2, 20), 2, at=(0, 10)), told(JAN, 80, at=(11, 12))],
    ),
    "the same money spent twice": ({"Jan"}, [told(pay(1, 60), 1, at=(0, 10)), told(pay(2, 60), 2, at=(0, 10))]),
    "a refusal while there was money": (
        {"Jan"},
        [told(pay(1, 60), NOT_ENOUGH, at=(0, 1)), told(pay(2, 60), 2, at=(2, 3))],
    ),
    "an old balance after an acknowledged payment": (
        {"Jan"},
        [told(pay(1, 60), 1, at=(0, 1)), told(JAN, 100, at=(2, 3))],
    ),
    "a balance that goes back in time": (
        {"Jan"},
        [told(pay(1, 60), 1, at=(0, 10)), told(JAN, 40, at=(2, 3)), told(JAN, 100, at=(4, 5))],
    ),
    "more given back than was paid": (
        {"Jan"},
        [
            told(pay(1, 60), 1, at=(0, 1)),
            told(give_back(2, 1, 40), 2, at=(2, 9)),
            told(give_back(3, 1, 40), 3, at=(2, 9)),
        ],
    ),
    "two answers to one key": ({"Jan"}, [told(pay(1, 10, "a"), 1, at=(0, 9)), told(pay(2, 10, "a"), 2, at=(0, 9))]),
    "a refusal that became a yes": (
        {"Jan"},
        [
            told(pay(1, 110, "a"), NOT_ENOUGH, at=(0, 1)),
            told(award(2, 50, "Z-1"), at=(2, 3)),
            told(pay(3, 110, "a"), 3, at=(4, 5)),
        ],
    ),
    "another body under a key": (
        {"Jan"},
        [told(pay(1, 10, "a"), 1, at=(0, 1)), told(pay(2, 20, "a"), 1, at=(2, 3))],
    ),
    "the answer of somebody else": (
        {"Jan"},
        [told(pay(1, 10), 2, at=(0, 9)), told(pay(2, 20), 1, at=(0, 9))],
    ),
    "an acknowledged payment that is missing": (
        {"Jan"},
        [told(pay(1, 60, "a"), 1, at=(0, 1)), told(LookUp("Jan", "a"), at=(2, 3))],
    ),
    "a booking that nobody asked for": ({"Jan"}, [told(JAN, 90, at=(0, 1))]),
    "a lost answer that is done twice": (
        {"Jan"},
        [told(pay(1, 30), LOST, at=(0, 1)), told(JAN, 40, at=(2, 3))],
    ),
    "a lost answer that was done before it was asked": (
        {"Jan"},
        [told(JAN, 40, at=(0, 1)), told(pay(1, 60), LOST, at=(2, 3))],
    ),
    "one decision awarded twice": (
        {"Jan", "sport"},
        [told(award(1, 10, "Z-1"), at=(0, 9)), told(award(2, 10, "Z-1"), at=(0, 9))],
    ),
    "more awarded than the budget": (
        {"sport"},
        [told(award(1, 60, "Z-1"), at=(0, 9)), told(award(2, 60, "Z-2", "Mia"), at=(0, 9))],
    ),
    "a budget lowered below what was awarded": (
        {"sport"},
        [told(award(1, 60, "Z-1"), at=(0, 9)), told(budget(2, -50, "council 1"), at=(0, 9))],
    ),
    "a new award, and not the older payment, in one decision": (
        {"Jan"},
        [
            told(pay(1, 100), 1, at=(0, 9)),
            told(award(2, 50, "Z-1"), at=(1, 2)),
            told(JAN, 150, at=(3, 4)),
            told(pay(3, 10), NOT_ENOUGH, at=(1, 12)),
        ],
    ),
}


@pytest.mark.parametrize("case", EXPLAINED)
def test_it_accepts_what_an_order_explains(case: str) -> None:
    """A history with an order is accepted."""
    assert unexplained(EXPLAINED[case], BEFORE) == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_it_finds_what_no_order_explains(fault: str) -> None:
    """Each kind of fault is found, in the accounts that it is in, and in no other."""
    accounts, history = FAULTS[fault]
    found = unexplained(history, BEFORE)
    assert set(found) == accounts
    assert all(account in shown(found) for account in accounts)


@pytest.mark.parametrize("fault", FAULTS)
def test_it_finds_them_among_much_else(fault: str) -> None:
    """A fault is found too where many others ask at the same moment, and answers were lost."""
    accounts, history = FAULTS[fault]
    later = 1000
    much = [told(Pay("Mia", 100 + n, 1), 100 + n, at=(n, n + 40)) for n in range(60)]
    much += [told(pay(200 + n, 1_000), NOT_ENOUGH, at=(n, n + later)) for n in range(60)]
    much += [told(pay(300 + n, 1_000), LOST, at=(n, n + 1)) for n in range(10)]
    assert set(unexplained([*much, *history], BEFORE)) == accounts


def test_the_order_is_the_longest_there_is() -> None:
    """A fault is told with what goes well before it, and with what cannot follow."""
    good = [told(pay(n, 10), n, at=(2 * n, 2 * n + 1)) for n in range(5)]
    bad = told(JAN, 100, at=(20, 21))
    found = unexplained([*good, bad], BEFORE)["Jan"]
    assert (found.explained, found.left) == (good, [bad])
