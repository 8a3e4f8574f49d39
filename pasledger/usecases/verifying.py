"""Verifying: the whole journal is replayed from nothing and held against everything that was set down beside it.

All that is sealed, the journal among it, is divided into stretches, and each is looked at once: its leaves are held
against the seals, and its entries against their records. What the entries come to is then added, and held against the
books as a whole. Stretches of large books are looked at by several processes, on one snapshot.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain

from pasledger.ledger.accounts import Account, is_as_named
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refused
from pasledger.rules.checks import Replay, conclude
from pasledger.rules.findings import Finding
from pasledger.rules.fingerprints import Fingerprint
from pasledger.rules.known import LONGEST_WAIT, Known
from pasledger.rules.plain import PlainSales
from pasledger.rules.retention import latest_limit
from pasledger.rules.sealing import Compared, Comparison, SealCheck
from pasledger.rules.sums import Sums
from pasledger.store import BooksContended, Reader, Store
from pasledger.store.crew import Crew, CrewLost, processors, read_together
from pasledger.store.journal import Booked, besides_sales, booked
from pasledger.store.orphans import refers_to_nothing
from pasledger.store.stretches import Stretch
from pasledger.usecases.booking import Progress

STRETCH = 50_000
"""How many leaves a stretch has at most: memory does not grow with what there is beyond that."""


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
    store: Store,
    progress: Progress = lambda _done: None,
    *,
    kept: tuple[int, str] | None = None,
    processes: int | None = None,
) -> Verification:
    """Replay one snapshot of the books and return what is wrong with it.

    A seal that was `kept` elsewhere, by its number and root, has to be the one that the books have. Large books are
    looked at by as many `processes` as there are processors, each as soon as it has started, and others by this one;
    where it is said by how many, all of them begin together.
    """
    number = _worth_their_start(store) if processes is None else processes
    if number > 1:
        work = partial(_verified, progress=progress, kept=kept)
        with suppress(BooksContended, CrewLost):  # this process can do it alone
            return read_together(store, Checker, work, processes=number, at_once=processes is None)
    with store.read() as reader:
        return verify_snapshot(reader, progress, kept=kept)


def verify_snapshot(reader: Reader, progress: Progress, *, kept: tuple[int, str] | None = None) -> Verification:
    """Replay what a reader reads, and hold it against its seals."""
    with closing(Crew(Checker(reader))) as nobody:
        return _verified(nobody, progress, kept)


@dataclass(slots=True)
class Checked:
    """What came of looking at a stretch."""

    compared: Compared = field(default_factory=Compared)
    sums: Sums = field(default_factory=Sums)
    findings: list[Finding] = field(default_factory=list)
    strays: set[tuple[str, str]] = field(default_factory=set)
    """The tables with rows that refer to what is not there, each with the table where that should be."""
    is_whole: bool = True
    """Whether every entry could be read, so that the sums are those of all of them."""


class Checker:
    """Looks at one snapshot, stretch by stretch. What has to be known for that is read once."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.seals = SealCheck(reader.seals.seals(), deletable=reader.seals.deletable)
        self.known = Known()
        self.accounts: dict[str, Account] = {}
        self.unreadable: Finding | None = None
        """What is wrong where that cannot be read. Then no entry can be looked at."""
        try:
            self._learn()
        except UNREADABLE as fault:
            self.unreadable = Finding("readable", "accounts and entitlements", str(fault))

    def damage(self) -> list[Finding]:
        """Return what the database itself finds wrong."""
        return list(_as_far_as_readable(Finding(check, "database", says) for check, says in self.reader.damage()))

    def faults(self) -> list[Finding]:
        """Return what is wrong with how rows stand beside each other."""
        return list(_as_far_as_readable(Finding(check, "database", says) for check, says in self.reader.faults()))

    def look_at(self, stretch: Stretch) -> Checked:
        """Hold all of a stretch against its seals, and its entries against their records."""
        checked = Checked(is_whole=self.unreadable is None)
        comparison = Comparison(self.seals, self.reader.seals.sealed_within(stretch), checked.compared)
        if stretch.is_of_entries:
            for page in self.reader.journal(stretch):
                comparison.see(page.leaves)
                checked.strays |= {(table, "entry") for table in page.strays}
                entries = booked(page) if self.unreadable else besides_sales(page, self._plain_sales.add)
                for entry in entries:
                    self._look_at_entry(entry, checked)
            if self.unreadable is None:
                self._plain_sales.move_to(checked.sums)
        else:
            for leaves in self.reader.seals.leaves_within(stretch):
                comparison.see(leaves)
        comparison.end()
        return checked

    def _look_at_entry(self, entry: Booked, checked: Checked) -> None:
        says, has = entry.transfer_count, len(entry.transfers)
        if says != has:
            checked.findings.append(Finding("count", entry.id, f"says {says} transfers and has {has}"))
        if self.unreadable is not None:
            return
        try:
            checked.findings += Replay(self.known, checked.sums).add(entry.event(self.accounts))
        except UNREADABLE as fault:
            checked.findings.append(Finding("readable", entry.id, str(fault)))
            checked.is_whole = False
            if not entry.accounts <= self.accounts.keys():
                checked.strays.add(("transfer", "account"))

    def _learn(self) -> None:
        self.accounts = self.reader.accounts()
        for entitlement in self.reader.entitlements():
            self.known.entitlements[entitlement.id] = entitlement
        for end, at in self.reader.changeable.ends():
            self.known.learn(end, at)
        for closed, at in self.reader.changeable.years_closed():
            self.known.learn(closed, at)
        self._plain_sales = PlainSales(self.known, self.accounts)


