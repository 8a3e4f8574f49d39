"""Paying merchants: a run is shown, prepared, released by another person or cancelled, and written as files."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pasledger.formats.pain001 import MadeFile, payment_files, remittance, rewritten
from pasledger.formats.payments import read_payment_settings
from pasledger.formats.specification import Specification, SpecifiedLine
from pasledger.ledger.ids import EntryId, MerchantId, PayoutId, RunId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.deciding import Request, decide_each, needs_of
from pasledger.rules.payouts import (
    PaymentSettingsRequest,
    PayoutCancelRequest,
    PayoutRequest,
    PayoutRunRequest,
    RunCancelRequest,
    RunReleaseRequest,
    WriteOffRequest,
)
from pasledger.rules.records import Event, PaymentSettings, Payout, PayoutRun, PayoutWaiting, RunStep, WrittenOff
from pasledger.rules.town import Needs
from pasledger.store import Reader, Store
from pasledger.store.payouts import LineFound, RunFound, SentPayout
from pasledger.texts import say
from pasledger.usecases.booking import NothingBooked, book_all
from pasledger.usecases.minting import new_id, opaque_id

__all__ = ["MadeFile", "Planned", "remittance", "rewritten"]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a run is or would be: who is paid, and who waits and why."""

    run: PayoutRun
    payouts: tuple[Payout, ...]
    waiting: tuple[PayoutWaiting, ...]


def configure(store: Store, data: bytes, stamp: Stamp) -> PaymentSettings:
    """Set down how the town pays from now on. Raises `FileRefused`."""
    (outcome,) = book_all(store, [PaymentSettingsRequest(read_payment_settings(data))], stamp)
    (settings,) = outcome.event.facts if outcome.event else ()
    assert isinstance(settings, PaymentSettings)  # noqa: S101 - what its decision returns
    return settings


def preview(store: Store, stamp: Stamp, *, execute_on: date, only: Collection[MerchantId] = ()) -> Planned:
    """Return what `prepare` would do now, and do nothing. Raises `Refused`."""
    with store.read() as reader:
        requests = _requests(reader, execute_on, only)
        outcomes = decide_each(requests, reader.load(needs_of(requests)), stamp)
    for outcome in outcomes:
        if outcome.refused is not None:
            raise outcome.refused
    return _planned([outcome.event for outcome in outcomes if outcome.event is not None])


def prepare(store: Store, stamp: Stamp, *, execute_on: date, only: Collection[MerchantId] = ()) -> Planned:
    """Put what is owed in a new run. What is booked from now on waits for the next. Raises `Refused`."""
    if not preview(store, stamp, execute_on=execute_on, only=only).payouts:
        raise Refused(Refusal.NOTHING_TO_PAY)
    with store.read() as reader:
        requests = _requests(reader, execute_on, only)
    outcomes = _booked(store, requests, stamp)
    return _planned(outcomes)


def release(store: Store, run: RunId, stamp: Stamp) -> list[MadeFile]:
    """Let a run go to the bank, by somebody who did not prepare it, and return its files. Raises `Refused`."""
    with store.read() as reader:
        files = files_of(reader.payouts.run(run))
    _booked(store, [RunReleaseRequest(run, tuple(file.record for file in files))], stamp)
    return files


def files_of_released(found: RunFound) -> list[MadeFile]:
    """Return the files of a run that may go to the bank. Raises `Refused` for any other."""
    if not found.files or RunStep.CANCELLED in found.steps:
        raise Refused(Refusal.RUN_STEP_UNKNOWN, run=found.run.name)
    return files_of(found)


def files_of(found: RunFound) -> list[MadeFile]:
    """Return the files of a run, which are the same each time. Raises `Refused` where they are not what was released.

    That can only be where another version of the program writes them in another way.
    """
    files = payment_files(found.run, found.payouts, found.prepared_at)
    if found.files and tuple(file.record for file in files) != found.files:
        raise Refused(Refusal.FILES_DIFFER, run=found.run.name)
    return files


