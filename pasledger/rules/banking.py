"""What the bank tells us: statements are taken once and in order, and each line is matched or waits for a person.

A line is matched by the id of its file and the id of its payment and, where it has not both, by account, amount and
date where only one payment fits. Ids that disagree match nothing, and neither does a run that nobody released. What
went out is paid, what comes back for a paid payout is owed again, and its merchant is blocked, for its account did not
take the money. All else waits, and two people say what it is.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from pasledger.ledger.ids import EntryId, MerchantId, PayoutId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, Transfer, require_four_eyes
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.merchants import account_refused
from pasledger.rules.records import (
    BANK_PREFIX,
    BankLine,
    BankPart,
    BankStatement,
    Event,
    Fact,
    LinePurpose,
    Payout,
    PayoutStep,
    PayoutStepped,
    RunStep,
    Share,
    StatementLine,
)
from pasledger.rules.town import Needs, Town

_DAYS_TO_PAY = timedelta(days=7)
"""How long after the day that was asked for a payment without an id may still be ours."""


@dataclass(frozen=True, slots=True)
class StatementRequest:
    """A statement, without its lines, which are asked for beside it."""

    statement: BankStatement

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.pays = True
        needs.bank_references.add("")


def decide_statement(request: StatementRequest, town: Town, stamp: Stamp) -> Event:
    """Take the statement, or refuse one of another account, one that is there already, and one after a gap."""
    new = request.statement
    if new.iban not in {settings.payer_iban for settings in town.payment_settings}:
        raise Refused(Refusal.STATEMENT_FOREIGN, iban=new.iban)
    last = town.newest_statement.get(new.iban)
    if last is not None:
        _require_next(new, last)
    return Event(stamp, (new,))


def _require_next(new: BankStatement, last: BankStatement) -> None:
    is_new_year = new.until.year > last.until.year
    if not is_new_year and (new.number <= last.number or new.until < last.until):
        raise Refused(Refusal.STATEMENT_REPEATED, number=new.number, newest=last.number)
    is_next = new.number == last.number + 1 or (is_new_year and new.number == 1)
    if not is_next or new.opening != last.closing:
        raise Refused(Refusal.STATEMENT_GAP, number=new.number, newest=last.number, closing=last.closing)


@dataclass(frozen=True, slots=True)
class StatementLineRequest:
    """A line of a statement of the same batch; the entry is what it is booked as, if it is."""

    line: StatementLine
    entry: EntryId

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.bank_references.update({self.line.end_to_end_id, self.line.payment_information_id, ""})


def decide_statement_line(request: StatementLineRequest, town: Town, stamp: Stamp) -> Event:
    """Match the line and book it, or set it down for a person to look at."""
    line = request.line
    payouts = _matched(line, town)
    if not payouts:
        return Event(stamp, (line,))
    purpose = LinePurpose.PAID if line.amount < ZERO else LinePurpose.RETURNED
    event = _settled(line, purpose, payouts, request.entry, town, stamp, is_matched=True)
    return Event(stamp, (line, *event.facts), event.entry)


@dataclass(frozen=True, slots=True)
class SettlementRequest:
    """Two people say what a line is that waits: of which payout, or of which merchant, if of one."""

    line: StatementLine
    purpose: LinePurpose
    entry: EntryId
    payout: PayoutId | None = None
    merchant: MerchantId | None = None
    schemes: tuple[str, ...] = ()
    """What a merchant that pays back can owe for."""

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.bank_references.add("")
        needs.open_bank_lines.add(f"{self.line.statement}/{self.line.position}")
        if self.merchant is not None:
            needs.merchants.add(self.merchant)
            needs.open_lines.add(self.merchant)


def decide_settlement(request: SettlementRequest, town: Town, stamp: Stamp) -> Event:
    """Settle the line, or refuse where it is settled already or cannot be what is said."""
    require_four_eyes(stamp)
    line = request.line
    if (line.statement, line.position) not in town.open_bank_lines:
        raise Refused(Refusal.LINE_UNKNOWN)
    if not request.purpose.is_booked:
        if request.purpose is not LinePurpose.OTHER and (line.amount > ZERO) != (
            request.purpose is LinePurpose.BUDGET_IN
        ):
            raise Refused(Refusal.LINE_DIFFERS)
        return Event(
            stamp, (BankLine(line.statement, line.position, request.purpose, None, -line.amount, (), is_matched=False),)
        )
    if request.purpose is LinePurpose.REPAID:
        return _repaid(request, town, stamp)
    payout = town.payouts.get(request.payout) if request.payout else None
    if payout is None or not _fits(line, payout, request.purpose, town):
        raise Refused(Refusal.LINE_DIFFERS)
    return _settled(line, request.purpose, [payout], request.entry, town, stamp, is_matched=False)


def _matched(line: StatementLine, town: Town) -> list[Payout]:
    """Return the payouts that a line paid, or that it brings back; none where a person has to look."""
    purpose = LinePurpose.PAID if line.amount < ZERO else LinePurpose.RETURNED
    named = _named(line, town)
    if line.end_to_end_id:  # every payment of ours has one, so that another id is of another payment
        return named if len(named) == 1 and _fits(line, named[0], purpose, town) else []
    if purpose is not LinePurpose.PAID:
        return []
    if line.payment_information_id.startswith(BANK_PREFIX):
        by_file = [payout for payout in named if _may_be_paid(payout, town)]
        if by_file and total(payout.amount for payout in by_file) == -line.amount:
            return by_file
    return _by_account_amount_and_date(line, named, town)


def _named(line: StatementLine, town: Town) -> list[Payout]:
    """Return the payouts that a line can be about: those of the file and of the payment that it names, if any."""
    file_id, payment_id = line.payment_information_id, line.end_to_end_id
    return [
        payout
        for run in town.runs.values()
        for payout in town.payouts_of(run.id)
        if not file_id.startswith(BANK_PREFIX) or run.payment_information_id(run.file_of(payout.place)) == file_id
        if not payment_id or run.end_to_end_id(payout.place) == payment_id
    ]


def _by_account_amount_and_date(line: StatementLine, named: list[Payout], town: Town) -> list[Payout]:
    found = [
        payout
        for payout in named
        if line.iban == payout.iban
        and _is_about(line.booked_on, town.runs[payout.run].execute_on)
        and _fits(line, payout, LinePurpose.PAID, town)
    ]
    return found if len(found) == 1 else []


def _is_about(booked_on: date, asked_for: date) -> bool:
    return asked_for <= booked_on <= asked_for + _DAYS_TO_PAY


def _fits(line: StatementLine, payout: Payout, purpose: LinePurpose, town: Town) -> bool:
    """Return whether a line can be this of a payout: the amount, the direction, and what became of it so far."""
    if purpose is LinePurpose.PAID:
        return line.amount == -payout.amount and _may_be_paid(payout, town)
    return line.amount == payout.amount and town.payout_steps.get(payout.id, ()) == (PayoutStep.PAID,)


def _may_be_paid(payout: Payout, town: Town) -> bool:
    """Return whether the bank has a payout before it: one that was not released, it cannot know."""
    return RunStep.RELEASED in town.run_steps.get(payout.run, ()) and not town.payout_steps.get(payout.id)


def _settled(
    line: StatementLine,
    purpose: LinePurpose,
    payouts: list[Payout],
    entry_id: EntryId,
    town: Town,
    stamp: Stamp,
    *,
    is_matched: bool,
) -> Event:
    """Book what a line paid or brought back: one posting for one line, over all payouts in it."""
    is_paid = purpose is LinePurpose.PAID
    kind, step, number = (
        (EntryKind.PAID, PayoutStep.PAID, 1) if is_paid else (EntryKind.RETURNED, PayoutStep.RETURNED, 2)
    )
    transfers = tuple(_moved(share, payout.merchant, is_paid=is_paid) for payout in payouts for share in payout.shares)
    entry = Entry(entry_id, kind, stamp, transfers)
    parts = tuple(
        BankPart(payout.merchant, payout.id, payout.amount if is_paid else -payout.amount) for payout in payouts
    )
    facts: list[Fact] = [
        BankLine(line.statement, line.position, purpose, entry.id, -line.amount, parts, is_matched=is_matched)
    ]
    for payout in payouts:
        facts.append(PayoutStepped(payout.id, number, step, entry.id, line.reason))
        if not is_paid:
            facts.extend(account_refused(payout, line.reason, town, stamp))
    return Event(stamp, tuple(facts), entry)


def _moved(share: Share, merchant: MerchantId, *, is_paid: bool) -> Transfer:
    post = postings.paid if is_paid else postings.returned
    transfer = post(scheme=share.scheme, merchant=merchant, amount=Money(abs(share.amount.cents)))
    return transfer if share.amount > ZERO else postings.negative_share(transfer)


def _repaid(request: SettlementRequest, town: Town, stamp: Stamp) -> Event:
    """Book what a merchant paid back: to the schemes that it owes, and what is more to the first of all."""
    line, merchant = request.line, request.merchant
    if merchant is None or line.amount <= ZERO or not request.schemes:
        raise Refused(Refusal.LINE_DIFFERS)
    town.merchant_version(merchant, on=stamp.effective_on)
    owed: dict[str, Money] = dict.fromkeys(request.schemes, ZERO)
    for open_line in town.open_lines.get(merchant, {}).values():
        owed[open_line.scheme] = owed.get(open_line.scheme, ZERO) - open_line.amount
    left, given = line.amount, dict.fromkeys(owed, ZERO)
    for scheme, debt in owed.items():
        given[scheme] = max(ZERO, min(left, debt))
        left -= given[scheme]
    given[request.schemes[0]] += left
    entry = Entry(
        request.entry,
        EntryKind.RETURNED,
        stamp,
        tuple(
            postings.returned(scheme=scheme, merchant=merchant, amount=amount)
            for scheme, amount in given.items()
            if amount
        ),
    )
    part = BankPart(merchant, None, -line.amount)
    return Event(
        stamp,
        (
            BankLine(
                line.statement, line.position, LinePurpose.REPAID, entry.id, -line.amount, (part,), is_matched=False
            ),
        ),
        entry,
    )
