"""The life of an award batch: prepared, changed, submitted, approved or rejected, booked, reversed.

Who prepared, changed or submitted a batch never approves it, and who approved it never does one of these. An approval
counts for exactly the content that was approved: one version, known by its fingerprint.
"""

from dataclasses import dataclass

from pasledger.ledger.accounts import Account
from pasledger.ledger.accounts import budget as budget_account
from pasledger.ledger.ids import BatchId
from pasledger.ledger.journal import Stamp, require_four_eyes
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.crediting import AwardRequest, decide_award, require_budget
from pasledger.rules.records import Entitlement, Event, Fact
from pasledger.rules.records.batches import (
    BatchAward,
    BatchContent,
    BatchHand,
    BatchKey,
    BatchPart,
    BatchRow,
    BatchSource,
    BatchState,
    BatchStep,
    BatchStepKind,
    SecondApproval,
    person,
)
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class AwardBatch:
    """A batch with all its versions and steps, each in their order."""

    contents: tuple[BatchContent, ...]
    steps: tuple[BatchStep, ...]

    @property
    def id(self) -> BatchId:
        """The id of the batch."""
        return self.content.batch

    @property
    def content(self) -> BatchContent:
        """What it awards: the newest version."""
        return self.contents[-1]

    @property
    def maker(self) -> str:
        """Who brought the newest version."""
        return next(step.actor for step in reversed(self.steps) if step.kind in _NEW_CONTENT)

    @property
    def approvers(self) -> tuple[str, ...]:
        """Who approved what the batch awards now, since it was last submitted; each person once."""
        found: dict[str, str] = {}
        for step in reversed(self.steps):
            if step.kind is BatchStepKind.SUBMITTED:
                break
            is_of_now = (step.version, step.fingerprint) == (self.content.version, self.content.fingerprint)
            if step.kind is BatchStepKind.APPROVED and is_of_now:
                found[step.person] = step.actor
        return tuple(reversed(found.values()))

    def approvers_needed(self, second_above: Money | None) -> int:
        """Return how many have to approve it, where two are needed above an amount."""
        return 1 if second_above is None or self.content.amount <= second_above else 2

    def state(self, second_above: Money | None) -> BatchState:
        """Return where it is in its life; one that waits for its second approver is still submitted."""
        kind = self.steps[-1].kind
        if kind is BatchStepKind.APPROVED and len(self.approvers) < self.approvers_needed(second_above):
            return BatchState.SUBMITTED
        return _STATES[kind]

    def part_of(self, actor: str) -> BatchPart | None:
        """Return what somebody was to the batch until now."""
        parts = (step.kind.part for step in self.steps if step.person == person(actor))
        return next((part for part in parts if part is not None), None)


_NEW_CONTENT = frozenset({BatchStepKind.PREPARED, BatchStepKind.CHANGED})
_STATES = {
    BatchStepKind.PREPARED: BatchState.PREPARED,
    BatchStepKind.CHANGED: BatchState.PREPARED,
    BatchStepKind.SUBMITTED: BatchState.SUBMITTED,
    BatchStepKind.APPROVED: BatchState.APPROVED,
    BatchStepKind.REJECTED: BatchState.REJECTED,
    BatchStepKind.BOOKED: BatchState.BOOKED,
    BatchStepKind.REVERSED: BatchState.REVERSED,
}
_FROM = {
    BatchStepKind.CHANGED: {BatchState.PREPARED, BatchState.SUBMITTED, BatchState.APPROVED, BatchState.REJECTED},
    BatchStepKind.SUBMITTED: {BatchState.PREPARED},
    BatchStepKind.APPROVED: {BatchState.SUBMITTED},
    BatchStepKind.REJECTED: {BatchState.SUBMITTED, BatchState.APPROVED},
    BatchStepKind.BOOKED: {BatchState.APPROVED},
    BatchStepKind.REVERSED: {BatchState.BOOKED},
}
"""From where each step may be taken. A rejected batch goes on with another file, or the same, and is submitted anew."""