def cancel(store: Store, run: RunId, stamp: Stamp, *, reason: str = "") -> None:
    """Take a run back, so that all of it is owed again. Raises `Refused`."""
    with store.read() as reader:
        payouts = reader.payouts.run(run).payouts
    requests = [PayoutCancelRequest(payout.id, run, new_id(EntryId), reason) for payout in payouts]
    _booked(store, [RunCancelRequest(run), *requests], stamp)


def write_off(store: Store, merchant: MerchantId, decision: str, stamp: Stamp) -> WrittenOff:
    """Write off what a merchant that left owes. Raises `Refused`."""
    with store.read() as reader:
        schemes = tuple(sorted({scheme.code for scheme in reader.schemes()}))
    request = WriteOffRequest(new_id(EntryId), merchant, decision, stamp.effective_on.year, schemes)
    ((written,),) = (event.facts for event in _booked(store, [request], stamp))
    assert isinstance(written, WrittenOff)  # noqa: S101 - what its decision returns
    return written


_TITLES = ("title", "date", "kind", "id", "reference", "amount", "total")


def words_of_specifications(language: str) -> dict[str, str]:
    """Return the words of the page of a specification in a language."""
    titles = {name: say(f"specification.{name}", language) for name in _TITLES}
    return titles | {"language": language, "paid": "{iban}, {day}"}


def specifications(store: Store, run: RunId, language: str) -> Iterator[tuple[Payout, Specification]]:
    """Yield what each merchant of a run gets to see behind its payment."""
    with store.read() as reader:
        found = reader.payouts.run(run)
        municipality = reader.municipality()
        for payout in found.payouts:
            yield (
                payout,
                Specification(
                    municipality,
                    found.names[payout.merchant],
                    found.run.payment_number(payout.place),
                    payout.iban,
                    found.run.execute_on,
                    payout.amount,
                    specified_lines(reader.payouts.lines(payout.entry, payout.merchant), language),
                ),
            )


def specification_of(reader: Reader, payout: SentPayout, language: str) -> Specification:
    """Return what is behind a payment that went to the bank, as its merchant gets to see it."""
    versions = reader.load(Needs(merchants={payout.merchant})).merchants[payout.merchant]
    return Specification(
        reader.municipality(),
        versions[-1].name,
        payout.number,
        payout.iban,
        payout.execute_on,
        payout.amount,
        specified_lines(reader.payouts.lines(payout.entry, payout.merchant), language),
    )


def specified_lines(lines: Sequence[LineFound], language: str) -> list[SpecifiedLine]:
    """Return the lines of a payout in the words of a language."""
    return [
        SpecifiedLine(
            line.effective_on, say(f"cli.entry-kind.{line.kind}", language), line.id, line.reference, line.amount
        )
        for line in lines
    ]


def run_named(reader: Reader, name: str) -> RunId:
    """Return the run of this name. Raises `Refused`."""
    found = reader.payouts.run_named(name)
    if found is None:
        raise Refused(Refusal.RUN_UNKNOWN)
    return found


def _requests(reader: Reader, execute_on: date, only: Collection[MerchantId]) -> list[Request]:
    run = PayoutRunRequest(new_id(RunId), execute_on)
    merchants = [merchant for merchant in reader.payouts.owed() if not only or merchant in only]
    return [run, *(PayoutRequest(opaque_id(PayoutId), new_id(EntryId), run.id, merchant) for merchant in merchants)]


def _planned(events: Sequence[Event]) -> Planned:
    facts = [fact for event in events for fact in event.facts]
    (run,) = (fact for fact in facts if isinstance(fact, PayoutRun))
    return Planned(
        run,
        tuple(fact for fact in facts if isinstance(fact, Payout)),
        tuple(fact for fact in facts if isinstance(fact, PayoutWaiting)),
    )


def _booked(store: Store, requests: Sequence[Request], stamp: Stamp) -> list[Event]:
    try:
        outcomes = book_all(store, requests, stamp)
    except NothingBooked as nothing:
        raise next(iter(nothing.refusals.values())) from None
    return [outcome.event for outcome in outcomes if outcome.event is not None]
