"""What is to be looked at in how the work is divided, dated, numbered and paid."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from pasledger.ledger.money import Money
from pasledger.reports.cover import Told
from pasledger.reports.findings.kinds import THRESHOLDS, Finding, FindingKind, Gathered, found_at
from pasledger.reports.findings.records import Approved, Misdated, Single
from pasledger.rules.actors import Actors, Permission
from pasledger.rules.records import ActorChange, BankStatement, CheckResult, MerchantCheck, Payout, PayoutRun

P = Permission
INCOMPATIBLE = (
    frozenset({P.PREPARE, P.APPROVE}),
    frozenset({P.PAY, P.APPROVE}),
    frozenset({P.ADMINISTER, P.PREPARE}),
    frozenset({P.ADMINISTER, P.APPROVE}),
    frozenset({P.ADMINISTER, P.PAY}),
    *(frozenset({P.AUDIT, one}) for one in (P.PREPARE, P.APPROVE, P.PAY, P.ADMINISTER)),
)
"""What one actor may not do both, if work is to be divided."""


def single_handed(rows: Iterable[Single]) -> Iterator[Finding]:
    """Yield each row that needed two people and had one."""
    for row in rows:
        yield found_at(
            FindingKind.FOUR_EYES,
            f"{row.table}/{row.key}",
            (row.key,),
            row.recorded_at,
            row.amount,
            table=row.table,
            prepared_by=row.prepared_by,
            approved_by=row.approved_by or "-",
        )


def back_dated(entries: Iterable[Misdated]) -> Iterator[Finding]:
    """Yield each entry that counts on another day than that of its making.

    A moment is in UTC, and the day in the Netherlands is the same one or, late in the evening, the next.
    """
    for entry in entries:
        if not 0 <= (entry.effective_on - entry.recorded_at.date()).days <= 1:
            figures = {"entry_kind": entry.kind, "day": entry.effective_on}
            yield found_at(
                FindingKind.BACK_DATED, entry.entry, (entry.entry,), entry.recorded_at, entry.amount, **figures
            )


class _Rights:
    """What each actor was allowed, from the moments at which that changed."""

    def __init__(self, changes: Iterable[ActorChange]) -> None:
        self._moments: dict[str, list[datetime]] = {}
        self._allowed: dict[str, list[frozenset[Permission]]] = {}
        self.since: datetime | None = None
        """When there was the first actor; None where there is none."""
        actors = Actors()
        for change in changes:
            self.since = change.recorded_at if self.since is None else self.since
            actors = actors.after(change.actor, change.kind, change.role, change.credential_hash)
            key = _key(change.actor)
            self._moments.setdefault(key, []).append(change.recorded_at)
            self._allowed.setdefault(key, []).append(actors.by_key[key].permissions)

    def of(self, name: str, at: datetime) -> frozenset[Permission]:
        """Return what somebody was allowed at a moment."""
        place = bisect_right(self._moments.get(_key(name), []), at)
        return self._allowed[_key(name)][place - 1] if place else frozenset()


def no_rights(entries: Iterable[Approved], changes: Iterable[ActorChange]) -> Iterator[Finding]:
    """Yield each person who prepared or approved entries without the right to, as one finding.

    Before there was an actor nobody had a right, and nobody needed one.
    """
    rights = _Rights(changes)
    if rights.since is None:
        return
    found: dict[tuple[str, str], Gathered] = {}
    for entry in entries:
        if entry.recorded_at <= rights.since:
            continue
        for name, part, needed in (
            (entry.prepared_by, "prepared", frozenset({P.PREPARE, P.PAY})),
            (entry.approved_by, "approved", frozenset({P.APPROVE})),
        ):
            if not needed & rights.of(name, entry.recorded_at):
                gathered = found.setdefault((_key(name), part), Gathered(THRESHOLDS.evidence))
                gathered.add(entry.entry, entry.amount, entry.recorded_at)
    for (name, part), gathered in sorted(found.items()):
        yield gathered.finding(FindingKind.NO_RIGHT, f"{name}/{part}", name=name)


def roles_combined(changes: Iterable[ActorChange]) -> Iterator[Finding]:
    """Yield each time that an actor came to have permissions which one person should not have together."""
    actors = Actors()
    before: dict[str, bool] = {}
    for change in changes:
        actors = actors.after(change.actor, change.kind, change.role, change.credential_hash)
        key = _key(change.actor)
        actor = actors.by_key[key]
        is_combined = any(both <= actor.permissions for both in INCOMPATIBLE)
        if is_combined and not before.get(key):
            roles = ", ".join(sorted(actor.roles))
            about, evidence = f"{key}/{change.number}", (f"actor {actor.name}",)
            yield found_at(
                FindingKind.ROLES_COMBINED,
                about,
                evidence,
                change.recorded_at,
                name=actor.name,
                roles=roles,
                made_by=change.made_by,
            )
        before[key] = is_combined


def paid_unchecked(
    payouts: Iterable[tuple[Payout, datetime]], checks: Iterable[tuple[MerchantCheck, datetime]]
) -> Iterator[Finding]:
    """Yield each payout to an account for which no check held, when it was put on its way, that it is the merchant's.

    Of what happened at the same moment nobody knows which came first, so either is taken.
    """
    known: dict[str, list[tuple[MerchantCheck, datetime]]] = {}
    for check, at in checks:
        known.setdefault(check.merchant, []).append((check, at))
    for payout, at in payouts:
        of_merchant = known.get(payout.merchant, [])
        before = [check for check, when in of_merchant if when < at]
        meanwhile = [check for check, when in of_merchant if when == at]
        if not any(_holds(check, payout) for check in (*before[-1:], *meanwhile)):
            figures = {"merchant": payout.merchant, "iban": payout.iban}
            yield found_at(
                FindingKind.PAID_UNCHECKED, payout.id, (payout.id, payout.entry), at, payout.amount, **figures
            )


def _holds(check: MerchantCheck, payout: Payout) -> bool:
    return check.result is CheckResult.MATCH and check.iban == payout.iban


def missing_numbers(runs: Iterable[PayoutRun], statements: Iterable[BankStatement]) -> Iterator[Finding]:
    """Yield each payout run that is not there although a later one is, and each bank statement that follows on none."""
    numbers: dict[int, set[int]] = {}
    for run in runs:
        numbers.setdefault(run.year, set()).add(run.number)
    for year, there in sorted(numbers.items()):
        for number in sorted(set(range(1, max(there))) - there):
            name = f"{year}-{number:04}"
            yield found_at(FindingKind.NUMBER_MISSING, f"run/{name}", (name,), None, name=name)
    before: dict[str, BankStatement] = {}
    for statement in statements:
        last = before.get(statement.iban)
        if last is not None and last.closing != statement.opening:
            about, off_by = f"statement/{statement.id}", statement.opening - last.closing
            evidence = (last.name, statement.name)
            yield found_at(FindingKind.NUMBER_MISSING, about, evidence, None, off_by, name=statement.name)
        before[statement.iban] = statement


def waiting_lines(lines: Iterable[Told], *, on: date) -> Iterator[Finding]:
    """Yield each line of the bank of which nobody said for too long what it is."""
    for one in lines:
        days = (on - one.line.booked_on).days
        if one.settled is None and days >= THRESHOLDS.waiting_days:
            about = f"{one.line.statement}/{one.line.position}"
            amount = Money(abs(one.line.amount.cents))
            figures = {"name": one.name, "day": one.line.booked_on}
            yield found_at(FindingKind.LINE_WAITING, about, (one.name,), None, amount, **figures)


def _key(name: str) -> str:
    return name.strip().casefold()