def batch_of(batch: BatchId, town: Town) -> AwardBatch:
    """Return a batch as the town knows it, or refuse."""
    if batch not in town.batch_contents:
        raise Refused(Refusal.BATCH_UNKNOWN)
    return AwardBatch(tuple(town.batch_contents[batch]), tuple(town.batch_steps[batch]))


def require_one_approver(amount: Money, second_above: Money | None) -> None:
    """Refuse what one colleague approved where two are needed."""
    if second_above is not None and amount > second_above:
        raise Refused(Refusal.SECOND_APPROVER_NEEDED, above=second_above)


def require_step(batch: AwardBatch, kind: BatchStepKind, town: Town, *, actor: str) -> None:
    """Refuse a step that is not the next in the batch's life, or that its actor may not take.

    Whoever approved it already does so no second time, and nobody makes and approves the same batch.
    """
    state = batch.state(town.second_approval_above)
    if kind.part is not None and batch.part_of(actor) not in (None, kind.part):
        raise Refused(Refusal.SAME_PERSON)
    if state not in _FROM[kind]:
        raise Refused(Refusal.BATCH_STEP_UNKNOWN, state=state)
    if kind is BatchStepKind.APPROVED and person(actor) in map(person, batch.approvers):
        raise Refused(Refusal.BATCH_APPROVED_ALREADY)


def step_facts(
    before: AwardBatch | None,
    content: BatchContent,
    kind: BatchStepKind,
    stamp: Stamp,
    *,
    actor: str,
    note: str | None = None,
) -> tuple[Fact, ...]:
    """Return what sets a step down and, where somebody does it for the first time, what they are to the batch."""
    number = len(before.steps) + 1 if before else 1
    step = BatchStep(content.batch, number, kind, content.version, content.fingerprint, stamp.recorded_at, actor, note)
    if kind.part is None or (before and before.part_of(actor)):
        return (step,)
    return BatchHand(content.batch, step.person, kind.part), step


# --- the steps


@dataclass(frozen=True, slots=True)
class PreparationRequest:
    """A file is made a batch or, with a later version, takes the place of what a batch awarded before."""

    content: BatchContent

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.batches.add(self.content.batch)
        needs.batch_sources.add(self.content.source)


def decide_preparation(request: PreparationRequest, town: Town, stamp: Stamp) -> Event:
    """Take the content, or refuse a file that belongs to another batch."""
    content, actor = request.content, stamp.prepared_by
    before = batch_of(content.batch, town) if content.version > 1 else None
    if before is not None:
        require_step(before, BatchStepKind.CHANGED, town, actor=actor)
        if content.version != before.content.version + 1:
            raise Refused(Refusal.BATCH_CHANGED)
    owner = town.batch_sources.get(content.source)
    if owner not in (None, content.batch):
        raise Refused(Refusal.BATCH_REPEATED, batch=owner)
    source: tuple[Fact, ...] = (BatchSource(content.source, content.batch),) if owner is None else ()
    kind = BatchStepKind.CHANGED if before else BatchStepKind.PREPARED
    return Event(stamp, (content, *source, *step_facts(before, content, kind, stamp, actor=actor)))


@dataclass(frozen=True, slots=True)
class RowsRequest:
    """Rows of a content that is prepared in the same transaction."""

    rows: tuple[BatchRow, ...]

    def need(self, needs: Needs) -> None:
        """Add nothing: rows that do not belong there are found when the fingerprint is made again."""


def decide_rows(request: RowsRequest, _town: Town, stamp: Stamp) -> Event:
    """Set the rows down."""
    return Event(stamp, request.rows)


@dataclass(frozen=True, slots=True)
class StepRequest:
    """Somebody submits, approves or rejects a version of a batch."""

    batch: BatchId
    kind: BatchStepKind
    version: int
    budgets: frozenset[Account] = frozenset()
    """What an approval is held against."""
    note: str | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.batches.add(self.batch)
        needs.budgets |= self.budgets


