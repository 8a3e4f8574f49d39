"""What many asked at the same moment, and whether some one-after-another order explains all that they were told.

An order explains a history when each answer is the one that a simple account would have given at its place in the
order, and when what was answered before something else was asked stands before it. What was never answered may stand
anywhere after it was asked, or nowhere. The search is that of Wing and Gong, with Lowe's memory of where it has been.

Each holder and each budget is looked at by itself. The two kinds of account below know nothing of the program: a purse
cannot spend what is not in it, gives back no more than was paid, and says the same again to the same key.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

NOT_ENOUGH, TOO_LARGE, UNKNOWN, KEY_REUSED = "not-enough", "refund-too-large", "redemption-unknown", "key-reused"
AWARD_REPEATED, BUDGET_REPEATED, TOO_SMALL = "award-repeated", "budget-repeated", "budget-too-small"


@dataclass(frozen=True, slots=True)
class Answer:
    """What was told: why not; or else the number of the payment or refund, or the cents that were looked up, if any."""

    refusal: str | None = None
    figure: int | None = None


@dataclass(frozen=True, slots=True)
class Purse:
    """A holder's money, what is left to give back of each payment, the answers kept by key, and the awards."""

    cents: int = 0
    refundable: frozenset[tuple[int, int]] = frozenset()
    kept: frozenset[tuple[str, tuple[str, Answer]]] = frozenset()
    awarded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pot:
    """A budget: what is left to award, and the decisions that were booked."""

    cents: int = 0
    awarded: frozenset[str] = frozenset()
    decided: frozenset[str] = frozenset()


State = Purse | Pot
Possible = Iterator[tuple[Answer, State]]
"""An answer that is right, with what becomes of the account."""


@dataclass(frozen=True, slots=True)
class Pay:
    """A holder pays; the number is another for each time that it is asked, and the key may not be."""

    holder: str
    number: int
    cents: int
    key: str | None = None

    @property
    def about(self) -> tuple[str, ...]:
        """The accounts that this concerns."""
        return (self.holder,)

    def upon(self, purse: State) -> Possible:
        """Yield each answer that is right."""
        assert isinstance(purse, Purse)
        yield _by_key(purse, self.key, f"pay {self.cents}", *self._decided(purse))

    def _decided(self, purse: Purse) -> tuple[Answer, Purse]:
        if purse.cents < self.cents:
            return Answer(NOT_ENOUGH), purse
        paid = purse.refundable | {(self.number, self.cents)}
        return Answer(figure=self.number), replace(purse, cents=purse.cents - self.cents, refundable=paid)


@dataclass(frozen=True, slots=True)
class GiveBack:
    """A merchant gives back of a payment."""

    holder: str
    number: int
    of: int
    cents: int
    key: str | None = None

    @property
    def about(self) -> tuple[str, ...]:
        """The accounts that this concerns."""
        return (self.holder,)

    def upon(self, purse: State) -> Possible:
        """Yield each answer that is right."""
        assert isinstance(purse, Purse)
        yield _by_key(purse, self.key, f"give back {self.of} {self.cents}", *self._decided(purse))

    def _decided(self, purse: Purse) -> tuple[Answer, Purse]:
        left = dict(purse.refundable).get(self.of)
        if left is None:
            return Answer(UNKNOWN), purse
        if left < self.cents:
            return Answer(TOO_LARGE), purse
        refundable = purse.refundable - {(self.of, left)} | {(self.of, left - self.cents)}
        return Answer(figure=self.number), replace(purse, cents=purse.cents + self.cents, refundable=refundable)


@dataclass(frozen=True, slots=True)
class Award:
    """Money goes from a budget to a holder, once for each decision."""

    holder: str
    budget: str
    number: int
    cents: int
    decision: str

    @property
    def about(self) -> tuple[str, ...]:
        """The accounts that this concerns."""
        return (self.holder, self.budget)

    def upon(self, account: State) -> Possible:
        """Yield each answer that is right; a purse cannot tell whether the budget is large enough."""
        if self.decision in account.awarded:
            yield Answer(AWARD_REPEATED), account
            return
        awarded = account.awarded | {self.decision}
        if isinstance(account, Purse):
            yield Answer(), replace(account, cents=account.cents + self.cents, awarded=awarded)
            yield Answer(TOO_SMALL), account
        elif account.cents >= self.cents:
            yield Answer(), replace(account, cents=account.cents - self.cents, awarded=awarded)
        else:
            yield Answer(TOO_SMALL), account


@dataclass(frozen=True, slots=True)
class ChangeBudget:
    """The council raises a budget or (below zero) lowers it, once for each decision."""

    budget: str
    number: int
    cents: int
    decision: str

    @property
    def about(self) -> tuple[str, ...]:
        """The accounts that this concerns."""
        return (self.budget,)

    def upon(self, pot: State) -> Possible:
        """Yield each answer that is right."""
        assert isinstance(pot, Pot)
        if self.decision in pot.decided:
            yield Answer(BUDGET_REPEATED), pot
        elif pot.cents + self.cents < 0:
            yield Answer(TOO_SMALL), pot
        else:
            yield Answer(), replace(pot, cents=pot.cents + self.cents, decided=pot.decided | {self.decision})


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody reads what is left of a holder's money or of a budget."""

    account: str

    @property
    def about(self) -> tuple[str, ...]:
        """The accounts that this concerns."""
        return (self.account,)

    def upon(self, account: State) -> Possible:
        """Yield each answer that is right."""
        yield Answer(figure=account.cents), account


