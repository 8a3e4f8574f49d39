"""Checking an award file: every row is held against the books as if it was booked, and nothing is written."""

from collections.abc import Iterator, Sequence

from pasledger.formats.awards import AwardRow
from pasledger.ledger.accounts import Account
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refused
from pasledger.rules.batches import entitlement_in, terms_of
from pasledger.rules.cards import CardNumber
from pasledger.rules.deciding import Outcome, decide_each, needs_of
from pasledger.rules.records import AwardKey, Event
from pasledger.store import Reader
from pasledger.usecases import booking
from pasledger.usecases.award_texts import CheckedAward
from pasledger.usecases.crediting import request_of

Checked = tuple[AwardRow, CheckedAward | Refused]
"""A row, and what it comes to or why it is refused."""


def checked(reader: Reader, rows: list[AwardRow], stamp: Stamp) -> Iterator[list[Checked]]:
    """Yield what each row comes to, or why it is refused, as many at a time as are booked at a time.

    The same rules decide as when it is booked, by a colleague who is not there yet, and each row sees what those before
    it took. The rows are taken off their list, so that half a million of them are not held twice.
    """
    so_far = _SoFar(names_cards=any(isinstance(row.holder, CardNumber) for row in rows))
    as_if = Stamp(stamp.recorded_at, stamp.effective_on, stamp.prepared_by, f"not {stamp.prepared_by}")
    while rows:
        chunk = rows[: booking.CHUNK]
        del rows[: booking.CHUNK]
        yield so_far.decide(reader, chunk, as_if)


class _SoFar:
    """What the rows of a file took until now, which the books do not know.

    A reader of files finds a row that stands there twice. Only where a holder can be named in two ways, by a card too,
    it has to be remembered who got what.
    """

    def __init__(self, *, names_cards: bool) -> None:
        self._names_cards = names_cards
        self._given: set[AwardKey] = set()
        self._left: dict[Account, Money] = {}

    def decide(self, reader: Reader, rows: Sequence[AwardRow], stamp: Stamp) -> list[Checked]:
        """Return the answers to some rows."""
        requests = [request_of(row, stamp) for row in rows]
        needs = needs_of(requests)
        town = reader.load(needs)
        if self._names_cards:
            self._given |= town.awards
            town.awards = self._given
        for account in needs.budgets & self._left.keys():
            town.carry_forward(account, self._left[account])
        outcomes = decide_each(requests, town, stamp)
        self._left |= {account: town.balance(account) for account in needs.budgets if town.knows(account)}
        return [(row, _answer(row, outcome)) for row, outcome in zip(rows, outcomes, strict=True)]


def _answer(row: AwardRow, outcome: Outcome) -> CheckedAward | Refused:
    match outcome:
        case Outcome(refused=Refused() as refused):
            return refused
        case Outcome(event=Event() as event):
            return CheckedAward(row, terms_of(entitlement_in(event)))
        case _:
            raise ValueError("an award carries no key, so that its answer is no repeat")
