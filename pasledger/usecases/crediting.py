"""Crediting: a whole award file is booked, or nothing of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from pasledger.formats.awards import AwardRow, read_awards
from pasledger.formats.faults import Fault, FileRefused
from pasledger.formats.tabular import OUR_OWN, Titles
from pasledger.ledger.ids import EntitlementId, EntryId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import total
from pasledger.ledger.refusals import Refusal
from pasledger.rules.batches import entitlement_in, require_one_approver
from pasledger.rules.crediting import AwardRequest
from pasledger.rules.deciding import Outcome
from pasledger.rules.records import Event
from pasledger.store import Reader, Store
from pasledger.usecases.booking import NothingBooked, Progress, book_pieces, chunks
from pasledger.usecases.bulk import without_collecting
from pasledger.usecases.minting import new_id, new_salt


@without_collecting()
def credit(
    store: Store,
    data: bytes,
    stamp: Stamp,
    progress: Progress = lambda _done: None,
    titles: Titles = OUR_OWN,
) -> tuple[Event, ...]:
    """Book every award of a file and return what was booked. Raises `FileRefused` with every fault there is.

    Where its sum needs two approvers it is no file for one, and has to be made a batch. Raises `Refused`.
    """
    awards = read_awards(data, titles)
    requests = [request_of(award, stamp) for award in awards]
    outcomes: list[Outcome] = []

    def pieces(reader: Reader) -> Iterator[Sequence[AwardRequest]]:
        outcomes.clear()
        yield from chunks(requests)
        given = total(entitlement_in(outcome.event).amount for outcome in outcomes if outcome.event is not None)
        require_one_approver(given, reader.batches.second_approval_above())

    try:
        book_pieces(store, pieces, stamp, progress, keep=outcomes.extend)
    except NothingBooked as nothing:
        raise FileRefused(faults_of(awards, nothing)) from None
    return tuple(outcome.event for outcome in outcomes if outcome.event is not None)


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


def faults_of(awards: Sequence[AwardRow], nothing: NothingBooked) -> list[Fault]:
    """Say which row and column each refusal is about."""
    faults: list[Fault] = []
    for place, refused in nothing.refusals.items():
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
