"""Verifying: the whole journal is replayed from nothing and held against everything that was set down beside it."""

from collections.abc import Iterator
from dataclasses import dataclass

from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refused
from pasledger.rules.checks import Finding, Replay
from pasledger.store import Reader, Store
from pasledger.usecases.booking import Progress


@dataclass(frozen=True, slots=True)
class Verification:
    """What was replayed, and everything that was found wrong; sound books have no findings."""

    entries: int
    transfers: int
    accounts: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(store: Store, progress: Progress = lambda _done: None) -> Verification:
    """Replay one snapshot of the books and return what is wrong with it."""
    with store.read() as reader:
        return verify_snapshot(reader, progress)


def verify_snapshot(reader: Reader, progress: Progress) -> Verification:
    """Replay what a reader reads."""
    replay = Replay()
    findings = tuple(_as_far_as_readable(_findings(reader, replay, progress), replay))
    return Verification(replay.entries, replay.transfers, len(replay.balances), findings)


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
    for event in reader.events():
        yield from replay.add(event)
        progress(1)
    yield from replay.conclude()
    yield from _compare_balances(reader, replay)
    yield from _count_changes_of_actors(reader)


def _count_changes_of_actors(reader: Reader) -> Iterator[Finding]:
    """Yield the first change of an actor that is not there: they are numbered from 1."""
    for number, change in enumerate(reader.acting.changes(), start=1):
        if change.number != number:
            yield Finding("actors", f"change {number}", "is not there")
            return


def _compare_balances(reader: Reader, replay: Replay) -> Iterator[Finding]:
    """Yield each account whose stored balance is not what its transfers add up to."""
    stored = {account: balance.cents for account, balance in reader.stored_balances()}
    for account, cents in stored.items():
        if cents != replay.balances.get(account, 0):
            yield Finding(
                "balance", account.code, f"stored {Money(cents)}, replayed {Money(replay.balances.get(account, 0))}"
            )
    for account in replay.balances:
        if account.kind.is_floored and account not in stored:
            yield Finding("balance", account.code, "has transfers and no stored balance")
