"""Verifying: the whole journal is replayed from nothing and held against everything that was set down beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pasledger.ledger.accounts import is_as_named
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refused
from pasledger.rules.checks import LONGEST_WAIT, Finding, Replay
from pasledger.rules.retention import latest_limit
from pasledger.rules.sealing import SealCheck
from pasledger.store import Reader, Store
from pasledger.usecases.booking import Progress


@dataclass(frozen=True, slots=True)
class Verification:
    """What was replayed, and everything that was found wrong; sound books have no findings."""

    entries: int
    transfers: int
    accounts: int
    findings: tuple[Finding, ...]
    seals: int = 0
    unsealed: int = 0
    """What is in no seal yet: rows, an entry with all that belongs to it as one."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(
    store: Store, progress: Progress = lambda _done: None, *, kept: tuple[int, str] | None = None
) -> Verification:
    """Replay one snapshot of the books and return what is wrong with it.

    A seal that was `kept` elsewhere, by its number and root, has to be the one that the books have.
    """
    with store.read() as reader:
        return verify_snapshot(reader, progress, kept=kept)


def verify_snapshot(reader: Reader, progress: Progress, *, kept: tuple[int, str] | None = None) -> Verification:
    """Replay what a reader reads, and hold it against its seals."""
    replay, seals = Replay(), SealCheck(reader.seals.seals(), deletable=reader.seals.deletable)
    findings = (
        *_as_far_as_readable(_findings(reader, replay, progress), replay),
        *_as_far_as_readable(_broken_seals(reader, seals, kept), replay),
    )
    counts = replay.entries, replay.transfers, len(replay.balances)
    return Verification(*counts, findings, len(seals.seals), seals.unsealed)


def _broken_seals(reader: Reader, seals: SealCheck, kept: tuple[int, str] | None) -> Iterator[Finding]:
    yield from seals.compare(reader.seals.leaves(), reader.seals.sealed())
    yield from seals.conclude()
    if kept is not None:
        yield from seals.hold_against(*kept)


def _as_far_as_readable(findings: Iterator[Finding], replay: Replay) -> Iterator[Finding]:
    """Yield what is found, up to what the ledger itself cannot hold, such as an entry that nobody approved."""
    try:
        yield from findings
    except (ValueError, TypeError, LookupError, Refused) as fault:
        yield Finding("readable", f"after {replay.entries} entries", str(fault))


def _findings(reader: Reader, replay: Replay, progress: Progress) -> Iterator[Finding]:
    for check, says in reader.damage():
        yield Finding(check, "database", says)
    replay.entitlements.update((entitlement.id, entitlement) for entitlement in reader.entitlements())
    for end, at in reader.changeable.ends():
        replay.move_end(end, at)
    yield from _misnamed(reader, replay)
    for event in reader.events():
        yield from replay.add(event)
        if event.entry is not None:
            progress(1)
    yield from replay.conclude()
    yield from _compare_balances(reader, replay)
    yield from _unlinked_as_recorded(reader)
    yield from _count_changes_of_actors(reader)


def _unlinked_as_recorded(reader: Reader) -> Iterator[Finding]:
    """Yield each reference that went otherwise than its record says, or before its term was over."""
    for table, key, says in reader.retention.astray():
        yield Finding("unlinked", f"{table} {key}", says)
    decided = list(reader.retention.periods())
    for run in reader.retention.runs():
        if run.says != run.has:
            yield Finding("unlinked", run.id, f"says that it unlinked {run.says}, and is the record of {run.has}")
        if run.begun_by > latest_limit(run.kind, decided, run.recorded_at):
            yield Finding("unlinked", run.id, f"took what began by {run.begun_by}, which was not over")
    for table, key, went_at, known_at in reader.retention.too_early():
        if known_at < went_at - LONGEST_WAIT:
            yield Finding("unlinked", f"{table} {key}", "went before its term was over")


def _count_changes_of_actors(reader: Reader) -> Iterator[Finding]:
    """Yield the first change of an actor that is not there: they are numbered from 1."""
    for number, change in enumerate(reader.acting.changes(), start=1):
        if change.number != number:
            yield Finding("actors", f"change {number}", "is not there")
            return


def _misnamed(reader: Reader, replay: Replay) -> Iterator[Finding]:
    """Yield each account that is of another kind or scheme than its code, or its entitlement, says."""
    for account, _ in reader.opened_accounts():
        owner = replay.entitlements.get(EntitlementId(account.code.removeprefix("entitlement/")))
        if not is_as_named(account) or (owner is not None and owner.scheme != account.scheme):
            yield Finding("account", account.code, f"is said to be of kind {account.kind} and scheme {account.scheme}")


def _compare_balances(reader: Reader, replay: Replay) -> Iterator[Finding]:
    """Yield each account whose stored balance is not what its transfers add up to, and each that should not be."""
    for account, stored in reader.opened_accounts():
        replayed = replay.balances.get(account)
        if replayed is None:
            yield Finding("account", account.code, "was opened, and nothing ever moved it")
        if account.kind.is_floored and stored is None:
            yield Finding("balance", account.code, "has transfers and no stored balance")
        elif stored is not None and stored.cents != (replayed or 0):
            yield Finding("balance", account.code, f"stored {stored}, replayed {Money(replayed or 0)}")
