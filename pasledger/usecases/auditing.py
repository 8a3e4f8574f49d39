"""What an auditor looks at: the findings, worked out from one snapshot of the books, and what became of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pasledger.ledger.ids import FindingId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.periods import Period
from pasledger.reports.cover import Told
from pasledger.reports.findings import (
    Finding,
    award_findings,
    back_dated,
    missing_numbers,
    no_rights,
    paid_unchecked,
    roles_combined,
    single_handed,
    spending_findings,
    waiting_lines,
)
from pasledger.reports.findings.spending import Rules
from pasledger.rules.follow_ups import FollowUpRequest
from pasledger.rules.known import Known
from pasledger.rules.records import FollowUp
from pasledger.rules.schemes import Scheme
from pasledger.store import Reader, Store
from pasledger.usecases.booking import book_all

EVER = Period(date.min, date.max)
"""All days."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was last set down of a finding, by whom and when."""

    follow_up: FollowUp
    at: datetime
    by: str


def findings(reader: Reader, period: Period = EVER, *, on: date) -> Iterator[Finding]:
    """Yield what there is to look at in what counts in a period, as it is seen on a day."""
    audited, changes = reader.auditing, list(reader.acting.changes())
    schemes = {(scheme.code, scheme.version): scheme for scheme in reader.schemes()}
    yield from single_handed(audited.single_handed(period))
    yield from no_rights(audited.approved(period), changes)
    yield from roles_combined(change for change in changes if change.recorded_at.date() < period.ends_before)
    yield from award_findings(audited.given(period), schemes)
    yield from spending_findings(audited.booked(period), _rules(reader, schemes))
    yield from back_dated(audited.misdated(period))
    yield from paid_unchecked(audited.payouts(period), audited.checks())
    yield from missing_numbers(audited.runs(), reader.bank.statements())
    lines = (Told(one.name, one.line, one.settled) for one in reader.bank.lines() if one.line.booked_on in period)
    yield from waiting_lines(lines, on=on)


def _rules(reader: Reader, schemes: dict[tuple[str, int], Scheme]) -> Rules:
    known = Known()
    for end, at in reader.changeable.ends():
        known.learn(end, at)
    merchants = {(one.id, one.version): one for one in reader.auditing.merchants()}
    return Rules(schemes, merchants, reader.auditing.merchant_ends(), known.ends_of)


def said_of_findings(reader: Reader) -> dict[str, Said]:
    """Return what was last set down of each finding of which anything was."""
    return {one.finding: Said(one, at, by) for one, at, by in reader.auditing.follow_ups()}


def finding_with(reader: Reader, named: str, *, on: date) -> tuple[FindingId, str] | None:
    """Return id and kind of a finding with this id: one that there is, or of which something was said before."""
    said = said_of_findings(reader).get(named)
    if said is not None:
        return said.follow_up.finding, said.follow_up.kind
    return next(((one.id, one.kind) for one in findings(reader, on=on) if one.id == named), None)


def follow_up(store: Store, request: FollowUpRequest, stamp: Stamp) -> None:
    """Set down what became of a finding."""
    book_all(store, [request], stamp)
