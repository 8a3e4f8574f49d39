"""What the rows of an award file ask for, and checking them: each is held against the books as if it was booked."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pasledger.formats.awards import AwardRow
from pasledger.formats.faults import Fault
from pasledger.ledger.accounts import Account
from pasledger.ledger.ids import EntitlementId, EntryId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.batches import entitlement_in, terms_of
from pasledger.rules.cards import CardNumber
from pasledger.rules.crediting import AwardRequest
from pasledger.rules.deciding import Outcome, decide_each, needs_of
from pasledger.rules.records import AwardKey, Event
from pasledger.store import Reader, Store
from pasledger.usecases import booking
from pasledger.usecases.award_texts import CheckedAward
from pasledger.usecases.minting import new_id, new_salt

Checked = tuple[AwardRow, CheckedAward | Refused]
"""A row, and what it comes to or why it is refused."""


def faults_in(store: Store, rows: list[AwardRow], stamp: Stamp) -> list[Fault]:
    """Return every fault that the rules find in rows. Nothing is written."""
    with store.read() as reader:
        return [fault for part in checked(reader, rows, stamp) for fault in refused_in(part)]


def refused_in(part: Sequence[Checked]) -> list[Fault]:
    """Return the faults of rows that were checked."""
    refusals = {place: found for place, (_, found) in enumerate(part) if isinstance(found, Refused)}
    return faults_of([row for row, _ in part], refusals)


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


def request_of(award: AwardRow, stamp: Stamp) -> AwardRequest:
    """Return what a row asks for. Without a start it starts on the day of the stamp."""
    return AwardRequest(
        id=new_id(EntitlementId),
        entry=new_id(EntryId),
        scheme=award.scheme,
        decision=award.decision,
        holder=award.holder,
        amount=award.amount,
        starts_on=award.starts_on or stamp.effective_on,
        instalment=award.instalment,
        salt=new_salt(),
        category=award.category,
        ends_on=award.ends_on,
    )


def faults_of(awards: Sequence[AwardRow], refusals: Mapping[int, Refused]) -> list[Fault]:
    """Say which row and column each refusal is about."""
    faults: list[Fault] = []
    for place, refused in refusals.items():
        column = _COLUMNS.get(refused.reason)
        value = _VALUES[column](awards[place]) if column else None
        faults.append(Fault(refused.reason, awards[place].row, column, value, refused.figures))
    return faults


_COLUMNS = {
    Refusal.CARD_UNKNOWN: "pasnummer",
    Refusal.CARD_BLOCKED: "pasnummer",
    Refusal.CARD_REPLACED: "pasnummer",
    Refusal.HOLDER_UNKNOWN: "pashouder",
    Refusal.AWARD_REPEATED: "kenmerk",
    Refusal.SCHEME_UNKNOWN: "regeling",
    Refusal.START_OUTSIDE_RULE: "ingangsdatum",
    Refusal.END_OUTSIDE_RULE: "einddatum",
    Refusal.CATEGORY_UNKNOWN: "categorie",
    Refusal.CATEGORY_DISAGREES: "bedrag",
    Refusal.AMOUNT_OUTSIDE_RULE: "bedrag",
    Refusal.YEAR_CLOSED: "ingangsdatum",
    Refusal.BUDGET_UNKNOWN: "regeling",
    Refusal.BUDGET_TOO_SMALL: "bedrag",
}
_VALUES: Mapping[str, Callable[[AwardRow], str | None]] = {
    "pasnummer": lambda award: award.holder,
    "pashouder": lambda award: award.holder,
    "kenmerk": lambda award: award.decision,
    "regeling": lambda award: award.scheme,
    "ingangsdatum": lambda award: award.starts_on.isoformat() if award.starts_on else None,
    "einddatum": lambda award: award.ends_on.isoformat() if award.ends_on else None,
    "categorie": lambda award: award.category,
    "bedrag": lambda award: str(award.amount) if award.amount else None,
}