def decide_step(request: StepRequest, town: Town, stamp: Stamp) -> Event:
    """Take the step, or refuse. What is approved must be there in the budget at that moment."""
    batch, actor = batch_of(request.batch, town), stamp.prepared_by
    require_step(batch, request.kind, town, actor=actor)
    if request.version != batch.content.version:
        raise Refused(Refusal.BATCH_CHANGED)
    if request.kind is BatchStepKind.APPROVED:
        for one in batch.content.sums:
            require_budget(one.scheme, one.year, one.amount, town)
    return Event(stamp, step_facts(batch, batch.content, request.kind, stamp, actor=actor, note=request.note))


def budgets_of(content: BatchContent) -> frozenset[Account]:
    """Return the budgets that a content takes from."""
    return frozenset(budget_account(one.scheme, one.year) for one in content.sums)


# --- booking


@dataclass(frozen=True, slots=True)
class BatchAwardRequest:
    """One award of a batch, with the entitlement that was approved: its holder, validity and amount."""

    batch: BatchId
    version: int
    award: AwardRequest
    approved: "AwardTerms"

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        self.award.need(needs)


AwardTerms = tuple[str, str, str, int]
"""What an award comes to: the holder's id, the first day, the day after the last, and the cents."""


def terms_of(entitlement: Entitlement) -> AwardTerms:
    """Return what an award came to."""
    valid = entitlement.valid
    return entitlement.holder, valid.starts_on.isoformat(), valid.ends_before.isoformat(), entitlement.amount.cents


def decide_batch_award(request: BatchAwardRequest, town: Town, stamp: Stamp) -> Event:
    """Award what was approved, or refuse what the rules of today would make another award of."""
    event = decide_award(request.award, town, stamp)
    entitlement = entitlement_in(event)
    if terms_of(entitlement) != request.approved:
        raise Refused(Refusal.BATCH_CHANGED)
    return Event(stamp, (*event.facts, BatchAward(request.batch, entitlement.id, request.version)), event.entry)


def entitlement_in(event: Event) -> Entitlement:
    """Return the entitlement that an award made."""
    return next(fact for fact in event.facts if isinstance(fact, Entitlement))


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """All awards of a batch are booked, in the same transaction. The fingerprint is that of what was booked."""

    batch: BatchId
    fingerprint: str
    actor: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.batches.add(self.batch)


def decide_booking(request: BookingRequest, town: Town, stamp: Stamp) -> Event:
    """Set down that the batch is booked, once, or refuse what is not exactly what was approved.

    The entries say that its maker prepared them and one of its approvers approved them, whoever books.
    """
    batch = batch_of(request.batch, town)
    require_step(batch, BatchStepKind.BOOKED, town, actor=request.actor)
    people = (stamp.prepared_by, stamp.approved_by)
    if request.fingerprint != batch.content.fingerprint or people != (batch.maker, batch.approvers[-1]):
        raise Refused(Refusal.BATCH_CHANGED)
    return Event(stamp, step_facts(batch, batch.content, BatchStepKind.BOOKED, stamp, actor=request.actor))


# --- what holds for all batches


@dataclass(frozen=True, slots=True)
class KeyRequest:
    """Books that have no key yet get one to make fingerprints with."""

    key: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.settings.add(AWARD_SETTINGS)


AWARD_SETTINGS = "awards"


def decide_key(request: KeyRequest, town: Town, stamp: Stamp) -> Event:
    """Keep the key that there is, or take this one."""
    return Event(stamp, () if town.batch_key else (BatchKey(request.key),))


@dataclass(frozen=True, slots=True)
class SecondApprovalRequest:
    """Above an amount two people approve a batch, or nowhere."""

    above: Money | None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.settings.add(AWARD_SETTINGS)


def decide_second_approval(request: SecondApprovalRequest, town: Town, stamp: Stamp) -> Event:
    """Set it, from this moment on, also for batches that were approved and are not booked."""
    require_four_eyes(stamp)
    return Event(stamp, (SecondApproval(town.second_approvals + 1, request.above),))