def _verified(crew: Crew[Checker], progress: Progress, kept: tuple[int, str] | None) -> Verification:
    mine = crew.mine
    wrong = [crew.submit(Checker.damage), crew.submit(Checker.faults)]
    sums, strays, is_whole = Sums(), set[tuple[str, str]](), True
    replayed = [*_misnamed(mine)] if mine.unreadable is None else [mine.unreadable]
    sealed: list[Finding] = []
    stretches = mine.reader.seals.stretches(STRETCH)
    for checked in crew.each(partial(Checker.look_at, stretch=stretch) for stretch in stretches):
        sums.add(checked.sums)
        strays |= checked.strays
        is_whole = is_whole and checked.is_whole
        replayed += checked.findings
        sealed += mine.seals.take(checked.compared)
        progress(checked.sums.entries)
    replayed += (Finding("reference", "database", refers_to_nothing(*pair)) for pair in sorted(strays))
    if is_whole:
        replayed += _as_far_as_readable(chain(conclude(sums), _compare_balances(mine.reader, sums)))
    replayed += _as_far_as_readable(_unlinked_as_recorded(mine.reader))
    replayed += _as_far_as_readable(_batches_as_prepared(mine.reader))
    replayed += _unreadable_merchants(mine.reader)
    replayed += _as_far_as_readable(_count_changes_of_actors(mine.reader))
    sealed += mine.seals.conclude()
    if kept is not None:
        sealed += mine.seals.hold_against(*kept)
    counts = sums.entries, sums.transfers, len(sums.balances)
    findings = (*chain.from_iterable(task.result() for task in wrong), *replayed, *sealed)
    return Verification(*counts, findings, len(mine.seals.seals), mine.seals.unsealed)


UNREADABLE = (ValueError, TypeError, LookupError, Refused)
"""What is raised by what the ledger itself cannot hold, such as an entry that nobody approved."""


def _as_far_as_readable(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield what is found, up to what cannot be read."""
    try:
        yield from findings
    except UNREADABLE as fault:
        yield Finding("readable", "database", str(fault))


def _worth_their_start(store: Store) -> int:
    """Return how many processes are worth their start: one for small books, and else one for each processor."""
    with store.read() as reader:
        is_long = reader.seals.has_more_entries_than(STRETCH)
    return processors() if is_long else 1


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


def _batches_as_prepared(reader: Reader) -> Iterator[Finding]:
    """Yield each version of a batch whose rows are not those of its fingerprint. Where some went, none can be told."""
    key = reader.batches.key() or ""
    for content in reader.batches.contents():
        fingerprint, there = Fingerprint(key), 0
        for texts in reader.batches.texts(content.batch, content.version, STRETCH):
            for text in texts:
                fingerprint.add(text)
            there += len(texts)
        if there == content.awards and str(fingerprint) != content.fingerprint:
            yield Finding("batch_row", f"{content.batch}/{content.version}", "has other rows than its fingerprint says")


def _unreadable_merchants(reader: Reader) -> Iterator[Finding]:
    """Yield what is wrong with the first merchant that cannot be read."""
    merchants = reader.merchants()
    try:
        while next(merchants, None):
            pass
    except UNREADABLE as fault:
        yield Finding("readable", "merchants", str(fault))


def _count_changes_of_actors(reader: Reader) -> Iterator[Finding]:
    """Yield the first change of an actor that is not there: they are numbered from 1."""
    for number, change in enumerate(reader.acting.changes(), start=1):
        if change.number != number:
            yield Finding("actors", f"change {number}", "is not there")
            return


def _misnamed(checker: Checker) -> Iterator[Finding]:
    """Yield each account that is of another kind or scheme than its code, or its entitlement, says."""
    for account in checker.accounts.values():
        owner = checker.known.entitlements.get(EntitlementId(account.code.removeprefix("entitlement/")))
        if not is_as_named(account) or (owner is not None and owner.scheme != account.scheme):
            yield Finding("account", account.code, f"is said to be of kind {account.kind} and scheme {account.scheme}")


def _compare_balances(reader: Reader, sums: Sums) -> Iterator[Finding]:
    """Yield each account whose stored balance is not what its transfers add up to, and each that should not be."""
    for account, stored in reader.opened_accounts():
        replayed = sums.balances.get(account)
        if replayed is None:
            yield Finding("account", account.code, "was opened, and nothing ever moved it")
        if account.kind.is_floored and stored is None:
            yield Finding("balance", account.code, "has transfers and no stored balance")
        elif stored is not None and stored.cents != (replayed or 0):
            yield Finding("balance", account.code, f"stored {stored}, replayed {Money(replayed or 0)}")