@dataclass(frozen=True, slots=True)
class LookUp:
    """Somebody asks what became of a key; nothing, as long as it was not answered."""

    holder: str
    key: str

    @property
    def about(self) -> tuple[str, ...]:
        """The accounts that this concerns."""
        return (self.holder,)

    def upon(self, purse: State) -> Possible:
        """Yield each answer that is right."""
        assert isinstance(purse, Purse)
        _, answer = dict(purse.kept).get(self.key, ("", Answer()))
        yield answer, purse


Asked = Pay | GiveBack | Award | ChangeBudget | Look | LookUp


def _by_key(purse: Purse, key: str | None, body: str, answer: Answer, after: Purse) -> tuple[Answer, Purse]:
    """Return what is said under a key: what was said before, to the same body; and else what was decided now."""
    if key is None:
        return answer, after
    if key in dict(purse.kept):
        same, before = dict(purse.kept)[key]
        return (before if same == body else Answer(KEY_REUSED)), purse
    if answer.refusal == UNKNOWN:  # which says nothing about a payment, so that the key stays free
        return answer, after
    return answer, replace(after, kept=after.kept | {(key, (body, answer))})


@dataclass(frozen=True, slots=True)
class Operation:
    """What one client asked, from when to when, and what it was told; without an answer nobody knows how it ended."""

    asked: Asked
    answer: Answer | None
    began: int
    ended: int


@dataclass(slots=True)
class Order:
    """The longest order that was found for an account."""

    explained: list[Operation] = field(default_factory=list)
    left: list[Operation] = field(default_factory=list)
    """What cannot follow, answered and not; nothing answered where the order explains it all."""


def unexplained(history: Sequence[Operation], before: Mapping[str, State]) -> dict[str, Order]:
    """Return each account for which no order explains the answers, with how far one goes.

    `before` has what each account was when the history began.
    """
    found: dict[str, Order] = {}
    for account, state in before.items():
        operations = [operation for operation in history if account in operation.asked.about]
        order = _longest(sorted(operations, key=lambda operation: operation.began), state)
        if any(operation.answer for operation in order.left):
            found[account] = order
    return found


def _longest(operations: Sequence[Operation], state: State) -> Order:
    """Search for an order of all that was answered, and return it; or the longest that there is.

    What is done is a set of places, as the bits of a number: where the search comes again to the same set with the
    same account, what can follow was looked at already.
    """
    answered = sum(1 << place for place, operation in enumerate(operations) if operation.answer)
    longest: tuple[int, ...] = ()
    been: set[tuple[int, State]] = set()
    ahead: list[tuple[int, State, tuple[int, ...]]] = [(0, state, ())]
    while ahead:
        done, state, order = ahead.pop()
        if (done, state) in been:
            continue
        been.add((done, state))
        longest = max(longest, order, key=len)
        if done & answered == answered:
            longest = order
            break
        ahead += [(done | 1 << place, after, (*order, place)) for place, after in _next(operations, done, state)]
    return Order(
        [operations[place] for place in longest],
        [operation for place, operation in enumerate(operations) if place not in longest],
    )


def _next(operations: Sequence[Operation], done: int, state: State) -> Iterable[tuple[int, State]]:
    """Return what may come next: nothing that is left was answered before it was asked.

    The last is tried first: what was answered, the soonest first. What fits now and changes nothing is the only one,
    for it fits nowhere better.
    """
    found: list[tuple[float, int, State]] = []
    for place in _may_be_next(operations, done):
        operation = operations[place]
        for answer, after in operation.asked.upon(state):
            if operation.answer is None and after != state:
                found.append((float("inf"), place, after))
            elif answer == operation.answer and after == state:
                return [(place, after)]
            elif answer == operation.answer:
                found.append((operation.ended, place, after))
    return [(place, after) for _, place, after in sorted(found, key=lambda one: one[0], reverse=True)]


def _may_be_next(operations: Sequence[Operation], done: int) -> Iterator[int]:
    soonest = float("inf")
    for place in range(_first_left(done), len(operations)):
        if done >> place & 1:
            continue
        operation = operations[place]
        if operation.began > soonest:
            return
        if operation.answer is not None:
            soonest = min(soonest, operation.ended)
        yield place


def _first_left(done: int) -> int:
    """Return the lowest place that is not done."""
    return (~done & done + 1).bit_length() - 1


def shown(orders: Mapping[str, Order]) -> str:
    """Return what was found, for the message of a failing test: the end of each order, and what cannot follow."""
    return "\n".join(
        f"{account}: after {len(order.explained)} operations, the last of them\n"
        + "".join(f"  {operation}\n" for operation in order.explained[-5:])
        + "no order goes on with\n"
        + "".join(f"  {operation}\n" for operation in order.left[:10])
        for account, order in orders.items()
    )
