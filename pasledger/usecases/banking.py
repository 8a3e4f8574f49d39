"""What the bank sends: statements are read, booked and settled, and what it rejects is owed again."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from pasledger.formats.camt053 import ReadLine, ReadStatement, read_statements
from pasledger.formats.pain002 import Rejected, read_rejections
from pasledger.ledger.ids import EntryId, MerchantId, PayoutId, StatementId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.banking import SettlementRequest, StatementLineRequest, StatementRequest
from pasledger.rules.deciding import Request
from pasledger.rules.payouts import PayoutCancelRequest
from pasledger.rules.records import (
    BANK_PREFIX,
    BankLine,
    BankStatement,
    LinePurpose,
    Payout,
    PayoutRun,
    PayoutStep,
    StatementLine,
)
from pasledger.store import Reader, Store
from pasledger.usecases.booking import NothingBooked, book_all
from pasledger.usecases.minting import new_id


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a statement: its lines, those that were matched, and how many are not of these books."""

    statement: BankStatement
    lines: tuple[StatementLine, ...]
    matched: tuple[BankLine, ...]
    left_out: int


def take(store: Store, data: bytes, stamp: Stamp) -> list[Taken]:
    """Book every statement of a file, or none. Raises `FileRefused` and `Refused`."""
    statements, digest = read_statements(data), sha256(data).hexdigest()
    with store.read() as reader:
        prepared = [_statement(one, digest, reader) for one in sorted(statements, key=_order)]
    requests: list[Request] = []
    for statement, lines, _ in prepared:
        requests.append(StatementRequest(statement))
        requests += [StatementLineRequest(line, new_id(EntryId)) for line in lines]
    matched = [fact for facts in _booked(store, requests, stamp) for fact in facts if isinstance(fact, BankLine)]
    return [
        Taken(statement, lines, tuple(one for one in matched if one.statement == statement.id), left_out)
        for statement, lines, left_out in prepared
    ]


def _order(read: ReadStatement) -> tuple[date, int]:
    return read.until, read.number


def _statement(
    read: ReadStatement, digest: str, reader: Reader
) -> tuple[BankStatement, tuple[StatementLine, ...], int]:
    """Return a statement with its lines; on an account that is not for these books alone, those that are of them."""
    statement = BankStatement(
        new_id(StatementId), read.iban, read.bank_id, read.number, read.until, read.opening, read.closing, digest
    )
    is_shared = not reader.payouts.is_dedicated()
    ours = {merchant.iban for merchant in reader.merchants()} if is_shared else set[str]()
    lines = tuple(
        _line(statement.id, position, line)
        for position, line in enumerate(read.lines, start=1)
        if not is_shared or _is_ours(line, ours)
    )
    return statement, lines, len(read.lines) - len(lines)


def _is_ours(line: ReadLine, ibans: Set[str]) -> bool:
    named = (line.end_to_end_id, line.payment_information_id)
    return line.iban in ibans or any(one.startswith(BANK_PREFIX) for one in named)


def _line(statement: StatementId, position: int, line: ReadLine) -> StatementLine:
    return StatementLine(
        statement,
        position,
        line.amount,
        line.booked_on,
        line.end_to_end_id,
        line.payment_information_id,
        line.iban,
        line.name,
        line.text,
        line.reason,
    )


@dataclass(frozen=True, slots=True)
class RejectedPayout:
    """A payout that the bank rejects, and its code for why."""

    run: PayoutRun
    payout: Payout
    reason: str
    is_paid: bool
    """Whether the bank debited it: then nothing was done, and its statement has yet to bring the money back."""


def reject(store: Store, data: bytes, stamp: Stamp) -> list[RejectedPayout]:
    """Owe again what the bank rejects, and block who could not be paid. Raises `FileRefused` and `Refused`.

    What was paid or taken back before is left as it is, so that the same file may come twice.
    """
    rejections = read_rejections(data)
    with store.read() as reader:
        found = [one for rejected in rejections for one in _rejected(rejected, reader)]
    _booked(
        store,
        [
            PayoutCancelRequest(one.payout.id, one.run.id, new_id(EntryId), one.reason, one.payout.merchant)
            for one in found
        ],
        stamp,
    )
    return found


def _rejected(rejected: Rejected, reader: Reader) -> list[RejectedPayout]:
    named = rejected.payment_information_id.removeprefix(BANK_PREFIX).rpartition("-")[0]
    run_id = reader.payouts.run_named(named) if rejected.payment_information_id.startswith(BANK_PREFIX) else None
    if run_id is None:
        raise Refused(Refusal.RUN_UNKNOWN)
    found = reader.payouts.run(run_id)
    payouts = [
        payout
        for payout in found.payouts
        if found.run.payment_information_id(found.run.file_of(payout.place)) == rejected.payment_information_id
        and rejected.end_to_end_id in (None, found.run.end_to_end_id(payout.place))
    ]
    if not payouts:
        raise Refused(Refusal.RUN_UNKNOWN)
    return [
        RejectedPayout(
            found.run, payout, rejected.reason, is_paid=found.payout_steps.get(payout.id, ()) == (PayoutStep.PAID,)
        )
        for payout in payouts
    ]


def settle(
    store: Store,
    line: StatementLine,
    purpose: LinePurpose,
    stamp: Stamp,
    *,
    payout: PayoutId | None = None,
    merchant: MerchantId | None = None,
) -> BankLine:
    """Say what a line is that nobody could match. Raises `Refused`."""
    with store.read() as reader:
        schemes = tuple(sorted({scheme.code for scheme in reader.schemes()}))
    request = SettlementRequest(line, purpose, new_id(EntryId), payout, merchant, schemes)
    (facts,) = _booked(store, [request], stamp)
    return next(fact for fact in facts if isinstance(fact, BankLine))


def payment_named(reader: Reader, name: str) -> Payout:
    """Return the payout that the bank calls so. Raises `Refused`."""
    run_name, _, place = name.removeprefix(BANK_PREFIX).rpartition("-")
    run_id = reader.payouts.run_named(run_name)
    found = [] if run_id is None else reader.payouts.run(run_id).payouts
    payout = next((one for one in found if f"{one.place:04}" == place), None)
    if payout is None:
        raise Refused(Refusal.RUN_UNKNOWN)
    return payout


def _booked(store: Store, requests: Sequence[Request], stamp: Stamp) -> list[tuple[object, ...]]:
    try:
        outcomes = book_all(store, requests, stamp)
    except NothingBooked as nothing:
        raise next(iter(nothing.refusals.values())) from None
    return [outcome.event.facts for outcome in outcomes if outcome.event is not None]
