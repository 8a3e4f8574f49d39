"""Changing what was booked, always by new entries: withdraw, extend, lapse, free, close, correct.

Each change is planned first: decided by a snapshot of the books, and not recorded. What is refused is left out, and
told. What is left is booked whole or not at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pasledger.formats.ends import read_ends
from pasledger.formats.faults import Fault, FileRefused
from pasledger.ledger.ids import BatchId, ChangeId, EntitlementId, EntryId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.batches import StepRequest
from pasledger.rules.corrections import CorrectionRequest
from pasledger.rules.deciding import Request
from pasledger.rules.ends import ExtensionRequest, WithdrawalRequest
from pasledger.rules.expiry import BudgetRestRequest, FreeingRequest, LapseRequest, YearCloseRequest
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import Event
from pasledger.rules.records.batches import BatchStepKind
from pasledger.store import Reader, Store
from pasledger.usecases.booking import Progress, book_all, preview
from pasledger.usecases.bulk import without_collecting
from pasledger.usecases.minting import new_id


@dataclass(frozen=True, slots=True)
class Planned:
    """A request with what it leads to, or why it is refused."""

    request: Request
    event: Event | None
    refused: Refused | None

    @property
    def amount(self) -> Money:
        """What it moves."""
        return total(() if self.event is None or self.event.entry is None else [self.event.entry.amount])


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be booked, and what is left out because it is refused."""

    planned: tuple[Planned, ...]

    @property
    def granted(self) -> tuple[Planned, ...]:
        """What would be booked."""
        return tuple(one for one in self.planned if one.event is not None)

    @property
    def left_out(self) -> tuple[Planned, ...]:
        """What is refused."""
        return tuple(one for one in self.planned if one.refused is not None)

    @property
    def amount(self) -> Money:
        """What would be moved in all."""
        return total(one.amount for one in self.granted)


def plan(store: Store, requests: Sequence[Request], stamp: Stamp, progress: Progress = lambda _done: None) -> Plan:
    """Return what the requests would lead to. Nothing is booked.

    Raises `Refused` where one person does all of it, and where the batch that it belongs to cannot take the step.
    """
    outcomes = preview(store, requests, stamp, progress)
    for outcome in outcomes:
        if outcome.refused is not None and outcome.refused.reason is Refusal.SAME_PERSON:
            raise outcome.refused
    for request, outcome in zip(requests, outcomes, strict=True):
        if isinstance(request, StepRequest) and outcome.refused is not None:
            raise outcome.refused
    return Plan(
        tuple(
            Planned(request, outcome.event, outcome.refused)
            for request, outcome in zip(requests, outcomes, strict=True)
        )
    )


@without_collecting()
def carry_out(store: Store, planned: Plan, stamp: Stamp, progress: Progress = lambda _done: None) -> Plan:
    """Book what was planned and not refused, whole or not at all. Raises `NothingBooked` where it is refused now."""
    requests = [one.request for one in planned.granted]
    outcomes = book_all(store, requests, stamp, progress)
    done = [Planned(request, outcome.event, None) for request, outcome in zip(requests, outcomes, strict=True)]
    return Plan((*done, *planned.left_out))


def to_withdraw(entitlements: Iterable[EntitlementId], from_day: date | None = None) -> list[WithdrawalRequest]:
    """Return the requests to withdraw a set of entitlements, at once or from a day."""
    return [WithdrawalRequest(new_id(ChangeId), new_id(EntryId), entitlement, from_day) for entitlement in entitlements]


def to_reverse(reader: Reader, batch: BatchId) -> list[Request]:
    """Return the requests to withdraw all that came out of a batch, and to take its last step. Raises `Refused`."""
    known = reader.batches.one(batch)
    step = StepRequest(batch, BatchStepKind.REVERSED, known.content.version)
    return [*to_withdraw(out_of(reader, batch)), step]


def out_of(reader: Reader, batch: BatchId) -> list[EntitlementId]:
    """Return the entitlements that came out of a batch. Raises `Refused` where there is no such batch."""
    reader.batches.one(batch)
    return [entitlement.id for entitlement, _left in reader.batches.entitlements(batch)]


def to_extend(entitlements: Iterable[EntitlementId], last_day: date) -> list[ExtensionRequest]:
    """Return the requests to make a set of entitlements valid until and including a day."""
    ends_before = last_day + timedelta(days=1) if last_day < date.max else last_day
    return [
        ExtensionRequest(new_id(ChangeId), new_id(EntryId), entitlement, ends_before) for entitlement in entitlements
    ]


def to_lapse(entitlements: Iterable[EntitlementId]) -> list[LapseRequest]:
    """Return the requests to let a set of entitlements lapse."""
    return [LapseRequest(new_id(EntryId), entitlement) for entitlement in entitlements]


def to_free(scheme: str, year: int, decision: str | None) -> list[Request]:
    """Return the requests to free what lapsed under a scheme in a year and, by a decision, the rest of its budget."""
    requests: list[Request] = [FreeingRequest(new_id(EntryId), scheme, year)]
    if decision is not None:
        requests.append(BudgetRestRequest(new_id(EntryId), scheme, year, decision))
    return requests


def to_close(scheme: str, year: int) -> YearCloseRequest:
    """Return the request to close a year of a scheme."""
    return YearCloseRequest(new_id(ChangeId), scheme, year)


def to_correct(entry: EntryId) -> CorrectionRequest:
    """Return the request to counter an entry."""
    return CorrectionRequest(new_id(EntryId), entry)


def to_end(reader: Reader, holder: HolderReference, from_day: date) -> list[WithdrawalRequest]:
    """Return the requests to end what a holder has from a day; what is over is left alone. Raises `Refused`."""
    owned = reader.entitlements_of(holder)
    if owned is None:
        raise Refused(Refusal.HOLDER_UNKNOWN)
    return to_withdraw(
        (entitlement.id for entitlement, _left in owned if from_day < entitlement.valid.ends_before), from_day
    )


def to_end_listed(reader: Reader, data: bytes) -> list[WithdrawalRequest]:
    """Return the requests to end what the holders of a file have. Raises `FileRefused`."""
    requests: list[WithdrawalRequest] = []
    faults: list[Fault] = []
    for row in read_ends(data):
        try:
            requests += to_end(reader, row.holder, row.from_day)
        except Refused as refused:
            faults.append(Fault(refused.reason, row.row, "pashouder", row.holder, refused.figures))
    if faults:
        raise FileRefused(faults)
    return requests
