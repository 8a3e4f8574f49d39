"""Checking an award file: every row is held against the books as if it was booked, and nothing is written."""

from collections.abc import Iterator, Sequence

from pasledger.formats.awards import AwardRow
from pasledger.ledger.accounts import Account
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refused
from pasledger.rules.batches import entitlement_in, terms_of
from pasledger.rules.deciding import Outcome, decide_each, needs_of
from pasledger.rules.records import AwardKey, Event
from pasledger.store import Reader
from pasledger.usecases.award_texts import CheckedAward
from pasledger.usecases.booking import chunks
from pasledger.usecases.crediting import request_of


def checked(reader: Reader, rows: Sequence[AwardRow], stamp: Stamp) -> Iterator[list[CheckedAward | Refused]]:
    """Yield what each row comes to, or why it is refused, as many at a time as are booked at a time.

    The same rules decide as when it is booked, by a colleague who is not there yet, and each row sees what those before
    it took from the budget.
    """
    as_if = Stamp(stamp.recorded_at, stamp.effective_on, stamp.prepared_by, f"not {stamp.prepared_by}")
    given: set[AwardKey] = set()
    left: dict[Account, Money] = {}
    for chunk in chunks(rows):
        requests = [request_of(row, as_if) for row in chunk]
        needs = needs_of(requests)
        town = reader.load(needs)
        given |= town.awards
        town.awards = given
        for account in needs.budgets & left.keys():
            town.carry_forward(account, left[account])
        outcomes = decide_each(requests, town, as_if)
        left |= {account: town.balance(account) for account in needs.budgets if town.knows(account)}
        yield [_answer(row, outcome) for row, outcome in zip(chunk, outcomes, strict=True)]


def _answer(row: AwardRow, outcome: Outcome) -> CheckedAward | Refused:
    match outcome:
        case Outcome(refused=Refused() as refused):
            return refused
        case Outcome(event=Event() as event):
            return CheckedAward(row, terms_of(entitlement_in(event)))
        case _:
            raise ValueError("an award carries no key, so that its answer is no repeat")
