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
        findings = [Finding(check, "database", says) for check, says in reader.damage()]
        replay = Replay(reader.entitlements())
        findings += _replay(reader, replay, progress)
        findings += _compare_balances(reader, replay)
    return Verification(replay.entries, replay.transfers, len(replay.balances), tuple(findings))


def _replay(reader: Reader, replay: Replay, progress: Progress) -> Iterator[Finding]:
    try:
        for event in reader.events():
            yield from replay.add(event)
            progress(1)
    except (ValueError, KeyError, Refused) as fault:
        # What the ledger itself cannot hold, such as an entry that one person both prepared and approved.
        yield Finding("readable", f"the entry after {replay.entries} others", str(fault))
        return
    yield from replay.conclude()


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
